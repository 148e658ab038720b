"""How much is read of what others wrote: answers, dumps, lines and numbers, always counted after unpacking.

The table in docs/RELIABILITY.md lists these limits, and a test compares the two.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress

import orjson

# An answer of a server or wiki, in bytes: 100,000 tokens with their reasoning take half a megabyte, a long
# list of models one, and the pages of 500 tags three.
LARGEST_ANSWER = 8_000_000
# The values in one JSON text from a server or a dump: 8 MB of empty lists would take 200 MB once they are
# read. The list of a service with 400 models has 30,000 values.
MOST_JSON_VALUES = 400_000
# A line of the journal or of another file of JSON lines, in bytes: the longest answer that becomes a caption
# has 20,000 characters and takes a quarter of this at most.
LONGEST_LINE = 1_000_000
# A dump, in characters: those of wikis have 100 to 200 million.
LARGEST_DUMP = 2_000_000_000
# A row of a dump, in characters: the longest page of a wiki has 250,000.
LONGEST_ROW = 2_000_000
# Rows of a dump: wikis have 200,000 pages and a million tags.
MOST_ROWS = 5_000_000
# A page of Parquet, in bytes: programs write pages of one megabyte, and a page is unpacked as a whole.
LARGEST_PAGE = 32_000_000
# tags_cache.json or a file beside it, in bytes: an entry takes some 300.
LARGEST_SHARED_FILE = 100_000_000
# Posts of a tag, in a dump or an answer of a wiki: the most common tag has ten million.
MOST_POSTS = 1_000_000_000
# A number of more digits counts as infinite. Python refuses to read more than 4,300.
_MOST_DIGITS = 300


def read_json(text: str | bytes) -> object:
    """The value of a JSON text from outside; a number of more than 64 bits may lose its last digits.

    Raises ValueError if it is no JSON, is nested too deeply or has more than MOST_JSON_VALUES values.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "replace")
    refuse_many_values(text)
    # orjson reads nearly all texts, in a tenth of the time that `_DECODER` takes.
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(text)
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("brackets that are nested too deeply") from error


def plausible_count(value: object) -> int | None:
    """A whole number from outside, such as the posts of a tag; None if it is none, or cannot be true."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_POSTS else None


def refuse_many_values(text: str | bytes) -> None:
    """Raise ValueError if a JSON text may have more than MOST_JSON_VALUES values."""
    if len(text) > MOST_JSON_VALUES and most_values_in(text) > MOST_JSON_VALUES:
        raise ValueError(f"more than {MOST_JSON_VALUES:,} values")


def most_values_in(text: str | bytes) -> int:
    """How many values a JSON text has at most, or a part of one.

    Each value follows one of three signs. Those inside of strings count too, which does no harm.
    """
    if isinstance(text, str):
        return sum(map(text.count, ",[{"))
    return sum(map(text.count, (b",", b"[", b"{")))


def _integer(digits: str) -> int | float:
    if len(digits) > _MOST_DIGITS:
        return -math.inf if digits.startswith("-") else math.inf
    return int(digits)


# Some servers write line breaks into texts as they are, half characters, or numbers beyond what a float can
# hold: orjson refuses these.
_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)
