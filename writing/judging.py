"""How well a caption says the tags of its picture, and which of two texts is better."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from check import MOST_WORDS_FOR_RULES, TAG_SPELLING, Coverage, check
from check.text import words_in
from english import share, stem
from errors import Problem
from tags.categories import CHARACTER
from tags.filters import HiddenTraits
from tags.implications import Implied, speakers, without_implied
from tags.spelling import words

# If a text is less like its draft than this, most of what the rules miss is said in other words.
_LEAST_ALIKE_FOR_RULES = 0.15
# A text that has words for less than a quarter of the tags is about something else.
_MOST_MISSED = 0.75
# A caption under way is compared with its draft several times.
_MOST_UNDER_WAY = 1 << 8


@dataclass(frozen=True)
class PictureTags:
    """The tags of a picture, and what is known of tags, as far as it matters for its caption.

    `names` are the characters of the whole data set, and `own_tags` the tags that belong to one character
    only. `other_texts` are what else is known of the picture: a description and the meanings of its tags.
    `draft` is what the composer writes of it, "" if it is not wanted. `said_beside` are tags that stand in
    the caption beside the sentences that are judged. `seen` is whether the writer saw the picture, and
    `described` whether there is a description of it.
    """

    tags: Sequence[str]
    categories: Mapping[str, str]
    names: frozenset[str]
    implied: Implied
    hidden: HiddenTraits
    own_tags: Mapping[str, Sequence[str]]
    other_texts: Sequence[str] = ()
    draft: str = ""
    said_beside: frozenset[str] = frozenset()
    seen: bool = False
    described: bool = False

    @cached_property
    def said_by(self) -> Mapping[str, Sequence[str]]:
        """The tags that other tags of the picture imply, each with those that do."""
        return speakers(self.tags, self.implied)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well a caption says the tags.

    `unnamed` are the characters that it does not name, `unsaid` the other tags that the rules do not find in
    it, and `leaked` the hidden traits that it says.
    """

    coverage: Coverage
    unnamed: tuple[str, ...]
    unsaid: tuple[str, ...]
    leaked: tuple[str, ...]

    @property
    def not_found(self) -> Sequence[str]:
        """The tags, names of people apart, that the rules do not find in the caption."""
        return *self.unsaid, *self.coverage.perhaps

    @property
    def spoils(self) -> tuple[int, int, int]:
        """What spoils a LoRA, the worst first: hidden traits, missing names, what is wrong."""
        return len(self.leaked), len(self.unnamed), len(self.coverage.faults)

    @property
    def rank(self) -> tuple[int, int, int, int, float]:
        """The rank, which is higher for a better caption: one that spoils less, or else says more."""
        leaked, unnamed, faults = self.spoils
        return -leaked, -unnamed, -faults, -len(self.coverage.adds), self.coverage.score

    def notes(self, min_coverage: float) -> Iterator[Problem]:
        """What the user should look at.

        Hidden traits are not among these problems: they are looked for in the finished text.
        """
        spelled = [fault.message for fault in self.coverage.faults if fault.kind == TAG_SPELLING]
        others = [fault.message for fault in self.coverage.faults if fault.kind != TAG_SPELLING]
        if others:
            yield Problem("", "contradicting tags", " ".join(others))
        if self.unnamed:
            unnamed = ", ".join(map(words, self.unnamed))
            yield Problem("", "not naming a character", f"it does not name {unnamed}")
        if spelled:
            yield Problem("", "spelled as tags", " ".join(spelled))
        known = {fault.said for fault in self.coverage.faults}
        if adds := [str(addition) for addition in self.coverage.adds if addition.said not in known]:
            added = f"it adds {', '.join(adds)}, which neither the tags nor a description say"
            yield Problem("", "adding to the tags", added)
        if self.coverage.most < min_coverage:
            yield Problem("", "under min_coverage", f"it says {share(self.coverage.most)} of its tags")


def judge(
    caption: str, picture: PictureTags, found: Collection[str] = (), *, is_read: bool = False
) -> Judgement:
    """Hold a caption against the tags. A tag is also said by one that implies it: a grin is a smile.

    `found` are tags that are known to be said in it in other words; all of them, if it `is_read`.
    """
    coverage = check(
        caption,
        picture.tags,
        picture.categories,
        picture.said_by,
        picture.names,
        picture.own_tags,
        picture.other_texts,
        remember=True,
    )
    found = picture.said_beside.union(found)
    if picture.seen:
        coverage = coverage.borne_out_by_picture()
    if is_read:
        coverage = coverage.after_reading(found)
    elif found:
        coverage = coverage.with_said(found)
    # A character in another form has two tags, and need not be called by both names.
    missed = without_implied(coverage.missed, picture.categories, picture.implied)
    unnamed = tuple(tag for tag in missed if picture.categories.get(tag) == CHARACTER)
    unsaid = tuple(tag for tag in missed if tag not in unnamed)
    return Judgement(coverage, unnamed, unsaid, tuple(picture.hidden.said_in(caption)))


@lru_cache(maxsize=_MOST_UNDER_WAY)
def alike(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: the share of pairs of words in a row that both have."""
    pairs, others = _pairs(one), _pairs(other)
    return 2 * len(pairs & others) / max(1, len(pairs) + len(others))


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(map(stem, words_in(text))))


def is_judged_by_rules(caption: str, judged: Judgement, picture: PictureTags) -> bool:
    """Whether what the rules do not find in a caption is missing.

    It is in a short text that has the words of the tags, or nearly none of them.
    """
    if len(caption.split()) > MOST_WORDS_FOR_RULES:
        return False
    is_in_own_words = picture.draft and alike(caption, picture.draft) < _LEAST_ALIKE_FOR_RULES
    return not is_in_own_words or len(judged.unsaid) > _MOST_MISSED * len(picture.tags)
