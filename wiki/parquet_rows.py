"""The rows of a wiki dump in Parquet, read a few at a time.

Parquet packs each page, and keeps a value that repeats once, so a file of some hundred bytes may hold
gigabytes: the sizes that the file tells are checked before anything is read, and what repeats is not copied.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from errors import UserError
from limits import MOST_ROWS
from parquet_pages import refuse_large_pages
from wiki.dump_rows import BODY, COLUMNS, TITLE, Row, Tally, Wanted, column, too_large

# Few enough that a batch of long bodies takes a few megabytes.
_ROWS_AT_ONCE = 500


def parquet_rows(path: Path, wanted: Wanted, tally: Tally) -> Iterator[Row]:
    """Read the wanted rows of a Parquet file; of row groups without any, only the titles are read."""
    import pyarrow
    import pyarrow.parquet

    try:
        with path.open("rb") as raw, pyarrow.parquet.ParquetFile(path) as file:
            columns = _plain_columns(file.schema_arrow)
            column(path, list(columns), BODY)
            title = columns[column(path, list(columns), TITLE)]
            names = {name: written for name, written in columns.items() if name in COLUMNS}
            if file.metadata.num_rows > MOST_ROWS:
                raise too_large(path, f"it has more than {MOST_ROWS:,} rows")
            refuse_large_pages(raw, file.metadata, names.values())
        # Repeated values are kept once, because a value of a megabyte may stand in a million rows.
        texts = list(names.values())
        with pyarrow.parquet.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as file:
            yield from _rows_of_groups(file, names, title, wanted, tally)
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}): download it again") from error
    except ValueError as error:
        raise too_large(path, f"it has {error}") from error


def _plain_columns(schema: Any) -> dict[str, str]:  # noqa: ANN401 - untyped
    """The columns of texts, numbers and dates: name in small letters ─▶ as written."""
    from pyarrow import types

    kinds = (types.is_primitive, types.is_string, types.is_large_string, types.is_null, types.is_decimal)

    def is_plain(kind: Any) -> bool:  # noqa: ANN401 - untyped
        inner = kind.value_type if types.is_dictionary(kind) else kind
        return any(is_kind(inner) for is_kind in kinds)

    plain = [str(field.name) for field in schema if is_plain(field.type)]
    return {name.lower(): name for name in plain}


def _rows_of_groups(
    file: Any,  # noqa: ANN401 - untyped
    names: Mapping[str, str],
    title: str,
    wanted: Wanted,
    tally: Tally,
) -> Iterator[Row]:
    number = itertools.count(1)
    for group in range(file.num_row_groups):
        found: list[int] = []
        start = 0
        for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], columns=[title]):
            titles = _values(batch.column(0))
            found += [start + at for at, one in enumerate(titles) if wanted(tally.count(one, next(number)))]
            start += batch.num_rows
        if found:
            yield from _found_rows(file, group, names, found)


def _values(column: Any) -> Iterator[object]:  # noqa: ANN401 - untyped
    """The values of a column, without a copy for each time that one of them is repeated."""
    if not hasattr(column, "dictionary"):
        yield from column.to_pylist()
        return
    distinct = column.dictionary.to_pylist()
    for index in column.indices.to_pylist():
        yield None if index is None else distinct[index]


def _found_rows(
    file: Any,  # noqa: ANN401 - untyped
    group: int,
    names: Mapping[str, str],
    found: Sequence[int],
) -> Iterator[Row]:
    start, wanted = 0, iter(found)
    following = next(wanted, None)
    for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], columns=list(names.values())):
        while following is not None and following < start + batch.num_rows:
            (row,) = batch.slice(following - start, 1).to_pylist()
            yield {name: row[written] for name, written in names.items()}
            following = next(wanted, None)
        start += batch.num_rows
