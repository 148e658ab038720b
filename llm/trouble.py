"""Requests that failed: what an error means, what to do about it, and messages without secrets.

Servers use different statuses for the same error, so its words count first.
"""

from __future__ import annotations

import errno
import json
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html import escape
from itertools import chain
from typing import Literal, NamedTuple
from urllib.parse import quote

from errors import REQUEST_REFUSED, ItemError
from llm.server_errors import ServerError, number, pause_of, read_error
from settings import EndpointSettings

Kind = Literal[
    "gone",  # nothing answers at the address: all requests wait for the server
    "busy",  # the server has too much to do, or is just starting: try again later
    "flaky",  # may well succeed at the next try
    "broken",  # an error inside the server: try again, unless the same error occurs twice
    "slow",  # not answered in time: try once more
    "refused",  # this request will never be accepted
    "spent",  # nothing is answered before the time that the server names
    "foreign",  # what answers is no HTTP server: as flaky, unless it has never been one
    "hopeless",  # no request will be accepted until the user acts
]
CRASHED = "model crashed"
CANNOT_SEE = "the model cannot see"
SEE_WITH = (
    "write url and model of a vision model for the stage that sends pictures, or send none: skip = True "
    "under [Interrogator], sees = False under [Interpreter]"
)
_EXCERPT = 200
HIDDEN = "[secret]"
_MIN_SECRET = 6
_TOO_MANY = "too many requests"
_BUSY = {408, 425, 429, 502, 503, 504, 529}
# A service that asks for a longer pause than this, in seconds, has used up its quota for today.
_LONGEST_PAUSE = 600.0
# Twenty years in seconds: numbers far beyond are no dates.
_FARTHEST = 20 * 366 * 86_400.0


class _Rule(NamedTuple):
    """What an error with some words means, whatever its status, and any error with the `status`.

    Without a reason, the status is the reason.
    """

    words: str
    kind: Kind
    remedy: str
    reason: str = ""
    status: int | None = None


# The first whose words are in an error counts, before any by its status.
_RULES = (
    _Rule(
        r"support(?:s|ed)? (?:for )?(?:image|vision|multimodal)"
        r"|(?:image|vision|multimodal)[\w ']{0,20} (?:is|are) not supported|mmproj"
        r"|not a (?:multimodal|vision)|only 'text' content|unknown variant .?image|for image input",
        "refused",
        f"{CANNOT_SEE}: {SEE_WITH}",
    ),
    _Rule(
        r"exceed_context_size|context[_ -]?(?:length|size|window|budget)|maximum context|available context",
        "refused",
        "the prompt is longer than the model's context: load the model with a larger one",
    ),
    _Rule(
        r"model (?:has )?crashed|(?:failed to load|error loading)(?: the)? model|model failed to load"
        r"|operation cancell?ed|runner (?:process )?has (?:unexpectedly )?(?:terminated|stopped)"
        r"|out of memory|enginedead",
        "broken",
        "if that happens again, write concurrency = 1, or load a smaller model",
        CRASHED,
    ),
    _Rule(
        r"(?:entity|payload|request|body)(?: is)? too large",
        "refused",
        "lower [Interrogator] max_image_side, or raise the limit of the server or of its proxy",
        status=413,
    ),
    _Rule(
        r"api[ _]?key (?:is )?(?:not valid|invalid|expired)|(?:invalid|incorrect)[ _]api[ _]?key",
        "hopeless",
        "put the right api_key in config.ini or TAGSCRIBE_API_KEY",
        "key refused",
        401,
    ),
    _Rule(
        r"insufficient[_ ](?:quota|credit|balance|funds)",
        "hopeless",
        "see to the account with that service",
        "account is empty",
        402,
    ),
    # LM Studio answers so, with status 200, where /v1 is missing from the address.
    _Rule(
        r"unexpected endpoint or method",
        "hopeless",
        "is the address right (most end in /v1)?",
        "not found",
    ),
    # LM Studio says so where it does not load models on demand.
    _Rule(
        r"no models? (?:is |are )?loaded",
        "hopeless",
        "load the model that config.ini names, or write model = auto",
        "no model",
    ),
)


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


def of_status(
    url: str, model: str, status: int, headers: Mapping[str, str], body: str, secrets: Sequence[str]
) -> Trouble:
    """An answer with an HTTP status that is no success; its headers are found by lower-case names."""
    # The title of a page, which is its message, may hold only a part of a key.
    return of_error(url, model, status, headers, read_error(without_secrets(body, secrets)), secrets)


def of_error(
    url: str,
    model: str,
    status: int | None,
    headers: Mapping[str, str],
    error: ServerError,
    secrets: Sequence[str],
) -> Trouble:
    """An error with this status, which may be the one that the error itself names.

    The secrets are hidden in its message, as it is once it is read: JSON has many ways to write a character.
    """
    said = f"{url} answered {status or 'with an error'}: {excerpt(without_secrets(error.message, secrets))}"
    pause = _pause_asked_for(headers, error)
    if rule := _rule_for(status, error.words, asks_to_come_back=pause is not None):
        reason = rule.reason or f"{REQUEST_REFUSED} ({status or 200})"
        return Trouble(rule.kind, reason, f"{said}; {rule.remedy}")
    if status is None:
        return Trouble("flaky", "server error", said, pause, error)
    if status == 404:
        remedy = f"is the address right (most end in /v1), and does it know the model {model}?"
        return Trouble("hopeless", "not found", f"{said}; {remedy}")
    if 300 <= status < 400:
        target = excerpt(without_secrets(headers.get("location", "elsewhere"), secrets))
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


def _rule_for(status: int | None, words: str, *, asks_to_come_back: bool) -> _Rule | None:
    """The rule for an error with these words in lower case; None if only its status can decide.

    A service without money left may also ask to come back, when somebody else has paid.
    """
    if found := next((rule for rule in _RULES if re.search(rule.words, words)), None):
        return found
    if status is None or (status == 402 and asks_to_come_back):
        return None
    return next((rule for rule in _RULES if rule.status == status), None)


def of_connection(url: str, cause: BaseException) -> Trouble:
    """A request without an answer; `cause` is the first error of the chain that led to that."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        said = f"has no valid certificate ({cause}): check the address"
        return Trouble("hopeless", "no secure connection", f"{url} {said}")
    if isinstance(cause, ssl.SSLError):
        remedy = "check the address, and whether it is http://"
        said = f"makes no secure connection ({excerpt(str(cause))}): {remedy}"
        return Trouble("hopeless", "no secure connection", f"{url} {said}")
    if isinstance(cause, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return Trouble("flaky", "connection lost", f"{url} hung up in the middle of a request")
    if isinstance(cause, OSError) and cause.errno != errno.ETIMEDOUT:
        return Trouble("gone", "server does not answer", f"nothing answers at {url}")
    return Trouble("flaky", "connection lost", f"{url} hung up without an answer")


def secrets_in(settings: EndpointSettings) -> list[str]:
    """The key and the headers in the forms in which a server may send them back: plain, in JSON, URL, HTML.

    The longest come first, so that no part of one is left when they are replaced in this order.
    """
    values = [settings.api_key.get_secret_value(), *map(str, settings.headers.values())]
    # A header may consist of a scheme and a key: `Bearer sk-…`.
    secrets = {part for value in values for part in (value, *value.split()) if len(part) >= _MIN_SECRET}
    return sorted(set(chain.from_iterable(map(_forms, secrets))), key=len, reverse=True)


def _forms(secret: str) -> Iterator[str]:
    in_json = json.dumps(secret)[1:-1]
    # PHP writes a slash in JSON with a backslash before it.
    yield from (secret, in_json, in_json.replace("/", r"\/"))
    yield from (quote(secret), quote(secret, safe=""), escape(secret))


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
