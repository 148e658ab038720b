"""What a server tells of itself beside the chat: its models, their context, how much it does at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# Mean length of a token of English prompts in characters; a little low, so that estimates are high.
CHARACTERS_PER_TOKEN = 3.5
# For many vision models a patch of 28 by 28 pixels is a token; others use fewer tokens for a picture.
_PIXELS_PER_TOKEN = 28 * 28
# By what key the list of models tells the context: vLLM, OpenRouter, LM Studio.
_CONTEXT_KEYS = ("max_model_len", "context_length", "loaded_context_length", "max_context_length")

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a server and the model that is asked; None is what it does not tell.

    `context` is in tokens, for one request; `slots` are the requests that it works on at once.
    """

    models: tuple[str, ...] = ()
    context: int | None = None
    slots: int | None = None
    sees: bool | None = None


async def facts_of(endpoint: Endpoint) -> Facts:
    """Ask a server about itself: the list of models, and llama.cpp for its properties."""
    rows = _rows(await endpoint.connection.consult("models"))
    row: Row = next((row for row in rows if row.get("id") == endpoint.model), rows[0] if rows else {})
    meta = _object(row.get("meta"))
    is_llama = row.get("owned_by") == "llamacpp" or bool(meta)
    properties = _object(await endpoint.connection.consult("../props")) if is_llama else {}
    defaults = _object(properties.get("default_generation_settings"))
    return Facts(
        models=tuple(str(row["id"]) for row in rows if row.get("id")),
        context=_first_number([defaults.get("n_ctx"), meta.get("n_ctx"), *map(row.get, _CONTEXT_KEYS)]),
        slots=_first_number([properties.get("total_slots")]),
        sees=_sees(row, properties),
    )


async def count_tokens(endpoint: Endpoint, text: str) -> int | None:
    """How many tokens a text has for the model, where the server counts for others, as llama.cpp does."""
    answer = _object(await endpoint.connection.consult("../tokenize", {"content": text}))
    tokens = answer.get("tokens")
    return len(tokens) if isinstance(tokens, list) and tokens else None


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return round(len(text) / CHARACTERS_PER_TOKEN)


def estimated_picture_tokens(width: int, height: int) -> int:
    """About how many tokens a picture has."""
    return round(width * height / _PIXELS_PER_TOKEN)


def _sees(row: Row, properties: Row) -> bool | None:
    kinds = _object(row.get("architecture")).get("input_modalities")
    told = _object(properties.get("modalities")).get("vision")
    if isinstance(told, bool):
        return told
    return "image" in kinds if isinstance(kinds, list) else None


def _rows(listing: object) -> list[Row]:
    found = _object(listing).get("data")
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _object(value: object) -> Row:
    return value if isinstance(value, dict) else {}


def _first_number(values: Iterable[object]) -> int | None:
    return next((value for value in values if isinstance(value, int) and value > 0), None)
