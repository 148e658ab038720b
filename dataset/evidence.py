"""Everything in a tag file that matters for whether its picture may be sent, also what is no tag.

The forms of dataset/tag_parsing.py take what a caption needs. This takes whatever names a tag or a rating:
what they drop, keys of any program, ratings outside the wrapper, a key that stands in an object twice. It
knows no formats, so that a new one cannot hide anything from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from dataset.file_names import cut_suffix
from dataset.tag_text import without_generation_data
from errors import ItemError
from tags.categories import category_called
from tags.ratings import Pairs, Rating, is_rating_key, is_yes_no_key
from tags.spelling import unescaped

# Under keys that begin so, or are called so, everything is about the picture.
_TAG_KEYS = ("tag", "keyword", "label")
_NO_TAG_KEYS = ("tag_count", "tag_id", "tagger")
_KEYS = frozenset({"age", "apparent_age", "character", "characters", "content_warning", "content_warnings"})
_TEXTS = frozenset({"parameters", "prompt", "title"})
_PIECE_END = re.compile(r"[,;\n\r\t،、，；\u2028\u2029\x85]|\|\|\|| [|/] |\. ")
_MARKS = " \"'`[](){}<>#*\\"
_SCORE = re.compile(r"0?\.\d+|[01](?:\.0+)?|\d\.?\d*[eE]-\d+")
_YES = frozenset({"true", "yes", "on"})


@dataclass(slots=True)
class Evidence:
    """Texts that may name a minor or something sexual, and the ratings."""

    texts: list[str] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)

    def take(self, text: str, name: str) -> None:
        """Add what is in the text of a tag file of this name; raises ItemError where it cannot be read."""
        if cut_suffix(name)[1].lower() == ".json":
            if text.strip():
                _collect(_load(text), self)
            return
        _split(text, self)
        if text.lstrip().startswith(("[", "{")):
            # JSON beneath another name; weights look like it too.
            with suppress(ItemError):
                _collect(_load(text), self)


def _split(text: str, found: Evidence) -> None:
    for piece in _PIECE_END.split(unescaped(without_generation_data(text))):
        bare = piece.strip()
        if not bare:
            continue
        found.texts.append(bare)
        if "_" in bare and " " in bare:
            found.texts += bare.split()
        if ":" in bare or "=" in bare:
            found.ratings += _ratings_in(bare)


def _ratings_in(piece: str) -> Iterator[Rating]:
    """The ratings in `rating: e`, `"nsfw" = true`, `meta:rating:e`."""
    parts = [part.strip(_MARKS) for part in re.split("[:=：＝]", piece[:200])]
    for key, value in pairwise(parts):
        # (adult:1.2) is a tag with a weight.
        if is_rating_key(key) and (not is_yes_no_key(key) or _is_answer(key, value)):
            yield Rating(key, value)


def _is_answer(key: str, value: str) -> bool:
    return value.casefold() in _YES or (value in ("0", "1", "2") and not key.isalpha())


def _load(text: str) -> object:
    try:
        # Numbers stay text: a number of a million digits is slow to make.
        loaded: object = json.loads(
            text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=Pairs
        )
    except (ValueError, RecursionError) as error:
        message = "the tag file cannot be used, because it is not valid JSON: write it again"
        raise ItemError("broken tag file", message) from error
    return loaded


def _collect(loaded: object, found: Evidence) -> None:
    """Walk through all of the JSON; a list at its top is one of tags."""
    # Objects can lie in each other deeper than functions can call themselves.
    waiting: list[tuple[object, bool]] = [(loaded, isinstance(loaded, list))]
    while waiting:
        value, is_about_tags = waiting.pop()
        if isinstance(value, Pairs):
            for key, inner in value:
                _take_pair(key, inner, is_about_tags, found, waiting)
        elif isinstance(value, list):
            waiting += [(inner, is_about_tags) for inner in value]
        elif isinstance(value, str) and is_about_tags:
            _take_text(value, found)


def _take_pair(
    key: str, inner: object, is_about_tags: bool, found: Evidence, waiting: list[tuple[object, bool]]
) -> None:
    small = key.lower()
    if is_rating_key(key):
        found.ratings.append(Rating(key, inner))
        return
    if small in _TEXTS and isinstance(inner, str):
        _split(inner, found)
    elif small in ("age", "apparent_age") and isinstance(inner, str):
        found.texts.append(f"age {inner}")
    elif is_about_tags or (isinstance(inner, str) and _SCORE.fullmatch(inner)):
        # {"1girl": 0.98}, at the top or below a category.
        found.texts.append(key)
    waiting.append((inner, is_about_tags or _is_tag_key(small)))


def _is_tag_key(key: str) -> bool:
    if key in _KEYS or category_called(key):
        return True
    return key.startswith(_TAG_KEYS) and not key.startswith(_NO_TAG_KEYS)


def _take_text(text: str, found: Evidence) -> None:
    _split(text, found)
    if "," not in text and " " in text:
        # The tags of a booru, with spaces between them.
        for tag in text.split():
            _split(tag, found)
