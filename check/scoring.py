"""What a caption makes of its tags, as a result and as a number.

The score goes from 0 to 1. Each tag weighs by what a trainer loses without it: a character 4, a count of
people or a species 3, a series and a colour of hair or eyes 2, every other tag 1, and a tag that only repeats
another in fewer words (dress beside white_dress) or goes without saying (solo) a half. The score is the share
of the weight that is said, times 0.8 for each fault.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from check.adds import NAME, Addition
from check.faults import Fault
from check.vocabulary import word_set
from tags.categories import CHARACTER, COPYRIGHT, SPECIES
from tags.implications import broader_tags
from tags.people_counts import count_in

_WEIGHTS = {CHARACTER: 4.0, SPECIES: 3.0, COPYRIGHT: 2.0}
_COUNT_WEIGHT, _COLOUR_WEIGHT, _PLAIN_WEIGHT, _MINOR_WEIGHT = 3.0, 2.0, 1.0, 0.5
_FACTOR_PER_FAULT = 0.8
_GOES_WITHOUT_SAYING = word_set("tags", "goes_without_saying")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a caption makes of its tags.

    Each tag that counts is `said`, `missed`, `contradicted`, or `perhaps` unsaid: not found in a long text,
    where people write many things in words that no table knows. All are in the given order. `adds` is what
    the caption says and no tag bears out. `weights` has the weight of each tag that counts. `told` are those
    that are said only by words which tell them to a reader, as the moon tells the night.
    """

    said: tuple[str, ...]
    missed: tuple[str, ...]
    perhaps: tuple[str, ...]
    contradicted: tuple[str, ...]
    faults: tuple[Fault, ...]
    adds: tuple[Addition, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The share of the tags that is surely said, from 0 to 1."""
        return self._share_of(self.said)

    @property
    def most(self) -> float:
        """The score that the caption has if all is said that is perhaps unsaid."""
        return self._share_of((*self.said, *self.perhaps))

    def after_reading(self, found: Collection[str]) -> "Coverage":
        """The coverage after somebody read the caption again and found these tags said, and no others."""
        known = self.with_said(found)
        doubted = {*self.told}.difference(_with_broader(found))
        missed = {*known.missed, *known.perhaps, *doubted}
        return replace(
            known,
            said=tuple(tag for tag in known.said if tag not in doubted),
            missed=tuple(tag for tag in self.weights if tag in missed),
            perhaps=(),
            told=(),
        )

    def with_said(self, found: Collection[str]) -> "Coverage":
        """The coverage once it is known that these tags are said, and with them what they say too."""
        said = {*self.said, *_with_broader(found)} - {*self.contradicted}
        return replace(
            self,
            said=tuple(tag for tag in self.weights if tag in said),
            missed=tuple(tag for tag in self.missed if tag not in said),
            perhaps=tuple(tag for tag in self.perhaps if tag not in said),
        )

    def borne_out_by_picture(self) -> "Coverage":
        """The coverage of a caption whose writer saw the picture: only a name is nothing that can be seen."""
        return replace(self, adds=tuple(each for each in self.adds if each.kind == NAME))

    def _share_of(self, tags: Collection[str]) -> float:
        total = sum(self.weights.values())
        share = sum(self.weights[tag] for tag in tags) / total if total else 1.0
        return round(share * _FACTOR_PER_FAULT ** len(self.faults), 4)


def _with_broader(tags: Collection[str]) -> set[str]:
    return {*tags, *(broader for tag in tags for broader in broader_tags(tag))}


def weight_of(tag: str, category: str, *, is_colour: bool) -> tuple[float, float]:
    """The weight of a tag, and its weight beside a tag that says it too."""
    if category in _WEIGHTS:
        return _WEIGHTS[category], _WEIGHTS[category]
    if tag in _GOES_WITHOUT_SAYING:
        return _MINOR_WEIGHT, _MINOR_WEIGHT
    if count_in(tag):
        return _COUNT_WEIGHT, _MINOR_WEIGHT
    return (_COLOUR_WEIGHT if is_colour else _PLAIN_WEIGHT), _MINOR_WEIGHT
