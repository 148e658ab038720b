"""One chat request, text or picture, with retry, deadline and usage."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import openai
import orjson

from errors import ItemError, StageError, UserError
from llm import trouble
from llm.concurrency import Concurrency
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
    _client: openai.AsyncOpenAI | None = None
    _knocking: asyncio.Event | None = None
    _answered: bool = False

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
        while True:
            outcome = await self._send(body)
            if isinstance(outcome, Reply):
                self.usage.add(outcome)
                return outcome
            await asyncio.sleep(self._pause(outcome, patience))

    async def models(self) -> list[str]:
        """The models that the server lists; none where it does not answer with a list."""
        try:
            page = await self._open().with_options(timeout=10).models.list()
            return [model.id for model in page.data]
        except (openai.OpenAIError, ValueError, TypeError, AttributeError):
            return []

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

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
            raise ItemError(seen.reason, seen.sentence)
        return wait

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
        until = time.monotonic() + self.settings.wait_for_server
        try:
            while time.monotonic() < until:
                self.on_wait(f"{self.url} is away, waiting {until - time.monotonic():.0f} s more")
                await asyncio.sleep(_KNOCK_EVERY)
                outcome = await self._try(body)
                if isinstance(outcome, Reply) or outcome.kind != "gone":
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
        outcome = await self._request(body)
        seconds = time.monotonic() - started
        if isinstance(outcome, Trouble):
            self.concurrency.observe(seconds, ok=False)
            return _without_secrets(outcome, self.settings)
        self.concurrency.observe(seconds, ok=True)
        self._answered = True
        return _reply(self.url, self.model, outcome, seconds)

    async def _request(self, body: bytes) -> object:
        """The JSON of the answer, or the trouble."""
        try:
            return await asyncio.wait_for(self._post(body), self.settings.timeout)
        except asyncio.TimeoutError:
            return trouble.of_deadline(self.url, self.settings.timeout)
        except openai.APIStatusError as error:
            headers = {name.lower(): value for name, value in error.response.headers.items()}
            return trouble.of_status(self.url, self.model, error.status_code, headers, error.response.text)
        except openai.APIConnectionError as error:
            return trouble.of_connection(self.url, _innermost(error))
        except (openai.OpenAIError, ValueError) as error:
            # The SDK lets a success with broken JSON through as a bare ValueError.
            return trouble.of_answer(self.url, str(error))

    async def _post(self, body: bytes) -> object:
        return await self._open().post("/chat/completions", content=body, cast_to=object)

    def _open(self) -> openai.AsyncOpenAI:
        if self._client is None:
            self._client = _client(self.url, self.settings)
        return self._client

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
        return orjson.dumps({**fields, **further, **chosen.extra_body})


def _client(url: str, settings: EndpointSettings) -> openai.AsyncOpenAI:
    # What the environment says of OpenAI's own accounts is not for other hosts.
    headers: dict[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
    headers.update((name, str(value)) for name, value in settings.headers.items())
    return openai.AsyncOpenAI(
        base_url=url,
        # The SDK wants a key; servers that need none pass over it.
        api_key=settings.api_key.get_secret_value() or "none",
        default_headers=headers,
        max_retries=0,
        timeout=settings.timeout,
        http_client=openai.DefaultAioHttpClient(
            # A redirect could carry the key to another host.
            follow_redirects=False,
            # Proxies of the environment are for hosts beyond this computer.
            trust_env=not is_loopback(url),
        ),
    )


def is_loopback(url: str) -> bool:
    """Whether an address is on this computer."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _innermost(error: BaseException) -> BaseException:
    """The first cause of a chain; one of the system's own errors where the chain holds one."""
    seen = error
    while True:
        system = getattr(seen, "os_error", None)
        if isinstance(system, BaseException):
            return system
        following = seen.__cause__ or seen.__context__
        if following is None:
            return seen
        seen = following


def _without_secrets(seen: Trouble, settings: EndpointSettings) -> Trouble:
    """A server may send back what it was sent; the key stays out of every message all the same."""
    secrets = [settings.api_key.get_secret_value(), *(str(value) for value in settings.headers.values())]
    sentence = seen.sentence
    for secret in secrets:
        if len(secret) >= 4:
            sentence = sentence.replace(secret, "[secret]")
    return Trouble(seen.kind, seen.reason, sentence, seen.retry_after)


def _reply(url: str, model: str, body: object, seconds: float) -> Reply | Trouble:
    """The reply in the JSON of a chat completion, or the trouble where it is none."""
    try:
        choice = body["choices"][0]  # type: ignore[index]
        message = choice["message"]
        text = message.get("content")
        usage = body.get("usage") or {}  # type: ignore[attr-defined]
        details = usage.get("prompt_tokens_details") or {}
        if not (text is None or isinstance(text, str)):
            return trouble.of_answer(url, body)
        return Reply(
            text=text,
            finish_reason=choice.get("finish_reason"),
            model=str(body.get("model") or model),  # type: ignore[attr-defined]
            prompt_tokens=int(usage.get("prompt_tokens") or 0),
            cached_tokens=int(details.get("cached_tokens") or 0),
            completion_tokens=int(usage.get("completion_tokens") or 0),
            seconds=seconds,
        )
    except (LookupError, TypeError, AttributeError, ValueError):
        return trouble.of_answer(url, body)
