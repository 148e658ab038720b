"""HTTP requests to one server: what is sent, what comes back, and what can go wrong."""

from __future__ import annotations

import asyncio
import json
import math
import ssl
import sys
from collections.abc import Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin

import aiohttp
from pydantic import BaseModel

from config import VERSION, proxy_for
from limits import LARGEST_ANSWER, refuse_many_values
from llm import protocol, trouble
from llm.protocol import ChatCompletion, Facts, ModelList, Properties, TokenList
from llm.trouble import Trouble
from settings import EndpointSettings

# In seconds, for what servers answer at once: lists, properties, counts.
_MAX_QUERY_TIME = 10.0
# Seconds that an unused connection stays open; many servers close theirs after five.
_KEEP_ALIVE = 5.0
Form = TypeVar("Form", bound=BaseModel)


class _TooLargeError(Exception):
    """An answer is larger than any that this program asks for."""


class _Response(NamedTuple):
    """What a server answered; the names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Client:
    """Sends requests to the server at `url`, each once. The connection is opened by the first request."""

    def __init__(self, url: str, settings: EndpointSettings) -> None:
        self._url = url
        self._settings = settings
        self._secrets = trouble.secrets_in(settings)
        self._session: aiohttp.ClientSession | None = None
        self._proxy = proxy_for(url)

    async def complete(self, body: bytes, model: str) -> ChatCompletion | Trouble:
        """Send the body of a chat request; `model` is named if the server does not know it."""
        try:
            response = await self._send("POST", f"{self._url}/chat/completions", body, self._settings.timeout)
        except asyncio.TimeoutError:
            return trouble.of_deadline(self._url, self._settings.timeout)
        except _TooLargeError as error:
            return trouble.of_size(self._url, str(error))
        except aiohttp.ClientResponseError as error:
            # What is no HTTP at all.
            return trouble.of_answer(self._url, self.masked(error.message))
        except aiohttp.ClientError as error:
            return trouble.of_connection(self._url, _innermost(error))
        if not response.is_success:
            headers = {name: self.masked(text) for name, text in response.headers.items()}
            said = self.masked(response.body.decode("utf-8", "replace"))
            return trouble.of_status(self._url, model, response.status, headers, said)
        completion = protocol.read(ChatCompletion, response.body)
        if completion is None:
            return trouble.of_answer(self._url, self.masked(response.body.decode("utf-8", "replace")))
        return completion

    async def models(self) -> list[str]:
        """The models that the server lists; none if it does not answer with a list in time."""
        return (await self._query(ModelList, "models") or ModelList()).names

    async def facts(self, model: str) -> Facts:
        """What the server tells about itself and a model."""
        listing = await self._query(ModelList, "models") or ModelList()
        is_llama_cpp = listing.row(model).is_of_llama_cpp
        properties = await self._query(Properties, "../props") if is_llama_cpp else None
        return protocol.facts(listing, model, properties or Properties())

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens a text has for the model, if the server counts them, as llama.cpp does."""
        found = await self._query(TokenList, "../tokenize", json.dumps({"content": text}).encode())
        return len(found.tokens) if found and found.tokens else None

    async def _query(self, form: type[Form], place: str, body: bytes | None = None) -> Form | None:
        """What the server answers at `place`, relative to its url; None if that is nothing in this form."""
        method, longest = "GET" if body is None else "POST", min(_MAX_QUERY_TIME, self._settings.timeout)
        try:
            response = await self._send(method, urljoin(f"{self._url}/", place), body, longest)
        except (asyncio.TimeoutError, _TooLargeError, aiohttp.ClientError):
            return None
        return protocol.read(form, response.body) if response.is_success else None

    async def _send(self, method: str, url: str, body: bytes | None, longest: float) -> _Response:
        """Send a request and read its answer as it comes, in `longest` seconds.

        Raises _TooLargeError once it is too large, unpacked: 2 MB of gzip may unpack to gigabytes. Raises
        aiohttp.ClientError, and asyncio.TimeoutError.
        """
        if self._session is None:
            self._session = self._open()
        # By default the library rounds longer times up to whole seconds.
        timeout = aiohttp.ClientTimeout(total=longest, ceil_threshold=math.inf)
        answer, read = bytearray(), 0
        async with self._session.request(
            method,
            url,
            data=body,
            timeout=timeout,
            proxy=self._proxy,
            # A redirect could carry the key to another host.
            allow_redirects=False,
        ) as response:
            # The library unpacks a quarter of a megabyte at most for each of these pieces.
            async for piece in response.content.iter_any():
                read += len(piece)
                if read > LARGEST_ANSWER:
                    # The traceback of the error keeps this function's variables for a while.
                    answer.clear()
                    raise _TooLargeError(f"more than {LARGEST_ANSWER // 1_000_000} MB")
                answer += piece
            headers = {name.lower(): text for name, text in response.headers.items()}
        try:
            refuse_many_values(answer)
        except ValueError as error:
            answer.clear()
            raise _TooLargeError(str(error)) from error
        return _Response(response.status, headers, bytes(answer))

    def masked(self, said: str) -> str:
        """What a server said, without any key or header that it sent back."""
        return trouble.without_secrets(said, self._secrets)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        """Requests have the headers of the settings, and none that tell of this computer."""
        headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": f"Tagscribe/{VERSION}",
            **{name.lower(): str(value) for name, value in self._settings.headers.items()},
        }
        if key := self._settings.api_key.get_secret_value():
            headers.setdefault("authorization", f"Bearer {key}")
        # How many requests are in flight is for `Concurrency` to say, so the library sets no limit.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE, ssl=_certificates(self._url))
        return aiohttp.ClientSession(connector=connector, headers=headers)


def _certificates(url: str) -> ssl.SSLContext | bool:
    """Whom to trust for https; True is what Python finds by itself, which on Windows and macOS is little."""
    if url.startswith("https") and sys.platform in ("win32", "darwin"):
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return True


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
