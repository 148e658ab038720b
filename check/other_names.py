"""Names that nobody in the tags has: known from elsewhere in the data set, or told by how they are said.

A name only counts if it is known, introduced as one ("a girl named Sakura"), said to be from a series, or
looks like one of a person. A name that is a word too ("link", "power") only counts if it is introduced.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from check.capitals import Place, likely_people, named_with_series
from check.text import COMMA, JOINED, Text, words_of
from check.vocabulary import is_known, word_set
from english import stem
from tags.spelling import words

_SHORTEST_PART = 2
_LONGEST_NAME = 5
_PARTICLES = word_set("names", "particles")
# Parts of names that identify nobody.
_TITLES = word_set("names", "titles")
_PEOPLE = word_set("names", "people")
_INTRODUCING = word_set("names", "introducing")
_MAY_INTRODUCE = [stem(word) for word in (*_INTRODUCING, "is")]
# Names that captions also have as words.
ORDINARY_NAMES = word_set("names", "ordinary")


@dataclass(frozen=True, slots=True)
class Name:
    """The ways to say one name, each a tuple of lower-case words."""

    full: tuple[tuple[str, ...], ...]
    parts: frozenset[str]


@lru_cache(maxsize=1 << 14)
def name_of(tag: str) -> Name:
    """The ways to say the name that a tag of a character is."""
    spelled = words_of(words(tag))
    ways: set[tuple[str, ...]] = set()
    parts: set[str] = set()
    for spoken in {spelled, tuple(map(_with_short_vowels, spelled))}:
        ways |= {spoken, spoken[::-1]} if len(spoken) == 2 else {spoken}
        if len(spoken) > 2:
            ways |= {pair for pair in pairwise(spoken) if _PARTICLES.isdisjoint(pair)}
        parts |= {word for word in spoken if len(word) >= _SHORTEST_PART}
    parts -= _TITLES | _PARTICLES
    return Name(tuple(way for way in ways if way), frozenset(parts))


@lru_cache(maxsize=8)
def _roster(names: frozenset[str]) -> tuple[Mapping[str, Sequence[tuple[str, ...]]], Collection[str]]:
    """The full ways to say known names by first word, the longest first, and all parts of these names."""
    ways: dict[str, set[tuple[str, ...]]] = {}
    parts: set[str] = set()
    for tag in names:
        name = name_of(tag)
        parts |= name.parts
        for way in name.full:
            if len(way) > 1 or (way[0] not in ORDINARY_NAMES and len(way[0]) > 2):
                ways.setdefault(way[0], set()).add(way)
    return {first: sorted(found, key=len, reverse=True) for first, found in ways.items()}, parts


@lru_cache(maxsize=1 << 16)
def spellings_of_words(tag: str) -> frozenset[str]:
    """The words of a tag, and how captions spell them if they are Japanese."""
    spoken = words_of(tag)
    return frozenset((*spoken, *map(_with_short_vowels, spoken)))


@lru_cache(maxsize=1 << 14)
def _with_short_vowels(word: str) -> str:
    """A Japanese name as captions spell it too: "ryuko" for ryuuko, "toru" for tooru and touru."""
    return word.replace("uu", "u").replace("ou", "o").replace("oo", "o")


def find_other_names(
    text: Text,
    own: Sequence[Name],
    own_words: frozenset[str],
    known_names: frozenset[str],
    places: Sequence[Place],
    capitals: Sequence[int],
    titles: Sequence[Place],
) -> dict[int, int]:
    """Names of nobody in the tags, first position to last.

    `own` are the names of those in the tags, and what is made of `own_words` of the tags is no such name.
    `places` and `capitals` are where names with capitals and words with capitals stand, `titles` where series
    are named.
    """
    ways, parts = _roster(known_names)
    known, introduced = list(_known_names(text, ways)), list(_introduced(text, parts))
    introduced += named_with_series(text, places, titles)
    introduced += likely_people(text, capitals, places)
    if not (known or introduced or places):
        return {}
    found = {first: last for first, last in known if _is_foreign(text, first, last, own_words, own)}
    found |= {first: last for first, last in places if _is_namesake(text.words[first : last + 1], own)}
    for first, last in introduced:
        if own_words.isdisjoint(text.words[first : last + 1]):
            found.setdefault(first, last)
    return {
        first: last
        for first, last in found.items()
        # Kinomoto Sakura is from Cardcaptor Sakura.
        if not any(start <= first and last <= end for start, end in titles)
    }


def _is_foreign(text: Text, first: int, last: int, own_words: frozenset[str], own: Sequence[Name]) -> bool:
    """Whether a known name is of nobody in the tags.

    Having one word in common is not enough for sisters: "Remilia Scarlet" is not flandre_scarlet.
    """
    spoken = tuple(text.words[first : last + 1])
    shared = [word for word in spoken if word in own_words]
    if not shared:
        return True
    if len(spoken) != 2 or len(shared) != 1:
        return False
    namesakes = [way for name in own for way in name.full if len(way) == 2 and shared[0] in way]
    return bool(namesakes) and not any(
        word in text.words for way in namesakes for word in way if word != shared[0]
    )


def _is_namesake(spoken: Sequence[str], own: Sequence[Name]) -> bool:
    """Whether two words are somebody who shares a name with somebody in the tags: "Kagamine Len"."""
    ways = [way for name in own for way in name.full if len(way) == len(spoken) == 2]
    others = [[word for word in spoken if word not in way] for way in ways]
    shares_one = any(len(each) == 1 and not (is_known(each[0]) or each[0] in _TITLES) for each in others)
    return shares_one and all(others)


def _known_names(text: Text, ways: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    """Where names of the data set stand, whoever they are."""
    if ways.keys().isdisjoint(text.vocabulary):
        return
    for at in text.where(ways):
        for way in ways[text.words[at]]:
            end = at + len(way)
            if tuple(text.words[at:end]) != way or at in text.quoted:
                continue
            # All words but particles begin with a capital: "Kochiya Sanae".
            small = (word for word in text.written[at:end] if not word[0].isupper())
            if not text.has_capitals or all(word.lower() in _PARTICLES for word in small):
                yield at, end - 1
                break


def _introduced(text: Text, parts: Collection[str]) -> Iterator[tuple[int, int]]:
    """Names behind "a girl named" and "who is called", and behind "She is" where a known name follows."""
    for at in sorted(at for word in _MAY_INTRODUCE if word in text.at for at in text.at[word]):
        word = text.words[at]
        if word in _INTRODUCING and any(near in _PEOPLE for near in text.words[max(0, at - 3) : at]):
            yield from _capitals(text, at + 2 if text.word(at + 1) == "as" else at + 1)
        elif word == "is" and text.word(at - 1) in {"she", "he", "girl", "boy", "woman", "man"}:
            yield from (name for name in _capitals(text, at + 1) if text.words[name[0]] in parts)


def _capitals(text: Text, start: int) -> Iterator[tuple[int, int]]:
    """The words with capitals that begin here, as one name, if there are any."""
    end = start
    longest = min(start + _LONGEST_NAME, len(text.words))
    while end < longest and text.written[end][0].isupper() and (end == start or text.gaps[end] == JOINED):
        end += 1
    if end > start and text.gaps[start] <= COMMA and start not in text.quoted:
        yield start, end - 1
