"""A fake Danbooru: answers about a handful of tags as the real engine does, over real HTTP.

with FakeDanbooru(TAGS) as wiki:
    wiki.faults.append(CANCELED)          # the next request goes wrong
    ...                                   # the program under test talks to wiki.url
assert len(wiki.asked) == 2
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from tests.fakes.wiki import CANCELED, Asked, FakeWiki, Reply, as_json, gate, rails_error
from tests.fakes.wiki_pages import TAGS, WikiTag

CATEGORIES = {"general": 0, "artist": 1, "copyright": 3, "character": 4, "meta": 5}
Record = dict[str, object]
Fields = dict[str, "Fields"]

_INCLUDES = ("wiki_page", "antecedent_alias", "antecedent_implications", "consequent_wiki")
_NOT_FOUND = rails_error(404, "ActiveRecord::RecordNotFound", "That record was not found.").reply
_WRONG_KEY = rails_error(401, "SessionLoader::AuthenticationFailure", "Invalid API key").reply
_BODY_IN_GET = rails_error(400, "ActionController::BadRequest", "GET requests may not have a body").reply


class FakeDanbooru(FakeWiki):
    """Danbooru with some tags, some accounts (login: key), and a database that manages `largest` names."""

    def __init__(
        self,
        tags: Mapping[str, WikiTag] = TAGS,
        accounts: Mapping[str, str] | None = None,
        largest: int = 1000,
    ) -> None:
        super().__init__()
        self._tags = tags
        self._accounts = accounts or {}
        self._largest = largest
        self._ids = {name: number for number, name in enumerate(tags, start=1)}

    def answer(self, asked: Asked) -> Reply:
        refusal = gate(asked) or self._stop(asked)
        if refusal:
            return refusal
        if asked.method == "GET" and asked.path in {"/tags.json", "/wiki_pages.json"}:
            return self._index(asked)
        if asked.method == "GET" and asked.path.startswith("/wiki_pages/"):
            return self._show(asked.path.removeprefix("/wiki_pages/").removesuffix(".json"))
        return _found(None)

    def _stop(self, asked: Asked) -> Reply | None:
        if asked.line.startswith("GET ") and asked.body:
            return _BODY_IN_GET
        if not _may_enter(asked, self._accounts):
            return _WRONG_KEY
        return None

    def _index(self, asked: Asked) -> Reply:
        column = "name" if asked.path == "/tags.json" else "title"
        names = _searched(asked, column)
        if names is not None and len(names) > self._largest:
            assert CANCELED.reply
            return CANCELED.reply
        limit = max(1, min(1000, int(asked.one("limit") or 20)))
        record = self._tag if column == "name" else self._wiki_page
        wanted = list(self._tags) if names is None else [name for name in self._tags if name in names]
        # The newest first: never in the order of the question.
        rows = [row for row in map(record, reversed(wanted)) if row is not None]
        only = _fields(asked.one("only"))
        return as_json([_select(row, only) for row in rows[:limit]])

    def _show(self, title: str) -> Reply:
        if title.isdecimal():
            by_number = {number: name for name, number in self._ids.items()}
            return _found(self._wiki_page(by_number.get(int(title), "")))
        return _found(self._wiki_page(title.removeprefix("~")))

    def _tag(self, name: str) -> Record | None:
        tag = self._tags[name]
        home = self._tags.get(tag.alias_of, tag) if tag.alias_status == "active" else tag
        record: Record = {
            "id": self._ids[name],
            "name": name,
            "post_count": tag.post_count,
            "category": CATEGORIES.get(home.category, 0),
            "created_at": "2013-02-28T01:14:29.310-05:00",
            "updated_at": "2026-05-08T09:03:32.632-04:00",
            "is_deprecated": tag.deprecated,
            "words": name.split("_"),
            # Of these there may be several, and only those in force: where there is none, an empty list.
            "antecedent_implications": [self._implication(tag, other) for other in tag.implies.split()],
        }
        return (
            record
            | _present("wiki_page", self._wiki_page(name))
            | _present("antecedent_alias", self._alias(tag))
        )

    def _alias(self, tag: WikiTag) -> Record | None:
        if not tag.alias_of:
            return None
        record: Record = {
            "id": self._ids[tag.name],
            "antecedent_name": tag.name,
            "consequent_name": tag.alias_of,
            "status": tag.alias_status,
        }
        return record | _present("consequent_wiki", self._wiki_page(tag.alias_of))

    def _implication(self, tag: WikiTag, other: str) -> Record:
        return {
            "id": self._ids[tag.name],
            "antecedent_name": tag.name,
            "consequent_name": other,
            "status": "active",
        }

    def _wiki_page(self, title: str) -> Record | None:
        tag = self._tags.get(title)
        if tag is None or tag.body is None:
            return None
        return {
            "id": self._ids[title],
            "created_at": "2013-02-28T01:14:29.310-05:00",
            "updated_at": "2026-05-08T09:03:32.632-04:00",
            "title": title,
            "body": tag.body.replace("\n", "\r\n"),
            "is_locked": False,
            "other_names": [],
            "is_deleted": tag.deleted,
        }


def _found(record: Record | None) -> Reply:
    assert _NOT_FOUND
    return _NOT_FOUND if record is None else as_json(record)


def _may_enter(asked: Asked, accounts: Mapping[str, str]) -> bool:
    basic = asked.headers.get("authorization", "")
    if basic.startswith("Basic "):
        login, _, key = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
    elif "login" in asked.query or "api_key" in asked.query:
        login, key = asked.one("login"), asked.one("api_key")
    else:
        return True
    return accounts.get(login, "") == key != ""


def _searched(asked: Asked, column: str) -> set[str] | None:
    if f"search[{column}_space]" in asked.query:
        return set(asked.one(f"search[{column}_space]").split())
    if f"search[{column}_comma]" in asked.query:
        return set(asked.one(f"search[{column}_comma]").split(","))
    if f"search[{column}_array][]" in asked.query:
        return set(asked.query[f"search[{column}_array][]"])
    return None


def _present(key: str, record: Record | None) -> Record:
    return {} if record is None else {key: record}


def _fields(text: str) -> Fields:
    """Read `name,wiki_page[title,body]` as a tree of fields."""
    tree: Fields = {}
    open_trees, word = [tree], ""
    for character in text + ",":
        if character not in ",[]":
            word += character
            continue
        child = open_trees[-1].setdefault(word, {}) if word else {}
        word = ""
        if character == "[":
            open_trees.append(child)
        elif character == "]":
            open_trees.pop()
    return tree


def _select(record: Record, only: Fields) -> Record:
    if not only:
        # Nested records come only when they are named.
        return {key: value for key, value in record.items() if key not in _INCLUDES}
    chosen: Record = {}
    for key, fields in only.items():
        value = record.get(key)
        if isinstance(value, list) and fields:
            chosen[key] = [_select(each, fields) for each in value]
        elif key in record:
            chosen[key] = _select(value, fields) if isinstance(value, dict) else value
    return chosen
