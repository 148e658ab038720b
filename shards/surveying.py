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
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter
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
Kept = TypeVar("Kept")
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
    known = _read(_FORM, place)
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
    _keep(place, found)
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


def _read(form: TypeAdapter[Kept], place: Path) -> Kept | None:
    """What was kept; None where there is nothing that can be used."""
    try:
        return form.validate_json(place.read_bytes())
    except (OSError, ValueError):
        return None


@dataclass(slots=True)
class AllShards:
    """The survey of all shards, and a sample of their pictures: `dataset.pictures.Surveyed`.

    `of` has the state in which each shard was counted, `pictures` how many each holds, by its name, and
    `sample` the tags of each picture of the sample.
    """

    of: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    categories: dict[str, str] = field(default_factory=dict)
    sample: Annotated[dict[str, tuple[str, ...]], Field(alias="tags")] = field(default_factory=dict)

    def add(self, shard: Shard, found: Counted) -> None:
        """Add what was counted in a shard."""
        self.of[shard.name] = found["of"]
        self.pictures[shard.name] = found["pictures"]
        self.counts.update(found["counts"])
        self.categories.update(found["categories"])
        self.sample |= {f"{shard.stem}/{at}.png": tuple(tags) for at, tags in enumerate(found["tags"])}

    @property
    def surveyed(self) -> Sequence[Picture]:
        """The sample."""
        return [Picture(name, ".txt") for name in self.sample]

    def tags(self, picture: Picture) -> TagList:
        """The tags of a picture of the sample."""
        return TagList(self.sample[picture.name], {})

    def survey(self) -> Survey:
        """How many pictures of all shards have each tag."""
        return Survey(self.counts, self.categories)


_FORM_OF_ALL = TypeAdapter(AllShards)


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
        kept = _read(_FORM_OF_ALL, self._place)
        # The tags of a shard that has changed or is gone cannot be subtracted, so all are added up anew.
        self._all = kept if kept and kept.of.items() <= states.items() else AllShards()
        self.missing = [shard for shard in shards if shard.name in states and shard.name not in self._all.of]

    def complete(self, added: Added) -> AllShards:
        """Add what is missing, and keep the sum; the tags of all shards.

        A shard that cannot be read is left out: the run says why when it comes to that shard. `added` gives
        what is said along with a tag. Raises UserError where what was counted cannot be kept.
        """
        for shard in self.missing:
            with suppress(ItemError):
                self._all.add(shard, counted(shard, self._settings, added, self._remembered))
        if self.missing:
            _keep(self._place, _FORM_OF_ALL.dump_python(self._all, by_alias=True))
        return self._all


def _keep(place: Path, found: object) -> None:
    make_folder(place.parent)
    write_whole(place, json.dumps(found, separators=(",", ":")))
