"""The stages over one shard after the other, in one process; and what is known of all shards for that."""

from __future__ import annotations

from dataclasses import replace
from time import time
from typing import TYPE_CHECKING, TypeVar

from captioning import stages
from captioning.knowledge import KnownTags
from captioning.run_summary import Product, Products, RunSummary
from captioning.sharded.data_set import Common, ShardDataSet, texts_there
from captioning.sharded.totals import Totals
from captioning.stage_result import StageResult, run_stage
from captioning.templates import may_send_pictures
from dataset.journal import new_run
from english import amount
from errors import ItemError
from settings import Settings
from shards.finding import Shard
from shards.surveying import AllShards
from stage_runner import Stage

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class KnownOfShards(KnownTags):
    """What the settings stand for, and the tags of all shards."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.shards = AllShards()

    def tags(self) -> list[str]:
        """The distinct tags, the most common first, without those that the user describes."""
        return self.undescribed(self.shards.survey())

    def common(self) -> Common:
        """What the data set of each shard needs of all this."""
        return Common(self, self.material_of(self.shards), self.shards.survey())


class ShardWork:
    """Captions shards; `totals` are the sums of what came of them.

    `limit` is how many pictures to do at most. What another process has done `since` then is not tried again.
    `results` are those of the shard under way so far.
    """

    def __init__(
        self,
        common: Common,
        products: Products,
        summary: RunSummary,
        describer: Endpoint | None,
        writer: Endpoint | None,
    ) -> None:
        self.totals = Totals()
        self.results: list[StageResult] = []
        self.limit: int | None = None
        self.since = time()
        self._common = common
        self._settings = common.knowledge.settings
        self._products = products
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
            data_set = ShardDataSet(self._common, shard, self._run, self.left())
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
        name, products, waiting = data_set.shard.name, self._products, frozenset[str]()
        self.summary.files_with_problems(data_set.collection.folder, name)
        if self._describer is not None:
            stage = stages.interrogator(data_set, self._describer)
            waiting = await self._run_stage(name, products.descriptions, stage, self._describer)
        if not self._settings.interpreter.skip:
            sees = await may_send_pictures(self._settings, self._writer, self.summary.once)
            captioning = stages.interpreter(data_set, self._writer, sees=sees, waiting=waiting)
            await self._run_stage(name, products.captions, captioning, self._writer)

    async def _run_stage(
        self, name: str, product: Product, stage: Stage[Item, Answer], endpoint: Endpoint | None
    ) -> frozenset[str]:
        """Run a stage over the shard of this name; returns the names of pictures whose answers come later."""
        due, told = stage.due(), replace(product, title=f"{name} {product.title}")
        with self.summary.telling(told, due) as result:
            self.results.append(result)
            try:
                await run_stage(stage, due, endpoint, result, name)
            finally:
                self.totals.add(product, result)
        return frozenset(result.tally.waiting)
