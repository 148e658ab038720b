"""The tags of all shards together. Their sum is kept, so that a run with many shards reads one file for it.

captions/.survey.json    {"of": {shard: state}, "pictures": {shard: 8000}, "counts": …, "categories": …,
                          "tags": {"00000/0.png": […]}}
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields

from pydantic import TypeAdapter

from dataset.admission import Added
from dataset.disk import make_folder, write_whole
from dataset.pictures import Picture, Survey, TagList
from errors import ItemError
from settings import Settings
from shards.finding import Shard
from shards.surveying import Counted, counted, remembered_of_each, state_of

_FILE = ".survey.json"


@dataclass(slots=True)
class _Sum:
    """`of` has the state in which each shard was counted, and `pictures` how many each holds."""

    of: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    tags: dict[str, Sequence[str]] = field(default_factory=dict)

    def add(self, shard: Shard, found: Counted) -> None:
        self.of[shard.name] = found["of"]
        self.pictures[shard.name] = found["pictures"]
        for tag, count in found["counts"].items():
            self.counts[tag] = self.counts.get(tag, 0) + count
        self.categories.update(found["categories"])
        self.tags.update((f"{shard.stem}/{at}.png", tags) for at, tags in enumerate(found["tags"]))


_FORM = TypeAdapter(_Sum)


class AllShards:
    """The survey of all shards, and a sample of their pictures: `dataset.pictures.Surveyed`.

    `pictures` has how many each shard holds, by its name.
    """

    def __init__(self, summed: _Sum | None = None) -> None:
        summed = summed or _Sum()
        self.pictures = summed.pictures
        self._survey = Survey(Counter(summed.counts), summed.categories)
        self._tags = {name: TagList(tuple(tags), {}) for name, tags in summed.tags.items()}

    @property
    def surveyed(self) -> Sequence[Picture]:
        """The sample."""
        return [Picture(name, ".txt") for name in self._tags]

    def tags(self, picture: Picture) -> TagList:
        """The tags of a picture of the sample."""
        return self._tags[picture.name]

    def survey(self) -> Survey:
        """How many pictures of all shards have each tag."""
        return self._survey


class SurveySum:
    """What is kept of the tags of these shards, and which of them have to be added to it."""

    def __init__(self, shards: Sequence[Shard], settings: Settings) -> None:
        self._settings = settings
        self._place = settings.dataset.captions / _FILE
        self._remembered = remembered_of_each(len(shards))
        states = dict[str, str]()
        for shard in shards:
            with suppress(ItemError):
                states[shard.name] = state_of(shard, settings, self._remembered)
        kept = self._read()
        # The tags of a shard that has changed or is gone cannot be subtracted, so all are added up anew.
        self._sum = kept if kept.of.items() <= states.items() else _Sum()
        self.missing = [shard for shard in shards if shard.name in states and shard.name not in self._sum.of]

    def complete(self, added: Added) -> AllShards:
        """Add what is missing, and keep the sum; the tags of all shards.

        A shard that cannot be read is left out: who captions it says why. `added` is what is said along with
        a tag. Raises UserError where what was counted cannot be kept.
        """
        for shard in self.missing:
            with suppress(ItemError):
                self._sum.add(shard, counted(shard, self._settings, added, self._remembered))
        if self.missing:
            make_folder(self._place.parent)
            kept = {each.name: getattr(self._sum, each.name) for each in fields(self._sum)}
            write_whole(self._place, json.dumps(kept, separators=(",", ":")))
        return AllShards(self._sum)

    def _read(self) -> _Sum:
        try:
            return _FORM.validate_json(self._place.read_bytes())
        except (OSError, ValueError):
            return _Sum()
