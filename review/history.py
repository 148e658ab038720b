"""What the journal tells of each picture: what came of it last, and what stood there before.

The journal of a large data set does not fit in memory, so it is read several times: at a glance, to choose
the pictures that are shown, and then for what came of these and for their texts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dataset.json_lines import JsonLines, JsonObject

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
    """What came of some pictures, the last run that wrote into the journal, and what all runs took."""

    pictures: dict[str, Past] = field(default_factory=dict)
    run: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class Glance(NamedTuple):
    """In short what came of one picture: the stages that failed, and the last run that dealt with it."""

    failed: tuple[str, ...] = ()
    run: str = ""
    time: str = ""


def read_glances(journal: JsonLines, names: Iterable[str]) -> tuple[dict[str, Glance], str]:
    """What came of every picture, those called `names` among them; and the last run that wrote a line.

    This takes little memory: the texts of `names` are not held twice, and many pictures share a glance.
    """
    nothing = Glance()
    glances, known = dict.fromkeys(names, nothing), {nothing: nothing}
    last_run = ""
    for name, stage, line in _lines(journal):
        last_run = _word(line, "run")
        glance = _glance(glances.get(name, nothing), stage, line)
        glances[name] = known.setdefault(glance, glance)
    return glances, last_run


def _glance(before: Glance, stage: str, line: JsonObject) -> Glance:
    outcome, others = line.get("outcome"), tuple(each for each in before.failed if each != stage)
    if outcome == "failed":
        return Glance((*others, stage), _word(line, "run"), _word(line, "time"))
    if outcome in _WRITTEN and stage == WRITER:
        return Glance(others, _word(line, "run"), _word(line, "time"))
    return before._replace(failed=others) if outcome in _WRITTEN else before


def _lines(journal: JsonLines) -> Iterator[tuple[str, str, JsonObject]]:
    """Picture, stage and all of each line that tells what came of a picture."""
    for line in journal.read():
        name, stage = line.get("picture"), line.get("stage")
        if isinstance(name, str) and stage in (WRITER, SEER):
            yield name, str(stage), line


def read_history(journal: JsonLines, names: Collection[str]) -> History:
    """What came of the pictures called `names`, by their last lines in the journal."""
    history = History()
    for name, stage, line in _lines(journal):
        history.run = _word(line, "run")
        history.prompt_tokens += int(_number(line, "prompt_tokens"))
        history.completion_tokens += int(_number(line, "completion_tokens"))
        history.seconds += _number(line, "seconds")
        if name in names:
            _add_outcome(history.pictures.setdefault(name, Past()), stage, line)
    return history


def _add_outcome(past: Past, stage: str, line: JsonObject) -> None:
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


def _add_caption(past: Past, line: JsonObject) -> None:
    past.again = False
    past.time, past.run = _word(line, "time"), _word(line, "run")
    past.text, past.model = _word(line, "text"), _word(line, "model")
    past.draft, past.edited = line.get("draft") is True, line.get("outcome") == "edited"
    past.tokens = int(_number(line, "prompt_tokens") + _number(line, "completion_tokens"))
    past.seconds = _number(line, "seconds")


def read_versions(journal: JsonLines, names: Collection[str]) -> dict[str, tuple[str, str]]:
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


def _word(line: JsonObject, key: str) -> str:
    value = line.get(key)
    return value if isinstance(value, str) else ""


def _number(line: JsonObject, key: str) -> float:
    value = line.get(key)
    return value if isinstance(value, int | float) and math.isfinite(value) else 0
