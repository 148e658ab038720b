"""Which tags all shards have: counted shard by shard, and kept, so that each shard is read for it only once.

    captions/.survey/00000.json    {"of": …, "pictures": 8000, "counts": {tag: pictures}, "categories": {…},
                                    "tags": [[…], …]}

`of` tells the state of the shard and the settings by which it was counted. `tags` are those of a sample of
its pictures, from which it is learnt what characters usually look like. `survey_sum` adds all of them up.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from dataset.admission import Added
from dataset.disk import make_folder, refusal, write_whole
from dataset.pictures import Survey, evenly_spread
from errors import ItemError
from settings import Settings
from shards.finding import Shard
from shards.pictures import ShardPictures
from shards.stored import open_shard


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
FOLDER = ".survey"


def remembered_of_each(shards: int) -> int:
    """The number of pictures of each shard whose tags are remembered, if there are this many shards.

    It changes only when the number of shards doubles, so that a new shard does not make all others be counted
    anew.
    """
    return 1 << (max(1, _MOST_REMEMBERED // shards).bit_length() - 1)


def counted(shard: Shard, settings: Settings, added: Added, remembered: int) -> Counted:
    """Count the tags of a shard, unless what was kept of it still holds; then it is not read again.

    `added` is what is said along with a tag; the tags of at most so many pictures are `remembered`. Raises
    ItemError where the shard cannot be read, and UserError where what was counted cannot be kept.
    """
    dataset = settings.dataset
    place = dataset.captions / FOLDER / f"{shard.stem}.json"
    state = state_of(shard, settings, remembered)
    known = _read(place)
    if known is not None and known["of"] == state:
        return known
    with closing(open_shard(shard, dataset.tag_extension)) as stored:
        pictures = ShardPictures(stored, dataset, settings.tags, added, None)
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
        found = shard.source.stamp()
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
