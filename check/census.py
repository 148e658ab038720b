"""How many girls, boys and others the tags of a picture allow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from check.vocabulary import word_set
from tags.people import BOYS, GIRLS, MANY, MULTIPLE, OTHERS, count_in

# These tags show a person more than once, or people whom no tag counts.
_UNCOUNTED = word_set("census", "uncounted")
_CROWDS = word_set("census", "crowds")
_MALE_WORDS = word_set("census", "male_words")
_FEMALE_WORDS = word_set("census", "female_words")
_CHILD_WORDS = word_set("census", "child_words")
_HINTS = _MALE_WORDS | _FEMALE_WORDS | _CHILD_WORDS

# The fewest and the most people that there can be.
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Census:
    """The people of a picture by its tags; a range is None where the tags do not tell.

    `ranges` has how many girls and boys there are; `tags` the count tags of each sex, to name in a message or
    to call contradicted. `children` is whether a tag speaks of a child.
    """

    ranges: Mapping[str, Range | None]
    total: Range | None
    is_solo: bool
    is_empty: bool
    children: bool
    tags: Mapping[str, tuple[str, ...]]


def count_people(tags: Collection[str]) -> Census:
    """Count the people that the tags speak of."""
    count_tags: dict[str, tuple[str, ...]] = dict.fromkeys((GIRLS, BOYS, OTHERS), ())
    hints: set[str] = set()
    for tag in tags:
        sex, tag_hints = _sex_or_hints(tag)
        if sex:
            count_tags[sex] += (tag,)
        elif tag_hints:
            hints |= tag_hints
    counts = {sex: _range(of_sex) for sex, of_sex in count_tags.items()}
    is_empty = "no_humans" in tags and not any(counts.values())
    is_uncounted, is_crowd = not _UNCOUNTED.isdisjoint(tags), not _CROWDS.isdisjoint(tags)
    is_solo = "solo" in tags and not (is_uncounted or is_crowd)
    is_known = is_empty or any(counts.values())
    girls, boys = counts[GIRLS], counts[BOYS]
    if is_known and not counts[OTHERS]:
        # Where people are counted and nothing hints at a girl, there is none; the same with boys.
        girls = girls or ((0, 0) if _FEMALE_WORDS.isdisjoint(hints) else None)
        boys = boys or ((0, 0) if _MALE_WORDS.isdisjoint(hints) else None)
    total: Range | None = None
    if is_uncounted or is_crowd:
        # Where one person is shown several times, there may also be fewer people than are counted.
        girls, boys = (_without_limits(each, keeps_fewest=not is_uncounted) for each in (girls, boys))
    elif is_solo:
        total = (1, 1)
    elif is_known:
        ranges = [counted or (0, 0) for counted in counts.values()]
        total = sum(fewest for fewest, _ in ranges), min(MANY, sum(most for _, most in ranges))
    children = not _CHILD_WORDS.isdisjoint(hints)
    return Census({GIRLS: girls, BOYS: boys}, total, is_solo, is_empty, children, count_tags)


@lru_cache(maxsize=1 << 16)
def _sex_or_hints(tag: str) -> tuple[str, frozenset[str]]:
    """The sex that a tag counts; if it counts nobody, its words that hint at who is there."""
    if count := count_in(tag):
        return count.kind, frozenset()
    return "", _HINTS.intersection(tag.replace("-", "_").split("_"))


def _range(count_tags: Collection[str]) -> Range | None:
    """What the tags that count one sex say: the first with a number, else that there are several."""
    counts = [count for tag in count_tags if (count := count_in(tag))]
    if not counts:
        return None
    first = next((count for count in counts if count.number != MULTIPLE), counts[0])
    return first.fewest, MANY if first.is_open else first.fewest


def _without_limits(counted: Range | None, *, keeps_fewest: bool) -> Range | None:
    if not counted or not counted[1]:
        return counted
    return (counted[0] if keeps_fewest else min(counted[0], 1)), MANY
