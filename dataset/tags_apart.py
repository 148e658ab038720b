"""Tags that are stored apart from their pictures: in a folder of tag files, or in a table by id.

    [Dataset] tags = FOLDER          FOLDER/a/b.txt has the tags of a/b.png
    [Dataset] tags = posts.parquet   the row whose id is 12 has those of 12.webp

Where a picture has tag files beside it too, it is only judged by them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from dataset.listing import Folder, forms_of
from dataset.pictures import Picture
from dataset.tag_files import TagFile, TagFiles
from dataset.tag_table import rows_of
from errors import NO_TAG_FILE, ItemError, UserError

# The suffix of a tag file that is nowhere beside its picture.
_APART = " (apart)"
TABLE = ".parquet"


class Files(Protocol):
    """The tag files of pictures, wherever they are."""

    def of(self, picture: Picture) -> tuple[list[TagFile], list[TagFile]]:
        """Those that its tags may come from, the best first, and those by which it is only judged."""

    def state(self, picture: Picture) -> int:
        """A number that is another one when a tag file of the picture has changed, come or gone."""

    def saved_at(self, picture: Picture) -> int:
        """When a tag file of the picture was saved last, in nanoseconds; 0 where nobody knows."""


class TagsApart:
    """The tag files in another place, and those beside the pictures."""

    def __init__(self, apart: Files, beside: Files) -> None:
        self._apart = apart
        self._beside = beside

    def of(self, picture: Picture) -> tuple[list[TagFile], list[TagFile]]:
        """See `Files`; a picture without tags apart has one file that cannot be read."""
        first, judged = self._apart.of(_without_suffixes(picture))
        beside, further = self._beside.of(_as_beside(picture))
        if not first:
            message = "there are no tags of this picture in the place that [Dataset] tags names"
            first = [TagFile(picture.stem_name, error=ItemError(NO_TAG_FILE, message))]
        return first, [*judged, *beside, *further]

    def state(self, picture: Picture) -> int:
        """See `Files`."""
        return hash((self._apart.state(_without_suffixes(picture)), self._beside.state(_as_beside(picture))))

    def saved_at(self, picture: Picture) -> int:
        """See `Files`."""
        return self._beside.saved_at(_as_beside(picture))


class Rows:
    """The rows of a table that are about these pictures, each as the JSON of a booru has it."""

    def __init__(self, path: Path, pictures: Iterable[Picture]) -> None:
        """Raises UserError where the table cannot be read."""
        self._rows = rows_of(path, {_id_of(picture) for picture in pictures})

    def of(self, picture: Picture) -> tuple[list[TagFile], list[TagFile]]:
        """See `Files`."""
        rows = [TagFile(f"{_id_of(picture)}.json", row) for row in self._rows.get(_id_of(picture), ())]
        return rows[:1], rows[1:]

    def state(self, picture: Picture) -> int:
        """Always the same: the table is read once."""
        return 0

    def saved_at(self, picture: Picture) -> int:
        """Nobody knows when a row was written."""
        return 0


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
