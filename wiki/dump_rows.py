"""The rows of a wiki dump, read one after the other: CSV or JSON lines, packed with gzip or not, or Parquet.

A dump holds about 180,000 pages in 100 MB and more, of which a data set needs a few hundred. So only the
title of a row is read unless the row is wanted.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from errors import UserError

Row = Mapping[str, object]
Wanted = Callable[[str], bool]
Reader = Callable[[Path, Wanted, "Tally"], Iterator[Row]]

TITLE = ("title", "name", "tag")
BODY = ("body", "text", "description")

# Bodies have up to 250,000 characters. A far longer field is one whose quotation mark was never closed.
_LONGEST_FIELD = 1_000_000
_LONGEST_TITLE = 300
_GZIP = b"\x1f\x8b"
# Rows of a Parquet file: few enough that a batch of long bodies takes a few megabytes.
_ROWS_AT_ONCE = 2_000


class Tally:
    """Counts the rows of one reading: those with a title, and those that could not be read."""

    def __init__(self) -> None:
        self.titles = 0
        self.broken = 0
        self.first_broken = ""

    def count(self, title: object, number: int) -> str:
        """Count a row; returns its title, "" of a row that has none."""
        if title is None or not 0 < len(str(title).strip()) <= _LONGEST_TITLE:
            self.skip(number, "it has no title")
            return ""
        self.titles += 1
        return str(title)

    def skip(self, number: int, what: str) -> None:
        """Count a row that cannot be read, and remember what is wrong with the first one."""
        self.first_broken = self.first_broken or f"row {number}: {what}"
        self.broken += 1


def value_in(row: Row, names: Sequence[str]) -> object:
    """The first of these columns that a row has; None when it has none of them."""
    return next((row[name] for name in names if name in row), None)


def column(path: Path, columns: Sequence[str], names: Sequence[str]) -> str:
    """The first of these names that a file has a column of; raises UserError when it has none of them."""
    for name in names:
        if name in columns:
            return name
    raise UserError(
        f"{path} has no column {' or '.join(names)}, only {', '.join(columns) or 'an empty first row'}: "
        "rename its columns so that it has title and body"
    )


def csv_rows(path: Path, wanted: Wanted, tally: Tally) -> Iterator[Row]:
    """Read the wanted rows of a CSV file; its header is row 1."""
    # This limit is for the whole process, so each reader of CSV sets its own.
    csv.field_size_limit(_LONGEST_FIELD)
    with _lines(path) as lines:
        records = _csv_records(csv.reader(lines), tally)
        _, first = next(records, (1, []))
        header = [name.strip().lower() for name in first]
        column(path, header, BODY)
        title_at = header.index(column(path, header, TITLE))
        for number, fields in records:
            if len(fields) != len(header):
                tally.skip(number, f"it has {len(fields)} fields instead of {len(header)}")
            elif wanted(tally.count(fields[title_at], number)):
                yield dict(zip(header, fields, strict=True))


def _csv_records(lines: Iterator[list[str]], tally: Tally) -> Iterator[tuple[int, list[str]]]:
    for number in itertools.count(1):
        try:
            fields = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            tally.skip(number, str(error))
            continue
        if fields:
            yield number, fields


def json_rows(path: Path, wanted: Wanted, tally: Tally) -> Iterator[Row]:
    """Read the wanted rows of a file with one JSON object in each line."""
    with _lines(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                tally.skip(number, f"it is no JSON ({error})")
                continue
            if not isinstance(row, dict):
                tally.skip(number, "it is no JSON object")
            elif wanted(tally.count(value_in(row, TITLE), number)):
                yield row


@contextmanager
def _lines(path: Path) -> Iterator[io.TextIOWrapper]:
    """Open a text file, unpacked if need be; raises UserError when it cannot be read to its end."""
    try:
        with path.open("rb") as file:
            packed = file.peek(2).startswith(_GZIP)
            stream = gzip.GzipFile(fileobj=file) if packed else file
            with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="") as lines:
                yield lines
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read to its end ({error}): download it again") from error


def require_pyarrow(path: Path) -> None:
    """Raise UserError, which says what to install, where Parquet cannot be read."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UserError(f"{path} is a Parquet file: install pyarrow to read it (pip install pyarrow)")


def parquet_rows(path: Path, wanted: Wanted, tally: Tally) -> Iterator[Row]:
    """Read the wanted rows of a Parquet file; of row groups without any, only the titles are read."""
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = {str(name).lower(): str(name) for name in file.schema_arrow.names}
            column(path, list(names), BODY)
            title = names[column(path, list(names), TITLE)]
            number = itertools.count(1)
            for group in range(file.num_row_groups):
                titles = file.read_row_group(group, columns=[title]).column(0).to_pylist()
                are_wanted = [wanted(tally.count(one, next(number))) for one in titles]
                if any(are_wanted):
                    yield from _wanted_rows(file, group, are_wanted)
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}): download it again") from error


def _wanted_rows(file: Any, group: int, are_wanted: list[bool]) -> Iterator[Row]:  # noqa: ANN401 - untyped
    start = 0
    for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, row_groups=[group]):
        here = are_wanted[start : start + batch.num_rows]
        start += batch.num_rows
        if any(here):
            for row in batch.filter(here).to_pylist():
                yield {str(name).lower(): value for name, value in row.items()}
