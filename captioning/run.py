"""A run: the three stages in order over one data set, each over what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from captioning.models import Models, run_stage
from captioning.project import Project
from captioning.run_summary import (
    MEANINGS_COME_FIRST,
    RunSummary,
    products_of,
    renamed_sentence,
    replaced_sentence,
)
from captioning.templates import may_send_pictures, misfits, refuse_broken_templates
from captioning.trainer_files import write_after_run
from dataset.locks import locked
from dataset.results import FileResults
from deferred.batches import NO_TRANSFERS, Transfers, chosen_for_files
from errors import ExitCode, ItemError, StageError, UserError
from llm.embedded import Consent
from settings import Settings
from stage_runner import Stage, Tally

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Up to this many pictures, the report is written in less than half a second.
_MOST_SHOWN_IN_A_HURRY = 250


class Run:
    """One run over a data set; each line for the user is passed to `say`."""

    def __init__(
        self,
        settings: Settings,
        limit: int | None,
        say: Callable[[str], None],
        only: frozenset[str] | None = None,
        consent: Consent | None = None,
        transfers: Transfers = NO_TRANSFERS,
    ) -> None:
        """`limit` is how many pictures to do at most, and `only` has the names of those to do.

        `consent` asks whether a model may be fetched; without it none is. `transfers` says whether batch
        files are sent and answers fetched.

        Raises UserError where the folders cannot be used, or the settings ask for what only shards have.
        """
        if settings.cluster.ray:
            raise UserError(
                "[Cluster] ray is for pictures in shards, and [Dataset] images is a folder: "
                "write the pattern of your shards, such as /data/images/*.tar, or leave ray empty"
            )
        self._settings = settings
        self._started = monotonic()
        self._project = Project(settings, limit=limit, only=only)
        self._summary = RunSummary(say)
        self._products = products_of(settings)
        self._models = Models(self._project, self._summary, consent, transfers)

    async def run(self) -> ExitCode:
        """Do all of it, while no other run may write into the same folders; the exit code."""
        refuse_broken_templates(self._settings)
        self._project.refuse_empty()
        with ExitStack() as locks:
            for folder in self._folders_to_write():
                locks.enter_context(locked(folder))
            try:
                self._project.watch()
                self._project.recover()
                await self._models.fetch()
                if self._project.is_anything_due():
                    await self._stages()
                else:
                    self._say_nothing_is_due()
                # Trainers would read them, though their pictures are excluded by now.
                self._summary.listing(
                    "Captions of excluded pictures: delete them, or trainers will read them",
                    self._project.still_captioned(self._project.perhaps_excluded_since()),
                )
                self._project.refuse_moved()
                write_after_run(self._project, self._summary.say, self._summary.incomplete)
                self._tell_replaced()
                if self._summary.is_anything_new:
                    self._summary.once(self._project.mixed_forms_sentence())
            except (StageError, UserError, asyncio.CancelledError) as end:
                self._tell_early_end(in_a_hurry=isinstance(end, asyncio.CancelledError))
                raise
            finally:
                await self._models.close()
                self._project.close()
            await self._models.submit()
        return self._summary.close(monotonic() - self._started)

    async def _stages(self) -> None:
        # The user wants to know first who writes the captions, if anybody does.
        writer = await self._models.writer()
        self._summary.found(self._project.collection.folder)
        self._summary.once(self._project.hide_note)
        self._summary.once(self._project.missing_traits())
        if await self._models.look_up_tags(self._project.tags):
            self._summary.once(MEANINGS_COME_FIRST)
        else:
            waiting = await self._describe_pictures()
            await self._write_captions(writer, waiting)
        if self._summary.is_anything_new and (proposal := self._project.proposed_trigger()):
            self._summary.once(f"{proposal}.")
        self._write_report()

    async def _describe_pictures(self) -> frozenset[str]:
        """Stage 2: pictures ─▶ vision model ─▶ descriptions/; the pictures whose descriptions come later."""
        endpoint = await self._models.describer()
        if endpoint is None:
            return frozenset()
        from interrogator import Interrogator

        stage = Interrogator(self._project, endpoint)
        tally = await self._run_stage(stage, self._project.descriptions, endpoint)
        return frozenset(tally.waiting)

    async def _write_captions(self, writer: Endpoint | None, waiting: frozenset[str]) -> None:
        """Stage 3: tags, meanings and descriptions ─▶ model, or the composer ─▶ captions/."""
        if not self._settings.interpreter.skip:
            from interpreter import Interpreter

            sees = await may_send_pictures(self._settings, writer, self._summary.once)
            if sees:
                self._summary.once("Each picture is sent to the model along with its tags.")
            for misfit in misfits(self._project, sees=sees) if writer is not None else ():
                self._summary.once(misfit.sentence)
            stage = Interpreter(self._project, writer, sees=sees, waiting=waiting)
            tally = await self._run_stage(stage, self._project.captions, writer)
            left = (*tally.failures, *tally.excluded)
            self._make_room_without_captions({*tally.waiting, *(problem.name for problem in left)})
            self._summary.once(stage.reading_note)

    async def _run_stage(
        self, stage: Stage[Item, Answer], results: FileResults, endpoint: Endpoint | None
    ) -> Tally:
        due = stage.due()
        results.expect(due.total)
        with self._summary.telling(self._products[stage.title], due) as result:
            await run_stage(stage, due, endpoint, result)
        return result.tally

    def _make_room_without_captions(self, names: set[str]) -> None:
        """Rename the tag files of these pictures too, which got no caption in a run that wrote others.

        A trainer would take their tags for captions. Raises UserError where one cannot be renamed.
        """
        in_the_way = self._project.in_the_way
        if in_the_way is not None and in_the_way.renamed:
            for picture in self._project.collection.folder.pictures:
                if picture.name in names:
                    with suppress(ItemError):
                        in_the_way.make_room(picture.stem_name)

    def _folders_to_write(self) -> Iterator[Path]:
        """The folders that no other run may write into; several runs may read the same descriptions."""
        yield self._settings.dataset.captions
        if not self._settings.interrogator.skip or self._project.descriptions.texts.unsettled():
            yield self._settings.dataset.descriptions
        yield from chosen_for_files(self._settings)

    def _say_nothing_is_due(self) -> None:
        self._summary.found(self._project.collection.folder)
        existing = len(self._project.collection.pictures)
        for title in ("Interpreter", "Interrogator"):
            if not self._settings.stages[title].skip:
                self._summary.nothing_to_do(self._products[title], existing)
                return
        self._summary.once("Nothing to do: all stages are skipped. Set skip = False for one.")

    def _tell_early_end(self, in_a_hurry: bool) -> None:
        """Say what was replaced, and write the report of what is done; `in_a_hurry` only a small one."""
        self._tell_replaced()
        if not in_a_hurry or len(self._project.collection.folder.pictures) <= _MOST_SHOWN_IN_A_HURRY:
            # The user has to learn what ended the run: perhaps nothing can be written, the report included.
            with suppress(UserError):
                self._write_report()

    def _tell_replaced(self) -> None:
        self._summary.once(renamed_sentence(self._project))
        self._summary.once(replaced_sentence("description", self._project.descriptions))
        self._summary.once(replaced_sentence("caption", self._project.captions))

    def _write_report(self) -> None:
        if self._settings.dataset.report and self._summary.is_anything_new:
            path = self._project.write_report()
            self._summary.report(path, len(self._project.collection.folder.pictures))
