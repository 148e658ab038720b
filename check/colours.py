"""The colours of hair and eyes: what the caption says against what the tags say.

Only a picture of one person is judged: of several, nobody knows whose hair a tag means.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from check.faults import EYE_COLOUR, HAIR_COLOUR, Fault
from check.text import COMMA, JOINED, Text, modifiers
from check.vocabulary import concepts, is_adjective, word_list
from english import stem

_HAIR, _EYES = "hair", "eyes"
# What a word can mean as a colour of hair or eyes, in the words of tags. Colours near each other share.
_COMMON = {
    "red": "red",
    "crimson": "red",
    "scarlet": "red",
    "ruby": "red",
    "vermilion": "red orange",
    "burgundy": "red purple",
    "maroon": "red brown",
    "reddish": "red",
    "orange": "orange",
    "yellow": "yellow",
    "green": "green",
    "emerald": "green",
    "greenish": "green",
    "mint": "green aqua",
    "aqua": "aqua blue",
    "teal": "aqua green blue",
    "turquoise": "aqua blue green",
    "cyan": "aqua blue",
    "blue": "blue aqua",
    "azure": "blue aqua",
    "navy": "blue",
    "sapphire": "blue",
    "cobalt": "blue",
    "indigo": "blue purple",
    "bluish": "blue",
    "purple": "purple",
    "violet": "purple",
    "lavender": "purple",
    "lilac": "purple",
    "amethyst": "purple",
    "purplish": "purple",
    "magenta": "pink purple",
    "pink": "pink",
    "pinkish": "pink",
    "brown": "brown",
    "brownish": "brown",
    "chestnut": "brown",
    "chocolate": "brown",
    "black": "black",
    "grey": "grey white",
    "gray": "grey white",
    "silver": "grey white",
    "silvery": "grey white",
    "white": "white grey",
    "multicolored": "any",
    "rainbow": "any",
}
_OF_HAIR = {
    "blond": "blonde yellow",
    "blonde": "blonde yellow",
    "golden": "blonde yellow",
    "gold": "blonde yellow",
    "fair": "blonde",
    "honey": "blonde brown",
    "sandy": "blonde brown",
    "platinum": "blonde white grey",
    "flaxen": "blonde",
    "yellow": "blonde yellow",
    "brunette": "brown black",
    "auburn": "red brown",
    "ginger": "orange red",
    "copper": "orange red brown",
    "redhead": "red orange",
    "redheaded": "red orange",
    "raven": "black",
    "ebony": "black",
    "dark": "black brown blue purple grey green",
}
_OF_EYES = {
    "golden": "yellow orange",
    "gold": "yellow orange",
    "amber": "yellow orange brown",
    "hazel": "brown green",
    "dark": "black brown blue purple grey green red",
}
_COLOURS = {
    part: {word: frozenset(meant.split()) for word, meant in (_COMMON | special).items()}
    for part, special in ((_HAIR, _OF_HAIR), (_EYES, _OF_EYES))
}
_HEADS = {
    part: tuple(stem(noun) for noun in nouns)
    for part, nouns in (
        (_HAIR, ("hair", "ponytail", "twintails", "braid", "locks", "tresses", "bangs", "pigtails")),
        (_EYES, ("eyes",)),
    )
}
_PERSONS_BY_HAIR = ("blond", "brunett", "redhead")
_TAG_ENDS = {_HAIR: "_hair", _EYES: "_eyes"}
_SEVERAL = {
    _HAIR: frozenset(word_list("colours", "several_hair")),
    _EYES: frozenset(word_list("colours", "several_eyes")),
}
_KINDS = {_HAIR: HAIR_COLOUR, _EYES: EYE_COLOUR}
_OTHER_OWNERS = frozenset(word_list("colours", "other_owners"))
_OWNERS = frozenset(word_list("colours", "owners"))
_OWNER_REACH = 8
_ANY = "any"
_ANY_COLOUR = frozenset({_ANY})
_SHADES = frozenset({"dark", "fair"})


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of hair and eyes: what the tags say, and where the caption says which.

    `tagged` has the colour of each tag that has one, by part; `said` has the first and last position and
    what the words there can mean, for the parts that a tag colours.
    """

    tagged: Mapping[str, Mapping[str, str]]
    said: Mapping[str, Sequence[tuple[tuple[int, int], frozenset[str]]]]


@lru_cache(maxsize=1 << 16)
def colour_of(tag: str) -> tuple[str, str] | None:
    """Read a tag such as light_blue_hair as a part and its colour: hair, blue; None where it names none."""
    for part, end in _TAG_ENDS.items():
        if tag.endswith(end):
            word = tag[: -len(end)].rpartition("_")[2]
            return (part, word) if _ANY not in _COLOURS[part].get(word, _ANY_COLOUR) else None
    return None


def find_colours(text: Text, coloured: Mapping[str, tuple[str, str]]) -> Colours:
    """Find where the caption speaks of the colours that these tags speak of too."""
    tagged: dict[str, dict[str, str]] = {}
    for tag, (part, colour) in coloured.items():
        tagged.setdefault(part, {})[tag] = colour
    return Colours(tagged, {part: list(_mentions(text, part)) for part in tagged})


def says_colour(part: str, colour: str, colours: Colours) -> bool:
    """Tell whether the caption gives hair or eyes this colour of a tag."""
    return any(colour in meant for _, meant in colours.said[part])


def colour_faults(text: Text, tags: Sequence[str], colours: Colours) -> tuple[list[Fault], set[str]]:
    """Find colours that no tag bears out, and the tags that they contradict."""
    faults: list[Fault] = []
    contradicted: set[str] = set()
    for part in _HEADS:
        coloured = colours.tagged.get(part)
        if not coloured or (len(coloured) < 2 and not _SEVERAL[part].isdisjoint(tags)):
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
    """Yield where a colour is said, first to last position, and what it can mean."""
    colours = _COLOURS[part]
    for head in _HEADS[part]:
        for noun in text.at.get(head, ()):
            if text.stems[noun] != head or noun in text.quoted:
                continue
            said = [at for at in modifiers(text, noun) if text.words[at] in colours]
            # "dark brown" is brown; "dark" alone is one of many.
            said = [at for at in said if text.words[at] not in _SHADES or len(said) == 1]
            if said:
                meant = frozenset().union(*(colours[text.words[at]] for at in said))
                yield (min(*said, noun), max(*said, noun)), meant
    if part == _HAIR:
        yield from _people_by_hair(text)


def _people_by_hair(text: Text) -> Iterator[tuple[tuple[int, int], frozenset[str]]]:
    """Yield "a blonde", "the brunette", and "a blonde woman"; blonde is said of hair alone."""
    for stemmed in _PERSONS_BY_HAIR:
        for at in text.at.get(stemmed, ()):
            if at not in text.quoted and text.words[at] in _COLOURS[_HAIR]:
                yield (at, at), _COLOURS[_HAIR][text.words[at]]


def _is_of_others(text: Text, first: int, last: int) -> bool:
    """Tell whether the hair or eyes are those of a cat, a doll or a poster: "a cat with yellow eyes"."""
    after = range(last + 1, min(last + 3, len(text.words)))
    if any(_is_other(text, at) for at in after if text.gaps[at] == JOINED and at in _behind(text, last)):
        return True
    for at in range(first - 1, max(-1, first - 1 - _OWNER_REACH), -1):
        if text.gap(at + 1) >= COMMA and not is_adjective(text.words[at + 1]):
            return False
        if _is_other(text, at):
            return text.words[at + 1] not in _OWNERS
        if text.words[at] in _OWNERS:
            return False
    return False


def _behind(text: Text, last: int) -> range:
    """Words that "yellow-eyed" can describe; after "yellow eyes" there are none."""
    return range(last + 1, last + 3) if text.words[last] in {"eyed", "haired"} else range(0)


def _is_other(text: Text, at: int) -> bool:
    return not _OTHER_OWNERS.isdisjoint(concepts(text.words[at])) and text.word(at + 1) not in _OWNERS
