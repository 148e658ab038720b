"""A server and one of its models: chat requests with text and pictures, with retries, deadline and usage."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, TypeVar

from errors import ExcludedError, ItemError, StageError, UserError
from events import happened
from llm.answers import Answer, Reply, Usage
from llm.chat_request import Dialect, body_of, fields_of_request
from llm.client import Client, Host
from llm.concurrency import Concurrency
from llm.listings import Model
from llm.notices import Notices, Sight, blind
from llm.programs import UNKNOWN
from llm.programs.base import Catalogue
from llm.prompts import Message
from llm.retries import RateLimitQueue, Retries
from llm.trouble import CRASHED, SEE_WITH, Trouble
from settings import EndpointSettings

_log = logging.getLogger(__name__)
Result = TypeVar("Result")
MaySend = Callable[[], object]
"""Raises ItemError where a request must not be sent any more."""

# Seconds between two attempts to reach a server that went away.
_PROBE_EVERY = 1.0
# Tokens, enough for a model that reasons a little before it names a colour.
_SHORT_ANSWER = 256

_NOTHING_TOLD, _NO_MODEL = Catalogue(UNKNOWN), Model("")


def always() -> None:
    """Nothing stands against sending."""


class Request(NamedTuple):
    """The fields of a request, and what is asked before it is sent."""

    fields: Mapping[str, Any]
    may_send: MaySend


@dataclass(slots=True)
class Endpoint:
    """An OpenAI-compatible server and one of its models.

    `catalogue` is what the server tells of itself, `about` what it tells of the model; `introduction` says
    where which model is asked, and why this one. A `host` is a server of this program, which is started by
    the first request and tells its url then. `on_wait` is called with a few words while the server is
    away or loads its model, and with "" when it is back. `answers_later` says that nobody answers in this run
    what is new in it.
    """

    answers_later: ClassVar[bool] = False

    settings: EndpointSettings
    url: str
    model: str
    concurrency: Concurrency
    catalogue: Catalogue = _NOTHING_TOLD
    about: Model = _NO_MODEL
    introduction: str = ""
    host: Host | None = None
    sight: Sight = field(default_factory=Sight)
    on_wait: Callable[[str], None] = lambda words: None
    usage: Usage = field(default_factory=Usage)
    client: Client = field(init=False)
    _dialect: Dialect = field(init=False)
    _notices: Notices = field(init=False)
    _has_answered: bool = False
    # While the server is away: set as soon as it is back, or is given up.
    _absence: asyncio.Event | None = None
    _rate_limit: RateLimitQueue = field(default_factory=RateLimitQueue)
    _one_by_one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """Prepare the client; nothing is sent yet."""
        self.client = Client(self.url, self.settings, self.host)
        self._dialect = Dialect(kept=self.settings.extra_body)
        may_reason = self.settings.reasoning != "off"
        self._notices = Notices(self.catalogue.program, self.about, may_reason=may_reason)

    async def ask(
        self,
        messages: Sequence[Message],
        accept: Callable[[Reply], Result],
        *,
        retries: int | None = None,
        attempt: int = 0,
        extra_fields: Mapping[str, object] | None = None,
        may_send: MaySend = always,
    ) -> Answer[Result]:
        """Ask until `accept` takes the reply, at most `retries` times more than once.

        `retries` is by default that of the settings; the first request is sent as the given `attempt`.
        `accept` raises ItemError for a reply that cannot be used; the last of these errors is raised if no
        reply was accepted. Raises what `complete` raises. `may_send` is called right before each request,
        retries included; what it raises is raised here. Before the first picture the model is shown a plain
        one: UserError is raised where it sees none.
        """
        has_picture = messages[-1].picture is not None
        if has_picture and (why := await self.blindness([message.role for message in messages])):
            raise UserError(why)
        usage, seconds = Usage(), 0.0
        most = 1 + (self.settings.retries if retries is None else retries)
        for number in range(attempt, attempt + most):
            try:
                reply = await self.complete(
                    messages, attempt=number, extra_fields=extra_fields, may_send=may_send
                )
            except ExcludedError:
                raise
            except ItemError as error:
                error.asked = not self.answers_later
                raise
            self._notices.look_at(messages, reply)
            usage += reply.usage
            seconds += reply.seconds
            try:
                return Answer(accept(reply), reply.model, usage, seconds)
            except ItemError as error:
                _log.debug("answer not accepted: %s", error)
                happened("not accepted", attempt=number, reason=error.reason, message=str(error))
                error.asked = not self.answers_later
                rejection = error
        raise rejection

    async def blindness(self, roles: Sequence[str]) -> str:
        """Why the model certainly gets no pictures in messages of these roles, "" where it may.

        It is shown a plain picture, once a run. Raises what `complete` raises, but for ItemError.
        """
        if self.about.sees is False:
            return f"{blind(self.model, self.url)}: {SEE_WITH}"
        return await self.sight.blindness(self.complete_shortly, roles)

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        attempt: int = 0,
        extra_fields: Mapping[str, object] | None = None,
        may_send: MaySend = always,
    ) -> Reply:
        """Send a chat request, again if it fails in a way that may pass, and return the reply.

        `attempt` counts the replies to the same messages that were not accepted: each time another seed and a
        little more temperature are sent. `extra_fields` go into the request beside those of the settings, but
        for those that are left empty there.
        Raises ItemError if this request failed, UserError or StageError if no other request can succeed.
        """
        reasoning = self.catalogue.program.reasoning_fields(self.settings.reasoning, self.about)
        further = {**reasoning, **(extra_fields or {})}
        fields = fields_of_request(self.settings, self.model, messages, attempt, further)
        request = Request(fields, may_send)
        retries = Retries(self.settings)
        await self._rate_limit.let_others_go_first()
        outcome = await self._send(request)
        while isinstance(outcome, Trouble):
            pause = self._pause_after(outcome, retries)
            if outcome.is_one_too_many:
                outcome = await self._rate_limit.send_again(
                    pause, lambda: self._send(request), lambda seen: self._pause_if_refused(seen, retries)
                )
            else:
                await asyncio.sleep(pause)
                outcome = await self._send(request)
        self.usage += outcome.usage
        cost = outcome.usage.cost(outcome.seconds)
        happened("answer", url=self.url, model=outcome.model, finish_reason=outcome.finish_reason, **cost)
        # Many answers may arrive at once. Only one is returned in each turn of the event loop, so that its
        # successor is sent before the next answer is checked.
        async with self._one_by_one:
            await asyncio.sleep(0)
        return outcome

    async def complete_shortly(self, messages: Sequence[Message]) -> Reply:
        """Like `complete`, for a question that a word answers. Its cost is not added to `usage`."""
        longest = min(self.settings.max_tokens or _SHORT_ANSWER, _SHORT_ANSWER)
        reply = await self.complete(messages, extra_fields={"max_tokens": longest})
        self.usage -= reply.usage
        return reply

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()

    def _pause_after(self, seen: Trouble, retries: Retries) -> float:
        """Seconds to wait before the next try; raises if there should be none."""
        _log.debug("%s", seen.sentence)
        if seen.kind == "hopeless":
            raise UserError(seen.sentence)
        if seen.kind == "gone":
            raise UserError(f"{seen.sentence}: start the server, or correct url in config.ini")
        if seen.kind == "spent":
            raise StageError(seen.sentence)
        pause = retries.pause(seen)
        if pause is None and seen.kind == "foreign" and not self._has_answered:
            raise UserError(seen.sentence)
        if pause is None:
            raise seen.item_error
        happened("retry", reason=seen.reason, message=seen.sentence, wait=round(pause, 3))
        return pause

    def _pause_if_refused(self, seen: Reply | Trouble, retries: Retries) -> float | None:
        if isinstance(seen, Trouble) and seen.is_one_too_many:
            return self._pause_after(seen, retries)
        return None

    async def _send(self, request: Request) -> Reply | Trouble:
        """Send once. If the server went away, one request probes for it while the others wait."""
        while True:
            if self._absence is not None:
                await self._absence.wait()
            outcome = await self._try(request)
            is_gone = isinstance(outcome, Trouble) and outcome.kind == "gone"
            if is_gone:
                # A server of this program that has ended does not come back.
                await self.client.ready(self.on_wait)
            if not is_gone or not self._has_answered:
                return outcome
            if self._absence is None:
                return await self._probe(request)

    async def _probe(self, request: Request) -> Reply | Trouble:
        """Send the request again and again until the server is back; raises StageError if it stays away."""
        self._absence = asyncio.Event()
        happened("server away", url=self.url)
        until = time.monotonic() + self.settings.wait_for_server
        try:
            while time.monotonic() < until:
                self.on_wait(f"{self.url} is away, waiting {until - time.monotonic():.0f} s more")
                await asyncio.sleep(_PROBE_EVERY)
                outcome = await self._try(request)
                if isinstance(outcome, Reply) or outcome.kind != "gone":
                    happened("server back", url=self.url)
                    return outcome
        finally:
            self.on_wait("")
            self._absence.set()
            self._absence = None
        raise StageError(
            f"{self.url} went away and did not come back within {self.settings.wait_for_server:g} seconds: "
            "start it and run again, what is done is kept"
        )

    async def _send_adapted(self, request: Request) -> Reply | Trouble:
        """Send once, and again in another form as long as the server refuses something that can be mended."""
        while True:
            request.may_send()
            sent = self._dialect.adapted(request.fields)
            outcome = await self.client.complete(body_of(sent), self.model)
            if isinstance(outcome, Reply):
                return outcome
            # Other requests may have met the same refusal meanwhile.
            if self._dialect.adapted(request.fields) == sent:
                learnt = self._dialect.learn(outcome, sent)
                if not learnt:
                    return outcome
                _log.warning("%s %s", self.url, learnt)
                happened("form of requests", url=self.url, change=learnt)

    async def _try(self, request: Request) -> Reply | Trouble:
        self.url = await self.client.ready(self.on_wait)
        started = time.monotonic()
        outcome = await self._send_adapted(request)
        seconds = time.monotonic() - started
        if isinstance(outcome, Trouble):
            pushed_back = outcome.kind in ("busy", "slow") or outcome.is_one_too_many
            self.concurrency.observe(seconds, ok=False, pushed_back=pushed_back)
            if outcome.is_one_too_many:
                self._rate_limit.refused_after(seconds)
            if outcome.reason == CRASHED and self.concurrency.lower_after_crash(seconds):
                self._notices.crashed(self.model, self.concurrency.limit)
            return outcome
        self.concurrency.observe(seconds, ok=True)
        self._has_answered = True
        text = None if outcome.text is None else self.client.masked(outcome.text)
        model = self.catalogue.answering(self.model, self.client.masked(outcome.model))
        return outcome._replace(text=text, model=model, seconds=seconds)
