"""A caption held against the tags of its picture: which it says, misses or contradicts, without a model.

`check` is the entry. The caption is cut into words once (text.py). A tag is said by its words in any form and
by what people write instead (ways.py, matching.py). Names, colours, people, traits of several characters and
what the caption adds have a module each. A check takes less than half a millisecond. Its time grows in
proportion to the length of the caption, and no caption makes it raise.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from check.adds import Addition, find_additions
from check.colours import ColoursSaid, colour_faults, contradicted_colours, find_colours
from check.faults import COUNT, KINDS, TAG_SPELLING, Fault, list_fault, not_worn_faults, spelling_faults
from check.matching import says, says_by
from check.mentions import People, find_people
from check.names import Names, contradicted_names, find_names, find_titles, name_faults
from check.people_said import people_faults, says_people
from check.scoring import Coverage
from check.states import contradicted_states
from check.strangers import unsupported_people
from check.tagged import PEOPLE, PLAIN, SURE, CountedTag, Tagged, tagged
from check.text import Text, read
from check.vocabulary import word_set
from check.ways import told_by, ways_to_say
from check.who_is_who import owner_faults
from check.wording import is_grammar, is_list, new_words, sources_of

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


@dataclass(frozen=True, slots=True)
class _Findings:
    """What was found in a caption before each tag is looked for."""

    text: Text
    people: People
    colours: ColoursSaid
    named: frozenset[str]
    aliases: Mapping[str, Sequence[str]]
    is_of_one: bool


def check(
    caption: str,
    tags: Sequence[str],
    categories: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]] | None = None,
    known_names: frozenset[str] = frozenset(),
    own_tags: Mapping[str, Sequence[str]] | None = None,
    told: Iterable[str] = (),
) -> Coverage:
    """Hold a caption against the canonical tags of its picture.

    `categories` has those that are known; tags of artists, of the file and of lore do not count. `aliases`
    maps a tag to other tags that say it. `known_names` are the character tags of the whole data set, to find
    names of somebody else; what is made of them is cached by the set. `own_tags` has for several characters
    the tags of the picture that are one's alone. `told` are other texts about the picture that bear out what
    the caption adds to the tags: a description, meanings of tags.
    """
    aliases = aliases or {}
    asked = tagged(tuple(tags), tuple([categories.get(tag, "") for tag in tags]))
    census, series = asked.census, asked.series
    text = read(caption)
    found_titles = find_titles(text, series, aliases)
    names = find_names(text, asked.characters, aliases, tags, known_names, found_titles)
    text = _without_names(text, names, asked)
    people = find_people(text, names)
    sources = sources_of((*tags, *chain.from_iterable(aliases.get(tag, ()) for tag in tags), *told))
    unsupported = unsupported_people(text, people, census, sources)
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
    faults += owner_faults(text, names.places, own_tags or {})
    faults += spelling_faults(caption, tags, series)
    faults += not_worn_faults(text)
    named = names.said.union(tag for tag, found in found_titles.items() if found)
    findings = _Findings(text, people, colours, named, aliases, census.is_of_one)
    return _coverage(
        findings, asked, contradicted, faults, find_additions(text, (*unsupported, *more), names, sources)
    )


def _without_names(text: Text, names: Names, asked: Tagged) -> Text:
    """The text, in which words of names and titles say no tags, and a "no" in a tag's name denies nothing."""
    text = text.without(names.taken)
    return text.where_no_is_a_name(
        at + spoken.index("no") for spoken in asked.with_no for at in text.places_of(spoken)
    )


def _coverage(
    findings: _Findings,
    asked: Tagged,
    contradicted: set[str],
    faults: Sequence[Fault],
    adds: tuple[Addition, ...],
) -> Coverage:
    """Look for each tag, and sort the tags by what came of it."""
    counted, implied = asked.counted, asked.implied
    anchors: dict[str, list[str]] = {}
    for word in asked.by_anchor.keys() & findings.text.at.keys():
        for tag in asked.by_anchor[word]:
            anchors.setdefault(tag, []).append(word)
    said = {tag for tag, known in counted.items() if _is_said(findings, tag, known, anchors.get(tag, ()))}
    said -= contradicted
    unsaid = [tag for tag in counted if tag not in said and tag not in contradicted]
    contradicted = _contradicted(findings, asked, unsaid).union(contradicted)
    # Said tags say others of the picture too: white_dress says dress.
    said = said.union(*(implied[tag] for tag in said if tag in implied)).difference(contradicted)
    unsaid = [tag for tag in counted if tag not in said and tag not in contradicted]
    told: set[str] = set()
    if len(findings.text.words) >= _FEWEST_WORDS_OF_SCENES:
        told = {tag for tag in unsaid if _is_told(findings.text, tag, counted[tag])}
        told = told.union(*(implied[tag] for tag in told if tag in implied)).intersection(unsaid)
        said = said | told
        unsaid = [tag for tag in unsaid if tag not in said]
    perhaps: list[str] = []
    if len(findings.text.words) > MOST_WORDS_FOR_RULES:
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


def _contradicted(findings: _Findings, asked: Tagged, unsaid: Sequence[str]) -> set[str]:
    """The tags, of those that the caption does not say itself, that cannot be true with what it says."""
    text, counted, is_of_one = findings.text, asked.counted, findings.is_of_one
    found = contradicted_states(text, counted, unsaid, findings.people.places, is_of_one=is_of_one)
    found |= contradicted_colours(text, counted, unsaid, is_of_one=is_of_one)
    if text.negated:
        denied = {text.stems[at] for at in text.negated}
        denied -= {said for at, said in enumerate(text.stems) if at not in text.negated}
        found |= {tag for tag in unsaid if _is_denied(text, counted[tag], denied)}
    # Where there is no snow, there is none on the roof.
    return found | {tag for tag in unsaid if found and not found.isdisjoint(asked.implied.get(tag, ()))}


def _is_said(findings: _Findings, tag: str, known: CountedTag, anchors: Collection[str]) -> bool:
    """Whether the caption says a tag; `anchors` are the words that it has of the ways to say it."""
    text, aliases = findings.text, findings.aliases
    if known.kind == PLAIN:
        if anchors and says_by(text, known.ways, anchors):
            return True
        return tag in aliases and any(says(text, ways_to_say(alias)) for alias in aliases[tag])
    if known.kind in SURE:
        return tag in findings.named
    if known.kind == PEOPLE:
        return says_people(text, tag, findings.people)
    part, colour = known.colour
    return any(not meant.isdisjoint(colour) for _, meant in findings.colours[part])


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
