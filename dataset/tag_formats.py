"""The forms in which programs and people write the tags of a picture into a file.

Each form either reads a text or says that the text has another one; the first that fits reads it. What the
forms are is in dataset/tag_json.py and dataset/tag_text.py. A new form needs a line here, and nothing for the
exclusion of pictures: a picture is judged by whatever the forms find, and by what dataset/evidence.py finds
without knowing any form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from dataset.tag_json import json_tags
from dataset.tag_text import Written, quoted_list, table, tags_of_prompt
from errors import ItemError
from tags.categories import RATING
from tags.spelling import Tag, parse_tag, rating_tag

_BARE_RATINGS = frozenset({"general", "sensitive", "questionable", "explicit"})
# No tag of Danbooru is longer.
_LONGEST_NAME = 170

Form = Callable[[str], list[Written] | None]


def tags_in(text: str, suffix: str) -> list[Tag]:
    """The tags in the text of a tag file; its suffix, in small letters, says which forms it may have.

    Raises ItemError with the reason "broken tag file" or "tag file is sentences".
    """
    forms = _FORMS.get(suffix, _FORMS[""])
    found = next(written for form in forms if (written := form(text)) is not None)
    return [tag for tag in _parsed(found) if len(tag.name) <= _LONGEST_NAME]


def _json_beneath_another_name(text: str) -> list[Written] | None:
    """The tags of JSON in a file that is not called .json; None for `[1girl], {solo}`, which are weights."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        return json_tags(text)
    except ItemError:
        return None


_FORMS: dict[str, tuple[Form, ...]] = {
    ".json": (json_tags,),
    ".csv": (partial(table, is_csv=True), quoted_list, lambda text: tags_of_prompt(text.replace('"', ""))),
    "": (_json_beneath_another_name, quoted_list, partial(table, is_csv=False), tags_of_prompt),
}


def _parsed(written: Iterable[Written]) -> list[Tag]:
    """Parse written tags; a word such as "explicit" is a rating where taggers put it, first or last."""
    tags = [
        _with_category(parse_tag(tag), category) if category else parse_tag(tag)
        for tag, category in dict.fromkeys(written)
    ]
    others = [at for at, tag in enumerate(tags) if tag.category != RATING]
    for at in {*others[:1], *others[-1:]} if len(tags) > 1 else ():
        if tags[at].name in _BARE_RATINGS and tags[at].category is None:
            tags[at] = rating_tag(tags[at].name)
    return tags


def _with_category(tag: Tag, category: str) -> Tag:
    return Tag(tag.name, category) if tag.category != RATING else tag
