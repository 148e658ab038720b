"""Connections to one server, and the texts of its answers, which are bounded in size.

Nothing goes to a server that the settings do not name: no cookie, no login of a .netrc file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
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


class TooLargeError(ValueError):
    """An answer is larger than any that this program asks for; the message is its size."""


async def text_of(response: aiohttp.ClientResponse) -> str:
    """The text of an answer, as its bytes show it, or else as it declares; raises TooLargeError."""
    body = await (response.read() if _is_plain_and_small(response) else _read(response))
    # What is declared is often a default.
    try:
        # A proxy may set a mark of the encoding before that of the server.
        return body.decode(json.detect_encoding(body)).removeprefix("\ufeff")
    except UnicodeError:
        declared = _CHARSET.search(response.headers.get("content-type", ""))
    with suppress(LookupError):
        return body.decode(declared[1] if declared else "utf-8-sig", "replace")
    return body.decode("utf-8-sig", "replace")


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
