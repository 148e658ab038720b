"""A caption held against the tags of its picture: which it says, misses or contradicts, without a model.

`check` is the entry. The caption is cut into words once (text.py). A tag is said by its words in any form and
by what people write instead (ways.py, matching.py); names, colours and people have a module each. A check
takes less than half a millisecond. Its time grows in proportion to the length of the caption, and no caption
makes it raise.

The score goes from 0 to 1. Each tag weighs by what a trainer loses without it: a character 4, a count of
people or a species 3, a series and a colour of hair or eyes 2, every other tag 1, and a tag that only repeats
another in fewer words (dress beside white_dress) or goes without saying (solo) a half. The score is the share
of the weight that is said, times 0.8 for each fault.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from check.census import count_people
from check.colours import ColoursSaid, colour_faults, colour_of, find_colours
from check.faults import COUNT, KINDS, TAG_SPELLING, Fault, spelling_faults
from check.matching import says
from check.names import find_names, name_faults, says_series
from check.people import People, find_people, is_about_people, people_faults, says_people
from check.text import Text, read
from check.vocabulary import word_list
from check.ways import Ways, ways_to_say
from check.who_is_who import owner_faults
from check.wording import is_list, new_words
from tags.broader import broader_tags
from tags.categories import CHARACTER, COPYRIGHT, RATING, SPECIES, UNSEEN
from tags.people import count_in
from tags.unsaid import is_unsaid

__all__ = ["KINDS", "TAG_SPELLING", "Coverage", "Fault", "check", "is_list", "new_words"]

_NEVER_SAID = UNSEEN | {RATING}
# Who looks for a tag in the caption, where its category does not tell.
_PEOPLE, _COLOUR, _PLAIN = "people", "colour", "plain"
_WEIGHTS = {CHARACTER: 4.0, SPECIES: 3.0, COPYRIGHT: 2.0}
_COUNT_WEIGHT, _COLOUR_WEIGHT, _PLAIN_WEIGHT, _MINOR_WEIGHT = 3.0, 2.0, 1.0, 0.5
_FACTOR_PER_FAULT = 0.8
_GOES_WITHOUT_SAYING = frozenset(word_list("tags", "goes_without_saying"))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a caption makes of its tags: each that counts is said, missed or contradicted, in given order."""

    said: tuple[str, ...]
    missed: tuple[str, ...]
    contradicted: tuple[str, ...]
    faults: tuple[Fault, ...]
    score: float


@dataclass(frozen=True, slots=True)
class _CountedTag:
    """What is known of a tag whatever the caption.

    `kind` tells who looks for it: a category, or people, colour or plain. `weight_if_repeated` is its weight
    beside a tag that says it too, and `implied` are the tags that it says too itself.
    """

    kind: str
    colour: tuple[str, frozenset[str]]
    weight: float
    weight_if_repeated: float
    implied: frozenset[str]
    ways: Ways


@dataclass(frozen=True, slots=True)
class _Findings:
    """What was found in a caption before each tag is looked for."""

    text: Text
    people: People
    colours: ColoursSaid
    names: frozenset[str]
    aliases: Mapping[str, Sequence[str]]


def check(
    caption: str,
    tags: Sequence[str],
    categories: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]] | None = None,
    known_names: frozenset[str] = frozenset(),
    own_tags: Mapping[str, Sequence[str]] | None = None,
) -> Coverage:
    """Hold a caption against the canonical tags of its picture.

    `categories` has those that are known; tags of artists, of the file and of lore do not count. `aliases`
    maps a tag to other tags that say it. `known_names` are the character tags of the whole data set, to find
    names of somebody else; what is made of them is cached by the set. `own_tags` has for several characters
    the tags of the picture that are one's alone.
    """
    aliases = aliases or {}
    text = read(caption)
    counted = {tag: known for tag in tags if (known := _counted_tag(tag, categories.get(tag, "")))}
    names = find_names(text, _of_kind(counted, CHARACTER), aliases, tags, known_names)
    people, census = find_people(text, names), count_people(tags)
    coloured = {tag: known.colour for tag, known in counted.items() if known.kind == _COLOUR}
    colours = find_colours(text, coloured)
    faults, contradicted = people_faults(text, people, census)
    # If the caption has two girls, nobody knows which of them the tags mean.
    if census.total == (1, 1) and not any(fault.kind == COUNT for fault in faults):
        wrong_colours, contradicted_colours = colour_faults(text, tags, coloured, colours)
        faults += wrong_colours
        contradicted |= contradicted_colours
    faults += name_faults(text, names)
    faults += owner_faults(text, names.places, own_tags or {})
    faults += spelling_faults(caption, tags, _of_kind(counted, COPYRIGHT))
    findings = _Findings(text, people, colours, names.said, aliases)
    said = {tag for tag, known in counted.items() if _is_said(findings, tag, known)}
    # Said tags say others of the picture too: white_dress says dress.
    said = said.union(*(counted[tag].implied for tag in said)).intersection(counted) - contradicted
    return Coverage(
        tuple(tag for tag in counted if tag in said),
        tuple(tag for tag in counted if tag not in said and tag not in contradicted),
        tuple(tag for tag in counted if tag in contradicted),
        tuple(faults),
        _score(counted, said, len(faults)),
    )


@lru_cache(maxsize=1 << 16)
def _counted_tag(tag: str, category: str) -> _CountedTag | None:
    """What is known of a tag; None where no caption has to say it."""
    if category in _NEVER_SAID or is_unsaid(tag):
        return None
    colour = colour_of(tag) or ("", frozenset())
    if category in {CHARACTER, COPYRIGHT}:
        kind = category
    elif is_about_people(tag):
        kind = _PEOPLE
    else:
        kind = _COLOUR if colour[0] else _PLAIN
    weight = _weight(tag, category, kind)
    weight_if_repeated = weight if category in _WEIGHTS else _MINOR_WEIGHT
    return _CountedTag(kind, colour, weight, weight_if_repeated, broader_tags(tag), ways_to_say(tag))


def _weight(tag: str, category: str, kind: str) -> float:
    if category in _WEIGHTS:
        return _WEIGHTS[category]
    if tag in _GOES_WITHOUT_SAYING:
        return _MINOR_WEIGHT
    if count_in(tag):
        return _COUNT_WEIGHT
    return _COLOUR_WEIGHT if kind == _COLOUR else _PLAIN_WEIGHT


def _of_kind(counted: Mapping[str, _CountedTag], kind: str) -> list[str]:
    return [tag for tag, known in counted.items() if known.kind == kind]


def _is_said(findings: _Findings, tag: str, known: _CountedTag) -> bool:
    text, aliases = findings.text, findings.aliases
    if known.kind == _PLAIN:
        if says(text, known.ways):
            return True
        return tag in aliases and any(says(text, ways_to_say(alias)) for alias in aliases[tag])
    if known.kind == CHARACTER:
        return tag in findings.names
    if known.kind == COPYRIGHT:
        return says_series(text, tag, aliases.get(tag, ()))
    if known.kind == _PEOPLE:
        return says_people(text, tag, findings.people)
    part, colour = known.colour
    return any(not meant.isdisjoint(colour) for _, meant in findings.colours[part])


def _score(counted: Mapping[str, _CountedTag], said: Collection[str], faults: int) -> float:
    repeated = set[str]().union(*(known.implied for known in counted.values()))
    total = reached = 0.0
    for tag, known in counted.items():
        weight = known.weight_if_repeated if tag in repeated else known.weight
        total += weight
        reached += weight if tag in said else 0
    share = reached / total if total else 1.0
    return round(share * _FACTOR_PER_FAULT**faults, 4)
