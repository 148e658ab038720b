"""HTTP requests to one server: what is sent, what comes back, and what can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol
from urllib.parse import urljoin

import orjson

from limits import read_json
from llm import trouble
from llm.answers import Reply
from llm.completions import read_completion
from llm.listings import rows
from llm.server_errors import ServerError
from llm.transport import BrokenHttpError, HttpAnswer, TooLargeError, Transport, TransportError
from llm.trouble import Trouble
from settings import EndpointSettings

# In seconds, for what servers answer at once: lists, properties, counts.
_MAX_QUERY_TIME = 10.0


class Reached(NamedTuple):
    """The HTTP status of an answer, None if there was none in time, its headers, and its JSON if it has any.

    Names of headers are in lower case. `busy` is set where the server refused for now: what it said of that.
    """

    status: int | None = None
    json: object = None
    headers: Mapping[str, str] = MappingProxyType({})
    busy: Trouble | None = None


class Host(Protocol):
    """A server of this program, which is started when it is first asked."""

    async def url(self, on_wait: Callable[[str], None]) -> str:
        """Where it answers, once it does; raises UserError and StageError where it does not."""

    @property
    def faster_with(self) -> str:
        """The command that has a graphics card used which lies idle; "" where there seems to be none."""


class Client:
    """Sends requests to the server at `url`, each once. The connection is opened by the first request.

    With a `host` the url is where that answers.
    """

    def __init__(self, url: str, settings: EndpointSettings, host: Host | None = None) -> None:
        self._url = url
        self._host = host
        self._settings = settings
        self._secrets = trouble.secrets_in(settings)
        self._transport: Transport | None = None

    async def ready(self, on_wait: Callable[[str], None] = lambda words: None) -> str:
        """Have the server started, if it is one of this program; its url. Raises UserError and StageError."""
        if self._host is not None and (url := await self._host.url(on_wait)) != self._url:
            await self.close()
            self._url = url
        return self._url

    async def complete(self, body: bytes, model: str) -> Reply | Trouble:
        """Send the body of a chat request; `model` is named if the server does not know it."""
        # The whole address, as the SDK would parse and join it anew for each request.
        request = self._open().ask(f"{self._url.rstrip('/')}/chat/completions", body)
        try:
            answer = await asyncio.wait_for(request, self._settings.timeout)
        except asyncio.TimeoutError:
            longer = f"{self._url} took longer than {self._settings.timeout:g} seconds"
            return Trouble("slow", "timeout", f"{longer}; raise timeout if it needs that")
        except TransportError as error:
            return self._of_transport(error)
        return self._outcome(answer, model)

    def _outcome(self, answer: HttpAnswer, model: str) -> Reply | Trouble:
        """What an answer to a chat request holds."""
        if answer.status != 200:
            headers = {name.lower(): self.masked(value) for name, value in answer.headers.items()}
            return trouble.of_status(self._url, model, answer.status, headers, self.masked(answer.text))
        reply = read_completion(answer.text)
        if isinstance(reply, Reply):
            return reply
        said = self.masked(answer.text)
        # Read once more without secrets, whatever form they have in the JSON.
        failure = None if reply is None else read_completion(said)
        if isinstance(failure, ServerError):
            return trouble.of_error(self._url, model, failure.status, {}, failure)
        no_completion = f"{self._url} answered with something that is no chat completion"
        return Trouble("flaky", "no completion", f"{no_completion}: {trouble.excerpt(said)}")

    def _of_transport(self, error: TransportError) -> Trouble:
        url = self._url
        if isinstance(error, TooLargeError):
            sentence = f"{url} sent an answer of {error}, which no caption has: see what runs at this address"
            return Trouble("broken", "answer too large", sentence)
        if not isinstance(error, BrokenHttpError):
            return trouble.of_connection(url, _innermost(error))
        if error.speaks_http:
            said = trouble.excerpt(self.masked(str(error))[:80])
            sentence = f"{url} answered with broken HTTP ({said}): see what server or proxy stands there"
            return Trouble("flaky", "broken HTTP", sentence)
        remedy = "correct url in config.ini, or start the model server there"
        return Trouble("foreign", "no HTTP", f"what answers at {url} speaks no HTTP: {remedy}")

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens a text has for the model, if the server counts them, as llama.cpp does."""
        tokens = rows(await self.look_up("../tokenize", {"content": text}), "tokens")
        return len(tokens) or None

    async def look_up(self, place: str, question: Mapping[str, object] | None = None) -> object:
        """The JSON that the server has at `place`, relative to its url; None if it has none there.

        A question is sent as JSON too.
        """
        return (await self.reach(place, question)).json

    async def reach(self, place: str, question: Mapping[str, object] | None = None) -> Reached:
        """Like `look_up`, with the status of the answer."""
        await self.ready()
        content = None if question is None else orjson.dumps(question)
        request = self._open().ask(urljoin(f"{self._url}/", place), content)
        try:
            answer = await asyncio.wait_for(request, min(_MAX_QUERY_TIME, self._settings.timeout))
            if answer.status != 200:
                refused = trouble.of_status(self._url, "", answer.status, answer.headers, "")
                busy = refused if refused.kind == "busy" else None
                return Reached(answer.status, headers=answer.headers, busy=busy)
            return Reached(200, read_json(answer.text), answer.headers)
        except ValueError:
            return Reached(200, None, answer.headers)
        except (asyncio.TimeoutError, TransportError):
            return Reached()

    def masked(self, said: str) -> str:
        """What a server said, without any key or header that it sent back."""
        return trouble.without_secrets(said, self._secrets)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def _open(self) -> Transport:
        if self._transport is None:
            self._transport = Transport(self._url, self._settings)
        return self._transport


def _innermost(error: BaseException) -> BaseException:
    """The first cause of a chain of errors, or the first error of the operating system in it."""
    seen = error
    while True:
        system = getattr(seen, "os_error", None)
        if isinstance(system, BaseException):
            return system
        following = seen.__cause__ or seen.__context__
        if following is None:
            return seen
        seen = following
