"""Patterns for what few answers hold, so that most answers are not searched for it.

A pattern of a hundred alternatives takes as long to find nothing as to find something. Whether a text holds
one of a few letters or words, one of which is in all that the pattern can find, is told much faster.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rare:
    """A pattern, and pieces in lower case, one of which is in every text that it finds something in."""

    pattern: re.Pattern[str]
    pieces: tuple[str, ...]

    def may_be_in(self, text: str) -> bool:
        """Whether the text has to be searched."""
        lower = text.lower()
        return any(piece in lower for piece in self.pieces)

    def is_in(self, text: str) -> bool:
        """Whether the pattern is found in the text."""
        return self.may_be_in(text) and self.pattern.search(text) is not None
