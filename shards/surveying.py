"""Which tags all shards have: counted shard by shard, and kept, so that each shard is read for it only once.

    captions/.survey/00000.json    {"of": …, "pictures": 8000, "counts": {tag: pictures}, "categories": {…},
                                    "tags": [[…], …]}

`of` tells the state of the shard and the settings by which it was counted. `tags` are those of a sample of
its pictures, from which it is learnt what characters usually look like.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
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
from shards.pictures import ShardPictures
from shards.stored import open_shard


class _Counted(TypedDict):
    of: str
    pictures: int
    counts: dict[str, int]
    categories: dict[str, str]
    tags: Sequence[Sequence[str]]


_FORM = TypeAdapter(_Counted)
# Of all shards together so many pictures are remembered with their tags, about 30 MB.
_MOST_REMEMBERED = 50_000
FOLDER = ".survey"


@dataclass(slots=True)
class AllShards:
    """The survey of all shards, and a sample of their pictures: `dataset.pictures.Surveyed`.

    `pictures` has how many each shard holds, by its name.
    """

    pictures: dict[str, int] = field(default_factory=dict)
    _survey: Survey = field(default_factory=Survey)
    _tags: dict[str, TagList] = field(default_factory=dict)

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

    def add(self, shard: Shard, counted: _Counted) -> None:
        """Add one shard."""
        self.pictures[shard.name] = counted["pictures"]
        self._survey.counts.update(counted["counts"])
        self._survey.categories.update(counted["categories"])
        for number, tags in enumerate(counted["tags"]):
            self._tags[f"{shard.stem}/{number}.png"] = TagList(tuple(tags), {})


def survey_all(
    shards: Sequence[Shard], settings: Settings, added: Added, among: int | None = None
) -> AllShards:
    """Count the tags of all shards; those that were counted before are not read again.

    A shard that cannot be read is left out: who captions it says why. `added` is what is said along with a
    tag; `among` is how many shards there are where these are only some of them. Raises UserError where what
    was counted cannot be kept.
    """
    found = AllShards()
    most = max(1, _MOST_REMEMBERED // (among or len(shards)))
    for shard in shards:
        with suppress(ItemError):
            found.add(shard, _counted(shard, settings, added, most))
    return found


def _counted(shard: Shard, settings: Settings, added: Added, most: int) -> _Counted:
    dataset = settings.dataset
    place = dataset.captions / FOLDER / f"{shard.stem}.json"
    state = _state_of(shard, settings, most)
    known = _read(place)
    if known is not None and known["of"] == state:
        return known
    with closing(open_shard(shard, dataset.tag_extension)) as stored:
        pictures = ShardPictures(stored, dataset, settings.tags, added, None)
        survey, lists = _count(pictures)
    counted = _Counted(
        of=state,
        pictures=len(pictures.pictures),
        counts=survey.counts,
        categories=survey.categories,
        tags=evenly_spread(lists, most),
    )
    make_folder(place.parent)
    write_whole(place, json.dumps(counted, separators=(",", ":")))
    return counted


def _count(pictures: ShardPictures) -> tuple[Survey, list[Sequence[str]]]:
    """The survey of a shard, and the tags of each picture."""
    survey, lists = Survey(), list[Sequence[str]]()
    for picture in pictures.pictures:
        with suppress(ItemError):
            tags = pictures.tags(picture)
            survey.add(tags)
            lists.append(tags.tags)
    return survey, lists


def _state_of(shard: Shard, settings: Settings, most: int) -> str:
    try:
        found = shard.source.stamp()
    except OSError as error:
        raise ItemError("unreadable shard", refusal(f"{shard.name} cannot be read", error)) from error
    apart = settings.dataset.tags
    tags = apart and (str(apart), apart.stat().st_mtime_ns if apart.exists() else 0)
    chosen = found, settings.dataset.tag_extension, settings.tags, most, tags
    return blake2b(repr(chosen).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def _read(place: Path) -> _Counted | None:
    """What was kept; None where there is nothing that can be used."""
    try:
        return _FORM.validate_json(place.read_bytes())
    except (OSError, ValueError):
        return None
