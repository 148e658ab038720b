"""The headers of the pages of a Parquet file, which say how much memory it takes to unpack each page.

A page is unpacked as a whole, before any row of it can be read, and what the end of the file says about it
need not be true. The headers must be, since pyarrow compares them with what it unpacks. They are structures
in the compact protocol of Thrift, as its specification and that of Parquet (parquet.thrift) describe them.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from errors import UserError
from limits import LARGEST_PAGE

# A page of a dump has hundreds of rows, so a column has some thousand pages at most.
_MOST_PAGES = 100_000
_MOST_FIELDS = 10_000
_DEEPEST = 8
_UNPACKED_SIZE, _PACKED_SIZE = 2, 3
# Where the encoding of the two kinds of pages is: the structure, and the field in it.
_ENCODINGS = ((5, 2), (8, 4))
# Each value repeats a part of the one before, so a small page can hold any amount of text.
_DELTA_BYTE_ARRAY = 7
_BROKEN = "a page whose header cannot be read"
Fields = dict[int, Any]


def require_pyarrow(what: object) -> None:
    """Raise UserError, which says what to install, where Parquet can be neither read nor written."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UserError(f"{what} needs pyarrow, which is not installed: pip install pyarrow")


def refuse_large_pages(file: BinaryIO, metadata: Any, names: Collection[str]) -> None:  # noqa: ANN401 - pyarrow is untyped
    """Raise ValueError if a page of these columns takes too much memory to be read.

    `metadata` is the summary of the file.
    """
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for column in map(group.column, range(group.num_columns)):
            # Those within an object are called by its name, a point and their own.
            path = column.path_in_schema
            if path in names or path.partition(".")[0] in names:
                _refuse_large_pages_of(file, column)


def _refuse_large_pages_of(file: BinaryIO, column: Any) -> None:  # noqa: ANN401 - pyarrow is untyped
    start = column.data_page_offset
    if column.has_dictionary_page and 0 < column.dictionary_page_offset < start:
        start = column.dictionary_page_offset
    for count, header in enumerate(_headers(file, start, start + column.total_compressed_size)):
        if _size(header, _UNPACKED_SIZE) > LARGEST_PAGE:
            raise ValueError(f"a page that unpacks to more than {LARGEST_PAGE // 1_000_000} MB")
        if count > _MOST_PAGES or _DELTA_BYTE_ARRAY in _encodings(header):
            raise ValueError("pages of a kind that no dump of a wiki has")


def _headers(file: BinaryIO, position: int, end: int) -> Iterator[Fields]:
    while position < end:
        file.seek(position)
        header = _structure(file)
        position = file.tell() + _size(header, _PACKED_SIZE)
        yield header


def _size(header: Fields, field: int) -> int:
    size = header.get(field)
    if not isinstance(size, int) or size < 0:
        raise ValueError(_BROKEN)
    return size


def _encodings(header: Fields) -> Iterator[object]:
    for kind, field in _ENCODINGS:
        if isinstance(inner := header.get(kind), dict):
            yield inner.get(field)


def _structure(file: BinaryIO, depth: int = 0) -> Fields:
    """The numbers and structures in a structure, by the numbers of their fields; all else is passed over."""
    fields: Fields = {}
    number = 0
    for _ in range(_MOST_FIELDS):
        head = _byte(file)
        if head == 0:
            return fields
        number = number + (head >> 4) if head >> 4 else _number(file)
        fields[number] = _value(file, head & 15, depth)
    raise ValueError(_BROKEN)


def _value(file: BinaryIO, kind: int, depth: int) -> object:
    if kind in (1, 2):  # a truth value, which is the kind itself
        return kind == 1
    if kind in (4, 5, 6):
        return _number(file)
    if kind == 12 and depth < _DEEPEST:
        return _structure(file, depth + 1)
    sizes = {3: 1, 7: 8}
    if kind in sizes or kind == 8:
        size = sizes.get(kind) or _varint(file)
        if size > LARGEST_PAGE:
            raise ValueError(_BROKEN)
        file.seek(size, os.SEEK_CUR)
        return None
    # Headers of pages hold no lists, sets and maps.
    raise ValueError(_BROKEN)


def _number(file: BinaryIO) -> int:
    coded = _varint(file)
    return (coded >> 1) ^ -(coded & 1)


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = _byte(file)
        value |= (byte & 127) << shift
        if byte < 128:
            return value
    raise ValueError(_BROKEN)


def _byte(file: BinaryIO) -> int:
    read = file.read(1)
    if not read:
        raise ValueError(_BROKEN)
    return read[0]
