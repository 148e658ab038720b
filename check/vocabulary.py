"""The words that the check knows: lists of words by subject, and which word says what.

To teach the check a word, add it to a list of word_lists.json; to concepts.json, which has for each word the
narrower words that say it too: a rose is a flower; for colours, hair and clothes to tags/appearance.json,
which the composer reads too; or to synonyms.json, where all words of a line say each other in their first
sense.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from english import plural, singular, stem
from tags.appearance import said_by
from tags.implications import said_along
from tags.people_counts import BOYS, GIRLS

_REMEMBERED_WORDS = 1 << 15
_MIN_BEGINNING = 3


@cache
def table(name: str) -> Any:  # noqa: ANN401  each table has its own form
    """The content of one of the JSON files of this folder, read once."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


def word_list(subject: str, name: str) -> list[str]:
    """The words of one list, such as "roles" of "people"."""
    return [word for line in table("word_lists")[subject][name] for word in line.split()]


@cache
def word_set(subject: str, *names: str) -> frozenset[str]:
    """The words of one or more lists of a subject."""
    return frozenset(word for name in names for word in word_list(subject, name))


def stem_set(subject: str, name: str) -> frozenset[str]:
    """The stems of the words of one list."""
    return frozenset(map(stem, word_list(subject, name)))


# The words for people, and what each tells of who it means.
PERSON, RELATION, CHILD, CROWD, TRADE = "person", "relation", "child", "crowd", "trade"

ROLES_OF_GIRLS = word_set("people", "roles_of_girls")
ROLES_OF_BOYS = word_set("people", "roles_of_boys")
ANY_ROLES = word_set("people", "roles", "roles_of_girls", "roles_of_boys")
_TRADES = (ANY_ROLES | word_set("people", "trades")) - word_set("people", "no_trades")
# Each form of a word for what people do, and the singular.
TRADES = {
    **{f"{word[:-2]}en" if word.endswith("man") else plural(word): word for word in _TRADES},
    **{word: word for word in _TRADES},
}


def _sex_of_trade(word: str) -> str:
    return GIRLS if word in ROLES_OF_GIRLS else BOYS if word in ROLES_OF_BOYS else ""


# The kind and the sex that each noun says, and whether it is a plural.
PEOPLE_NOUNS: dict[str, tuple[str, str, bool]] = {
    noun: (kind, sex, is_plural)
    for kind, sex, singulars, plurals in table("people_nouns")
    for is_plural, nouns in ((False, singulars), (True, plurals))
    for noun in nouns.split()
}
ALL_NOUNS = {
    **{word: (TRADE, _sex_of_trade(one), one != word) for word, one in TRADES.items()},
    **PEOPLE_NOUNS,
}

# A word written as one says what it ends in, a tailcoat a coat; these words are no such compounds.
_COMPOUND_ENDS = tuple(stem(word) for word in word_list("concepts", "ends"))
_NO_COMPOUNDS = stem_set("concepts", "no_compounds")
_ADJECTIVES = word_set("modifiers", "adjectives")
_ADJECTIVE_ENDINGS = ("ed", "y", "ish", "less", "ous", "ful", "ic", "al", "ing", "ive", "ent", "ant")
_NO_ADJECTIVES = word_set("modifiers", "no_adjectives")


@lru_cache(maxsize=_REMEMBERED_WORDS)
def concepts(word: str) -> tuple[str, ...]:
    """What a lower-case word says, as stems and itself first: "roses" says rose, flower and plant."""
    base, broader = stem(word), _broader_words()
    said = broader.get(base, frozenset())
    if base not in broader and base not in _NO_COMPOUNDS:
        ends = (
            end for end in _COMPOUND_ENDS if base.endswith(end) and len(base) >= len(end) + _MIN_BEGINNING
        )
        for end in islice(ends, 1):
            said = broader.get(end, frozenset()) | {end}
    if word.endswith("y") and len(word) > _MIN_BEGINNING + 1 and is_adjective(word):
        # "misty" says mist, and "foggy" fog.
        noun = word[:-2] if word[-3] == word[-2] else word[:-1]
        said = said | {stem(noun)} | broader.get(stem(noun), frozenset())
    return (base, *sorted(said - {base}))


@lru_cache(maxsize=_REMEMBERED_WORDS)
def is_adjective(word: str) -> bool:
    """Whether a word can describe a noun, by lists and endings."""
    if word in _ADJECTIVES:
        return True
    return len(word) > 4 and word.endswith(_ADJECTIVE_ENDINGS) and word not in _NO_ADJECTIVES


@lru_cache(maxsize=_REMEMBERED_WORDS)
def is_known(word: str) -> bool:
    """Whether the tables have a lower-case word, so that it is one of every day and no name."""
    return word in _known_words() or singular(word) in _known_words()


def _narrower_words() -> Iterator[tuple[str, Sequence[str]]]:
    """Each word, with the narrower ones that say it too."""
    yield from ((word, narrower.split()) for word, narrower in table("concepts").items())
    yield from said_by("shades", "same").items()


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """All words of concepts.json, phrases.json and what is known of looks."""
    phrases = [way for ways in table("phrases").values() for way in ways]
    words = (f"{broader} {' '.join(narrower)}" for broader, narrower in _narrower_words())
    return frozenset(re.findall(r"\w+", " ".join((*words, *phrases))))


@lru_cache(maxsize=1)
def _broader_words() -> dict[str, frozenset[str]]:
    """All broader words of each word that has some, also the broader words of those, and synonyms."""
    direct: dict[str, set[str]] = {}
    for group in table("synonyms"):
        stems = set(map(stem, group.split()))
        for each in stems:
            direct.setdefault(each, set()).update(stems - {each})
    for broader, narrower in _narrower_words():
        for word in narrower:
            direct.setdefault(stem(word), set()).add(stem(broader))
    return {word: frozenset(said_along(word, lambda said: direct.get(said, ()))) for word in direct}
