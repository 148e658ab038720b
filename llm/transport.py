"""HTTP to one server through the SDK of OpenAI: what arrives is an answer or raises TransportError.

The SDK reads and parses whatever comes, and lets some errors of its own transport through. Here each answer
is read as it comes, is bounded in size, and is handed on as UTF-8.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import openai

from addresses import is_here
from config import VERSION
from limits import LARGEST_ANSWER, MOST_JSON_VALUES, most_values_in
from settings import EndpointSettings

# Encodings that servers declare. Others that Python knows are no encodings of texts, or slow ones.
_CHARSET = re.compile(
    r"charset=\"?((?:iso-?8859|latin|windows-|cp|gb|big5|shift|euc-|koi8|utf-?16|utf-?32)[\w-]*)",
    re.IGNORECASE,
)
_IS_UTF8 = re.compile(r"\A[^;]*(?:;\s*charset=\"?utf-?8\"?\s*)?\Z", re.IGNORECASE)
# The rest of an answer waits on the disk until it is whole, as many may arrive at once.
_MOST_IN_MEMORY = 1_000_000
_OF_THE_PACKING = (b"content-encoding", b"content-length", b"content-type", b"transfer-encoding")
# How the parser of HTTP says that there is no status line at all. JSON in its place is the rest of an answer
# that is longer than it says.
_NO_STATUS_LINE = re.compile(r"Expected HTTP/[^:]*:\s*b['\"](?!\{)")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer with any status; names of headers are in lower case, and a text in the body is UTF-8."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportError(Exception):
    """A request that got no answer which can be read; the chain of causes says why."""


class BrokenHttpError(TransportError):
    """What arrived is no HTTP message, or a broken one; `speaks_http` is False if it is none at all."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.speaks_http = _NO_STATUS_LINE.search(said) is None


class TooLargeError(TransportError):
    """An answer is larger than any that this program asks for; the message is its size."""


class Transport:
    """Sends requests to one server, each once. The connection is opened by the first of them."""

    def __init__(self, url: str, settings: EndpointSettings) -> None:
        self._sdk = _Sdk(url, settings)

    async def get(self, url: str) -> HttpAnswer:
        """The answer to a GET request; `url` is absolute, or relative to that of the server."""
        whole = openai.HttpxBinaryResponseContent
        return await self._answer(self._sdk.get(url, cast_to=whole, options=self._sdk.plain))

    async def post(self, url: str, content: bytes) -> HttpAnswer:
        """The answer to a POST request with this JSON text."""
        return await self._answer(
            self._sdk.post(url, content=content, cast_to=bytes, options=self._sdk.plain)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._sdk.close()

    async def _answer(self, request: Any) -> HttpAnswer:  # noqa: ANN401 - an awaitable of the SDK
        try:
            answer = await request
            if isinstance(answer, bytes):
                # The headers of a completion are not needed.
                return HttpAnswer(200, {}, answer)
            return _whole(answer.response)
        except openai.APIStatusError as error:
            return _whole(error.response)
        except _UnreadableError as error:
            raise error.meaning from error
        except openai.OpenAIError as error:
            raise TransportError from error


def _whole(response: Any) -> HttpAnswer:  # noqa: ANN401 - a type of the SDK's own HTTP library
    headers = {name.lower(): text for name, text in response.headers.items()}
    return HttpAnswer(response.status_code, headers, response.content)


class _UnreadableError(openai.OpenAIError):
    """Carries the error of an answer that cannot be read through the SDK, which wraps or changes others."""

    def __init__(self, meaning: TransportError) -> None:
        super().__init__(str(meaning))
        self.meaning = meaning


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
        # A request without its body for each address that something was sent to.
        self._bare: dict[str, Any] = {}
        super().__init__(
            base_url=url,
            # The SDK insists on a key, but only the headers above are sent.
            api_key="none",
            max_retries=0,
            timeout=settings.timeout,
            http_client=_BoundedClient(
                # A cookie would be sent back as a header that the settings do not name, valid or not.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                # A redirect could carry the key to another host.
                follow_redirects=False,
                # The proxies in the environment are meant for other hosts than this computer.
                trust_env=not is_here(url),
                verify=_certificates(url),
            ),
        )

    @property
    def default_headers(self) -> dict[str, str | openai.Omit]:
        """The headers of every request."""
        return {**self._ours}

    def _build_request(self, options: Any, **further: Any) -> Any:  # noqa: ANN401 - types of the SDK's own HTTP library
        """The request that the SDK makes, which differs from those before it by its body alone.

        The SDK makes address and headers anew each time, which is a third of its work. A version of it that
        no longer calls this sends the same requests.
        """
        if options.content is None:
            return super()._build_request(options, **further)
        bare = self._bare.get(options.url)
        if bare is None:
            bare = super()._build_request(options.model_copy(update={"content": b""}), **further)
            bare.headers.pop("content-length", None)
            self._bare[options.url] = bare
        made: Any = type(bare)
        return made(
            bare.method,
            bare.url,
            headers=bare.headers,
            content=options.content,
            extensions=bare.extensions,
        )


def _certificates(url: str) -> SSLContext | bool:
    """Which certificates are trusted: True for those of this computer.

    Reading these takes 40 ms. A server here that speaks plain HTTP needs none, and nothing else is reached
    through its client, which knows no proxy and follows no redirect: so none is trusted.
    """
    return SSLContext(PROTOCOL_TLS_CLIENT) if is_here(url) and urlsplit(url).scheme == "http" else True


class _BoundedClient(openai.DefaultAioHttpClient):
    """Reads each answer as it comes, and stops where it is too large once it is unpacked.

    The SDK itself reads and parses whatever comes: 2 MB of gzip may unpack to gigabytes.
    """

    async def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401 - types of the SDK's own HTTP library
        """Send a request and read its answer; raises _UnreadableError where that cannot be read."""
        try:
            response = await super().send(request, **{**options, "stream": True})
        except aiohttp.ClientResponseError as error:
            raise _UnreadableError(BrokenHttpError(error.message)) from error
        except (aiohttp.ClientError, ValueError) as error:
            # The library knows none of these of its transport, such as a status line that is no ASCII. Its
            # frames hold the answer, whose connection is given back as soon as nothing does.
            traceback.clear_frames(error.__traceback__)
            raise _UnreadableError(BrokenHttpError(str(error))) from error
        try:
            if _is_plain_and_small(response):
                # The usual answer: it has the length in its header, and its bytes are taken as they are.
                await response.aread()
                return response
            body = await _read(response)
        finally:
            # Where reading fails or takes too long, the connection would stay open otherwise.
            await response.aclose()
        content = _as_utf8(body, response.headers.get("content-type", ""))
        # Without the headers that say how the body was packed and encoded.
        headers = [pair for pair in response.headers.raw if pair[0].lower() not in _OF_THE_PACKING]
        return type(response)(response.status_code, headers=headers, content=content, request=request)


async def _read(response: Any) -> bytes:  # noqa: ANN401 - see above
    """The unpacked body of an answer; raises _UnreadableError where it is too large."""
    values = 0
    with SpooledTemporaryFile(_MOST_IN_MEMORY) as body:
        # The library unpacks at most a megabyte for each of these pieces.
        async for piece in response.aiter_bytes():
            values += most_values_in(piece)
            try:
                body.write(piece)
            except OSError as error:
                raise _too_large(f"{body.tell():,} bytes and more, which the disk cannot hold") from error
            if body.tell() > LARGEST_ANSWER:
                raise _too_large(f"more than {LARGEST_ANSWER // 1_000_000} MB")
            if values > MOST_JSON_VALUES:
                raise _too_large(f"more than {MOST_JSON_VALUES:,} values")
        body.seek(0)
        return body.read()


def _too_large(size: str) -> _UnreadableError:
    return _UnreadableError(TooLargeError(size))


def _is_plain_and_small(response: Any) -> bool:  # noqa: ANN401 - see above
    """Whether an answer is a success, not packed, UTF-8, and too short to hold too many values."""
    length, headers = response.headers.get("content-length", ""), response.headers
    if "content-encoding" in headers or "transfer-encoding" in headers or not response.is_success:
        return False
    if _IS_UTF8.match(headers.get("content-type", "")) is None:
        return False
    return length.isascii() and length.isdecimal() and len(length) < 8 and int(length) <= MOST_JSON_VALUES


def _as_utf8(body: bytes, content_type: str) -> bytes:
    """The body as UTF-8. What its bytes show counts more than what is declared, which is often a default."""
    encoding = json.detect_encoding(body)
    try:
        text = body.decode(encoding)
    except UnicodeError:
        declared = _CHARSET.search(content_type)
        if declared is None:
            return body
        try:
            text = body.decode(declared[1], "replace")
        except LookupError:
            return body
    return body if encoding == "utf-8" and text.isascii() else text.encode("utf-8", "replace")
