"""Connections to a server, through which nothing goes to it that the settings do not name."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, get_default_verify_paths
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import truststore

from addresses import is_here
from config import VERSION
from settings import EndpointSettings

# Some servers close a connection that nothing was asked on for five seconds.
_KEPT_OPEN = 5.0


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
