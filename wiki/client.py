"""The HTTP client of all wikis: it keeps a pace, waits, tries again, and turns every failure into a sentence.

What wikis do, as far as it matters here: they limit the requests of a user, in all programs together; they
answer 429 without `Retry-After`; the shield in front of them sends web pages in place of JSON; and a query
that is too large for the database is not answered in time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urljoin, urlsplit

import requests
import urllib3

from addresses import is_here
from errors import StageError, UserError
from limits import LARGEST_ANSWER, read_json
from wiki.patience import PatientResponse
from wiki.source import Access

log = logging.getLogger(__name__)

# Frequent in tags, and legal in a query as they are (RFC 3986): not encoding them saves a tenth of the bytes.
_NOT_ENCODED = "()!:~',@$"
_PRINTABLE_ASCII = "".join(map(chr, range(32, 127)))
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_CONNECT_SECONDS = 10.0
_CHUNK = 1 << 16
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_TOO_LARGE = frozenset({413, 414, 431})


class RefusedError(StageError):
    """The wiki does not answer this client; to ask again in the same way is useless."""


class TooMuchError(StageError):
    """The wiki could not answer so large a query; a smaller one may be answered."""


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
            return read_json(self.body)
        except ValueError:
            return None

    @property
    def error(self) -> str:
        """The error that a JSON answer names, "" when it names none."""
        document = self.document
        if not isinstance(document, dict):
            return ""
        return f"{document.get('error', '')} {document.get('message', '')}"

    @property
    def wait(self) -> float:
        """The seconds of `Retry-After`; 0 for a date, which is only right where two clocks agree."""
        value = self.headers.get("Retry-After", "").strip()
        return float(value) if value.isdecimal() else 0.0


class WikiClient:
    """Asks one wiki for JSON documents. Raises UserError when credentials or user agent cannot be right."""

    def __init__(self, access: Access) -> None:
        self.host = urlsplit(access.url).hostname or ""
        self._url = access.url.rstrip("/")
        self._manners = access.manners
        self._next_at = time.monotonic()
        self._reached = False
        self._session = _session(access)

    def ask(self, path: str, parameters: Mapping[str, str], *, post: bool = False) -> object:
        """Fetch one JSON document; `post` sends the parameters as a form instead of in the URL.

        Raises RefusedError, TooMuchError, or plain StageError after a limited number of tries.
        """
        query = urlencode(parameters, safe=_NOT_ENCODED)
        wait, began = self._manners.first_wait, time.monotonic()
        for attempt in range(1, self._manners.tries + 1):
            try:
                return self._document(self._fetch(path, query, post))
            except _PassingError as trouble:
                pause = max(wait, trouble.wait)
                is_late = time.monotonic() + pause - began > self._manners.patience
                # If no wiki has answered yet, the address is probably wrong, and a second try is enough.
                tries = self._manners.tries if self._reached else min(2, self._manners.tries)
                if is_late or attempt >= tries or trouble.wait > self._manners.longest_wait:
                    raise StageError(str(trouble)) from trouble
                plan = f"waiting {pause:.0f} s before try {attempt + 1}"
                if not self._reached:
                    # Most such computers are offline, and a second try bothers no server.
                    pause = min(pause, self._manners.unreached_wait)
                    plan = (
                        "if the next try fails too, the run goes on without the wiki (skip = True under "
                        "[TagProvider] asks none)"
                    )
                log.warning("%s; %s", trouble.what, plan)
                time.sleep(pause)
                wait = min(wait * 2, self._manners.longest_wait)
        raise AssertionError("the last try either returns or raises")

    def _fetch(self, path: str, query: str, post: bool) -> _Answer:
        time.sleep(max(0.0, self._next_at - time.monotonic()))
        self._next_at = time.monotonic() + 1 / self._manners.per_second
        try:
            with self._send(path, query, post) as response:
                return self._read(response)
        except requests.exceptions.SSLError as error:
            raise _PassingError(
                f"No safe connection to {self.host}",
                "check the clock, and whether your network needs its own certificate (REQUESTS_CA_BUNDLE)",
            ) from error
        except requests.exceptions.Timeout as error:
            raise _PassingError(f"{self.host} did not answer in time") from error
        except requests.exceptions.RequestException as error:
            # The text of the library may hold the password of a proxy, so it is not repeated.
            raise _PassingError(
                f"{self.host} cannot be reached ({type(error).__name__})",
                "check the network and wiki_url, or read a dump (source = FILE), or write skip = True under "
                "[TagProvider]",
            ) from error

    def _send(self, path: str, query: str, post: bool) -> requests.Response:
        deadline = self._manners.deadline if self._reached else self._manners.first_deadline
        timeout = (min(_CONNECT_SECONDS, deadline), deadline)
        url = f"{self._url}{path}"
        if post:
            form = f"_method=get&{query}"
            return self._session.post(url, data=form, headers=_FORM, stream=True, timeout=timeout)
        return self._session.get(f"{url}?{query}", stream=True, timeout=timeout)

    def _read(self, response: requests.Response) -> _Answer:
        ends = time.monotonic() + self._manners.deadline
        body = bytearray()
        try:
            # `read1` returns what has arrived, so the deadline is checked even if a byte comes now and then.
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    size = LARGEST_ANSWER // 1_000_000
                    raise TooMuchError(f"{self.host} sent more than {size} MB: check wiki_url")
                if time.monotonic() > ends:
                    raise _PassingError(f"{self.host} answered too slowly")
        except urllib3.exceptions.HTTPError as error:
            raise _PassingError(f"{self.host} broke off in the middle of its answer") from error
        return _Answer(response.status_code, response.headers, bytes(body))

    def _document(self, answer: _Answer) -> object:
        """The JSON of an answer; raises what the answer means if it is none."""
        document = answer.document
        # A web page with status 200 does not come from the wiki, but from a network that wants a sign-in.
        self._reached |= answer.status != 200 or document is not None
        if answer.status == 200:
            if document is None:
                raise _PassingError(
                    f"{self.host} answered with something else than whole JSON",
                    "try again later, and check wiki_url and the network's sign-in page",
                )
            return document
        self._raise_if_refused(answer)
        if answer.status in _TOO_LARGE or (answer.status == 500 and "QueryCanceled" in answer.error):
            raise TooMuchError(f"{self.host} could not answer in time ({answer.status}): try again later")
        if answer.status in _TRY_AGAIN:
            state = "asks for fewer requests" if answer.status == 429 else "is overloaded or down"
            raise _PassingError(f"{self.host} {state} ({answer.status})", wait=answer.wait)
        if 300 <= answer.status < 400:
            target = _site(self._url, answer.headers.get("Location", ""))
            hint = f"(moved to {target}): if you trust that address, write it as wiki_url"
        else:
            hint = "to a question that it should understand: check wiki_url"
        raise StageError(f"{self.host} answered {answer.status} {hint}")

    def _raise_if_refused(self, answer: _Answer) -> None:
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


def _site(url: str, location: str) -> str:
    # Only scheme and host are shown: the rest of the target may hold a secret.
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return "no valid address"
    return f"{parts.scheme}://{parts.hostname}"


def encoded_length(text: str) -> int:
    """How many bytes a text takes in a query string."""
    return len(quote_plus(text, safe=_NOT_ENCODED))


class _Credentials(requests.auth.AuthBase):
    """HTTP Basic credentials, or none.

    The session gets this object even without credentials, because `requests` would otherwise take them
    from a .netrc file that the user wrote for something else.
    """

    def __init__(self, login: str, api_key: str) -> None:
        self._basic = requests.auth.HTTPBasicAuth(login.encode(), api_key.encode()) if login else None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return self._basic(request) if self._basic else request


class _SessionWithoutRedirects(requests.Session):
    """Follows no redirect, because the API key is for one address only."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Without a target, not even its address is parsed, as `allow_redirects=False` would do."""


class _PatientAdapter(requests.adapters.HTTPAdapter):
    """Opens connections whose answers begin in time."""

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - of requests
        """The connections to a host, whose class of answers is another one."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **options)
        usual = type(pool).ConnectionCls
        pool.ConnectionCls = type(usual.__name__, (usual,), {"response_class": PatientResponse})
        return pool


def _session(access: Access) -> requests.Session:
    """A session that names the program and, if there are credentials, the user; raises UserError."""
    if bool(access.login) != bool(access.api_key):
        raise UserError("wiki_login and wiki_api_key belong together: set both or neither")
    if not access.user_agent.isprintable():
        raise UserError(
            "user_agent may not hold line breaks or control characters: write a name and an address"
        )
    session = _SessionWithoutRedirects()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _PatientAdapter())
    # Proxies and certificates come from the environment, but a wiki on this computer needs neither.
    session.trust_env = not is_here(access.url)
    session.auth = _Credentials(access.login, access.api_key)
    # Headers hold only ASCII. The shields refuse an empty name, and those of libraries and browsers.
    agent = quote(access.user_agent.strip(), safe=_PRINTABLE_ASCII) or "Tagscribe"
    session.headers.update({"User-Agent": agent, "Accept": "application/json"})
    return session
