"""The pictures of one shard with their tags: a data set as `dataset.images.Pictures` has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dataset.admission import Added
from dataset.images import Picture, Survey
from dataset.listing import Folder
from dataset.picture_file import PictureFile
from dataset.sightings import Sightings
from dataset.tag_file import LARGEST_FILE
from dataset.tag_files import TagFile
from dataset.tagged_pictures import TaggedPictures
from dataset.tags_apart import Files, tags_apart
from errors import ItemError
from settings import DatasetSettings, TagsSettings
from shards.finding import Shard
from shards.samples import Sample, samples_of
from shards.tar import Contents, Member, read_contents


@dataclass(frozen=True, slots=True)
class TarFiles:
    """The pictures and tag files in a tar."""

    contents: Contents
    folder: Folder
    _samples: Mapping[str, Sample]
    _members: Mapping[str, Member]

    @classmethod
    def read(cls, shard: Shard, tag_extension: str) -> TarFiles:
        """Those of a shard; raises ItemError where it cannot be read."""
        contents = read_contents(shard.path)
        samples, problems = samples_of((each.name for each in contents.members), tag_extension)
        folder = Folder(tuple(samples), (*contents.problems, *problems))
        members = {each.name: each for each in contents.members}
        return cls(contents, folder, {each.name: sample for each, sample in samples.items()}, members)

    def of(self, picture: Picture) -> tuple[list[TagFile], list[TagFile]]:
        """Those that its tags may come from, the best first, and those by which it is only judged."""
        sample = self._samples[picture.name]
        return [self._read(name) for name in sample.tags], [self._read(name) for name in sample.further]

    def state(self, picture: Picture) -> int:
        """Always the same: a shard that has changed cannot be read any longer."""
        return 0

    def saved_at(self, picture: Picture) -> int:
        """Nobody knows when a tag file was saved."""
        return 0

    def file(self, picture: Picture) -> PictureFile:
        """The picture in its shard; raises ItemError where it cannot be read."""
        member = self._members[self._samples[picture.name].picture]
        return PictureFile.checked(picture.name, member.size, lambda: self.contents.open(member))

    def _read(self, name: str) -> TagFile:
        try:
            return TagFile(name, self.contents.read(self._members[name], LARGEST_FILE + 1))
        except OSError as error:
            message = f"the tag file cannot be read ({error.strerror}): run again"
            return TagFile(name, error=ItemError("unreadable tag file", message))


class ShardPictures(TaggedPictures):
    """The pictures of one shard and their tags."""

    def __init__(
        self,
        tar: TarFiles,
        dataset: DatasetSettings,
        tags: TagsSettings,
        added: Added = lambda tag: (),
        sightings: Sightings | None = None,
        survey: Survey | None = None,
    ) -> None:
        """`survey` is that of all shards; without one it is that of this shard.

        Raises UserError where the place of tags that are stored apart cannot be read.
        """
        folder = tar.folder
        files: Files = tar
        if dataset.tags is not None:
            folder, files = tags_apart(dataset.tags, dataset.tag_extension, folder, tar)
        super().__init__(folder, files, tags, added, None, sightings)
        self._tar = tar
        self._survey = survey

    def file(self, picture: Picture) -> PictureFile:
        """The picture as it is stored; raises ItemError where it cannot be read."""
        return self._tar.file(picture)
