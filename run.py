"""The stages in order over one data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from batch import Bar, Tally
from dataset.collection import Collection
from dataset.images import Picture
from dataset.locks import locked
from dataset.results import Results
from dataset.store import Lines, Texts
from dataset.tags import canonical, words
from errors import ItemError, UserError
from llm.connecting import Connections
from material import Material
from settings import EndpointSettings, Settings
from summary import BUILTIN, NO_MODEL, Outcome, Summary
from wiki import cache as tags_cache
from wiki import own
from wiki.cache import Cache, Entry
from wiki.meanings import Meanings
from wiki.telling import Telling

if TYPE_CHECKING:
    from llm.endpoint import Endpoint


class Run:
    """One run of the program over a data set; `say` is given each line for the user."""

    def __init__(self, settings: Settings, limit: int | None, say: Callable[[str], None]) -> None:
        """Raises UserError where the folders cannot be what they are meant for."""
        self._settings = settings
        self._limit = limit
        self._started = monotonic()
        self._collection = Collection(settings.dataset, settings.tags)
        folders, extension = settings.dataset, settings.dataset.caption_extension
        journal = Lines(folders.captions / "journal.jsonl")
        begun = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._captions = Results("interpreter", Texts(folders.captions, extension), journal, begun)
        self._descriptions = Results("interrogator", Texts(folders.descriptions, extension), journal, begun)
        self._connections = Connections()
        self._summary = Summary(say, folders.captions)

    async def through(self) -> int:
        """Run the stages that are not skipped; the exit code."""
        self._refuse_nothing()
        with ExitStack() as locks:
            for folder in self._folders_to_write():
                locks.enter_context(locked(folder))
            try:
                self._recover()
                await self._stages()
            finally:
                await self._connections.close()
                self._captions.close()
                self._descriptions.close()
        return self._summary.close(monotonic() - self._started)

    def _folders_to_write(self) -> Iterator[Path]:
        """Those that no other run may write to meanwhile; runs may share descriptions that they only read."""
        yield self._settings.dataset.captions
        if not self._settings.interrogator.skip or self._descriptions.texts.unsettled():
            yield self._settings.dataset.descriptions

    def _recover(self) -> None:
        """Finish what a kill left half done."""
        names = {picture.stem_name for picture in self._collection.pictures}
        for results in (self._captions, self._descriptions):
            results.recover(names)

    async def _stages(self) -> None:
        if not self._is_something_due():
            self._summary.problems(self._collection.folder)
            self._summary.once(f"Nothing to do: all {len(self._collection.pictures):,} captions are there.")
            return
        chosen = self._settings.interpreter
        writer = None if chosen.skip else await self._endpoint(chosen.endpoint)
        if writer is None and not chosen.skip:
            self._summary.no_model(BUILTIN if chosen.endpoint.url == "builtin" else NO_MODEL)
        self._summary.problems(self._collection.folder)
        await self._tag_provider()
        await self._interrogator()
        if not chosen.skip:
            await self._interpreter(writer)

    def _refuse_nothing(self) -> None:
        folder = self._collection.folder
        if not folder.pictures and not folder.problems:
            raise UserError(
                f"there are no pictures in {self._collection.root}: put some there with their tag files, "
                "or write [Dataset] images = FOLDER in config.ini"
            )

    def _is_something_due(self) -> bool:
        """Whether there is work, as far as can be told from what files there are."""
        if self._settings.dataset.existing != "keep":
            return True
        names = {picture.stem_name for picture in self._collection.pictures}
        skips = (self._settings.interpreter.skip, self._settings.interrogator.skip)
        if all(skips):
            return not self._settings.tag_provider.skip
        captions_due = not skips[0] and (
            bool(names - self._captions.texts.names())
            or (self._settings.interpreter.endpoint.url != "builtin" and self._captions.has_drafts())
        )
        return captions_due or (not skips[1] and bool(names - self._descriptions.texts.names()))

    async def _tag_provider(self) -> None:
        from tag_provider import TITLE, TagProvider
        from wiki.sources import open_source

        chosen = self._settings.tag_provider
        endpoint = await self._asked(TITLE, chosen.skip, chosen.endpoint)
        if endpoint is None:
            return
        log = Lines(self._settings.dataset.captions / ".tags.jsonl")
        provider = TagProvider(chosen, open_source(chosen), self._cache, log)
        due = provider.gather(tag for tag in self._tags() if tag not in self._own)
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
        from interrogator import TITLE, Interrogator

        chosen = self._settings.interrogator
        endpoint = await self._asked(TITLE, chosen.skip, chosen.endpoint)
        if endpoint is None:
            return
        stage = Interrogator(chosen, self._collection, self._material, self._descriptions)
        due, there = self._due(
            self._descriptions, False, lambda each: stage.fingerprint(each, endpoint.model)
        )
        with self._stage(TITLE, len(due), endpoint, "pictures described", there) as (bar, outcome):
            outcome.tally = await stage.run(due, endpoint, bar)

    async def _interpreter(self, endpoint: Endpoint | None) -> None:
        from interpreter import COMPOSER, TITLE, Interpreter

        stage = Interpreter(
            self._settings.interpreter,
            self._settings.tags.trigger,
            self._collection,
            self._material,
            self._descriptions.texts,
            self._captions,
        )
        model = endpoint.model if endpoint else COMPOSER
        due, there = self._due(
            self._captions, endpoint is not None, lambda each: stage.fingerprint(each, model)
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

        def prompt_of(picture: Picture) -> str | None:
            try:
                return fingerprint(picture)
            except ItemError:
                return None

        pictures = self._collection.pictures
        due = results.pending(
            pictures, self._settings.dataset.existing, redo_drafts=redo_drafts, prompt_of=prompt_of
        )
        return due[: self._limit], len(pictures) - len(due)

    @contextmanager
    def _stage(
        self, title: str, total: int, endpoint: Endpoint | None, noun: str, there: int = 0
    ) -> Iterator[tuple[Bar, Outcome]]:
        """A bar while the stage runs, and its line in the summary, whatever ends it."""
        outcome, bar, started = Outcome(title, noun, Tally(), there), Bar(title, total), monotonic()
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
        self._summary.outcome(outcome)

    def _tags(self) -> list[str]:
        """The distinct tags, the most common first; of few pictures where there is a limit."""
        counts = self._collection.survey().counts
        if self._limit is None:
            return [tag for tag, _ in counts.most_common()]
        pictures = self._due(self._captions, False, lambda picture: "")[0]
        wanted = {tag for picture in pictures for tag in self._tags_of(picture)}
        return [tag for tag, _ in counts.most_common() if tag in wanted]

    def _tags_of(self, picture: Picture) -> Sequence[str]:
        try:
            return self._collection.tags(picture).tags
        except ItemError:
            return ()

    @cached_property
    def _own(self) -> dict[str, Entry]:
        path = self._settings.tags.descriptions_file
        return own.load(path, canonical) if path else {}

    @cached_property
    def _cache(self) -> Cache:
        return tags_cache.load(self._settings.tag_provider.cache)

    @cached_property
    def _material(self) -> Material:
        """What templates can say; built once stage 1 is through."""
        survey, chosen = self._collection.survey(), self._settings.tags
        meanings = Meanings(self._own, self._cache, survey.categories)
        telling = Telling(meanings, survey.counts, words, chosen.describe, chosen.describe_tokens)
        return Material(meanings, telling, frozenset(chosen.exclude_categories))
