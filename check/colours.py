"""The colours of hair and eyes: whether the caption says the colours of the tags.

Faults are only found in pictures of one person: with several, nobody knows whose hair a tag means.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from check.faults import EYE_COLOUR, HAIR_COLOUR, Fault
from check.text import COMMA, JOINED, Text, modifiers
from check.vocabulary import concepts, is_adjective, word_list
from english import stem

_HAIR, _EYES = "hair", "eyes"
# For each colour of tags the words that can mean it; a word between two colours stands with both.
_WORDS_FOR = {
    "any": "multicolored rainbow",
    "aqua": "mint aqua teal turquoise cyan blue azure",
    "black": "black",
    "blue": "aqua teal turquoise cyan blue azure navy sapphire cobalt indigo bluish",
    "brown": "maroon brown brownish chestnut chocolate",
    "green": "green emerald greenish mint teal turquoise",
    "grey": "grey gray silver silvery white",
    "orange": "vermilion orange",
    "pink": "magenta pink pinkish",
    "purple": "burgundy indigo purple violet lavender lilac amethyst purplish magenta",
    "red": "red crimson scarlet ruby vermilion burgundy maroon reddish",
    "white": "grey gray silver silvery white",
    "yellow": "yellow",
}
_WORDS_FOR_HAIR = {
    "black": "brunette raven ebony dark",
    "blonde": "blond blonde golden gold fair honey sandy platinum flaxen yellow",
    "blue": "dark",
    "brown": "honey sandy brunette auburn copper dark",
    "green": "dark",
    "grey": "platinum dark",
    "orange": "ginger copper redhead redheaded",
    "purple": "dark",
    "red": "auburn ginger copper redhead redheaded",
    "white": "platinum",
    "yellow": "blond blonde golden gold",
}
_WORDS_FOR_EYES = {
    "black": "dark",
    "blue": "dark",
    "brown": "amber hazel dark",
    "green": "hazel dark",
    "grey": "dark",
    "orange": "golden gold amber",
    "purple": "dark",
    "red": "dark",
    "yellow": "golden gold amber",
}


def _colours_by_word(*tables: Mapping[str, str]) -> dict[str, frozenset[str]]:
    colours: dict[str, frozenset[str]] = {}
    for table in tables:
        for colour, words in table.items():
            for word in words.split():
                colours[word] = colours.get(word, frozenset()) | {colour}
    return colours


_COLOURS = {
    _HAIR: _colours_by_word(_WORDS_FOR, _WORDS_FOR_HAIR),
    _EYES: _colours_by_word(_WORDS_FOR, _WORDS_FOR_EYES),
}
# The nouns that say hair and eyes.
_HEADS = {
    part: tuple(stem(noun) for noun in nouns)
    for part, nouns in (
        (_HAIR, ("hair", "ponytail", "twintails", "braid", "locks", "tresses", "bangs", "pigtails")),
        (_EYES, ("eyes",)),
    )
}
_PEOPLE_CALLED_BY_HAIR = ("blond", "brunett", "redhead")
_TAG_ENDINGS = {_HAIR: "_hair", _EYES: "_eyes"}
_TAGS_OF_SEVERAL_COLOURS = {
    _HAIR: frozenset(word_list("colours", "several_hair")),
    _EYES: frozenset(word_list("colours", "several_eyes")),
}
_KINDS = {_HAIR: HAIR_COLOUR, _EYES: EYE_COLOUR}
# Animals and things that may have hair or eyes of their own, and words for people.
_OTHER_OWNERS = frozenset(word_list("colours", "other_owners"))
_OWNERS = frozenset(word_list("colours", "owners"))
_OWNER_REACH = 8
# What rainbow and multicolored mean: they fit every colour that the tags say.
_ANY = "any"
_ANY_COLOUR = frozenset({_ANY})
# Beside a colour these only say how light it is: "dark brown" is brown.
_SHADES = frozenset({"dark", "fair"})


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of hair and eyes in the tags and in the caption.

    `tagged` has for hair and for eyes the colour of each tag that has one. `said` has for those of the two
    that a tag colours each place where the caption says a colour: the first and the last position, and the
    colours that the words there can mean.
    """

    tagged: Mapping[str, Mapping[str, str]]
    said: Mapping[str, Sequence[tuple[tuple[int, int], frozenset[str]]]]


@lru_cache(maxsize=1 << 16)
def colour_of(tag: str) -> tuple[str, str] | None:
    """The part and the colour that a tag names: hair and blue for light_blue_hair."""
    for part, end in _TAG_ENDINGS.items():
        if tag.endswith(end):
            word = tag[: -len(end)].rpartition("_")[2]
            return (part, word) if _ANY not in _COLOURS[part].get(word, _ANY_COLOUR) else None
    return None


def find_colours(text: Text, coloured: Mapping[str, tuple[str, str]]) -> Colours:
    """Find where the caption says colours of hair or eyes, as far as these tags have some.

    `coloured` has what `colour_of` says of each tag.
    """
    tagged: dict[str, dict[str, str]] = {}
    for tag, (part, colour) in coloured.items():
        tagged.setdefault(part, {})[tag] = colour
    return Colours(tagged, {part: list(_mentions(text, part)) for part in tagged})


def says_colour(part: str, colour: str, colours: Colours) -> bool:
    """Whether the caption gives hair or eyes this colour of a tag."""
    return any(colour in meant for _, meant in colours.said[part])


def colour_faults(text: Text, tags: Sequence[str], colours: Colours) -> tuple[list[Fault], set[str]]:
    """Colours of the caption that are none of the tags', and the tags that they contradict."""
    faults: list[Fault] = []
    contradicted: set[str] = set()
    for part in _HEADS:
        coloured = colours.tagged.get(part)
        if not coloured or (len(coloured) < 2 and not _TAGS_OF_SEVERAL_COLOURS[part].isdisjoint(tags)):
            continue
        found = _first_contradiction(text, colours.said[part], frozenset(coloured.values()))
        if found:
            faults.append(_fault(text, part, found, list(coloured)))
            contradicted.update(coloured)
    return faults, contradicted


def _first_contradiction(
    text: Text, said: Sequence[tuple[tuple[int, int], frozenset[str]]], allowed: frozenset[str]
) -> tuple[int, int] | None:
    for where, meant in said:
        if _ANY not in meant and meant.isdisjoint(allowed) and not _is_of_others(text, where[0], where[1]):
            return where
    return None


def _fault(text: Text, part: str, where: tuple[int, int], tags: Collection[str]) -> Fault:
    said = text.span(*where)
    right = " and ".join(tag.replace("_", " ") for tag in tags)
    return Fault(_KINDS[part], said, f'The caption says "{said}", but the tags say {right}.')


def _mentions(text: Text, part: str) -> Iterator[tuple[tuple[int, int], frozenset[str]]]:
    """Where a colour is said, first and last position, and what it can mean."""
    colours = _COLOURS[part]
    for head in _HEADS[part]:
        for noun in text.at.get(head, ()):
            if text.stems[noun] != head or noun in text.quoted:
                continue
            said = [at for at in modifiers(text, noun) if text.words[at] in colours]
            # "dark" alone is any dark colour.
            said = [at for at in said if text.words[at] not in _SHADES or len(said) == 1]
            if said:
                meant = frozenset().union(*(colours[text.words[at]] for at in said))
                yield (min(*said, noun), max(*said, noun)), meant
    if part == _HAIR:
        yield from _people_called_by_hair(text)


def _people_called_by_hair(text: Text) -> Iterator[tuple[tuple[int, int], frozenset[str]]]:
    """Find "a blonde", "the brunette" and "a blonde woman": these words are only said of hair."""
    for stemmed in _PEOPLE_CALLED_BY_HAIR:
        for at in text.at.get(stemmed, ()):
            if at not in text.quoted and text.words[at] in _COLOURS[_HAIR]:
                yield (at, at), _COLOURS[_HAIR][text.words[at]]


def _is_of_others(text: Text, first: int, last: int) -> bool:
    """Whether the hair or eyes are those of a cat, a doll or a poster: "a cat with yellow eyes"."""
    if text.words[last] in {"eyed", "haired"}:
        # "a yellow-eyed black cat"
        behind = range(last + 1, min(last + 3, len(text.words)))
        if any(text.gaps[at] == JOINED and _is_other(text, at) for at in behind):
            return True
    for at in range(first - 1, max(-1, first - 1 - _OWNER_REACH), -1):
        if text.gap(at + 1) >= COMMA and not is_adjective(text.words[at + 1]):
            return False
        if _is_other(text, at):
            return text.words[at + 1] not in _OWNERS
        if text.words[at] in _OWNERS:
            return False
    return False


def _is_other(text: Text, at: int) -> bool:
    return not _OTHER_OWNERS.isdisjoint(concepts(text.words[at])) and text.word(at + 1) not in _OWNERS
