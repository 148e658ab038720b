"""The way to one server: what it is sent, what it answers, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

import openai

from config import VERSION
from llm import trouble
from llm.secrecy import blotted, secrets_in
from settings import EndpointSettings

_LONGEST_LISTING = 10.0
# What reading an answer of another form than expected may raise; too deep a nesting is a RecursionError.
NO_SUCH_FORM = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)


class Connection:
    """Requests to the server at `url`, each sent once; opened with the first of them."""

    def __init__(self, url: str, settings: EndpointSettings) -> None:
        self._url = url
        self._settings = settings
        self._secrets = secrets_in(settings)
        self._client: _Client | None = None

    async def answer_to(self, body: bytes, model: str) -> object:
        """The JSON that answers the body of a chat request, or the Trouble; `model` is for its sentence."""
        try:
            return await asyncio.wait_for(self._post(body), self._settings.timeout)
        except asyncio.TimeoutError:
            return trouble.of_deadline(self._url, self._settings.timeout)
        except openai.APIStatusError as error:
            headers = {name.lower(): self.masked(text) for name, text in error.response.headers.items()}
            said = self.masked(error.response.text)
            return trouble.of_status(self._url, model, error.status_code, headers, said)
        except openai.APIConnectionError as error:
            return trouble.of_connection(self._url, _innermost(error))
        except (openai.OpenAIError, ValueError, RecursionError) as error:
            # The SDK lets a success with broken JSON through as a bare ValueError.
            return trouble.of_answer(self._url, self.masked(str(error)))

    async def models(self) -> list[str]:
        """The models that the server lists; none where it does not answer with a list in time."""
        client = self._open()
        try:
            longest = min(_LONGEST_LISTING, self._settings.timeout)
            listing = client.get("/models", cast_to=object, options=client.plain)
            rows = (await asyncio.wait_for(listing, longest))["data"]  # type: ignore[index]
            names = [row.get("id") for row in rows]
            return [name for name in names if isinstance(name, str) and name]
        except (asyncio.TimeoutError, openai.OpenAIError, *NO_SUCH_FORM):
            return []

    async def consult(self, place: str, question: Mapping[str, object] | None = None) -> object:
        """What the server says beside the chat at `place`, such as models or ../props, to a question if any.

        None where it says nothing, or nothing in time.
        """
        url = urljoin(f"{self._url}/", place)
        client = self._open()
        try:
            if question is None:
                asking = client.get(url, cast_to=object, options=client.plain)
            else:
                asking = client.post(url, body=question, cast_to=object, options=client.plain)
            return await asyncio.wait_for(asking, _LONGEST_LISTING)
        except (asyncio.TimeoutError, openai.OpenAIError, *NO_SUCH_FORM):
            return None

    def masked(self, said: str) -> str:
        """What a server said, without the secrets of ours that it may have sent back."""
        return blotted(said, self._secrets)

    async def close(self) -> None:
        """Let go of what is open; a later request opens it again."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _post(self, body: bytes) -> object:
        client = self._open()
        return await client.post("/chat/completions", content=body, cast_to=object, options=client.plain)

    def _open(self) -> _Client:
        if self._client is None:
            self._client = _Client(self._url, self._settings)
        return self._client


class _Client(openai.AsyncOpenAI):
    """The SDK, sending the headers of the settings and no others.

    Of its own it would add some that tell of this computer, and those that the environment holds for
    OpenAI's own hosts.
    """

    def __init__(self, url: str, settings: EndpointSettings) -> None:
        self._ours = {
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": f"Tagscribe/{VERSION}",
            **{name.lower(): str(value) for name, value in settings.headers.items()},
        }
        if key := settings.api_key.get_secret_value():
            self._ours.setdefault("authorization", f"Bearer {key}")
        added = {"authorization", "x-stainless-retry-count", "x-stainless-read-timeout"} - self._ours.keys()
        # What the SDK adds to a request when all else is settled, unless the request forbids it.
        self.plain: openai.RequestOptions = {"headers": dict.fromkeys(added, openai.Omit())}
        super().__init__(
            base_url=url,
            # The SDK wants one, and does not send it.
            api_key="none",
            max_retries=0,
            timeout=settings.timeout,
            http_client=openai.DefaultAioHttpClient(
                # A redirect could carry the key to another host.
                follow_redirects=False,
                # Proxies of the environment are for hosts beyond this computer.
                trust_env=not is_loopback(url),
            ),
        )

    @property
    def default_headers(self) -> dict[str, str | openai.Omit]:
        """The headers of every request."""
        return {**self._ours}


def is_loopback(url: str) -> bool:
    """Whether an address is on this computer."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _innermost(error: BaseException) -> BaseException:
    """The first cause of a chain; one of the system's own errors where the chain holds one."""
    seen = error
    while True:
        system = getattr(seen, "os_error", None)
        if isinstance(system, BaseException):
            return system
        following = seen.__cause__ or seen.__context__
        if following is None:
            return seen
        seen = following
