"""The data of one picture for report.html: its tags by number, its texts, and its past from the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from check.ways import listed_ways
from dataset.journal import EDITED
from dataset.pictures import Picture, TagList
from dataset.text_digests import digest
from dataset.trainers import captions_in
from errors import ItemError
from review.history import Past
from review.pages import Sources
from tags.categories import CHARACTER
from tags.spelling import words

Values = dict[str, object]
Row = tuple[object, ...]


@dataclass(slots=True)
class TagTable:
    """Every tag of the page once; the pictures refer to them by number, which keeps the page small.

    A row has the words of a tag, its category, and in what other words people say it, if it is known.
    """

    rows: list[Row] = field(default_factory=list)
    characters: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)

    def numbers(self, tags: Sequence[str], categories: Mapping[str, str]) -> list[int]:
        """The number of each tag in `rows`."""
        for tag in tags:
            if tag not in self._numbers:
                self._numbers[tag] = len(self.rows)
                ways = listed_ways(tag)
                self.rows.append((words(tag), categories.get(tag, ""), *([ways] if ways else [])))
                if categories.get(tag) == CHARACTER:
                    self.characters.add(tag)
        return [self._numbers[tag] for tag in tags]


class TaggedPicture:
    """A picture with its texts and its tags, or with the error why it has no tags."""

    def __init__(self, sources: Sources, picture: Picture, table: TagTable) -> None:
        self.picture = picture
        self.error: ItemError | None = None
        name = picture.stem_name
        self.text = sources.captions.read(name)
        self.caption = "\n".join(captions_in(self.text, sources.finishing.settings.caption_names))
        self.description = sources.descriptions.read(name)
        try:
            sources.collection.admit(picture, *filter(None, (self.text, self.description)))
            found = sources.collection.tags(picture)
        except ItemError as error:
            self.error, found = error, TagList((), {})
        self.tags = found.tags
        # The categories in its own tag file take precedence.
        self.categories = {**sources.categories(found.tags), **found.categories}
        self.numbers = table.numbers(self.tags, self.categories)


def past_values(past: Past, last_run: str, caption: str) -> Values:
    """What became of a picture, without empty values; `caption` is its text as it is now."""
    last = past.caption
    by_hand = bool(caption and last.text) and digest(caption) != last.text
    older, newer = past.versions
    before = newer if caption != newer else older
    return {
        "before": before,
        "changed": bool(before and caption) and (by_hand or past.latest.run == last_run),
        "draft": last.draft and not by_hand,
        "edited": last.outcome == EDITED or by_hand,
        "floor": "" if by_hand else last.floor,
        "again": past.again,
        "waits": bool(past.waits),
        "model": last.model,
        "sees": last.sees and not by_hand,
        "tokens": last.tokens or None,
        "seconds": round(last.seconds, 2) or None,
        "time": past.latest.time,
    }
