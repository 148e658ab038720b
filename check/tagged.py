"""What the tags of a picture ask of a caption, whatever it says: a run asks several times for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from check.census import Census, count_people
from check.colours import colour_of
from check.people_said import is_about_people
from check.scoring import weight_of
from check.text import words_of
from check.vocabulary import concepts
from check.ways import Ways, ways_to_say
from english import stem
from tags.categories import CHARACTER, COPYRIGHT, RATING, UNSEEN, is_unsaid
from tags.implications import broader_tags
from tags.series import told_series
from tags.spelling import without_qualifiers

# Which rules look for a tag in the caption, where its category does not decide it.
PEOPLE, COLOUR, PLAIN = "people", "colour", "plain"
# Names are found or are not there, however long the caption is.
SURE = frozenset({CHARACTER, COPYRIGHT})
_NEVER_SAID = UNSEEN | {RATING}
_REMEMBERED_PICTURES = 1 << 12


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

    `characters`, `series` and `coloured` are the tags of these kinds, the last with what each colours, and
    `with_no` those in whose words a "no" denies nothing, as in otoko_no_ko, each cut into words. `by_anchor`
    has the plain tags by the words of which a caption that says them has one, and `implied` the tags of the
    picture that each of them says too, if there are any.
    """

    counted: Mapping[str, CountedTag]
    weights: Mapping[str, float]
    census: Census
    characters: Sequence[str]
    series: Sequence[str]
    coloured: Mapping[str, tuple[str, frozenset[str]]]
    with_no: Sequence[Sequence[str]]
    by_anchor: Mapping[str, Sequence[str]]
    implied: Mapping[str, frozenset[str]]


@lru_cache(maxsize=_REMEMBERED_PICTURES)
def tagged(tags: tuple[str, ...], categories: tuple[str, ...]) -> Tagged:
    """What the tags ask, with the category of each, "" where it is not known."""
    titles = [
        tag
        for tag, category in zip(tags, categories, strict=True)
        if category == COPYRIGHT and not is_unsaid(tag)
    ]
    # Nobody has to say who publishes the series.
    makers = set(titles).difference(told_series(titles))
    seen = ((tag, category) for tag, category in zip(tags, categories, strict=True) if tag not in makers)
    counted = {tag: known for tag, category in seen if (known := _counted_tag(tag, category))}
    implied = {tag: here for tag, known in counted.items() if (here := known.implied & counted.keys())}
    repeated = set[str]().union(*implied.values())
    weights = {
        tag: known.weight_if_repeated if tag in repeated else known.weight for tag, known in counted.items()
    }
    by_kind = {
        kind: [tag for tag, known in counted.items() if known.kind == kind]
        for kind in (CHARACTER, COPYRIGHT, COLOUR)
    }
    coloured = {tag: counted[tag].colour for tag in by_kind[COLOUR]}
    with_no = [tag.split("_") for tag in counted if "_no_" in tag]
    by_anchor: dict[str, list[str]] = {}
    for tag, known in counted.items():
        for word in known.ways.anchors if known.kind == PLAIN else ():
            by_anchor.setdefault(word, []).append(tag)
    named = by_kind[CHARACTER], by_kind[COPYRIGHT]
    return Tagged(counted, weights, count_people(tags), *named, coloured, with_no, by_anchor, implied)


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
