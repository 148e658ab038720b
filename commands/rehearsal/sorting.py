"""Which pictures a stage would ask about, and which it would count apart, as the run itself does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from batch import Tally
from dataset.images import Picture
from errors import ItemError


@dataclass(slots=True)
class Due:
    """Pictures that can be asked about; the others are in the tally, as excluded or as failures."""

    pictures: list[Picture] = field(default_factory=list)
    apart: Tally = field(default_factory=Tally)


def sorted_out(pictures: Iterable[Picture], look_at: Callable[[Picture], object]) -> Due:
    """The pictures by what would come of them; `look_at` raises ItemError for those that would fail."""
    due = Due()
    for picture in pictures:
        try:
            look_at(picture)
        except ItemError as error:
            due.apart.add_failure(picture.name, error)
        else:
            due.pictures.append(picture)
    return due
