"""The characters of an answer: what cannot be seen is removed, white space is made plain.

Every other step relies on this one having run: no white space is longer than one blank line, so a
pattern with white space in it cannot be made to run for ever.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters, but for tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphen, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction of writing, byte order mark
    "\ufff9-\ufffd"  # annotations, and the sign that a decoder puts for broken bytes
    "\ud800-\udfff\U000e0000-\U000e007f]"  # halves of characters, which no file can hold; invisible tags
)
_BLANK_LINES = re.compile(r"\n{3,}")

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
"""Han characters and kana, as the inside of a regular expression's character class."""

_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+(?:['’-][^\W{CJK}]+)*")
_ASCII_WORD = re.compile(r"\w+(?:['-]\w+)*", re.ASCII)
_SENTENCE_END = re.compile(r"\n|[.!?] |[。！？]")


def drop_unseen(text: str) -> str:
    """Removes what an editor would not show: control and zero-width characters, halves of characters."""
    return _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text))


def even_spacing(text: str) -> str:
    """One space between words, no space at either end of a line, at most one blank line between lines."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    """The whole text on one line, as one trainer reads only the first line and two take each for itself."""
    return " ".join(text.split())


def words(text: str) -> list[str]:
    """The words of a text; a Han character or kana counts as one, as those languages put no spaces."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence or line begins and ends, mark and white space included."""
    ends = (found.end() for found in _SENTENCE_END.finditer(text))
    return pairwise([0, *ends, len(text)])


def capitalized(text: str) -> str:
    """The text with its first letter large and the rest as it was."""
    return text[:1].upper() + text[1:]
