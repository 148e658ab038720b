"""The JSON that servers answer with, as far as the program reads it, and what it becomes.

Servers differ, so what is not understood is ignored wherever the program can do without it: a caption is not
refused because its token counts make no sense.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WrapValidator

from llm.answers import Reply, Usage

# The mean length of a token of an English prompt in characters; a little low, so that estimates are high.
CHARACTERS_PER_TOKEN = 3.5
# For many vision models a patch of 28 by 28 pixels is a token; others use fewer tokens for a picture.
_PIXELS_PER_TOKEN = 28 * 28
# No real count is higher, and sums over millions of answers stay readable.
_MAX_COUNT = 100_000_000


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server tells about itself and the model in use; None is what it does not tell.

    `context` is in tokens for one request, and `slots` are the requests that are worked on at once.
    """

    models: tuple[str, ...] = ()
    context: int | None = None
    slots: int | None = None
    sees: bool | None = None


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return round(len(text) / CHARACTERS_PER_TOKEN)


def estimated_picture_tokens(width: int, height: int) -> int:
    """About how many tokens a picture has."""
    return round(width * height / _PIXELS_PER_TOKEN)


def _or_else(default: object) -> WrapValidator:
    """Makes a field optional in a stronger sense: a value of another kind counts as `default`."""

    def validate(value: object, validate_strictly: Callable[[object], object]) -> object:
        try:
            return validate_strictly(value)
        except ValidationError:
            return default

    return WrapValidator(validate)


def _count(value: object) -> int:
    """A number of tokens, whatever the server sends: 0 for what is no number, and never out of range."""
    if not isinstance(value, int | float) or math.isnan(value):
        return 0
    return int(max(0, min(value, _MAX_COUNT)))


def _first(value: object) -> object:
    return value[:1] if isinstance(value, list) else value


Count = Annotated[int, BeforeValidator(_count)]
Text = Annotated[str, _or_else("")]
Positive = Annotated[int | None, Field(gt=0, le=_MAX_COUNT), _or_else(None)]


class TokenDetails(BaseModel):
    """`prompt_tokens_details` of a completion."""

    cached_tokens: Count = 0


class TokenCounts(BaseModel):
    """`usage` of a completion."""

    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    prompt_tokens_details: Annotated[TokenDetails, _or_else(TokenDetails())] = TokenDetails()


class ChoiceMessage(BaseModel):
    """`message` of a choice."""

    content: str | None = None


class Choice(BaseModel):
    """One of the answers in a completion; there is only one, as no more are asked for."""

    message: ChoiceMessage
    finish_reason: Annotated[str | None, _or_else(None)] = None


class ChatCompletion(BaseModel):
    """The answer to a chat request."""

    choices: Annotated[list[Choice], Field(min_length=1), BeforeValidator(_first)]
    model: Text = ""
    usage: Annotated[TokenCounts, _or_else(TokenCounts())] = TokenCounts()

    def reply(self, seconds: float) -> Reply:
        """The answer as the program uses it."""
        counts = self.usage
        usage = Usage(
            requests=1,
            prompt_tokens=counts.prompt_tokens,
            cached_tokens=counts.prompt_tokens_details.cached_tokens,
            completion_tokens=counts.completion_tokens,
        )
        return Reply(
            self.choices[0].message.content, self.choices[0].finish_reason, self.model, usage, seconds
        )


class ModelMeta(BaseModel):
    """`meta` of a model in the list of llama.cpp."""

    n_ctx: Positive = None


class Architecture(BaseModel):
    """`architecture` of a model in the list of OpenRouter."""

    input_modalities: Annotated[list[Any] | None, _or_else(None)] = None


class ListedModel(BaseModel):
    """A model in the list of a server."""

    id: Text = ""
    owned_by: Text = ""
    meta: Annotated[ModelMeta | None, _or_else(None)] = None
    architecture: Annotated[Architecture, _or_else(Architecture())] = Architecture()
    # The context, as vLLM, OpenRouter and LM Studio name it.
    max_model_len: Positive = None
    context_length: Positive = None
    loaded_context_length: Positive = None
    max_context_length: Positive = None

    @property
    def is_of_llama_cpp(self) -> bool:
        """Whether the server is llama.cpp, which tells more at /props."""
        return self.owned_by == "llamacpp" or self.meta is not None


class ModelList(BaseModel):
    """The answer to GET /models."""

    data: Annotated[list[Annotated[ListedModel, _or_else(ListedModel())]], _or_else([])] = []

    @property
    def names(self) -> list[str]:
        """The names of the models."""
        return [row.id for row in self.data if row.id]

    def row(self, model: str) -> ListedModel:
        """What the list tells about a model; a server that serves one model may call it otherwise."""
        rows = [*(row for row in self.data if row.id == model), *self.data, ListedModel()]
        return rows[0]


class GenerationSettings(BaseModel):
    """`default_generation_settings` of llama.cpp."""

    n_ctx: Positive = None


class Modalities(BaseModel):
    """`modalities` of llama.cpp."""

    vision: Annotated[bool | None, _or_else(None)] = None


class Properties(BaseModel):
    """The answer of llama.cpp to GET /props."""

    default_generation_settings: Annotated[GenerationSettings, _or_else(GenerationSettings())] = (
        GenerationSettings()
    )
    total_slots: Positive = None
    modalities: Annotated[Modalities, _or_else(Modalities())] = Modalities()


class TokenList(BaseModel):
    """The answer of llama.cpp to POST /tokenize."""

    tokens: list[Any]


def facts(listing: ModelList, model: str, properties: Properties) -> Facts:
    """What the list of models and the properties of a server tell about it and a model."""
    row, defaults = listing.row(model), properties.default_generation_settings
    contexts = (
        defaults.n_ctx,
        row.meta.n_ctx if row.meta else None,
        row.max_model_len,
        row.context_length,
        row.loaded_context_length,
        row.max_context_length,
    )
    inputs, sees = row.architecture.input_modalities, properties.modalities.vision
    if sees is None and inputs is not None:
        sees = "image" in inputs
    return Facts(
        models=tuple(listing.names),
        context=next((context for context in contexts if context), None),
        slots=properties.total_slots,
        sees=sees,
    )


Form = TypeVar("Form", bound=BaseModel)


def read(form: type[Form], body: bytes) -> Form | None:
    """The JSON of an answer in that form; None if it is something else."""
    try:
        return form.model_validate(_DECODER.decode(body.decode("utf-8-sig", "replace")))
    except (ValueError, RecursionError):
        # pydantic's ValidationError is a ValueError, and so is an error in the JSON.
        return None


def _integer(digits: str) -> int | float:
    """Numbers that Python refuses to read for their length count as infinite."""
    return int(digits) if len(digits) < 1000 else math.inf


# Some servers write line breaks into texts as they are, which strict JSON forbids.
_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)
