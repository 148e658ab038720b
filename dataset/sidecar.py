"""The tag file of a picture: text, CSV or JSON from a tagger, a trainer, gallery-dl, a booru or Hydrus.

    1girl, solo, hatsune miku \\(vocaloid\\)            text (.txt .caption .tags): commas, lines, spaces
    1girl,0.98                                        csv: one tag and its score a row; or as text
    {"tag_string_general": "1girl solo", ...}         json of Danbooru; `tags_general`, `tags` of gallery-dl
    {"post": {"tags": {"general": ["solo"], ...}}}    json of e621
    ["1girl", "character:hatsune miku"]               json of Hydrus

Whatever a file holds, reading it gives a `TagList` or an `ItemError`, in time proportional to its size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from dataset.tags import Tag, is_sentences, parse_tag, split_tags
from decoding import marked_encoding
from errors import ItemError

CATEGORIES = ("general", "artist", "copyright", "character", "meta", "species", "contributor", "lore")
LARGEST_FILE = 1 << 20

# How sites other than Danbooru and e621 call these categories.
_CATEGORY_ALIASES = {"circle": "artist", "metadata": "meta", "series": "copyright"}
# Where an API or an exporter puts the one post that the file is about.
_WRAPPERS = ("post", "posts", "file_data", "data", "metadata")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_STRAY_BYTE = re.compile(r"[\udc80-\udcff]+")
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
# From mild to strong; safe and sensitive share a letter.
_RATING_LETTERS = "gsqe"
_BARE_RATINGS = frozenset({"general", "sensitive", "questionable", "explicit"})


@dataclass(frozen=True, slots=True)
class TagList:
    """What one tag file says: canonical tags without repeats in file order, and what it knows about them.

    `categories` holds only what the file itself tells, as one of `CATEGORIES`. `rating` is as it was
    written, in lower case ("e", "explicit", "general"); of several, the strongest. `explicit` is what the
    collection makes of all this: whether the picture is sexual.
    """

    tags: tuple[str, ...]
    categories: Mapping[str, str]
    rating: str | None = None
    explicit: bool = False


def read_tags(path: Path) -> TagList:
    """Read one tag file; its suffix (.json, .csv, anything else is text) tells its form.

    Raises ItemError with the reason "unreadable tag file", "tag file too large", "tag file is not text",
    "broken tag file", "tag file is sentences" or "empty tag file".
    """
    text = _decode(_read_bytes(path))
    if not text.strip():
        raise _empty()
    suffix = path.suffix.lower()
    if suffix == ".json":
        found = _listed(_from_json(text))
    elif suffix == ".csv":
        found = _listed(_from_csv(text))
    else:
        found = _listed(_from_text(text))
    if not found.tags:
        raise _empty()
    return found


def _empty() -> ItemError:
    return ItemError("empty tag file", "the tag file holds no tags: write some into it, or delete it")


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ItemError("unreadable tag file", f"the tag file cannot be read ({why}): check it") from error
    if len(data) > LARGEST_FILE:
        message = "the tag file is larger than 1 MB, which no list of tags is: check what it holds"
        raise ItemError("tag file too large", message)
    return data


def _decode(data: bytes) -> str:
    encoding = marked_encoding(data)
    try:
        text = data.decode(encoding) if encoding else _decode_unmarked(data)
    except UnicodeDecodeError as error:
        raise _not_text() from error
    if _NOT_TEXT.search(text):
        raise _not_text()
    return text


def _decode_unmarked(data: bytes) -> str:
    """Decode UTF-8, reading bytes that are none as Windows-1252.

    Tags are ASCII, so a stray byte is an accent or a quotation mark from a Windows editor of old, and losing
    the picture for it would be harsh. Where a fifth is stray it is another encoding, and guessing is vain.
    """
    text = data.decode("utf-8", "surrogateescape")
    stray = sum(len(run) for run in _STRAY_BYTE.findall(text))
    if stray * 5 > len(text):
        raise _not_text()
    return _STRAY_BYTE.sub(lambda run: _windows_text(run[0]), text) if stray else text


def _windows_text(escaped: str) -> str:
    return escaped.encode("utf-8", "surrogateescape").decode("cp1252")


def _not_text() -> ItemError:
    return ItemError("tag file is not text", "the tag file is not text that can be read: save it as UTF-8")


def _listed(tags: Iterable[Tag]) -> TagList:
    """Drop repeats, keep the first category told of each tag, and take ratings out of the tags."""
    categories: dict[str, str | None] = {}
    ratings: list[str] = []
    for tag in tags:
        if tag.category == "rating":
            ratings.append(tag.name.partition(":")[2])
        elif tag.name and not categories.get(tag.name):
            categories[tag.name] = tag.category
    return TagList(
        tuple(categories),
        MappingProxyType({name: category for name, category in categories.items() if category}),
        max(filter(None, ratings), key=_strength, default=None),
    )


def _strength(rating: str) -> int:
    return _RATING_LETTERS.find(rating[0])


def _from_text(text: str) -> list[Tag]:
    if is_sentences(text):
        message = "it holds sentences, not tags: give the tags their own file, or set [Dataset] tag_extension"
        raise ItemError("tag file is sentences", message)
    return _parse_all(split_tags(text))


def _parse_all(written: Iterable[str]) -> list[Tag]:
    """Parse written tags; taggers put a bare rating first or last, and elsewhere the word is a tag."""
    tags = [parse_tag(one) for one in dict.fromkeys(written)]
    for end in (0, -1):
        if len(tags) > 1 and tags[end].name in _BARE_RATINGS and tags[end].category is None:
            tags[end] = Tag(f"rating:{tags[end].name}", "rating")
    return tags


def _from_csv(text: str) -> list[Tag]:
    rows = [line for line in text.splitlines() if line.strip()]
    scored = [_scored_tag(row) for row in rows]
    # The first row may be a heading such as `tag,score`; and `solo,2023` alone is two tags.
    if scored[-1] and all(scored[1:]) and (len(rows) > 1 or "." in rows[0]):
        return _parse_all(tag for tag in scored if tag)
    return _from_text(text.replace('"', ""))


def _scored_tag(row: str) -> str | None:
    """The tag of a row `tag,score`; None when the row is none."""
    separator = next((mark for mark in ",\t;" if mark in row), ",")
    tag, _, score = row.partition(separator)
    return tag.strip(' "') if _NUMBER.fullmatch(score.strip(' "%')) else None


def _from_json(text: str) -> list[Tag]:
    """The tags and the rating of a JSON file; `tags` and `tag_string` first, for the site's own order."""
    post = _post(_load_json(text))
    if isinstance(post, list):
        return list(_tags_in(post, None))
    keyed = [(_category_of_key(key), value) for key, value in post.items() if _is_tag_key(key)]
    if not keyed:
        raise _broken('it has no "tags" or "tag_string"')
    keyed.sort(key=lambda pair: pair[0] is not None)
    tags = [tag for category, value in keyed for tag in _tags_in(value, category)]
    rating = post.get("rating")
    return [*tags, parse_tag(f"rating:{rating}")] if isinstance(rating, str) else tags


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
    name = _CATEGORY_ALIASES.get(name.lower(), name.lower())
    return name if name in CATEGORIES else ""


def _tags_in(value: object, category: str | None) -> Iterator[Tag]:
    """Every tag in a string, a list of strings or objects, or e621's object of lists by category."""
    if isinstance(value, str):
        written = value.split(",") if "," in value else value.split()
        yield from _with_category(_parse_all(written), category)
    elif isinstance(value, list):
        strings = [piece for one in value if isinstance(one, str) for piece in one.split(",")]
        yield from _with_category(_parse_all(strings), category)
        yield from _named_objects(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            # {"1girl": "0.98"}: a tagger's scores, the numbers still text.
            if isinstance(inner, str) and _NUMBER.fullmatch(inner):
                yield from _with_category([parse_tag(key)], category)
            elif isinstance(inner, (str, list)):
                yield from _tags_in(inner, _known_category(key))


def _with_category(tags: Iterable[Tag], category: str | None) -> Iterator[Tag]:
    for tag in tags:
        yield Tag(tag.name, category) if category and tag.category != "rating" else tag


def _named_objects(entries: list[object]) -> Iterator[Tag]:
    """Tags written as objects: {"name": "solo", "category": "general"}."""
    for entry in entries:
        name = entry.get("name", entry.get("tag")) if isinstance(entry, dict) else None
        if isinstance(name, str) and isinstance(entry, dict):
            told = entry.get("category", entry.get("type"))
            yield from _with_category(
                [parse_tag(name)], _known_category(told) if isinstance(told, str) else None
            )
