"""Has a model say in one sentence what is seen in pictures with a tag, from the tag's wiki page."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from english import first_sentence
from errors import ItemError
from llm.answers import Reply
from llm.prompts import Prompt
from llm.replies import Form, clean
from tags.categories import GENERAL, UNSEEN
from tags.spelling import words
from wiki.cache import BY_FIRST_SENTENCE, BY_NO_PAGE, BY_NO_TAG, BY_PAGE
from wiki.source import Page
from writing import PAGE_VARIABLES

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

MOST_WORDS = 25

# Several pages share one request, but only so many that a small model does not mix them up.
PAGES_PER_REQUEST = 5
CHARACTERS_PER_REQUEST = 6000
# The text before the first header of a page is rarely longer, and the rest seldom says what is seen.
_CHARACTERS_PER_PAGE = 2000

_FEWEST_WORDS = 3
# The first sentence of the page is there to fall back on, so one more try is enough.
_MOST_RETRIES = 1
_NUMBERED = re.compile(
    r"^\s*[*_]{0,2}(?:page\s)?(\d{1,2})[.):][*_]{0,2}\s+(\S.*)$", re.MULTILINE | re.IGNORECASE
)
_ABOUT_TAGS = re.compile(
    r"\bthis tag\b|\bthe tag (?:is|was|for|refers|describes|means)\b|\btagg(?:ed|ing)\b|\bwiki\b",
    re.IGNORECASE,
)
_NAME_IN_FRONT = r"[*_\"']{{0,3}}{}[*_\"']{{0,3}}(?: \([a-z]+\))?[*_]{{0,3}} ?[:–—-][*_]{{0,3}}\s+"
_MARKUP = re.compile(r"[_\[\]{}<>|]|https?:")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """A page and the sentence that sums it up; `by` says who wrote the sentence."""

    page: Page
    text: str
    by: str


class NoSentenceError(ItemError):
    """The model answered, but nothing in the answer can be used as a description."""


def summary_without_model(page: Page, min_post_count: int) -> Summary | None:
    """The summary of a page that needs no model: it has no text, or one that is short and plain."""
    if not page.known:
        return Summary(page, "", BY_NO_TAG)
    if not page.text:
        return Summary(page, "", BY_NO_PAGE)
    is_rare = page.post_count is not None and page.post_count < min_post_count
    if page.category in UNSEEN or is_rare:
        return Summary(page, first_sentence(page.text), BY_PAGE)
    try:
        is_plain_sentence = _plain_sentence(page.text) == page.text
    except NoSentenceError:
        return None
    return Summary(page, page.text, BY_PAGE) if is_plain_sentence else None


def with_first_sentence(page: Page) -> Summary:
    """The first sentence of a page, which is used until a model writes a better one."""
    return Summary(page, first_sentence(page.text), BY_FIRST_SENTENCE)


def fits_request(group: Sequence[Page], page: Page) -> bool:
    """Whether one more page may share the request of a group."""
    characters = sum(min(len(each.text), _CHARACTERS_PER_PAGE) for each in [*group, page])
    return len(group) < PAGES_PER_REQUEST and characters <= CHARACTERS_PER_REQUEST


class Summarizer:
    """Asks one endpoint for the summaries of pages."""

    def __init__(self, template: Path) -> None:
        """Raises UserError when the template cannot be used."""
        self._prompt = Prompt(template, PAGE_VARIABLES)

    async def summarize(self, pages: Sequence[Page], endpoint: Endpoint) -> list[Summary]:
        """Summaries of all pages from one request; a page that it gives no sentence for is asked about alone.

        Where that gives none either, the first sentence of the page is taken. Raises ItemError when every
        request failed, and StageError or UserError when no other can succeed.
        """
        if len(pages) == 1:
            return [await self._alone(pages[0], endpoint)]
        try:
            found = await self._together(pages, endpoint)
        except ItemError as error:
            _log.debug("asking one by one: %s", error)
            found = {}
        refusals: list[ItemError] = []
        for page in pages:
            if page.tag not in found:
                try:
                    found[page.tag] = await self._alone(page, endpoint)
                except ItemError as error:
                    refusals.append(error)
        if len(refusals) == len(pages):
            raise refusals[-1]
        return [found.get(page.tag) or with_first_sentence(page) for page in pages]

    async def _together(self, pages: Sequence[Page], endpoint: Endpoint) -> dict[str, Summary]:
        # No retries: the pages that get no sentence here are asked about one by one.
        messages = self._prompt.messages({"pages": [_as_values(page) for page in pages]})
        answer = await endpoint.ask(messages, partial(sentences_in, pages=pages), retries=0)
        pairs = zip(pages, answer.result, strict=True)
        return {page.tag: Summary(page, text, answer.model) for page, text in pairs if text is not None}

    async def _alone(self, page: Page, endpoint: Endpoint) -> Summary:
        messages = self._prompt.messages({"pages": [_as_values(page)]})
        try:
            retries = min(endpoint.settings.retries, _MOST_RETRIES)
            answer = await endpoint.ask(messages, partial(sentence_in, page=page), retries=retries)
        except NoSentenceError as error:
            _log.debug("%s: the first sentence of the page is used: %s", page.tag, error)
            return with_first_sentence(page)
        return Summary(page, answer.result, answer.model)


def sentences_in(reply: Reply, pages: Sequence[Page]) -> list[str | None]:
    """The sentence for each page in a numbered reply, None where it cannot be used.

    Raises NoSentenceError when it is not clear which line is for which page.
    """
    text = _cleaned(reply.text, reply.finish_reason, Form(one_line=False, plain_text=False))
    lines = _NUMBERED.findall(text)
    if sorted(int(number) for number, _ in lines) != list(range(1, len(pages) + 1)):
        raise NoSentenceError("no summary", f"asked for {len(pages)} numbered lines, and got {len(lines)}")
    by_number = {int(number): line for number, line in lines}
    found: list[str | None] = []
    for number, page in enumerate(pages, start=1):
        try:
            found.append(_plain_sentence(_without_name(by_number[number], page.name)))
        except NoSentenceError as error:
            _log.debug("%s: %s", page.tag, error)
            found.append(None)
    return found


def sentence_in(reply: Reply, page: Page) -> str:
    """The sentence in a reply about one page; raises NoSentenceError where there is none that can be used."""
    text = _cleaned(reply.text, reply.finish_reason, Form(one_line=True, plain_text=False))
    numbered = _NUMBERED.match(text)
    return _plain_sentence(_without_name(numbered.group(2) if numbered else text, page.name))


def _cleaned(text: str | None, finish_reason: str | None, form: Form) -> str:
    try:
        return clean(text, finish_reason, form)
    except ItemError as error:
        raise NoSentenceError(error.reason, str(error)) from error


def _plain_sentence(text: str) -> str:
    """One sentence of at most MOST_WORDS words, with a capital letter and a full stop.

    Raises NoSentenceError where the text is none.
    """
    text = first_sentence(_cleaned(text, None, Form(max_words=MOST_WORDS)))
    if len(text.split()) < _FEWEST_WORDS or _MARKUP.search(text) or _ABOUT_TAGS.search(text):
        raise NoSentenceError("no summary", f"not a plain sentence on what is seen: {text}")
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", '"')) else ".")


def _without_name(text: str, name: str) -> str:
    """Remove the name that some models repeat in front: "ahoge (general): A lock of hair"."""
    for each in (name, words(name)):
        repeated = re.match(_NAME_IN_FRONT.format(re.escape(each)), text, re.IGNORECASE)
        if repeated:
            return text[repeated.end() :]
    return text


def _as_values(page: Page) -> dict[str, str]:
    text = page.text[:_CHARACTERS_PER_PAGE]
    return {"name": words(page.name), "category": page.category or GENERAL, "text": text}
