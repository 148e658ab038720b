"""One chat request, text or picture, with retry, deadline and usage."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from errors import StageError, UserError
from events import happened
from llm import trouble
from llm.concurrency import Concurrency
from llm.connection import NO_SUCH_FORM, Connection
from llm.line import Line
from llm.prompts import Message
from llm.trouble import Trouble
from llm.usage import Reply, Usage
from settings import EndpointSettings

_log = logging.getLogger(__name__)

# Waits between tries, in seconds: doubled each time, up to the longest, and shaken by up to a half
# so that requests which failed together do not come back together.
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 20.0
_KNOCK_EVERY = 1.0
# A busy server may be asked this often beyond `retries`, as long as the waits fit in `wait_for_server`.
_BUSY_TRIES = 20
# A service that asks for a longer pause than this has run dry for today.
_LONGEST_RETRY_AFTER = 600.0


@dataclass(slots=True)
class _Patience:
    """How often one request has been tried, how long it has waited, and what went wrong last."""

    settings: EndpointSettings
    tries: int = 0
    busy: int = 0
    waited: float = 0.0
    last: Trouble | None = None

    def wait(self, seen: Trouble) -> float | None:
        """Seconds until the next try, or None when there should be none."""
        repeated, self.last = self.last == seen, seen
        if not (self._busy_allows() if seen.kind == "busy" else self._allows(seen, repeated)):
            return None
        if seen.retry_after is not None:
            return seen.retry_after
        doubled = _FIRST_WAIT * 2.0 ** (self.tries + self.busy - 1)
        wait = min(doubled, _LONGEST_WAIT) * random.uniform(1.0, 1.5)  # noqa: S311 - spreads load only
        self.waited += wait
        return wait

    def _busy_allows(self) -> bool:
        self.busy += 1
        return (
            self.busy <= self.settings.retries + _BUSY_TRIES and self.waited < self.settings.wait_for_server
        )

    def _allows(self, seen: Trouble, repeated: bool) -> bool:
        self.tries += 1
        # A server that fails twice in the very same way fails on this request.
        if seen.kind == "refused" or (seen.kind == "broken" and repeated):
            return False
        return self.tries <= (min(self.settings.retries, 1) if seen.kind == "slow" else self.settings.retries)


@dataclass(slots=True)
class Endpoint:
    """An OpenAI-compatible server and one of its models.

    `program` is the name of the server where it is known. `on_wait` is told a few words while the
    server is away, and "" when it is back.
    """

    settings: EndpointSettings
    url: str
    model: str
    concurrency: Concurrency
    program: str = ""
    on_wait: Callable[[str], None] = lambda words: None
    usage: Usage = field(default_factory=Usage)
    connection: Connection = field(init=False)
    _knocking: asyncio.Event | None = None
    _answered: bool = False
    _line: Line = field(default_factory=Line)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Know the way to the server; nothing is sent yet."""
        self.connection = Connection(self.url, self.settings)

    async def complete(
        self, messages: Sequence[Message], *, attempt: int = 0, further: Mapping[str, object] | None = None
    ) -> Reply:
        """Ask once, and again where that can help.

        `attempt` counts how often the same was asked and the answer not accepted: another seed is sent
        each time. `further` are fields of the request beside those of the settings. Raises ItemError
        when this request failed, UserError or StageError when no other can succeed.
        """
        body = self._body(messages, attempt, further or {})
        patience = _Patience(self.settings)
        await self._line.pass_by()
        outcome = await self._send(body)
        while isinstance(outcome, Trouble):
            wait = self._pause(outcome, patience)
            if outcome.is_for_number:
                outcome = await self._line.again(
                    wait, lambda: self._send(body), lambda seen: self._pause_in_line(seen, patience)
                )
            else:
                await asyncio.sleep(wait)
                outcome = await self._send(body)
        self.usage.add(outcome)
        _tell_of_answer(self, outcome)
        # One answer a turn of the event loop is read: of many that come at once, each makes room for a new
        # request before the next one is looked at.
        async with self._reading:
            await asyncio.sleep(0)
        return outcome

    async def close(self) -> None:
        """Let go of the connections."""
        await self.connection.close()

    def _pause(self, seen: Trouble, patience: _Patience) -> float:
        """Seconds to wait before the next try; raises when there should be none."""
        _log.debug("%s", seen.sentence)
        if seen.kind == "hopeless":
            raise UserError(seen.sentence)
        if seen.kind == "gone":
            raise UserError(f"{seen.sentence}: start the server, or correct url in config.ini")
        if seen.retry_after is not None and seen.retry_after > _LONGEST_RETRY_AFTER:
            raise StageError(f"{seen.sentence}; it asks to come back in {seen.retry_after:.0f} seconds")
        wait = patience.wait(seen)
        if wait is None:
            raise seen.error
        happened("retry", reason=seen.reason, message=seen.sentence, wait=round(wait, 3))
        return wait

    def _pause_in_line(self, seen: Reply | Trouble, patience: _Patience) -> float | None:
        return self._pause(seen, patience) if isinstance(seen, Trouble) and seen.is_for_number else None

    async def _send(self, body: bytes) -> Reply | Trouble:
        """One try; while the server is away, one request knocks and the others wait for it."""
        while True:
            if self._knocking is not None:
                await self._knocking.wait()
            outcome = await self._try(body)
            gone = isinstance(outcome, Trouble) and outcome.kind == "gone"
            if not gone or not self._answered:
                return outcome
            if self._knocking is None:
                return await self._knock(body)

    async def _knock(self, body: bytes) -> Reply | Trouble:
        self._knocking = asyncio.Event()
        happened("server away", url=self.url)
        until = time.monotonic() + self.settings.wait_for_server
        try:
            while time.monotonic() < until:
                self.on_wait(f"{self.url} is away, waiting {until - time.monotonic():.0f} s more")
                await asyncio.sleep(_KNOCK_EVERY)
                outcome = await self._try(body)
                if isinstance(outcome, Reply) or outcome.kind != "gone":
                    happened("server back", url=self.url)
                    return outcome
        finally:
            self.on_wait("")
            self._knocking.set()
            self._knocking = None
        raise StageError(
            f"{self.url} went away and did not come back within {self.settings.wait_for_server:g} seconds: "
            "start it and run again, what is done is kept"
        )

    async def _try(self, body: bytes) -> Reply | Trouble:
        started = time.monotonic()
        outcome = await self.connection.answer_to(body, self.model)
        seconds = time.monotonic() - started
        if isinstance(outcome, Trouble):
            pushed_back = outcome.kind in ("busy", "slow")
            self.concurrency.observe(seconds, ok=False, pushed_back=pushed_back)
            if outcome.is_for_number:
                self._line.refused_after(seconds)
            return outcome
        self.concurrency.observe(seconds, ok=True)
        self._answered = True
        return self.read(outcome, seconds)

    def _body(self, messages: Sequence[Message], attempt: int, further: Mapping[str, object]) -> bytes:
        chosen = self.settings
        seed = chosen.seed if not attempt else (chosen.seed or 0) + attempt
        fields: dict[str, Any] = {
            "model": self.model,
            "messages": [message.as_json() for message in messages],
            "temperature": chosen.temperature,
            "top_p": chosen.top_p,
            "max_tokens": chosen.max_tokens,
            "seed": seed,
            "stop": list(chosen.stop) or None,
        }
        fields = {name: value for name, value in fields.items() if value is not None}
        try:
            return orjson.dumps({**fields, **further, **chosen.extra_body})
        except TypeError as error:
            raise UserError(f"no request can be written ({error}): correct seed or extra_body") from error

    def read(self, body: object, seconds: float) -> Reply | Trouble:
        """The reply in the JSON of a chat completion, or the trouble where it is none."""
        reply = _read_reply(self.model, body, seconds)
        if reply is None:
            return trouble.of_answer(self.url, self.connection.masked(_as_text(body)))
        text = None if reply.text is None else self.connection.masked(reply.text)
        return replace(reply, text=text, model=self.connection.masked(reply.model))


def _tell_of_answer(endpoint: Endpoint, reply: Reply) -> None:
    happened(
        "answer",
        url=endpoint.url,
        model=reply.model,
        finish_reason=reply.finish_reason,
        prompt_tokens=reply.prompt_tokens,
        cached_tokens=reply.cached_tokens,
        completion_tokens=reply.completion_tokens,
        seconds=round(reply.seconds, 3),
    )


def _read_reply(model: str, body: object, seconds: float) -> Reply | None:
    """The reply in the JSON of a chat completion; None where it is none."""
    try:
        choice = body["choices"][0]  # type: ignore[index]
        text, finish_reason = choice["message"].get("content"), choice.get("finish_reason")
        usage = body.get("usage") or {}  # type: ignore[attr-defined]
        details = usage.get("prompt_tokens_details") or {}
        if not (text is None or isinstance(text, str)):
            return None
        return Reply(
            text=text,
            finish_reason=finish_reason if isinstance(finish_reason, str) else None,
            model=str(body.get("model") or model),  # type: ignore[attr-defined]
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            cached_tokens=int(details.get("cached_tokens") or 0),
            completion_tokens=int(usage.get("completion_tokens") or 0),
            seconds=seconds,
        )
    except NO_SUCH_FORM:
        return None


def _as_text(body: object) -> str:
    try:
        return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)
    except RecursionError:
        return "JSON that is nested too deeply"
