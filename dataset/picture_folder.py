"""The data set of most runs: the pictures of a folder and their tags."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dataset.admission import Added
from dataset.beside_pictures import OwnFiles
from dataset.journal import FILE_NAME
from dataset.listing import find_pictures, forms_of, holds_pictures
from dataset.picture_file import PictureFile
from dataset.pictures import Picture
from dataset.sightings import Sightings
from dataset.tag_files import TagFiles
from dataset.tagged_pictures import TaggedPictures
from dataset.tags_apart import Files, tags_apart
from errors import UserError
from settings import DatasetSettings, TagsSettings


class PictureFolder(TaggedPictures):
    """The pictures of the images folder and their tags."""

    def __init__(
        self,
        settings: DatasetSettings,
        tags: TagsSettings,
        added: Added = lambda tag: (),
        most_surveyed: int | None = None,
        sightings: Sightings | None = None,
        own: OwnFiles | None = None,
    ) -> None:
        """Raises UserError where the folders cannot be used as the settings say.

        `own` is what the program wrote beside the pictures; the others are as in `TaggedPictures`.
        """
        _refuse_overwriting(settings)
        folder = find_pictures(
            settings.images,
            recursive=settings.recursive,
            tag_extension=settings.tag_extension,
            own=own,
            outputs=(settings.captions, settings.descriptions),
        )
        _refuse_shared_places(settings, folder.pictures)
        files: Files = TagFiles(settings.images, *forms_of(settings.tag_extension, own), own)
        if settings.tags is not None:
            folder, files = tags_apart(settings.tags, settings.tag_extension, folder, files)
        super().__init__(settings.images, folder, files, tags, added, most_surveyed, sightings)

    def file(self, picture: Picture) -> PictureFile:
        """The picture as it is stored; raises ItemError where there is no file that can be read."""
        return PictureFile.at(self.root / picture.name)


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _place_in(outer: Path, inner: Path) -> str | None:
    """The path of `inner` relative to `outer`: "a/b"; None where it is not below it."""
    outer_real, inner_real = Path(os.path.realpath(outer)), Path(os.path.realpath(inner))
    if outer_real == inner_real or not inner_real.is_relative_to(outer_real):
        return None
    return inner_real.relative_to(outer_real).as_posix()


def _refuse_overwriting(settings: DatasetSettings) -> None:
    """Raise UserError where an output could overwrite a file of the user or another output."""
    if _same(settings.captions, settings.descriptions):
        raise UserError(
            "[Dataset] captions and descriptions are the same folder, so one would overwrite the other: "
            "name two folders"
        )
    if _same(settings.descriptions, settings.images):
        raise UserError(
            f"[Dataset] descriptions is the images folder, where {settings.caption_extension} files may be "
            "tags: name another folder"
        )
    for key, folder in (("captions", settings.captions), ("descriptions", settings.descriptions)):
        # A folder with our journal may hold pictures: people copy them there to train on it.
        is_foreign = not (folder / FILE_NAME).is_file()
        if _place_in(settings.images, folder) is not None and is_foreign and holds_pictures(folder):
            raise UserError(
                f"[Dataset] {key} lies in the images folder and holds pictures, whose tag files could be "
                "overwritten: name a folder of its own"
            )


def _refuse_shared_places(settings: DatasetSettings, pictures: Sequence[Picture]) -> None:
    """Raise UserError where texts of pictures would get mixed up with the files of another folder."""
    places = {"captions": settings.captions, "descriptions": settings.descriptions, "images": settings.images}
    for key, outer in (("captions", settings.captions), ("descriptions", settings.descriptions)):
        for other, inner in places.items():
            place = _place_in(outer, inner)
            if place is not None and any(each.name.startswith(f"{place}/") for each in pictures):
                raise UserError(
                    f"[Dataset] {other} lies in {key}, and texts of the pictures in {place}/ would be mixed "
                    "up with what is there: name folders of which none is inside another"
                )
