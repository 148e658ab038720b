"""The fields of a chat request, from the settings and the messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from errors import UserError
from llm.dialect import REASONING_FIELDS
from llm.prompts import Message
from settings import EndpointSettings

# How much the temperature rises with each answer that was not accepted, how much in all, and up to what: some
# services allow no more than 1.
_WARMER, _MOST_WARMER, _WARMEST = 0.1, 0.3, 1.0


def fields_of_request(
    settings: EndpointSettings,
    model: str,
    messages: Sequence[Message],
    attempt: int,
    extra_fields: Mapping[str, object],
) -> dict[str, Any]:
    """The fields of a request; `attempt` counts the replies to the same messages that were not accepted.

    `extra_fields` stand beside those of the settings, but for those that are left empty there.
    """
    fields: dict[str, Any] = {
        "model": model,
        # Some servers stream unless they are told not to.
        "stream": False,
        "messages": [message.as_json() for message in messages],
        "temperature": _warmer(settings.temperature, attempt),
        "top_p": settings.top_p,
        "max_tokens": settings.max_tokens,
        "seed": (settings.seed or 0) + attempt if attempt else settings.seed,
        "stop": list(settings.stop) or None,
    }
    # What the user has left empty may be a field that the server refuses.
    further = {name: value for name, value in extra_fields.items() if fields.get(name, "") is not None}
    fields = {name: value for name, value in fields.items() if value is not None}
    if REASONING_FIELDS & settings.extra_body.keys():
        # The user has a way of their own to turn reasoning on or off.
        further = {name: value for name, value in further.items() if name not in REASONING_FIELDS}
    return {**fields, **further, **settings.extra_body}


def written(fields: Mapping[str, Any]) -> bytes:
    """The body of a request with these fields; raises UserError for a value that JSON cannot hold."""
    try:
        return orjson.dumps(fields)
    except TypeError as error:
        raise UserError(f"no request can be written ({error}): correct seed or extra_body") from error


def _warmer(temperature: float | None, attempt: int) -> float | None:
    """The temperature after so many answers that were not accepted.

    A model that refuses or repeats itself at a low temperature often does so with every seed.
    """
    if temperature is None or temperature >= _WARMEST:
        return temperature
    return round(min(temperature + min(attempt * _WARMER, _MOST_WARMER), _WARMEST), 3)
