"""The tags of a JSON file, whichever program wrote it.

    {"tag_string_general": "1girl solo", ...}         Danbooru; `tags_general`, `tags` of gallery-dl
    {"post": {"tags": {"general": ["solo"], ...}}}    e621
    ["1girl", "character:hatsune miku"]               Hydrus
    {"1girl": 0.98}, {"general": {"1girl": 0.98}}     taggers; [["1girl", 0.98]] too
    {"tagName": "solo", "type": 0}                    Sankaku; {"name": ..., "category": ...} of others
    {"name": "...", "translated_name": "solo"}        Pixiv

Tags are taken wherever they are found. All functions take time in proportion to the length of their text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from dataset.tag_text import Written, is_number, split_tags, tags_of_prompt
from errors import ItemError
from tags.categories import CATEGORIES, RATING, category_called, category_numbered, is_about_the_file
from tags.ratings import is_rating_key
from tags.spelling import parse_tag

# The keys under which an API or an exporter puts the one post that a JSON file is about.
_WRAPPERS = (
    "post",
    "posts",
    "file_data",
    "data",
    "metadata",
    "image",
    "submission",
    "illust",
    "result",
    "body",
)
# The keys of tags, the best first: `tags` has the site's own order.
_TAG_KEYS = ("tags", "tag_string", "tag_list", "taglist")
# These have them where no other key has.
_LESSER_KEYS = ("tag", "keywords", "labels")
_PROMPT_KEYS = ("prompt", "parameters")
_TAG_PREFIXES = ("tag_string_", "tags_")
_NAME_KEYS = ("translated_name", "translation", "name", "tagname", "tag_name", "tag", "label")
_CATEGORY_KEYS = ("category", "type", "namespace")
_DEEPEST = 4
_POSTED = re.compile(r'"(?:created_at|date)"\s{0,9}:\s{0,9}"((?:19|20)\d\d)-')
_SCORE = re.compile(r"(?:0?\.\d+|[01](?:\.\d*)?)(?:[eE][+-]?\d+)?|\d{1,3}\.\d+")


def year_posted(text: str) -> int | None:
    """The year in which a site posted the picture, by the JSON of Danbooru, e621 and gallery-dl."""
    found = _POSTED.search(text)
    return int(found[1]) if found else None


def json_tags(text: str) -> list[Written]:
    """The tags and the rating of a JSON file; raises ItemError with the reason "broken tag file"."""

    def small(found: Mapping[str, object]) -> dict[str, object]:
        # Programs write `Tags` too.
        return {key.lower(): value for key, value in found.items()}

    try:
        # Numbers stay text: `2023` is a tag, and a number of a million digits is slow to make.
        loaded: object = json.loads(text, parse_int=str, parse_float=str, object_hook=small)
    except (ValueError, RecursionError) as error:
        raise _broken("it is not valid JSON") from error
    post = _post(loaded)
    if isinstance(post, list):
        return list(_tags_in(post, None))
    if not any(map(_is_tag_key, post)):
        return _tags_elsewhere(post)
    keys = sorted(filter(_is_tag_key, post), key=lambda key: key not in _TAG_KEYS)
    found = [tag for key in keys for tag in _tags_in(post[key], _category_of_key(key))]
    rating = post.get(RATING)
    return [*found, (f"{RATING}:{rating}", None)] if isinstance(rating, str) else found


def _tags_elsewhere(post: Mapping[str, object]) -> list[Written]:
    """The tags of an object without `tags`: a tagger's, or the prompt of a generator."""
    if scored := _scored_by_tagger(post):
        return list(_tags_in(scored, None))
    for key in _LESSER_KEYS:
        if found := list(_tags_in(post.get(key), None)):
            return found
    for key in _PROMPT_KEYS:
        prompt = post.get(key)
        if isinstance(prompt, str):
            return tags_of_prompt(prompt)
    raise _broken('it has no "tags" or "tag_string"')


def _broken(why: str) -> ItemError:
    return ItemError("broken tag file", f"the tag file cannot be used, because {why}: write it again")


def _post(loaded: object) -> dict[str, object] | list[object]:
    """Unwrap the one post, or the plain list of tags, that the file is about."""
    while True:
        if isinstance(loaded, list):
            entries = [one for one in loaded if isinstance(one, dict)]
            if not any(_is_post(entry) for entry in entries):
                return loaded
            if len(loaded) > 1:
                raise _broken("it holds several posts and not the one of this picture")
            loaded = loaded[0]
        elif isinstance(loaded, dict):
            wrapped = [loaded[key] for key in _WRAPPERS if isinstance(loaded.get(key), (dict, list))]
            if not wrapped or any(map(_is_tag_key, loaded)):
                return loaded
            loaded = wrapped[0]
        else:
            raise _broken("it holds neither a list nor an object")


def _is_post(entry: Mapping[str, object]) -> bool:
    """Whether an object in a list is a post, and not one tag: {"tag": "solo"}."""
    if any(isinstance(entry.get(key), str) for key in _NAME_KEYS):
        return "tags" in entry or "tag_string" in entry
    return any(_is_tag_key(key) or key in _WRAPPERS for key in entry)


def _is_tag_key(key: str) -> bool:
    return key in _TAG_KEYS or key.startswith(_TAG_PREFIXES)


def _category_of_key(key: str) -> str | None:
    """The category that `tags_artist` or `tag_string_artist` names, "" for one unknown, None for `tags`."""
    if key in _TAG_KEYS:
        return None
    return _known_category(key.removeprefix("tags_").removeprefix("tag_string_"))


def _known_category(name: str) -> str:
    return category_called(name) or ""


def _scored_by_tagger(post: Mapping[str, object]) -> dict[str, object]:
    """An object that is itself {"1girl": 0.98}, or what one without a key of tags has by category."""
    others = {key: value for key, value in post.items() if not is_rating_key(key)}
    if all(isinstance(value, str) and _SCORE.fullmatch(value) for value in others.values()):
        return others
    return {key: others[key] for key in others if key in CATEGORIES and isinstance(others[key], (dict, list))}


def _tags_in(value: object, category: str | None, depth: int = 0) -> Iterator[Written]:
    """Every tag in a string, in a list, or in an object of scores or of lists by category."""
    if isinstance(value, str):
        written = split_tags(value) if "," in value or "\n" in value else value.split()
        yield from ((tag, category) for tag in written)
    elif isinstance(value, list):
        yield from ((piece, category) for one in value for piece in _pieces(one))
        yield from _named_objects(value, category)
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            # {"1girl": "0.98"}: a tagger's scores, the numbers still text.
            if isinstance(inner, str) and is_number(inner):
                yield key, category
            elif not is_rating_key(key) and not is_about_the_file(key):
                yield from _tags_in(inner, _known_category(key), depth + 1)


def _pieces(entry: object) -> list[str]:
    """The tags in one entry of a list: a string with commas, or a pair of a tag and its score."""
    if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], str) and is_number(entry[1]):
        entry = entry[0]
    if not isinstance(entry, str):
        return []
    # `title:hello, world` is one, and no tag.
    return entry.split(",") if parse_tag(entry).name else []


def _named_objects(entries: list[object], category: str | None) -> Iterator[Written]:
    """Tags written as objects: {"name": "solo", "category": "general"}."""
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        name = next((found for key in _NAME_KEYS if (found := _name(entry.get(key)))), None)
        named = next((entry[key] for key in _CATEGORY_KEYS if isinstance(entry.get(key), str)), None)
        if name is not None:
            yield name, category if named is None else _category_named(str(named))


def _name(value: object) -> str | None:
    """A name, or the English one of {"en": "background"}."""
    if isinstance(value, dict):
        value = value.get("en")
    return value if isinstance(value, str) and value.strip() else None


def _category_named(category: str) -> str | None:
    if re.fullmatch(r"\d", category):
        return category_numbered(int(category))
    return _known_category(category.lower())
