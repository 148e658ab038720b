"""Stage 1: what each tag means. Tags ─▶ wiki pages ─▶ one sentence each ─▶ tags_cache.json."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import batch
from dataset.json_lines import JsonLines
from errors import StageError
from progress import Bar
from settings import TagProviderSettings
from summaries.saving import TagLog
from summaries.summarizing import Summarizer, Summary, first_sentences, fits_request, summary_without_model
from wiki.cache import BY_FIRST_SENTENCE, Cache
from wiki.source import Page, Source, pages_as_they_arrive
from wiki.tag_meanings import is_no_tag

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

TITLE = "TagProvider"

_log = logging.getLogger(__name__)


class TagProvider:
    """Looks tags up in the wiki and has a model say in one sentence what is seen.

    Each page and each sentence is in `log` as soon as it is there. The log goes into the cache at the
    end, or at the next start where a kill left it. Afterwards, `trouble` says if the wiki failed, and
    `stand_ins` counts pages for which the model gave no sentence.
    """

    def __init__(self, settings: TagProviderSettings, source: Source, cache: Cache, log: JsonLines) -> None:
        """Raises UserError when the template cannot be used."""
        self._settings = settings
        self._source = source
        self._cache = cache
        self._summarizer = Summarizer(settings.prompt_template_file)
        self._log = TagLog(log, source.name)
        self._without_model = 0
        self.stand_ins = 0
        self.trouble = ""

    def gather(self, tags: Iterable[str]) -> list[str]:
        """The tags that the wiki should be asked about, after taking in what a kill left in the log."""
        self._log.read()
        self._cache.merge(self._log.entries)
        return self._cache.wanted((tag for tag in tags if not is_no_tag(tag)), date.today())

    async def run(
        self, tags: Sequence[str], endpoint: Endpoint, bar: Bar, tally: batch.Tally | None = None
    ) -> batch.Tally:
        """Look the tags up and have their pages summed up, both at the same time.

        What comes of them is counted in `tally`.
        """
        tally = tally or batch.Tally()
        work: batch.Work[list[Page], list[Summary]] = batch.Work(
            title=TITLE,
            name=lambda pages: ", ".join(page.tag for page in pages),
            ask=lambda pages: self._ask(pages, endpoint),
            keep=lambda pages, summaries: self._keep(summaries),
            failed=lambda pages, error: self._keep(first_sentences(pages)),
            size=len,
        )
        try:
            most = endpoint.concurrency.most_under_way
            return await batch.run(self._groups(tags, bar), work, most, bar, tally)
        finally:
            tally.done += self._without_model

    async def _ask(self, pages: Sequence[Page], endpoint: Endpoint) -> list[Summary]:
        async with endpoint.concurrency:
            return await self._summarizer.summarize(pages, endpoint)

    def save(self, path: Path) -> None:
        """Bring all that is new into the cache file, beside what others have written there meanwhile."""
        self._cache.merge(self._log.entries)
        self._log.save(path)

    async def _groups(self, tags: Sequence[str], bar: Bar) -> AsyncIterator[list[Page]]:
        """Pages that need a summary, in groups for one request each; the others are settled here."""
        group: list[Page] = []
        async for page in self._pages(tags):
            summary = summary_without_model(page, self._settings.min_post_count)
            if summary is not None:
                self._keep([summary])
                self._without_model += 1
                bar.advance()
                continue
            if group and not fits_request(group, page):
                yield group
                group = []
            group.append(page)
        if group:
            yield group

    async def _pages(self, tags: Sequence[str]) -> AsyncIterator[Page]:
        """Pages that an earlier run left in the log first, then those of the wiki as they arrive."""
        left = dict(self._log.pages)
        for tag in tags:
            if tag in left:
                yield left[tag]
        asked = [tag for tag in tags if tag not in left]
        try:
            async with aclosing(pages_as_they_arrive(self._source.pages(asked), self._log.add_page)) as pages:
                async for page in pages:
                    yield page
        except StageError as error:
            self.trouble = str(error)
            _log.warning("%s", error)

    def _keep(self, summaries: Iterable[Summary]) -> None:
        for summary in summaries:
            self._log.add_summary(summary.page, summary.text, summary.by)
            self.stand_ins += summary.by == BY_FIRST_SENTENCE
