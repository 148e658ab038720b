"""The findings of --check: one line each, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from dataset.file_names import printable

Level = Literal["ok", "warning", "problem"]
Item = TypeVar("Item")

# Large enough to tell what a data set is like, small enough to be read in seconds.
LARGEST_SAMPLE = 2000
_MOST_NAMED = 3


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


def ok(text: str) -> Finding:
    """Something is as it should be."""
    return Finding("ok", text)


def warning(text: str, remedy: str = "") -> Finding:
    """A run would work, but not as well as it could."""
    return Finding("warning", text, remedy)


def problem(text: str, remedy: str = "") -> Finding:
    """A run would fail."""
    return Finding("problem", text, remedy)


@dataclass(slots=True)
class Faults:
    """Names of items by the reason why they failed, and the first message for each reason."""

    names: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, reason: str, message: str) -> None:
        """Add one item that failed."""
        self.names.setdefault(reason, []).append(name)
        self.messages.setdefault(reason, message)

    def findings(self) -> Iterator[Finding]:
        """One warning for each reason, with the first few names."""
        for reason, names in self.names.items():
            yield warning(f"{reason}: {first_few(names)}; {self.messages[reason]}")


def first_few(names: Sequence[str]) -> str:
    """How many names there are, and the first few of them: "5 (a.png, b.png, c.png, 2 more)"."""
    shown = [printable(name) for name in names[:_MOST_NAMED]]
    more = [f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return f"{len(names):,} ({', '.join([*shown, *more])})"


def sample(items: Sequence[Item]) -> list[Item]:
    """At most LARGEST_SAMPLE items, evenly spread over the sequence."""
    step = max(1, -(-len(items) // LARGEST_SAMPLE))
    return list(items[::step])
