"""The findings of --check: one line each, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar, get_args

from dataset.pictures import evenly_spread
from english import first_few
from errors import Problem

Level = Literal["ok", "warning", "problem"]
Item = TypeVar("Item")

# Large enough to tell what a data set is like, small enough to be read in seconds.
LARGEST_SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; with a problem a run would fail.

    `remedy` says what to do, unless the text says so itself.
    """

    level: Level
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join((f"{self.text}: {self.remedy}" if self.remedy else self.text).split())


# Something is as it should be; a run would work, but not as well as it could; a run would fail.
ok, warning, problem = (partial(Finding, level) for level in get_args(Level))


def warnings_by_reason(problems: Iterable[Problem]) -> Iterator[Finding]:
    """One warning for each reason, with the first few names and the first message."""
    by_reason: dict[str, list[Problem]] = {}
    for each in problems:
        by_reason.setdefault(each.reason, []).append(each)
    for reason, alike in by_reason.items():
        yield warning(f"{reason}: {first_few([each.name for each in alike])}; {alike[0].message}")


def sample(items: Sequence[Item]) -> list[Item]:
    """At most LARGEST_SAMPLE items, evenly spread over the sequence."""
    return evenly_spread(items, LARGEST_SAMPLE)
