"""The stages over one shard after the other, in one process, and what came of all shards together.

Several processes may caption the same shards: each takes the lock of a shard first. A lock ends with its
process, so that the shards of one that was killed are taken by the others.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, TypeVar

from captioning.models import run_stage
from captioning.run_summary import RunSummary, StageResult, by_reason, products_of
from captioning.sharded.data_set import KnownOfShards, ShardDataSet, texts_there
from captioning.templates import may_send_pictures
from dataset.journal import new_run
from dataset.locks import claim
from english import amount
from errors import ItemError
from settings import Settings
from shards.finding import Shard
from stage_runner import Stage

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_FOLDER_OF_LOCKS = ".locks"
# Seconds after which a lock of another process is tried again.
_PAUSE = 1.0


def locks_of(settings: Settings) -> Path:
    """The folder of the locks."""
    return settings.dataset.captions / _FOLDER_OF_LOCKS


async def claim_preparation(settings: Settings, say: Callable[[str], None]) -> ExitStack:
    """Hold the lock under which tags are counted and looked up, once no other process has it."""
    place = locks_of(settings) / "tags.lock"
    while (held := claim(place)) is None:
        say("Another process counts the tags and looks up what they mean: waiting for it.")
        await asyncio.sleep(_PAUSE)
    return held


async def shards_in_turn(
    settings: Settings, shards: Sequence[Shard], say: Callable[[str], None]
) -> AsyncGenerator[Shard, None]:
    """Yield each shard while its lock is held; those of other processes come last, when they are free."""
    waiting, left = False, list(shards)
    while left:
        others = []
        for shard in left:
            held = claim(locks_of(settings) / f"{shard.name}.lock")
            if held is None:
                others.append(shard)
                continue
            with held:
                yield shard
        left = others
        if left and not waiting:
            waiting = True
            say(f"Other processes caption {amount(len(left), 'shard')}: waiting, to finish what they leave.")
        if left:
            await asyncio.sleep(_PAUSE)


@dataclass(slots=True)
class Totals:
    """Sums, which take the same memory for a thousand shards as for one.

    `captioned` and `passed_over` count shards, and `there` the texts in those that were done before.
    """

    captioned: int = 0
    passed_over: int = 0
    there: int = 0
    done: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)

    def add(self, noun: str, result: StageResult) -> None:
        """Add what came of a stage over one shard; `noun` is what the stage counts."""
        self.done[noun] += result.tally.done
        self.failures.update(dict(result.tally.reasons()))
        self.excluded[noun] += len(result.tally.excluded)
        self.there += result.existing if noun == "caption" else 0

    def merge(self, other: Totals) -> None:
        """Add what another process has summed up."""
        self.captioned += other.captioned
        self.passed_over += other.passed_over
        self.there += other.there
        self.done.update(other.done)
        self.failures.update(other.failures)
        self.excluded.update(other.excluded)

    def line(self) -> str:
        """All of it in one line."""
        parts = [f"{amount(self.captioned, 'shard')} done"]
        if self.passed_over:
            parts.append(f"{self.passed_over:,} done before")
        if self.done["picture"]:
            parts.append(f"{amount(self.done['picture'], 'picture')} described")
        parts.append(f"{amount(self.done['caption'], 'caption')} written")
        if self.there:
            parts.append(f"{self.there:,} there already")
        if self.failures:
            parts.append(f"{self.failures.total():,} failed ({by_reason(self.failures.most_common())})")
        # Two stages leave out the same pictures.
        if excluded := max(self.excluded.values(), default=0):
            parts.append(f"{excluded:,} excluded")
        return f"All shards: {'; '.join(parts)}"


class ShardWork:
    """Captions shards; `totals` are the sums of what came of them.

    `limit` is how many pictures to do at most. What another process has done `since` then is not tried again.
    `results` are those of the shard under way so far.
    """

    def __init__(
        self, known: KnownOfShards, summary: RunSummary, describer: Endpoint | None, writer: Endpoint | None
    ) -> None:
        self.totals = Totals()
        self.results: list[StageResult] = []
        self.limit: int | None = None
        self.since = time()
        self._known = known
        self._settings = known.settings
        self._products = products_of(known.settings)
        self.summary = summary
        self._describer = describer
        self._writer = writer
        self._run = new_run()

    @property
    def endpoints(self) -> list[Endpoint]:
        """The endpoints of the stages, each once."""
        asked = [each for each in (self._describer, self._writer) if each is not None]
        return asked[:1] if len(asked) == 2 and asked[0] is asked[1] else asked

    async def do(self, shard: Shard) -> None:
        """Caption a shard, unless all its captions are there."""
        self.results = []
        there = texts_there(self._settings, shard, since=self.since, drafts_too=self._writer is None)
        if there is not None:
            self.totals.passed_over += 1
            self.totals.there += there
            return
        try:
            data_set = ShardDataSet(self._known, shard, self._run, self.left())
        except ItemError as error:
            self.summary.incomplete(f"{error}.")
            return
        try:
            await self._stages(data_set)
            data_set.pack()
        finally:
            data_set.close()
        self.totals.captioned += 1
        if not data_set.collection.folder.pictures:
            self.summary.incomplete(
                f"{shard.name} holds no picture that can be captioned: see what is in it."
            )
        if (at := data_set.stored.cut_at) is not None:
            count = data_set.captions.count
            were = "was" if count == 1 else "were"
            self.summary.incomplete(
                f"{shard.name} breaks off at member {at:,}: fetch it again; "
                f"{amount(count, 'picture')} {were} captioned."
            )

    def left(self) -> int | None:
        """How many pictures may still be done; None where there is no limit."""
        if self.limit is None:
            return None
        noun = "picture" if self._settings.interpreter.skip else "caption"
        return max(0, self.limit - self.totals.done[noun])

    async def _stages(self, data_set: ShardDataSet) -> None:
        from interpreter import Interpreter
        from interrogator import Interrogator

        name, waiting = data_set.shard.name, frozenset[str]()
        self.summary.files_with_problems(data_set.collection.folder, name)
        if self._describer is not None:
            describing = Interrogator(data_set, self._describer)
            waiting = await self._run_stage(name, describing, self._describer)
        if not self._settings.interpreter.skip:
            sees = await may_send_pictures(self._settings, self._writer, self.summary.once)
            captioning = Interpreter(data_set, self._writer, sees=sees, waiting=waiting)
            await self._run_stage(name, captioning, self._writer)

    async def _run_stage(
        self, name: str, stage: Stage[Item, Answer], endpoint: Endpoint | None
    ) -> frozenset[str]:
        """Run a stage over the shard of this name; returns the names of pictures whose answers come later."""
        due, product = stage.due(), self._products[stage.title]
        with self.summary.telling(product._replace(title=f"{name} {stage.title}"), due) as result:
            self.results.append(result)
            try:
                await run_stage(stage, due, endpoint, result, name)
            finally:
                self.totals.add(product.noun, result)
        return frozenset(result.tally.waiting)
