"""Parquet files that hold pictures with their tags, a row for each, as on Hugging Face."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow
import pyarrow.parquet
from pyarrow import types

from dataset.file_names import cut_suffix
from dataset.listing import PICTURE_SUFFIXES, Folder
from dataset.picture_file import PictureFile
from dataset.pictures import Picture
from dataset.tag_files import Files, Found, TagFile
from dataset.tags_apart import as_json, id_of, plain_columns
from errors import ItemError, Problem
from shards.finding import Shard

# Pictures are read in blocks of this many, and about this many blocks are kept.
_BLOCK, _BLOCKS = 16, 4
_ROWS_AT_ONCE = 1_000
# The suffix of a picture whose name the shard does not tell.
_SUFFIX = ".image"


class _Row(NamedTuple):
    """A row: its group, its number in the group, and what it says apart from the picture."""

    group: int
    number: int
    json: bytes


class ParquetFiles(Files):
    """The pictures and tags in a Parquet file."""

    def __init__(self, shard: Shard) -> None:
        """Raises ItemError where the shard cannot be read or holds no pictures."""
        self._rows: dict[str, _Row] = {}
        self._blocks: dict[tuple[int, int], Sequence[bytes | None]] = {}
        self._lock = threading.Lock()
        self.cut_at: int | None = None
        try:
            self._file = pyarrow.parquet.ParquetFile(
                shard.place.open(), pre_buffer=False, buffer_size=1 << 20
            )
            self._column = _picture_column(shard, self._file.schema_arrow)
            self.size = shard.place.stamp()[0]
            self.folder = self._read_rows()
        except (pyarrow.ArrowException, OSError) as error:
            message = f"{shard.name} is no Parquet file that can be read ({error}): fetch it again"
            raise ItemError("unreadable shard", " ".join(message.split())) from error

    def _read_rows(self) -> Folder:
        key, names = plain_columns(self._file.schema_arrow)
        path = f"{self._column}.path" if _has_child(self._file.schema_arrow, self._column, "path") else None
        columns = [*names, *([path] if path else [])]
        seen: Counter[str] = Counter()
        for at, (group, number, row) in enumerate(self._walk(columns)):
            told = (row.pop(self._column, None) or {}).get("path") if path else None
            name = _name_of(row.get(key) if key else None, told, at)
            seen[cut_suffix(name)[0]] += 1
            self._rows[name] = _Row(group, number, as_json(row))
        message = "several rows have this name: give each one of its own"
        is_alone = {name: seen[cut_suffix(name)[0]] == 1 for name in self._rows}
        return Folder(
            tuple(Picture(name, ".json") for name, alone in is_alone.items() if alone),
            tuple(Problem(name, "same name twice", message) for name, alone in is_alone.items() if not alone),
        )

    def _walk(self, columns: Sequence[str]) -> Iterator[tuple[int, int, dict[str, Any]]]:
        for group in range(self._file.num_row_groups):
            number = 0
            options = {"batch_size": _ROWS_AT_ONCE, "row_groups": [group], "use_threads": False}
            if not columns:
                yield from (
                    (group, each, {}) for each in range(self._file.metadata.row_group(group).num_rows)
                )
                continue
            for batch in self._file.iter_batches(columns=columns, **options):
                for row in batch.to_pylist():
                    yield group, number, row
                    number += 1

    def of(self, picture: Picture) -> Found:
        """The row, read as the JSON of a booru."""
        return Found([TagFile(f"{picture.stem_name}.json", self._rows[picture.name].json)], [])

    def file(self, picture: Picture) -> PictureFile:
        """The picture in its row; raises ItemError where it cannot be read."""
        row = self._rows[picture.name]
        try:
            data = self._block(row.group, row.number // _BLOCK)[row.number % _BLOCK]
        except (pyarrow.ArrowException, OSError) as error:
            message = f"{picture.name} cannot be read ({error}): fetch its shard again"
            raise ItemError("unreadable picture", " ".join(message.split())) from error
        return PictureFile.of(picture.name, data or b"")

    def _block(self, group: int, block: int) -> Sequence[bytes | None]:
        """The pictures of some rows; what follows them in the file is likely to be asked for next."""
        with self._lock:
            known = self._blocks.get((group, block))
            if known is not None:
                return known
            is_struct = types.is_struct(self._file.schema_arrow.field(self._column).type)
            name = f"{self._column}.bytes" if is_struct else self._column
            batches = self._file.iter_batches(
                batch_size=_BLOCK, row_groups=[group], columns=[name], use_threads=False
            )
            for number, batch in enumerate(batches):
                if number >= block:
                    found = batch.column(0).to_pylist()
                    self._blocks[group, number] = [
                        (each or {}).get("bytes") if is_struct else each for each in found
                    ]
                if number >= block + _BLOCKS - 2:
                    break
            while len(self._blocks) > 2 * _BLOCKS:
                del self._blocks[next(iter(self._blocks))]
            return self._blocks[group, block]

    def pack(self, texts: Iterable[tuple[str, str]], extension: str) -> Iterator[bytes]:
        """A table of names and captions; nothing in it has the extension."""
        rows = [{"key": name, "caption": text} for name, text in texts]
        schema = pyarrow.schema({"key": pyarrow.string(), "caption": pyarrow.string()})
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), buffer)
        yield buffer.getvalue()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _picture_column(shard: Shard, schema: Any) -> str:  # noqa: ANN401 - pyarrow is untyped
    """The first column of bytes, or of structures with bytes, as Hugging Face writes pictures."""
    for field in schema:
        if types.is_binary(field.type) or types.is_large_binary(field.type):
            return str(field.name)
        if _has_child(schema, field.name, "bytes"):
            return str(field.name)
    message = f"{shard.name} has no column of pictures: they are bytes, or structures with bytes and path"
    raise ItemError("unreadable shard", message)


def _has_child(schema: Any, name: str, child: str) -> bool:  # noqa: ANN401 - pyarrow is untyped
    kind = schema.field(name).type
    return bool(types.is_struct(kind) and kind.get_field_index(child) >= 0)


def _name_of(key: object, path: object, number: int) -> str:
    """The name of the picture of a row, by its id, by its path, or by its number in the shard."""
    suffixes = [cut_suffix(str(each))[1].lower() for each in (path, key) if each is not None]
    suffix = next((each for each in suffixes if each in PICTURE_SUFFIXES), _SUFFIX)
    told = next((id_of(each) for each in (key, path) if each is not None and id_of(each)), f"{number:08}")
    return f"{told}{suffix}"
