"""Stage 1: what each tag means. Tags ─▶ wiki pages ─▶ one sentence each ─▶ tags_cache.json."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from dataset.json_lines import JsonLines
from errors import ItemError, StageError
from page_summaries.saving import TagLog
from page_summaries.summarizing import (
    PageSummary,
    Summarizer,
    summary_without_model,
    with_first_sentence,
)
from settings import TagProviderSettings
from stage_runner import Due, Stage
from wiki.cache import BY_FIRST_SENTENCE, BY_NOBODY, WITHOUT_MODEL, Cache
from wiki.source import Page, Source, pages_as_they_arrive
from wiki.tag_meanings import is_no_tag

if TYPE_CHECKING:
    from llm.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that share a request, or one page whose `summary` needs none."""

    pages: list[Page]
    summary: PageSummary | None = None


class TagProvider(Stage[Group, list[PageSummary]]):
    """Looks tags up in the wiki and has a model say in one sentence what each of them looks like.

    Pages and sentences are in `log` as soon as they arrive. When the stage is closed they go into
    tags_cache.json, or at the next start if it was killed. Afterwards `wiki_error` says why the wiki failed,
    if it did, and `without_sentence` counts the pages for which the model gave no usable sentence.
    """

    title = "TagProvider"

    def __init__(
        self,
        settings: TagProviderSettings,
        source: Source,
        cache: Cache,
        log: JsonLines,
        tags: Callable[[], Iterable[str]],
        endpoint: Endpoint | None,
    ) -> None:
        """`tags` are those of the data set. Without an endpoint only their categories are kept.

        Raises UserError when the template cannot be used."""
        self._settings = settings
        self._source = source
        self._cache = cache
        # Which pages share a request depends on what else is due. One that waits for its answer has to be the
        # same in the next run.
        later = endpoint is not None and endpoint.answers_later
        self._summarizer = Summarizer(settings.prompt_template_file, one_by_one=later)
        self._log = TagLog(log, source.name)
        self._tags = tags
        self._endpoint = endpoint
        self.without_sentence = 0
        self.wiki_error = ""

    def due(self) -> Due[AsyncGenerator[Group, None]]:
        """The tags whose meaning is not in the cache, nor in the log of a run that was killed."""
        self._log.read()
        self._cache.merge(self._log.entries)
        tags = (tag for tag in self._tags() if not is_no_tag(tag))
        wanted = self._cache.wanted(tags, date.today(), has_model=self._endpoint is not None)
        return Due(self._groups(wanted), len(wanted))

    def most_at_once(self) -> int:
        """As many as the server has slots for, and some more that wait for one."""
        return self._endpoint.concurrency.most_under_way() if self._endpoint else 1

    async def ask(self, group: Group) -> list[PageSummary]:
        """Have the pages summed up, if they need it, and write each sentence into the log."""
        if group.summary is not None:
            self._write(group.summary)
            return [group.summary]
        if self._endpoint is None:
            summaries = [PageSummary(page, "", BY_NOBODY) for page in group.pages]
            for summary in summaries:
                self._write(summary)
            return summaries
        async with self._endpoint.concurrency:
            return await self._summarizer.summarize(group.pages, self._endpoint, self._write)

    def keep(self, group: Group, summaries: list[PageSummary]) -> tuple[()]:
        """Nothing is left to do: each sentence was written when it came."""
        return ()

    def _write(self, summary: PageSummary) -> None:
        self._log.add_summary(summary.page, summary.text, summary.by)
        self.without_sentence += summary.by == BY_FIRST_SENTENCE

    def failed(self, group: Group, error: ItemError) -> None:
        """Use the first sentence of each page."""
        for page in group.pages:
            self._write(with_first_sentence(page))

    def name(self, group: Group) -> str:
        """The tags of the pages."""
        return ", ".join(page.tag for page in group.pages)

    def size(self, group: Group) -> int:
        """The number of tags."""
        return len(group.pages)

    def cost(self, summaries: list[PageSummary]) -> Mapping[str, object]:
        """How many pages a model was asked about."""
        asked = sum(summary.by not in WITHOUT_MODEL for summary in summaries)
        return {"pages": asked} if asked else {}

    def close(self) -> None:
        """Bring all that is new into the cache file."""
        self._cache.merge(self._log.entries)
        self._log.save(self._settings.cache)

    async def _groups(self, tags: Sequence[str]) -> AsyncGenerator[Group, None]:
        """The pages of the tags: those that need a model in groups, the others one by one."""
        pages: list[Page] = []
        async for page in self._pages(tags):
            summary = summary_without_model(page, self._settings.min_post_count)
            if summary is not None:
                yield Group([page], summary)
                continue
            if pages and not self._summarizer.fits_request(pages, page):
                yield Group(pages)
                pages = []
            pages.append(page)
        if pages:
            yield Group(pages)

    async def _pages(self, tags: Sequence[str]) -> AsyncIterator[Page]:
        """The pages that an earlier run left in the log, then those of the wiki as they arrive."""
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
            # Told at the end of the stage.
            self.wiki_error = str(error)
