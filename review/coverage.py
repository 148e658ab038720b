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

from dataset.tags import words
from review.census import COUNT_TAG, take
from review.colours import colour_faults, colours_said, says_colour
from review.faults import COUNT, Fault
from review.names import find_names, name_faults, says_series
from review.people import People, find_people, people_faults, says_people
from review.phrases import says
from review.sentences import Text, read, words_of
from review.spelling import spelling_faults

_NEVER_SAID = frozenset({"artist", "contributor", "lore", "meta", "rating"})
_NOT_FOR_CAPTIONS = re.compile(
    r".*_commentary|.*_request|.*_username|.*_name|.*_url|.*_quality|bad_.*_id|rating:.*|score_.*|source_.*|year_.*|"
    r"alternate_.*|official_.*|adapted_.*|commentary|highres|absurdres|lowres|signature|watermark|dated|web_address|"
    r"translated|masterpiece|commission|original|virtual_youtuber|artist_logo|patreon_.*|very_aesthetic|aesthetic|"
    r"general|sensitive|questionable|explicit|safe|sfw|newest|recent|bad_id|md5_mismatch|tagme|contemporary"
)
_WEIGHTS = {"character": 4.0, "species": 3.0, "copyright": 2.0}
_COUNT_WEIGHT, _COLOUR_WEIGHT, _PLAIN_WEIGHT, _REPEATED_WEIGHT = 3.0, 2.0, 1.0, 0.5
_AFTER_A_FAULT = 0.8
_GOES_WITHOUT_SAYING = frozenset({"solo", "multiple_girls", "multiple_boys", "male_focus", "no_humans"})


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
    counted = [tag for tag in dict.fromkeys(tags) if _counts(tag, categories.get(tag, ""))]
    characters = [tag for tag in counted if categories.get(tag) == "character"]
    series = [tag for tag in counted if categories.get(tag) == "copyright"]
    own_words = {word for tag in tags for spelled in (tag, *known.get(tag, ())) for word in words_of(spelled)}
    names = find_names(text, characters, known, own_words, frozenset(known_names))
    people, census = find_people(text, names), take(tags)
    said = {tag for tag in series if says_series(text, tag, known.get(tag, ()))}.union(names.said)
    plain = [tag for tag in counted if categories.get(tag) not in {"character", "copyright"}]
    said.update(tag for tag in plain if _is_said(text, tag, people, known))
    census_faults, unborne = people_faults(text, people, census)
    # Of two girls in the caption nobody knows which one the tags mean.
    is_one = census.is_one_person and not any(fault.kind == COUNT for fault in census_faults)
    tint_faults, discoloured = colour_faults(text, tags) if is_one else ([], set())
    spelled_faults = spelling_faults(caption, tags, series)
    faults = (*census_faults, *tint_faults, *name_faults(text, names), *spelled_faults)
    contradicted = (unborne | discoloured).intersection(counted)
    said = _with_implied(said, counted) - contradicted
    return Coverage(
        tuple(tag for tag in counted if tag in said),
        tuple(tag for tag in counted if tag not in said and tag not in contradicted),
        tuple(tag for tag in counted if tag in contradicted),
        faults,
        _score(counted, said, categories, len(faults)),
    )


@lru_cache(maxsize=1 << 16)
def _counts(tag: str, category: str) -> bool:
    return category not in _NEVER_SAID and not _NOT_FOR_CAPTIONS.fullmatch(tag)


def _is_said(text: Text, tag: str, people: People, aliases: Mapping[str, Sequence[str]]) -> bool:
    of_people = says_people(text, tag, people)
    if of_people is not None:
        return of_people
    of_colour = says_colour(text, tag)
    if of_colour is not None:
        return of_colour
    return says(text, tag, aliases.get(tag, ()))


def _with_implied(said: set[str], counted: Sequence[str]) -> set[str]:
    """Add what a said tag says in fewer words: white_dress says dress."""
    implied = {end for tag in said for end in _ends(tag)}
    return said | implied.intersection(counted)


@lru_cache(maxsize=1 << 16)
def _ends(tag: str) -> tuple[str, ...]:
    spoken = words(tag).split(" ")
    return tuple("_".join(spoken[at:]) for at in range(1, len(spoken)))


def _score(
    counted: Sequence[str], said: Collection[str], categories: Mapping[str, str], faults: int
) -> float:
    repeated = {end for tag in counted for end in _ends(tag)}
    weights = {tag: _weight(tag, categories.get(tag, ""), tag in repeated) for tag in counted}
    total = sum(weights.values())
    share = sum(weights[tag] for tag in said) / total if total else 1.0
    return round(share * _AFTER_A_FAULT**faults, 4)


@lru_cache(maxsize=1 << 16)
def _weight(tag: str, category: str, is_repeated: bool) -> float:
    if category in _WEIGHTS:
        return _WEIGHTS[category]
    if is_repeated or tag in _GOES_WITHOUT_SAYING:
        return _REPEATED_WEIGHT
    if COUNT_TAG.fullmatch(tag):
        return _COUNT_WEIGHT
    is_colour = colours_said(tag, of="hair") or colours_said(tag, of="eyes")
    return _COLOUR_WEIGHT if is_colour else _PLAIN_WEIGHT
