"""Has a model say in one sentence what is seen in pictures with a tag, from the tag's wiki page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from english import first_sentence
from errors import ItemError
from llm.prompts import Prompt, with_request
from page_summaries.sentences import (
    MOST_WORDS_ASKED,
    NoSentenceError,
    plain_sentence,
    sentence_in,
    sentences_in,
)
from tags.categories import COPYRIGHT, GENERAL, UNSEEN
from tags.spelling import words
from wiki.cache import BY_FIRST_SENTENCE, BY_GLOSSARY, BY_NO_PAGE, BY_NO_TAG, BY_PAGE
from wiki.source import Page
from wiki.tag_meanings import glossary_sentence
from writing import PAGE_VARIABLES

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# Several pages share one request, but only so many that a small model does not mix them up.
PAGES_PER_REQUEST = 5
CHARACTERS_PER_REQUEST = 6000
# The text before the first header of a page is rarely longer, and the rest seldom says what is seen.
_CHARACTERS_PER_PAGE = 2000

# If a smaller share of the lines about groups of pages serves, the model cannot keep pages apart. It is
# judged after this many lines.
_SHARE_THAT_SERVES = 0.8
_LINES_TO_JUDGE = 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageSummary:
    """A page and the sentence that sums it up; `by` says who wrote the sentence."""

    page: Page
    text: str
    by: str


def summary_without_model(page: Page, min_post_count: int) -> PageSummary | None:
    """The summary of a page that needs no model.

    It has no text, or a short and plain one; or its subject cannot be seen; or the glossary that ships has a
    sentence.
    """
    if not page.known:
        return PageSummary(page, "", BY_NO_TAG)
    if not page.text:
        return PageSummary(page, "", BY_NO_PAGE)
    is_rare = page.post_count is not None and page.post_count < min_post_count
    # A prompt says nothing of a series but its name.
    if page.category in UNSEEN or page.category == COPYRIGHT or is_rare:
        return PageSummary(page, first_sentence(page.text), BY_PAGE)
    with suppress(NoSentenceError):
        if plain_sentence(page.text, MOST_WORDS_ASKED) == page.text:
            return PageSummary(page, page.text, BY_PAGE)
    known = glossary_sentence(page.name)
    return PageSummary(page, known, BY_GLOSSARY) if known else None


def with_first_sentence(page: Page) -> PageSummary:
    """The first sentence of a page, which is used until a model writes a better one."""
    return PageSummary(page, first_sentence(page.text), BY_FIRST_SENTENCE)


class Summarizer:
    """Asks one endpoint for the summaries of pages."""

    def __init__(self, template: Path, *, one_by_one: bool = False) -> None:
        """With `one_by_one` no pages share a request. Raises UserError when the template cannot be used."""
        self._prompt = Prompt(template, PAGE_VARIABLES)
        self._one_by_one = one_by_one
        self._lines = self._lines_that_serve = 0

    def fits_request(self, group: Sequence[Page], page: Page) -> bool:
        """Whether one more page may share the request of a group."""
        if not self._may_group:
            return False
        characters = sum(min(len(each.text), _CHARACTERS_PER_PAGE) for each in [*group, page])
        return len(group) < PAGES_PER_REQUEST and characters <= CHARACTERS_PER_REQUEST

    @property
    def _may_group(self) -> bool:
        """Whether the model keeps the pages of a group apart, as far as it is known."""
        if self._one_by_one:
            return False
        return self._lines < _LINES_TO_JUDGE or self._lines_that_serve >= _SHARE_THAT_SERVES * self._lines

    async def summarize(
        self, pages: Sequence[Page], endpoint: Endpoint, keep: Callable[[PageSummary], None]
    ) -> list[PageSummary]:
        """Summaries of all pages from one request; a page that it gives no sentence for is asked about alone.

        Where that gives none either, the first sentence of the page is taken. Each summary is passed to
        `keep` as soon as it is there, so that a run that is killed loses none for which it had an answer.
        Raises ItemError when every request failed, and StageError or UserError when no other can succeed.
        """
        found: dict[str, PageSummary] = {}
        if len(pages) > 1 and self._may_group:
            try:
                found = await self._together(pages, endpoint)
            except ItemError as error:
                _log.debug("asking one by one: %s", error)
        for summary in found.values():
            keep(summary)
        refusals: list[tuple[Page, ItemError]] = []
        for page in pages:
            if page.tag not in found:
                try:
                    found[page.tag] = await self._alone(page, endpoint)
                except ItemError as error:
                    refusals.append((page, error))
                else:
                    keep(found[page.tag])
        if len(refusals) == len(pages):
            raise refusals[-1][1]
        for page, _ in refusals:
            found[page.tag] = with_first_sentence(page)
            keep(found[page.tag])
        return [found[page.tag] for page in pages]

    async def _together(self, pages: Sequence[Page], endpoint: Endpoint) -> dict[str, PageSummary]:
        # No retries: the pages that get no sentence here are asked about one by one.
        messages = self._prompt.messages({"pages": [_as_values(page) for page in pages]})
        self._lines += len(pages)
        answer = await endpoint.ask(messages, partial(sentences_in, pages=pages), retries=0)
        self._lines_that_serve += sum(text is not None for text in answer.result)
        pairs = zip(pages, answer.result, strict=True)
        return {page.tag: PageSummary(page, text, answer.model) for page, text in pairs if text is not None}

    async def _alone(self, page: Page, endpoint: Endpoint) -> PageSummary:
        messages = self._prompt.messages({"pages": [_as_values(page)]})
        accept = partial(sentence_in, page=page)
        try:
            try:
                answer = await endpoint.ask(messages, accept, retries=0)
            except NoSentenceError as error:
                # The first sentence of the page is there to fall back on, so one more try is enough.
                if not endpoint.settings.retries:
                    raise
                wrong = (
                    f"Your last answer cannot be used: {error}. Write one plain sentence of at most "
                    f"{MOST_WORDS_ASKED} words on what is seen."
                )
                answer = await endpoint.ask(with_request(messages, wrong), accept, retries=0)
        except NoSentenceError as error:
            _log.debug("%s: the first sentence of the page is used: %s", page.tag, error)
            return with_first_sentence(page)
        return PageSummary(page, answer.result, answer.model)


def _as_values(page: Page) -> dict[str, str]:
    text = page.text[:_CHARACTERS_PER_PAGE]
    return {"name": words(page.name), "category": page.category or GENERAL, "text": text}
