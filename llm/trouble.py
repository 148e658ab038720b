"""Requests that failed: the kinds of failures, what to do about each, and messages without secrets."""

from __future__ import annotations

import errno
import json
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from errors import REQUEST_REFUSED, ItemError
from llm.error_words import CRASHED, Kind, rule_for
from llm.server_errors import ServerError, number, pause_of, read_error
from settings import EndpointSettings

_EXCERPT = 200
HIDDEN = "[secret]"
_MIN_SECRET = 6
_TOO_MANY = "too many requests"
_BUSY = {408, 425, 429, 502, 503, 504, 529}
# A service that asks for a longer pause than this, in seconds, has used up its quota for today.
_LONGEST_PAUSE = 600.0
# Twenty years in seconds: numbers far beyond are no dates.
_FARTHEST = 20 * 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """One failed try: what to do about it, the reason it is counted by, and the sentence for the user.

    `error` is what the server says, where its words have no known meaning.
    """

    kind: Kind
    reason: str
    sentence: str
    retry_after: float | None = field(default=None, compare=False)
    error: ServerError | None = field(default=None, compare=False)

    @property
    def item_error(self) -> ItemError:
        """The error of the item for which the request was sent."""
        return ItemError(self.reason, self.sentence, passing=self.kind != "refused")

    @property
    def is_one_too_many(self) -> bool:
        """Whether fewer requests at once may help: one was refused for that, or the model crashed."""
        if self.kind == "busy":
            return self.reason == _TOO_MANY or self.retry_after is not None
        return self.reason == CRASHED


def of_status(url: str, model: str, status: int, headers: Mapping[str, str], body: str) -> Trouble:
    """An answer with an HTTP status that is no success; `headers` have lower-case names."""
    return of_error(url, model, status, headers, read_error(body))


def of_error(
    url: str, model: str, status: int | None, headers: Mapping[str, str], error: ServerError
) -> Trouble:
    """An error with this status, which may be the one that the error itself names."""
    said = f"{url} answered {status or 'with an error'}: {excerpt(error.message)}"
    pause = _pause_asked_for(headers, error)
    if rule := rule_for(status, error.words, asks_to_come_back=pause is not None):
        reason = rule.reason or f"{REQUEST_REFUSED} ({status or 200})"
        return Trouble(rule.kind, reason, f"{said}; {rule.remedy}")
    if status is None:
        return Trouble("flaky", "server error", said, pause, error)
    if status == 404:
        remedy = f"is the address right (most end in /v1), and does it know the model {model}?"
        return Trouble("hopeless", "not found", f"{said}; {remedy}")
    if 300 <= status < 400:
        target = excerpt(headers.get("location", "elsewhere"))
        return Trouble(
            "hopeless", "redirected", f"{url} redirects to {target}: write the address it really has as url"
        )
    if status in _BUSY or status == 402:
        return _of_busy_server(status, said, pause, error)
    if status >= 500:
        return Trouble("broken", f"server error {status}", said, pause, error)
    return Trouble("refused", f"{REQUEST_REFUSED} ({status})", said, error=error)


def _of_busy_server(status: int, said: str, pause: float | None, error: ServerError) -> Trouble:
    reason = _TOO_MANY if status == 429 else "server not ready"
    if pause is not None and pause > _LONGEST_PAUSE:
        then = datetime.now() + timedelta(seconds=min(pause, _FARTHEST))
        return Trouble(
            "spent", reason, f"{said}; it asks to come back at {then:%Y-%m-%d %H:%M}: run again then"
        )
    if error.is_of_the_day:
        return Trouble("spent", reason, f"{said}; the quota of this day is used up: run again tomorrow")
    return Trouble("busy", reason, said, pause, error)


def of_connection(url: str, cause: BaseException) -> Trouble:
    """A request without an answer; `cause` is the first error of the chain that led to that."""
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLCertVerificationError):
        return Trouble(
            "hopeless",
            "no secure connection",
            f"{url} makes no secure connection ({excerpt(str(cause))}): check the address, and whether it is http://",
        )
    if isinstance(cause, ssl.SSLError):
        return Trouble(
            "hopeless", "no secure connection", f"{url} has no valid certificate ({cause}): check the address"
        )
    if isinstance(cause, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return Trouble("flaky", "connection lost", f"{url} hung up in the middle of a request")
    if isinstance(cause, OSError) and cause.errno != errno.ETIMEDOUT:
        return Trouble("gone", "server does not answer", f"nothing answers at {url}")
    return Trouble("flaky", "connection lost", f"{url} hung up without an answer")


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


def _pause_asked_for(headers: Mapping[str, str], error: ServerError) -> float | None:
    """Seconds that the server asks to wait, in the headers or in the error."""
    pauses = (
        _retry_after(headers),
        # LiteLLM hands on what the server behind it asks for under this name.
        number(headers.get("llm_provider-retry-after", "")),
        error.pause,
        pause_of("x-ratelimit-reset", headers.get("x-ratelimit-reset", "")),
    )
    return next((pause for pause in pauses if pause is not None), None)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: retry-after-ms, or Retry-After in seconds or as a date."""
    if milliseconds := number(headers.get("retry-after-ms", "")):
        return milliseconds / 1000
    written = headers.get("retry-after", "")
    if written[:1].isdecimal():
        return number(written)
    try:
        then = parsedate_to_datetime(written)
        return max(0.0, (then - datetime.now(then.tzinfo)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
