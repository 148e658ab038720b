"""Has a model write the captions of one picture, checks the first, and asks once more if it has faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from check import Coverage
from errors import ItemError, Problem
from llm.answers import Answer, Reply, Usage
from llm.prompts import Message
from llm.replies import Form, clean
from llm.trouble import RequestRefusedError
from settings import InterpreterSettings
from tags.spelling import as_written
from writing import variants
from writing.judging import Judgement, PictureTags, judge

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# The name of the caption where no variants are asked for.
CAPTION = "caption"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one picture by variant; the rest tells of the first of them, which alone is checked.

    `repaired` is whether a second request gave a better one. `notes` are the faults that remain.
    """

    by_variant: Mapping[str, str]
    coverage: Coverage
    repaired: bool
    notes: Sequence[Problem]

    @property
    def journal_details(self) -> dict[str, object]:
        """What the journal keeps of the check."""
        return {
            "coverage": round(self.coverage.score, 3),
            "missed": list(self.coverage.missed),
            "faults": [fault.message for fault in self.coverage.faults],
            "repaired": self.repaired,
        }


class CaptionWriter:
    """Writes captions with the model of one endpoint."""

    def __init__(self, settings: InterpreterSettings, endpoint: Endpoint) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._variants = _written_variants(settings)
        self._main = self._variants[0] if self._variants else CAPTION
        self._server_knows_response_format = True
        self._form = Form(language=settings.language)
        # The check reads English only: what it misses in another language means nothing.
        self._is_checked = self._form.is_english or not settings.language

    async def write(self, messages: Sequence[Message], picture: PictureTags) -> Answer[Captions]:
        """The captions of one picture; raises ItemError where the model gives none that can be used."""
        requests = _Requests(self._endpoint)
        if len(self._variants) > 1:
            captions = await self._write_variants(messages, requests)
        else:
            captions = {self._main: await self._write_one(messages, self._main, requests)}
        judgement, repaired = judge(captions[self._main], picture), False
        for _ in range(self._settings.repairs if self._is_checked else 0):
            if not judgement.needs_repair(self._settings.min_coverage):
                break
            better = await self._repair(messages, captions[self._main], judgement, picture, requests)
            if better is None:
                break
            captions[self._main], judgement = better
            repaired = True
        if variants.TAGS in self._settings.variants:
            captions[variants.TAGS] = ", ".join(map(as_written, picture.tags))
        ordered = {name: captions[name] for name in self._settings.variants or captions}
        notes = tuple(judgement.notes(self._settings.min_coverage)) if self._is_checked else ()
        written = Captions(ordered, judgement.coverage, repaired, notes)
        return Answer(written, requests.model, requests.usage, requests.seconds)

    async def _write_one(self, messages: Sequence[Message], name: str, requests: _Requests) -> str:
        return await requests.send(_request_for_one(messages, name), partial(self._read_caption, name=name))

    async def _write_variants(self, messages: Sequence[Message], requests: _Requests) -> dict[str, str]:
        """All variants from one answer where the model can do that, the missing ones one by one."""
        found = await self._write_at_once(first_request(messages, self._settings), requests)
        for name in self._variants:
            if name not in found:
                found[name] = await self._write_one(messages, name, requests)
        return found

    async def _write_at_once(self, messages: Sequence[Message], requests: _Requests) -> dict[str, str]:
        form = variants.response_format(self._variants) if self._server_knows_response_format else {}
        try:
            return await requests.send(messages, self._read_variants, extra_fields=form, retries=0)
        except RequestRefusedError:
            if form:
                # The server may not know the field; from now on the words of the prompt have to do.
                self._server_knows_response_format = False
                return await self._write_at_once(messages, requests)
            return {}
        except ItemError:
            return {}

    async def _repair(
        self,
        messages: Sequence[Message],
        draft: str,
        judgement: Judgement,
        picture: PictureTags,
        requests: _Requests,
    ) -> tuple[str, Judgement] | None:
        """A better caption than the draft with its judgement; None where the model gives no better one."""
        turns = [
            *_request_for_one(messages, self._main),
            Message("assistant", draft),
            Message("user", judgement.repair_request()),
        ]
        try:
            caption = await requests.send(turns, partial(self._read_caption, name=self._main), retries=0)
        except ItemError:
            return None
        second = judge(caption, picture)
        return (caption, second) if second.rank > judgement.rank else None

    def _read_caption(self, reply: Reply, name: str) -> str:
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


class _Requests:
    """Sends the requests for one picture, and adds up what they cost."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.usage = Usage()
        self.seconds = 0.0
        self.model = endpoint.model

    async def send(
        self,
        messages: Sequence[Message],
        accept: Callable[[Reply], Result],
        *,
        extra_fields: Mapping[str, object] | None = None,
        retries: int | None = None,
    ) -> Result:
        """The result of `Endpoint.ask`; its cost is added."""
        answer = await self._endpoint.ask(messages, accept, retries=retries, extra_fields=extra_fields)
        self.usage += answer.usage
        self.seconds += answer.seconds
        self.model = answer.model
        return answer.result


def first_request(messages: Sequence[Message], settings: InterpreterSettings) -> Sequence[Message]:
    """What the model is sent first: the messages of the template, and which variants are wanted."""
    wanted = _written_variants(settings)
    if len(wanted) > 1:
        return _with_request(messages, variants.request_for(wanted))
    return _request_for_one(messages, wanted[0]) if wanted else messages


def _written_variants(settings: InterpreterSettings) -> list[str]:
    """The variants that a model writes."""
    return [name for name in settings.variants if name != variants.TAGS]


def _request_for_one(messages: Sequence[Message], name: str) -> Sequence[Message]:
    if name == CAPTION:
        return messages
    return _with_request(messages, variants.request_for_one(name))


def _with_request(messages: Sequence[Message], request: str) -> list[Message]:
    """The messages with a request at their end, so that all before it is the same for every variant."""
    return [*messages[:-1], replace(messages[-1], text=f"{messages[-1].text}\n\n{request}")]
