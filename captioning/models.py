"""The models of a run: choosing them, saying to the user which they are, and running a stage with one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import stage_runner
from captioning.knowledge import Knowledge
from captioning.run_summary import NO_SENTENCES, RunSummary, StageResult, products_of
from dataset.json_lines import JsonLines
from deferred.batches import NO_TRANSFERS, Batches, Transfers
from english import amount
from events import happened
from llm.answers import Usage
from llm.embedded import Consent, Demand, Needs
from progress import Bar
from settings import Settings
from stage_runner import Due, Stage

if TYPE_CHECKING:
    from llm.endpoint import Endpoint
    from llm.servers import Endpoints

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Models:
    """The models of one run. Each is named to the user when it is chosen."""

    def __init__(
        self,
        knowledge: Knowledge,
        summary: RunSummary,
        consent: Consent | None = None,
        transfers: Transfers = NO_TRANSFERS,
    ) -> None:
        self._settings = knowledge.settings
        self._knowledge = knowledge
        self._summary = summary
        self._batches = Batches(transfers)
        self._needs = needs_of(knowledge.settings, consent)
        self._endpoints: Endpoints | None = None

    async def writer(self) -> Endpoint | None:
        """The model that writes the captions; None where none is there or wanted."""
        if self._knowledge.makes_lists_only:
            self._summary.once(NO_SENTENCES)
            return None
        return await self._endpoint("Interpreter")

    async def describer(self) -> Endpoint | None:
        """The model that describes pictures; None where none is there or wanted."""
        return await self._endpoint("Interrogator")

    async def _endpoint(self, stage: str) -> Endpoint | None:
        """Who is asked in a stage; None if the stage is left out, or captions are composed."""
        chosen = self._settings.stages[stage]
        if chosen.skip:
            return None
        if self._endpoints is None:
            # Imported late, because a run that finds nothing to do needs no server.
            from llm.servers import Endpoints

            self._endpoints = Endpoints.of(self._settings, self._needs, self._batches.endpoint)
        endpoints = self._endpoints
        endpoint = await endpoints.endpoint(chosen.endpoint, must_see=chosen.must_see)
        if endpoint is not None:
            self._summary.once(f"Asking {endpoint.introduction}.")
        elif stage == "Interpreter":
            self._summary.no_model(endpoints.absence(chosen.endpoint))
        else:
            self._summary.say(f"{stage}: skipped, there is no model to ask")
        return endpoint

    async def look_up_tags(self, tags: Callable[[], Iterable[str]]) -> bool:
        """Stage 1: tags ─▶ wiki pages ─▶ model ─▶ tags_cache.json; whether some answers come later.

        `tags` gives the distinct tags of the data set, the most common first.
        """
        chosen, endpoint = self._settings.tag_provider, None
        if not self._knowledge.makes_lists_only:
            endpoint = await self._endpoint("TagProvider")
            if endpoint is None:
                return False
        elif chosen.skip or chosen.endpoint.url == "builtin":
            # Otherwise the wiki tells the categories of tags, on which their places in a list depend.
            return False
        from tag_provider import TagProvider
        from wiki.source import open_source

        log = JsonLines(self._settings.dataset.captions / ".tags.jsonl")
        log.watch()
        stage = TagProvider(chosen, open_source(chosen), self._knowledge.cache, log, tags, endpoint)
        due = stage.due()
        with self._summary.telling(products_of(self._settings)[stage.title], due) as result:
            await run_stage(stage, due, endpoint, result)
        if stage.without_sentence:
            self._summary.once(
                f"The model gave no usable sentence for {amount(stage.without_sentence, 'tag')}: the first "
                "sentence of the wiki page is used instead."
            )
        if stage.wiki_error:
            self._summary.incomplete(f"{stage.wiki_error}. The captions are made without these meanings.")
        return bool(result.tally.waiting)

    async def fetch(self) -> None:
        """Get what is answered by now of batch files, if that is wanted; raises UserError if it fails."""
        await self._batches.fetch(self._settings, self._summary.once, self._summary.incomplete)

    async def submit(self) -> None:
        """Send batch files, if that is wanted, and note what to do for what still waits; after `close`."""
        await self._batches.submit(self._summary.once)
        self._summary.next_step = self._batches.next_step()

    async def close(self) -> None:
        """Close all connections."""
        if self._endpoints is not None:
            await self._endpoints.close()


async def run_stage(
    stage: Stage[Item, Answer],
    due: Due[Iterable[Item] | AsyncGenerator[Item, None]],
    endpoint: Endpoint | None,
    result: StageResult,
    label: str = "",
) -> None:
    """Run a stage with a progress bar, log it, and fill in `result`, whatever ends the stage.

    `label` is put before the title in the bar and in the log. Raises StageError and UserError as
    `stage_runner.run` does.
    """
    title = f"{label} {stage.title}".strip()
    started, before = monotonic(), endpoint.usage if endpoint else Usage()
    bar = Bar(title, due.total, lambda: endpoint.usage.completion_tokens if endpoint else 0)
    asked: dict[str, str] = {}
    if endpoint:
        endpoint.on_wait = lambda words: bar.note("server", words)
        bar.in_flight = lambda: endpoint.concurrency.in_flight
        asked = {"url": endpoint.url, "model": endpoint.model, "program": endpoint.catalogue.program.name}
    happened("stage start", stage=title, total=due.total, there=due.existing, **asked)
    try:
        await stage_runner.run(stage, due.items, bar, result.tally)
    finally:
        bar.close()
        result.seconds = monotonic() - started
        if endpoint:
            result.usage = endpoint.usage - before
            result.at_once = endpoint.concurrency.settled
        _log_end(title, result)


def _log_end(title: str, result: StageResult) -> None:
    tally = result.tally
    happened(
        "stage end",
        stage=title,
        done=tally.done,
        failed=len(tally.failures),
        reasons=dict(tally.reasons()),
        excluded=len(tally.excluded),
        kept=len(tally.kept),
        **({"waiting": tally.waits} if tally.waits else {}),
        **result.usage._asdict(),
        **({"at_once": result.at_once} if result.at_once else {}),
        seconds=round(result.seconds, 3),
    )


def needs_of(settings: Settings, consent: Consent | None = None) -> Needs:
    """The needs of a run with these settings; without `consent` nothing may be fetched."""

    def demands(sees: bool) -> Sequence[Demand]:
        # Imported late, because only a run with an embedded model needs it.
        from captioning.sampling import demands_of_run

        return demands_of_run(settings, sees=sees)

    return Needs(demands, consent) if consent else Needs(demands)
