"""Has a model say in one sentence what is seen in pictures with a tag, from the tag's wiki page.

Its sentence is used if it is plain, and about what is seen: not where the thing is from, nor another tag.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from english import first_sentence
from errors import ItemError
from llm.answers import Reply
from llm.prompts import Prompt, with_request
from llm.replies import Form, clean
from tags.categories import COPYRIGHT, GENERAL, UNSEEN
from tags.spelling import canonical, words
from wiki.cache import BY_FIRST_SENTENCE, BY_GLOSSARY, BY_NO_PAGE, BY_NO_TAG, BY_PAGE
from wiki.source import Page
from wiki.tag_meanings import glossary_sentence, load_glossary
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

# Words that the template asks for, and that are accepted: hair, eyes and clothes may take a few more.
MOST_WORDS_ASKED = 25
_MOST_WORDS = 35
_FEWEST_WORDS = 3
_NUMBERED = re.compile(
    r"^\s*[*_]{0,2}(?:page\s)?(\d{1,2})[.):][*_]{0,2}\s+(\S.*)$", re.MULTILINE | re.IGNORECASE
)
_ABOUT_TAGS = re.compile(
    r"\bthis tag\b|\bthe tag (?:is|was|for|refers|describes|means)\b|\btagg(?:ed|ing)\b|\bwiki\b",
    re.IGNORECASE,
)
_NAME_IN_FRONT = r"[*_\"']{{0,3}}{}[*_\"']{{0,3}}(?: \([a-z]+\))?[*_]{{0,3}} ?[:–—-][*_]{{0,3}}\s+"
_MARKUP = re.compile(r"[_\[\]{}<>|]|https?:")
# "since 2007", "created by Lewis Carroll"; "in the style of the 1990s" can be seen.
_ORIGIN = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b"
    r"|\b(?:created|written|designed|drawn|illustrated|published|developed|directed|voiced) by\b"
    r"|\b(?:author|mangaka|publisher|named after)\b",
    re.IGNORECASE,
)
# "Portrait shows head and torso" explains portrait, whichever page it is about.
_SUBJECT = re.compile(
    r"(?:an?\s|the\s)?([\w'-]+(?:\s[\w'-]+){0,3}?)\s(shows?|means?|depicts?|refers?|describes?|is|are)\s",
    re.IGNORECASE,
)

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
        found = await self._together(pages, endpoint) if len(pages) > 1 and self._may_group else {}
        for summary in found.values():
            keep(summary)
        refused: ItemError | None = None
        for page in pages:
            if page.tag not in found:
                try:
                    found[page.tag] = await self._alone(page, endpoint)
                except ItemError as error:
                    refused = error
                else:
                    keep(found[page.tag])
        if refused and not found:
            raise refused
        for page in pages:
            if page.tag not in found:
                found[page.tag] = with_first_sentence(page)
                keep(found[page.tag])
        return [found[page.tag] for page in pages]

    async def _together(self, pages: Sequence[Page], endpoint: Endpoint) -> dict[str, PageSummary]:
        messages = self._prompt.messages({"pages": [_as_values(page) for page in pages]})
        self._lines += len(pages)
        try:
            # No retries: the pages that get no sentence here are asked about one by one.
            answer = await endpoint.ask(messages, partial(sentences_in, pages=pages), retries=0)
        except ItemError as error:
            _log.debug("asking one by one: %s", error)
            return {}
        self._lines_that_serve += sum(text is not None for text in answer.result)
        pairs = zip(pages, answer.result, strict=True)
        return {page.tag: PageSummary(page, text, answer.model) for page, text in pairs if text is not None}

    async def _alone(self, page: Page, endpoint: Endpoint) -> PageSummary:
        messages = self._prompt.messages({"pages": [_as_values(page)]})
        accept = partial(sentence_in, page=page)
        # The first sentence of the page is there to fall back on, so one more try is enough.
        for _ in range(2 if endpoint.settings.retries else 1):
            try:
                answer = await endpoint.ask(messages, accept, retries=0)
            except NoSentenceError as error:
                wrong = error
                messages = with_request(
                    messages,
                    f"Your last answer cannot be used: {error}. Write one plain sentence of at most "
                    f"{MOST_WORDS_ASKED} words on what is seen.",
                )
            else:
                return PageSummary(page, answer.result, answer.model)
        _log.debug("%s: the first sentence of the page is used: %s", page.tag, wrong)
        return with_first_sentence(page)


def _as_values(page: Page) -> dict[str, str]:
    text = page.text[:_CHARACTERS_PER_PAGE]
    return {"name": words(page.name), "category": page.category or GENERAL, "text": text}


class NoSentenceError(ItemError):
    """The model answered, but nothing in the answer can be used as a description."""


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
            found.append(_sentence_about(page, by_number[number], pages))
        except NoSentenceError as error:
            _log.debug("%s: %s", page.tag, error)
            found.append(None)
    return found


def sentence_in(reply: Reply, page: Page) -> str:
    """The sentence in a reply about one page; raises NoSentenceError where there is none that can be used."""
    text = _cleaned(reply.text, reply.finish_reason, Form(one_line=True, plain_text=False))
    numbered = _NUMBERED.match(text)
    return _sentence_about(page, numbered.group(2) if numbered else text)


def _sentence_about(page: Page, text: str, pages: Iterable[Page] = ()) -> str:
    """The sentence about a page; `pages` are all that were asked about together."""
    sentence = plain_sentence(_without_name(text, page.name), _MOST_WORDS)
    if origin := _ORIGIN.search(sentence):
        raise NoSentenceError("no summary", f'"{origin[0]}" says where it comes from, which is not seen')
    if other := _other_subject(sentence, page, pages):
        raise NoSentenceError("no summary", f"it says what {other} is, not what {words(page.name)} is")
    return sentence


def _other_subject(sentence: str, page: Page, pages: Iterable[Page]) -> str:
    """The name of another tag that the sentence explains; "" where it explains none."""
    found = _SUBJECT.match(sentence)
    if found is None:
        return ""
    subject, verb = canonical(found[1]), found[2].lower()
    own = set(words(page.name).split()) | set(words(page.tag).split())
    if not own.isdisjoint(words(subject).split()):
        return ""
    is_other_page = any(subject in (other.tag, other.name) for other in pages)
    return (
        words(subject) if is_other_page or (verb not in {"is", "are"} and subject in load_glossary()) else ""
    )


def _cleaned(text: str | None, finish_reason: str | None, form: Form) -> str:
    try:
        return clean(text, finish_reason, form)
    except ItemError as error:
        raise NoSentenceError(error.reason, str(error)) from error


def plain_sentence(text: str, most_words: int) -> str:
    """The first sentence of a text, with a capital letter and a full stop.

    Raises NoSentenceError where it is none, or has more than `most_words` words.
    """
    text = first_sentence(_cleaned(text, None, Form()))
    if (count := len(text.split())) > most_words:
        raise NoSentenceError("too long", f"it has {count} words, and {MOST_WORDS_ASKED} are the most")
    if count < _FEWEST_WORDS or _MARKUP.search(text) or _ABOUT_TAGS.search(text):
        raise NoSentenceError("no summary", f"not a plain sentence on what is seen: {text}")
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", '"')) else ".")


def _without_name(text: str, name: str) -> str:
    """Remove the name that some models repeat in front: "ahoge (general): A lock of hair"."""
    for each in (name, words(name)):
        repeated = re.match(_NAME_IN_FRONT.format(re.escape(each)), text, re.IGNORECASE)
        if repeated:
            return text[repeated.end() :]
    return text
