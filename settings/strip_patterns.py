"""The regular expressions of `[Interpreter] strip`, and the limit on the time that they may take.

`re` of Python cannot be stopped: a pattern such as `(a+)+$` would never end. `regex` reads the
same patterns and stops after a timeout, which it measures in seconds of the processor.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LONGEST = 1.0
"""Seconds that all patterns together may take on one caption."""


class SlowPatternError(Exception):
    """A pattern takes too long on a text; `pattern` is that one."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"{pattern} takes longer than {LONGEST:g} second")
        self.pattern = pattern


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, as it is written and compiled."""

    text: str
    compiled: Any

    @classmethod
    def of(cls, text: str) -> Pattern:
        """Compile a pattern; raises ValueError if it cannot be used."""
        import regex  # heavy, and few people write patterns

        try:
            return cls(text, regex.compile(text))
        except (regex.error, OverflowError, RecursionError) as error:
            raise ValueError(f"{text} cannot be used ({error})") from error


def without(patterns: Iterable[Pattern], text: str) -> str:
    """The text without what the patterns match; raises SlowPatternError."""
    left = LONGEST
    for pattern in patterns:
        started = time.process_time()
        try:
            text = pattern.compiled.sub("", text, timeout=left)
        except TimeoutError as error:
            raise SlowPatternError(pattern.text) from error
        left = max(left - (time.process_time() - started), LONGEST / 100)
    return text
