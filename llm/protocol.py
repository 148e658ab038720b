"""The kinds of values in the JSON that servers answer with.

Servers differ, so whatever the program can do without may be missing or of another kind: a caption is not
refused because its token counts make no sense.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AliasPath,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    WrapValidator,
)

# No real count of tokens is higher, and sums over millions of answers stay readable.
_MAX_COUNT = 100_000_000


def or_else(default: object) -> WrapValidator:
    """Lets a value of another kind count as `default`."""

    def validate(value: object, validate_strictly: Callable[[object], object]) -> object:
        try:
            return validate_strictly(value)
        except ValidationError:
            return default

    return WrapValidator(validate)


def _count(value: object) -> int:
    """A number of tokens, whatever the server sends: 0 for what is no number, and never out of range."""
    if not isinstance(value, int | float) or isinstance(value, bool) or math.isnan(value):
        return 0
    return int(max(0, min(value, _MAX_COUNT)))


def at_path(*path: str | int) -> Any:  # noqa: ANN401 - typed as pydantic's own Field is
    """A field whose value is found at this path, and that keeps its default if there is none."""
    return Field(validation_alias=AliasPath(*path))  # type: ignore[arg-type]


def _probability(value: object) -> float:
    """A probability from its logarithm; 0 for what is no logarithm of one."""
    is_one = isinstance(value, int | float) and not isinstance(value, bool) and value <= 0
    return math.exp(value) if is_one else 0.0  # type: ignore[arg-type]


Count = Annotated[int, BeforeValidator(_count)]
Text = Annotated[str, or_else("")]


class Token(BaseModel):
    """A token that an answer could have begun with."""

    token: Text = ""
    probability: Annotated[float, BeforeValidator(_probability), Field(validation_alias="logprob")] = 0.0
