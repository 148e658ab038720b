"""Which files a pattern such as /data/images/*.tar names, and where the texts of each go."""

from __future__ import annotations

import os
from dataclasses import dataclass

from dataset.disk import is_inside
from dataset.file_names import natural_order, sharing_key
from errors import UserError
from settings import DatasetSettings
from settings.checks import SHARD_SUFFIXES
from shards.places import OnDisk, Place, objects_at, root_of


@dataclass(frozen=True, slots=True)
class Shard:
    """A file that holds many pictures; its name is relative to the folder with which the pattern begins."""

    name: str
    place: Place

    @property
    def stem(self) -> str:
        """The name without its suffix, after which its journal is called."""
        return self.name.rpartition(".")[0]


def find_shards(settings: DatasetSettings) -> list[Shard]:
    """The shards that [Dataset] images names, in natural order.

    Raises UserError where there are none, where two would share one file of captions, or where captions
    could be written over them.
    """
    root = root_of(settings.images)
    outputs = [os.path.realpath(folder) for folder in (settings.captions, settings.descriptions)]
    if os.path.realpath(root) in outputs:
        raise UserError(
            f"captions of {settings.images} would have the names of the shards: "
            "name other folders as [Dataset] captions and descriptions"
        )
    if outputs[0] == outputs[1]:
        raise UserError("[Dataset] captions and descriptions are the same folder: name two folders")
    address = settings.address_of_images
    if address:
        found = [Shard(name, place) for name, place in objects_at(address)]
    else:
        found = [
            Shard(path.relative_to(root).as_posix(), OnDisk(path))
            for path in root.glob(settings.images.relative_to(root).as_posix())
            if path.is_file()
            and not path.name.startswith(".")
            and not any(is_inside(os.path.realpath(path), output) for output in outputs)
        ]
    # A table of tags and the indexes of tars, NAME.json, may lie beside the shards.
    table = None if settings.tags is None else OnDisk(settings.tags)
    found = [each for each in found if each.place.suffix in SHARD_SUFFIXES and each.place != table]
    if not found:
        raise UserError(
            f"there is no file {address or settings.images}: write the pattern of your shards as "
            "[Dataset] images, such as /data/images/*.tar"
        )
    _refuse_same_names(found)
    return sorted(found, key=lambda shard: [natural_order(part) for part in shard.name.split("/")])


def _refuse_same_names(shards: list[Shard]) -> None:
    seen: dict[str, Shard] = {}
    for shard in shards:
        other = seen.setdefault(sharing_key(shard.stem), shard)
        if other is not shard:
            raise UserError(f"{other.name} and {shard.name} would share one journal: rename one of them")
