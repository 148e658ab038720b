"""Asking a wiki about many tags in few requests, and reading the rows of its answers.

A field that is missing or of another type than it should be counts as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from errors import StageError
from limits import plausible_count
from wiki.client import TooMuchError, encoded_length

Row = dict[str, object]

# Web servers commonly allow 8 KB for a request line. This is room for 350 to 450 tags.
QUERY_BYTES = 6_000


def ask_in_batches(
    names: Sequence[str], ask: Callable[[Sequence[str]], object], *, most: int, least: int = 1
) -> Iterator[tuple[Sequence[str], Sequence[Row]]]:
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
            rows = rows_of(ask(batch))
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


def rows_of(document: object) -> list[Row]:
    """The objects in an answer, which is a list of them, or an object with one such list in it.

    Raises StageError when the answer has another form.
    """
    if isinstance(document, dict) and len(document) == 1:
        (document,) = document.values()
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise StageError("The wiki answered with JSON of an unknown form: check wiki_url and source")
    return document


def text_in(row: object, key: str) -> str:
    """The text of a field, "" when there is none."""
    value = row.get(key) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def number_in(row: Row, key: str) -> int | None:
    """The whole number of a field, None when there is none or when it cannot be true."""
    return plausible_count(row.get(key))


def category_in(row: Row, names: Mapping[int, str]) -> str | None:
    """The category of a tag, which every wiki numbers in its own way; None when it is not known."""
    number = number_in(row, "category")
    return None if number is None else names.get(number)
