"""HTTP to one server: what arrives is the text of an answer, bounded in size, or raises TransportError.

Nothing goes to a server that the settings do not name: no cookie, no login of a .netrc file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, get_default_verify_paths
from tempfile import SpooledTemporaryFile
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import truststore

from addresses import is_here
from config import VERSION
from limits import LARGEST_ANSWER, MOST_JSON_VALUES, most_values_in
from settings import EndpointSettings

# Encodings that servers declare. Others that Python knows are no encodings of texts, or slow ones.
_CHARSET = re.compile(
    r"charset=\"?((?:iso-?8859|latin|windows-|cp|gb|big5|shift|euc-|koi8|utf-?16|utf-?32)[\w-]*)",
    re.IGNORECASE,
)
# Some servers close a connection that nothing was asked on for five seconds.
_KEPT_OPEN = 5.0
# The rest of an answer waits on the disk until it is whole, as many may arrive at once.
_MOST_IN_MEMORY = 1_000_000
# How the parser of HTTP says that there is no status line at all. JSON in its place is the rest of an answer
# that is longer than it says.
_NO_STATUS_LINE = re.compile(r"Expected HTTP/[^:]*:\s*b['\"](?!\{)")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer with any status; its headers are found by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


class TransportError(Exception):
    """A request that got no answer which can be read; the chain of causes says why."""


# Errors of connections and of bodies that end early. Others are those of an answer that is no good HTTP.
_NO_ANSWER = (
    aiohttp.ClientConnectionError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ClientPayloadError,
    aiohttp.InvalidURL,
)


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
        headers = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
        }
        # Whoever asks has a deadline.
        self._session = open_session(url, settings, headers, aiohttp.ClientTimeout(total=None))

    async def ask(self, url: str, content: bytes | None = None) -> HttpAnswer:
        """The answer to a POST request with this JSON text, or to a GET request without one."""
        method = "GET" if content is None else "POST"
        try:
            # A redirect could carry the key to another host.
            async with self._session.request(method, url, data=content, allow_redirects=False) as response:
                body = await (response.read() if _is_plain_and_small(response) else _read(response))
                text = _text_of(body, response.headers.get("content-type", ""))
                return HttpAnswer(response.status, response.headers, text)
        except (*_NO_ANSWER, OSError) as error:
            raise TransportError from error
        except aiohttp.ClientResponseError as error:
            raise BrokenHttpError(error.message) from error
        except (aiohttp.ClientError, ValueError) as error:
            # Such as a status line that is no ASCII.
            raise BrokenHttpError(str(error)) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The unpacked body of an answer; raises TooLargeError."""
    values = 0
    with SpooledTemporaryFile(_MOST_IN_MEMORY) as body:
        # The library unpacks little more than a piece at a time.
        async for piece in response.content.iter_any():
            values += most_values_in(piece)
            try:
                body.write(piece)
            except OSError as error:
                size = f"{body.tell():,} bytes and more, which the disk cannot hold"
                raise TooLargeError(size) from error
            if body.tell() > LARGEST_ANSWER:
                raise TooLargeError(f"more than {LARGEST_ANSWER // 1_000_000} MB")
            if values > MOST_JSON_VALUES:
                raise TooLargeError(f"more than {MOST_JSON_VALUES:,} values")
        body.seek(0)
        return body.read()


def _is_plain_and_small(response: aiohttp.ClientResponse) -> bool:
    """Whether an answer is not packed, and too short to hold too many values: the usual one."""
    length, headers = response.content_length, response.headers
    if "content-encoding" in headers or "transfer-encoding" in headers:
        return False
    return length is not None and length <= MOST_JSON_VALUES


def _text_of(body: bytes, content_type: str) -> str:
    """The text of a body. What its bytes show counts more than what is declared, which is often a default."""
    try:
        return body.decode(json.detect_encoding(body))
    except UnicodeError:
        declared = _CHARSET.search(content_type)
    with suppress(LookupError):
        return body.decode(declared[1] if declared else "utf-8-sig", "replace")
    return body.decode("utf-8-sig", "replace")


def open_session(
    url: str, settings: EndpointSettings, headers: Mapping[str, str], timeout: aiohttp.ClientTimeout
) -> aiohttp.ClientSession:
    """Connections to the server at `url`; each request has the headers of the settings beside these."""
    sent = {"user-agent": f"Tagscribe/{VERSION}", **headers}
    sent |= {name.lower(): str(value) for name, value in settings.headers.items()}
    if key := settings.api_key.get_secret_value():
        sent.setdefault("authorization", f"Bearer {key}")
    return aiohttp.ClientSession(
        headers=sent,
        # A cookie would be sent back as a header that the settings do not name.
        cookie_jar=aiohttp.DummyCookieJar(),
        # The slots of the server bound how many requests are in flight.
        connector=aiohttp.TCPConnector(ssl=_certificates(), limit=0, keepalive_timeout=_KEPT_OPEN),
        timeout=timeout,
        # Not `trust_env`, which also sends what a .netrc file holds for the host.
        proxy=_proxy_for(url),
    )


def _proxy_for(url: str) -> str | None:
    """The proxy of the environment for a URL; those are meant for other hosts than this computer."""
    parts = urlsplit(url)
    if is_here(url) or proxy_bypass(parts.hostname or ""):
        return None
    known = getproxies()
    proxy = known.get(parts.scheme) or known.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _certificates() -> SSLContext | bool:
    """Which certificates are trusted: those of this computer, or those that the environment names."""
    paths = get_default_verify_paths()
    is_named = paths.cafile != paths.openssl_cafile and paths.cafile is not None
    if sys.platform not in ("win32", "darwin") or is_named:
        return True
    # OpenSSL by itself does not know the store of these systems.
    return truststore.SSLContext(PROTOCOL_TLS_CLIENT)
