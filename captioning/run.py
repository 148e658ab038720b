"""The stages in order over one data set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from captioning.amounts import amount
from captioning.effort import watched
from captioning.project import Project
from captioning.summary import BUILTIN, NO_MODEL, Outcome, Product, Products, Summary
from captioning.templates import refuse_broken
from captioning.trainer_files import write_after_run
from dataset.disk import locked
from dataset.images import Picture
from dataset.results import Results
from errors import ExitCode, StageError, UserError
from llm.servers import Endpoints
from progress import Bar
from settings import EndpointSettings, Settings

if TYPE_CHECKING:
    from batch import Tally
    from llm.endpoint import Endpoint


# The report of so many pictures is written in less than half a second.
_MOST_SHOWN_IN_A_HURRY = 250


@dataclass(frozen=True, slots=True)
class _Due:
    """The pictures that a stage has to do, and how many it need not."""

    pictures: list[Picture]
    there: int


class Run:
    """One run of the program over a data set; `say` is given each line for the user."""

    def __init__(self, settings: Settings, limit: int | None, say: Callable[[str], None]) -> None:
        """Raises UserError where the folders cannot be what they are meant for."""
        self._settings = settings
        self._limit = limit
        self._started = monotonic()
        self._project = Project(settings)
        self._connections = Endpoints()
        self._products = Products.of(settings)
        self._summary = Summary(say)
        self._untold: list[Outcome] = []

    async def run(self) -> ExitCode:
        """Run the stages that are not skipped; the exit code."""
        refuse_broken(self._settings)
        self._project.refuse_nothing()
        with ExitStack() as locks:
            for folder in self._folders_to_write():
                locks.enter_context(locked(folder))
            try:
                self._recover()
                await self._stages()
                write_after_run(self._project, self._summary.once, self._summary.trouble)
            except (StageError, UserError, asyncio.CancelledError) as end:
                self._tell_what_is_done(in_a_hurry=isinstance(end, asyncio.CancelledError))
                raise
            finally:
                await self._connections.close()
                self._project.close()
        return self._summary.close(monotonic() - self._started)

    def _folders_to_write(self) -> Iterator[Path]:
        """Those that no other run may write to meanwhile; runs may share descriptions that they only read."""
        yield self._settings.dataset.captions
        if not self._settings.interrogator.skip or self._project.descriptions.texts.unsettled():
            yield self._settings.dataset.descriptions

    def _recover(self) -> None:
        """Finish what a kill left half done."""
        for results in (self._project.captions, self._project.descriptions):
            if results.texts.unsettled():
                results.recover({picture.stem_name for picture in self._project.collection.pictures})

    async def _stages(self) -> None:
        if not self._is_something_due():
            self._summary.problems(self._project.collection.folder)
            self._say_nothing_is_due()
            return
        chosen = self._settings.interpreter
        writer = None if chosen.skip else await self._endpoint(chosen.endpoint)
        if writer is None and not chosen.skip:
            self._summary.no_model(BUILTIN if chosen.endpoint.url == "builtin" else NO_MODEL)
        self._summary.problems(self._project.collection.folder)
        await self._tag_provider()
        await self._describe_and_write(writer)
        self._report()

    def _report(self) -> None:
        if self._settings.dataset.report and self._summary.is_anything_new:
            self._summary.report(self._project.write_report(), len(self._project.collection.folder.pictures))

    def _tell_what_is_done(self, in_a_hurry: bool) -> None:
        """Say what came of stages that were cut short, and show it; nobody waits long after Ctrl-C."""
        for outcome in self._untold:
            self._summary.in_short(outcome)
        if not in_a_hurry or len(self._project.collection.folder.pictures) <= _MOST_SHOWN_IN_A_HURRY:
            # What ended the run is what its user has to know, and may be that nothing can be written.
            with suppress(UserError):
                self._report()

    def _tell_outcomes(self) -> None:
        while self._untold:
            self._summary.outcome(self._untold.pop(0))

    def _is_something_due(self) -> bool:
        """Whether there is work, as far as can be told from what files there are."""
        if self._settings.dataset.existing != "keep":
            return True
        pictures, captions = self._project.collection.pictures, self._project.captions
        skips = (self._settings.interpreter.skip, self._settings.interrogator.skip)
        if all(skips):
            return not self._settings.tag_provider.skip
        captions_due = not skips[0] and (
            captions.lack(pictures)
            or (self._settings.interpreter.endpoint.url != "builtin" and captions.has_drafts())
        )
        return captions_due or (not skips[1] and self._project.descriptions.lack(pictures))

    def _say_nothing_is_due(self) -> None:
        there = len(self._project.collection.pictures)
        if not self._settings.interpreter.skip:
            self._summary.nothing_to_do(self._products.captions, there)
        elif not self._settings.interrogator.skip:
            self._summary.nothing_to_do(self._products.descriptions, there)
        else:
            self._summary.once("Nothing to do: all three stages have skip = True in config.ini.")

    async def _tag_provider(self) -> None:
        chosen = self._settings.tag_provider
        endpoint = await self._asked(self._products.meanings, chosen.skip, chosen.endpoint)
        if endpoint is None:
            return
        provider = self._project.tag_provider()
        due = provider.gather(self._project.tags(self._limit))
        try:
            with self._stage(self._products.meanings, len(due), endpoint) as (bar, tally):
                await provider.run(due, endpoint, bar, tally)
            self._tell_outcomes()
        finally:
            provider.save(chosen.cache)
        if provider.stand_ins:
            self._summary.once(
                f"For {amount(provider.stand_ins, 'tag')} the model gave no sentence that serves: "
                "the first one of the wiki page stands in."
            )
        if provider.trouble:
            self._summary.trouble(f"{provider.trouble}. The captions are made without these meanings.")

    async def _describe_and_write(self, writer: Endpoint | None) -> None:
        """Stages 2 and 3."""
        chosen = self._settings.interrogator
        seer = await self._asked(self._products.descriptions, chosen.skip, chosen.endpoint)
        if seer:
            await self._interrogator(seer, self._due_descriptions(seer))
            self._tell_outcomes()
        if not self._settings.interpreter.skip:
            await self._interpreter(writer, self._due_captions(writer))
            self._tell_outcomes()

    async def _interrogator(self, endpoint: Endpoint, due: _Due) -> None:
        total = len(due.pictures)
        with self._stage(self._products.descriptions, total, endpoint, due.there) as (bar, tally):
            if due.pictures:
                stage = self._project.interrogator()
                await stage.run(due.pictures, endpoint, bar, tally)

    async def _interpreter(self, endpoint: Endpoint | None, due: _Due) -> None:
        total = len(due.pictures)
        with self._stage(self._products.captions, total, endpoint, due.there) as (bar, tally):
            if due.pictures:
                stage = self._project.interpreter()
                await stage.run(due.pictures, endpoint, bar, tally)

    def _due_descriptions(self, endpoint: Endpoint) -> _Due:
        # Most runs need no fingerprint to tell what is due, and then no stage is opened where nothing is.
        stage = cache(self._project.interrogator)
        return self._due(
            self._project.descriptions, False, lambda each: stage().fingerprint(each, endpoint.model)
        )

    def _due_captions(self, endpoint: Endpoint | None) -> _Due:
        """The captions to write: pictures that begin alike beside each other, where a model is asked."""
        from interpreter import COMPOSER

        stage, model = cache(self._project.interpreter), endpoint.model if endpoint else COMPOSER
        due = self._due(
            self._project.captions, endpoint is not None, lambda each: stage().fingerprint(each, model)
        )
        return replace(due, pictures=self._project.like_beside_like(due.pictures)) if endpoint else due

    async def _asked(self, product: Product, skip: bool, endpoint: EndpointSettings) -> Endpoint | None:
        """The endpoint of a stage, or None where the stage is left out."""
        if skip:
            return None
        found = await self._endpoint(endpoint)
        if found is None:
            self._summary.passed_over(product.title, "there is no model to ask")
        return found

    async def _endpoint(self, settings: EndpointSettings) -> Endpoint | None:
        endpoint = await self._connections.endpoint(settings)
        if endpoint is not None:
            program = f"{endpoint.program} at " if endpoint.program else ""
            self._summary.once(f"Asking {program}{endpoint.url}, model {endpoint.model}.")
        return endpoint

    def _due(self, results: Results, redo_drafts: bool, fingerprint: Callable[[Picture], str]) -> _Due:
        due = self._project.due(results, redo_drafts, fingerprint)
        return _Due(due[: self._limit], len(self._project.collection.pictures) - len(due))

    @contextmanager
    def _stage(
        self, product: Product, total: int, endpoint: Endpoint | None, there: int = 0
    ) -> Iterator[tuple[Bar, Tally]]:
        """A bar while the stage runs, and a tally of what comes of it, which is told whatever ends it."""
        outcome = Outcome(product, total, there)
        self._untold.append(outcome)
        with watched(product.title, total, endpoint, outcome.tally, outcome.effort, there) as bar:
            yield bar, outcome.tally
