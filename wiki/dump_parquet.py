"""Rows of a wiki dump in Parquet, by way of the optional library pyarrow."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from errors import UserError
from wiki.dump_rows import BODY, TITLE, Row, Tally, Wanted, column

# Few enough that a batch of long bodies is some megabytes.
_ROWS_AT_ONCE = 2_000


def require_pyarrow(path: Path) -> None:
    """Raise UserError, and say what to install, where Parquet cannot be read."""
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
