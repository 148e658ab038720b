"""How many girls, boys and others the tags of a picture allow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from check.vocabulary import word_set
from tags.people_counts import BOYS, GIRLS, MANY, MULTIPLE, OTHERS, count_in

# These tags show a person more than once, or people whom no tag counts.
_UNCOUNTED = word_set("census", "uncounted")
# And with these there is somebody and an image of the same person.
_REFLECTED = word_set("census", "reflected")
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
    to call contradicted. `persons` is the total where somebody and their reflection are one. `children` is
    whether a tag speaks of a child.
    """

    ranges: Mapping[str, Range | None]
    total: Range | None
    persons: Range | None
    is_solo: bool
    is_empty: bool
    children: bool
    tags: Mapping[str, tuple[str, ...]]

    @property
    def is_of_one(self) -> bool:
        """Whether there is one person at most, and perhaps a reflection."""
        return self.persons is not None and self.persons[1] <= 1

    @property
    def most(self) -> int:
        """How many people there are at most; 0 where there is nobody, or the tags do not tell."""
        return self.total[1] if self.total else 0


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
    is_reflected = not is_empty and not _REFLECTED.isdisjoint(tags)
    is_uncounted, is_crowd = not _UNCOUNTED.isdisjoint(tags), not _CROWDS.isdisjoint(tags)
    is_certain = not (is_uncounted or is_crowd)
    is_solo = "solo" in tags and is_certain and not is_reflected
    is_known = is_empty or any(counts.values())
    girls, boys = counts[GIRLS], counts[BOYS]
    if is_known and not counts[OTHERS]:
        # Where people are counted and nothing hints at a girl, there is none; the same with boys.
        girls = girls or ((0, 0) if _FEMALE_WORDS.isdisjoint(hints) else None)
        boys = boys or ((0, 0) if _MALE_WORDS.isdisjoint(hints) else None)
    persons: Range | None = None
    if is_certain and "solo" in tags:
        persons = (1, 1)
    elif is_certain and is_known:
        ranges = [counted or (0, 0) for counted in counts.values()]
        persons = sum(fewest for fewest, _ in ranges), min(MANY, sum(most for _, most in ranges))
    if is_reflected or not is_certain:
        # Where one person is shown several times, there may also be fewer people than are counted.
        keeps_fewest = not (is_uncounted or is_reflected)
        girls, boys = (_without_limits(each, keeps_fewest=keeps_fewest) for each in (girls, boys))
    total = None if is_reflected else persons
    children = not _CHILD_WORDS.isdisjoint(hints)
    return Census({GIRLS: girls, BOYS: boys}, total, persons, is_solo, is_empty, children, count_tags)


@lru_cache(maxsize=1 << 16)
def _sex_or_hints(tag: str) -> tuple[str, frozenset[str]]:
    """The sex that a tag counts; if it counts nobody, its words that hint at who is there."""
    if count := count_in(tag):
        return count.kind, frozenset()
    # Of "aged_up" nobody is a child.
    return "", _HINTS.intersection(() if tag == "aged_up" else tag.replace("-", "_").split("_"))


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
