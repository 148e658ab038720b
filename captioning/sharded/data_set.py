"""One shard as the stages have it, and what is known of all shards."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path

from captioning.knowledge import Knowledge
from dataset.disk import make_folder
from dataset.journal import INTERPRETER, INTERROGATOR, Packed
from dataset.wanted import Wanted
from errors import ExcludedError, ItemError
from settings import Settings
from shards.finding import Shard
from shards.results import ShardResults, journal_of
from shards.stored import ShardPictures
from shards.surveying import AllShards
from writing.material import Material


class KnownOfShards(Knowledge):
    """What the settings stand for, and the tags of all shards."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.shards = AllShards()

    def tags(self) -> list[str]:
        """The distinct tags, the most common first, without those that the user describes."""
        return self.undescribed(self.shards.survey())

    @cached_property
    def material(self) -> Material:
        """What templates can say; asked for after stage 1."""
        return self.material_of(self.shards)


class ShardDataSet:
    """The pictures of a shard and their texts: `writing.picture_stage.DataSet`."""

    def __init__(self, known: KnownOfShards, shard: Shard, run: str, limit: int | None) -> None:
        """`run` is the name of the run, and `limit` is how many pictures to do at most.

        Raises ItemError where the shard cannot be read, and UserError where nothing can be written.
        """
        self.shard = shard
        self.settings = known.settings
        self.finishing = known.finishing
        self.material = known.material
        self._limit = limit
        self.journal = journal_of(shard, self.settings.dataset, run)
        self.captions = ShardResults(INTERPRETER, self.journal)
        self.descriptions = ShardResults(INTERROGATOR, self.journal)
        survey = known.shards.survey()
        self.collection = ShardPictures(shard, self.settings, known.said_along, self.descriptions, survey)
        self.stored = self.collection.stored
        make_folder(self.journal.path.parent)
        self.journal.watch()

    @cached_property
    def wanted(self) -> Wanted:
        """Which texts a stage should make."""
        return Wanted(self.collection.pictures, self.settings.dataset.existing, self._limit)

    def pack(self) -> None:
        """Write captions and descriptions into one file each, without those of excluded pictures.

        Raises UserError where they cannot be written.
        """
        folders = self.settings.dataset
        if not self.settings.interpreter.skip:
            self._pack(self.captions, folders.captions / self.shard.name)
        if not self.settings.interrogator.skip:
            self._pack(self.descriptions, folders.descriptions / self.shard.name)

    def _pack(self, results: ShardResults, place: Path) -> None:
        names, left = list[str](), 0
        for picture in self.collection.pictures:
            name = picture.stem_name
            caption, description = self.captions.read(name), self.descriptions.read(name)
            try:
                # In the order in which a stage gives them, so that what it has judged is not judged again.
                self.collection.admit(picture, description, *caption.split("\n"))
            except ExcludedError:
                continue
            except ItemError:
                left += 1
                continue
            if not results.read(name):
                left += 1
            names.append(name)
        if self.stored.cut_at is not None:
            left += 1
        make_folder(place.parent)
        pack = partial(self.stored.pack, extension=self.settings.dataset.caption_extension)
        results.pack(place, pack, names, Packed(size=self.stored.size, left=left))

    def close(self) -> None:
        """Leave nothing open."""
        self.journal.close()
        self.stored.close()


def texts_there(settings: Settings, shard: Shard, *, since: float, drafts_too: bool) -> int | None:
    """How many captions are there where nothing is due in a shard; None where something may be.

    What another process did after `since`, the time when this run began, is not due: that process has said
    what failed.
    """
    folders, count = settings.dataset, 0
    journal = journal_of(shard, folders)
    for stage, folder, is_skipped in (
        (INTERROGATOR, folders.descriptions, settings.interrogator.skip),
        (INTERPRETER, folders.captions, settings.interpreter.skip),
    ):
        if is_skipped:
            continue
        packed = journal.packed(stage)
        try:
            is_whole = packed.size == shard.place.stamp()[0]
            is_new = journal.path.stat().st_mtime >= since
        except OSError:
            return None
        may_be_due = packed.left > 0 or folders.existing != "keep" or (packed.has_drafts and not drafts_too)
        is_there = not packed.count or (folder / shard.name).is_file()
        if not (is_whole and is_there and (is_new or not may_be_due)):
            return None
        count = packed.count
    return count
