"""Danbooru as a source: one query gives page, category, post count, alias and implications of many tags.

From the source code of Danbooru and recorded answers: `tags.json` takes hundreds of names in
`search[name_space]`, answers with up to 1,000 rows in any order, and leaves out names that are no tags. A
nested record that is missing has no key; a list of nested records may be empty. A query that takes the
database too long is answered with status 500 and QueryCanceled. The lines of bodies end in CRLF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tags.categories import DANBOORU_NUMBERS
from wiki.client import RefusedError, TooMuchError, WikiClient
from wiki.dtext import definition
from wiki.source import Access, Page
from wiki.tag_queries import Count, Row, Text, ask_in_batches, fitting

LONGEST_TAG = 170

_MOST_NAMES = 500
# With batches of this size, 1,000 tags take at most four requests. Names too long for a URL go by POST.
_LEAST_NAMES = 250
# The implications of an alias's target cannot be asked for here: the engine leaves out a model that occurs
# twice in a chain, and this chain would be tag, alias, tag.
_FIELDS = (
    "name,category,post_count,is_deprecated,wiki_page[body,is_deleted],"
    "antecedent_alias[consequent_name,status,consequent_wiki[body,is_deleted]],"
    "antecedent_implications[consequent_name,status]"
)


class _Wiki(Row):
    body: Text = ""
    is_deleted: bool = False


class _Rule(Row):
    """An alias or an implication, by the tag that it leads to."""

    consequent_name: Text = ""
    status: Text = ""
    consequent_wiki: _Wiki | None = None


class _Tag(Row):
    name: Text = ""
    category: Count = None
    post_count: Count = None
    is_deprecated: bool = False
    wiki_page: _Wiki | None = None
    antecedent_alias: _Rule | None = None
    antecedent_implications: tuple[_Rule, ...] = ()


class DanbooruSource:
    """Pages of danbooru.donmai.us or of another server with Danbooru's engine.

    Login and key are optional. Raises UserError for settings that cannot be right.
    """

    name = "danbooru"

    def __init__(self, access: Access) -> None:
        self._client = WikiClient(access)
        self._may_post = True

    def pages(self, tags: Sequence[str]) -> Iterator[Page]:
        """Yield one page for each tag, batch by batch; raises StageError when the wiki cannot be asked."""
        distinct = dict.fromkeys(tags)
        yield from (Page.unknown(tag) for tag in distinct if not can_be_tag(tag))
        names = [tag for tag in distinct if can_be_tag(tag)]
        for batch, rows in ask_in_batches(names, self._ask, _Tag, most=_MOST_NAMES, least=_LEAST_NAMES):
            by_name = {row.name: row for row in rows}
            for name in batch:
                yield _page(name, by_name[name]) if name in by_name else Page.unknown(name)

    def _ask(self, names: Sequence[str]) -> object:
        query = {"limit": "1000", "search[name_space]": " ".join(names), "only": _FIELDS}
        if fitting(names) == len(names):
            return self._client.ask("/tags.json", query)
        if not self._may_post:
            raise TooMuchError("Danbooru takes these long names only in smaller batches")
        try:
            return self._client.ask("/tags.json", query, post=True)
        except RefusedError as refusal:
            # Some shields refuse forms, but not questions in a URL.
            self._may_post = False
            raise TooMuchError(str(refusal)) from refusal


def can_be_tag(tag: str) -> bool:
    """Whether Danbooru could have such a tag, because trigger words and sentences need not be asked about.

    Newer tags obey stricter rules, but old tags and aliases such as "(o)_(o)" and "/lav" do not.
    """
    return (
        0 < len(tag) <= LONGEST_TAG
        and tag.isascii()
        and tag.isprintable()
        and not tag.startswith(("-", "~", "_"))
        and not tag.endswith("_")
        and not any(character in tag for character in " ,*")
        and "__" not in tag
    )


def _page(tag: str, row: _Tag) -> Page:
    alias = row.antecedent_alias
    if alias and alias.status == "active" and alias.consequent_name:
        name, wiki = alias.consequent_name, alias.consequent_wiki
        # The posts of an alias are counted under the other tag.
        post_count = None
    else:
        name, wiki, post_count = tag, row.wiki_page, row.post_count
    text = "" if wiki is None or wiki.is_deleted or row.is_deprecated else definition(wiki.body)
    category = DANBOORU_NUMBERS.get(row.category) if row.category is not None else None
    rules = row.antecedent_implications
    active = (rule.consequent_name for rule in rules if rule.status == "active")
    implied = tuple(dict.fromkeys(filter(None, active)))
    return Page(tag, name, text, category, post_count, known=True, implies=implied)
