"""How many of what, as people say it."""

from __future__ import annotations

from collections.abc import Iterable


def amount(number: float, noun: str) -> str:
    """A whole number with its noun: "1 caption", "2,000 captions"; `noun` takes an s for its plural."""
    shown = f"{number:,.0f}"
    return f"{shown} {noun}" if shown == "1" else f"{shown} {noun}s"


def by_reason(counts: Iterable[tuple[str, int]]) -> str:
    """How often each reason was met: "2 cut off, 1 refused"."""
    return ", ".join(f"{count:,} {reason}" for reason, count in counts)
