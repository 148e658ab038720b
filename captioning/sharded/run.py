"""A run over shards: the tags of all are counted and looked up, then shard after shard is captioned.

Several processes may do the same at once, also on several machines: each shard has a lock, and whoever holds
it captions the shard. A shard whose process was killed is finished by another one from its journal.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, aclosing
from dataclasses import replace
from datetime import datetime, timezone
from time import monotonic, time
from typing import TYPE_CHECKING, TypeVar

from batch import Stage
from captioning import stages
from captioning.knowledge import Knowledge
from captioning.models import Models, look_up_tags
from captioning.outcome import Outcome, run_stage
from captioning.sharded.claims import claim_preparation, shards_in_turn
from captioning.sharded.data_set import Common, ShardDataSet, texts_there
from captioning.sharded.totals import Totals
from captioning.summary import Product, Summary
from captioning.templates import may_send_pictures, refuse_broken_templates
from dataset.locks import locked
from deferred.batches import NO_ERRANDS, Errands, chosen_for_files
from english import amount
from errors import ExitCode, ItemError, UserError
from llm.needs import Consent
from settings import AUTO, Settings
from shards.finding import Shard, find_shards
from shards.surveying import AllShards, survey_all

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Known(Knowledge):
    """What the settings stand for, and the tags of all shards."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.shards = AllShards()

    def tags(self) -> list[str]:
        """The distinct tags, the most common first, without those that the user describes."""
        ordered = [tag for tag, _ in self.shards.survey().counts.most_common()]
        known = {tag for tag, entry in self.own.items() if entry.description and entry.category}
        return [tag for tag in ordered if tag not in known]


class ShardRun:
    """One run over shards; each line for the user is passed to `say`."""

    def __init__(
        self,
        settings: Settings,
        limit: int | None,
        say: Callable[[str], None],
        consent: Consent | None = None,
        errands: Errands = NO_ERRANDS,
        part: tuple[int, int] = (1, 1),
    ) -> None:
        """`limit` is how many pictures to do at most; `consent` asks whether a model may be fetched.

        `errands` are what is sent of batch files and fetched for them.

        Raises UserError where the settings name no shards, or ask for what only folders have.
        """
        _refuse_what_folders_have(settings)
        self._settings = settings
        self._shards = find_shards(settings.dataset)
        # The tags of all shards are counted, also where only a part of them is captioned.
        self._part = self._shards[part[0] - 1 :: part[1]]
        self._limit = limit
        self._started, self._began_at = monotonic(), time()
        self._begun = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        self._known = _Known(settings)
        self._summary = Summary(say)
        self._models = Models(self._known, self._summary, consent, errands)
        self._totals = Totals()
        self._shard_name = ""
        # The tags and pictures whose answers come later.
        self._waiting: frozenset[str] = frozenset()

    async def run(self) -> ExitCode:
        """Do all of it; the exit code."""
        refuse_broken_templates(self._settings)
        self._tell_shards()
        with ExitStack() as locks:
            for folder in chosen_for_files(self._settings):
                locks.enter_context(locked(folder))
            try:
                await self._models.fetch()
                await self._all_shards()
            finally:
                self._summary.once(f"{self._totals.line()}.")
                await self._models.close()
            await self._models.submit()
        return self._summary.close(monotonic() - self._started)

    def _tell_shards(self) -> None:
        found, part = len(self._shards), len(self._part)
        of_part = f", {part:,} of them in this part" if part < found else ""
        self._summary.once(f"{amount(found, 'shard')} found{of_part}.")

    async def _all_shards(self) -> None:
        # The user wants to know first who writes the captions, if anybody does.
        writer = await self._models.writer()
        common = await self._prepare()
        if self._waiting:
            self._summary.once("Pictures are asked about when the meanings of all tags are there.")
            return
        describer = await self._models.endpoint(
            self._models.products.descriptions, self._settings.interrogator
        )
        turns = shards_in_turn(self._settings, self._part, self._summary.once)
        async with aclosing(turns) as shards:
            async for shard in shards:
                await self._do(shard, common, describer, writer)
                if self._left() == 0:
                    break

    async def _prepare(self) -> Common:
        """Count the tags of all shards and look them up, once for all processes."""
        known = self._known
        with await claim_preparation(self._settings, self._summary.once):
            known.shards = survey_all(self._shards, self._settings, known.said_along)
            await look_up_tags(known, self._models, self._summary, self._run_stage)
            # Stage 1 may have found what further tags imply.
            known.forget_along()
        return Common(known, known.material_of(known.shards), known.shards.survey())

    async def _do(
        self, shard: Shard, common: Common, describer: Endpoint | None, writer: Endpoint | None
    ) -> None:
        """Caption a shard, unless all its captions are there."""
        there = texts_there(self._settings, shard, since=self._began_at, drafts_too=writer is None)
        if there is not None:
            self._totals.passed_over += 1
            self._totals.there += there
            return
        try:
            data_set = ShardDataSet(common, shard, self._begun, self._left())
        except ItemError as error:
            self._summary.incomplete(f"{error}.")
            return
        self._shard_name = shard.name
        try:
            await self._stages(data_set, describer, writer)
            data_set.pack()
        finally:
            data_set.close()
            self._shard_name = ""
        self._totals.captioned += 1
        if (at := data_set.stored.cut_at) is not None:
            count = data_set.captions.count
            were = "was" if count == 1 else "were"
            self._summary.incomplete(
                f"{shard.name} breaks off at member {at:,}: fetch it again; "
                f"{amount(count, 'picture')} {were} captioned."
            )

    async def _stages(
        self, data_set: ShardDataSet, describer: Endpoint | None, writer: Endpoint | None
    ) -> None:
        self._summary.files_with_problems(data_set.collection.folder, data_set.shard.name)
        products = self._models.products
        self._waiting = frozenset()
        if describer is not None:
            stage = stages.interrogator(data_set, describer)
            await self._run_stage(products.descriptions, stage, describer)
        if not self._settings.interpreter.skip:
            sees = await may_send_pictures(self._settings, writer, self._summary.once)
            await self._run_stage(
                products.captions,
                stages.interpreter(data_set, writer, sees=sees, waiting=self._waiting),
                writer,
            )

    async def _run_stage(
        self, product: Product, stage: Stage[Item, Answer], endpoint: Endpoint | None
    ) -> None:
        due = stage.due()
        outcome = Outcome(due.total, due.existing)
        name = self._shard_name
        told = replace(product, title=f"{name} {product.title}") if name else product
        try:
            await run_stage(stage, due, endpoint, outcome, name)
        except BaseException:
            self._summary.in_short(told, outcome)
            raise
        finally:
            if name:
                self._totals.add(product, outcome)
        self._waiting = frozenset(outcome.tally.waiting)
        self._summary.outcome(told, outcome)

    def _left(self) -> int | None:
        """How many pictures may still be done; None where there is no limit."""
        if self._limit is None:
            return None
        noun = "picture" if self._settings.interpreter.skip else "caption"
        return max(0, self._limit - self._totals.done[noun])


def _refuse_what_folders_have(settings: Settings) -> None:
    """Raise UserError where a setting is for folders of pictures only."""
    dataset = settings.dataset
    if dataset.captions == dataset.images:
        raise UserError("captions = beside is for folders of pictures: name a folder as [Dataset] captions")
    if AUTO in settings.tags.hide:
        raise UserError("[Tags] hide = auto is for folders of pictures: name the traits that shards share")
    if dataset.target != "txt":
        raise UserError(
            f"[Dataset] target = {dataset.target} writes files for a folder of pictures: write target = txt"
        )
