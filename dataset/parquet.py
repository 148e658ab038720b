"""Captions as one Parquet table, by way of the optional library pyarrow.

Its columns: `file_name`, `caption`, `captions` (all variants, the main one first) and `tags`. Trainers that
read Parquet are told in their own settings which columns to take.
"""

from __future__ import annotations

import importlib.util
import io
import itertools
from collections.abc import Iterable, Iterator

from dataset.trainers import Captioned, is_utf8
from errors import UserError

FILE_NAME = "captions.parquet"
_ROWS_AT_ONCE = 10_000


def require_pyarrow() -> None:
    """Raise UserError, and say what to install, where Parquet cannot be written."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UserError("Parquet is written by pyarrow, which is not installed: pip install pyarrow")


def parquet_pieces(pictures: Iterable[Captioned]) -> Iterator[bytes]:
    """The bytes of the table, some thousand rows at a time; names that are no UTF-8 are left out."""
    import pyarrow
    import pyarrow.parquet

    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    schema = pyarrow.schema({"file_name": text, "caption": text, "captions": texts, "tags": texts})
    rows = (
        {
            "file_name": each.picture.name,
            "caption": each.caption,
            "captions": each.captions,
            "tags": list(each.tags),
        }
        for each in pictures
        if is_utf8(each.picture.name)
    )
    buffer = io.BytesIO()
    with pyarrow.parquet.ParquetWriter(buffer, schema) as writer:
        while batch := list(itertools.islice(rows, _ROWS_AT_ONCE)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
    yield buffer.getvalue()
