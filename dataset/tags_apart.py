"""Tags that are stored apart from their pictures: in a folder of tag files, or in a Parquet table by id.

    [Dataset] tags = FOLDER          FOLDER/a/b.txt has the tags of a/b.png
    [Dataset] tags = posts.parquet   the row whose id is 12 has those of 12.webp

Where a picture has tag files beside it too, it is only judged by them. The tables of boorus have columns such
as id, tag_string_general, tag_string_character and rating; a row is read as the JSON of the same site is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dataset.listing import Folder, forms_of
from dataset.pictures import Picture
from dataset.tag_files import Files, Found, TagFile, TagFiles
from errors import NO_TAG_FILE, ItemError, UserError
from parquet_pages import refuse_large_pages, require_pyarrow

# The suffix of a tag file that is nowhere beside its picture.
_APART = " (apart)"
TABLE = ".parquet"
_IDS = ("id", "post_id", "key", "__key__", "image_id", "file_name", "filename")
# Columns that say nothing of what is in a picture and take most of the room.
_NOT_READ = re.compile(
    r".*_url|url|md5|sha256|source|parent_id|pixiv_id|(?:up_|down_)?score|fav_count|tag_count(?:_.*)?"
    r"|(?:uploader|approver)_id"
)
_ROWS_AT_ONCE = 10_000


class TagsApart(Files):
    """The tag files in another place, and those beside the pictures."""

    def __init__(self, apart: Files, beside: Files) -> None:
        self._apart = apart
        self._beside = beside

    def of(self, picture: Picture) -> Found:
        """See `Files`; a picture without tags apart has one file that cannot be read."""
        first, judged, state = self._apart.of(_without_suffixes(picture))
        beside, further, state_beside = self._beside.of(_as_beside(picture))
        if not first:
            message = "there are no tags of this picture in the place that [Dataset] tags names"
            first = [TagFile(picture.stem_name, error=ItemError(NO_TAG_FILE, message))]
        return Found(first, [*judged, *beside, *further], hash((state, state_beside)))

    def state(self, picture: Picture) -> int:
        """See `Files`."""
        return hash((self._apart.state(_without_suffixes(picture)), self._beside.state(_as_beside(picture))))

    def saved_at(self, picture: Picture) -> int:
        """See `Files`."""
        return self._beside.saved_at(_as_beside(picture))


class Rows(Files):
    """The rows of a table that are about these pictures, each as the JSON of a booru has it."""

    def __init__(self, path: Path, pictures: Iterable[Picture]) -> None:
        """Raises UserError where the table cannot be read."""
        self._rows = _rows_of(path, {_id_of(picture) for picture in pictures})

    def of(self, picture: Picture) -> Found:
        """See `Files`."""
        rows = [TagFile(f"{_id_of(picture)}.json", row) for row in self._rows.get(_id_of(picture), ())]
        return Found(rows[:1], rows[1:])


def tags_apart(place: Path, tag_extension: str, folder: Folder, beside: Files) -> tuple[Folder, TagsApart]:
    """The pictures of a folder or shard, all of which may have tags in `place`, and their tag files.

    Raises UserError where the place cannot be read.
    """
    apart: Files
    if place.suffix.lower() == TABLE and not place.is_dir():
        apart = Rows(place, folder.pictures)
    elif place.is_dir():
        apart = TagFiles(place, *forms_of(tag_extension))
    else:
        raise UserError(
            f"there is no folder {place}: set [Dataset] tags to a folder of tag files, or to a {TABLE} table"
        )
    pictures = tuple(
        each if each.tag_suffix else replace(each, tag_suffix=_APART) for each in folder.pictures
    )
    problems = tuple(each for each in folder.problems if each.reason != NO_TAG_FILE)
    return Folder(pictures, problems), TagsApart(apart, beside)


def _without_suffixes(picture: Picture) -> Picture:
    return replace(picture, tag_suffix="", further_tag_suffixes=())


def _as_beside(picture: Picture) -> Picture:
    return replace(picture, tag_suffix="") if picture.tag_suffix == _APART else picture


def _id_of(picture: Picture) -> str:
    return picture.stem_name.rpartition("/")[2]


def _rows_of(path: Path, ids: Collection[str]) -> dict[str, list[bytes]]:
    """The rows with these ids, as JSON objects; an id may have several.

    The table is read from its beginning to its end, a part at a time. Raises UserError where it cannot be
    read or has no ids.
    """
    require_pyarrow(path)
    import pyarrow
    import pyarrow.parquet

    found: dict[str, list[bytes]] = {}
    try:
        with path.open("rb") as raw, pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
            key, names = _columns(path, file.schema_arrow)
            refuse_large_pages(raw, file.metadata, names)
            for number in range(file.metadata.num_row_groups):
                if _may_hold(file.metadata.row_group(number), key, ids):
                    for row in _rows(file, number, key, names, ids):
                        found.setdefault(id_of(row[key]), []).append(as_json(row))
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}): download it again") from error
    except ValueError as error:
        raise UserError(f"{path} cannot be read: it has {error}") from error
    return found


def plain_columns(schema: Any) -> tuple[str | None, list[str]]:  # noqa: ANN401 - pyarrow is untyped
    """The column of ids, None where there is none, and all columns that may say what a picture shows."""
    from pyarrow import types

    def holds_bytes(kind: Any) -> bool:  # noqa: ANN401 - pyarrow is untyped
        if types.is_nested(kind):
            return any(holds_bytes(kind.field(at).type) for at in range(kind.num_fields))
        return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))

    plain = {field.name.lower(): str(field.name) for field in schema if not holds_bytes(field.type)}
    key = next((plain[name] for name in _IDS if name in plain), None)
    return key, [name for small, name in plain.items() if name == key or not _NOT_READ.fullmatch(small)]


def as_json(row: Mapping[str, object]) -> bytes:
    """A row as the JSON of a booru has it."""
    return json.dumps(row, default=str).encode()


def _columns(path: Path, schema: Any) -> tuple[str, list[str]]:  # noqa: ANN401 - pyarrow is untyped
    key, names = plain_columns(schema)
    if key is None:
        raise UserError(
            f"{path} has no column id, by which the tags of a picture are found: call one so; "
            f"there are {', '.join(map(str, schema.names[:20]))}"
        )
    return key, names


def _may_hold(group: Any, key: str, ids: Collection[str]) -> bool:  # noqa: ANN401 - pyarrow is untyped
    """Whether a group of rows may hold one of the ids, by the smallest and the largest of its numbers."""
    columns = map(group.column, range(group.num_columns))
    facts = next(column.statistics for column in columns if column.path_in_schema == key)
    if facts is None or not facts.has_min_max or not isinstance(facts.min, int):
        return True
    return any(each.isdecimal() and facts.min <= int(each[:20]) <= facts.max for each in ids)


def _rows(
    file: Any,  # noqa: ANN401 - pyarrow is untyped
    group: int,
    key: str,
    names: list[str],
    ids: Collection[str],
) -> Iterator[Mapping[str, Any]]:
    import pyarrow
    from pyarrow import compute, types

    kind = file.schema_arrow.field(key).type
    numbers = None
    if types.is_integer(kind):
        # Ids of a booru; no number of more digits fits into 64 bits.
        numbers = pyarrow.array([int(each) for each in ids if each.isdecimal() and len(each) < 18])
    options = {"batch_size": _ROWS_AT_ONCE, "row_groups": [group], "columns": names, "use_threads": False}
    for batch in file.iter_batches(**options):
        column = batch.column(key)
        if numbers is not None:
            is_wanted = compute.is_in(column.cast(pyarrow.int64()), value_set=numbers)
        else:
            is_wanted = pyarrow.array([id_of(each) in ids for each in column.to_pylist()])
        yield from batch.filter(is_wanted).to_pylist()


def id_of(value: object) -> str:
    """The id of a row; that of a file is its name without folder and suffix."""
    text = str(value).rpartition("/")[2]
    stem, dot, suffix = text.rpartition(".")
    return stem if dot and stem and not suffix.isdecimal() else text
