"""HTTP requests to one server: what is sent, what comes back, and what can go wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol
from urllib.parse import urljoin

import aiohttp
import orjson

from limits import read_json
from llm import trouble
from llm.answers import Reply
from llm.completions import read_completion
from llm.listings import rows
from llm.server_errors import ServerError
from llm.transport import TooLargeError, open_session, text_of
from llm.trouble import Trouble
from settings import EndpointSettings

# In seconds, for what servers answer at once: lists, properties, counts.
_MAX_QUERY_TIME = 10.0
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "content-type": "application/json",
}
# Errors of connections and of bodies that end early. Others are those of an answer that is no good HTTP.
_NO_ANSWER = (
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,
    aiohttp.InvalidURL,
)
# How the parser of HTTP says that there is no status line at all. JSON in its place is the rest of an answer
# that is longer than it says.
_NO_STATUS_LINE = re.compile(r"Expected HTTP/[^:]*:\s*b['\"](?!\{)")


class HttpAnswer(NamedTuple):
    """An answer with any status; its headers are found by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


class Reached(NamedTuple):
    """The HTTP status of an answer, None if there was none in time, its headers, and its JSON if it has any.

    Headers are found by their names in lower case. `busy` is what a server said that refused for now.
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
        self._session: aiohttp.ClientSession | None = None

    async def ready(self, on_wait: Callable[[str], None] = lambda words: None) -> str:
        """Have the server started, if it is one of this program; its url. Raises UserError and StageError."""
        if self._host is not None and (url := await self._host.url(on_wait)) != self._url:
            await self.close()
            self._url = url
        return self._url

    async def complete(self, body: bytes, model: str) -> Reply | Trouble:
        """Send the body of a chat request; `model` is named if the server does not know it."""
        answer = await self._ask(f"{self._url.rstrip('/')}/chat/completions", self._settings.timeout, body)
        return answer if isinstance(answer, Trouble) else self._outcome(answer, model)

    async def _ask(self, url: str, seconds: float, content: bytes | None) -> HttpAnswer | Trouble:
        """The answer to a POST request with this JSON text, or to a GET request without one."""
        if self._session is None:
            # Each request has a deadline of its own.
            self._session = open_session(self._url, self._settings, _HEADERS, aiohttp.ClientTimeout())
        method, timeout = "GET" if content is None else "POST", aiohttp.ClientTimeout(total=seconds)
        try:
            # A redirect could carry the key to another host.
            async with self._session.request(
                method, url, data=content, timeout=timeout, allow_redirects=False
            ) as response:
                return HttpAnswer(response.status, response.headers, await text_of(response))
        except TooLargeError as error:
            remedy = "see what runs at this address"
            sentence = f"{self._url} sent an answer of {error}, which no caption has: {remedy}"
            return Trouble("broken", "answer too large", sentence)
        except aiohttp.ClientHttpProxyError as error:
            refusal = f"{error.status} ({trouble.excerpt(self.masked(error.message))})"
            remedy = "see HTTPS_PROXY, or ask whoever runs the proxy"
            sentence = f"the proxy on the way to {self._url} answered {refusal}: {remedy}"
            return Trouble("flaky", "connection lost", sentence)
        except (*_NO_ANSWER, OSError, asyncio.TimeoutError) as error:
            # Since Python 3.11 the deadline raises an OSError without a number.
            if isinstance(error, asyncio.TimeoutError) and not error.args:
                longer = f"{self._url} took longer than {seconds:g} seconds"
                return Trouble("slow", "timeout", f"{longer}; raise timeout if it needs that")
            return trouble.of_connection(self._url, _innermost(error))
        except aiohttp.ClientResponseError as error:
            return self._of_broken_http(error.message)
        except (aiohttp.ClientError, ValueError) as error:
            # Such as a status line that is no ASCII.
            return self._of_broken_http(str(error))

    def _outcome(self, answer: HttpAnswer, model: str) -> Reply | Trouble:
        """What an answer to a chat request holds."""
        if answer.status != 200:
            return trouble.of_status(
                self._url, model, answer.status, answer.headers, answer.text, self._secrets
            )
        reply = read_completion(answer.text)
        if isinstance(reply, Reply):
            return reply
        if isinstance(reply, ServerError):
            return trouble.of_error(self._url, model, reply.status, {}, reply, self._secrets)
        no_completion = f"{self._url} answered with something that is no chat completion"
        said = trouble.excerpt(self.masked(answer.text))
        return Trouble("flaky", "no completion", f"{no_completion}: {said}")

    def _of_broken_http(self, said: str) -> Trouble:
        """What arrived is no HTTP message, or a broken one."""
        if _NO_STATUS_LINE.search(said) is None:
            quoted = trouble.excerpt(self.masked(said)[:80])
            sentence = (
                f"{self._url} answered with broken HTTP ({quoted}): see what server or proxy stands there"
            )
            return Trouble("flaky", "broken HTTP", sentence)
        remedy = "correct url in config.ini, or start the model server there"
        return Trouble("foreign", "no HTTP", f"what answers at {self._url} speaks no HTTP: {remedy}")

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
        seconds = min(_MAX_QUERY_TIME, self._settings.timeout)
        answer = await self._ask(urljoin(f"{self._url}/", place), seconds, content)
        if isinstance(answer, Trouble):
            return Reached()
        if answer.status != 200:
            refused = trouble.of_status(self._url, "", answer.status, answer.headers, "", self._secrets)
            busy = refused if refused.kind == "busy" else None
            return Reached(answer.status, headers=answer.headers, busy=busy)
        try:
            return Reached(200, read_json(answer.text), answer.headers)
        except ValueError:
            return Reached(200, None, answer.headers)

    def masked(self, said: str) -> str:
        """What a server said, without any key or header that it sent back."""
        return trouble.without_secrets(said, self._secrets)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None


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
