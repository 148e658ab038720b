"""The journal: a file beside the captions with one JSON line for each outcome of a stage.

Every line starts in the same way:

    {"run": "2026-11-20T10:00:00+00:00", "time": "…", "stage": "interpreter", "picture": "a/b", "outcome": …}

The further values depend on the outcome:

    done      written (the text), text (its digest), model, prompt (its digest), draft, cost and judgement;
              `read` has the tags that a second reading found, `reading` the form of asking;
              `sees` is there where the model was sent the picture along with its tags;
              `floor` says why the draft was kept in the place of what the model wrote
    edited    written, text: a person wrote it
              both have `over` too where they replaced a text: its digest
    failed    reason, message
    waits     none: a model is asked through a batch file, and the answer comes later
    again     none: somebody wants another text for this picture

The first line of a stage in a run has `of`: how many pictures were due in it.

A tag file that made room for the caption of its picture has a line of the stage "tag file" with `picture`,
`file` (its name then) and the outcome "renamed" or "renamed back".

Beside a shard, a line of the stage "shard" says that the texts of a stage (`packs`) are packed: `text` is the
digest of the file, `bytes` the size of the shard of pictures, `count` how many texts there are, `left` how
many pictures have none that may get one, and `draft` whether a text is a draft.

The line of a further file for a trainer has `file` and no `run` and `picture`; `file` is the whole path where
it is not in the captions folder.

No other module knows this form. People and other programs write into the file too, so a value that is
missing, has the wrong type or cannot be true is read as if it were empty. A journal of a million lines does
not fit in memory, so readers keep only what they need of each `Record`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from dataset.json_lines import JsonLines, JsonObject
from dataset.text_digests import digest

FILE_NAME = "journal.jsonl"
INTERPRETER, INTERROGATOR = "interpreter", "interrogator"
TAG_FILES = "tag file"
_SIDE_FILES = "target"
_SHARDS = "shard"

DONE, EDITED, FAILED, AGAIN, WAITS = "done", "edited", "failed", "again", "waits"
RENAMED, RENAMED_BACK = "renamed", "renamed back"

# No request takes as many tokens or seconds, so a larger number is wrong.
_LARGEST_NUMBER = 10**9


class _Text:
    """A value of a line that is a text; "" if it is missing or something else."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._key = name

    def __get__(self, record: Record, owner: type) -> str:
        value = record.line.get(self._key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal. Its values are checked when they are read.

    To check all of them at once would take four times as long, and most readers need two or three.
    """

    line: JsonObject

    run = _Text()
    time = _Text()
    stage = _Text()
    picture = _Text()
    outcome = _Text()
    written = _Text()
    text = _Text()
    model = _Text()
    prompt = _Text()
    reason = _Text()
    message = _Text()
    file = _Text()
    over = _Text()
    floor = _Text()
    target = _Text()
    reading = _Text()

    @property
    def prompt_tokens(self) -> int:
        """The tokens of the prompts."""
        return int(self.number("prompt_tokens"))

    @property
    def completion_tokens(self) -> int:
        """The tokens that the model wrote."""
        return int(self.number("completion_tokens"))

    @property
    def tokens(self) -> int:
        """The tokens of prompts and answers together."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def seconds(self) -> float:
        """The duration of the requests."""
        return self.number("seconds")

    @property
    def draft(self) -> bool:
        """Whether the text was composed without a model."""
        return self.line.get("draft") is True

    @property
    def sees(self) -> bool:
        """Whether the model was sent the picture along with its tags."""
        return self.line.get("sees") is True

    @property
    def read_as_said(self) -> frozenset[str]:
        """The tags that a second reading of the caption found, or words that were learnt in one."""
        found = self.line.get("read")
        return (
            frozenset(tag for tag in found if isinstance(tag, str))
            if isinstance(found, list)
            else frozenset()
        )

    @property
    def due(self) -> int:
        """How many pictures were due in the stage; 0 where the line does not have it."""
        return int(self.number("of"))

    @property
    def is_written(self) -> bool:
        """Whether a model, the composer or a person wrote a text."""
        return self.line.get("outcome") in (DONE, EDITED)

    def number(self, key: str) -> float:
        """A number that is not negative; 0 if it is missing or cannot be true."""
        value = self.line.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return 0
        # The comparison is false for not-a-number too.
        return value if 0 <= value <= _LARGEST_NUMBER else 0


@dataclass(slots=True)
class WrittenFile:
    """A further file for a trainer: its last target, whether it was not removed since, and all its digests.

    A kill may leave the file as it was before, so the last digest alone does not tell whether it is ours.
    """

    target: str = ""
    is_there: bool = False
    digests: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Packed:
    """What the journal says of the texts of a shard that are packed into one file.

    `size` is that of the shard of pictures, `count` and `left` are how many have a text and how many have
    none that may get one. `digests` are those of all files that were written.
    """

    size: int = -1
    count: int = 0
    left: int = 0
    has_drafts: bool = False
    digests: set[str] = field(default_factory=set)


class Journal(JsonLines):
    """Adds lines to a journal and reads them.

    A line is on disk once a method that adds returns. It raises UserError if that is not possible.
    """

    def __init__(self, path: Path, run: str = "") -> None:
        """`run` is the name of this run, which is part of each line that it adds."""
        super().__init__(path)
        self.run = run
        self._due: dict[str, int] = {}

    def expect(self, stage: str, total: int) -> None:
        """Say in the next line of a stage how many pictures are due in it."""
        self._due[stage] = total

    def add(self, stage: str, picture: str, outcome: str, text: str | None = None, **more: object) -> None:
        """Add what came of a picture; `more` are the further values of this outcome."""
        line: JsonObject = {"run": self.run, "time": _now(), "stage": stage}
        line |= {"picture": picture, "outcome": outcome}
        if text is not None:
            line |= {"written": text, "text": digest(text)}
        if due := self._due.pop(stage, 0):
            line["of"] = due
        self.append({**line, **more})

    def add_side_file(self, target: str, name: str, file_digest: str) -> None:
        """Add that a further file for a trainer is written, right before it is in its place.

        With an empty digest, it was removed. `target` is "" for what was exported to another place.
        """
        what = {"target": target, "file": name, "text": file_digest}
        self.append({"time": _now(), "stage": _SIDE_FILES, "outcome": DONE, **what})

    def add_packed(self, stage: str, file_digest: str, packed: Packed) -> None:
        """Add that the texts of a shard are packed into a file, right before it is in its place."""
        what = {"packs": stage, "text": file_digest, "bytes": packed.size, "count": packed.count}
        more = {"left": packed.left, "draft": packed.has_drafts}
        self.append({"time": _now(), "stage": _SHARDS, "outcome": DONE, **what, **more})

    def packed(self, stage: str) -> Packed:
        """What is packed of the texts of a stage; its size is -1 where none are, or others came since."""
        found = Packed()
        for record in map(Record, self.read()):
            if record.stage == _SHARDS and record.line.get("packs") == stage:
                size, count, left = (int(record.number(key)) for key in ("bytes", "count", "left"))
                found = Packed(size, count, left, record.draft, {*found.digests, record.text})
            elif record.stage == stage:
                found.size = -1
        return found

    def add_tag_file(self, picture: str, outcome: str, file: str) -> None:
        """Add that the tag file of a picture, called `file`, makes room for its caption, or gets it back."""
        self.add(TAG_FILES, picture, outcome, file=file)

    def records(self, *stages: str) -> Iterator[Record]:
        """The records of `stages` about pictures, oldest first."""
        for line in self.read():
            if line.get("stage") in stages and isinstance(line.get("picture"), str):
                yield Record(line)

    def side_files(self) -> dict[str, WrittenFile]:
        """The further files for trainers by their names."""
        found: dict[str, WrittenFile] = {}
        for record in map(Record, self.read()):
            if record.stage == _SIDE_FILES:
                file = found.setdefault(record.file, WrittenFile())
                file.target, file.is_there = record.target, bool(record.text)
                file.digests.add(record.text)
        return found

    def may_have_tag_files(self) -> bool:
        """Whether some line may be of a tag file that was renamed, from a fast search."""
        return self.may_say("stage", TAG_FILES)

    def may_have_side_files(self) -> bool:
        """Whether some line may be of a further file for a trainer, from a fast search."""
        return self.may_say("stage", _SIDE_FILES)

    def may_have_drafts(self) -> bool:
        """Whether some line may be of a draft, from a fast search."""
        return self.may_say("draft", True)

    def may_want_again(self) -> bool:
        """Whether some line may ask for another text, from a fast search."""
        return self.may_say("outcome", AGAIN)


def new_run() -> str:
    """A name for a run: when it begins, in milliseconds, because two runs may begin in one second."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
