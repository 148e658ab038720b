"""Tags that count people: `1girl`, `6+boys`, `multiple_others`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

GIRLS, BOYS, OTHERS = "girl", "boy", "other"
# How a tag writes a number that it leaves open.
MULTIPLE = "multiple"
# Larger numbers count as this one.
MANY = 1_000

# A count with a number, for patterns that look for one inside a text.
NUMBERED = r"\d+\+?(?:girl|boy|other)s?"
_COUNT = re.compile(rf"(?:(\d+)(\+?)|({MULTIPLE})_)(girl|boy|other)s?")
# The check of captions asks for every tag of every picture.
_REMEMBERED = 1 << 16


@dataclass(frozen=True, slots=True)
class Count:
    """What a tag says of how many people there are.

    `kind` is "girl", "boy" or "other"; `fewest` is how many there are at least, and `is_open` whether there
    may be more. `number` is written as in the tag: "2", "6+" or "multiple".
    """

    kind: str
    fewest: int
    is_open: bool
    number: str


@lru_cache(_REMEMBERED)
def count_in(tag: str) -> Count | None:
    """What a tag says of how many people there are; None if it counts no people."""
    found = _COUNT.fullmatch(tag)
    if not found:
        return None
    digits, plus, multiple, kind = found.groups()
    if multiple:
        return Count(kind, 2, is_open=True, number=MULTIPLE)
    # A few digits show that there are many; making a number of thousands of digits is slow.
    return Count(kind, min(int(digits[:4]), MANY), is_open=bool(plus), number=digits + plus)


def fewest_people(tags: Iterable[str]) -> int:
    """How many people the tags count at least; of two counts of one kind, the larger holds."""
    fewest: dict[str, int] = {}
    for tag in tags:
        count = count_in(tag)
        if count:
            fewest[count.kind] = max(count.fewest, fewest.get(count.kind, 0))
    return sum(fewest.values())
