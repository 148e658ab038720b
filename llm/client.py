"""HTTP requests to one server: what is sent, what comes back, and what can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import aiohttp
import openai

from config import VERSION, is_loopback
from limits import LARGEST_ANSWER, MOST_JSON_VALUES, read_json, refuse_many_values
from llm import protocol, trouble
from llm.listings import rows
from llm.protocol import ChatCompletion
from llm.trouble import Trouble
from settings import EndpointSettings

# In seconds, for what servers answer at once: lists, properties, counts.
_MAX_QUERY_TIME = 10.0


class Reached(NamedTuple):
    """The HTTP status of an answer, None if there was none in time, and its JSON if it has any."""

    status: int | None = None
    json: object = None


class Client:
    """Sends requests to the server at `url`, each once. The connection is opened by the first request."""

    def __init__(self, url: str, settings: EndpointSettings) -> None:
        self._url = url
        self._settings = settings
        self._secrets = trouble.secrets_in(settings)
        self._sdk: _Sdk | None = None

    async def complete(self, body: bytes, model: str) -> ChatCompletion | Trouble:
        """Send the body of a chat request; `model` is named if the server does not know it."""
        sdk = self._open()
        request = sdk.post("/chat/completions", content=body, cast_to=bytes, options=sdk.plain)
        try:
            answer = await asyncio.wait_for(request, self._settings.timeout)
        except asyncio.TimeoutError:
            return trouble.of_deadline(self._url, self._settings.timeout)
        except _TooLargeError as error:
            return trouble.of_size(self._url, str(error))
        except openai.APIStatusError as error:
            headers = {name.lower(): self.masked(text) for name, text in error.response.headers.items()}
            said = self.masked(error.response.text)
            return trouble.of_status(self._url, model, error.status_code, headers, said)
        except openai.APIConnectionError as error:
            return trouble.of_connection(self._url, _innermost(error))
        except openai.OpenAIError as error:
            return trouble.of_answer(self._url, self.masked(str(error)))
        completion = protocol.read(ChatCompletion, answer)
        if completion is None:
            return trouble.of_answer(self._url, self.masked(answer.decode("utf-8", "replace")))
        return completion

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
        url, sdk = urljoin(f"{self._url}/", place), self._open()
        if question is None:
            request = sdk.get(url, cast_to=bytes, options=sdk.plain)
        else:
            request = sdk.post(url, body=question, cast_to=bytes, options=sdk.plain)
        try:
            longest = min(_MAX_QUERY_TIME, self._settings.timeout)
            return Reached(200, read_json(await asyncio.wait_for(request, longest)))
        except openai.APIStatusError as error:
            return Reached(error.status_code)
        except ValueError:
            return Reached(200)
        except (asyncio.TimeoutError, openai.OpenAIError):
            return Reached()

    def masked(self, said: str) -> str:
        """What a server said, without any key or header that it sent back."""
        return trouble.without_secrets(said, self._secrets)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        if self._sdk is not None:
            await self._sdk.close()
            self._sdk = None

    def _open(self) -> _Sdk:
        if self._sdk is None:
            self._sdk = _Sdk(self._url, self._settings)
        return self._sdk


class _Sdk(openai.AsyncOpenAI):
    """The SDK, made to send the headers of the settings and no others.

    By itself it also sends some that describe this computer, and keys that the environment holds for OpenAI.
    """

    def __init__(self, url: str, settings: EndpointSettings) -> None:
        self._ours = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": f"Tagscribe/{VERSION}",
            **{name.lower(): str(value) for name, value in settings.headers.items()},
        }
        if key := settings.api_key.get_secret_value():
            self._ours.setdefault("authorization", f"Bearer {key}")
        added = {"authorization", "x-stainless-retry-count", "x-stainless-read-timeout"} - self._ours.keys()
        # The SDK adds these headers last, unless the request itself says to omit them.
        self.plain: openai.RequestOptions = {"headers": dict.fromkeys(added, openai.Omit())}
        super().__init__(
            base_url=url,
            # The SDK insists on a key, but only the headers above are sent.
            api_key="none",
            max_retries=0,
            timeout=settings.timeout,
            http_client=_BoundedClient(
                # A redirect could carry the key to another host.
                follow_redirects=False,
                # The proxies in the environment are meant for other hosts than this computer.
                trust_env=not is_loopback(urlsplit(url).hostname or ""),
            ),
        )

    @property
    def default_headers(self) -> dict[str, str | openai.Omit]:
        """The headers of every request."""
        return {**self._ours}


class _TooLargeError(openai.OpenAIError):
    """An answer is larger than any that this program asks for."""


class _BoundedClient(openai.DefaultAioHttpClient):
    """Reads each answer as it comes, and stops where it is too large once it is unpacked.

    The SDK itself reads and parses whatever comes: 2 MB of gzip may unpack to gigabytes.
    """

    async def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401 - types of the SDK's own HTTP library
        """Send a request and read its answer; raises _TooLargeError, and OpenAIError for what is no HTTP."""
        try:
            response = await super().send(request, **{**options, "stream": True})
        except aiohttp.ClientResponseError as error:
            # What is no HTTP at all; the SDK does not know this error of its transport.
            raise openai.OpenAIError(error.message) from error
        if _is_plain_and_small(response):
            # The usual answer: it has the length that it tells, and its bytes are taken as they are.
            await response.aread()
            return response
        body = bytearray()
        try:
            # The library unpacks at most a megabyte for each of these pieces.
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    # The traceback of the error keeps this function's variables for a while.
                    body.clear()
                    raise _TooLargeError(f"more than {LARGEST_ANSWER // 1_000_000} MB")
            refuse_many_values(body)
        except ValueError as error:
            body.clear()
            raise _TooLargeError(str(error)) from error
        finally:
            await response.aclose()
        # Without the headers that say how the body was packed; a text is UTF-8, whatever encoding is named.
        headers = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name.lower() not in ("content-encoding", "content-length", "content-type", "transfer-encoding")
        ]
        return type(response)(response.status_code, headers=headers, content=bytes(body), request=request)


def _is_plain_and_small(response: Any) -> bool:  # noqa: ANN401 - see above
    """Whether an answer is a success, not packed, and told to be too short to hold too many values."""
    told, headers = response.headers.get("content-length", ""), response.headers
    if "content-encoding" in headers or "transfer-encoding" in headers or not response.is_success:
        return False
    return told.isascii() and told.isdecimal() and len(told) < 8 and int(told) <= MOST_JSON_VALUES


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
