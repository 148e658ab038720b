"""The rows of a wiki dump, read one after the other: CSV or JSON lines, packed with gzip or not, or Parquet.

A dump holds about 180,000 pages in 100 MB and more, of which a data set needs a few hundred. So only the
title of a row is looked at unless the row is wanted.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from decoding import open_file
from errors import UserError
from limits import LARGEST_DUMP, LONGEST_ROW, MOST_ROWS, read_json
from parquet_pages import refuse_large_pages

Row = Mapping[str, object]
Wanted = Callable[[str], bool]
Reader = Callable[[Path, Wanted, "Tally"], Iterator[Row]]

TITLE = ("title", "name", "tag")
BODY = ("body", "text", "description")
CATEGORY = ("category", "category_name", "category_id")
# Only the dumps of e621 have these columns. It numbers the categories in its own way.
OF_E621 = ("parent", "creator_id")
COLUMNS = {*TITLE, *BODY, *CATEGORY, *OF_E621, "post_count", "is_deleted", "updated_at"}

# Bodies have up to 250,000 characters. A far longer field is one whose quotation mark was never closed.
_LONGEST_FIELD = 1_000_000
_LONGEST_TITLE = 300
_GZIP = b"\x1f\x8b"
# Few enough that a batch of long bodies takes a few megabytes.
_ROWS_AT_ONCE = 500


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


def _column(path: Path, columns: Sequence[str], names: Sequence[str]) -> str:
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
        records = _csv_records(lines, tally)
        _, first = next(records, (1, []))
        header = [name.strip().lower() for name in first]
        _column(path, header, BODY)
        title_at = header.index(_column(path, header, TITLE))
        for number, fields in records:
            if len(fields) != len(header):
                tally.skip(number, f"it has {len(fields)} fields instead of {len(header)}")
            elif wanted(tally.count(fields[title_at], number)):
                yield dict(zip(header, fields, strict=True))


def _csv_records(lines: _Lines, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines.read())
    for number in itertools.count(1):
        lines.begin_row(number)
        try:
            fields = next(reader)
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
        for number, line in enumerate(lines.read(), 1):
            lines.begin_row(number + 1)
            if not line.strip():
                continue
            try:
                row = read_json(line)
            except ValueError as error:
                tally.skip(number, f"it is no JSON ({error})")
                continue
            if not isinstance(row, dict):
                tally.skip(number, "it is no JSON object")
            elif wanted(tally.count(value_in(row, TITLE), number)):
                yield row


class _Lines:
    """The lines of a text, as long as neither a row of it nor all of it is too long."""

    def __init__(self, path: Path, text: io.TextIOWrapper) -> None:
        self._path = path
        self._text = text
        self._count = 0
        self.begin_row(1)

    def begin_row(self, number: int) -> None:
        """Let the next line be the first one of a row."""
        self._row = number
        self._limit = min(LARGEST_DUMP, self._count + LONGEST_ROW)

    def read(self) -> Iterator[str]:
        """Yield the lines; raises UserError at one that makes a row or all of it too long."""
        while line := self._text.readline(LONGEST_ROW):
            self._count += len(line)
            if self._count >= self._limit:
                what = f"row {self._row}" if self._count < LARGEST_DUMP else "it"
                size = LONGEST_ROW if self._count < LARGEST_DUMP else LARGEST_DUMP
                raise _too_large(self._path, f"{what} has more than {size:,} characters")
            yield line


@contextmanager
def _lines(path: Path) -> Iterator[_Lines]:
    """Open a text file, unpacked if need be; raises UserError when it cannot be read to its end."""
    try:
        with open_file(path) as file:
            packed = file.peek(2).startswith(_GZIP)
            stream = gzip.GzipFile(fileobj=file) if packed else file
            with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="") as text:
                yield _Lines(path, text)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{path} cannot be read to its end ({error}): download it again") from error


def _too_large(path: Path, what: str) -> UserError:
    """The error for a file of which a part is larger than any in a dump of a wiki."""
    return UserError(f"{path} is no dump of a wiki ({what}): download it again, or name another source")


def parquet_rows(path: Path, wanted: Wanted, tally: Tally) -> Iterator[Row]:
    """Read the wanted rows of a Parquet file, a few at a time.

    Parquet packs each page, and keeps a value that repeats once, so a file of some hundred bytes may hold
    gigabytes: the sizes that the file tells are checked before anything is read, and what repeats is not
    copied.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        with path.open("rb") as raw, pyarrow.parquet.ParquetFile(path) as file:
            columns = _plain_columns(file.schema_arrow)
            _column(path, list(columns), BODY)
            title = columns[_column(path, list(columns), TITLE)]
            names = {name: written for name, written in columns.items() if name in COLUMNS}
            if file.metadata.num_rows > MOST_ROWS:
                raise _too_large(path, f"it has more than {MOST_ROWS:,} rows")
            refuse_large_pages(raw, file.metadata, names.values())
        # Repeated values are kept once, because a value of a megabyte may stand in a million rows.
        texts = list(names.values())
        with pyarrow.parquet.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as file:
            number = itertools.count(1)
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=texts):
                for at, one in enumerate(_values(batch.column(title))):
                    if wanted(tally.count(one, next(number))):
                        (row,) = batch.slice(at, 1).to_pylist()
                        yield {name: row[written] for name, written in names.items()}
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}): download it again") from error
    except ValueError as error:
        raise _too_large(path, f"it has {error}") from error


def _plain_columns(schema: Any) -> dict[str, str]:  # noqa: ANN401 - untyped
    """The columns of texts, numbers and dates: name in small letters ─▶ as written."""
    from pyarrow import types

    kinds = (types.is_primitive, types.is_string, types.is_large_string, types.is_null, types.is_decimal)

    def is_plain(kind: Any) -> bool:  # noqa: ANN401 - untyped
        inner = kind.value_type if types.is_dictionary(kind) else kind
        return any(is_kind(inner) for is_kind in kinds)

    plain = [str(field.name) for field in schema if is_plain(field.type)]
    return {name.lower(): name for name in plain}


def _values(column: Any) -> Iterator[object]:  # noqa: ANN401 - untyped
    """The values of a column, without a copy for each time that one of them is repeated."""
    if not hasattr(column, "dictionary"):
        yield from column.to_pylist()
        return
    distinct = column.dictionary.to_pylist()
    for index in column.indices.to_pylist():
        yield None if index is None else distinct[index]
