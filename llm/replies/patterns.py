"""What is recognized in answers: the regular expressions and lists of words in patterns.ini."""

import json
import re
from configparser import ConfigParser
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

TABLES = ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",))
TABLES.read(Path(__file__).with_name("patterns.ini"), encoding="utf-8")


@dataclass(frozen=True)
class LazyPattern:
    """A pattern that is compiled when the first text has to be searched: a run without a model needs none.

    `hints` are pieces in lower case. Every text that the pattern matches contains at least one of them, if
    there are any. Looking for a few pieces is much faster than searching for a pattern of a hundred
    alternatives, so patterns that match few texts have them.
    """

    source: str
    flags: int
    hints: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self.source, self.flags)

    def may_match(self, text: str) -> bool:
        """Whether the text has to be searched."""
        lower = text.lower()
        return any(hint in lower for hint in self.hints) or not self.hints

    def matches(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in the text."""
        return self.may_match(text) and self.pattern.search(text) is not None


def pattern(section: str, name: str, flags: int = re.IGNORECASE) -> LazyPattern:
    """A pattern of a section of the file, with its hints if it has any."""
    hints: list[str] = json.loads(TABLES[section].get(f"{name} hints", "[]"))
    return LazyPattern(_source(section, name), flags, tuple(hints))


def _source(section: str, name: str) -> str:
    alternatives = "|".join(filter(None, TABLES[section][name].split("\n")))
    return re.sub(r"\{([a-z_]+)\}", lambda inner: _source(section, inner[1]), f"(?:{alternatives})")
