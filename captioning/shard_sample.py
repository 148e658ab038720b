"""The first shard as if it were a folder of pictures, for commands that look and write nothing."""

from __future__ import annotations

from functools import cached_property

from captioning.project import Project
from english import amount
from errors import ItemError, UserError
from settings import Settings
from shards.finding import Shard, find_shards
from shards.results import descriptions_of
from shards.stored import ShardPictures


class ShardSample(Project):
    """The pictures of the first shard that can be read; captions that exist are not looked for."""

    def open_collection(self) -> None:
        """List the pictures of the shard; raises UserError where no shard can be read."""
        self.own_files, self.in_the_way, refused = None, None, ""
        for shard in self.shards:
            descriptions = descriptions_of(shard, self.settings.dataset)
            try:
                self.collection = ShardPictures(shard, self.settings, self.said_along, descriptions)
                self.shard = shard
                return
            except ItemError as error:
                refused = str(error)
        raise UserError(f"no shard can be read; the last one: {refused}")

    @cached_property
    def shards(self) -> list[Shard]:
        """All shards."""
        return find_shards(self.settings.dataset)

    @property
    def sentence(self) -> str:
        """Which shard is looked at, of how many."""
        return f"{amount(len(self.shards), 'shard')}; this looks at {self.shard.name}"


def sample_project(
    settings: Settings, *, limit: int | None = None, most_surveyed: int | None = None
) -> Project:
    """The folder of pictures, or the first of the shards; raises UserError where it cannot be used."""
    kind = ShardSample if settings.dataset.is_sharded else Project
    return kind(settings, limit=limit, most_surveyed=most_surveyed)
