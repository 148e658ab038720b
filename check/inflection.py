"""The forms of an English word brought together, so that "smiling" and "smiles" are one word to look for.

`stem` is no dictionary form: it only has to be the same for all forms of a word, in tags and captions alike.
"""

import json
from functools import lru_cache
from pathlib import Path

_LISTS = Path(__file__).with_name("inflection.json")
_WORDS_REMEMBERED = 1 << 15
_VOWELS = frozenset("aeiouy")
_DOUBLED = frozenset("bdgmnprt")
_SHORTEST_STEM = 3


@lru_cache(maxsize=1)
def _exceptions() -> dict[str, str]:
    """Map each irregular form to its base; a base maps to itself and is not cut."""
    raw: dict[str, str] = json.loads(_LISTS.read_text(encoding="utf-8"))
    forms = {form: base for base, listed in raw.items() for form in listed.split()}
    return forms | {base: base for base in raw}


@lru_cache(maxsize=_WORDS_REMEMBERED)
def stem(word: str) -> str:
    """Cut a lower-case word to what its forms share: smile, smiles, smiled and smiling are "smil"."""
    base = _exceptions().get(word)
    if base:
        return base
    if len(word) <= _SHORTEST_STEM or word.isdigit():
        return word
    return _without_end_vowel(_without_ending(word))


def _without_ending(word: str) -> str:
    if word.endswith("ings"):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and not word.endswith("eed"):
            rest = word[: -len(ending)]
            if len(rest) > 1 and not _VOWELS.isdisjoint(rest):
                return rest[:-1] if rest[-1] in _DOUBLED and rest[-2] == rest[-1] else rest
            return word
    if not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ses", "xes", "zes", "ches", "shes")) else word[:-1]


def _without_end_vowel(word: str) -> str:
    if word.endswith("e") and len(word) > _SHORTEST_STEM:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 2 else word
