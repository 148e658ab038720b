"""What the journal tells of each picture: what came of it last, and what stood there before.

The journal of a large data set does not fit in memory, so it is read twice: once for what came of every
picture, in a few words each, and once for the texts of those pictures that are shown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from dataset.store import Line, Lines

WRITER, SEER = "interpreter", "interrogator"
_WRITTEN = ("done", "edited")


@dataclass(slots=True)
class Past:
    """What came of one picture; `failures` are reason and message by the stage that failed last."""

    time: str = ""
    run: str = ""
    model: str = ""
    text: str = ""
    draft: bool = False
    edited: bool = False
    again: bool = False
    tokens: int = 0
    seconds: float = 0.0
    failures: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class History:
    """All pictures that the journal tells of, the last run that wrote into it, and what all runs took."""

    pictures: dict[str, Past] = field(default_factory=dict)
    run: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def failures_by_reason(self) -> Counter[str]:
        """How many pictures stand without what a stage should have made, by its last reason."""
        return Counter(reason for past in self.pictures.values() for reason, _ in past.failures.values())


def read_history(journal: Lines) -> History:
    """What came of every picture, by its last line in the journal."""
    history = History()
    for line in journal.read():
        name, stage = line.get("picture"), line.get("stage")
        if not isinstance(name, str) or stage not in (WRITER, SEER):
            continue
        history.run = _word(line, "run")
        history.prompt_tokens += int(_number(line, "prompt_tokens"))
        history.completion_tokens += int(_number(line, "completion_tokens"))
        history.seconds += _number(line, "seconds")
        past = history.pictures.setdefault(name, Past())
        _add_outcome(past, stage, line)
    return history


def _add_outcome(past: Past, stage: str, line: Line) -> None:
    outcome = line.get("outcome")
    if outcome == "failed":
        past.failures[stage] = (_word(line, "reason"), _word(line, "message"))
        past.time, past.run = _word(line, "time"), _word(line, "run")
    elif outcome in _WRITTEN:
        past.failures.pop(stage, None)
        if stage == WRITER:
            _add_caption(past, line)
    elif outcome == "again" and stage == WRITER:
        past.again = True


def _add_caption(past: Past, line: Line) -> None:
    past.again = False
    past.time, past.run = _word(line, "time"), _word(line, "run")
    past.text, past.model = _word(line, "text"), _word(line, "model")
    past.draft, past.edited = line.get("draft") is True, line.get("outcome") == "edited"
    past.tokens = int(_number(line, "prompt_tokens") + _number(line, "completion_tokens"))
    past.seconds = _number(line, "seconds")


def read_versions(journal: Lines, names: Collection[str]) -> dict[str, tuple[str, str]]:
    """The last two different captions that were written for each of the pictures, the older one first.

    "" stands for a caption that there never was.
    """
    versions: dict[str, tuple[str, str]] = {}
    for line in journal.read():
        name, written = _word(line, "picture"), _word(line, "written")
        if line.get("stage") != WRITER or name not in names or not written:
            continue
        last = versions.get(name, ("", ""))[1]
        if written != last:
            versions[name] = (last, written)
    return versions


def _word(line: Line, key: str) -> str:
    value = line.get(key)
    return value if isinstance(value, str) else ""


def _number(line: Line, key: str) -> float:
    value = line.get(key)
    return value if isinstance(value, int | float) and math.isfinite(value) else 0
