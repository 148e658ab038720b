"""The stages in order over one data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from batch import Tally
from dataset.images import Picture
from dataset.locks import locked
from dataset.results import Results
from events import happened
from export import after_run
from llm.connecting import Connections
from progress import Bar
from project import Project
from settings import EndpointSettings, Settings
from summary import BUILTIN, NO_MODEL, Outcome, Summary

if TYPE_CHECKING:
    from llm.endpoint import Endpoint


class Run:
    """One run of the program over a data set; `say` is given each line for the user."""

    def __init__(self, settings: Settings, limit: int | None, say: Callable[[str], None]) -> None:
        """Raises UserError where the folders cannot be what they are meant for."""
        self._settings = settings
        self._limit = limit
        self._started = monotonic()
        self._project = Project(settings)
        self._connections = Connections()
        self._summary = Summary(say, settings.dataset.captions)

    async def through(self) -> int:
        """Run the stages that are not skipped; the exit code."""
        self._project.refuse_nothing()
        with ExitStack() as locks:
            for folder in self._folders_to_write():
                locks.enter_context(locked(folder))
            try:
                self._recover()
                await self._stages()
                after_run(self._project, self._summary.once, self._summary.trouble)
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
            count = len(self._project.collection.pictures)
            self._summary.once(f"Nothing to do: all {count:,} captions are there.")
            return
        chosen = self._settings.interpreter
        writer = None if chosen.skip else await self._endpoint(chosen.endpoint)
        if writer is None and not chosen.skip:
            self._summary.no_model(BUILTIN if chosen.endpoint.url == "builtin" else NO_MODEL)
        self._summary.problems(self._project.collection.folder)
        await self._tag_provider()
        await self._interrogator()
        if not chosen.skip:
            await self._interpreter(writer)
        if self._settings.dataset.report:
            self._summary.once(f"See all of it in {self._project.write_report()}.")

    def _is_something_due(self) -> bool:
        """Whether there is work, as far as can be told from what files there are."""
        if self._settings.dataset.existing != "keep":
            return True
        names = {picture.stem_name for picture in self._project.collection.pictures}
        skips = (self._settings.interpreter.skip, self._settings.interrogator.skip)
        if all(skips):
            return not self._settings.tag_provider.skip
        captions_due = not skips[0] and (
            bool(names - self._project.captions.texts.names())
            or not names.isdisjoint(self._project.captions.wanted_again())
            or (self._settings.interpreter.endpoint.url != "builtin" and self._project.captions.has_drafts())
        )
        return captions_due or (not skips[1] and bool(names - self._project.descriptions.texts.names()))

    async def _tag_provider(self) -> None:
        from tag_provider import TITLE

        chosen = self._settings.tag_provider
        endpoint = await self._asked(TITLE, chosen.skip, chosen.endpoint)
        if endpoint is None:
            return
        provider = self._project.tag_provider()
        due = provider.gather(self._project.tags(self._limit))
        try:
            with self._stage(TITLE, len(due), endpoint, "tags looked up") as (bar, outcome):
                outcome.tally = await provider.run(due, endpoint, bar)
        finally:
            provider.save(chosen.cache)
        if provider.stand_ins:
            self._summary.once(
                f"For {provider.stand_ins:,} tags the model gave no sentence that serves: "
                "the first one of their wiki page stands in."
            )
        if provider.trouble:
            self._summary.trouble(f"{provider.trouble}. The captions are made without these meanings.")

    async def _interrogator(self) -> None:
        from interrogator import TITLE

        chosen = self._settings.interrogator
        endpoint = await self._asked(TITLE, chosen.skip, chosen.endpoint)
        if endpoint is None:
            return
        stage = self._project.interrogator()
        due, there = self._due(
            self._project.descriptions, False, lambda each: stage.fingerprint(each, endpoint.model)
        )
        with self._stage(TITLE, len(due), endpoint, "pictures described", there) as (bar, outcome):
            outcome.tally = await stage.run(due, endpoint, bar)

    async def _interpreter(self, endpoint: Endpoint | None) -> None:
        from interpreter import COMPOSER, TITLE

        stage = self._project.interpreter()
        model = endpoint.model if endpoint else COMPOSER
        due, there = self._due(
            self._project.captions, endpoint is not None, lambda each: stage.fingerprint(each, model)
        )
        with self._stage(TITLE, len(due), endpoint, "captions written", there) as (bar, outcome):
            outcome.tally = await stage.run(due, endpoint, bar)

    async def _asked(self, title: str, skip: bool, endpoint: EndpointSettings) -> Endpoint | None:
        """The endpoint of a stage, or None where the stage is left out."""
        if skip:
            return None
        found = await self._endpoint(endpoint)
        if found is None:
            self._summary.passed_over(title, "there is no model to ask")
        return found

    async def _endpoint(self, settings: EndpointSettings) -> Endpoint | None:
        endpoint = await self._connections.endpoint(settings)
        if endpoint is not None:
            program = f"{endpoint.program} at " if endpoint.program else ""
            self._summary.once(f"Asking {program}{endpoint.url}, model {endpoint.model}.")
        return endpoint

    def _due(
        self, results: Results, redo_drafts: bool, fingerprint: Callable[[Picture], str]
    ) -> tuple[list[Picture], int]:
        """The pictures that a stage has to do, and how many it need not."""
        due = self._project.due(results, redo_drafts, fingerprint)
        return due[: self._limit], len(self._project.collection.pictures) - len(due)

    @contextmanager
    def _stage(
        self, title: str, total: int, endpoint: Endpoint | None, noun: str, there: int = 0
    ) -> Iterator[tuple[Bar, Outcome]]:
        """A bar while the stage runs, and its line in the summary, whatever ends it."""
        outcome, started = Outcome(title, noun, Tally(), there), monotonic()
        bar = Bar(title, total, lambda: endpoint.usage.completion_tokens if endpoint else 0)
        happened("stage start", stage=title, total=total, there=there, **_asked_of(endpoint))
        before = endpoint.usage.copy() if endpoint else None
        if endpoint:
            endpoint.on_wait = lambda words: bar.note("server", words)
        try:
            yield bar, outcome
        finally:
            bar.close()
            outcome.seconds = monotonic() - started
            if endpoint and before:
                outcome.usage = endpoint.usage.since(before)
            happened("stage end", stage=title, **outcome.figures())
        self._summary.outcome(outcome)


def _asked_of(endpoint: Endpoint | None) -> dict[str, str]:
    return {"url": endpoint.url, "model": endpoint.model, "program": endpoint.program} if endpoint else {}
