"""e621 as a source: tags and aliases in batches, then one wiki page a second.

From the source code of e621: `tags.json` takes a list with commas, and hides tags without posts unless asked
otherwise; more than 320 rows are refused with status 410; wiki pages cannot be asked for in batches, because
`search[title]` is one pattern in which only `*` is special; a page with a `parent` redirects to it.
Implications would take further requests, so they are not asked for: tags are compared by their words.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tags.categories import E621_NUMBERS
from wiki.client import WikiClient
from wiki.dtext import definition
from wiki.source import Access, Page
from wiki.tag_queries import AnyRow, Count, Row, Text, ask_in_batches, rows_of

log = logging.getLogger(__name__)

_INVALID = 6
_MOST_ROWS = 320
_LONGEST_TAG = 150
_MOST_REDIRECTS = 3
# If asking takes longer than five minutes, the daily dump is faster, and kinder to the wiki.
_MANY = 300


class _Alias(Row):
    antecedent_name: Text = ""
    consequent_name: Text = ""
    status: Text = ""


class _Tag(Row):
    name: Text = ""
    category: Count = None
    post_count: Count = None


class _Wiki(Row):
    title: Text = ""
    body: Text = ""
    parent: Text = ""
    is_deleted: bool = False


class E621Source:
    """Pages of e621.net or of another server with its engine; raises UserError for impossible settings."""

    name = "e621"

    def __init__(self, access: Access) -> None:
        self._client = WikiClient(access)

    def pages(self, tags: Sequence[str]) -> Iterator[Page]:
        """Yield one page for each tag, one a second; raises StageError when the wiki cannot be asked."""
        distinct = dict.fromkeys(tags)
        yield from (Page.unknown(tag) for tag in distinct if not can_be_tag(tag))
        names = [tag for tag in distinct if can_be_tag(tag)]
        if len(names) > _MANY:
            log.warning(
                "e621 gives one page a second, so %d tags take about %d minutes: its daily dump is faster "
                "(fetch https://e621.net/db_export/wiki_pages.csv.gz and set source to that file)",
                len(names),
                round(len(names) / 60),
            )
        for start in range(0, len(names), _MOST_ROWS):
            yield from self._pages(names[start : start + _MOST_ROWS])

    def _pages(self, names: Sequence[str]) -> Iterator[Page]:
        active = {"search[status]": "active"}
        aliases = {
            alias.antecedent_name: alias.consequent_name
            for alias in self._rows("/tag_aliases.json", names, "search[antecedent_name]", active, _Alias)
            if alias.status == "active"
        }
        shown = list(dict.fromkeys(aliases.get(name, name) for name in names))
        with_empty = {"search[hide_empty]": "false"}
        found = self._rows("/tags.json", shown, "search[name]", with_empty, _Tag)
        rows = {row.name: row for row in found}
        read: dict[str, Page] = {}
        for tag in names:
            name = aliases.get(tag, tag)
            if name not in rows:
                yield Page.unknown(tag)
                continue
            if name not in read:
                read[name] = self._page(name, rows[name])
            yield replace(read[name], tag=tag)

    def _rows(
        self, path: str, names: Sequence[str], key: str, search: Mapping[str, str], kind: type[AnyRow]
    ) -> Iterator[AnyRow]:
        """All rows about these names, which the parameter `key` takes with commas between them."""

        def ask(batch: Sequence[str]) -> object:
            return self._client.ask(path, {"limit": str(_MOST_ROWS), **search, key: ",".join(batch)})

        for _, rows in ask_in_batches(names, ask, kind, most=_MOST_ROWS):
            yield from rows

    def _page(self, name: str, row: _Tag) -> Page:
        title, text = self._text(name) if row.category != _INVALID else (name, "")
        category = E621_NUMBERS.get(row.category) if row.category is not None else None
        return Page(name, title, text, category, row.post_count, known=True)

    def _text(self, name: str) -> tuple[str, str]:
        """The title and text of the page of a tag, after redirects."""
        title = name
        for _ in range(1 + _MOST_REDIRECTS):
            # A search, because titles with "/" or only digits would need special care in a path.
            answer = self._client.ask("/wiki_pages.json", {"limit": "1", "search[title]": title})
            page = {row.title: row for row in rows_of(answer, _Wiki)}.get(title)
            if page is None or page.is_deleted:
                break
            if not page.parent:
                return title, definition(page.body)
            title = page.parent
        return name, ""


def can_be_tag(tag: str) -> bool:
    """Whether e621 could have such a tag: unlike Danbooru, it has tags beyond ASCII."""
    return (
        0 < len(tag) <= _LONGEST_TAG
        and tag.isprintable()
        and not tag.startswith(("-", "~"))
        and not any(character.isspace() or character in ",*\\#%$" for character in tag)
    )
