"""What a server is told and nobody else may read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from urllib.parse import quote

from settings import EndpointSettings

HIDDEN = "[secret]"
_SHORTEST = 6


def secrets_in(settings: EndpointSettings) -> list[str]:
    """The key and the headers as they may come back: plain, in JSON, in a URL.

    The longest come first, so that none is left over in part.
    """
    told = [settings.api_key.get_secret_value(), *map(str, settings.headers.values())]
    # A header may be a scheme and a key: `Bearer sk-…`.
    words = {word for text in told for word in (text, *text.split()) if len(word) >= _SHORTEST}
    forms = {
        form for word in words for form in (word, json.dumps(word)[1:-1], quote(word), quote(word, safe=""))
    }
    return sorted(forms, key=len, reverse=True)


def blotted(text: str, secrets: Iterable[str]) -> str:
    """A text in which no secret can be read."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text
