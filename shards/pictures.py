"""The pictures of one shard with their tags: a data set as `dataset.pictures.Pictures` has it."""

from __future__ import annotations

from dataset.admission import Added
from dataset.picture_file import PictureFile
from dataset.pictures import Picture, Survey
from dataset.sightings import Sightings
from dataset.tagged_pictures import TaggedPictures
from dataset.tags_apart import Files, tags_apart
from settings import DatasetSettings, Settings, TagsSettings
from shards.finding import Shard
from shards.results import ShardResults
from shards.stored import Stored, open_shard


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
        self.stored = stored
        self._survey = survey

    def file(self, picture: Picture) -> PictureFile:
        """The picture as it is stored; raises ItemError where it cannot be read."""
        return self.stored.file(picture)


def open_pictures(
    shard: Shard, settings: Settings, added: Added, descriptions: ShardResults, survey: Survey | None = None
) -> ShardPictures:
    """The pictures of a shard; what vision models saw in them counts as long as these descriptions stay.

    `survey` is as in `ShardPictures`. Raises ItemError where the shard cannot be read, and UserError where a
    library for it is missing.
    """
    dataset = settings.dataset
    stored = open_shard(shard, dataset.tag_extension)
    sightings = Sightings(dataset.descriptions / f"{shard.stem}.excluded.jsonl", descriptions.state)
    return ShardPictures(stored, dataset, settings.tags, added, sightings, survey)
