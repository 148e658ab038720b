"""Asking about many tags in few requests: batches are cut by the bytes of their query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from errors import StageError
from wiki.client import TooMuchError, encoded_length

Row = dict[str, object]

# Of the 8 KB that web servers commonly allow for a request line; some 350 to 450 tags.
QUERY_BYTES = 6_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some names that were asked about together, and the rows of the answer, in any order."""

    names: Sequence[str]
    rows: Sequence[Row]


def ask_in_batches(
    names: Sequence[str], ask: Callable[[Sequence[str]], object], *, most: int, least: int = 1
) -> Iterator[Batch]:
    """Ask about all names, at most `most` at a time, and in smaller batches once the wiki cannot answer.

    A batch has up to QUERY_BYTES of encoded names, but at least `least` names if there are as many.
    Raises StageError when the wiki cannot answer even about one name.
    """
    position = 0
    while position < len(names):
        fitting = max(least, _fitting(names[position : position + most]))
        batch = names[position : position + min(fitting, most)]
        try:
            rows = rows_of(ask(batch))
        except TooMuchError:
            if len(batch) == 1:
                raise
            most = len(batch) // 2
            continue
        position += len(batch)
        yield Batch(batch, rows)


def fits_in_url(names: Sequence[str]) -> bool:
    """Say whether the encoded names are short enough for a URL."""
    return _fitting(names) == len(names)


def _fitting(names: Sequence[str]) -> int:
    size = 0
    for count, name in enumerate(names):
        size += encoded_length(name) + 1
        if size > QUERY_BYTES:
            return max(1, count)
    return len(names)


def rows_of(document: object) -> list[Row]:
    """Take the list of objects out of an answer: a list, or an object with one list in it.

    Raises StageError when the answer has another form.
    """
    if isinstance(document, dict) and len(document) == 1:
        (document,) = document.values()
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise StageError("The wiki answered with JSON of an unknown form: check wiki_url and source")
    return document


def text_in(row: object, key: str) -> str:
    """Read a text out of a row, "" when it is missing or something else."""
    value = row.get(key) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def number_in(row: Row, key: str) -> int | None:
    """Read a whole number out of a row, None when it is missing or something else."""
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def category_in(row: Row, names: Mapping[int, str]) -> str | None:
    """Read the category of a tag, which every wiki numbers in its own way."""
    number = number_in(row, "category")
    return None if number is None else names.get(number)
