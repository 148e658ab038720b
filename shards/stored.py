"""What is stored in a shard: pictures and their tag files, and the data set that they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from dataset.admission import Added
from dataset.listing import Folder
from dataset.picture_file import PictureFile
from dataset.pictures import Picture, Survey
from dataset.sightings import Sightings
from dataset.tag_files import Files, Found, TagFile
from dataset.tag_parsing import LARGEST_FILE
from dataset.tagged_pictures import TaggedPictures
from dataset.tags_apart import tags_apart
from errors import ItemError
from parquet_pages import require_pyarrow
from settings import Settings
from shards.finding import Shard
from shards.results import ShardResults
from shards.tar import read_contents, samples_of, tar_pieces


class Stored(Files, Protocol):
    """What is in one shard: the pictures, what cannot be used, and the tag files.

    `size` is that of the shard in bytes, and `cut_at` the number of the member at which it breaks off; None
    where it is whole.
    """

    folder: Folder
    size: int
    cut_at: int | None

    def file(self, picture: Picture) -> PictureFile:
        """A picture; raises ItemError where it cannot be read."""

    def pack(self, texts: Iterable[tuple[str, str]], extension: str) -> Iterable[bytes]:
        """The bytes of a shard of the same kind that holds texts, each with the name of its picture."""

    def close(self) -> None:
        """Close what is open."""


class TarFiles(Files):
    """The pictures and tag files in a tar."""

    def __init__(self, shard: Shard, tag_extension: str) -> None:
        """Raises ItemError where the shard cannot be read."""
        self._contents = contents = read_contents(shard.name, shard.place)
        samples, problems = samples_of((each.name for each in contents.members), tag_extension)
        self._samples = {each.name: sample for each, sample in samples.items()}
        self._members = {each.name: each for each in contents.members}
        self.folder = Folder(tuple(samples), (*contents.problems, *problems))
        self.size, self.cut_at = contents.stamp[0], contents.cut_at

    def of(self, picture: Picture) -> Found:
        """See `Files`."""
        sample = self._samples[picture.name]
        return Found(list(map(self._read, sample.tags)), list(map(self._read, sample.further)))

    def file(self, picture: Picture) -> PictureFile:
        """See `Stored`."""
        member = self._members[self._samples[picture.name].picture]
        return PictureFile.checked(picture.name, member.size, lambda: self._contents.open(member))

    def _read(self, name: str) -> TagFile:
        try:
            return TagFile(name, self._contents.read(self._members[name], LARGEST_FILE + 1))
        except OSError as error:
            message = f"the tag file cannot be read ({error.strerror}): run again"
            return TagFile(name, error=ItemError("unreadable tag file", message))

    def pack(self, texts: Iterable[tuple[str, str]], extension: str) -> Iterator[bytes]:
        """See `Stored`."""
        return tar_pieces((f"{name}{extension}", text) for name, text in texts)

    def close(self) -> None:
        """See `Stored`: nothing is open."""


def open_shard(shard: Shard, tag_extension: str) -> Stored:
    """What a shard holds.

    Raises ItemError where it cannot be read, and UserError where a library for it is missing.
    """
    if shard.place.suffix != ".parquet":
        return TarFiles(shard, tag_extension)
    require_pyarrow(shard.name)
    from shards.parquet import ParquetFiles

    return ParquetFiles(shard)


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
