"""The texts of one shard: lines of its journal, then one file with the keys of the shard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dataset.disk import write_pieces
from dataset.journal import AGAIN, DONE, EDITED, FAILED, INTERROGATOR, WAITS, Journal, Packed
from dataset.pictures import Picture
from dataset.text_digests import digest
from dataset.wanted import Existing, Maker
from errors import ItemError, UserError
from settings import DatasetSettings
from shards.finding import Shard

Pack = Callable[[Iterable[tuple[str, str]]], Iterable[bytes]]
"""Makes the bytes of a file of names and texts."""


@dataclass(frozen=True, slots=True)
class _Made:
    text: str
    prompt: str
    draft: bool
    edited: bool


class ShardResults:
    """Results as `dataset.wanted.Results` has them: each text is a line of the journal and nothing else.

    A text is on disk once its line is, so that a kill loses none. `pack` writes all of them into one file.
    """

    def __init__(self, stage: str, journal: Journal) -> None:
        self._stage = stage
        self._journal = journal
        self._made: dict[str, _Made] = {}
        self._again: set[str] = set()
        self._waiting: set[str] = set()
        for record in journal.records(stage):
            if record.is_written and record.written:
                made = _Made(record.written, record.prompt, record.draft, record.outcome == EDITED)
                self._made[record.picture] = made
                self._again.discard(record.picture)
            elif record.outcome == AGAIN:
                self._again.add(record.picture)
            if record.outcome == WAITS:
                self._waiting.add(record.picture)
            else:
                self._waiting.discard(record.picture)
        self.packed = journal.packed(stage)

    def read(self, name: str) -> str:
        """See `wanted.Results`."""
        made = self._made.get(name)
        return made.text if made else ""

    @property
    def count(self) -> int:
        """How many texts there are."""
        return len(self._made)

    def state(self, name: str) -> str:
        """A digest of the text of this name; "" where there is none."""
        return digest(self.read(name)) if name in self._made else ""

    def make_room(self, name: str) -> None:
        """See `wanted.Results`; raises UserError where the journal is gone."""
        self._journal.refuse_moved()

    def keep(
        self, name: str, text: str, *, prompt: str, model: str, draft: bool, details: Mapping[str, object]
    ) -> None:
        """See `wanted.Results`."""
        more = {"model": model, "prompt": prompt, "draft": draft, **details}
        self._journal.add(self._stage, name, DONE, text, **more)
        self._made[name] = _Made(text, prompt, draft, edited=False)
        self._again.discard(name)

    def failed(self, name: str, error: ItemError) -> None:
        """See `wanted.Results`."""
        self._journal.add(self._stage, name, FAILED, reason=error.reason, message=str(error))

    def waits(self, name: str) -> None:
        """See `wanted.Results`. A run that finds nothing new adds no line for what waits already."""
        if name not in self._waiting:
            self._waiting.add(name)
            self._journal.add(self._stage, name, WAITS)

    def pending(
        self,
        pictures: Sequence[Picture],
        existing: Existing,
        *,
        maker: Maker,
        prompt_of: Callable[[Picture], str | None],
    ) -> list[Picture]:
        """See `wanted.Results`."""

        def is_due(picture: Picture) -> bool:
            made = self._made.get(picture.stem_name)
            if made is None or existing == "overwrite" or picture.stem_name in self._again:
                return True
            if made.edited:
                return False
            if not made.draft and maker == "stand-in":
                return False
            is_outdated = existing == "refresh" and prompt_of(picture) not in (None, made.prompt)
            return (made.draft and maker == "model") or is_outdated

        return [picture for picture in pictures if is_due(picture)]

    def pack(self, place: Path, pack: Pack, names: Sequence[str], facts: Packed) -> Packed:
        """Write the texts of these names into one file; returns what the journal says of it then.

        `facts` has the size of the shard, and how many pictures are left. Raises UserError where the file
        cannot be written or is somebody else's.
        """
        kept = [(name, self._made[name]) for name in names if name in self._made]
        has_drafts = any(made.draft for _, made in kept)
        packed = replace(facts, count=len(kept), has_drafts=has_drafts)
        noted: list[str] = []

        def note(file_digest: str) -> None:
            noted.append(file_digest)
            self._journal.add_packed(self._stage, file_digest, packed)

        if kept or place.exists():
            pieces = pack((name, made.text) for name, made in kept)
            if not write_pieces(place.parent, place.name, pieces, self.packed.digests, note):
                raise UserError(
                    f"{place} is there, and this program did not write it: move it away and run again"
                )
        if not noted:
            # The file is there as it should be, or there is nothing to write.
            note("")
        return packed


def journal_of(shard: Shard, dataset: DatasetSettings, run: str = "") -> Journal:
    """The journal of a shard, beside its captions; `run` is the name of the run that adds lines to it."""
    return Journal(dataset.captions / f"{shard.stem}.jsonl", run)


def descriptions_of(shard: Shard, dataset: DatasetSettings) -> ShardResults:
    """The descriptions that earlier runs made of the pictures of a shard."""
    return ShardResults(INTERROGATOR, journal_of(shard, dataset))
