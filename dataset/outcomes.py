"""What the journal says came of the pictures in one stage."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from dataset.journal import AGAIN, DONE, EDITED, FAILED, WAITS, Journal, Record


@dataclass(frozen=True, slots=True)
class Made:
    """What the journal says about a text: the digests of its prompt and of the text, and who wrote it.

    `edited` means that a person wrote it; then it has no prompt. `draft_was_better` means that the draft was
    kept in the place of what a model wrote.
    """

    prompt: str
    text: str
    draft: bool
    edited: bool
    draft_was_better: bool


class Outcomes:
    """What came of each picture in one stage; every method reads the journal once."""

    def __init__(self, stage: str, journal: Journal) -> None:
        self._stage = stage
        self._journal = journal

    def records(self) -> Iterator[Record]:
        """The records of the stage, oldest first."""
        return self._journal.records(self._stage)

    def written(self) -> Iterator[Record]:
        """The records of texts, oldest first, without those that have no digest."""
        return (record for record in self.records() if record.is_written and record.text)

    def made(self) -> dict[str, Made]:
        """The last text that was written for each picture, by the journal."""
        return {
            record.picture: Made(
                record.prompt, record.text, record.draft, record.outcome == EDITED, bool(record.floor)
            )
            for record in self.written()
        }

    def wanted_again(self) -> set[str]:
        """The pictures for which another text was asked for and not written since."""
        wanted: set[str] = set()
        if not self._journal.may_want_again():
            return wanted
        for record in self.records():
            if record.outcome == AGAIN:
                wanted.add(record.picture)
            elif record.is_written:
                wanted.discard(record.picture)
        return wanted

    def last_by_us(self, names: Container[str] | None = None) -> dict[str, str]:
        """The digest of the last text of each picture, or of those called `names`, if no person wrote it."""
        found: dict[str, str] = {}
        for record in self.written():
            if names is None or record.picture in names:
                found[record.picture] = record.text if record.outcome == DONE else ""
        return found

    def refused(self) -> dict[str, str]:
        """Name and reason of each picture whose last record is a failure."""
        found: dict[str, str] = {}
        for record in self.records():
            found.pop(record.picture, None)
            if record.outcome == FAILED:
                found[record.picture] = record.reason
        return found

    def waiting(self) -> set[str]:
        """The pictures whose last record says that they wait for an answer."""
        last = {record.picture: record.outcome for record in self.records()}
        return {picture for picture, outcome in last.items() if outcome == WAITS}

    def mean_answer(self) -> float | None:
        """The mean length in tokens of what models wrote, None where there are none in the journal."""
        answers = (record.completion_tokens for record in self.records() if record.outcome == DONE)
        lengths = [tokens for tokens in answers if tokens]
        return sum(lengths) / len(lengths) if lengths else None

    def has_drafts(self) -> bool:
        """Whether some texts were composed without a model."""
        if self._journal.may_have_drafts():
            return any({record.picture: record.draft for record in self.written()}.values())
        return False
