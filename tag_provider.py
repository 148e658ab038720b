"""Stage 1: what each tag means. Tags ─▶ wiki pages ─▶ one sentence each ─▶ tags_cache.json."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import batch
from dataset.locks import locked_file
from dataset.store import Line, Lines, write_whole
from dataset.tags import words
from errors import ItemError, StageError
from llm.asking import ask
from llm.prompts import Prompt
from llm.replies import Form, clean
from llm.usage import Reply
from settings import TagProviderSettings
from wiki import cache as tags_cache
from wiki.cache import BY_FIRST_SENTENCE, BY_NO_PAGE, BY_NO_TAG, BY_PAGE, Cache, Entry
from wiki.sentences import first_sentence
from wiki.source import Page
from wiki.sources import open_source

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

TITLE = "TagProvider"
VARIABLES = ("pages",)
MOST_WORDS = 25

# Several pages share one request, as long as a small model keeps them apart.
_PAGES_PER_REQUEST = 5
_CHARACTERS_PER_REQUEST = 6000
# The text before a page's first header is rarely longer; the rest seldom says what is seen.
_CHARACTERS_PER_PAGE = 2000
# What these name is not seen in a picture, so the page's own first sentence will do.
_UNSEEN = {"artist", "contributor", "meta", "lore"}
_NUMBERED = re.compile(r"^\s*[*_]{0,2}(\d{1,2})[.):][*_]{0,2}\s+(.+)$", re.MULTILINE)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """One page and the sentence that sums it up, with who wrote the sentence."""

    page: Page
    text: str
    by: str


class TagProvider:
    """Looks tags up in the wiki and has a model say in one sentence what is seen.

    Each page and each sentence is on disk, in `log`, as soon as it is there; the log goes into the
    cache at the end, and at the next start where a kill left it.
    """

    def __init__(self, settings: TagProviderSettings, cache: Cache, log: Lines) -> None:
        """Raises UserError when the template or the source cannot be used."""
        self._settings = settings
        self._cache = cache
        self._log = log
        self._new = Cache()
        self._pages: dict[str, Page] = {}
        self._prompt = Prompt(settings.prompt_template_file, VARIABLES)
        self._source = open_source(settings)
        self._asking: Endpoint | None = None
        self._settled_tags = 0
        self.trouble = ""

    def gather(self, tags: Iterable[str]) -> list[str]:
        """The tags that nothing is known of yet, after taking in what a kill left in the log."""
        for line in self._log.read():
            self._take_in(line)
        self._cache.merge(self._new, date.today())
        return self._cache.wanted(tags, date.today())

    async def run(self, tags: Sequence[str], endpoint: Endpoint, bar: batch.Bar) -> batch.Tally:
        """Look the tags up and sum up their pages; `trouble` says afterwards if the wiki failed."""
        self._asking = endpoint
        work: batch.Work[list[Page], list[Summary]] = batch.Work(
            title=TITLE,
            name=lambda pages: ", ".join(page.tag for page in pages),
            ask=self._ask,
            keep=lambda pages, summaries: self._keep(summaries),
            failed=lambda pages, error: self._keep(_first_sentences(pages)),
            size=len,
        )
        tally = await batch.run(self._requests(tags, bar), work, endpoint.concurrency, bar)
        tally.done += self._settled_tags
        return tally

    def save(self, path: Path) -> None:
        """Bring all that is new into the cache file, beside what others have written there meanwhile."""
        self._log.close()
        if len(self._new):
            with locked_file(path):
                there = tags_cache.load(path)
                there.merge(self._new, date.today())
                write_whole(path, there.dump())
        self._cache.merge(self._new, date.today())
        self._new = Cache()
        self._forget_log()

    async def _requests(self, tags: Sequence[str], bar: batch.Bar) -> AsyncIterator[list[Page]]:
        """Pages that need a summary, in groups for one request each; the others are settled here."""
        group: list[Page] = []
        async for page in self._found(tags):
            settled = self._settled(page)
            if settled is not None:
                self._keep([settled])
                self._settled_tags += 1
                bar.advance()
                continue
            if group and not _fits(group, page):
                yield group
                group = []
            group.append(page)
        if group:
            yield group

    async def _found(self, tags: Sequence[str]) -> AsyncIterator[Page]:
        """Pages left in the log first, then those of the wiki."""
        known = [self._pages[tag] for tag in tags if tag in self._pages]
        for page in known:
            yield page
        pages: Iterator[Page | None] = self._source.pages([tag for tag in tags if tag not in self._pages])
        # The wiki is asked in a thread, so that the model works meanwhile.
        pool, loop = ThreadPoolExecutor(1), asyncio.get_running_loop()
        try:
            while (found := await loop.run_in_executor(pool, next, pages, None)) is not None:
                self._log.add({"page": asdict(found)})
                yield found
        except StageError as error:
            self.trouble = str(error)
            _log.warning("%s", error)
        finally:
            # Whoever interrupts the run does not wait for the wiki.
            pool.shutdown(wait=False, cancel_futures=True)

    def _settled(self, page: Page) -> Summary | None:
        """What needs no model: nothing to sum up, or a page so short that it serves as it is."""
        if not page.known:
            return Summary(page, "", BY_NO_TAG)
        if not page.text:
            return Summary(page, "", BY_NO_PAGE)
        if page.category in _UNSEEN or self._is_rare(page):
            return Summary(page, first_sentence(page.text), BY_PAGE)
        if _serves_as_it_is(page.text):
            return Summary(page, page.text, BY_PAGE)
        return None

    def _is_rare(self, page: Page) -> bool:
        return page.post_count is not None and page.post_count < self._settings.min_post_count

    async def _ask(self, pages: list[Page]) -> list[Summary]:
        """Sum up several pages at once, or one by one where the answer cannot be told apart."""
        try:
            return await self._summaries(pages)
        except ItemError as error:
            if len(pages) == 1:
                raise
            _log.debug("asking one by one: %s", error)
        found = [await self._one(page) for page in pages]
        if all(summary.by == BY_FIRST_SENTENCE for summary in found):
            raise ItemError("no summary", "the model gives no sentence that can be used")
        return found

    async def _one(self, page: Page) -> Summary:
        try:
            return (await self._summaries([page]))[0]
        except ItemError:
            return _first_sentences([page])[0]

    async def _summaries(self, pages: list[Page]) -> list[Summary]:
        if self._asking is None:
            raise StageError("no model is there to sum up wiki pages")
        messages = self._prompt.messages({"pages": [_as_values(page) for page in pages]})
        # What several pages at once do not give, each of them gives alone.
        retries = None if len(pages) == 1 else 0
        accept = partial(sentences_in, count=len(pages))
        answer = await ask(self._asking, messages, accept, retries=retries)
        return [Summary(page, text, answer.model) for page, text in zip(pages, answer.result, strict=True)]

    def _keep(self, summaries: Iterable[Summary]) -> None:
        for summary in summaries:
            page = summary.page
            self._pages.pop(page.tag, None)
            if self._was_edited(page):
                continue
            entry = Entry(
                description=summary.text,
                category=page.category,
                post_count=page.post_count,
                alias_of=page.name if page.name != page.tag else None,
                source=self._source.name,
                fetched=date.today().isoformat(),
                by=summary.by,
            )
            self._log.add({"tag": page.tag, "entry": asdict(entry)})
            self._new.add(page.tag, entry)

    def _was_edited(self, page: Page) -> bool:
        """Whether somebody has changed a first sentence in the file since it was put there."""
        there = self._cache.get(page.tag)
        return (
            there is not None
            and there.by == BY_FIRST_SENTENCE
            and there.description != first_sentence(page.text)
        )

    def _take_in(self, line: Line) -> None:
        try:
            if "page" in line:
                page = Page(**line["page"])
                self._pages[page.tag] = page
            elif isinstance(line.get("tag"), str):
                self._new.add(line["tag"], Entry(**line["entry"]))
                self._pages.pop(line["tag"], None)
        except (TypeError, KeyError):
            _log.debug("a line of %s is passed over", self._log.path)

    def _forget_log(self) -> None:
        """Keep in the log only pages that wait for a summary."""
        self._log.rewrite({"page": asdict(page)} for page in self._pages.values())


def sentences_in(reply: Reply, count: int) -> list[str]:
    """The `count` sentences of a numbered reply, each fit to be a description; raises ItemError."""
    form = Form(max_words=MOST_WORDS)
    if count == 1:
        text = clean(reply.text, reply.finish_reason, dataclasses.replace(form, plain_text=False))
        numbered = _NUMBERED.match(text)
        return [clean(numbered.group(2) if numbered else text, None, form)]
    text = clean(reply.text, reply.finish_reason, Form(one_line=False, plain_text=False))
    found = {int(number): line for number, line in _NUMBERED.findall(text)}
    if sorted(found) != list(range(1, count + 1)):
        raise ItemError("no summary", f"asked for {count} numbered sentences, and got {len(found)}")
    return [_without_underscores(clean(found[number], None, form)) for number in sorted(found)]


def _without_underscores(text: str) -> str:
    if "_" in text:
        raise ItemError("no summary", "the sentence holds an underscore")
    return text


def _serves_as_it_is(text: str) -> bool:
    """Whether a page is one short plain sentence."""
    plain = text.endswith(".") and not any(sign in text for sign in '\n*_"[]{}|:')
    return plain and len(text.split()) <= MOST_WORDS and first_sentence(text) == text


def _as_values(page: Page) -> dict[str, str]:
    text = page.text[:_CHARACTERS_PER_PAGE]
    return {"name": words(page.name), "category": page.category or "general", "text": text}


def _first_sentences(pages: Iterable[Page]) -> list[Summary]:
    return [Summary(page, first_sentence(page.text), BY_FIRST_SENTENCE) for page in pages]


def _fits(group: Sequence[Page], page: Page) -> bool:
    characters = sum(min(len(each.text), _CHARACTERS_PER_PAGE) for each in [*group, page])
    return len(group) < _PAGES_PER_REQUEST and characters <= _CHARACTERS_PER_REQUEST
