"""Which tags all shards have: counted shard by shard, and kept, so that each shard is read for it only once.

    captions/.survey/00000.json    {"of": …, "pictures": 8000, "counts": {tag: pictures}, "categories": {…},
                                    "tags": [[…], …]}
    captions/.survey.json          {"of": {shard: …}, "pictures": {shard: 8000}, "counts": …, "categories": …,
                                    "tags": {"00000/0.png": […]}}

`of` tells the state of the shard and the settings by which it was counted. `tags` are those of a sample of
its pictures, which tells what characters usually look like. The second file has the sum of all shards, so
that a run with many shards reads one file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from pathlib import Path

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from dataset.admission import Added
from dataset.disk import make_folder, refusal, write_whole
from dataset.pictures import Picture, Survey, TagList, evenly_spread
from errors import ItemError
from settings import Settings
from shards.finding import Shard
from shards.stored import ShardPictures


class Counted(TypedDict):
    """What is kept of a shard."""

    of: str
    pictures: int
    counts: dict[str, int]
    categories: dict[str, str]
    tags: Sequence[Sequence[str]]


_FORM = TypeAdapter(Counted)
# The tags of this many pictures of all shards together are remembered, which takes about 30 MB.
_MOST_REMEMBERED = 50_000
FOLDER, _SUM = ".survey", ".survey.json"


def remembered_of_each(shards: int) -> int:
    """The number of pictures of each shard whose tags are remembered, if there are this many shards.

    It changes only when the number of shards doubles, so that a new shard does not make all others be counted
    anew.
    """
    return 1 << (max(1, _MOST_REMEMBERED // shards).bit_length() - 1)


def counted(shard: Shard, settings: Settings, added: Added, remembered: int) -> Counted:
    """Count the tags of a shard, unless what was kept of it still holds; then it is not read again.

    `added` is what is said along with a tag; the tags of at most `remembered` pictures are kept. Raises
    ItemError where the shard cannot be read, and UserError where what was counted cannot be kept.
    """
    place = settings.dataset.captions / FOLDER / f"{shard.stem}.json"
    state = state_of(shard, settings, remembered)
    known = _read(place)
    if known is not None and known["of"] == state:
        return known
    pictures = ShardPictures(shard, settings, added, None)
    with closing(pictures.stored):
        survey, lists = _count(pictures)
    found = Counted(
        of=state,
        pictures=len(pictures.pictures),
        counts=survey.counts,
        categories=survey.categories,
        tags=evenly_spread(lists, remembered),
    )
    make_folder(place.parent)
    write_whole(place, json.dumps(found, separators=(",", ":")))
    return found


def _count(pictures: ShardPictures) -> tuple[Survey, list[Sequence[str]]]:
    """The survey of a shard, and the tags of each picture."""
    survey, lists = Survey(), list[Sequence[str]]()
    for picture in pictures.pictures:
        with suppress(ItemError):
            tags = pictures.tags(picture)
            survey.add(tags)
            lists.append(tags.tags)
    return survey, lists


def state_of(shard: Shard, settings: Settings, remembered: int) -> str:
    """The state of a shard and of what counts for its survey; raises ItemError where it cannot be read."""
    try:
        found = shard.place.stamp()
    except OSError as error:
        raise ItemError("unreadable shard", refusal(f"{shard.name} cannot be read", error)) from error
    apart = settings.dataset.tags
    tags = apart and (str(apart), apart.stat().st_mtime_ns if apart.exists() else 0)
    chosen = found, settings.dataset.tag_extension, settings.tags, remembered, tags
    return blake2b(repr(chosen).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def _read(place: Path) -> Counted | None:
    """What was kept; None where there is nothing that can be used."""
    try:
        return _FORM.validate_json(place.read_bytes())
    except (OSError, ValueError):
        return None


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


_FORM_OF_SUM = TypeAdapter(_Sum)


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
        self._place = settings.dataset.captions / _SUM
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

        A shard that cannot be read is left out: the run says why when it comes to that shard. `added` gives
        what is said along with a tag. Raises UserError where what was counted cannot be kept.
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
            return _FORM_OF_SUM.validate_json(self._place.read_bytes())
        except (OSError, ValueError):
            return _Sum()
