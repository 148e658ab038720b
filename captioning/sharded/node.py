"""The tasks of a machine of a cluster: it runs the ordinary stages over one shard, and reports its progress.

Each public function is a task. A task is a generator, and what it yields are the reports.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from captioning.models import Models
from captioning.run_summary import RunSummary
from captioning.sharded.data_set import KnownOfShards
from captioning.sharded.work import ShardWork, Totals, shards_in_turn
from config import VERSION
from errors import ItemError, StageError, UserError
from settings import Settings
from shards.finding import Shard
from shards.surveying import AllShards, counted, remembered_of_each
from wiki.cache import Cache, Entry

AtOnce = Mapping[tuple[str, str], int]
"""How many requests at once `concurrency = auto` has settled on, by url and model."""

# Seconds between two messages.
_TELL_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What all machines are told once: the settings, the tags of all shards, and what the tags mean."""

    settings: Settings
    shards: AllShards
    own: Mapping[str, Entry]
    cache: Cache

    @classmethod
    def of(cls, settings: Settings, known: KnownOfShards) -> Broadcast:
        """What is known here, with the settings of all machines."""
        return cls(settings, known.shards, known.own, known.cache)

    def known(self, server: int) -> KnownOfShards:
        """The same on another machine, which asks the server of this number."""
        known = KnownOfShards(self.settings.asking(server))
        known.shards, known.own, known.cache = self.shards, dict(self.own), self.cache
        return known


class Looked(NamedTuple):
    """The version of the program on a machine, and the paths of those it was asked for that are not there."""

    version: str
    missing: Sequence[Path]


class Ended(NamedTuple):
    """What came of a shard; `error` is why no further shard can be done, "" where it can.

    `at_once` is what `caption` takes for the next shard. `lines` are for the user, and `introductions` too,
    which all machines say.
    """

    totals: Totals
    summary: RunSummary
    error: str
    at_once: AtOnce
    introductions: Sequence[str]
    lines: Sequence[str]


class Told(NamedTuple):
    """How far a machine is with its shard: pictures of all stages that are done, failed or left out."""

    handled: int = 0
    failed: int = 0
    in_flight: int = 0
    tokens: int = 0
    ended: Ended | None = None


def look(paths: Sequence[Path]) -> Iterator[Looked]:
    """Whether this machine has the program and these files."""
    yield Looked(VERSION, [path for path in paths if not path.exists()])


def count(broadcast: Broadcast, shards: Sequence[Shard], among: int) -> Iterator[int]:
    """Count the tags of some of `among` shards, which is kept beside the captions; yields their number."""
    known = broadcast.known(0)
    for shard in shards:
        with suppress(ItemError):
            counted(shard, known.settings, known.said_along, remembered_of_each(among))
    yield len(shards)


def caption(broadcast: Broadcast, shard: Shard, server: int, at_once: AtOnce) -> Iterator[Told]:
    """Caption a shard by the server of this number; the last message says what came of it.

    `at_once` is what the same machine has learnt over an earlier shard by the same server.
    """
    turn = _Turn(broadcast, server, at_once)
    loop = asyncio.new_event_loop()
    try:
        task = loop.create_task(turn.run(shard))
        while not task.done():
            loop.run_until_complete(asyncio.wait({task}, timeout=_TELL_EVERY))
            yield turn.told()
        task.result()
        yield turn.end()
    finally:
        loop.close()


@dataclass(slots=True)
class _Turn:
    broadcast: Broadcast
    server: int
    at_once: AtOnce
    work: ShardWork | None = None
    error: str = ""
    lines: list[str] = field(default_factory=list)
    introductions: list[str] = field(default_factory=list)

    async def run(self, shard: Shard) -> None:
        known, summary = self.broadcast.known(self.server), RunSummary(self.lines.append)
        models = Models(known, RunSummary(self.introductions.append))
        try:
            describer, writer = await models.describer(), await models.writer()
            self.work = work = ShardWork(known, summary, describer, writer)
            for endpoint in work.endpoints:
                if settled := self.at_once.get((endpoint.url, endpoint.model)):
                    endpoint.concurrency.go_on_from(settled)
            async with aclosing(shards_in_turn(known.settings, [shard], summary.once)) as turns:
                async for each in turns:
                    await work.do(each)
        except (StageError, UserError) as error:
            self.error = str(error)
        finally:
            await models.close()

    def told(self) -> Told:
        if self.work is None:
            return Told()
        tallies = [result.tally for result in self.work.results]
        failed = sum(len(tally.failures) for tally in tallies)
        handled = failed + sum(
            tally.done + tally.waits + len(tally.excluded) + len(tally.kept) for tally in tallies
        )
        there = sum(result.existing for result in self.work.results)
        endpoints = self.work.endpoints
        return Told(
            handled + there,
            failed,
            sum(endpoint.concurrency.in_flight for endpoint in endpoints),
            sum(endpoint.usage.completion_tokens for endpoint in endpoints),
        )

    def end(self) -> Told:
        totals = self.work.totals if self.work else Totals()
        summary = self.work.summary if self.work else RunSummary(self.lines.append)
        at_once = {
            (endpoint.url, endpoint.model): settled
            for endpoint in (self.work.endpoints if self.work else ())
            if (settled := endpoint.concurrency.settled)
        }
        ended = Ended(totals, summary, self.error, at_once, self.introductions, self.lines)
        return self.told()._replace(in_flight=0, ended=ended)
