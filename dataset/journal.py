"""The journal: one JSON line for each thing that came of a picture, beside the captions.

Who made a line, and when, stands in every one of them:

    {"run": "2026-11-20T10:00:00+00:00", "time": "…", "stage": "interpreter", "picture": "a/b", "outcome": …}

and after that, by its outcome:

    done      written, text (its digest), model, prompt (its digest), draft, and what it cost and was judged
    edited    written, text: a person wrote it
    failed    reason, message
    again     nothing more: somebody wants another text for this picture

A further file for a trainer has a line with `file` in place of `run` and `picture`.

This module alone knows that form. People and other programs write into the file too, so a value that is
missing, of the wrong type or out of all proportion reads as if it were empty. A journal of a million lines
does not fit in memory: whoever reads it keeps of a `Record` only what is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from dataset.json_lines import JsonLines, JsonObject
from dataset.texts import digest

FILE_NAME = "journal.jsonl"
INTERPRETER, INTERROGATOR = "interpreter", "interrogator"
_SIDE_FILES = "target"

DONE, EDITED, FAILED, AGAIN = "done", "edited", "failed", "again"

# More tokens, or seconds, than any request takes: what is larger was not measured.
_LARGEST_NUMBER = 10**9


class _Text:
    """A value of a line that is a text; "" where there is none."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._key = name

    def __get__(self, record: Record, owner: type) -> str:
        value = record.line.get(self._key)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal, each value read with its type when it is asked for.

    Reading all of them at once would take four times as long, and most readers need two or three.
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

    @property
    def prompt_tokens(self) -> int:
        """How many tokens were sent."""
        return int(self._number("prompt_tokens"))

    @property
    def completion_tokens(self) -> int:
        """How many tokens the model wrote."""
        return int(self._number("completion_tokens"))

    @property
    def tokens(self) -> int:
        """All tokens of the requests, sent and written."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def seconds(self) -> float:
        """How long the requests took."""
        return self._number("seconds")

    @property
    def draft(self) -> bool:
        """Whether the text was composed without a model."""
        return self.line.get("draft") is True

    @property
    def is_written(self) -> bool:
        """Whether the line tells of a text, whoever wrote it."""
        return self.line.get("outcome") in (DONE, EDITED)

    def _number(self, key: str) -> float:
        value = self.line.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return 0
        # Not-a-number is in no range either.
        return value if 0 <= value <= _LARGEST_NUMBER else 0


class Journal:
    """Adds lines to a journal, and reads them; every line is on disk once the method returns.

    The methods that add raise UserError when the disk does not take the line.
    """

    def __init__(self, path: Path, run: str = "") -> None:
        """`run` is the name of this run, which all the lines that it adds carry."""
        self.path = path
        self._run = run
        self._lines = JsonLines(path)

    def add_text(
        self,
        stage: str,
        picture: str,
        text: str,
        *,
        prompt: str,
        model: str,
        draft: bool,
        details: Mapping[str, object],
    ) -> None:
        """Add that a stage wrote a text; `prompt` is the digest of what was asked."""
        more = {"model": model, "prompt": prompt, "draft": draft, **details}
        self._add(stage, picture, DONE, written=text, text=digest(text), **more)

    def add_edited(self, stage: str, picture: str, text: str) -> None:
        """Add that a person wrote a text."""
        self._add(stage, picture, EDITED, written=text, text=digest(text))

    def add_failure(self, stage: str, picture: str, reason: str, message: str) -> None:
        """Add that a picture has no text, and why."""
        self._add(stage, picture, FAILED, reason=reason, message=message)

    def add_again(self, stage: str, picture: str) -> None:
        """Add that somebody wants another text for a picture."""
        self._add(stage, picture, AGAIN)

    def _add(self, stage: str, picture: str, outcome: str, **more: object) -> None:
        line = {"run": self._run, "time": _now(), "stage": stage, "picture": picture, "outcome": outcome}
        self._lines.add({**line, **more})

    def add_side_file(self, name: str, file_digest: str) -> None:
        """Add that a further file for a trainer was written."""
        line = {"time": _now(), "stage": _SIDE_FILES, "outcome": DONE, "file": name, "text": file_digest}
        self._lines.add(line)

    def records(self, *stages: str) -> Iterator[Record]:
        """The lines that tell of pictures, oldest first: those of `stages`."""
        for line in self._lines.read():
            if line.get("stage") in stages and isinstance(line.get("picture"), str):
                yield Record(line)

    def side_files(self) -> dict[str, str]:
        """The digests of the further files for trainers as this program last wrote them, by their names."""
        records = (Record(line) for line in self._lines.read())
        return {record.file: record.text for record in records if record.stage == _SIDE_FILES}

    def may_have_drafts(self) -> bool:
        """Whether some line may tell of a draft; a fast search that need not read any line."""
        return self._lines.may_say("draft", True)

    def may_want_again(self) -> bool:
        """Whether some line may ask for another text; a fast search that need not read any line."""
        return self._lines.may_say("outcome", AGAIN)

    def clear(self) -> None:
        """Begin anew, without any line."""
        self._lines.rewrite([])

    def close(self) -> None:
        """Let go of the file; a later line opens it again."""
        self._lines.close()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
