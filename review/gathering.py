"""What the report shows: each picture with its texts and tags and what came of it, as values for the page."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from check import Coverage, check
from dataset.collection import Collection
from dataset.file_names import printable
from dataset.images import Picture
from dataset.json_lines import JsonLines
from dataset.sidecar import TagList
from dataset.texts import Texts, digest
from errors import ExcludedError, ItemError, Problem
from review.history import Glance, History, Past, read_glances, read_history, read_versions
from tags.categories import CHARACTER
from tags.implications import Implied, speakers
from tags.spelling import words

# A browser keeps its pace with so many, and nobody looks at more; of a larger data set these are chosen.
MOST_SHOWN = 10_000
# What browsers can show; a TIFF has a placeholder.
_SHOWN_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif")

Values = dict[str, object]


class Page(TypedDict):
    """What the page is made from; `id` is what a browser keeps corrections under."""

    made: str
    id: str
    images: str
    totals: Values
    tags: list[tuple[str, str]]
    pictures: list[Values]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the report finds what it shows.

    `categories` tells the categories of tags and `implied` what a tag implies, where that is known.
    """

    collection: Collection
    captions: Texts
    descriptions: Texts
    journal: JsonLines
    categories: Callable[[Sequence[str]], Mapping[str, str]]
    implied: Implied


def gather(sources: Sources) -> Page:
    """The values of the page for a data set.

    Of more pictures than MOST_SHOWN those are shown that ask for attention: failures, the last run,
    what has no caption, and then the latest.
    """
    there = sources.captions.names()
    pictures = sources.collection.folder.pictures
    chosen = _most_interesting(pictures, sources.journal, there)
    names_shown = {picture.stem_name for picture in chosen}
    history = read_history(sources.journal, names_shown)
    versions = read_versions(sources.journal, names_shown)
    table = _Tags(sources.categories)
    readings = [_Reading(sources, picture, table) for picture in chosen]
    names = frozenset(table.names)
    entries = [
        _entry(sources, reading, history, versions.get(reading.picture.stem_name, ("", "")), names)
        for reading in readings
    ]
    known = {picture.name for picture in chosen}
    entries += [
        _problem(each) for each in sources.collection.folder.problems[:MOST_SHOWN] if each.name not in known
    ]
    return {
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "id": digest(str(sources.captions.root.resolve())),
        "images": address(sources.collection.root, sources.captions.root),
        "totals": _totals(pictures, history, there),
        "tags": table.rows,
        "pictures": entries,
    }


def _most_interesting(pictures: Sequence[Picture], journal: JsonLines, there: set[str]) -> Sequence[Picture]:
    if len(pictures) <= MOST_SHOWN:
        return pictures
    glances, last_run = read_glances(journal, there)

    def interest(at: int) -> tuple[bool, bool, bool, str, int]:
        name = pictures[at].stem_name
        glance = glances.get(name) or Glance()
        return bool(glance.failed), glance.run == last_run, name not in there, glance.time, -at

    return [pictures[at] for at in sorted(heapq.nlargest(MOST_SHOWN, range(len(pictures)), key=interest))]


class _Tags:
    """Every tag of the page once, so that each picture need only number its own."""

    def __init__(self, categories: Callable[[Sequence[str]], Mapping[str, str]]) -> None:
        self.rows: list[tuple[str, str]] = []
        self.names: set[str] = set()
        self._categories = categories
        self._numbers: dict[str, int] = {}

    def categories(self, found: TagList) -> dict[str, str]:
        """The categories of the tags of one picture; its own file knows best."""
        return {**self._categories(found.tags), **found.categories}

    def numbers(self, tags: Sequence[str], categories: Mapping[str, str]) -> list[int]:
        """The number of each tag in `rows`, which holds its words and its category."""
        for tag in tags:
            if tag not in self._numbers:
                self._numbers[tag] = len(self.rows)
                self.rows.append((words(tag), categories.get(tag, "")))
                if categories.get(tag) == CHARACTER:
                    self.names.add(tag)
        return [self._numbers[tag] for tag in tags]


class _Reading:
    """The tags of one picture, or why there are none."""

    def __init__(self, sources: Sources, picture: Picture, table: _Tags) -> None:
        self.picture = picture
        self.tags: tuple[str, ...] = ()
        self.categories: dict[str, str] = {}
        self.numbers: list[int] = []
        self.error: ItemError | None = None
        try:
            found = sources.collection.tags(picture)
        except ItemError as error:
            self.error = error
            return
        self.tags, self.categories = found.tags, table.categories(found)
        self.numbers = table.numbers(self.tags, self.categories)


def _entry(
    sources: Sources,
    reading: _Reading,
    history: History,
    versions: tuple[str, str],
    names: frozenset[str],
) -> Values:
    """One picture; what is empty is left out, for ten thousand of them go into one page."""
    picture, error = reading.picture, reading.error
    values: Values = {"name": picture.stem_name, "file": printable(picture.name)}
    if isinstance(error, ExcludedError):
        return {**values, "excluded": str(error)}
    past = history.pictures.get(picture.stem_name) or Past()
    caption = sources.captions.read(picture.stem_name) or ""
    failures = [(stage, *why) for stage, why in past.failures.items()]
    if error is not None:
        failures = [("tags", error.reason, str(error))]
    values |= {
        "src": source_of(picture),
        "caption": caption,
        "seen": digest(caption) if caption else "",
        "description": sources.descriptions.read(picture.stem_name) or "",
        "tags": reading.numbers,
        "failures": failures,
        **_history(past, history.run, caption, versions),
        **(_judgement(sources, caption, reading, names) if caption and reading.tags else {}),
    }
    return {key: value for key, value in values.items() if value not in ("", [], False, None)}


def _history(past: Past, last_run: str, caption: str, versions: tuple[str, str]) -> Values:
    by_hand = bool(caption and past.text) and digest(caption) != past.text
    older, newer = versions
    before = newer if caption != newer else older
    return {
        "before": before,
        "changed": bool(before and caption) and (by_hand or past.run == last_run),
        "draft": past.draft and not by_hand,
        "edited": past.edited or by_hand,
        "again": past.again,
        "model": past.model,
        "tokens": past.tokens or None,
        "seconds": round(past.seconds, 2) or None,
        "time": past.time,
    }


def _judgement(sources: Sources, caption: str, reading: _Reading, names: frozenset[str]) -> Values:
    """How the caption stands beside the tags: a letter for each tag, in their order."""
    coverage = judged(sources, caption, reading.tags, reading.categories, names)
    return {
        "marks": marks(coverage, reading.tags),
        "score": round(coverage.score, 3),
        "faults": [fault.message for fault in coverage.faults],
    }


def judged(
    sources: Sources,
    text: str,
    tags: Sequence[str],
    categories: Mapping[str, str],
    names: frozenset[str],
) -> Coverage:
    """How a text stands beside tags: of several variants the first, which was written to say them."""
    return check(text.partition("\n")[0], tags, categories, speakers(tags, sources.implied), names)


def marks(coverage: Coverage, tags: Sequence[str]) -> str:
    """A letter for each tag, in their order: said, missed, contradicted, or - where it is not looked for."""
    letters = {
        **dict.fromkeys(coverage.said, "s"),
        **dict.fromkeys(coverage.missed, "m"),
        **dict.fromkeys(coverage.contradicted, "c"),
    }
    return "".join(letters.get(tag, "-") for tag in tags)


def _problem(problem: Problem) -> Values:
    """Something in the folder of pictures that the program cannot use."""
    return {
        "name": problem.name,
        "file": printable(problem.name),
        "failures": [("folder", problem.reason, problem.message)],
        "fixed": True,
    }


def _totals(pictures: Sequence[Picture], history: History, there: set[str]) -> Values:
    return {
        "pictures": len(pictures),
        "captions": sum(picture.stem_name in there for picture in pictures),
        "prompt_tokens": history.prompt_tokens,
        "completion_tokens": history.completion_tokens,
        "seconds": round(history.seconds, 1),
        "run": history.run,
    }


def source_of(picture: Picture) -> str:
    """The address of a picture below the folder of the pictures; "" where no browser can show it."""
    return quote(os.fsencode(picture.name)) if picture.name.lower().endswith(_SHOWN_SUFFIXES) else ""


def address(images: Path, page: Path) -> str:
    """The folder of the pictures as seen from the folder of a page."""
    try:
        relative = os.path.relpath(images, page)
    except ValueError:  # another drive of Windows
        return f"{images.resolve().as_uri()}/"
    return quote(os.fsencode(Path(relative).as_posix())) + "/"
