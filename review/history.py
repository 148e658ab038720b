"""What came of each picture, read from the journal.

The journal of a large data set does not fit in memory, so it is read twice: once for a `Glance` at every
picture, to choose those that are shown, and once for all that is told of the chosen ones.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dataset.journal import AGAIN, EDITED, FAILED, INTERPRETER, INTERROGATOR, WAITS, Journal, Record
from dataset.pictures import Picture
from dataset.text_digests import digest

_NOTHING = Record({})


@dataclass(slots=True)
class Past:
    """What came of one picture.

    `caption` is the record of its last caption, `latest` that of its last caption or failure, `failures` are
    the records of the stages that failed last, `again` is whether somebody wants another caption, and
    `waits` are the stages that wait for answers that come later.
    `versions` are the last two different captions, the older one first, "" where there never was one.
    """

    caption: Record = _NOTHING
    latest: Record = _NOTHING
    failures: dict[str, Record] = field(default_factory=dict)
    again: bool = False
    waits: set[str] = field(default_factory=set)
    versions: tuple[str, str] = ("", "")

    def add(self, record: Record) -> None:
        """Take in the next record of this picture."""
        self.waits.discard(record.stage)
        if record.outcome == FAILED:
            self.failures[record.stage] = self.latest = record
        elif record.is_written:
            self.failures.pop(record.stage, None)
            if record.stage == INTERPRETER:
                self.caption = self.latest = record
                self.again = False
                if record.written not in ("", self.versions[1]):
                    self.versions = (self.versions[1], record.written)
        elif record.outcome == AGAIN and record.stage == INTERPRETER:
            self.again = True
        elif record.outcome == WAITS:
            self.failures.pop(record.stage, None)
            self.waits.add(record.stage)

    def values(self, last_run: str, caption: str) -> dict[str, object]:
        """What became of the picture, for the page; `caption` is its text as it is now."""
        last = self.caption
        by_hand = bool(caption and last.text) and digest(caption) != last.text
        older, newer = self.versions
        before = newer if caption != newer else older
        return {
            "before": before,
            "changed": bool(before and caption) and (by_hand or self.latest.run == last_run),
            "draft": last.draft and not by_hand,
            "edited": last.outcome == EDITED or by_hand,
            "floor": "" if by_hand else last.floor,
            "again": self.again,
            "waits": bool(self.waits),
            "model": last.model,
            "sees": last.sees and not by_hand,
            "tokens": last.tokens or None,
            "seconds": round(last.seconds, 2) or None,
            "time": self.latest.time,
        }


@dataclass(slots=True)
class History:
    """What came of some pictures, the last run that wrote into the journal, and what all runs took."""

    pictures: dict[str, Past] = field(default_factory=dict)
    run: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Glance(NamedTuple):
    """In short what came of one picture: the stages that failed, and the last run that dealt with it."""

    failed: tuple[str, ...] = ()
    run: str = ""
    time: str = ""

    def after(self, record: Record) -> Glance:
        """The glance once this record is taken in."""
        others = tuple(stage for stage in self.failed if stage != record.stage)
        if record.outcome == FAILED:
            return Glance((*others, record.stage), record.run, record.time)
        if record.outcome == WAITS:
            return self._replace(failed=others)
        if not record.is_written:
            return self
        if record.stage == INTERPRETER:
            return Glance(others, record.run, record.time)
        return self._replace(failed=others)


def read_glances(journal: Journal, names: Iterable[str]) -> tuple[dict[str, Glance], str]:
    """A glance at every picture, and the last run that wrote a line.

    `names` are the texts that are there: the result shares their strings, and pictures share equal glances,
    so that a million of them take little memory.
    """
    nothing = Glance()
    glances, known = dict.fromkeys(names, nothing), {nothing: nothing}
    last_run = ""
    for record in journal.records(INTERPRETER, INTERROGATOR):
        last_run = record.run
        name = record.picture
        glance = glances.get(name, nothing).after(record)
        glances[name] = known.setdefault(glance, glance)
    return glances, last_run


class Progress(NamedTuple):
    """How far the last run that said how much was due has come in its last stage, and when it wrote last."""

    stage: str = ""
    done: int = 0
    due: int = 0
    time: str = ""


def read_progress(journal: Journal) -> Progress:
    """How far the last run has come, by the journal: excluded pictures are not in it.

    Nothing is due where the last line is of something else than a run, such as a correction.
    """
    run, stage, due, time, last_run = "", "", 0, "", ""
    pictures: set[str] = set()
    for record in journal.records(INTERPRETER, INTERROGATOR):
        last_run = record.run
        if record.due:
            run, stage, due = record.run, record.stage, record.due
            pictures.clear()
        if (record.run, record.stage) == (run, stage) and (record.is_written or record.outcome == FAILED):
            pictures.add(record.picture)
            time = record.time
    return Progress(stage, len(pictures), due, time) if run == last_run else Progress()


def read_history(journal: Journal, names: Collection[str]) -> History:
    """What came of the pictures called `names`."""
    history = History()
    for record in journal.records(INTERPRETER, INTERROGATOR):
        history.run = record.run
        history.prompt_tokens += record.prompt_tokens
        history.completion_tokens += record.completion_tokens
        if record.picture in names:
            history.pictures.setdefault(record.picture, Past()).add(record)
    return history


def most_interesting(
    pictures: Sequence[Picture], journal: Journal, captioned: set[str], most: int
) -> Sequence[Picture]:
    """At most `most` pictures: failures, the last run, those without a caption, then the latest."""
    if len(pictures) <= most:
        return pictures
    glances, last_run = read_glances(journal, captioned)

    def interest(at: int) -> tuple[bool, bool, bool, str, int]:
        name = pictures[at].stem_name
        glance = glances.get(name) or Glance()
        return bool(glance.failed), glance.run == last_run, name not in captioned, glance.time, -at

    return [pictures[at] for at in sorted(heapq.nlargest(most, range(len(pictures)), key=interest))]
