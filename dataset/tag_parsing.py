"""Parsing a tag file, wherever it is stored: its bytes ─▶ text ─▶ a list of tags.

Whatever a file holds, parsing it gives a `TagList` or an `ItemError`, in time proportional to its size.

Programs and people write tags in many forms. Each form either reads a text or says that the text has another
one; the first that fits reads it. What the forms are is in dataset/tag_json.py and dataset/tag_text.py. A new
form needs a line in _FORMS, and nothing for the exclusion of pictures: a picture is judged by whatever the
forms find, and by what dataset/evidence.py finds without knowing any form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from dataset.file_names import cut_suffix
from dataset.pictures import TagList
from dataset.tag_json import json_tags, year_posted
from dataset.tag_text import Written, quoted_list, table, tags_of_prompt
from decoding import decoded_leniently, open_file
from errors import ItemError
from tags.categories import RATING
from tags.ratings import strongest
from tags.spelling import Tag, parse_tag, rating_tag

LARGEST_FILE = 1 << 20

_BARE_RATINGS = frozenset({"general", "sensitive", "questionable", "explicit"})
# No tag of Danbooru is longer.
_LONGEST_NAME = 170

Form = Callable[[str], list[Written] | None]
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def tag_bytes(path: Path | str) -> bytes:
    """The bytes of a tag file; of one that is too large, one byte more than a tag file may have.

    Raises ItemError when it cannot be read.
    """
    try:
        with open_file(path) as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ItemError("unreadable tag file", f"the tag file cannot be read ({why}): check it") from error


def text_of_tag_file(data: bytes) -> str:
    """The text of a tag file; raises ItemError "tag file too large" or "tag file is not text"."""
    if len(data) > LARGEST_FILE:
        message = "the tag file is larger than 1 MB, which no list of tags is: check what it holds"
        raise ItemError("tag file too large", message)
    try:
        # Tags are ASCII, so a few bytes of another encoding are no reason to lose the picture.
        text = decoded_leniently(data)
    except UnicodeDecodeError as error:
        raise _not_text() from error
    if _NOT_TEXT.search(text):
        raise _not_text()
    return text


def read_tags(text: str, name: str) -> TagList:
    """The tags in the text of a tag file; the suffix of its name (.json, .csv, else text) decides its forms.

    Only dataset/admission.py may call this, so that every picture is judged by its tags. Raises ItemError
    with the reason "broken tag file", "tag file is sentences" or "empty tag file".
    """
    suffix = cut_suffix(name)[1].lower()
    forms = _FORMS.get(suffix, _FORMS[""]) if text.strip() else ()
    written = next((written for form in forms if (written := form(text)) is not None), [])
    found = _listed(_parsed(written))
    if not found.tags:
        message = "the tag file holds no tags: write some into it, or delete it"
        raise ItemError("empty tag file", message)
    return replace(found, year=year_posted(text)) if suffix == ".json" else found


def _not_text() -> ItemError:
    return ItemError("tag file is not text", "the tag file is not text that can be read: save it as UTF-8")


def _listed(tags: Iterable[Tag]) -> TagList:
    """Drop repeats and what is too long, keep the first category of each tag, and put ratings aside."""
    categories: dict[str, str | None] = {}
    ratings: list[str] = []
    for tag in tags:
        if len(tag.name) > _LONGEST_NAME:
            continue
        if tag.category == RATING:
            ratings.append(tag.name.partition(":")[2])
        elif tag.name and not categories.get(tag.name):
            categories[tag.name] = tag.category
    return TagList(
        tuple(categories),
        MappingProxyType({name: category for name, category in categories.items() if category}),
        strongest(ratings),
    )


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
    tags = []
    for spelled, category in dict.fromkeys(written):
        tag = parse_tag(spelled)
        tags.append(Tag(tag.name, category) if category and tag.category != RATING else tag)
    others = [at for at, tag in enumerate(tags) if tag.category != RATING]
    for at in {*others[:1], *others[-1:]} if len(tags) > 1 else ():
        if tags[at].name in _BARE_RATINGS and tags[at].category is None:
            tags[at] = rating_tag(tags[at].name)
    return tags
