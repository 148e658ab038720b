"""Which words describe which: in "a long blue skirt and red shoes" the skirt is long and blue, the shoes red.

No parser: adjectives are told by lists and endings, and a walk to both sides of a noun stops at the first
word that cannot belong to it.
"""

from collections.abc import Iterator
from functools import lru_cache

from check.concepts import concepts
from check.sentences import CLAUSE, COMMA, JOINED, Text
from check.word_lists import word_list

_REACH = 9
_AND = frozenset({"and", "or", "but", "yet"})
# A noun phrase does not reach over these.
STOPS = frozenset(word_list("modifiers", "stops"))
# What may stand between a noun and what is said of it: "her eyes are a deep blue".
_LINKS = frozenset(word_list("modifiers", "links"))
_GOES_ON = frozenset(word_list("modifiers", "goes_on"))
_ADJECTIVES = frozenset(word_list("modifiers", "adjectives"))
_ADJECTIVE_ENDINGS = ("ed", "y", "ish", "less", "ous", "ful", "ic", "al", "ing", "ive", "ent", "ant")
_NO_ADJECTIVES = frozenset(word_list("modifiers", "no_adjectives"))
_NOUNS_OF_HAIR = frozenset(word_list("modifiers", "nouns_of_hair"))


@lru_cache(maxsize=1 << 15)
def is_adjective(word: str) -> bool:
    """Tell whether a word can describe a noun, by lists and endings."""
    if word in _ADJECTIVES:
        return True
    return len(word) > 4 and word.endswith(_ADJECTIVE_ENDINGS) and word not in _NO_ADJECTIVES


def modifiers(text: Text, noun: int) -> Iterator[int]:
    """Yield the positions of the words that describe the noun at position `noun`."""
    is_hair = text.stems[noun] == "hair"
    if is_hair and text.word(noun + 1) in _NOUNS_OF_HAIR and text.parted(noun + 1) == JOINED:
        return
    yield from _before(text, noun)
    yield from _after(text, noun)


def _before(text: Text, noun: int) -> Iterator[int]:
    listing = False
    for position in range(noun - 1, max(-1, noun - 1 - _REACH), -1):
        parted = text.parted(position + 1)
        word = text.words[position]
        if parted >= CLAUSE:
            return
        if word in _AND:
            listing = True
            continue
        if word in STOPS:
            return
        listing = listing or parted == COMMA
        if listing and not is_adjective(word):
            return
        yield position


def _after(text: Text, noun: int) -> Iterator[int]:
    position = noun + 1
    first_gap = text.parted(position)
    begins = text.word(position) in _LINKS or text.word(position) in _ADJECTIVES
    if first_gap >= CLAUSE or (first_gap == JOINED and not begins):
        return
    run: list[int] = []
    limit = position + _REACH
    while position < limit and text.parted(position) < CLAUSE:
        word = text.word(position)
        if is_adjective(word):
            run.append(position)
        elif not (word in _LINKS or word in _AND or (run and word in _GOES_ON)):
            break
        position += 1
    yield from _predicates(text, run, position)


def _predicates(text: Text, run: list[int], end: int) -> Iterator[int]:
    """Leave out adjectives at the end of a run that belong to the noun behind it: "is long, red ribbons"."""
    belongs_elsewhere = text.parted(end) == JOINED and text.word(end) not in STOPS and bool(text.word(end))
    kept = list(run)
    while belongs_elsewhere and kept and kept[-1] == end - 1:
        end = kept.pop()
        belongs_elsewhere = text.parted(end) == JOINED
    yield from kept


def described_as(text: Text, noun: int) -> frozenset[str]:
    """List what the words say that describe a noun: "crimson" says red too."""
    return frozenset(said for position in modifiers(text, noun) for said in concepts(text.words[position]))
