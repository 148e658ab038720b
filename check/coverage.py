"""Which tags a caption says, misses or contradicts, without a model.

A tag is said by its words in any form and by what people write instead (phrases.json, concepts.json). People,
colours, names and left-over tag spelling have a module each. It takes less than a millisecond a caption, time
in proportion to the caption's length, and no text makes it raise.

The score goes from 0 to 1. Each tag weighs by what a trainer loses without it: a character 4, a count of
people or a species 3, a series and a colour of hair or eyes 2, every other tag 1, and a tag that only repeats
another in fewer words (dress beside white_dress) or goes without saying (solo) a half. The score is the share
of the weight that is said, times 0.8 for each fault.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from check.census import take
from check.colours import Colours, colour_faults, colour_of, find_colours, says_colour
from check.faults import COUNT, Fault
from check.implied import implied_by
from check.names import find_names, name_faults, says_series
from check.people import People, find_people, is_of_people, people_faults, says_people
from check.phrases import says
from check.readings import Reading, reading_of
from check.sentences import Text, read
from check.spelling import spelling_faults
from tags.categories import CHARACTER, COPYRIGHT, RATING, SPECIES, UNSEEN
from tags.people import count_in

_NEVER_SAID = UNSEEN | {RATING}
_NOT_FOR_CAPTIONS = re.compile(
    r".*_commentary|.*_request|.*_username|.*_name|.*_url|.*_quality|bad_.*_id|rating:.*|score_.*|source_.*|year_.*|"
    r"alternate_.*|official_.*|adapted_.*|commentary|highres|absurdres|lowres|signature|watermark|dated|web_address|"
    r"translated|masterpiece|commission|original|virtual_youtuber|artist_logo|patreon_.*|very_aesthetic|aesthetic|"
    r"general|sensitive|questionable|explicit|safe|sfw|newest|recent|bad_id|md5_mismatch|tagme|contemporary"
)
_PEOPLE, _COLOUR, _PLAIN = "people", "colour", "plain"
_WEIGHTS = {CHARACTER: 4.0, SPECIES: 3.0, COPYRIGHT: 2.0}
_COUNT_WEIGHT, _COLOUR_WEIGHT, _PLAIN_WEIGHT, _REPEATED_WEIGHT = 3.0, 2.0, 1.0, 0.5
_AFTER_A_FAULT = 0.8
_GOES_WITHOUT_SAYING = frozenset(
    {"solo", "multiple_girls", "multiple_boys", "multiple_others", "male_focus", "no_humans"}
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a caption makes of its tags: each that counts is said, missed or contradicted, in given order."""

    said: tuple[str, ...]
    missed: tuple[str, ...]
    contradicted: tuple[str, ...]
    faults: tuple[Fault, ...]
    score: float


def check(
    caption: str,
    tags: Sequence[str],
    categories: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]] | None = None,
    known_names: Collection[str] = (),
) -> Coverage:
    """Hold a caption against the canonical tags of its picture.

    `categories` has those that are known; tags of artists, of the file and of lore do not count. `aliases`
    maps a tag to its other spellings. `known_names` are the character tags of the whole data set, against
    names taken from elsewhere: give the same frozenset each time, what is made of it is kept.
    """
    known = aliases or {}
    text = read(caption)
    counted = {tag: place for tag in tags if (place := _place_of(tag, categories.get(tag, "")))}
    names = find_names(text, _those(counted, CHARACTER), known, tags, frozenset(known_names))
    people, census, colours = find_people(text, names), take(tags), find_colours(text, _coloured(counted))
    census_faults, unborne = people_faults(text, people, census)
    # Of two girls in the caption nobody knows which one the tags mean.
    is_one = census.is_one_person and not any(fault.kind == COUNT for fault in census_faults)
    tint_faults, discoloured = colour_faults(text, tags, colours) if is_one else ([], set())
    spelled_faults = spelling_faults(caption, tags, _those(counted, COPYRIGHT))
    faults = (*census_faults, *tint_faults, *name_faults(text, names), *spelled_faults)
    contradicted = (unborne | discoloured).intersection(counted)
    page = _Page(text, people, colours, names.said, known)
    said = {tag for tag, place in counted.items() if _is_said(page, tag, place)}
    said = _with_implied(said, counted) - contradicted
    return Coverage(
        tuple(tag for tag in counted if tag in said),
        tuple(tag for tag in counted if tag not in said and tag not in contradicted),
        tuple(tag for tag in counted if tag in contradicted),
        faults,
        _score(counted, said, len(faults)),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """All that was found in a caption before tag after tag is looked for."""

    text: Text
    people: People
    colours: Colours
    names: frozenset[str]
    aliases: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Place:
    """What a tag counts as, whatever the caption: who looks for it, what it weighs, and what it says too."""

    kind: str
    colour: tuple[str, str]
    weight: float
    weight_repeated: float
    implied: tuple[str, ...]
    reading: Reading


@lru_cache(maxsize=1 << 16)
def _place_of(tag: str, category: str) -> _Place | None:
    """Place a tag; None where it does not count."""
    if category in _NEVER_SAID or _NOT_FOR_CAPTIONS.fullmatch(tag):
        return None
    kind = _kind(tag, category)
    weight = _weight(tag, category, kind)
    repeated = weight if category in _WEIGHTS else _REPEATED_WEIGHT
    return _Place(kind, colour_of(tag) or ("", ""), weight, repeated, implied_by(tag), reading_of(tag))


def _kind(tag: str, category: str) -> str:
    if category in {CHARACTER, COPYRIGHT}:
        return category
    if is_of_people(tag):
        return _PEOPLE
    return _COLOUR if colour_of(tag) else _PLAIN


def _coloured(counted: Mapping[str, _Place]) -> dict[str, tuple[str, str]]:
    return {tag: place.colour for tag, place in counted.items() if place.kind == _COLOUR}


def _those(counted: Mapping[str, _Place], kind: str) -> list[str]:
    return [tag for tag, place in counted.items() if place.kind == kind]


def _is_said(page: _Page, tag: str, place: _Place) -> bool:
    if place.kind == _PLAIN:
        return says(page.text, place.reading) or (tag in page.aliases and _says_an_alias(page, tag))
    if place.kind == CHARACTER:
        return tag in page.names
    if place.kind == COPYRIGHT:
        return says_series(page.text, tag, page.aliases.get(tag, ()))
    if place.kind == _PEOPLE:
        return says_people(page.text, tag, page.people)
    return says_colour(*place.colour, page.colours)


def _says_an_alias(page: _Page, tag: str) -> bool:
    return any(says(page.text, reading_of(alias)) for alias in page.aliases[tag])


def _with_implied(said: set[str], counted: Mapping[str, _Place]) -> set[str]:
    """Add what said tags say beside themselves, as far as it is tagged: white_dress says dress."""
    return said.union(*(counted[tag].implied for tag in said)).intersection(counted)


def _score(counted: Mapping[str, _Place], said: Collection[str], faults: int) -> float:
    repeated = set[str]().union(*(place.implied for place in counted.values()))
    total = share = 0.0
    for tag, place in counted.items():
        weight = place.weight_repeated if tag in repeated else place.weight
        total += weight
        share += weight if tag in said else 0
    return round((share / total if total else 1.0) * _AFTER_A_FAULT**faults, 4)


def _weight(tag: str, category: str, kind: str) -> float:
    if category in _WEIGHTS:
        return _WEIGHTS[category]
    if tag in _GOES_WITHOUT_SAYING:
        return _REPEATED_WEIGHT
    if count_in(tag):
        return _COUNT_WEIGHT
    return _COLOUR_WEIGHT if kind == _COLOUR else _PLAIN_WEIGHT
