"""The data set of one run: its pictures, their tags as the stages may see them, and what is common in it."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dataset.images import Folder, Picture, find_pictures
from dataset.listing import PICTURE_SUFFIXES, UNSUPPORTED_SUFFIXES, holds_pictures
from dataset.sidecar import TagList, read_tags
from errors import NO_TAG_FILE, ExcludedError, ItemError, UserError
from settings import DatasetSettings, TagsSettings
from tags.exclusion import judge
from tags.filters import NameFilter

# The tags of so many pictures, of at most so many tags each, are remembered: some 30 MB.
_MOST_REMEMBERED, _MOST_TAGS = 50_000, 200


@dataclass(slots=True)
class Survey:
    """What is common in a data set: how many pictures have each tag, and the categories that files tell."""

    counts: Counter[str] = field(default_factory=Counter)
    categories: dict[str, str] = field(default_factory=dict)


class Collection:
    """The pictures of the images folder and their tags.

    Tags are read when they are asked for, so that a million pictures fit in memory; those of so many as
    take little are remembered. Several threads may ask.
    """

    def __init__(self, settings: DatasetSettings, tags: TagsSettings) -> None:
        """Raises UserError where the folders cannot be what they are meant for."""
        _refuse_overwriting(settings)
        self.root = settings.images
        self.folder: Folder = find_pictures(
            settings.images,
            recursive=settings.recursive,
            tag_extension=settings.tag_extension,
            ignore={settings.caption_extension} if _same(settings.captions, settings.images) else (),
            outputs=(settings.captions, settings.descriptions),
        )
        _refuse_shared_places(settings, self.folder.pictures)
        left_out = (*tags.exclude, *tags.hide, *tags.trigger.split(","))
        self._filter = NameFilter.of(left_out, tags.replace)
        self._survey: Survey | None = None
        self._remembered: dict[str, TagList] = {}

    @property
    def pictures(self) -> list[Picture]:
        """The pictures that have tags, in natural order."""
        return [picture for picture in self.folder.pictures if picture.tag_file is not None]

    def path(self, picture: Picture) -> Path:
        """The file of a picture."""
        return self.root / picture.name

    def tags(self, picture: Picture) -> TagList:
        """The tags of a picture, filtered as [Tags] says.

        Raises ItemError when they cannot be read, and ExcludedError when the picture must never be sent,
        which is judged from all tags, before any filter.
        """
        known = self._remembered.get(picture.name)
        if known is None:
            known = self._read(picture)
            if len(self._remembered) < _MOST_REMEMBERED and len(known.tags) < _MOST_TAGS:
                self._remembered[picture.name] = known
        return known

    def _read(self, picture: Picture) -> TagList:
        if picture.tag_file is None:
            raise ItemError(NO_TAG_FILE, "there is no tag file beside it")
        found = read_tags(self.root / picture.tag_file)
        judgement = judge(found.tags, found.rating)
        if judgement.excluded_because is not None:
            raise ExcludedError(judgement.excluded_because)
        kept = self._filter.kept(found.tags)
        return dataclasses.replace(found, tags=kept, explicit=judgement.explicit)

    def survey(self, each: Callable[[], None] = lambda: None) -> Survey:
        """Count the tags of all pictures, once; `each` is called after every picture.

        Pictures whose tags cannot be used are passed over: the stage that needs them says why.
        """
        if self._survey is None:
            survey = Survey()
            for picture in self.pictures:
                try:
                    tags = self.tags(picture)
                except ItemError:
                    continue
                finally:
                    each()
                survey.counts.update(tags.tags)
                survey.categories.update(tags.categories)
            self._survey = survey
        return self._survey


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _place_in(outer: Path, inner: Path) -> str | None:
    """How `inner` is called below `outer`: "a/b"; None where it is not below it."""
    outer_real, inner_real = Path(os.path.realpath(outer)), Path(os.path.realpath(inner))
    if outer_real == inner_real or not inner_real.is_relative_to(outer_real):
        return None
    return inner_real.relative_to(outer_real).as_posix()


def _refuse_overwriting(settings: DatasetSettings) -> None:
    """No output may land on a file of the user's or on another output."""
    if settings.caption_extension in PICTURE_SUFFIXES | UNSUPPORTED_SUFFIXES | {".jsonl", ".lock"}:
        raise UserError(
            f"[Dataset] caption_extension = {settings.caption_extension} is no extension of captions, and "
            "other files have it: write for example .txt"
        )
    if _same(settings.captions, settings.descriptions):
        raise UserError(
            "[Dataset] captions and descriptions are the same folder, so one would overwrite the other: "
            "name two folders"
        )
    for key, folder in (("captions", settings.captions), ("descriptions", settings.descriptions)):
        if _same(folder, settings.images) and settings.tag_extension in ("auto", settings.caption_extension):
            raise UserError(
                f"[Dataset] {key} is the images folder, where {settings.caption_extension} files may be "
                "tags: name another folder, or set tag_extension and caption_extension to different ones"
            )
        if _place_in(settings.images, folder) is not None and holds_pictures(folder):
            raise UserError(
                f"[Dataset] {key} lies in the images folder and holds pictures, whose tag files could be "
                "overwritten: name a folder of its own"
            )


def _refuse_shared_places(settings: DatasetSettings, pictures: Sequence[Picture]) -> None:
    """No text of one picture may land where another folder keeps something of the same name."""
    places = {"captions": settings.captions, "descriptions": settings.descriptions, "images": settings.images}
    for key, outer in (("captions", settings.captions), ("descriptions", settings.descriptions)):
        for other, inner in places.items():
            place = _place_in(outer, inner)
            if place is not None and any(each.name.startswith(f"{place}/") for each in pictures):
                raise UserError(
                    f"[Dataset] {other} lies in {key}, and texts of the pictures in {place}/ would be mixed "
                    "up with what is there: name folders that do not lie in each other"
                )
