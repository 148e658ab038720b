"""--export parquet of shards: names, captions and tags of all of them in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from captioning.knowledge import Knowledge
from captioning.sharded.data_set import journal_of
from dataset.disk import write_pieces
from dataset.journal import FILE_NAME, INTERPRETER, Journal
from dataset.side_files import Captioned
from dataset.trainers import PARQUET_FILE, captioned, captions_in, parquet_pieces, require_pyarrow
from english import amount
from errors import ExitCode, ItemError, UserError
from settings import Settings
from shards.finding import Shard, find_shards
from shards.pictures import ShardPictures, sightings_in
from shards.results import ShardResults, descriptions_of
from shards.stored import open_shard


@dataclass(slots=True)
class _Captions:
    """The captions of all shards that can be read; `unread` says why others cannot."""

    knowledge: Knowledge
    count: int = 0
    unread: list[str] = field(default_factory=list)

    def of(self, shards: Sequence[Shard]) -> Iterator[Captioned]:
        """Those of pictures that may have one; a picture is called after its shard and its name there."""
        settings = self.knowledge.settings
        for shard in shards:
            try:
                stored = open_shard(shard, settings.dataset.tag_extension)
            except ItemError as error:
                self.unread.append(str(error))
                continue
            with closing(stored):
                dataset, descriptions = settings.dataset, descriptions_of(shard, settings.dataset)
                sightings = sightings_in(shard, dataset, descriptions)
                added = self.knowledge.said_along
                pictures = ShardPictures(stored, dataset, settings.tags, added, sightings)
                for each in self._of_shard(shard, pictures, descriptions):
                    self.count += 1
                    yield each

    def _of_shard(
        self, shard: Shard, pictures: ShardPictures, descriptions: ShardResults
    ) -> Iterator[Captioned]:
        settings = self.knowledge.settings
        results = ShardResults(INTERPRETER, journal_of(settings, shard, ""))
        names = settings.interpreter.caption_names
        for picture in pictures.pictures:
            captions = captions_in(results.read(picture.stem_name) or "", names)
            if not captions:
                continue
            try:
                pictures.admit(picture, *captions, descriptions.read(picture.stem_name) or "")
                tags = pictures.tags(picture).tags
            except ItemError:
                continue
            yield captioned(replace(picture, name=f"{shard.stem}/{picture.name}"), captions, names, tags)


def export_shards(settings: Settings, words: Sequence[str], say: Callable[[str], None]) -> ExitCode:
    """Write the table; `words` are `parquet`, and perhaps a file or a folder.

    Raises UserError for another target, where there are no captions, and where the file cannot be written.
    """
    if words[0] != "parquet" or len(words) > 2:
        raise UserError(
            f"--export {' '.join(words)} is for folders of pictures: of shards there is --export parquet FILE"
        )
    require_pyarrow()
    place = Path(words[1]) if len(words) > 1 else settings.dataset.captions
    place = place / PARQUET_FILE if place.is_dir() or not place.suffix else place
    journal = Journal(settings.dataset.captions / FILE_NAME)
    known = place.resolve().as_posix()
    ours = journal.side_files()[known].digests if known in journal.side_files() else ()
    captions = _Captions(Knowledge(settings))
    pieces = list(parquet_pieces(captions.of(find_shards(settings.dataset))))
    if not captions.count:
        raise UserError(f"there are no captions in {settings.dataset.captions}: run python caption.py first")
    with closing(journal):
        if not write_pieces(
            place.parent, place.name, pieces, ours, partial(journal.add_side_file, "", known)
        ):
            raise UserError(f"{place} is there, and this program did not write it: name another file")
    for sentence in captions.unread:
        say(f"{sentence}.")
    say(f"For parquet: {amount(captions.count, 'caption')} written to {place}.")
    return ExitCode.SOME_FAILED if captions.unread else ExitCode.DONE
