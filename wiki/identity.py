"""Where a wiki is, and who asks it: a checked address, credentials, and a name for the program."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit

import requests

from errors import UserError

_ASCII = "".join(map(chr, range(32, 127)))


class _Credentials(requests.auth.AuthBase):
    """HTTP Basic credentials, or none.

    It stands in the session even without credentials, because `requests` would otherwise take them
    from a .netrc file that the user wrote for something else.
    """

    def __init__(self, login: str, api_key: str) -> None:
        self._basic = requests.auth.HTTPBasicAuth(login.encode(), api_key.encode()) if login else None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return self._basic(request) if self._basic else request


class _StayingSession(requests.Session):
    """A session that follows no redirect: who asks, and with which key, is for one address only."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that there is none, so that not even its address is looked at."""


def named_session(host: str, login: str, api_key: str, user_agent: str) -> requests.Session:
    """Open a session in which the program names itself, and the user where credentials are given.

    Raises UserError when credentials or user agent cannot be right.
    """
    if bool(login) != bool(api_key):
        raise UserError("wiki_login and wiki_api_key belong together: set both or neither")
    if not user_agent.isprintable():
        raise UserError(
            "user_agent may not hold line breaks or control characters: write a name and an address"
        )
    session = _StayingSession()
    # A company's proxy and certificates come from the environment, but a wiki on this computer needs neither.
    session.trust_env = not _is_loopback(host)
    session.auth = _Credentials(login, api_key)
    # An empty name is turned away by the shields, and so are those of libraries and browsers.
    # A login in other letters than those of ASCII is escaped, as headers hold nothing else.
    agent = quote(user_agent.strip(), safe=_ASCII) or "Tagscribe"
    session.headers.update({"User-Agent": agent, "Accept": "application/json"})
    return session


def host_of(url: str) -> str:
    """Check the address of a wiki and give its host, which is all that messages say of it.

    Raises UserError for what is no address, and for one that holds a password.
    """
    if "@" in url:
        raise UserError("wiki_url may not hold a password: use wiki_login and wiki_api_key")
    try:
        parts = urlsplit(url)
        complete = parts.scheme in {"http", "https"} and parts.port != 0 and not parts.query + parts.fragment
        host = parts.hostname if complete else None
    except ValueError:
        host = None
    if not host:
        raise UserError(f"wiki_url = {url!r} is no web address: write it like https://danbooru.donmai.us")
    return host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
