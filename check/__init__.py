"""A caption held against the tags of its picture: which it says, misses or contradicts, without a model.

`check` is the entry. The caption is cut into words once (text.py). A tag is said by its words in any form and
by what people write instead (ways.py, matching.py). Names, colours, people, states and what the caption adds
have a module each, and faults.py has the other faults. A check takes less than half a millisecond. Its time
grows in proportion to the length of the caption, and no caption makes it raise.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from check.adds import Addition, find_additions
from check.colours import ColoursSaid, colour_faults, contradicted_colours, find_colours
from check.faults import (
    COUNT,
    KINDS,
    TAG_SPELLING,
    Fault,
    list_fault,
    not_worn_faults,
    owner_faults,
    spelling_faults,
)
from check.matching import says
from check.mentions import People, find_people
from check.names import Names, contradicted_names, find_names, find_titles, name_faults
from check.people_said import people_faults, says_people
from check.scoring import Coverage
from check.states import contradicted_states
from check.strangers import unsupported_people
from check.tagged import PEOPLE, PLAIN, SURE, CountedTag, Tagged, TagsByTag, tagged
from check.text import Text, read
from check.vocabulary import word_set
from check.ways import told_by
from check.wording import is_grammar, is_list, new_words
from tags.categories import CHARACTER, COPYRIGHT

__all__ = [
    "KINDS",
    "MOST_WORDS_FOR_RULES",
    "TAG_SPELLING",
    "Addition",
    "Coverage",
    "Fault",
    "check",
    "is_grammar",
    "is_list",
    "list_fault",
    "new_words",
]

# A caption with more words than these says much in words that no table knows.
MOST_WORDS_FOR_RULES = 60
# A caption with as many words as these tells such a setting by all that it names, if it tells no other one.
_FEWEST_WORDS_OF_SCENES = 24
_TOLD_BY_SCENES = word_set("tags", "told_by_scenes")
# As many captions as a report shows: about 30 MB.
_MOST_REMEMBERED = 10_000


def check(
    caption: str,
    tags: Sequence[str],
    categories: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]] | None = None,
    known_names: frozenset[str] = frozenset(),
    own_tags: Mapping[str, Sequence[str]] | None = None,
    told: Iterable[str] = (),
    *,
    remember: bool = False,
) -> Coverage:
    """Hold a caption against the canonical tags of its picture.

    `categories` has those that are known; tags of artists, of the file and of lore do not count. `aliases`
    maps a tag to other tags that say it. `known_names` are the character tags of the whole data set, to find
    names of somebody else; what is made of them is cached by the set. `own_tags` has for several characters
    the tags of the picture that are one's alone. `told` are other texts about the picture that bear out what
    the caption adds to the tags: a description, meanings of tags. If it is to `remember`, what was asked
    before in this process is not checked again: a run checks a caption when it is written, and its report
    asks again.
    """
    kinds = tuple([categories.get(tag, "") for tag in tags])
    asked = tuple(tags), kinds, _frozen(aliases or {}), tuple(told)
    check_tags = _remembered if remember else _check
    return check_tags(caption, *asked, known_names, _frozen(own_tags or {}))


def _frozen(tags: Mapping[str, Sequence[str]]) -> TagsByTag:
    return tuple([(tag, tuple(others)) for tag, others in tags.items()])


def _check(
    caption: str,
    tags: tuple[str, ...],
    categories: tuple[str, ...],
    aliases: TagsByTag,
    told: tuple[str, ...],
    known_names: frozenset[str],
    own_tags: TagsByTag,
) -> Coverage:
    asked = tagged(tags, categories, aliases, told)
    census, series = asked.census, asked.by_kind[COPYRIGHT]
    text = read(caption)
    found_titles = find_titles(text, series, asked.aliases)
    names = find_names(
        text, asked.by_kind[CHARACTER], asked.aliases, asked.own_words, known_names, found_titles
    )
    text = _without_names(text, names, asked)
    people = find_people(text, names)
    unsupported = unsupported_people(text, people, census, asked.sources)
    faults, contradicted, more = people_faults(text, people, census, unsupported)
    colours = find_colours(text, asked.coloured)
    is_counted = not any(fault.kind == COUNT for fault in faults)
    wrong_colours, colours_of_others = colour_faults(
        text, tags, asked.coloured, colours, census, is_counted=is_counted
    )
    faults += wrong_colours
    contradicted |= colours_of_others
    faults += name_faults(text, names)
    contradicted |= contradicted_names(names, series, found_titles, census.most)
    faults += owner_faults(text, names.places, dict(own_tags))
    faults += spelling_faults(caption, tags, series)
    faults += not_worn_faults(text)
    adds = find_additions(text, (*unsupported, *more), names, asked.sources)
    said = _said(text, asked, people, colours)
    said.update(names.said, (tag for tag, found in found_titles.items() if found))
    return _coverage(text, asked, people, said - contradicted, contradicted, faults, adds)


_remembered = lru_cache(maxsize=_MOST_REMEMBERED)(_check)


def _without_names(text: Text, names: Names, asked: Tagged) -> Text:
    """The text, in which words of names and titles say no tags, and a "no" in a tag's name denies nothing."""
    text = text.without(names.taken)
    if not asked.with_no:
        return text
    return text.where_no_is_a_name(
        at + spoken.index("no") for spoken in asked.with_no for at in text.places_of(spoken)
    )


def _said(text: Text, asked: Tagged, people: People, colours: ColoursSaid) -> set[str]:
    """The tags, names apart, that the caption says."""
    said = {tag for tag, ways in asked.plain if says(text, ways)}
    said.update(tag for tag in asked.by_kind[PEOPLE] if says_people(text, tag, people))
    for tag, (part, colour) in asked.coloured.items():
        if any(not meant.isdisjoint(colour) for _, meant in colours[part]):
            said.add(tag)
    return said


def _coverage(
    text: Text,
    asked: Tagged,
    people: People,
    said: Collection[str],
    contradicted: set[str],
    faults: Sequence[Fault],
    adds: tuple[Addition, ...],
) -> Coverage:
    """Sort the tags by what came of them, where `said` are those that the caption says itself."""
    counted = asked.counted
    unsaid = [tag for tag in counted if tag not in said and tag not in contradicted]
    contradicted = _contradicted(text, asked, people, unsaid) | contradicted
    # Said tags say others of the picture too: white_dress says dress.
    said = _with_implied(asked, said) - contradicted
    unsaid = [tag for tag in counted if tag not in said and tag not in contradicted]
    told: set[str] = set()
    if len(text.words) >= _FEWEST_WORDS_OF_SCENES:
        told = _with_implied(asked, {tag for tag in unsaid if _is_told(text, tag, counted[tag])})
        told.intersection_update(unsaid)
        said = said | told
        unsaid = [tag for tag in unsaid if tag not in said]
    perhaps: list[str] = []
    if len(text.words) > MOST_WORDS_FOR_RULES:
        perhaps = [tag for tag in unsaid if counted[tag].kind not in SURE]
    return Coverage(
        tuple([tag for tag in counted if tag in said]),
        tuple([tag for tag in unsaid if tag not in perhaps]),
        tuple(perhaps),
        tuple([tag for tag in counted if tag in contradicted]),
        tuple(faults),
        adds,
        asked.weights,
        tuple([tag for tag in counted if tag in told and tag not in _TOLD_BY_SCENES]),
    )


def _with_implied(asked: Tagged, said: Collection[str]) -> set[str]:
    """These tags, and those of the picture that they say too."""
    return {*said, *(other for tag in asked.implied.keys() & said for other in asked.implied[tag])}


def _contradicted(text: Text, asked: Tagged, people: People, unsaid: Sequence[str]) -> set[str]:
    """The tags, of those that the caption does not say itself, that cannot be true with what it says."""
    counted, is_of_one = asked.counted, asked.census.is_of_one
    found = contradicted_states(text, counted, unsaid, people.places, is_of_one=is_of_one)
    found |= contradicted_colours(text, counted, unsaid, is_of_one=is_of_one)
    if text.negated:
        denied = {text.stems[at] for at in text.negated}
        denied -= {said for at, said in enumerate(text.stems) if at not in text.negated}
        found |= {tag for tag in unsaid if _is_denied(text, counted[tag], denied)}
    # Where there is no snow, there is none on the roof.
    return found | {tag for tag in unsaid if found and not found.isdisjoint(asked.implied.get(tag, ()))}


def _is_told(text: Text, tag: str, known: CountedTag) -> bool:
    """Whether a reader of a long caption takes a tag for said; a name is said or it is not."""
    return tag in _TOLD_BY_SCENES or (known.kind not in SURE and says(text, told_by(tag)))


def _is_denied(text: Text, known: CountedTag, denied: Collection[str]) -> bool:
    """Whether the caption says that something is not there: "without a hat"; of a lake, "no water"."""
    if known.kind != PLAIN:
        return False
    if any(text.negated.issuperset(text.at[word]) for word in known.ways.words if word in text.at):
        return True
    return not known.broader.isdisjoint(denied)
