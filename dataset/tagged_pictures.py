"""Pictures with their tags as the stages may see them, wherever both are stored, and those of a folder."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

from dataset.admission import Added, admitted, name_filter, named_in, refuse_with, said_always
from dataset.beside_pictures import OwnFiles
from dataset.journal import FILE_NAME
from dataset.listing import Folder, find_pictures, forms_of, holds_pictures
from dataset.picture_file import PictureFile
from dataset.pictures import Picture, Survey, TagList, evenly_spread
from dataset.sightings import Sightings
from dataset.tag_files import Files, TagFiles
from dataset.tags_apart import tags_apart
from errors import NO_TAG_FILE, ExcludedError, ItemError, UserError
from settings import DatasetSettings, TagsSettings
from tags.exclusion import NOTHING_FOUND

# The tags of this many pictures are kept in memory, if each has at most this many: about 30 MB in all.
_MOST_REMEMBERED, _MOST_TAGS = 50_000, 200


@dataclass(slots=True)
class _Known:
    """The tags of a picture, and the state of its tag files when they were read.

    `passed` is a digest of the texts by which the picture was judged last, and not excluded.
    """

    tags: TagList
    state: int
    passed: bytes = b""


class TaggedPictures(ABC):
    """The pictures of a data set and their tags: what the stages need, wherever the pictures are stored.

    Tags are read when somebody asks for them, so that a million pictures fit in memory, and kept for as many
    pictures as take little of it. Several threads may ask at once.
    """

    def __init__(
        self,
        root: Path,
        folder: Folder,
        files: Files,
        tags: TagsSettings,
        added: Added = lambda tag: (),
        most_surveyed: int | None = None,
        sightings: Sightings | None = None,
    ) -> None:
        """`root` is the folder below which the pictures, or their shards, are.

        `added` is what is said along with a tag: a picture is judged by that too. With `most_surveyed`, the
        survey reads the tag files of at most this many pictures. `sightings` are what vision models saw.
        """
        self.root = root
        self.folder = folder
        self._files = files
        self._names = name_filter(tags)
        self._always = said_always(tags)
        self._added = added
        self._most_surveyed = most_surveyed
        self._sightings = sightings
        # The names of pictures that were found to be excluded, for whatever reason.
        self.found_excluded: set[str] = set()
        self._survey: Survey | None = None
        self._remembered: dict[str, _Known] = {}
        # Why pictures were excluded by texts about them, such as a description that is written nowhere.
        self._excluded: dict[str, str] = {}

    @property
    def pictures(self) -> list[Picture]:
        """The pictures that have tags, in natural order."""
        return [picture for picture in self.folder.pictures if picture.tag_suffix]

    @abstractmethod
    def file(self, picture: Picture) -> PictureFile:
        """The picture as it is stored; raises ItemError where there is no file that can be read."""

    def tags(self, picture: Picture) -> TagList:
        """The tags of a picture, filtered as [Tags] says.

        Raises ItemError when they cannot be read, and ExcludedError when the picture must not be sent.
        """
        if not picture.tag_suffix:
            raise ItemError(NO_TAG_FILE, "there is no tag file beside it")
        self._refuse_excluded(picture)
        known = self._remembered.get(picture.name) or self._read(picture)
        return known.tags

    def admit(self, picture: Picture, *texts: str) -> None:
        """Judge a picture again by its tag files as they are now, and by these texts about it.

        This is asked right before anything about the picture is sent, written or shown. Raises
        ExcludedError, and ItemError when a tag file cannot be read; a picture without tag files is judged by
        the texts.
        """
        self._refuse_excluded(picture)
        known = self._remembered.get(picture.name)
        if known is None or known.state != self._files.state(picture):
            known = self._read(picture)
        # The captions of a shard are packed into one file after each was judged when it was kept.
        judged = blake2b(repr(texts).encode(), digest_size=16).digest()
        if known.passed == judged:
            return
        try:
            refuse_with(known.tags.judgement, texts)
        except ExcludedError as error:
            self._excluded[picture.name] = str(error)
            self.found_excluded.add(picture.name)
            raise
        known.passed = judged

    def admit_seen(self, picture: Picture, seen: Sequence[str], *texts: str) -> None:
        """As `admit`, and by what a vision model just wrote; later runs know it if that excludes."""
        try:
            self.admit(picture, *seen, *texts)
        except ExcludedError as error:
            if self._sightings is not None:
                self._sightings.add(picture.stem_name, self.file(picture), named_in(seen), str(error))
            raise

    def filter_as(self, tags: TagsSettings) -> None:
        """Filter tags as other settings say, from now on."""
        self._names = name_filter(tags)
        self._always = said_always(tags)
        self._survey = None
        self.forget()

    def forget(self) -> None:
        """Read all tag files again when they are needed: what is said along with tags may have changed."""
        self._remembered.clear()

    def changed_since(self, picture: Picture, time_ns: int | None) -> bool:
        """Whether a tag file was saved since a caption, or a vision model saw what excludes the picture."""
        if time_ns is None:
            return False
        if self._sightings is not None and picture.stem_name in self._sightings:
            return True
        return self._files.saved_at(picture) > time_ns

    def _refuse_excluded(self, picture: Picture) -> None:
        because = self._excluded.get(picture.name)
        if because is not None:
            raise ExcludedError(because)

    def _read(self, picture: Picture) -> _Known:
        self._remembered.pop(picture.name, None)
        candidates, further, state = self._files.of(picture)
        seen = NOTHING_FOUND
        if self._sightings is not None:
            seen = self._sightings.of(picture.stem_name, partial(self.file, picture))
        try:
            tags = admitted(candidates, further, self._names, self._always, self._added, seen)
        except ExcludedError:
            self.found_excluded.add(picture.name)
            raise
        known = _Known(tags, state)
        if len(self._remembered) < _MOST_REMEMBERED and len(known.tags.tags) < _MOST_TAGS:
            self._remembered[picture.name] = known
        return known

    @property
    def surveyed(self) -> list[Picture]:
        """The pictures by which the whole data set is judged: all that have tags, or a sample of them."""
        pictures = self.pictures
        return evenly_spread(pictures, self._most_surveyed) if self._most_surveyed else pictures

    def survey(self) -> Survey:
        """Count the tags of the pictures that are surveyed, once.

        Pictures whose tags cannot be used are left out: the stage that needs their tags says why.
        """
        if self._survey is None:
            survey = Survey()
            for picture in self.surveyed:
                with suppress(ItemError):
                    survey.add(self.tags(picture))
            self._survey = survey
        return self._survey


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
