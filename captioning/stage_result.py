"""The result of one stage of a run, and what it cost."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import stage_runner
from events import happened
from llm.answers import Usage
from progress import Bar
from stage_runner import Due, Stage, Tally

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class StageResult:
    """What came of a stage: of `total` items that were due; `existing` others were done already.

    `at_once` is how many requests at once `concurrency = auto` settled on.
    """

    total: int
    existing: int = 0
    tally: Tally = field(default_factory=Tally)
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    at_once: int | None = None


async def run_stage(
    stage: Stage[Item, Answer],
    due: Due[Iterable[Item] | AsyncGenerator[Item, None]],
    endpoint: Endpoint | None,
    result: StageResult,
    label: str = "",
) -> None:
    """Run a stage with a progress bar, log it, and fill in `result`, whatever ends the stage.

    `label` is put before the title in the bar and in the log. Raises StageError and UserError as
    `stage_runner.run` does.
    """
    title = f"{label} {stage.title}".strip()
    started, before = monotonic(), endpoint.usage if endpoint else Usage()
    bar = Bar(title, due.total, lambda: endpoint.usage.completion_tokens if endpoint else 0)
    asked: dict[str, str] = {}
    if endpoint:
        endpoint.on_wait = lambda words: bar.note("server", words)
        bar.in_flight = lambda: endpoint.concurrency.in_flight
        asked = {"url": endpoint.url, "model": endpoint.model, "program": endpoint.catalogue.program.name}
    happened("stage start", stage=title, total=due.total, there=due.existing, **asked)
    try:
        await stage_runner.run(stage, due.items, bar, result.tally)
    finally:
        bar.close()
        result.seconds = monotonic() - started
        if endpoint:
            result.usage = endpoint.usage - before
            result.at_once = endpoint.concurrency.settled
        tally = result.tally
        happened(
            "stage end",
            stage=title,
            done=tally.done,
            failed=len(tally.failures),
            reasons=dict(tally.reasons()),
            excluded=len(tally.excluded),
            kept=len(tally.kept),
            **({"waiting": tally.waits} if tally.waits else {}),
            **result.usage._asdict(),
            **({"at_once": result.at_once} if result.at_once else {}),
            seconds=round(result.seconds, 3),
        )
