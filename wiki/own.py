"""The user's own descriptions: trigger words, own characters, corrections."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from errors import UserError
from tags.categories import misspelled_category
from tags.spelling import canonical
from wiki.cache import BY_YOU, Entry

_COLUMNS = ("tag", "description", "category")
_MOST_PROBLEMS = 20
# Characters. A longer field is one whose quotation mark was never closed.
_LONGEST_FIELD = 131_072

Row = tuple[str, Mapping[str, object]]
"""Where a row stands, in words, and its fields."""


def load(path: Path) -> dict[str, Entry]:
    """The descriptions in a CSV (tag, description[, category]) or JSON file, by canonical tag.

    JSON is `{"tag": "description"}`, `{"tag": {"description": …, "category": …}}` or a list of
    `{"tag": …, "description": …, "category": …}`. A row with a category alone corrects just that. Raises
    UserError with every row at fault.
    """
    rows = _json_rows if path.suffix.lower() == ".json" else _csv_rows
    found: dict[str, Entry] = {}
    problems: list[str] = []
    for place, fields in rows(_read(path), path):
        tag = canonical(_text(fields.get("tag")))
        wrong = _fault(tag, fields, found)
        if wrong:
            problems.append(f"{place}: {wrong}")
        else:
            found[tag] = _entry(path, fields)
    if problems:
        shown = problems[:_MOST_PROBLEMS]
        if len(problems) > len(shown):
            shown.append(f"… and {len(problems) - len(shown):,} more")
        raise UserError(f"{path} cannot be used as it is:" + "".join(f"\n  {line}" for line in shown))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror}): correct descriptions_file in config.ini"
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: save it as UTF-8 in your editor") from error


def _json_rows(text: str, path: Path) -> Iterator[Row]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}, line {error.lineno}, column {error.colno}: {error.msg}; mend the file"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON that can be read: mend the file") from error
    if isinstance(raw, dict):
        for tag, value in raw.items():
            fields = value if isinstance(value, dict) else {"description": value}
            yield f"the entry {tag}", {**fields, "tag": tag}
    elif isinstance(raw, list):
        for number, value in enumerate(raw, start=1):
            yield f"entry {number}", value if isinstance(value, dict) else {}
    else:
        raise UserError(f'{path} should be a JSON object such as {{"tag": "what it looks like"}}')


def _csv_rows(text: str, path: Path) -> Iterator[Row]:
    # A setting of the whole process, in which a dump with longer fields may have been read before.
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text), delimiter=_delimiter(text), skipinitialspace=True), start=1
        ):
            cells = [cell.strip() for cell in row]
            if any(cells) and not (number == 1 and cells[0].lower() == "tag"):
                more = {"more": cells[len(_COLUMNS) :]} if any(cells[len(_COLUMNS) :]) else {}
                yield f"row {number}", {**dict(zip(_COLUMNS, cells, strict=False)), **more}
    except csv.Error as error:
        raise UserError(f"{path} is no CSV that can be read ({error}): mend the file") from error


def _delimiter(text: str) -> str:
    """A comma, or what the header has instead: spreadsheets write semicolons in half of Europe."""
    header = text.partition("\n")[0].strip().lower()
    return next((sign for sign in ";\t" if header.startswith(("tag" + sign, '"tag"' + sign))), ",")


def _fault(tag: str, fields: Mapping[str, object], found: Mapping[str, Entry]) -> str:
    """What is wrong with a row, "" when nothing is."""
    description, category = _text(fields.get("description")), _text(fields.get("category")).lower()
    if not tag:
        return "there is no tag; write it in the first column"
    if tag in found:
        return f"{tag} stands there twice; take one of them out"
    if fields.get("more"):
        return "there are more than three columns; put a description that holds commas in double quotes"
    if not (description or category):
        return f"there is no description of {tag}; write what it looks like"
    wrong = misspelled_category(category) if category else ""
    return f"{wrong} (put descriptions with commas in double quotes)" if wrong else ""


def _entry(path: Path, fields: Mapping[str, object]) -> Entry:
    return Entry(
        description=_text(fields.get("description")),
        category=_text(fields.get("category")).lower() or None,
        source=path.name,
        by=BY_YOU,
    )


def _text(value: object) -> str:
    """The text of a cell on one line, without signs that cannot be seen."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())
