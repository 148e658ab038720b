"""Pictures with their tags as the stages may see them, wherever both are stored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

from dataset.admission import Added, admitted, name_filter, named_in, refuse_with, said_always
from dataset.listing import Folder
from dataset.picture_file import PictureFile
from dataset.pictures import Picture, Survey, TagList, evenly_spread
from dataset.sightings import Sightings
from dataset.tags_apart import Files
from errors import NO_TAG_FILE, ExcludedError, ItemError
from settings import TagsSettings
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
    """The pictures of a data set and their tags, as `dataset.pictures.Pictures` has it.

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
        # Noted first, so that a file that changes while it is read is read again.
        state = self._files.state(picture)
        candidates, further = self._files.of(picture)
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
