"""Names of characters and series: which of them the caption says, and which names are of nobody in the tags.

A name only counts as foreign if it is known from elsewhere in the data set or introduced as a name ("a girl
named Sakura"). A name that is a word too ("link", "power") only counts if it is introduced.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from check.faults import UNKNOWN_NAME, Fault
from check.text import COMMA, JOINED, Text, words_of
from check.vocabulary import table, word_list
from english import stem
from tags.spelling import words

_SHORTEST_GIVEN_NAME = 4
_LONGEST_NAME = 5
_PARTICLES = frozenset(word_list("names", "particles"))
# Parts of names by which nobody can be told.
_TITLES = frozenset(word_list("names", "titles"))
# Names that captions also have as words.
_ORDINARY = frozenset(word_list("names", "ordinary"))
_PEOPLE = frozenset(word_list("names", "people"))
_INTRODUCING = frozenset(word_list("names", "introducing"))
_MAY_INTRODUCE = [stem(word) for word in (*_INTRODUCING, "is")]


@dataclass(frozen=True, slots=True)
class _Name:
    """The ways to say one name, each a tuple of lower-case words."""

    full: tuple[tuple[str, ...], ...]
    parts: frozenset[str]


@lru_cache(maxsize=1 << 14)
def _name(tag: str) -> _Name:
    spoken = words_of(words(tag))
    ways = {spoken, spoken[::-1]} if len(spoken) == 2 else {spoken}
    if len(spoken) > 2:
        ways |= {pair for pair in pairwise(spoken) if _PARTICLES.isdisjoint(pair)}
    parts = {word for word in spoken if len(word) >= _SHORTEST_GIVEN_NAME} - _TITLES - _PARTICLES
    return _Name(tuple(way for way in ways if way), frozenset(parts))


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a caption.

    `places` has the positions of the words that name each character of the tags. `foreign` are names of
    nobody in the tags, by first and last position. `taken` has the positions of the words of all names.
    """

    places: Mapping[str, Collection[int]]
    foreign: tuple[tuple[int, int], ...]
    taken: frozenset[int]

    @property
    def said(self) -> frozenset[str]:
        """The tags of the characters that the caption names."""
        return frozenset(tag for tag, places in self.places.items() if places)


def _find_named(text: Text, tag: str, aliases: Sequence[str], taken: Collection[int]) -> set[int]:
    """The positions of words that name a character: the full name in any order, or a part of four letters.

    Words at the positions `taken` belong to other names.
    """
    found: set[int] = set()
    for spelled in (tag, *aliases):
        name = _name(spelled)
        for way in (*name.full, *((part,) for part in name.parts)):
            for at in _positions(text, way):
                if at not in taken:
                    found.update(range(at, at + len(way)))
    return found


def says_series(text: Text, tag: str, aliases: Sequence[str]) -> bool:
    """Whether the caption names a series by its title, what is before a colon, or a common short name."""
    titles = (*_titles(tag), *(words_of(words(alias)) for alias in aliases))
    return any(title and _positions(text, title) for title in titles)


@lru_cache(maxsize=1 << 14)
def _titles(tag: str) -> tuple[tuple[str, ...], ...]:
    """The titles by which a series is called, each as words."""
    before_colon, word_with_colon = tag.partition(":")[0], tag.partition("_")[0]
    # Of re:zero_kara_hajimeru_… also "re:zero"; one word alone tells no series.
    parts = [before_colon, word_with_colon if ":" in word_with_colon else ""]
    titles = [words(tag), table("series").get(tag, ""), *(part for part in parts if len(words_of(part)) > 1)]
    return tuple(words_of(title) for title in titles if title)


def _positions(text: Text, spoken: tuple[str, ...]) -> list[int]:
    """Where these words stand in a row."""
    starts = text.at.get(stem(spoken[0]), ())
    return [at for at in starts if tuple(text.words[at : at + len(spoken)]) == spoken]


@lru_cache(maxsize=8)
def _roster(names: frozenset[str]) -> tuple[Mapping[str, Sequence[tuple[str, ...]]], Collection[str]]:
    """The full ways to say known names by first word, the longest first, and all parts of these names."""
    ways: dict[str, set[tuple[str, ...]]] = {}
    parts: set[str] = set()
    for tag in names:
        name = _name(tag)
        parts |= name.parts
        for way in name.full:
            if len(way) > 1 or (way[0] not in _ORDINARY and len(way[0]) > 2):
                ways.setdefault(way[0], set()).add(way)
    return {first: sorted(found, key=len, reverse=True) for first, found in ways.items()}, parts


def find_names(
    text: Text,
    characters: Sequence[str],
    aliases: Mapping[str, Sequence[str]],
    tags: Sequence[str],
    known_names: frozenset[str],
) -> Names:
    """Find the names of the picture's `characters`, and foreign names.

    A name that is made of words of the picture's `tags` and their aliases is not foreign.
    """
    foreign = _foreign(text, characters, aliases, tags, known_names)
    in_foreign_names = {at for first, last in foreign.items() for at in range(first, last + 1)}
    found = {tag: _find_named(text, tag, aliases.get(tag, ()), in_foreign_names) for tag in characters}
    taken = in_foreign_names.union(*found.values())
    return Names(found, tuple(sorted(foreign.items())), frozenset(taken))


def _foreign(
    text: Text,
    characters: Sequence[str],
    aliases: Mapping[str, Sequence[str]],
    tags: Sequence[str],
    known_names: frozenset[str],
) -> dict[int, int]:
    """The foreign names, first position to last."""
    ways, parts = _roster(known_names)
    known, introduced = list(_known_names(text, ways)), list(_introduced(text, parts))
    if not (known or introduced):
        return {}
    spellings = [*tags, *(alias for tag in tags if tag in aliases for alias in aliases[tag])]
    own_words = set[str]().union(*map(words_of, spellings))
    own = [_name(spelled) for tag in characters for spelled in (tag, *aliases.get(tag, ()))]
    foreign = {first: last for first, last in known if _is_foreign(text, first, last, own_words, own)}
    for first, last in introduced:
        if own_words.isdisjoint(text.words[first : last + 1]):
            foreign.setdefault(first, last)
    return foreign


def name_faults(text: Text, names: Names) -> list[Fault]:
    """A fault for each foreign name."""
    return [
        Fault(UNKNOWN_NAME, said, f'The caption names "{said}", whom no tag names: leave the name out.')
        for said in (text.span(first, last) for first, last in names.foreign)
    ]


def _is_foreign(text: Text, first: int, last: int, own_words: Collection[str], own: Sequence[_Name]) -> bool:
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


def _known_names(text: Text, ways: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    """Where names of the data set stand, whoever they are."""
    starts = [at for at, word in enumerate(text.words) if word in ways]
    if not starts:
        return
    has_capitals = any(word[0].isupper() for word in text.written)
    for at in starts:
        for way in ways[text.words[at]]:
            end = at + len(way)
            if tuple(text.words[at:end]) != way or at in text.quoted:
                continue
            # All words but particles begin with a capital: "Kochiya Sanae".
            small = (word for word in text.written[at:end] if not word[0].isupper())
            if not has_capitals or all(word.lower() in _PARTICLES for word in small):
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
