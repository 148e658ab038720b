"""How good a caption is by its tags, what is wrong with it, and which of two captions is the better one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from check import TAG_SPELLING, Coverage, check
from errors import Problem
from tags.categories import CHARACTER
from tags.filters import HiddenTraits
from tags.implications import Implied, speakers, without_implied
from tags.spelling import words


@dataclass(frozen=True, slots=True)
class PictureTags:
    """The tags of a picture, and what is known of tags, as far as it matters for its caption.

    `names` are the characters of the whole data set.
    """

    tags: Sequence[str]
    categories: Mapping[str, str]
    names: frozenset[str]
    implied: Implied
    hidden: HiddenTraits


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a caption makes of the tags.

    `unnamed` are the characters that it does not name, `unsaid` the other tags that it should say, and
    `leaked` the hidden traits that it says.
    """

    coverage: Coverage
    unnamed: tuple[str, ...]
    unsaid: tuple[str, ...]
    leaked: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, int, float]:
        """Of two captions the better one has the higher rank.

        Hidden traits and missing names spoil a LoRA, so they come first, then what is wrong, and last how
        much is said.
        """
        return -len(self.leaked), -len(self.unnamed), -len(self.coverage.faults), self.coverage.score

    def needs_repair(self, min_coverage: float) -> bool:
        """Whether the model should be asked for a better caption."""
        is_wrong = bool(self.coverage.faults or self.unnamed or self.leaked)
        return is_wrong or self.coverage.score < min_coverage

    def repair_request(self) -> str:
        """What the model is told picture_tags its caption."""
        faults = [fault.message for fault in self.coverage.faults]
        faults += [f"It says {trait}, which is to be left out." for trait in self.leaked]
        faults += [f"It does not name {words(tag)}." for tag in self.unnamed]
        faults += [f"It does not say: {', '.join(map(words, self.unsaid))}."] if self.unsaid else []
        listed = "\n".join(f"- {fault}" for fault in faults)
        return (
            f"This caption is not right yet:\n{listed}\n"
            "Write the whole caption again so that all of this is mended and the rest stays. "
            "Answer with the caption alone."
        )

    def notes(self, min_coverage: float) -> Iterator[Problem]:
        """What the user should look at.

        Hidden traits are not among it: they are looked for in the text that is written in the end.
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
        if self.coverage.score < min_coverage:
            yield Problem("", "under min_coverage", f"its coverage is {self.coverage.score:.0%}")


def judge(caption: str, picture: PictureTags) -> Judgement:
    """Hold a caption against the tags. A tag is also said by one that implies it: a grin is a smile."""
    said_by = speakers(picture.tags, picture.implied)
    coverage = check(caption, picture.tags, picture.categories, said_by, picture.names)
    # A character in another form has two tags, and need not be called by both names.
    missed = without_implied(coverage.missed, picture.categories, picture.implied)
    unnamed = tuple(tag for tag in missed if picture.categories.get(tag) == CHARACTER)
    unsaid = tuple(tag for tag in missed if tag not in unnamed)
    return Judgement(coverage, unnamed, unsaid, tuple(picture.hidden.said_in(caption)))
