"""The pictures of one shard with their tags: a data set as `dataset.pictures.Pictures` has it."""

from __future__ import annotations

from dataset.admission import Added
from dataset.picture_file import PictureFile
from dataset.pictures import Picture, Survey
from dataset.sightings import Sightings
from dataset.tagged_pictures import TaggedPictures
from dataset.tags_apart import Files, tags_apart
from settings import Settings
from shards.finding import Shard
from shards.results import ShardResults
from shards.stored import open_shard


class ShardPictures(TaggedPictures):
    """The pictures of one shard and their tags."""

    def __init__(
        self,
        shard: Shard,
        settings: Settings,
        added: Added,
        descriptions: ShardResults | None,
        survey: Survey | None = None,
    ) -> None:
        """What vision models saw in the pictures counts as long as these descriptions stay.

        Only who shows and sends no picture may leave them out. `survey` is that of all shards; without one it
        is that of this shard.

        Raises ItemError where the shard cannot be read, and UserError where the place of tags that are stored
        apart cannot be, or a library is missing.
        """
        dataset, sightings = settings.dataset, None
        self.stored = open_shard(shard, dataset.tag_extension)
        folder = self.stored.folder
        files: Files = self.stored
        if dataset.tags is not None:
            folder, files = tags_apart(dataset.tags, dataset.tag_extension, folder, self.stored)
        if descriptions is not None:
            place = dataset.descriptions / f"{shard.stem}.excluded.jsonl"
            sightings = Sightings(place, descriptions.state)
        super().__init__(dataset.images.parent, folder, files, settings.tags, added, None, sightings)
        self._survey = survey

    def file(self, picture: Picture) -> PictureFile:
        """The picture as it is stored; raises ItemError where it cannot be read."""
        return self.stored.file(picture)
