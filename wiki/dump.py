"""A dump of a wiki as a source: one file instead of a server.

It needs the columns title (or name, tag) and body (or text, description). The columns category, post_count,
is_deleted, parent and updated_at may be there. The daily dump of e621 and the published copies of Danbooru's
wiki in CSV and Parquet have them. Implications are in other dumps, which are not read: tags are compared by
their words.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from errors import UserError
from limits import plausible_count
from parquet_pages import require_pyarrow
from settings.wikis import DUMP_ENDINGS, WIKIS
from tags.categories import CATEGORIES, DANBOORU_NUMBERS, E621_NUMBERS
from tags.spelling import canonical
from wiki import dump_rows
from wiki.dtext import definition
from wiki.dump_rows import Reader, Row, Tally, value_in
from wiki.source import Page

log = logging.getLogger(__name__)

_MOST_REDIRECTS = 3
# In characters, which is ten times the longest definition: all wanted pages are in memory at once.
_MOST_OF_A_BODY = 40_000
_MOST_OF_A_NAME = 300
# Dumps have a title once, or twice where a page was deleted. One title in a million rows would take hours.
_MOST_PAGES_OF_A_TITLE = 20
_TOO_MANY_DIGITS = 20


@dataclass(frozen=True, slots=True)
class _Entry:
    """One page of the dump; `parent` is the title that it redirects to, or ""."""

    title: str
    body: str
    category: str | None
    post_count: int | None
    parent: str
    is_deleted: bool
    updated_at: str


class DumpSource:
    """Pages of a dump in CSV, JSON lines or Parquet; the first two may be packed with gzip.

    Raises UserError when the file is not there, has another ending, or needs a library that is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._read_rows = _reader(path)
        self._warned = False

    def pages(self, tags: Sequence[str]) -> Iterator[Page]:
        """Yield one page for each tag. Raises UserError when the file is no dump or is damaged."""
        titles = {tag: canonical(tag) for tag in tags}
        entries = self._look_up(set(titles.values())) if titles else {}
        for tag, title in titles.items():
            entry = _followed(title, entries)
            yield _page(tag, entry) if entry else Page.unknown(tag)

    def _look_up(self, titles: Set[str]) -> Mapping[str, _Entry]:
        """Read the file for these titles, and again for those that they redirect to."""
        entries: dict[str, _Entry] = {}
        asked: set[str] = set()
        wanted = titles
        for _ in range(1 + _MOST_REDIRECTS):
            asked |= wanted
            for entry in self._entries(wanted):
                entries[entry.title] = _better(entries.get(entry.title, entry), entry)
            wanted = {entry.parent for entry in entries.values() if entry.parent} - asked
            if not wanted:
                break
        return entries

    def _entries(self, titles: Set[str]) -> Iterator[_Entry]:
        tally = Tally()
        seen: Counter[str] = Counter()

        def is_wanted(written: str) -> bool:
            title = canonical(written)
            if title not in titles:
                return False
            seen[title] += 1
            return seen[title] <= _MOST_PAGES_OF_A_TITLE

        for row in self._read_rows(self._path, is_wanted, tally):
            yield _entry(row)
        if not tally.titles:
            first = f" ({tally.first_broken})" if tally.broken else ""
            raise UserError(f"{self._path} holds no page that can be read{first}: is it a dump of a wiki?")
        if tally.broken and not self._warned:
            self._warned = True
            log.warning(
                "%s: %d rows cannot be read and are skipped; the first is %s",
                self._path,
                tally.broken,
                tally.first_broken,
            )


def _reader(path: Path) -> Reader:
    if not path.is_file():
        raise UserError(f"There is no file {path}: write {', '.join(WIKIS)} or the path of a dump as source")
    name = path.name.lower()
    if not name.endswith(DUMP_ENDINGS):
        raise UserError(
            f"{path} is no dump that can be read: it must end in one of {', '.join(DUMP_ENDINGS)}"
        )
    if name.endswith(".parquet"):
        require_pyarrow(path)
        return dump_rows.parquet_rows
    return dump_rows.csv_rows if name.removesuffix(".gz").endswith(".csv") else dump_rows.json_rows


def _entry(row: Row) -> _Entry:
    return _Entry(
        title=canonical(str(value_in(row, dump_rows.TITLE))),
        body=_text(value_in(row, dump_rows.BODY))[:_MOST_OF_A_BODY],
        category=_category(row),
        post_count=_number(row.get("post_count")),
        parent=canonical(_text(row.get("parent"))[:_MOST_OF_A_NAME]),
        is_deleted=_text(row.get("is_deleted")).lower() in ("true", "t", "1"),
        updated_at=_text(row.get("updated_at"))[:_MOST_OF_A_NAME],
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: object) -> int | None:
    digits = _text(value).removesuffix(".0")
    if not digits.isascii() or not digits.isdigit() or len(digits) > _TOO_MANY_DIGITS:
        return None
    return plausible_count(int(digits))


def _category(row: Row) -> str | None:
    value = value_in(row, dump_rows.CATEGORY)
    number = _number(value)
    if number is None:
        name = _text(value).strip().lower()
        return name if name in CATEGORIES else None
    numbers = E621_NUMBERS if any(column in row for column in dump_rows.OF_E621) else DANBOORU_NUMBERS
    return numbers.get(number)


def _better(one: _Entry, other: _Entry) -> _Entry:
    """The page of two with one title that is not deleted, or is newer, or comes later in the file."""
    return max(other, one, key=lambda entry: (not entry.is_deleted, entry.updated_at))


def _followed(title: str, entries: Mapping[str, _Entry]) -> _Entry | None:
    entry = entries.get(title)
    for _ in range(_MOST_REDIRECTS):
        if entry is None or entry.parent not in entries:
            break
        entry = entries[entry.parent]
    return entry


def _page(tag: str, entry: _Entry) -> Page:
    text = "" if entry.is_deleted else definition(entry.body)
    return Page(tag, entry.title, text, entry.category, entry.post_count, known=True)
