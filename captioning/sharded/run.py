"""A run over shards: the tags of all are counted and looked up, then shard after shard is captioned.

Several processes may do the same at once, also on several machines: each shard has a lock, and whoever holds
it captions the shard. A shard whose process was killed is finished by another one from its journal.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, aclosing
from time import monotonic, time

from captioning.models import Models
from captioning.run_summary import MEANINGS_COME_FIRST, RunSummary
from captioning.sharded.data_set import KnownOfShards
from captioning.sharded.handing_out import HandingOut
from captioning.sharded.work import ShardWork, Totals, claim_preparation, shards_in_turn
from captioning.templates import refuse_broken_templates
from dataset.locks import locked
from deferred.batches import NO_TRANSFERS, Transfers, chosen_for_files
from english import amount
from errors import ExitCode, UserError
from llm.embedded import Consent
from settings import AUTO, Settings
from shards.finding import find_shards
from shards.surveying import SurveySum

# Counting the tags of this many shards takes seconds, which need not be announced.
_FEW = 20


class ShardRun:
    """One run over shards; each line for the user is passed to `say`."""

    def __init__(
        self,
        settings: Settings,
        limit: int | None,
        say: Callable[[str], None],
        consent: Consent | None = None,
        transfers: Transfers = NO_TRANSFERS,
        part: tuple[int, int] = (1, 1),
    ) -> None:
        """`limit` is how many pictures to do at most; `consent` asks whether a model may be fetched.

        `transfers` are what is sent of batch files and fetched for them.

        Raises UserError where the settings name no shards, or ask for what only folders have.
        """
        _refuse_settings_for_folders(settings)
        self._of_all_machines = settings
        self._settings = settings.asking(0) if settings.cluster.ray else settings
        self._hands: HandingOut | None = None
        self._shards = find_shards(settings.dataset)
        # The tags of all shards are counted, also where only a part of them is captioned.
        self._part = self._shards[part[0] - 1 :: part[1]]
        self._limit = limit
        self._started, self._began_at = monotonic(), time()
        self._known = KnownOfShards(self._settings)
        self._summary = RunSummary(say)
        self._models = Models(self._known, self._summary, consent, transfers)
        self._totals = Totals()

    async def run(self) -> ExitCode:
        """Do all of it; the exit code."""
        refuse_broken_templates(self._settings)
        found, part = len(self._shards), len(self._part)
        of_part = f", {part:,} of them in this part" if part < found else ""
        self._summary.once(f"{amount(found, 'shard')} found{of_part}.")
        with ExitStack() as locks:
            for folder in chosen_for_files(self._settings):
                locks.enter_context(locked(folder))
            if self._settings.cluster.ray:
                self._hands = HandingOut(self._of_all_machines, self._summary, self._limit)
                locks.callback(self._hands.leave)
            try:
                await self._models.fetch()
                await self._all_shards()
            finally:
                self._summary.once(f"{self._totals.line()}.")
                await self._models.close()
            await self._models.submit()
        return self._summary.close(monotonic() - self._started)

    async def _all_shards(self) -> None:
        # The user wants to know first who writes the captions, if anybody does.
        writer = await self._models.writer()
        if await self._look_up_tags():
            self._summary.once(MEANINGS_COME_FIRST)
            return
        if self._hands is not None:
            await self._hands.caption(self._known, self._part, self._totals)
            return
        describer = await self._models.describer()
        work = ShardWork(self._known, self._summary, describer, writer)
        work.limit, work.since, self._totals = self._limit, self._began_at, work.totals
        turns = shards_in_turn(self._settings, self._part, self._summary.once)
        async with aclosing(turns) as shards:
            async for shard in shards:
                await work.do(shard)
                if work.left() == 0:
                    break

    async def _look_up_tags(self) -> bool:
        """Count the tags of all shards and look them up, once for all processes.

        Returns whether some answers about tags come later.
        """
        known = self._known
        with await claim_preparation(self._settings, self._summary.once):
            counting = SurveySum(self._shards, self._settings)
            if (missing := len(counting.missing)) > _FEW:
                self._summary.once(f"Counting the tags of {missing:,} shards, which is kept for later runs.")
            if self._hands is not None and missing:
                await self._hands.count(known, counting.missing, len(self._shards))
            known.shards = counting.complete(known.said_along)
            return await self._models.look_up_tags(known.tags)


def _refuse_settings_for_folders(settings: Settings) -> None:
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
