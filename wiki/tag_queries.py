"""Asking a wiki about many tags in few requests, and reading the rows of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    InstanceOf,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from errors import StageError
from limits import plausible_count
from wiki.client import TooMuchError, encoded_length

Text = InstanceOf[str]
"""Any text: pydantic's own type refuses half a surrogate pair, which an answer may hold."""
Count = Annotated[int | None, BeforeValidator(plausible_count)]
"""A whole number, None where it cannot be true."""

# Web servers commonly allow 8 KB for a request line. This is room for 350 to 450 tags.
QUERY_BYTES = 6_000


class Row(BaseModel):
    """A part of an answer. A field that is missing or of another type than it should be counts as empty."""

    @field_validator("*", mode="wrap")
    @classmethod
    def _or_empty(cls, value: object, check: ValidatorFunctionWrapHandler, about: ValidationInfo) -> Any:  # noqa: ANN401 - of any field
        try:
            return check(value)
        except ValidationError:
            return cls.model_fields[str(about.field_name)].default


AnyRow = TypeVar("AnyRow", bound=Row)


def ask_in_batches(
    names: Sequence[str],
    ask: Callable[[Sequence[str]], object],
    kind: type[AnyRow],
    *,
    most: int,
    least: int = 1,
) -> Iterator[tuple[Sequence[str], Sequence[AnyRow]]]:
    """Ask about all names in batches; yields the names of each batch and the rows of its answer.

    A batch has at most `most` names and QUERY_BYTES of them, but at least `least` names if there are as
    many. Where the wiki cannot answer, the batches become smaller. Raises StageError when it cannot answer
    even about one name.
    """
    position = 0
    while position < len(names):
        count = max(least, fitting(names[position : position + most]))
        batch = names[position : position + min(count, most)]
        try:
            rows = rows_of(ask(batch), kind)
        except TooMuchError:
            if len(batch) == 1:
                raise
            most = len(batch) // 2
            continue
        position += len(batch)
        yield batch, rows


def fitting(names: Sequence[str]) -> int:
    """How many of the names, from the first on, fit into QUERY_BYTES; at least 1."""
    size = 0
    for count, name in enumerate(names):
        size += encoded_length(name) + 1
        if size > QUERY_BYTES:
            return max(1, count)
    return len(names)


def rows_of(document: object, kind: type[AnyRow]) -> list[AnyRow]:
    """The objects in an answer, which is a list of them, or an object with one such list in it.

    Raises StageError when the answer has another form.
    """
    if isinstance(document, dict) and len(document) == 1:
        (document,) = document.values()
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise StageError("The wiki answered with JSON of an unknown form: check wiki_url and source")
    return [kind.model_validate(row) for row in document]
