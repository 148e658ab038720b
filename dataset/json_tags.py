"""Tags in the JSON of a booru, of gallery-dl, of Hydrus or of a tagger.

    {"tag_string_general": "1girl solo", ...}         json of Danbooru; `tags_general`, `tags` of gallery-dl
    {"post": {"tags": {"general": ["solo"], ...}}}    json of e621
    ["1girl", "character:hatsune miku"]               json of Hydrus
    {"1girl": "0.98"}                                 json of taggers

Whose file it is, is not asked: wherever tags are found, they are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from dataset.tag_text import is_number, parse_all
from errors import ItemError
from tags.categories import RATING, category_called
from tags.spelling import Tag, parse_tag

# Where an API or an exporter puts the one post that the file is about.
_WRAPPERS = ("post", "posts", "file_data", "data", "metadata")


def tags_in_json(text: str) -> list[Tag]:
    """The tags and the rating of a JSON file; `tags` and `tag_string` first, for the site's own order.

    Raises ItemError with the reason "broken tag file".
    """
    post = _post(_load_json(text))
    if isinstance(post, list):
        return list(_tags_in(post, None))
    keyed = [(_category_of_key(key), value) for key, value in post.items() if _is_tag_key(key)]
    if not keyed:
        raise _broken('it has no "tags" or "tag_string"')
    keyed.sort(key=lambda pair: pair[0] is not None)
    tags = [tag for category, value in keyed for tag in _tags_in(value, category)]
    rating = post.get("rating")
    return [*tags, parse_tag(f"{RATING}:{rating}")] if isinstance(rating, str) else tags


def _load_json(text: str) -> object:
    try:
        # Numbers stay text: `2023` is a tag, and a number of a million digits is slow to make.
        loaded: object = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise _broken("it is not valid JSON") from error
    return loaded


def _broken(why: str) -> ItemError:
    return ItemError("broken tag file", f"the tag file cannot be used, because {why}: write it anew")


def _post(loaded: object) -> dict[str, object] | list[object]:
    """Unwrap the one post, or the plain list of tags, that the file is about."""
    while True:
        if isinstance(loaded, list):
            if not any(isinstance(one, dict) and _is_post(one) for one in loaded):
                return loaded
            if len(loaded) > 1:
                raise _broken("it holds several posts and not the one of this picture")
            loaded = loaded[0]
        elif isinstance(loaded, dict):
            inner = next(
                (loaded[key] for key in _WRAPPERS if isinstance(loaded.get(key), (dict, list))), None
            )
            if inner is None or any(map(_is_tag_key, loaded)):
                return loaded
            loaded = inner
        else:
            raise _broken("it holds neither a list nor an object")


def _is_post(entry: dict[str, object]) -> bool:
    return any(_is_tag_key(key) or key in _WRAPPERS for key in entry)


def _is_tag_key(key: str) -> bool:
    return key in ("tags", "tag_string") or key.startswith(("tags_", "tag_string_"))


def _category_of_key(key: str) -> str | None:
    """The category that `tags_artist` or `tag_string_artist` names, "" for one unknown, None for `tags`."""
    if key in ("tags", "tag_string"):
        return None
    return _known_category(key.removeprefix("tags_").removeprefix("tag_string_"))


def _known_category(name: str) -> str:
    return category_called(name.lower()) or ""


def _tags_in(value: object, category: str | None) -> Iterator[Tag]:
    """Every tag in a string, a list of strings or objects, or e621's object of lists by category."""
    if isinstance(value, str):
        written = value.split(",") if "," in value else value.split()
        yield from _with_category(parse_all(written), category)
    elif isinstance(value, list):
        strings = [piece for one in value if isinstance(one, str) for piece in one.split(",")]
        yield from _with_category(parse_all(strings), category)
        yield from _named_objects(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            # {"1girl": "0.98"}: a tagger's scores, the numbers still text.
            if isinstance(inner, str) and is_number(inner):
                yield from _with_category([parse_tag(key)], category)
            elif isinstance(inner, (str, list)):
                yield from _tags_in(inner, _known_category(key))


def _with_category(tags: Iterable[Tag], category: str | None) -> Iterator[Tag]:
    for tag in tags:
        yield Tag(tag.name, category) if category and tag.category != RATING else tag


def _named_objects(entries: list[object]) -> Iterator[Tag]:
    """Tags written as objects: {"name": "solo", "category": "general"}."""
    for entry in entries:
        name = entry.get("name", entry.get("tag")) if isinstance(entry, dict) else None
        if isinstance(name, str) and isinstance(entry, dict):
            told = entry.get("category", entry.get("type"))
            yield from _with_category(
                [parse_tag(name)], _known_category(told) if isinstance(told, str) else None
            )
