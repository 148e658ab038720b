"""Pictures, and what the stages need to know of a data set, wherever its pictures are stored.

A data set can hold a million pictures, so a picture is two short strings here and no `Path`:

    Picture("a/b.png", ".txt")        a/b.png, tags in a/b.txt        (taggers, trainers)
    Picture("a/b.png", ".png.txt")    a/b.png, tags in a/b.png.txt    (gallery-dl, Hydrus)
    Picture("a/b.png", "")            a/b.png, no tags

Names are relative to the folder and use "/" everywhere. Bytes that are not UTF-8 stay in them as Python's
surrogate escapes, so that the file can be opened; `printing.printable` makes such a name fit to be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tags.exclusion import NOTHING_FOUND, Judgement

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name below the folder, and what replaces its suffix to give its tag file's name.

    A picture can have further tag files, by their suffixes: they give no tags, but it is judged by them too.
    """

    name: str
    tag_suffix: str
    further_tag_suffixes: tuple[str, ...] = ()

    @property
    def stem_name(self) -> str:
        """The name without its suffix, which captions and descriptions are named after: "a/b"."""
        return self.name[: self.name.rindex(".")]

    @property
    def folder(self) -> str:
        """The folder the picture is in: "a"; "" for the picture folder itself."""
        return self.name.rpartition("/")[0]

    @property
    def tag_file(self) -> str | None:
        """The name of its tag file below the folder, None when it has none."""
        return self.stem_name + self.tag_suffix if self.tag_suffix else None


@dataclass(frozen=True, slots=True)
class TagList:
    """The tags of one picture: in canonical spelling, without repeats, in the order of its tag file.

    `categories` holds only what the tag file itself says, as names of CATEGORIES. `rating` is as the file
    has it, in lower case ("e", "explicit", "general"), and the strongest where there are several. `judgement`
    is what all tag files of the picture say; it is known once the picture has been admitted. `whole` are the
    tags with those that [Tags] hide leaves out, empty where there are none. `year` is that in which a site
    posted the picture, if the file tells it.
    """

    tags: tuple[str, ...]
    categories: Mapping[str, str]
    rating: str | None = None
    judgement: Judgement = NOTHING_FOUND
    whole: tuple[str, ...] = ()
    year: int | None = None

    @property
    def explicit(self) -> bool:
        """Whether the tags or the rating of the picture are sexual."""
        return self.judgement.explicit


@dataclass(slots=True)
class Survey:
    """How many pictures of a data set have each tag, and the categories that are in its tag files.

    The sum of the surveys of two data sets is the survey of both together.
    """

    counts: Counter[str] = field(default_factory=Counter)
    categories: dict[str, str] = field(default_factory=dict)

    def add(self, tags: TagList) -> None:
        """Count one more picture."""
        self.counts.update(tags.tags)
        self.categories.update(tags.categories)

    def __add__(self, other: Survey) -> Survey:
        return Survey(self.counts + other.counts, self.categories | other.categories)


def evenly_spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most `most` items, evenly spread over the sequence."""
    return list(items[:: max(1, -(-len(items) // most))])


class Surveyed(Protocol):
    """The pictures by which a whole data set is judged."""

    @property
    def surveyed(self) -> Sequence[Picture]:
        """All pictures that have tags, or a sample of them."""

    def tags(self, picture: Picture) -> TagList:
        """The tags that may be used; raises ItemError, and ExcludedError for one that is never sent."""

    def survey(self) -> Survey:
        """How many of the pictures that are surveyed have each tag."""
