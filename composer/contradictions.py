"""What is said of somebody's usual looks, without what the tags of a picture contradict."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from composer.looks import colours_in, read_looks
from composer.phrasing import REMEMBERED_TAGS
from english import stem

# A description is cut here into pieces, each with the words that lead up to it.
_LEADS = re.compile(r"((?:,? and with |, with |, and | and | with |, |\. ))")
_LENGTHS = frozenset(map(stem, ("long", "short", "medium")))
_PARTS = (stem("hair"), stem("eyes"))


def without_contradicted(text: str, tags: Sequence[str]) -> str:
    """The text without the pieces in which hair or eyes are of another colour or length than the tags say.

    "A witch with long red hair and blue eyes." becomes "A witch with blue eyes." for a picture with
    `black_hair`. The whole text is given back where the tags contradict none of it.
    """
    said = _said_by(tags)
    if not said:
        return text
    first, *rest = _LEADS.split(text.removesuffix("."))
    kept = [] if _is_contradicted(first, said) else [first]
    left_out = ""
    for lead, piece in zip(rest[::2], rest[1::2], strict=True):
        if _is_contradicted(piece, said):
            left_out = left_out or lead
        else:
            kept += [left_out or lead if kept else "", piece]
            left_out = ""
    whole = "".join(kept)
    return f"{whole}." if whole and text.endswith(".") else whole


def _said_by(tags: Sequence[str]) -> Mapping[tuple[str, str], frozenset[str]]:
    """The colours and lengths that tags say, by the part of the body and what is said of it."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for tag in tags:
        for kind, words in _told(tag.replace("_", " ")):
            found[kind] = found.get(kind, frozenset()) | words
    return found


def _is_contradicted(piece: str, said: Mapping[tuple[str, str], frozenset[str]]) -> bool:
    return any(kind in said and said[kind].isdisjoint(words) for kind, words in _told(piece))


@lru_cache(maxsize=REMEMBERED_TAGS)
def _told(text: str) -> Sequence[tuple[tuple[str, str], frozenset[str]]]:
    return list(_colours_and_lengths(text))


def _colours_and_lengths(text: str) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """What a text says of hair and eyes: ("hair", "colour") and the colours, as stems."""
    for part in _PARTS:
        for phrase in read_looks(text).phrases.get(part, ()):
            if phrase.of:
                continue
            if colours := colours_in(phrase.said):
                yield (part, "colour"), frozenset(colours)
            if lengths := _LENGTHS & phrase.said:
                yield (part, "length"), lengths
