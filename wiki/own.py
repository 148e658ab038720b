"""The user's own descriptions: trigger words, own characters, corrections."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from errors import UserError
from wiki.cache import BY_YOU, Entry

_HEADER = ("tag", "description", "category")


def load(path: Path, canonical: Callable[[str], str]) -> dict[str, Entry]:
    """The descriptions in a CSV (tag, description[, category]) or JSON file, by canonical tag.

    JSON is `{"tag": "description"}` or `{"tag": {"description": …, "category": …}}`. Raises UserError with
    the row at fault.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): correct descriptions_file in config.ini"
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: save it as UTF-8 in your editor") from error
    rows = _json_rows(text, path) if path.suffix.lower() == ".json" else _csv_rows(text, path)
    return {canonical(tag): entry for tag, entry in rows}


def _json_rows(text: str, path: Path) -> Iterable[tuple[str, Entry]]:
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON that can be read ({error}): mend it") from error
    if not isinstance(raw, dict):
        raise UserError(f'{path} should be a JSON object such as {{"tag": "what it looks like"}}')
    for tag, value in raw.items():
        fields = value if isinstance(value, dict) else {"description": value}
        yield tag, _entry(path, f"the entry {tag}", fields)


def _csv_rows(text: str, path: Path) -> Iterable[tuple[str, Entry]]:
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), skipinitialspace=True), start=1):
            if not any(cell.strip() for cell in row) or (number == 1 and row[0].strip().lower() == "tag"):
                continue
            fields = dict(zip(_HEADER, (cell.strip() for cell in row), strict=False))
            yield fields["tag"], _entry(path, f"row {number}", fields)
    except csv.Error as error:
        raise UserError(f"{path} is no CSV that can be read ({error}): mend it") from error


def _entry(path: Path, place: str, fields: Mapping[str, object]) -> Entry:
    description, category = fields.get("description"), fields.get("category")
    if not isinstance(description, str) or not description.strip():
        raise UserError(f"{path}, {place}: there is no description; write what the tag looks like")
    return Entry(
        description=" ".join(description.split()),
        category=category.strip().lower() if isinstance(category, str) and category.strip() else None,
        source=path.name,
        by=BY_YOU,
    )
