"""A polite HTTP client for wikis: paced, patient, and every failure is a sentence.

Facts about the wikis it was written for: a read limit for everything that a user runs, 429 answers
without `Retry-After`, web pages in place of JSON (from the shield in front of the wiki), and queries
that are too large to be answered in time.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit

import requests
import urllib3

from errors import StageError, UserError
from wiki.source import Access

log = logging.getLogger(__name__)

# Legal in a query as they are (RFC 3986) and frequent in tags: leaving them alone saves a tenth of the bytes.
_PLAIN = "()!:~',@$"
_ASCII = "".join(map(chr, range(32, 127)))
_CONNECT_SECONDS = 10.0
_CHUNK = 1 << 16
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_TOO_LARGE = frozenset({413, 414, 431})


class RefusedError(StageError):
    """The wiki will not answer this client; asking again in the same way is useless."""


class TooMuchError(StageError):
    """The wiki could not answer so large a question; a smaller one may do."""


class _PassingError(Exception):
    """A failure that may pass: what happened, what to do if it does not pass, and the wait asked for."""

    def __init__(self, what: str, remedy: str = "try again later", wait: float = 0.0) -> None:
        super().__init__(f"{what}: {remedy}")
        self.what = what
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> object:
        """The JSON document, or None when the body is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def reason(self) -> str:
        """Why a JSON answer says that it failed, "" when it does not."""
        said = self.document
        return f"{said.get('error', '')} {said.get('message', '')}" if isinstance(said, dict) else ""


class WikiClient:
    """Asks one wiki for JSON documents.

    Raises UserError when credentials or user agent cannot be right.
    """

    def __init__(self, access: Access) -> None:
        self.host = urlsplit(access.url).hostname or ""
        self._url = access.url.rstrip("/")
        self._manners = access.manners
        self._next_at = time.monotonic()
        self._reached = False
        self._session = _session(self.host, access)

    def ask(self, path: str, query: str, *, post: bool = False) -> object:
        """Fetch one JSON document; `query` is encoded already, `post` sends it as a form in place of the URL.

        Raises RefusedError, TooMuchError, or (after bounded tries) plain StageError.
        """
        wait, began = self._manners.first_wait, time.monotonic()
        for attempt in range(1, self._manners.tries + 1):
            try:
                return self._document(self._fetch(path, query, post))
            except _PassingError as trouble:
                pause = max(wait, trouble.wait)
                if self._gives_up(attempt, trouble) or self._is_late(began, pause):
                    raise StageError(str(trouble)) from trouble
                log.warning("%s; waiting %.0f s before try %d", trouble.what, pause, attempt + 1)
                time.sleep(pause)
                wait = min(wait * 2, self._manners.longest_wait)
        raise AssertionError("the last try either answers or gives up")

    def _gives_up(self, attempt: int, trouble: _PassingError) -> bool:
        # Where no wiki has answered yet, nothing is gained by patience: one more try is enough.
        tries = self._manners.tries if self._reached else min(2, self._manners.tries)
        return attempt >= tries or trouble.wait > self._manners.longest_wait

    def _is_late(self, began: float, pause: float) -> bool:
        return time.monotonic() + pause - began > self._manners.patience

    def _fetch(self, path: str, query: str, post: bool) -> _Answer:
        self._pace()
        try:
            return self._post(path, query) if post else self._get(path, query)
        except requests.exceptions.SSLError as error:
            raise _PassingError(
                f"No safe connection to {self.host}",
                "check the clock, and whether your network needs its own certificate (REQUESTS_CA_BUNDLE)",
            ) from error
        except requests.exceptions.Timeout as error:
            raise _PassingError(f"{self.host} did not answer in time") from error
        except requests.exceptions.RequestException as error:
            # The library's own text may hold a proxy's password, so it is not repeated.
            raise _PassingError(
                f"{self.host} cannot be reached ({type(error).__name__})",
                "check the network and wiki_url, or read a dump (source = FILE)",
            ) from error

    def _pace(self) -> None:
        time.sleep(max(0.0, self._next_at - time.monotonic()))
        self._next_at = time.monotonic() + 1 / self._manners.per_second

    def _get(self, path: str, query: str) -> _Answer:
        url = f"{self._url}{path}?{query}"
        with self._session.get(url, stream=True, timeout=self._timeout()) as response:
            return self._read(response)

    def _post(self, path: str, query: str) -> _Answer:
        with self._session.post(
            f"{self._url}{path}",
            data=f"_method=get&{query}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            stream=True,
            timeout=self._timeout(),
        ) as response:
            return self._read(response)

    def _timeout(self) -> tuple[float, float]:
        return min(_CONNECT_SECONDS, self._deadline), self._deadline

    @property
    def _deadline(self) -> float:
        return self._manners.deadline if self._reached else self._manners.first_deadline

    def _read(self, response: requests.Response) -> _Answer:
        ends = time.monotonic() + self._manners.deadline
        body = bytearray()
        try:
            # `read1` returns what has arrived, so the deadline is looked at even when bytes drip.
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                body += chunk
                if time.monotonic() > ends:
                    raise _PassingError(f"{self.host} answered too slowly")
        except urllib3.exceptions.HTTPError as error:
            raise _PassingError(f"{self.host} broke off in the midst of its answer") from error
        return _Answer(response.status_code, response.headers, bytes(body))

    def _document(self, answer: _Answer) -> object:
        document = answer.document
        # A web page with 200 is no wiki, but a network that wants somebody to sign in.
        self._reached |= answer.status != 200 or document is not None
        if answer.status == 200:
            if document is None:
                raise _PassingError(
                    f"{self.host} answered with something else than whole JSON",
                    "try again later, and check wiki_url and the network's sign-in page",
                )
            return document
        self._refuse(answer)
        if answer.status in _TOO_LARGE or (answer.status == 500 and "QueryCanceled" in answer.reason):
            raise TooMuchError(f"{self.host} could not answer in time ({answer.status}): try again later")
        if answer.status in _PASSING:
            state = "asks for fewer requests" if answer.status == 429 else "is overloaded or down"
            raise _PassingError(f"{self.host} {state} ({answer.status})", wait=_retry_after(answer.headers))
        raise StageError(f"{self.host} answered {answer.status} {self._hint(answer)}")

    def _refuse(self, answer: _Answer) -> None:
        """Raise RefusedError when the answer says that this client is not let in."""
        challenge = answer.headers.get("cf-mitigated") == "challenge"
        if answer.status == 401:
            raise RefusedError(
                f"{self.host} does not know this login (401): correct wiki_login and wiki_api_key"
            )
        if challenge or (answer.status == 403 and answer.document is None):
            raise RefusedError(
                f"{self.host} took this program for a robot ({answer.status}): set wiki_login and "
                "wiki_api_key, or a user_agent that names you, or read a dump (source = FILE)"
            )
        if answer.status == 403:
            raise RefusedError(
                f"{self.host} denies access (403): the API key needs permission to read tags, "
                "and to be used from this address"
            )

    def _hint(self, answer: _Answer) -> str:
        if 300 <= answer.status < 400:
            where = _site(self._url, answer.headers.get("Location", ""))
            return f"(moved to {where}): if you trust that address, write it as wiki_url"
        return "to a question that it should understand: check wiki_url"


def _site(url: str, location: str) -> str:
    # Nothing else of the target is shown: its query may hold what should stay secret.
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return "no valid address"
    return f"{parts.scheme}://{parts.hostname}"


def _retry_after(headers: Mapping[str, str]) -> float:
    # The form with a date needs clocks that agree, so there the client's own wait stands.
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isdecimal() else 0.0


def encoded(parameters: Mapping[str, str]) -> str:
    """Write parameters as a query string."""
    return urlencode(parameters, safe=_PLAIN)


def encoded_length(text: str) -> int:
    """Say how many bytes a text takes in a query string."""
    return len(quote_plus(text, safe=_PLAIN))


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


def _session(host: str, access: Access) -> requests.Session:
    """Open a session in which the program names itself, and the user where credentials are given.

    Raises UserError when credentials or user agent cannot be right.
    """
    if bool(access.login) != bool(access.api_key):
        raise UserError("wiki_login and wiki_api_key belong together: set both or neither")
    if not access.user_agent.isprintable():
        raise UserError(
            "user_agent may not hold line breaks or control characters: write a name and an address"
        )
    session = _StayingSession()
    # A company's proxy and certificates come from the environment, but a wiki on this computer needs neither.
    session.trust_env = not _is_loopback(host)
    session.auth = _Credentials(access.login, access.api_key)
    # An empty name is turned away by the shields, and so are those of libraries and browsers.
    # A login in other letters than those of ASCII is escaped, as headers hold nothing else.
    agent = quote(access.user_agent.strip(), safe=_ASCII) or "Tagscribe"
    session.headers.update({"User-Agent": agent, "Accept": "application/json"})
    return session


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
