"""Names of characters and series: which of them the caption says, and in whose place it names others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from check.capitals import Place, capital_names, capital_words, other_titles, subjects
from check.faults import UNKNOWN_NAME, Fault
from check.other_names import ORDINARY_NAMES, find_other_names, name_of
from check.text import Text, words_of
from check.vocabulary import is_known, table
from tags.spelling import words

# A shorter part of a name only counts with a capital.
_SHORTEST_GIVEN_NAME = 4
# How alike each word of a name has to be to that of a tag, from 0 to 1.
_ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a caption.

    `places` has the positions of the words that name each character of the tags. `foreign` are names that
    nobody in the tags has, by first and last position, `foreign_titles` those of series that no tag has and
    somebody is said to be from, and `capitals` all words that can be a name by their capitals. `taken` has
    the positions of the words of names and titles.
    """

    places: Mapping[str, Collection[int]]
    foreign: tuple[Place, ...]
    foreign_titles: tuple[Place, ...]
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
        name = name_of(spelled)
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
    return _is_within(name, title)


def _may_name(text: Text, at: int, *, is_whole: bool) -> bool:
    """Whether one word names somebody: "Ruby" or "Rin", and not "a ruby red car"."""
    word = text.words[at]
    is_sure = (is_whole or len(word) >= _SHORTEST_GIVEN_NAME) and not (
        word in ORDINARY_NAMES or is_known(word)
    )
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
        if not found[tag]:
            # "Yuru Camp" is yurucamp.
            found[tag] = [
                (at, at + 1)
                for title in titles
                if len(title) == 1
                for at, pair in enumerate(pairwise(text.words))
                if "".join(pair) == title[0]
            ]
    return found


@lru_cache(maxsize=1 << 14)
def _titles(tag: str) -> tuple[tuple[str, ...], ...]:
    """The titles by which a series is called, each as words."""
    before_colon, word_with_colon = tag.partition(":")[0], tag.partition("_")[0]
    # Of re:zero_kara_hajimeru_… also "re:zero"; one word alone tells no series.
    parts = [before_colon, word_with_colon if ":" in word_with_colon else ""]
    titles = [words(tag), table("series").get(tag, ""), *(part for part in parts if len(words_of(part)) > 1)]
    return tuple(words_of(title) for title in titles if title)


def find_names(
    text: Text,
    characters: Sequence[str],
    aliases: Mapping[str, Sequence[str]],
    own_words: frozenset[str],
    known_names: frozenset[str],
    titles: Mapping[str, Sequence[Place]],
) -> Names:
    """Find the names of the picture's `characters`, and foreign names.

    A name that is made of `own_words` of the picture's tags and their aliases is not foreign. `titles` is
    where the caption has titles of series: a name within one is only a word of it.
    """
    in_caption = [place for places in titles.values() for place in places]
    with_capital = capital_words(text)
    capitals = capital_names(text, with_capital)
    own = [name_of(spelled) for tag in characters for spelled in (tag, *aliases.get(tag, ()))]
    foreign = find_other_names(text, own, own_words, known_names, capitals, with_capital, in_caption)
    if not (characters or foreign or titles):
        return Names({}, (), (), capitals, frozenset())
    found = _find_all_named(text, characters, aliases, foreign, in_caption)
    if not all(found.values()):
        # Somebody is missing, and somebody may be named in that place.
        taken = _positions(foreign).union(*found.values(), _positions(dict(in_caption)))
        acting = (place for place in subjects(text, with_capital) if place[0] not in taken)
        foreign |= {first: last for first, last in acting if text.words[first] not in own_words}
    in_foreign_names = _positions(foreign)
    in_titles = {at for first, last in in_caption for at in range(first, last + 1) if first < last}
    # A name of one word may say something of its own: Pikachu is a pokemon.
    several = [places for places in found.values() if len(places) > 1]
    named = in_foreign_names.union(*found.values())
    # Where a series of the tags is named, others are mentioned beside it.
    is_of_others = bool(titles) and not in_caption
    foreign_titles = other_titles(text, capitals, named, own_words) if is_of_others else ()
    unlisted = [place for place in capitals if not any(_is_of(text, place, title) for title in in_caption)]
    taken_by_names = frozenset(in_foreign_names.union(in_titles, *several))
    return Names(found, tuple(sorted(foreign.items())), tuple(foreign_titles), unlisted, taken_by_names)


def _find_all_named(
    text: Text,
    characters: Sequence[str],
    aliases: Mapping[str, Sequence[str]],
    foreign: dict[int, int],
    titles: Sequence[Place],
) -> dict[str, set[int]]:
    """Where each character is named; a foreign name that is one of these in another spelling is taken out."""
    taken = _positions(foreign)
    found = {tag: _find_named(text, tag, aliases.get(tag, ()), taken, titles) for tag in characters}
    for tag in (tag for tag in characters if foreign and not found[tag]):
        for first in [first for first, last in foreign.items() if _is_alike(text, first, last, tag)]:
            found[tag].update(range(first, foreign.pop(first) + 1))
    return found


def _is_alike(text: Text, first: int, last: int, tag: str) -> bool:
    """Whether a name is that of a tag, spelled in another way: "Chilchack Tims" is chilchuck_tims."""
    spoken = text.words[first : last + 1]
    return any(
        len(way) == len(spoken) > 1
        and all(
            SequenceMatcher(None, one, other).ratio() >= _ALIKE
            for one, other in zip(spoken, way, strict=True)
        )
        for way in name_of(tag).full
    )


def _is_within(name: Place, title: Place) -> bool:
    return title[0] <= name[0] and name[1] <= title[1]


def _is_of(text: Text, name: Place, title: Place) -> bool:
    """Whether a name is a part of a title: "The Melancholy of Haruhi Suzumiya"."""
    return _is_within(name, title) or (name[1] + 2 == title[0] and text.word(name[1] + 1) == "of")


def _positions(places: Mapping[int, int]) -> set[int]:
    return {at for first, last in places.items() for at in range(first, last + 1)}


def name_faults(text: Text, names: Names) -> list[Fault]:
    """A fault for each foreign name and title."""
    somebody = 'The caption names "{}", whom no tag names: leave the name out.'
    series = 'The caption names the series "{}", but the tags have another one.'
    places = [(place, somebody) for place in names.foreign]
    places += [(place, series) for place in names.foreign_titles]
    found = [(text.span(*place), message) for place, message in places]
    return [Fault(UNKNOWN_NAME, said, message.format(said)) for said, message in found]


def contradicted_names(
    names: Names, series: Iterable[str], titles: Mapping[str, Sequence[Place]], most: int
) -> set[str]:
    """The tags of characters and series in whose place the caption names others.

    `most` is how many people there are at most: of two people, one foreign name is that of the second one.
    """
    unsaid = [tag for tag, places in names.places.items() if not places]
    named = len(names.places) - len(unsaid) + len(names.foreign)
    is_full = named <= most or len(unsaid) == len(names.places)
    replaced = unsaid if len(unsaid) <= len(names.foreign) and is_full else ()
    return {*replaced, *(tag for tag in series if names.foreign_titles and not titles[tag])}
