"""A fake e621: the same tags under its own rules, over real HTTP.

with FakeE621(TAGS) as wiki:
    ...                                   # the program under test talks to wiki.url
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.fakes.wiki import Asked, FakeWiki, Reply, as_json, gate
from tests.fakes.wiki_pages import TAGS, WikiTag

CATEGORIES = {
    "general": 0,
    "artist": 1,
    "contributor": 2,
    "copyright": 3,
    "character": 4,
    "species": 5,
    "invalid": 6,
    "meta": 7,
    "lore": 8,
}
Record = dict[str, object]

_MOST_ROWS = 320
_NO_PAGE = as_json({"success": False, "reason": "not found"}, 404)


class FakeE621(FakeWiki):
    """e621 with some tags; `empty_as_object` answers an empty list of tags as older versions did."""

    def __init__(self, tags: Mapping[str, WikiTag] = TAGS, empty_as_object: bool = False) -> None:
        super().__init__()
        self._tags = tags
        self._empty_as_object = empty_as_object
        self._ids = {name: number for number, name in enumerate(tags, start=1)}

    def answer(self, asked: Asked) -> Reply:
        lists = {
            "/tags.json": self._tag_rows,
            "/tag_aliases.json": self._aliases,
            "/wiki_pages.json": self._wikis,
        }
        refusal = gate(asked)
        if refusal:
            return refusal
        if asked.method != "GET":
            return as_json({"success": False, "reason": "Access Denied"}, 403)
        if asked.path.startswith("/wiki_pages/"):
            return self._show(asked.path.removeprefix("/wiki_pages/").removesuffix(".json"))
        if asked.path not in lists:
            return _NO_PAGE
        return _refused(asked) or self._list(asked, lists[asked.path](asked))

    def _list(self, asked: Asked, rows: list[Record]) -> Reply:
        if not rows and self._empty_as_object and asked.path == "/tags.json":
            return as_json({"tags": []})
        return as_json(rows[: int(asked.one("limit") or 75)])

    def _tag_rows(self, asked: Asked) -> list[Record]:
        wanted = set(asked.one("search[name]").lower().split(","))
        tags = [tag for name, tag in self._tags.items() if name in wanted]
        if asked.one("search[hide_empty]") not in {"false", "no", "0"}:
            tags = [tag for tag in tags if tag.post_count]
        return [self._tag(tag) for tag in reversed(tags)]

    def _aliases(self, asked: Asked) -> list[Record]:
        names = re.split("[ ,]", asked.one("search[antecedent_name]"))[:_MOST_ROWS]
        tags = [self._tags[name] for name in names if name in self._tags and self._tags[name].alias_of]
        status = asked.one("search[status]")
        return [_alias(tag) for tag in reversed(tags) if status in {"", tag.alias_status}]

    def _wikis(self, asked: Asked) -> list[Record]:
        title = asked.one("search[title]")
        pattern = ".*".join(re.escape(part) for part in title.split("*"))
        pages = (self._wiki(name) for name in reversed(list(self._tags)) if re.fullmatch(pattern, name))
        return [page for page in pages if page is not None]

    def _show(self, title: str) -> Reply:
        name = {str(number): name for name, number in self._ids.items()}.get(title, title)
        page = self._wiki(name)
        return _NO_PAGE if page is None else as_json(page)

    def _tag(self, tag: WikiTag) -> Record:
        return {
            "id": self._ids[tag.name],
            "name": tag.name,
            "category": CATEGORIES[tag.category],
            "post_count": tag.post_count,
            "is_locked": False,
        }

    def _wiki(self, title: str) -> Record | None:
        tag = self._tags.get(title)
        if tag is None or tag.body is None:
            return None
        return {
            "id": self._ids[title],
            "title": title,
            "body": tag.body,
            "is_locked": False,
            "is_deleted": tag.deleted,
            "parent": tag.parent or None,
            "other_names": [],
            "category_id": CATEGORIES[tag.category],
        }


def _alias(tag: WikiTag) -> Record:
    return {"antecedent_name": tag.name, "consequent_name": tag.alias_of, "status": tag.alias_status}


def _refused(asked: Asked) -> Reply | None:
    if int(asked.one("limit") or 75) > _MOST_ROWS:
        return as_json({"success": False, "message": "You cannot go beyond 320 posts per page."}, 410)
    if any(name.endswith("[]") for name in asked.query):
        # Arrays in a search are thrown away, and the question is asked anew without them.
        return Reply(302, b"", headers={"Location": asked.path})
    return None
