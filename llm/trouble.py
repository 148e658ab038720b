"""What can go wrong with a request, what to do about it, and messages about it without secrets."""

from __future__ import annotations

import errno
import json
import math
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import quote

from errors import REQUEST_REFUSED, ItemError
from settings import EndpointSettings

Kind = Literal[
    "gone",  # nothing answers at the address: all requests wait for the server
    "busy",  # the server has too much to do, or is just starting: try again later
    "flaky",  # may well succeed at the next try
    "broken",  # an error inside the server: try again, unless the same error occurs twice
    "slow",  # not answered in time: try once more
    "refused",  # this request will never be accepted
    "hopeless",  # no request will be accepted until the user acts
]
_EXCERPT = 200
HIDDEN = "[secret]"
_MIN_SECRET = 6
_TOO_MANY = "too many requests"
_BUSY = {408, 425, 429, 502, 503, 504, 529}


class RequestRefusedError(ItemError):
    """The server will never accept this request, but it may accept others."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed try: what to do about it, the reason it is counted by, and the sentence for the user."""

    kind: Kind
    reason: str
    sentence: str
    retry_after: float | None = field(default=None, compare=False)

    @property
    def error(self) -> ItemError:
        """What the failed try means for the item that it was made for."""
        if self.kind == "refused":
            return RequestRefusedError(self.reason, self.sentence)
        return ItemError(self.reason, self.sentence, passing=True)

    @property
    def is_rate_limit(self) -> bool:
        """Whether the server refused the request because there were too many at once."""
        return self.kind == "busy" and (self.reason == _TOO_MANY or self.retry_after is not None)


def of_status(url: str, model: str, status: int, headers: Mapping[str, str], body: str) -> Trouble:
    """An answer with an HTTP status that is no success; `headers` have lower-case names."""
    said = f"{url} answered {status}: {excerpt(_message_in(body))}"
    if status == 401:
        return Trouble(
            "hopeless", "key refused", f"{said}; put the right api_key in config.ini or TAGSCRIBE_API_KEY"
        )
    if status == 402 or (status == 429 and "insufficient_quota" in body):
        return Trouble("hopeless", "account is empty", f"{said}; see to the account with that service")
    if status == 404:
        remedy = f"is the address right (most end in /v1), and does it know the model {model}?"
        return Trouble("hopeless", "not found", f"{said}; {remedy}")
    if 300 <= status < 400:
        target = excerpt(headers.get("location", "elsewhere"))
        return Trouble(
            "hopeless", "redirected", f"{url} redirects to {target}: write the address it really has as url"
        )
    if status in _BUSY:
        reason = _TOO_MANY if status == 429 else "server not ready"
        return Trouble("busy", reason, said, _retry_after(headers))
    if status >= 500:
        return Trouble("broken", f"server error {status}", said + _hint(body), _retry_after(headers))
    return Trouble("refused", f"{REQUEST_REFUSED} ({status})", said + _hint(body))


def of_connection(url: str, cause: BaseException) -> Trouble:
    """A request without an answer; `cause` is the first error of the chain that led to that."""
    if isinstance(cause, ssl.SSLError):
        return Trouble(
            "hopeless", "no secure connection", f"{url} has no valid certificate ({cause}): check the address"
        )
    if isinstance(cause, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return Trouble("flaky", "connection lost", f"{url} hung up in the middle of a request")
    if isinstance(cause, OSError) and cause.errno != errno.ETIMEDOUT:
        return Trouble("gone", "server does not answer", f"nothing answers at {url}")
    return Trouble("flaky", "connection lost", f"{url} hung up without an answer")


def of_deadline(url: str, seconds: float) -> Trouble:
    """A request that was not answered in time."""
    return Trouble(
        "slow", "timeout", f"{url} took longer than {seconds:g} seconds; raise timeout if it needs that"
    )


def of_size(url: str, size: str) -> Trouble:
    """An answer that is larger than any that is asked for."""
    return Trouble(
        "broken",
        "answer too large",
        f"{url} sent an answer of {size}, which no caption has: see what runs at this address",
    )


def of_answer(url: str, body: str) -> Trouble:
    """An answer with status 200 that is no chat completion."""
    return Trouble(
        "flaky", "no completion", f"{url} answered with something that is no chat completion: {excerpt(body)}"
    )


def secrets_in(settings: EndpointSettings) -> list[str]:
    """The key and the headers in every form in which a server may send them back: plain, in JSON, in a URL.

    The longest come first, so that no part of one is left when they are replaced in this order.
    """
    values = [settings.api_key.get_secret_value(), *map(str, settings.headers.values())]
    # A header may consist of a scheme and a key: `Bearer sk-…`.
    secrets = {part for value in values for part in (value, *value.split()) if len(part) >= _MIN_SECRET}
    forms = {
        form
        for secret in secrets
        for form in (secret, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe=""))
    }
    return sorted(forms, key=len, reverse=True)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def excerpt(text: str) -> str:
    """The beginning of a text, on one line and without control characters for a terminal."""
    line = " ".join(text[: 4 * _EXCERPT].split())
    line = "".join(mark for mark in line if mark.isprintable())
    return line if len(line) <= _EXCERPT else line[:_EXCERPT] + " …"


def _message_in(body: str) -> str:
    """The message in one of the usual JSON forms of an error; otherwise the body as it is."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return body
    for key in ("error", "message", "detail"):
        if isinstance(parsed, dict) and parsed.get(key):
            parsed = parsed[key]
    return parsed if isinstance(parsed, str) else body


def _hint(body: str) -> str:
    text = body.lower()
    if "exceed_context_size" in text or "context length" in text or "maximum context" in text:
        return "; the prompt is longer than the model's context: load the model with a larger one"
    if "image" in text and ("support" in text or "mmproj" in text):
        return "; the model cannot see: choose a vision model for [Interrogator]"
    return ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    if milliseconds := _number(headers.get("retry-after-ms", "")):
        return milliseconds / 1000
    written = headers.get("retry-after", "")
    if written[:1].isdecimal():
        return _number(written)
    try:
        then = parsedate_to_datetime(written)
        return max(0.0, (then - datetime.now(then.tzinfo)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _number(written: str) -> float | None:
    """The number in a header; None if it is no number, negative or infinite."""
    try:
        number = float(written)
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None
