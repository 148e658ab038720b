"""report.html: one page with pictures and captions, opened from disk, without a server or a network."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TypedDict

from dataset.images import Picture, TagList
from dataset.journal import EDITED, Journal
from dataset.texts import digest
from dataset.trainers import captions_in
from errors import REFUSED, REQUEST_REFUSED, ExcludedError, ItemError
from printing import printable
from review.history import Glance, History, Past, read_glances, read_history
from review.pages import (
    Sources,
    coverage_of,
    fill,
    folder_address,
    json_in_html,
    marks,
    picture_address,
    save_page,
)
from tags.categories import CHARACTER
from tags.spelling import words

NAME = "report.html"
# A browser stays fast with this many pictures, and nobody looks at more.
MOST_SHOWN = 10_000
# The browser shows these before it has read the others.
_FIRST = 48
# In this order: each script uses what the ones before it define.
_SCRIPTS = (
    "elements",
    "theme",
    "data",
    "corrections",
    "filters",
    "overview",
    "cards",
    "detail",
    "keys",
    "start",
)

Values = dict[str, object]


class Page(TypedDict):
    """The data of the page; the browser keeps corrections under `id`."""

    made: str
    id: str
    images: str
    totals: Values
    tags: list[tuple[str, str]]
    pictures: list[Values]


def write_report(sources: Sources) -> Path:
    """Write the report beside the captions, and return its path.

    Raises UserError if it cannot be written.
    """
    path = sources.captions.root / NAME
    save_page(path, render(gather(sources)))
    return path


def render(values: Page) -> str:
    """The page that shows these values."""
    pictures = values["pictures"]
    return fill(
        "report",
        _SCRIPTS,
        ("report",),
        first=json_in_html({**values, "pictures": pictures[:_FIRST]}),
        rest=json_in_html(pictures[_FIRST:]),
    )


def gather(sources: Sources) -> Page:
    """The values of the page for a data set.

    Of more than MOST_SHOWN pictures those are shown that need attention: failures, the last run, pictures
    without a caption, then the latest.
    """
    captioned = sources.captions.names()
    folder = sources.collection.folder
    chosen = _most_interesting(folder.pictures, sources.journal, captioned)
    shown = {picture.stem_name for picture in chosen}
    history = read_history(sources.journal, shown)
    table = _TagTable()
    tagged = [_Tagged(sources, picture, table) for picture in chosen]
    names = frozenset(table.characters)
    entries = [_entry(sources, each, history, names) for each in tagged]
    known = {picture.name for picture in chosen}
    entries += [
        {
            "name": each.name,
            "file": printable(each.name),
            "failures": [("folder", each.reason, each.message)],
            "unusable": True,
        }
        for each in folder.problems[:MOST_SHOWN]
        if each.name not in known
    ]
    return {
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "id": digest(str(sources.captions.root.resolve())),
        "images": folder_address(sources.collection.root, sources.captions.root),
        "totals": {
            "pictures": len(folder.pictures),
            "captions": sum(picture.stem_name in captioned for picture in folder.pictures),
            "prompt_tokens": history.prompt_tokens,
            "completion_tokens": history.completion_tokens,
        },
        "tags": table.rows,
        "pictures": entries,
    }


def _most_interesting(
    pictures: Sequence[Picture], journal: Journal, captioned: set[str]
) -> Sequence[Picture]:
    if len(pictures) <= MOST_SHOWN:
        return pictures
    glances, last_run = read_glances(journal, captioned)

    def interest(at: int) -> tuple[bool, bool, bool, str, int]:
        name = pictures[at].stem_name
        glance = glances.get(name) or Glance()
        return bool(glance.failed), glance.run == last_run, name not in captioned, glance.time, -at

    return [pictures[at] for at in sorted(heapq.nlargest(MOST_SHOWN, range(len(pictures)), key=interest))]


@dataclass(slots=True)
class _TagTable:
    """Every tag of the page once; the pictures refer to them by number, which keeps the page small."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    characters: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)

    def numbers(self, tags: Sequence[str], categories: Mapping[str, str]) -> list[int]:
        """The number of each tag in `rows`, which hold its words and its category."""
        for tag in tags:
            if tag not in self._numbers:
                self._numbers[tag] = len(self.rows)
                self.rows.append((words(tag), categories.get(tag, "")))
                if categories.get(tag) == CHARACTER:
                    self.characters.add(tag)
        return [self._numbers[tag] for tag in tags]


class _Tagged:
    """A picture with its texts and its tags, or with the error why it has no tags."""

    def __init__(self, sources: Sources, picture: Picture, table: _TagTable) -> None:
        self.picture = picture
        self.error: ItemError | None = None
        name = picture.stem_name
        self.text = sources.captions.read(name) or ""
        self.caption = "\n".join(captions_in(self.text, sources.finishing.settings.caption_names))
        self.description = sources.descriptions.read(name) or ""
        try:
            sources.collection.admit(picture, *filter(None, (self.text, self.description)))
            found = sources.collection.tags(picture)
        except ItemError as error:
            self.error, found = error, TagList((), {})
        self.tags = found.tags
        # The categories in its own tag file take precedence.
        self.categories = {**sources.categories(found.tags), **found.categories}
        self.numbers = table.numbers(self.tags, self.categories)


def _entry(sources: Sources, tagged: _Tagged, history: History, names: frozenset[str]) -> Values:
    """One picture, without empty values: a page may have ten thousand of them."""
    picture, error, caption = tagged.picture, tagged.error, tagged.caption
    # The caption may be on several lines in the file.
    written = digest(tagged.text) if tagged.text else ""
    values: Values = {"name": picture.stem_name, "file": printable(picture.name)}
    if isinstance(error, ExcludedError):
        return {**values, "excluded": str(error)}
    past = history.pictures.get(picture.stem_name) or Past()
    failures = [(stage, failure.reason, failure.message) for stage, failure in past.failures.items()]
    if error is not None:
        failures = [("tags", error.reason, str(error))]
    values |= {
        "src": picture_address(picture),
        "caption": caption,
        "seen": written,
        "description": tagged.description,
        "tags": tagged.numbers,
        "failures": failures,
        "refused": any(reason == REFUSED or reason.startswith(REQUEST_REFUSED) for _, reason, _ in failures),
        **_past_values(past, history.run, tagged.text),
    }
    if caption and tagged.tags:
        described = str(values["description"])
        coverage = coverage_of(sources, caption, described, tagged.tags, tagged.categories, names)
        last, is_as_written = past.caption, written == past.caption.text
        is_read = is_as_written and bool(last.reading)
        if is_as_written:
            found = last.read_as_said
            coverage = coverage.borne_out_by_picture() if last.sees else coverage
            coverage = coverage.after_reading(found) if is_read else coverage.with_said(found)
        values |= {
            "read": is_read,
            "marks": marks(coverage, tagged.tags),
            "score": round(coverage.score, 3),
            "faults": [fault.message for fault in coverage.faults],
            "adds": list(map(str, coverage.adds)),
        }
    return {key: value for key, value in values.items() if value not in ("", [], False, None)}


def _past_values(past: Past, last_run: str, caption: str) -> Values:
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
        "model": last.model,
        "sees": last.sees and not by_hand,
        "tokens": last.tokens or None,
        "seconds": round(last.seconds, 2) or None,
        "time": past.latest.time,
    }
