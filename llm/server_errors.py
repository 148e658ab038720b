"""The errors that servers answer with: many forms of JSON, and web pages of the proxies before them."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone

from limits import read_json

# OpenRouter keeps the words of the server behind it in metadata.raw, which say more than its own.
_KEYS_OF_MESSAGES = ("metadata", "raw", "message", "msg", "detail", "error", "errors", "error_description")
_MOST_NESTED = 8
_KEYS_OF_KINDS = ("type", "code", "status", "reason", "quotaid", "limit_source")
_KEYS_OF_STATUS = ("code", "status", "status_code")
# The field of the request that a server refuses: OpenAI and vLLM name it in `param`, FastAPI in `loc`.
_KEYS_OF_FIELDS = ("param", "loc")
_KEYS_OF_PAUSES = ("retrydelay", "retry_after", "retry-after", "retry_after_seconds")
_KEYS_OF_RESETS = ("x-ratelimit-reset", "ratelimit-reset")
_MOST_VALUES = 2_000
_MOST_CHARACTERS = 4_000
_TITLE = re.compile(r"<title[^>]{0,100}>([^<]{1,300})<", re.IGNORECASE)
_RETRY_IN = re.compile(r"retry in (\d{1,6}(?:\.\d{1,9})?) ?s")
_OF_THE_DAY = re.compile(r"per[-_ ]?day|free[-_ ]tier[-_ ]daily|daily (?:quota|limit|request)")
# Times since 1970 in seconds begin here, and those in milliseconds a thousand times later.
_TIMESTAMP, _TIMESTAMP_MS = 1e9, 1e12


@dataclass(frozen=True, slots=True)
class ServerError:
    """What an error says: its message, the status that it names, and the fields of the request that it names.

    `words` are the message and the kind of the error, in lower case, to look for words in. `pause` are the
    seconds until the server wants to be asked again, None if the error does not tell, and `is_of_the_day`
    says that a quota is used up for today.
    """

    message: str
    words: str
    status: int | None = None
    fields: tuple[str, ...] = ()
    pause: float | None = None
    is_of_the_day: bool = False


def read_error(body: str) -> ServerError:
    """The error in the body of an answer."""
    try:
        document = read_json(body)
    except ValueError:
        title = _TITLE.search(body)
        words = body[:_MOST_CHARACTERS].lower()
        return ServerError(html.unescape(title[1]) if title else body, words, pause=_pause_in(words))
    return error_in(document, body)


def error_in(document: object, body: str) -> ServerError:
    """The error in a JSON document; `body` is the whole of the answer."""
    pairs = list(_pairs(document))
    status = next((found for key, value in pairs if (found := _status(key, value))), None)
    fields = tuple(
        field
        for key, value in pairs
        if key in _KEYS_OF_FIELDS
        for field in (value if isinstance(value, list) else [value])
        if isinstance(field, str) and field != "body"
    )
    pauses = [pause for key, value in pairs if (pause := pause_of(key, value)) is not None]
    message = _message(document) or body
    # Not all of the body: some servers send the request back in it.
    kinds = [value for key, value in pairs if key in _KEYS_OF_KINDS and isinstance(value, str)]
    words = " ".join([message[:_MOST_CHARACTERS], *kinds])[:_MOST_CHARACTERS].lower()
    pause = max(pauses) if pauses else _pause_in(words)
    is_of_the_day = _OF_THE_DAY.search(words) is not None
    return ServerError(message, words, status, fields, pause, is_of_the_day)


def _message(document: object, depth: int = 0) -> str:
    """The words of an error, found along the keys that lead to them; "" if there are none."""
    if depth > _MOST_NESTED:
        return ""
    if isinstance(document, str):
        if document.startswith("{"):
            # The error of a server behind this one may be a JSON text inside of a text.
            with suppress(ValueError):
                return _message(read_json(document), depth + 1) or document
        return document
    if isinstance(document, list):
        return _message(document[0], depth + 1) if document else ""
    if not isinstance(document, dict):
        return ""
    found = (_message(document.get(key), depth + 1) for key in _KEYS_OF_MESSAGES)
    words = next(filter(None, found), "")
    place = document.get("loc")
    return f"{place[-1]}: {words}" if words and isinstance(place, list) and place else words


def _pairs(document: object) -> Iterator[tuple[str, object]]:
    """The keys of a document in lower case with their values, those further outside first."""
    waiting = [document]
    for value in waiting:
        if len(waiting) > _MOST_VALUES:
            return
        if isinstance(value, dict):
            yield from ((str(key).lower(), inner) for key, inner in value.items())
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _status(key: str, value: object) -> int | None:
    named = number(value) if key in _KEYS_OF_STATUS else None
    return int(named) if named is not None and 400 <= named < 600 else None


def pause_of(key: str, value: object) -> float | None:
    """Seconds to wait, from a number, from `34s`, or from a time since 1970 in seconds or milliseconds.

    None if the key, which is in lower case, is none that names a wait.
    """
    if key in _KEYS_OF_PAUSES:
        return number(value.removesuffix("s") if isinstance(value, str) else value)
    then = number(value) if key in _KEYS_OF_RESETS else None
    if then is None or then < _TIMESTAMP:
        return then
    seconds = then / 1000 if then >= _TIMESTAMP_MS else then
    ahead = seconds - datetime.now(timezone.utc).timestamp()
    return ahead if ahead > 0 else None


def _pause_in(words: str) -> float | None:
    """Seconds to wait, from the words of Gemini and others."""
    found = _RETRY_IN.search(words)
    return float(found[1]) if found else None


def number(value: object) -> float | None:
    """A number, or the one in a text, that is neither negative nor infinite; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if 0 <= found < math.inf else None
