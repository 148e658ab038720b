"""What the tags of a picture ask of a caption, whatever it says: a run asks several times for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from check.census import Census, count_people
from check.colours import colour_of
from check.matching import Ways
from check.other_names import spellings_of_words
from check.people_said import is_about_people
from check.scoring import weight_of
from check.text import words_of
from check.vocabulary import concepts
from check.ways import ways_to_say
from check.wording import Sources
from english import stem
from tags.categories import CHARACTER, COPYRIGHT, RATING, UNSEEN, is_unsaid
from tags.implications import broader_tags
from tags.proper_names import told_series
from tags.spelling import without_qualifiers

# Which rules look for a tag in the caption, where its category does not decide it.
PEOPLE, COLOUR, PLAIN = "people", "colour", "plain"
# Names are found or are not there, however long the caption is.
SURE = frozenset({CHARACTER, COPYRIGHT})
_NEVER_SAID = UNSEEN | {RATING}
# As many as are under way at once, and more.
_REMEMBERED_PICTURES = 1 << 10

# Tags, each with some others.
TagsByTag = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class CountedTag:
    """What is known of a tag.

    `kind` tells who looks for it: a category, or people, colour or plain. `weight_if_repeated` is its weight
    beside a tag that says it too, `implied` are the tags that it says too itself, and `broader` the stems of
    words that say it of a wider kind: water for a lake.
    """

    kind: str
    colour: tuple[str, frozenset[str]]
    weight: float
    weight_if_repeated: float
    implied: frozenset[str]
    broader: frozenset[str]
    ways: Ways


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags of a picture that a caption has to say, in their order, the weight of each, and the people.

    `by_kind` has them by who looks for them, `plain` each of the plain ones with a way to say it, perhaps
    that of an alias, and `coloured` what each tag of a colour colours. `with_no` are those in whose words a
    "no" denies nothing, as in otoko_no_ko, each cut into words. `implied` has the tags of the picture that
    each of them says too, if there are any. `own_words` are the words of all tags and `aliases`; `sources`
    are all that bears out what a caption adds.
    """

    counted: Mapping[str, CountedTag]
    weights: Mapping[str, float]
    census: Census
    by_kind: Mapping[str, Sequence[str]]
    plain: Sequence[tuple[str, Ways]]
    coloured: Mapping[str, tuple[str, frozenset[str]]]
    with_no: Sequence[Sequence[str]]
    implied: Mapping[str, frozenset[str]]
    aliases: Mapping[str, Sequence[str]]
    own_words: frozenset[str]
    sources: Sources


@lru_cache(maxsize=_REMEMBERED_PICTURES)
def tagged(
    tags: tuple[str, ...], categories: tuple[str, ...], aliases: TagsByTag, told: tuple[str, ...]
) -> Tagged:
    """What the tags ask, with the category of each, "" where it is not known; the rest as for a check."""
    known = map(_counted_tag, tags, categories)
    counted = {tag: each for tag, each in zip(tags, known, strict=True) if each}
    by_kind = _by_kind(counted)
    # Nobody has to say who publishes the series.
    series = told_series(by_kind[COPYRIGHT])
    for maker in set(by_kind[COPYRIGHT]).difference(series):
        del counted[maker]
    by_kind[COPYRIGHT] = [tag for tag in by_kind[COPYRIGHT] if tag in counted]
    said = frozenset(counted)
    implied = {tag: here for tag, each in counted.items() if (here := each.implied & said)}
    repeated = set[str]().union(*implied.values())
    others = dict(aliases)
    spellings = (*tags, *(alias for tag in tags for alias in others.get(tag, ())))
    plain = [(tag, counted[tag].ways) for tag in by_kind[PLAIN]]
    plain += [(tag, ways_to_say(alias)) for tag in by_kind[PLAIN] for alias in others.get(tag, ())]
    return Tagged(
        counted,
        {tag: each.weight_if_repeated if tag in repeated else each.weight for tag, each in counted.items()},
        count_people(tags),
        by_kind,
        plain,
        {tag: counted[tag].colour for tag in by_kind[COLOUR]},
        [tag.split("_") for tag in counted if "_no_" in tag],
        implied,
        others,
        frozenset[str]().union(*map(spellings_of_words, spellings)),
        Sources((*spellings, *told)),
    )


def _by_kind(counted: Mapping[str, CountedTag]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {kind: [] for kind in (PEOPLE, COLOUR, PLAIN, *SURE)}
    for tag, known in counted.items():
        found[known.kind].append(tag)
    return found


@lru_cache(maxsize=1 << 16)
def _counted_tag(tag: str, category: str) -> CountedTag | None:
    """What is known of a tag; None where no caption has to say it."""
    if category in _NEVER_SAID or is_unsaid(tag):
        return None
    colour = colour_of(tag) or ("", frozenset())
    if category in SURE:
        kind = category
    elif is_about_people(tag):
        kind = PEOPLE
    else:
        kind = COLOUR if colour[0] else PLAIN
    weight, weight_if_repeated = weight_of(tag, category, is_colour=kind == COLOUR)
    # The last words of a name are no tags: little_red_riding_hood is no hood.
    implied = frozenset[str]() if kind in SURE else broader_tags(tag)
    ways = ways_to_say(tag)
    noun = (words_of(without_qualifiers(tag)) or ("",))[-1]
    # A synonym says the noun, and is nothing wider.
    broader = frozenset(said for said in concepts(noun)[1:] if stem(noun) not in concepts(said))
    return CountedTag(kind, colour, weight, weight_if_repeated, implied, broader, ways)
