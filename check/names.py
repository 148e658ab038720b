"""Names of characters and series: which of them the caption says, and which names are of nobody in the tags.

A name only counts as foreign if it is known from elsewhere in the data set or introduced as a name ("a girl
named Sakura"). A name that is a word too ("link", "power") only counts if it is introduced.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from check.capitals import Place, capital_names, named_with_series
from check.faults import UNKNOWN_NAME, Fault
from check.text import COMMA, JOINED, Text, words_of
from check.vocabulary import is_known, table, word_set
from english import stem
from tags.spelling import words

# A shorter part of a name only counts with a capital.
_SHORTEST_GIVEN_NAME = 4
_SHORTEST_PART = 2
_LONGEST_NAME = 5
_PARTICLES = word_set("names", "particles")
# Parts of names that identify nobody.
_TITLES = word_set("names", "titles")
# Names that captions also have as words.
_ORDINARY = word_set("names", "ordinary")
_PEOPLE = word_set("names", "people")
_INTRODUCING = word_set("names", "introducing")
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
    parts = {word for word in spoken if len(word) >= _SHORTEST_PART} - _TITLES - _PARTICLES
    return _Name(tuple(way for way in ways if way), frozenset(parts))


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a caption.

    `places` has the positions of the words that name each character of the tags. `foreign` are names that
    nobody in the tags has, by first and last position, and `capitals` all words that can be a name by their
    capitals. `taken` has the positions of the words of names and titles.
    """

    places: Mapping[str, Collection[int]]
    foreign: tuple[Place, ...]
    capitals: Sequence[Place]
    taken: frozenset[int]

    @property
    def said(self) -> frozenset[str]:
        """The tags of the characters that the caption names."""
        return frozenset(tag for tag, places in self.places.items() if places)


def _find_named(
    text: Text, tag: str, aliases: Sequence[str], taken: Collection[int], titles: Sequence[Place]
) -> set[int]:
    """The positions of words that name a character: the full name in any order, or a part of it.

    Words at the positions `taken` belong to other names, and words within a title to the series.
    """
    found: set[int] = set()
    for spelled in (tag, *aliases):
        name = _name(spelled)
        for way in (*name.full, *((part,) for part in name.parts)):
            for at in text.places_of(way):
                place = at, at + len(way) - 1
                if at in taken or any(_is_of_title(text, place, title) for title in titles):
                    continue
                if len(way) > 1 or _may_name(text, at, is_whole=way in name.full):
                    found.update(range(at, at + len(way)))
    return found


def _is_of_title(text: Text, name: Place, title: Place) -> bool:
    """Whether a name is only a word of a series: "from Sousou no Frieren"; "from Naruto"."""
    if name == title:
        return text.word(name[0] - 1) == "from" or text.parts[2 * name[0]].endswith("(")
    return title[0] <= name[0] and name[1] <= title[1]


def _may_name(text: Text, at: int, *, is_whole: bool) -> bool:
    """Whether one word names somebody: "Ruby" or "Rin", and not "a ruby red car"."""
    word = text.words[at]
    is_sure = (is_whole or len(word) >= _SHORTEST_GIVEN_NAME) and not (word in _ORDINARY or is_known(word))
    if is_sure:
        return True
    if not text.has_capitals:
        return is_whole or len(word) >= _SHORTEST_GIVEN_NAME
    return text.written[at][0].isupper()


def find_titles(
    text: Text, series: Collection[str], aliases: Mapping[str, Sequence[str]]
) -> dict[str, list[Place]]:
    """Where the caption names each series by its title, what is before a colon, or a common short name."""
    found: dict[str, list[Place]] = {}
    for tag in series:
        titles = (*_titles(tag), *(words_of(words(alias)) for alias in aliases.get(tag, ())))
        found[tag] = [(at, at + len(title) - 1) for title in titles for at in text.places_of(title)]
    return found


@lru_cache(maxsize=1 << 14)
def _titles(tag: str) -> tuple[tuple[str, ...], ...]:
    """The titles by which a series is called, each as words."""
    before_colon, word_with_colon = tag.partition(":")[0], tag.partition("_")[0]
    # Of re:zero_kara_hajimeru_… also "re:zero"; one word alone tells no series.
    parts = [before_colon, word_with_colon if ":" in word_with_colon else ""]
    titles = [words(tag), table("series").get(tag, ""), *(part for part in parts if len(words_of(part)) > 1)]
    return tuple(words_of(title) for title in titles if title)


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
    titles: Mapping[str, Sequence[Place]],
) -> Names:
    """Find the names of the picture's `characters`, and foreign names.

    A name that is made of words of the picture's `tags` and their aliases is not foreign. `titles` is where
    the caption has titles of series: a name within one is only a word of it.
    """
    in_caption = [place for places in titles.values() for place in places]
    capitals = capital_names(text)
    foreign = {
        first: last
        for first, last in _foreign(text, characters, aliases, tags, known_names, capitals).items()
        # Kinomoto Sakura is from Cardcaptor Sakura.
        if not any(start <= first and last <= end for start, end in in_caption)
    }
    in_foreign_names = {at for first, last in foreign.items() for at in range(first, last + 1)}
    found = {
        tag: _find_named(text, tag, aliases.get(tag, ()), in_foreign_names, in_caption) for tag in characters
    }
    in_titles = {at for first, last in in_caption for at in range(first, last + 1) if first < last}
    # A name of one word may say something of its own: Pikachu is a pokemon.
    several = [places for places in found.values() if len(places) > 1]
    taken = in_foreign_names.union(in_titles, *several)
    return Names(found, tuple(sorted(foreign.items())), capitals, frozenset(taken))


def _foreign(
    text: Text,
    characters: Sequence[str],
    aliases: Mapping[str, Sequence[str]],
    tags: Sequence[str],
    known_names: frozenset[str],
    capitals: Sequence[Place],
) -> dict[int, int]:
    """The foreign names, first position to last."""
    ways, parts = _roster(known_names)
    known, introduced = list(_known_names(text, ways)), list(_introduced(text, parts))
    introduced += named_with_series(text, capitals)
    if not (known or introduced or capitals):
        return {}
    spellings = [*tags, *(alias for tag in tags if tag in aliases for alias in aliases[tag])]
    own_words = set[str]().union(*map(words_of, spellings))
    own = [_name(spelled) for tag in characters for spelled in (tag, *aliases.get(tag, ()))]
    foreign = {first: last for first, last in known if _is_foreign(text, first, last, own_words, own)}
    foreign |= {first: last for first, last in capitals if _is_namesake(text.words[first : last + 1], own)}
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


def _is_namesake(spoken: Sequence[str], own: Sequence[_Name]) -> bool:
    """Whether two words are somebody who shares a name with somebody in the tags: "Kagamine Len"."""
    ways = [way for name in own for way in name.full if len(way) == len(spoken) == 2]
    others = [[word for word in spoken if word not in way] for way in ways]
    shares_one = any(len(each) == 1 and not (is_known(each[0]) or each[0] in _TITLES) for each in others)
    return shares_one and all(others)


def _known_names(text: Text, ways: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[tuple[int, int]]:
    """Where names of the data set stand, whoever they are."""
    starts = [at for at, word in enumerate(text.words) if word in ways]
    if not starts:
        return
    for at in starts:
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
