"""The colours of hair and eyes: what the caption says against what the tags say.

Only a picture of one person is judged: of several, nobody knows whose hair a tag means.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from review.concepts import concepts
from review.faults import EYE_COLOUR, HAIR_COLOUR, Fault
from review.modifiers import is_adjective, modifiers
from review.sentences import COMMA, JOINED, Text
from review.word_lists import word_list

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
    _HAIR: ("hair", "ponytail", "twintails", "braid", "lock", "tress", "bangs", "pigtail"),
    _EYES: ("eye",),
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
_SHADES = frozenset({"dark", "fair"})


@lru_cache(maxsize=1 << 16)
def colours_said(tag: str, *, of: str = _HAIR) -> frozenset[str]:
    """Read the colour of a tag such as light_blue_hair; nothing when it names none."""
    if not tag.endswith(_TAG_ENDS[of]):
        return frozenset()
    word = tag[: -len(_TAG_ENDS[of])].rpartition("_")[2]
    known = _COLOURS[of].get(word)
    return frozenset({word}) if known and _ANY not in known else frozenset()


def says_colour(text: Text, tag: str) -> bool | None:
    """Tell whether the caption gives hair or eyes the colour of this tag; None for a tag without one."""
    for part in (_HAIR, _EYES):
        wanted = colours_said(tag, of=part)
        if wanted:
            return any(not wanted.isdisjoint(meant) for _, meant in _mentions(text, part))
    return None


def colour_faults(text: Text, tags: Sequence[str]) -> tuple[list[Fault], set[str]]:
    """Find colours that no tag bears out, and the tags that they contradict."""
    faults: list[Fault] = []
    contradicted: set[str] = set()
    for part in (_HAIR, _EYES):
        coloured = {tag: colours_said(tag, of=part) for tag in tags if tag.endswith(_TAG_ENDS[part])}
        coloured = {tag: colours for tag, colours in coloured.items() if colours}
        several = not _SEVERAL[part].isdisjoint(tags)
        if not coloured or (several and len(coloured) < 2):
            continue
        found = list(_contradictions(text, part, frozenset().union(*coloured.values())))
        if found:
            faults.append(_fault(text, part, found[0], list(coloured)))
            contradicted.update(coloured)
    return faults, contradicted


def _contradictions(text: Text, part: str, allowed: frozenset[str]) -> Iterator[tuple[int, int]]:
    for where, meant in _mentions(text, part):
        if _ANY not in meant and meant.isdisjoint(allowed) and not _is_of_others(text, where[0], where[1]):
            yield where


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
        if text.parted(at + 1) >= COMMA and not is_adjective(text.words[at + 1]):
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
