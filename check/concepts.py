"""What one word of a caption says: itself and what is broader, so that a rose is also a flower.

The words stand in concepts.json: what is said, and the narrower words or synonyms that say it too.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from check.word_lists import word_list
from english import stem

_LISTS = Path(__file__).with_name("concepts.json")
_WORDS_REMEMBERED = 1 << 15
_ENDS = tuple(stem(word) for word in word_list("concepts", "ends"))
_NO_COMPOUNDS = frozenset(stem(word) for word in word_list("concepts", "no_compounds"))
_SHORTEST_BEGINNING = 3


@lru_cache(maxsize=1)
def _broader() -> dict[str, frozenset[str]]:
    raw: dict[str, str] = json.loads(_LISTS.read_text(encoding="utf-8"))
    direct: dict[str, set[str]] = {}
    for said, narrower in raw.items():
        for word in narrower.split():
            direct.setdefault(stem(word), set()).add(stem(said))
    return {word: frozenset(_reached(word, direct)) for word in direct}


def _reached(word: str, direct: dict[str, set[str]]) -> Iterator[str]:
    seen: set[str] = set()
    waiting = [word]
    while waiting:
        for broader in direct.get(waiting.pop(), set()) - seen:
            seen.add(broader)
            waiting.append(broader)
    return iter(seen)


@lru_cache(maxsize=_WORDS_REMEMBERED)
def concepts(word: str) -> tuple[str, ...]:
    """List what a lower-case word says, itself first, all as stems: "roses" ─▶ rose, flower, plant."""
    base = stem(word)
    broader = _broader().get(base)
    if broader is None:
        broader = _end_of(base)
    return (base, *sorted(broader - {base}))


def _end_of(base: str) -> frozenset[str]:
    """Tell what a word says that is written as one: a tailcoat is a coat."""
    if base not in _NO_COMPOUNDS:
        for end in _ENDS:
            if base.endswith(end) and len(base) >= len(end) + _SHORTEST_BEGINNING:
                return frozenset({end}) | _broader().get(end, frozenset())
    return frozenset()
