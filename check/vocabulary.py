"""The words that the check knows: lists of words by subject, and which word says what.

To teach the check a word, add it to a list of word_lists.json, or to concepts.json, which has for each word
the narrower words and synonyms that say it too: a rose is a flower.
"""

import json
from functools import lru_cache
from pathlib import Path

from english import stem

_FOLDER = Path(__file__).parent
_REMEMBERED_WORDS = 1 << 15
_MIN_BEGINNING = 3


@lru_cache(maxsize=1)
def _word_lists() -> dict[str, dict[str, list[str]]]:
    lists: dict[str, dict[str, list[str]]] = json.loads(
        (_FOLDER / "word_lists.json").read_text(encoding="utf-8")
    )
    return lists


def word_list(subject: str, name: str) -> list[str]:
    """The words of one list, such as "roles" of "people"."""
    return [word for line in _word_lists()[subject][name] for word in line.split()]


# A word written as one says what it ends in, a tailcoat a coat; these words are no such compounds.
_COMPOUND_ENDS = tuple(stem(word) for word in word_list("concepts", "ends"))
_NO_COMPOUNDS = frozenset(stem(word) for word in word_list("concepts", "no_compounds"))
_ADJECTIVES = frozenset(word_list("modifiers", "adjectives"))
_ADJECTIVE_ENDINGS = ("ed", "y", "ish", "less", "ous", "ful", "ic", "al", "ing", "ive", "ent", "ant")
_NO_ADJECTIVES = frozenset(word_list("modifiers", "no_adjectives"))


@lru_cache(maxsize=_REMEMBERED_WORDS)
def concepts(word: str) -> tuple[str, ...]:
    """What a lower-case word says, as stems and itself first: "roses" says rose, flower and plant."""
    base = stem(word)
    broader = _broader_words().get(base)
    if broader is None:
        broader = _said_by_compound(base)
    return (base, *sorted(broader - {base}))


@lru_cache(maxsize=_REMEMBERED_WORDS)
def is_adjective(word: str) -> bool:
    """Whether a word can describe a noun, by lists and endings."""
    if word in _ADJECTIVES:
        return True
    return len(word) > 4 and word.endswith(_ADJECTIVE_ENDINGS) and word not in _NO_ADJECTIVES


@lru_cache(maxsize=1)
def _broader_words() -> dict[str, frozenset[str]]:
    """All broader words of each word of concepts.json, also the broader words of those."""
    raw: dict[str, str] = json.loads((_FOLDER / "concepts.json").read_text(encoding="utf-8"))
    direct: dict[str, set[str]] = {}
    for broader, narrower in raw.items():
        for word in narrower.split():
            direct.setdefault(stem(word), set()).add(stem(broader))
    return {word: frozenset(_reachable(word, direct)) for word in direct}


def _reachable(word: str, direct: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [word]
    while waiting:
        for broader in direct.get(waiting.pop(), set()) - seen:
            seen.add(broader)
            waiting.append(broader)
    return seen


def _said_by_compound(base: str) -> frozenset[str]:
    if base not in _NO_COMPOUNDS:
        for end in _COMPOUND_ENDS:
            if base.endswith(end) and len(base) >= len(end) + _MIN_BEGINNING:
                return frozenset({end}) | _broader_words().get(end, frozenset())
    return frozenset()
