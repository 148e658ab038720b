"""The tag file of a picture, wherever it is stored: its bytes ─▶ text ─▶ a list of tags.

Whatever a file holds, reading it gives a `TagList` or an `ItemError`, in time proportional to its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from dataset.file_names import cut_suffix
from dataset.images import TagList
from dataset.tag_formats import tags_in
from dataset.tag_json import year_posted
from decoding import decoded_leniently, open_file
from errors import ItemError
from tags.categories import RATING
from tags.ratings import strongest
from tags.spelling import Tag

LARGEST_FILE = 1 << 20

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def tag_bytes(path: Path) -> bytes:
    """The bytes of a tag file; of one that is too large, one byte more than a tag file may have.

    Raises ItemError when it cannot be read.
    """
    try:
        with open_file(path) as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ItemError("unreadable tag file", f"the tag file cannot be read ({why}): check it") from error


def tag_text(data: bytes) -> str:
    """The text of a tag file; raises ItemError "tag file too large" or "tag file is not text"."""
    if len(data) > LARGEST_FILE:
        message = "the tag file is larger than 1 MB, which no list of tags is: check what it holds"
        raise ItemError("tag file too large", message)
    return _decode(data)


def read_tags(data: bytes, name: str) -> TagList:
    """The tags in the bytes of a tag file; the suffix of its name (.json, .csv, else text) tells its forms.

    Only dataset/admission.py may call this, so that every picture is judged by its tags. Raises ItemError
    with the reason "tag file too large", "tag file is not text", "broken tag file", "tag file is sentences"
    or "empty tag file".
    """
    text = tag_text(data)
    if not text.strip():
        raise _empty()
    suffix = cut_suffix(name)[1].lower()
    found = _listed(tags_in(text, suffix))
    if not found.tags:
        raise _empty()
    return replace(found, year=year_posted(text)) if suffix == ".json" else found


def _empty() -> ItemError:
    return ItemError("empty tag file", "the tag file holds no tags: write some into it, or delete it")


def _decode(data: bytes) -> str:
    """Tags are ASCII, so a few bytes of another encoding are no reason to lose the picture."""
    try:
        text = decoded_leniently(data)
    except UnicodeDecodeError as error:
        raise _not_text() from error
    if _NOT_TEXT.search(text):
        raise _not_text()
    return text


def _not_text() -> ItemError:
    return ItemError("tag file is not text", "the tag file is not text that can be read: save it as UTF-8")


def _listed(tags: Iterable[Tag]) -> TagList:
    """Drop repeats, keep the first category that the file tells of each tag, and put ratings aside."""
    categories: dict[str, str | None] = {}
    ratings: list[str] = []
    for tag in tags:
        if tag.category == RATING:
            ratings.append(tag.name.partition(":")[2])
        elif tag.name and not categories.get(tag.name):
            categories[tag.name] = tag.category
    return TagList(
        tuple(categories),
        MappingProxyType({name: category for name, category in categories.items() if category}),
        strongest(ratings),
    )
