"""What stage 1 has found out: on disk as soon as it is there, and in tags_cache.json at the end."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from dataset.json_lines import JsonLines, JsonObject
from summaries import sharing
from wiki.cache import Cache, Entry
from wiki.source import Page

_log = logging.getLogger(__name__)


class Findings:
    """Pages that wait for a sentence, and entries that wait for their place in the cache file.

    Every page and every entry is a line of `log` first, so that a kill loses neither; `source` is the
    name of the wiki, for pages of another one are asked for again.
    """

    def __init__(self, log: JsonLines, source: str) -> None:
        self._log = log
        self._source = source
        self._pages: dict[str, Page] = {}
        self.entries = Cache()

    @property
    def pages(self) -> Mapping[str, Page]:
        """The pages that wait for a sentence, by their tag."""
        return self._pages

    def recover(self) -> None:
        """Take in what an earlier run left behind."""
        for line in self._log.read():
            try:
                self._take_in(line)
            except (TypeError, KeyError):
                _log.debug("a line of %s is passed over", self._log.path)

    def arrived(self, page: Page) -> None:
        """Remember a page of the wiki."""
        self._log.add(self._line_of(page))
        self._pages[page.tag] = page

    def settled(self, page: Page, text: str, by: str) -> None:
        """Remember what is said of a tag, and who says so."""
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
        self._log.add({"tag": page.tag, "entry": asdict(entry)})
        self.entries.add(page.tag, entry)
        self._pages.pop(page.tag, None)

    def save(self, path: Path) -> None:
        """Bring the entries into the cache file; in the log stays what waits for a sentence.

        Raises UserError, and loses nothing, when the file cannot be read or written.
        """
        if len(self.entries):
            sharing.add_to(path, self.entries)
        self.entries = Cache()
        self._log.rewrite(map(self._line_of, self._pages.values()))

    def _line_of(self, page: Page) -> JsonObject:
        return {"page": asdict(page), "source": self._source}

    def _take_in(self, line: JsonObject) -> None:
        if "entry" in line:
            tag, entry = line["tag"], Entry(**_with_implied(line["entry"]))
            _refuse_other_types(tag, entry.description, entry.by, entry.category or "", entry.post_count or 0)
            self.entries.add(tag, entry)
            self._pages.pop(tag, None)
        elif line["source"] == self._source:
            page = Page(**_with_implied(line["page"]))
            _refuse_other_types(page.tag, page.name, page.text, page.category or "", page.post_count or 0)
            self._pages[page.tag] = page


def _with_implied(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a page or an entry, with the tags that it implies; lines of older programs have none."""
    implied = {**fields}.get("implies", [])
    if not isinstance(implied, list) or not all(isinstance(tag, str) for tag in implied):
        raise TypeError
    return {**fields, "implies": tuple(implied)}


def _refuse_other_types(*fields: object) -> None:
    """Raise TypeError unless the fields are four texts and a number: a file may hold anything."""
    if [type(field) for field in fields] != [str, str, str, str, int]:
        raise TypeError
