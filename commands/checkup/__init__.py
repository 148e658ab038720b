"""A look at everything that a run needs, before it is started: each finding with its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; with a problem a run would fail.

    `remedy` says what to do, where the text does not say so itself.
    """

    level: Level
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join((f"{self.text}: {self.remedy}" if self.remedy else self.text).split())


def ok(text: str) -> Finding:
    """Say that something is as it should be."""
    return Finding("ok", text)


def warning(text: str, remedy: str = "") -> Finding:
    """Say that a run would do, but not as well as it could."""
    return Finding("warning", text, remedy)


def problem(text: str, remedy: str = "") -> Finding:
    """Say that a run would fail."""
    return Finding("problem", text, remedy)
