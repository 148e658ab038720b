"""The pictures that two configurations are compared over: the same ones each time."""

from __future__ import annotations

import os

from captioning.project import Project
from dataset.file_names import natural_order
from dataset.images import Picture
from dataset.texts import digest
from errors import ItemError, UserError

# Another seed draws other pictures, and figures of different draws cannot be held against each other.
_SEED = "one"


def common(one: Project, other: Project, count: int) -> tuple[list[Picture], list[Picture]]:
    """At most `count` pictures that both would caption, as each of them knows them.

    They are drawn by their names: the same ones each time, and most of them still when others are added.
    Raises UserError where there are none.
    """
    by_file = {_file(other, picture): picture for picture in other.collection.pictures}
    shared = [
        (picture, by_file[file])
        for picture in one.collection.pictures
        if (file := _file(one, picture)) in by_file
    ]
    shared.sort(key=lambda pair: digest(f"{_SEED}\0{pair[0].name}"))
    chosen: list[tuple[Picture, Picture]] = []
    for mine, theirs in shared:
        if len(chosen) == count:
            break
        if _has_tags(one, mine) and _has_tags(other, theirs):
            chosen.append((mine, theirs))
    if not chosen:
        raise UserError(
            f"there is no picture that both would caption, in {one.collection.root} and in "
            f"{other.collection.root}: let [Dataset] images of both name the same folder"
        )
    chosen.sort(key=lambda pair: [natural_order(part) for part in pair[0].name.split("/")])
    return [mine for mine, _ in chosen], [theirs for _, theirs in chosen]


def _file(project: Project, picture: Picture) -> str:
    # Not resolved any further: names below the folder are those under which both find the picture.
    return f"{os.path.realpath(project.collection.root)}/{picture.name}"


def _has_tags(project: Project, picture: Picture) -> bool:
    try:
        project.collection.tags(picture)
    except ItemError:
        return False
    return True
