"""tags_cache.json: what each tag means. People read, edit and share it."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from decoding import read_edited, text_of_edited
from errors import UserError
from limits import LARGEST_SHARED_FILE, plausible_count
from tags.spelling import canonical

# Who wrote a description, where it was not a model:
BY_PAGE = "page"  # the text of the wiki page, which is short enough
BY_FIRST_SENTENCE = "first sentence"  # the first sentence of the page, because the model failed
BY_GLOSSARY = "glossary"  # the sentence of the glossary that ships, which is better than most
BY_NO_PAGE = "no page"  # the wiki has the tag, but no text about it
BY_NO_TAG = "no such tag"  # the wiki does not know the tag
BY_NOBODY = "nobody yet"  # only the category was wanted, and no model asked
BY_YOU = "you"  # somebody wrote the text into the file

# For what these wrote, no model was asked.
WITHOUT_MODEL = (BY_GLOSSARY, BY_PAGE, BY_NO_PAGE, BY_NO_TAG, BY_NOBODY)
# The wiki or a model may give a better answer another day.
_PROVISIONAL = (BY_FIRST_SENTENCE, BY_NO_PAGE, BY_NO_TAG, BY_NOBODY)
RECHECK_AFTER = timedelta(days=30)
# A provisional entry has a checksum of its other fields: if it is wrong, somebody has edited the entry.
_SEAL = "seal"
_HALF_A_CHARACTER = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one tag; `fetched` is a date as 2026-11-22, `by` the model or one of the above.

    `implies` are the tags that this one says too, as `sun_hat` says `hat`.
    """

    description: str
    category: str | None = None
    post_count: int | None = None
    alias_of: str | None = None
    source: str = ""
    fetched: str = ""
    by: str = BY_YOU
    implies: tuple[str, ...] = ()


class Cache:
    """The entries of a tags_cache.json.

    What the file holds is kept word for word. Entries are only added, with one exception: a provisional entry
    that was not edited is replaced by a better one.
    """

    def __init__(self, raw: Mapping[str, Any] | None = None) -> None:
        self._raw: dict[str, Any] = dict(raw or {})

    def __len__(self) -> int:
        return len(self._raw)

    def get(self, tag: str) -> Entry | None:
        """What is known of a tag, or None."""
        value = self._find(tag)
        return None if value is None else _entry(value)

    def add(self, tag: str, entry: Entry) -> None:
        """Remember an entry."""
        fields = {key: value for key, value in asdict(entry).items() if value not in (None, "", ())}
        if entry.implies:
            fields["implies"] = list(entry.implies)
        self._raw[tag] = {**fields, _SEAL: _seal(fields)} if entry.by in _PROVISIONAL else fields

    def merge(self, other: Cache) -> int:
        """Add the entries of another cache that are missing here or better; returns how many."""
        added = 0
        for written, value in other._raw.items():
            tag = canonical(written) or written
            mine = self._find(tag)
            if mine is None or (_is_provisional(mine) and _is_better(value, mine)):
                self._raw[tag] = value
                added += 1
        return added

    def wanted(self, tags: Iterable[str], today: date, *, has_model: bool = True) -> list[str]:
        """Those of `tags` that the wiki should be asked about; some only where there is a model to sum up."""
        known = ((tag, self._find(tag)) for tag in tags)
        return [
            tag
            for tag, value in known
            if value is None
            or (
                _is_provisional(value) and (_is_old(value, today) or (has_model and value["by"] == BY_NOBODY))
            )
        ]

    def dump(self) -> str:
        """The text of the file."""
        return in_sorted_lines(self._raw)

    def _find(self, tag: str) -> Any:  # noqa: ANN401 - JSON that people edit
        value = self._raw.get(tag)
        return self._raw.get(self._written.get(tag, "")) if value is None else value

    @cached_property
    def _written(self) -> dict[str, str]:
        """The tags that the file spells in another way, since people write "Long Hair" too."""
        return {spelled: tag for tag in self._raw if (spelled := canonical(tag)) != tag}


def load(path: Path) -> Cache:
    """The cache in the file at `path`; an empty one where there is no file.

    Raises UserError, with line and column, when the file is no JSON object of entries.
    """
    return parse(read(path), path)


def read(path: Path) -> bytes:
    """The content of a file that people edit and share, b"" where there is none.

    Raises UserError where it cannot be read, or is larger than any such file.
    """
    try:
        return read_edited(path, LARGEST_SHARED_FILE, str(path), "correct it, or move the file away")
    except FileNotFoundError:
        if path.is_symlink():
            raise UserError(f"{path} is a link to a file that is not there: mend the link") from None
        return b""


def parse(content: bytes, path: Path) -> Cache:
    """The cache in the content of the file at `path`; raises UserError as `load` does."""
    text = text_of_edited(content, str(path))
    return Cache(_parsed(text, path)) if text.strip() else Cache()


def parse_json(text: str, path: Path, remedy: str) -> object:
    """The JSON in a file that people edit; raises UserError, which says what is wrong and then `remedy`."""
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; {remedy}"
        ) from error
    except KeyError as error:
        raise UserError(f"{path}: the entry {error.args[0]} is there twice; remove one of them") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON that can be read: {remedy}") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    raw = parse_json(text, path, "correct it, or move the file away")
    if not isinstance(raw, dict):
        raise UserError(f"{path} should be a JSON object of tags: correct it, or move the file away")
    if isinstance(older := raw.get("_default"), dict):
        # {"_default": {"1": {"name": …, "description": …}}}, as an older script of this kind wrote it.
        rows = [row for row in older.values() if isinstance(row, dict)]
        named = [row for row in rows if row.get("name") and row.get("description")]
        return {canonical(str(row["name"])): str(row["description"]) for row in named}
    for tag, value in raw.items():
        if not isinstance(value, str | dict):
            raise UserError(f"{path}: the entry {tag} should be a text or an object; correct or remove it")
        if isinstance(value, dict) and not _is_tags(value.get("implies", [])):
            raise UserError(f'{path}: implies of the entry {tag} should be tags, such as ["hat"]; correct it')
    return raw


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; raises KeyError for a key that is there twice, of which JSON would keep only the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise KeyError(next(key for key, count in counts.items() if count > 1))
    return found


def as_json(value: object) -> str:
    """A value as it stands in a file that people edit."""
    text = json.dumps(value, ensure_ascii=False)
    # Broken tag files may hold half of a surrogate pair, which cannot be written as UTF-8.
    return json.dumps(value) if _HALF_A_CHARACTER.search(text) else text


def in_sorted_lines(entries: Mapping[str, object]) -> str:
    """An object as it stands in such a file: one entry a line, sorted, so that a diff shows what changed."""
    body = ",\n".join(f"{as_json(key)}: {as_json(entries[key])}" for key in sorted(entries))
    return f"{{\n{body}\n}}\n" if body else "{}\n"


def _is_provisional(value: object) -> bool:
    """Whether the program wrote this entry for the time being, and no person has edited it since."""
    if not isinstance(value, dict) or value.get("by") not in _PROVISIONAL:
        return False
    return bool(value.get(_SEAL) == _seal({key: field for key, field in value.items() if key != _SEAL}))


def _is_better(value: object, mine: Mapping[str, object]) -> bool:
    if not isinstance(value, dict) or value.get("by") not in _PROVISIONAL:
        return True
    return str(value.get("fetched", "")) > str(mine.get("fetched", ""))


def _is_old(value: Mapping[str, object], today: date) -> bool:
    try:
        age = today - date.fromisoformat(str(value.get("fetched")))
    except ValueError:
        return True
    # A date in the future comes from a clock that was wrong.
    return not timedelta(0) <= age < RECHECK_AFTER


def _seal(fields: Mapping[str, object]) -> str:
    said = json.dumps(fields, sort_keys=True, ensure_ascii=True, default=str)
    return f"{zlib.crc32(said.encode('ascii')):08x}"


def _entry(value: object) -> Entry:
    """An entry from JSON that people may have edited: a field of the wrong type counts as missing."""
    if not isinstance(value, dict):
        return Entry(" ".join(str(value).split()))
    return Entry(
        description=" ".join((_text(value.get("description")) or "").split()),
        category=_text(value.get("category")),
        post_count=plausible_count(value.get("post_count")),
        alias_of=_text(value.get("alias_of")),
        source=_text(value.get("source")) or "",
        fetched=_text(value.get("fetched")) or "",
        by=_text(value.get("by")) or BY_YOU,
        implies=_tags(value.get("implies")),
    )


def _is_tags(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(tag, str) for tag in value))


def _tags(value: object) -> tuple[str, ...]:
    """A list of tags in any spelling, or a text with commas between them; each tag once."""
    if not isinstance(value, str | list) or not _is_tags(value):
        return ()
    written = value.split(",") if isinstance(value, str) else value
    return tuple(dict.fromkeys(tag for tag in map(canonical, written) if tag))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
