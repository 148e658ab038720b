"""The pictures of one shard with their tags: a data set as `dataset.pictures.Pictures` has it."""

from __future__ import annotations

from dataset.admission import Added
from dataset.picture_file import PictureFile
from dataset.pictures import Picture, Survey
from dataset.sightings import Sightings
from dataset.tagged_pictures import TaggedPictures
from dataset.tags_apart import Files, tags_apart
from settings import DatasetSettings, TagsSettings
from shards.finding import Shard
from shards.results import ShardResults
from shards.stored import Stored


class ShardPictures(TaggedPictures):
    """The pictures of one shard and their tags."""

    def __init__(
        self,
        stored: Stored,
        dataset: DatasetSettings,
        tags: TagsSettings,
        added: Added,
        sightings: Sightings | None,
        survey: Survey | None = None,
    ) -> None:
        """`sightings` are what vision models saw; only who shows and sends no picture may leave them out.

        `survey` is that of all shards; without one it is that of this shard.

        Raises UserError where the place of tags that are stored apart cannot be read.
        """
        folder = stored.folder
        files: Files = stored
        if dataset.tags is not None:
            folder, files = tags_apart(dataset.tags, dataset.tag_extension, folder, stored)
        super().__init__(dataset.images.parent, folder, files, tags, added, None, sightings)
        self._stored = stored
        self._survey = survey

    def file(self, picture: Picture) -> PictureFile:
        """The picture as it is stored; raises ItemError where it cannot be read."""
        return self._stored.file(picture)


def sightings_in(shard: Shard, dataset: DatasetSettings, descriptions: ShardResults) -> Sightings:
    """What vision models saw in the pictures of a shard; it counts as long as these descriptions stay."""
    return Sightings(dataset.descriptions / f"{shard.stem}.excluded.jsonl", descriptions.state)
