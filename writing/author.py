"""One picture's captions: asked for, held against the tags, and asked for once more where they fall short."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from check import Coverage
from errors import ItemError, Problem
from llm import variants
from llm.asking import Answer, ask
from llm.prompts import Message
from llm.replies import Form, clean
from llm.trouble import RequestRefusedError
from llm.usage import Reply, Usage
from settings import InterpreterSettings
from tags.spelling import as_written
from writing.standing import Standing, Tagged

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# The name of the caption where no variants are asked for.
CAPTION = "caption"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one picture by variant, and how the first of them stands beside the tags.

    `notes` are the faults that it has in the end.
    """

    by_variant: Mapping[str, str]
    coverage: Coverage
    repaired: bool
    notes: Sequence[Problem]

    @property
    def review(self) -> dict[str, object]:
        """What the journal tells of the check."""
        return {
            "coverage": round(self.coverage.score, 3),
            "missed": list(self.coverage.missed),
            "faults": [fault.message for fault in self.coverage.faults],
            "repaired": self.repaired,
        }


class Author:
    """Has a model write captions, and reads each before it is believed."""

    def __init__(self, settings: InterpreterSettings, endpoint: Endpoint) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._variants = [name for name in settings.variants if name != variants.TAGS]
        self._main = self._variants[0] if self._variants else CAPTION
        self._form_is_held = True
        self._form = Form(language=settings.language)
        # The check of captions reads English only: what it misses in another language says nothing.
        self._is_checked = self._form.is_english or not settings.language

    async def write(self, messages: Sequence[Message], tagged: Tagged) -> Answer[Captions]:
        """The captions of one picture; raises ItemError where the model gives none that can be used."""
        tab = _Tab(self._endpoint)
        if len(self._variants) > 1:
            captions = await self._several(messages, tab)
        else:
            captions = {self._main: await self._one(messages, self._main, tab)}
        standing, repaired = Standing.of(captions[self._main], tagged), False
        for _ in range(self._settings.repairs if self._is_checked else 0):
            if not standing.falls_short(self._settings.min_coverage):
                break
            draft = captions[self._main]
            better = await self._repair(messages, draft, standing, tagged, tab)
            if better is None:
                break
            captions[self._main], standing, repaired = *better, True
        if variants.TAGS in self._settings.variants:
            captions[variants.TAGS] = ", ".join(map(as_written, tagged.tags))
        ordered = {name: captions[name] for name in self._settings.variants or captions}
        notes = tuple(standing.notes(self._settings.min_coverage)) if self._is_checked else ()
        written = Captions(ordered, standing.coverage, repaired, notes)
        return Answer(written, tab.model, tab.usage, tab.seconds)

    async def _one(self, messages: Sequence[Message], name: str, tab: _Tab) -> str:
        asked = messages if name == CAPTION else _with(messages, variants.request_for_one(name))
        return await tab.ask(asked, partial(self._caption, name=name))

    async def _several(self, messages: Sequence[Message], tab: _Tab) -> dict[str, str]:
        """All variants from one answer where the model can, the missing ones one by one."""
        found = await self._at_once(opening(messages, self._settings), tab)
        for name in self._variants:
            if name not in found:
                found[name] = await self._one(messages, name, tab)
        return found

    async def _at_once(self, messages: Sequence[Message], tab: _Tab) -> dict[str, str]:
        form = variants.response_format(self._variants) if self._form_is_held else {}
        accept = self._read_variants
        try:
            return await tab.ask(messages, accept, further=form, retries=0)
        except RequestRefusedError:
            if form:
                # The server does not know the field; from now on the words of the prompt have to do.
                self._form_is_held = False
                return await self._at_once(messages, tab)
            return {}
        except ItemError:
            return {}

    async def _repair(
        self, messages: Sequence[Message], draft: str, seen: Standing, tagged: Tagged, tab: _Tab
    ) -> tuple[str, Standing] | None:
        """A better caption than the draft, and how it stands; None where the model has no better one."""
        asked = messages if self._main == CAPTION else _with(messages, variants.request_for_one(self._main))
        turns = [*asked, Message("assistant", draft), Message("user", seen.complaint())]
        try:
            again = await tab.ask(turns, partial(self._caption, name=self._main), retries=0)
        except ItemError:
            return None
        standing = Standing.of(again, tagged)
        return (again, standing) if standing.rank > seen.rank else None

    def _caption(self, reply: Reply, name: str) -> str:
        form = replace(self._form, max_words=variants.MOST_WORDS.get(name))
        return clean(reply.text, reply.finish_reason, form)

    def _read_variants(self, reply: Reply) -> dict[str, str]:
        """Those of the variants in a reply that can be used."""
        whole = replace(self._form, one_line=False, plain_text=False)
        found = variants.split(clean(reply.text, reply.finish_reason, whole), self._variants)
        used = {}
        for name, text in found.items():
            with suppress(ItemError):
                used[name] = clean(text, None, replace(self._form, max_words=variants.MOST_WORDS[name]))
        return used


class _Tab:
    """Asks, and adds up what all the asking for one picture took."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.usage = Usage()
        self.seconds = 0.0
        self.model = endpoint.model

    async def ask(
        self,
        messages: Sequence[Message],
        accept: Callable[[Reply], Result],
        *,
        further: Mapping[str, object] | None = None,
        retries: int | None = None,
    ) -> Result:
        """What `llm.asking.ask` gives, with its cost on the tab."""
        answer = await ask(self._endpoint, messages, accept, retries=retries, further=further)
        self.usage = self.usage.plus(answer.usage)
        self.seconds += answer.seconds
        self.model = answer.model
        return answer.result


def opening(messages: Sequence[Message], settings: InterpreterSettings) -> Sequence[Message]:
    """What the model is sent first: the messages of the template, and which variants are wanted."""
    wanted = [name for name in settings.variants if name != variants.TAGS]
    if len(wanted) > 1:
        return _with(messages, variants.request_for(wanted))
    return _with(messages, variants.request_for_one(wanted[0])) if wanted else messages


def _with(messages: Sequence[Message], request: str) -> list[Message]:
    """The messages with a request at their very end, so that all before it is the same for every variant."""
    return [*messages[:-1], replace(messages[-1], text=f"{messages[-1].text}\n\n{request}")]
