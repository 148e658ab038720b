"""How many girls, boys and others the tags of a picture allow."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from check.word_lists import word_list
from tags.people import BOYS, GIRLS, MANY, MULTIPLE, OTHERS, count_in

# The same person more than once, or persons that are not counted.
_UNCOUNTED = frozenset(word_list("census", "uncounted"))
_MALE_WORDS = frozenset(word_list("census", "male_words"))
_FEMALE_WORDS = frozenset(word_list("census", "female_words"))
_CHILD_WORDS = frozenset(word_list("census", "child_words"))
_HINTS = _MALE_WORDS | _FEMALE_WORDS | _CHILD_WORDS


@dataclass(frozen=True, slots=True)
class Census:
    """The people of a picture by its tags, each count as (fewest, most); None where the tags do not tell.

    `tags` has the count tags of each sex, to name in a message or to call contradicted; `children` tells
    whether a tag speaks of a child.
    """

    girls: tuple[int, int] | None
    boys: tuple[int, int] | None
    total: tuple[int, int] | None
    is_solo: bool
    is_empty: bool
    children: bool
    tags: dict[str, tuple[str, ...]]

    def of(self, sex: str) -> tuple[int, int] | None:
        """Return the count of girls or of boys."""
        return self.girls if sex == GIRLS else self.boys

    @property
    def is_one_person(self) -> bool:
        """Whether the tags say that exactly one person is there."""
        return self.total == (1, 1)


def take(tags: Collection[str]) -> Census:
    """Count the people that the tags tell of."""
    named: dict[str, tuple[str, ...]] = dict.fromkeys((GIRLS, BOYS, OTHERS), ())
    spoken: set[str] = set()
    for tag in tags:
        sex, hints = _sex_and_hints(tag)
        if sex:
            named[sex] += (tag,)
        elif hints:
            spoken |= hints
    counts = {sex: _range(counting) for sex, counting in named.items()}
    is_empty = "no_humans" in tags and not any(counts.values())
    uncounted = not _UNCOUNTED.isdisjoint(tags)
    is_solo = "solo" in tags and not uncounted
    known = is_empty or any(counts.values())
    girls, boys = (
        counts[sex] or ((0, 0) if known and not counts[OTHERS] and hints.isdisjoint(spoken) else None)
        for sex, hints in ((GIRLS, _FEMALE_WORDS), (BOYS, _MALE_WORDS))
    )
    total = _total(counts) if known else None
    if uncounted:
        girls, boys, total = _unlimited(girls), _unlimited(boys), None
    elif is_solo:
        total = (1, 1)
    children = not _CHILD_WORDS.isdisjoint(spoken)
    return Census(girls, boys, total, is_solo, is_empty, children, named)


@lru_cache(maxsize=1 << 16)
def _sex_and_hints(tag: str) -> tuple[str, frozenset[str]]:
    """Whom a tag counts; or, where it counts nobody, its words that hint at who is there."""
    count = count_in(tag)
    sex = count.kind if count else ""
    return sex, frozenset() if sex else _HINTS.intersection(tag.replace("-", "_").split("_"))


def _range(counting: Collection[str]) -> tuple[int, int] | None:
    """Read the tags that count one sex: the first with a number, else that there are several."""
    counts = [count for tag in counting if (count := count_in(tag))]
    if not counts:
        return None
    first = next((count for count in counts if count.number != MULTIPLE), counts[0])
    return first.fewest, MANY if first.is_open else first.fewest


def _total(counts: dict[str, tuple[int, int] | None]) -> tuple[int, int]:
    ranges = [counted or (0, 0) for counted in counts.values()]
    return sum(low for low, _ in ranges), min(MANY, sum(high for _, high in ranges))


def _unlimited(counted: tuple[int, int] | None) -> tuple[int, int] | None:
    return (counted[0] and 1, MANY) if counted and counted[1] else counted
