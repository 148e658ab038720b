"""report.html: one page with pictures and captions, opened from disk, without a server or a network.

The same page can be served, see `--review`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from check.ways import listed_ways
from dataset.pictures import Picture, TagList
from dataset.text_digests import digest
from dataset.trainers import captions_in
from errors import REFUSED, REQUEST_REFUSED, ExcludedError, ItemError, Problem
from printing import printable
from review.habits import Finding, PageCaption, find_all
from review.history import History, Past, most_interesting, read_history
from review.pages import (
    Sources,
    Values,
    coverage_of,
    fill,
    folder_address,
    json_in_html,
    marks,
    picture_address,
    save_page,
)
from styling.tokens import CLIP, ESTIMATES
from tags.categories import CHARACTER
from tags.spelling import words

if TYPE_CHECKING:
    from dataset.finishing import Finishing

NAME = "report.html"
# With this many pictures a browser stays fast.
MOST_SHOWN = 10_000
# The browser shows these before it has read the others.
_FIRST = 48
# In this order: each script uses what the ones before it define.
_SCRIPTS = (
    *("elements", "theme", "data", "corrections", "marks", "structures", "filters"),
    *("overview", "cards", "detail", "patterns", "bulk", "keys"),
)
# A page that is served has this script too.
_SERVED = ("served",)


Row = tuple[object, ...]


class Page(TypedDict):
    """The data of the page; the browser keeps corrections under `id`.

    `tokens` says how a browser estimates the tokens of a text encoder, and how many that one reads, 0 where
    this is not known. `structured` tells that captions are JSON or XML.
    """

    made: str
    id: str
    images: str
    totals: Values
    tokens: Values
    structured: bool
    findings: list[Finding]
    tags: Sequence[Row]
    pictures: list[Values]


def write_report(sources: Sources) -> Path:
    """Write the report beside the captions, and return its path.

    Raises UserError if it cannot be written.
    """
    path = sources.captions.root / NAME
    save_page(path, render(Gathering(sources).page()))
    return path


def render(values: Page, *, served: int | None = None) -> str:
    """The page that shows these values.

    `served` is the version of what a server shows: such a page may ask its server, and no other one anybody.
    """
    is_served = served is not None
    pictures = values["pictures"]
    return fill(
        "report",
        (*_SCRIPTS, *(_SERVED if is_served else ()), "start"),
        ("report",),
        connect="'self'" if is_served else "'none'",
        first=json_in_html({**values, "served": served, "pictures": pictures[:_FIRST]}),
        rest=json_in_html(pictures[_FIRST:]),
    )


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


class Gathering:
    """Gathers the values of a page for a data set."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._table = TagTable()
        self._page_captions: list[PageCaption] = []

    def page(self) -> Page:
        """The values of the whole page.

        Of more than MOST_SHOWN pictures those are shown that need attention: failures, the last run, pictures
        without a caption, then the latest.
        """
        sources, folder = self._sources, self._sources.collection.folder
        captioned = sources.captions.names()
        chosen = most_interesting(folder.pictures, sources.journal, captioned, MOST_SHOWN)
        history = read_history(sources.journal, {picture.stem_name for picture in chosen})
        entries = self._entries(chosen, history)
        known = {picture.name for picture in chosen}
        problems = [each for each in folder.problems[:MOST_SHOWN] if each.name not in known]
        return {
            "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "id": digest(str(sources.captions.root.resolve())),
            "images": folder_address(sources.collection.root, sources.captions.root),
            "totals": self._totals(captioned, history),
            "tokens": _estimate(sources.finishing),
            "structured": sources.finishing.forms.structure is not None,
            "findings": self._findings([picture.name for picture in chosen]),
            "tags": self._table.rows,
            "pictures": entries + [_unusable(each) for each in problems],
        }

    def update(self, names: Collection[str]) -> Values:
        """The values of some pictures as they are now, and the totals and tags of the page with them."""
        sources = self._sources
        chosen = [each for each in sources.collection.folder.pictures if each.stem_name in names]
        history = read_history(sources.journal, names)
        entries = self._entries(chosen, history)
        totals = self._totals(sources.captions.names(), history)
        return {"pictures": entries, "tags": self._table.rows, "totals": totals}

    def marks(self, name: str, text: str) -> str:
        """The marks of a picture's tags, if `text` were its caption; "" where it has no tags to be shown."""
        sources = self._sources
        picture = self._pictures.get(name)
        lines = captions_in(text, sources.finishing.settings.caption_names)
        if picture is None or not lines:
            return ""
        try:
            found = sources.collection.tags(picture)
        except ItemError:
            return ""
        categories = {**sources.categories(found.tags), **found.categories}
        description = sources.descriptions.read(name)
        names = frozenset(self._table.characters)
        coverage, _ = coverage_of(sources, lines[0], description, found.tags, categories, names)
        return marks(coverage, found.tags)

    @cached_property
    def _pictures(self) -> Mapping[str, Picture]:
        return {picture.stem_name: picture for picture in self._sources.collection.folder.pictures}

    def _entries(self, chosen: Sequence[Picture], history: History) -> list[Values]:
        tagged = [TaggedPicture(self._sources, picture, self._table) for picture in chosen]
        names = frozenset(self._table.characters)
        self._page_captions = []
        return [self._entry(at, each, history, names) for at, each in enumerate(tagged)]

    def _totals(self, captioned: set[str], history: History) -> Values:
        pictures = self._sources.collection.folder.pictures
        return {
            "pictures": len(pictures),
            "captions": sum(picture.stem_name in captioned for picture in pictures),
            "prompt_tokens": history.prompt_tokens,
            "completion_tokens": history.completion_tokens,
        }

    def _findings(self, names: Sequence[str]) -> list[Finding]:
        finishing = self._sources.finishing
        settings, style = finishing.settings, finishing.forms.style
        own = " ".join((settings.prefix, settings.suffix, finishing.trigger, style.prefix))
        return find_all(self._page_captions, names, finishing.hidden, own)

    def _entry(self, at: int, tagged: TaggedPicture, history: History, names: frozenset[str]) -> Values:
        """One picture, without empty values: a page may have ten thousand of them."""
        picture, error, caption = tagged.picture, tagged.error, tagged.caption
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
            # The caption may be on several lines in the file.
            "seen": digest(tagged.text) if tagged.text else "",
            "description": tagged.description,
            "tags": tagged.numbers,
            "failures": failures,
            "refused": any(each[1] == REFUSED or each[1].startswith(REQUEST_REFUSED) for each in failures),
            # Without tags it cannot be judged whether it may have a caption, so no correction can be applied.
            "fixed": picture.tag_file is None,
            **past.values(history.run, tagged.text),
        }
        if caption and tagged.tags:
            values |= self._judged(at, tagged, past, names)
        elif caption:
            self._page_captions.append(PageCaption(at, caption, caption))
        return {key: value for key, value in values.items() if not _is_empty(value)}

    def _judged(self, at: int, tagged: TaggedPicture, past: Past, names: frozenset[str]) -> Values:
        """What the check says of a caption."""
        caption, tags = tagged.caption, tagged.tags
        coverage, sentences = coverage_of(
            self._sources, caption, tagged.description, tags, tagged.categories, names
        )
        is_as_written = bool(tagged.text) and digest(tagged.text) == past.caption.text
        is_read = is_as_written and bool(past.caption.reading)
        if is_as_written:
            found = past.caption.read_as_said
            coverage = coverage.borne_out_by_picture() if past.caption.sees else coverage
            coverage = coverage.after_reading(found) if is_read else coverage.with_said(found)
        missed = {*coverage.missed, *coverage.perhaps}
        unnamed = [tag for tag in tags if tag in missed and tagged.categories.get(tag) == CHARACTER]
        self._page_captions.append(PageCaption(at, caption, sentences, [words(tag) for tag in tags], unnamed))
        return {
            "read": is_read,
            "marks": marks(coverage, tags),
            "score": round(coverage.score, 3),
            "faults": [fault.message for fault in coverage.faults],
            "adds": list(map(str, coverage.adds)),
        }


def _is_empty(value: object) -> bool:
    # A coverage of 0 is shown, although 0 equals False.
    return value is None or value is False or value == "" or value == []


def _unusable(problem: Problem) -> Values:
    failures = [("folder", problem.reason, problem.message)]
    return {"name": problem.name, "file": printable(problem.name), "failures": failures, "unusable": True}


def _estimate(finishing: Finishing) -> Values:
    limit = finishing.forms.limit
    encoder = limit.encoder if limit else CLIP
    letters, factor = ESTIMATES[encoder]
    most = limit.most - limit.beside if limit else 0
    return {"encoder": encoder, "letters": letters, "factor": factor, "most": most}
