"""What a stage takes while it runs: a bar for those who watch, requests, tokens and seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from batch import Tally
from events import happened
from llm.answers import Usage
from progress import Bar

if TYPE_CHECKING:
    from llm.endpoint import Endpoint


@dataclass(slots=True)
class Effort:
    """What the requests of a stage took, and how many seconds went by.

    `at_once` is how many requests in flight `concurrency = auto` settled on.
    """

    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    at_once: int | None = None


@contextmanager
def watched(
    title: str, total: int, endpoint: Endpoint | None, tally: Tally, effort: Effort, there: int = 0
) -> Iterator[Bar]:
    """A bar while a stage runs; whatever ends it, the log is told of it, and `effort` holds what it took.

    `total` items are to be done, `there` need not be, and what comes of them is counted in `tally`.
    """
    started, before = monotonic(), endpoint.usage if endpoint else Usage()
    bar = Bar(title, total, lambda: endpoint.usage.completion_tokens if endpoint else 0)
    if endpoint:
        endpoint.on_wait = lambda words: bar.note("server", words)
        bar.in_flight = lambda: endpoint.concurrency.in_flight
    happened("stage start", stage=title, total=total, there=there, **_asked_of(endpoint))
    try:
        yield bar
    finally:
        bar.close()
        effort.seconds = monotonic() - started
        if endpoint:
            effort.usage = endpoint.usage - before
            effort.at_once = endpoint.concurrency.settled
        happened("stage end", stage=title, **_figures(tally, effort))


def _asked_of(endpoint: Endpoint | None) -> dict[str, str]:
    return {"url": endpoint.url, "model": endpoint.model, "program": endpoint.program} if endpoint else {}


def _figures(tally: Tally, effort: Effort) -> dict[str, object]:
    return {
        "done": tally.done,
        "failed": len(tally.failures),
        "reasons": dict(tally.reasons()),
        "excluded": len(tally.excluded),
        **asdict(effort.usage),
        **({"at_once": effort.at_once} if effort.at_once else {}),
        "seconds": round(effort.seconds, 3),
    }
