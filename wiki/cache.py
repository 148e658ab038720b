"""tags_cache.json: what each tag means, to be read, edited and shared by people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from errors import UserError

# Who wrote a description, where it was not a model:
BY_PAGE = "page"  # the wiki page is so short that it serves as it is
BY_FIRST_SENTENCE = "first sentence"  # the model failed, so the page's first sentence has to serve
BY_NO_PAGE = "no page"  # the wiki has the tag, and says nothing of it
BY_NO_TAG = "no such tag"  # the wiki does not know the tag
BY_YOU = "you"  # a plain text that somebody wrote into the file

# These may have an answer another day.
_PROVISIONAL = {BY_FIRST_SENTENCE, BY_NO_PAGE, BY_NO_TAG}
RECHECK_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one tag; `fetched` is a date as 2026-11-22, `by` the model or one of the above."""

    description: str
    category: str | None = None
    post_count: int | None = None
    alias_of: str | None = None
    source: str = ""
    fetched: str = ""
    by: str = BY_YOU

    def is_due(self, today: date) -> bool:
        """Whether the wiki should be asked again: there was no good answer, and that was long ago."""
        written_by_hand = self.description and self.by != BY_FIRST_SENTENCE
        if self.by not in _PROVISIONAL or written_by_hand:
            return False
        try:
            return date.fromisoformat(self.fetched) + RECHECK_AFTER <= today
        except ValueError:
            return True


class Cache:
    """The entries of a tags_cache.json.

    What stands in the file is kept as it is, word for word: entries are only added, and only an
    entry of ours that `is_due` is replaced.
    """

    def __init__(self, raw: Mapping[str, Any] | None = None) -> None:
        self._raw: dict[str, Any] = dict(raw or {})

    def __contains__(self, tag: str) -> bool:
        return tag in self._raw

    def __len__(self) -> int:
        return len(self._raw)

    def get(self, tag: str) -> Entry | None:
        """What is known of a tag, or None."""
        value = self._raw.get(tag)
        return None if value is None else _entry(value)

    def add(self, tag: str, entry: Entry) -> None:
        """Remember an entry."""
        fields = asdict(entry)
        self._raw[tag] = {key: value for key, value in fields.items() if value is not None and value != ""}

    def merge(self, other: Cache, today: date) -> int:
        """Take in what another cache knows and this one does not; how many entries that were."""
        new = 0
        for tag, value in other._raw.items():
            mine = self.get(tag)
            if mine is None or (mine.is_due(today) and mine.by != BY_YOU):
                self._raw[tag] = value
                new += 1
        return new

    def wanted(self, tags: Iterable[str], today: date) -> list[str]:
        """Those of `tags` that the wiki should be asked about."""
        known = ((tag, self.get(tag)) for tag in tags)
        return [tag for tag, entry in known if entry is None or entry.is_due(today)]

    def dump(self) -> str:
        """The file: sorted, one entry a line, so that people and their tools see what changed."""
        lines = (
            f"{json.dumps(tag, ensure_ascii=False)}: {json.dumps(self._raw[tag], ensure_ascii=False)}"
            for tag in sorted(self._raw)
        )
        body = ",\n".join(lines)
        return f"{{\n{body}\n}}\n" if body else "{}\n"


def load(path: Path) -> Cache:
    """The cache in the file at `path`; an empty one where there is no file.

    Raises UserError, with line and column, when the file is no JSON object of entries.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Cache()
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): check the file and its permissions"
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: save it as UTF-8 in your editor") from error
    return Cache(_parsed(text, path)) if text.strip() else Cache()


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; mend it, or move the file away"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON that can be read: mend it, or move the file away") from error
    if not isinstance(raw, dict):
        raise UserError(f"{path} should be a JSON object of tags: mend it, or move the file away")
    entries = _from_older_form(raw) if isinstance(raw.get("_default"), dict) else raw
    for tag, value in entries.items():
        if not isinstance(value, str | dict):
            raise UserError(f"{path}: the entry {tag} should be a text or an object; mend it or take it out")
    return entries


def _from_older_form(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`{"_default": {"1": {"name": …, "description": …}}}`, as an older script of this kind wrote it."""
    rows = (row for row in raw["_default"].values() if isinstance(row, dict))
    return {
        str(row["name"]).strip().lower().replace(" ", "_"): str(row["description"])
        for row in rows
        if row.get("name") and row.get("description")
    }


def _entry(value: object) -> Entry:
    """An entry from JSON that people may have edited: what has the wrong type counts as not said."""
    if not isinstance(value, dict):
        return Entry(str(value))
    count = value.get("post_count")
    return Entry(
        description=_text(value.get("description")) or "",
        category=_text(value.get("category")),
        post_count=count if isinstance(count, int) else None,
        alias_of=_text(value.get("alias_of")),
        source=_text(value.get("source")) or "",
        fetched=_text(value.get("fetched")) or "",
        by=_text(value.get("by")) or BY_YOU,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
