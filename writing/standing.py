"""How a caption stands beside its tags: what is told to the model that may mend it, and to the user."""

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
class Tagged:
    """What a caption is held against: the tags of a picture, and what is known of tags.

    `names` are the characters of the whole data set.
    """

    tags: Sequence[str]
    categories: Mapping[str, str]
    names: frozenset[str]
    implied: Implied
    hidden: HiddenTraits


@dataclass(frozen=True, slots=True)
class Standing:
    """What of the tags a caption says.

    `unnamed` are the characters that it does not name, `unsaid` the other tags that it should say, and
    `leaked` the hidden traits that it says.
    """

    coverage: Coverage
    unnamed: tuple[str, ...]
    unsaid: tuple[str, ...]
    leaked: tuple[str, ...]

    @classmethod
    def of(cls, caption: str, tagged: Tagged) -> Standing:
        """Read a caption; who names the special names the general too, so a grin counts as a smile."""
        said_by = speakers(tagged.tags, tagged.implied)
        coverage = check(caption, tagged.tags, tagged.categories, said_by, tagged.names)
        # Somebody in another form need not be called by both names.
        missed = without_implied(coverage.missed, tagged.categories, tagged.implied)
        unnamed = tuple(tag for tag in missed if tagged.categories.get(tag) == CHARACTER)
        unsaid = tuple(tag for tag in missed if tag not in unnamed)
        return cls(coverage, unnamed, unsaid, tuple(tagged.hidden.said_in(caption)))

    @property
    def rank(self) -> tuple[int, int, int, float]:
        """The better caption has the higher one: first by what spoils a LoRA, last by what is missed."""
        return -len(self.leaked), -len(self.unnamed), -len(self.coverage.faults), self.coverage.score

    def falls_short(self, min_coverage: float) -> bool:
        """Whether the caption should be asked for again."""
        faults = self.coverage.faults or self.unnamed or self.leaked
        return bool(faults) or self.coverage.score < min_coverage

    def complaint(self) -> str:
        """What the model is told about its draft."""
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
        """What a user should look at; hidden traits are looked for in the text that is written, not here."""
        spelled = [fault.message for fault in self.coverage.faults if fault.kind == TAG_SPELLING]
        others = [fault.message for fault in self.coverage.faults if fault.kind != TAG_SPELLING]
        if others:
            yield Problem("", "contradicting tags", " ".join(others))
        if self.unnamed:
            yield Problem(
                "", "not naming a character", f"it does not name {', '.join(map(words, self.unnamed))}"
            )
        if spelled:
            yield Problem("", "spelled as tags", " ".join(spelled))
        if self.coverage.score < min_coverage:
            yield Problem("", "under min_coverage", f"its coverage is {self.coverage.score:.0%}")
