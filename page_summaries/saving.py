"""Where stage 1 keeps what it has found: in its log at once, and in tags_cache.json at the end.

Other runs and people write tags_cache.json as well, so it is locked, read and written anew each time.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from dataset.json_lines import JsonLines, JsonObject
from dataset.locks import change_shared
from english import amount
from errors import UserError
from wiki import cache
from wiki.cache import Cache, Entry
from wiki.source import Page

_PAGE, _ENTRY = TypeAdapter(Page), TypeAdapter(Entry)

_log = logging.getLogger(__name__)


class TagLog:
    """The pages that have no summary yet, and the entries that are not in tags_cache.json yet.

    Each is a line of `log` as soon as it is known, so that a kill loses neither. `source` is the name of the
    wiki: the pages of another one are not used.
    """

    def __init__(self, log: JsonLines, source: str) -> None:
        self._log = log
        self._source = source
        self.pages: dict[str, Page] = {}
        self.entries = Cache()

    def read(self) -> None:
        """Take over what an earlier run left in the log."""
        for line in self._log.read():
            try:
                if "entry" in line:
                    tag, entry = str(line["tag"]), _ENTRY.validate_python(line["entry"])
                    self.entries.add(tag, entry)
                    self.pages.pop(tag, None)
                elif line["source"] == self._source:
                    page = _PAGE.validate_python(line["page"])
                    self.pages[page.tag] = page
            except (KeyError, ValidationError):
                _log.debug("a line of %s is passed over", self._log.path)

    def add_page(self, page: Page) -> None:
        """Keep a page of the wiki."""
        self._log.append(self._line_of(page))
        self.pages[page.tag] = page

    def add_summary(self, page: Page, text: str, by: str) -> None:
        """Keep what a tag means, and who says so."""
        entry = Entry(
            description=text,
            category=page.category,
            post_count=page.post_count,
            alias_of=page.name if page.name != page.tag else None,
            source=self._source,
            fetched=date.today().isoformat(),
            by=by,
            implies=page.implies,
        )
        self._log.append({"tag": page.tag, "entry": asdict(entry)})
        self.entries.add(page.tag, entry)
        self.pages.pop(page.tag, None)

    def save(self, path: Path) -> None:
        """Bring the entries into the cache file; the log keeps the pages that have no summary.

        Raises UserError, and loses nothing, when the file cannot be read or written.
        """
        if len(self.entries):
            add_to_cache_file(path, self.entries)
        self.entries = Cache()
        self._log.rewrite(map(self._line_of, self.pages.values()))

    def _line_of(self, page: Page) -> JsonObject:
        return {"page": asdict(page), "source": self._source}


def add_to_cache_file(path: Path, new: Cache) -> int:
    """Add entries to the file at `path`, beside those that it holds by now; returns how many were added.

    Raises UserError, and leaves the file as it is, when it cannot be read or written.
    """
    added = 0

    def change(content: bytes) -> str | None:
        nonlocal added
        entries = cache.parse(content, path)
        added = entries.merge(new)
        return entries.dump() if added else None

    change_shared(path, cache.read, change)
    return added


def merge_cache_file(path: Path, other: Path) -> str:
    """Add the entries of another tags_cache.json to the one at `path`; returns what to tell the user."""
    if not other.is_file():
        raise UserError(f"there is no file {other}: name a tags_cache.json after --merge-cache")
    theirs = cache.load(other)
    added = add_to_cache_file(path, theirs)
    return (
        f"{other} has {amount(len(theirs), 'tag')}; added to {path}: {added:,}. What that file had is kept."
    )
