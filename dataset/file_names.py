"""The names of files: in which order people expect them, and which are the same."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = re.compile(r"[0-9]+")
_LONGEST_NUMBER = ord("a") - ord("0") - 1


def natural_order(name: str) -> tuple[str, str]:
    """A key that sorts file2 before file10, whatever the case of the letters."""
    # A run of digits sorts by its length first, then digit by digit, and before every letter.
    return _DIGITS.sub(_with_length, name.lower()), name


def _with_length(digits: re.Match[str]) -> str:
    number = digits[0].lstrip("0")
    return chr(ord("0") + min(len(number), _LONGEST_NUMBER)) + number


def cut_suffix(name: str) -> tuple[str, str]:
    """Cut "b.png" into "b" and ".png"; a name without a dot has no suffix."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem else (name, "")


def composed(name: str) -> str:
    """A name with each accent in one character with its letter, as most systems write it."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def spellings(path: str) -> tuple[str, ...]:
    """The ways in which systems write the name at the end of a path: accents with their letters, or apart."""
    if path.isascii():
        return (path,)
    folder, slash, name = path.rpartition("/")
    forms = (name, composed(name), unicodedata.normalize("NFD", name))
    return tuple(f"{folder}{slash}{form}" for form in dict.fromkeys(forms))


def sharing_key(stem: str) -> str:
    """A key that is the same for two stems when both would have one caption file.

    Upper and lower case count as the same on every system: data sets are copied from Linux to Windows or
    macOS, where A.txt silently overwrites a.txt. So do the two ways in which Unicode can write an accent.
    """
    return stem.lower() if stem.isascii() else composed(stem).casefold()
