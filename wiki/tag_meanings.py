"""What is known of a tag: from the user's own file, the cache, or the glossary that ships."""

from __future__ import annotations

import csv
import functools
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from decoding import read_edited, text_of_edited
from english import first_lines
from errors import UserError
from limits import LARGEST_SHARED_FILE
from tags.categories import CHARACTER, COPYRIGHT, misspelled_category
from tags.implications import said_along
from tags.spelling import canonical, qualifiers
from wiki.cache import BY_FIRST_SENTENCE, BY_YOU, Cache, Entry, parse_json

GLOSSARY = Path(__file__).with_name("glossary.json")

_OWN_COLUMNS = ("tag", "description", "category")
# In characters. A longer field is one whose quotation mark was never closed.
_LONGEST_FIELD = 131_072
# The categories of the tags of this many pictures are kept: some more than are under way at once.
_MOST_PICTURES = 1000

Row = tuple[str, Mapping[str, object]]
"""Where a row is, in words, and its fields."""

# Words in the brackets of tags that name no series, whether or not the cache knows their category:
# mortar_(bowl), spring_(season).
_NO_SERIES = frozenset(Path(__file__).with_name("bracket_words.txt").read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class TagMeanings:
    """Looks tags up in the user's own file, in the cache, and in the glossary that ships.

    `named` are the categories that the tag files themselves name. None of these may change while the object
    is used, because each answer is remembered.
    """

    own: Mapping[str, Entry]
    cache: Cache
    named: Mapping[str, str]
    _seen: dict[str, Entry] = field(default_factory=dict)
    _of_pictures: dict[tuple[str, ...], Mapping[str, str]] = field(default_factory=dict)

    def look_up(self, tag: str) -> Entry:
        """What is known of a tag: each field comes from the first of the three that has it.

        The first sentence of a wiki page, which stands in for a better one, is only taken where the glossary
        has none.
        """
        if tag in self._seen:
            return self._seen[tag]
        found = (self.own.get(tag), self.cache.get(tag), load_glossary().get(tag))
        known = [entry for entry in found if entry is not None]
        described = sorted(
            (entry for entry in known if entry.description), key=lambda entry: entry.by == BY_FIRST_SENTENCE
        )
        best = next(iter(described), Entry(""))
        # The implications of an alias are those of its target.
        targets = [target for entry in known if entry.alias_of and (target := self.cache.get(entry.alias_of))]
        self._seen[tag] = replace(
            best,
            category=next((entry.category for entry in known if entry.category), None) or self.named.get(tag),
            post_count=next((entry.post_count for entry in known if entry.post_count is not None), None),
            implies=next((entry.implies for entry in [*known, *targets] if entry.implies), ()),
        )
        return self._seen[tag]

    def implied(self, tag: str) -> Sequence[str]:
        """The tags that this one implies by a rule of the wiki; empty where no rule is known."""
        return self.look_up(tag).implies

    def meanings(self, tags: Iterable[str]) -> Iterator[str]:
        """What is known of tags in words; not of series, whose authors and years are in no picture."""
        entries = map(self.look_up, tags)
        return (entry.description for entry in entries if entry.description and entry.category != COPYRIGHT)

    def characters(self, tags: Sequence[str]) -> frozenset[str]:
        """The characters among the tags of a data set."""
        return frozenset(tag for tag, category in self.categories(tags).items() if category == CHARACTER)

    def categories(self, tags: Sequence[str]) -> Mapping[str, str]:
        """The categories of the tags of one picture, as far as they are known or follow from their brackets.

        `alice_(alice_in_wonderland)` is a character if the picture also has the tag of that series, or if
        that tag is known to be a series. Those of the last pictures are kept, as each is asked about often.
        """
        asked = tuple(tags)
        # One look-up: another thread may clear the table after it.
        found = self._of_pictures.get(asked)
        if found is None:
            found = self._categories(asked)
            if len(self._of_pictures) >= _MOST_PICTURES:
                self._of_pictures.clear()
            self._of_pictures[asked] = found
        return found

    def _categories(self, tags: Sequence[str]) -> Mapping[str, str]:
        known = {tag: category for tag in tags if (category := self.look_up(tag).category)}
        by_brackets: dict[str, str] = {}
        for tag in tags:
            series = "" if tag in known or tag[-1:] != ")" else next(iter(qualifiers(tag)), "")
            if not series or series in _NO_SERIES:
                continue
            if series in tags and known.get(series, COPYRIGHT) == COPYRIGHT:
                by_brackets |= {tag: CHARACTER, series: COPYRIGHT}
            elif self.look_up(series).category == COPYRIGHT:
                by_brackets[tag] = CHARACTER
        return known | by_brackets


def said_along_with(tag: str, own: Mapping[str, Entry], cache: Cache) -> Iterator[str]:
    """What people have written about a tag, the tag it is another name of, and all that it implies."""
    glossary = load_glossary()

    def implied(each: str) -> Iterator[str]:
        for entry in filter(None, (own.get(each), cache.get(each), glossary.get(each))):
            yield from entry.implies
            if entry.alias_of:
                yield entry.alias_of

    written, kept = own.get(tag), cache.get(tag)
    if written is not None and written.description:
        yield written.description
    if kept is not None and kept.description and kept.by == BY_YOU:
        yield kept.description
    yield from said_along(tag, implied)


@functools.cache
def load_glossary() -> Mapping[str, Entry]:
    """What the program knows of the most common tags, so that a first run needs neither a wiki nor a model.

    The sentences are this project's own; names, categories and numbers of posts (to two digits) are
    Danbooru's. Words that look like tags but are none there, such as `masterpiece` or `rating:general`, are
    of the category `meta` and have 0 posts. The file is read once, on the first call.
    """
    glossary = json.loads(GLOSSARY.read_text(encoding="utf-8"))
    return {tag: Entry(**facts, source="glossary") for tag, facts in glossary.items()}


def is_no_tag(tag: str) -> bool:
    """Whether a wiki need not be asked, because this is a word for quality or rating and no tag."""
    entry = load_glossary().get(tag)
    return entry is not None and entry.category == "meta" and entry.post_count == 0


def glossary_sentence(tag: str) -> str:
    """What the glossary says of a tag, so that no model need be asked; "" where it says nothing."""
    entry = load_glossary().get(tag)
    return entry.description if entry else ""


def load_own(path: Path) -> dict[str, Entry]:
    """The user's own descriptions in a CSV (tag, description[, category]) or JSON file, by canonical tag.

    JSON is `{"tag": "description"}`, `{"tag": {"description": …, "category": …}}` or a list of
    `{"tag": …, "description": …, "category": …}`. A row with only a category corrects only the category.
    Raises UserError that names every wrong row.
    """
    rows = _json_rows if path.suffix.lower() == ".json" else _csv_rows
    found: dict[str, Entry] = {}
    problems: list[str] = []
    for place, fields in rows(_read_text(path), path):
        tag = canonical(_text(fields.get("tag")))
        description, category = _text(fields.get("description")), _text(fields.get("category")).lower()
        if tag in found:
            problems.append(f"{place}: {tag} is there twice; remove one of them")
        elif wrong := _what_is_wrong(tag, description, category, fields.get("more")):
            problems.append(f"{place}: {wrong}")
        else:
            found[tag] = Entry(description, category or None, source=path.name, by=BY_YOU)
    if problems:
        raise UserError(f"{path} cannot be used as it is", first_lines(problems))
    return found


def _read_text(path: Path) -> str:
    try:
        data = read_edited(path, LARGEST_SHARED_FILE, str(path), "correct it, or name another file")
    except FileNotFoundError:
        raise UserError(f"there is no file {path}: correct descriptions_file in config.ini") from None
    return text_of_edited(data, str(path))


def _json_rows(text: str, path: Path) -> Iterator[Row]:
    raw = parse_json(text, path, "correct the file")
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
    # This limit is for the whole process, and reading a dump sets a larger one.
    csv.field_size_limit(_LONGEST_FIELD)
    # Many European spreadsheets write semicolons instead of commas, which the header shows.
    header = text.partition("\n")[0].strip().lower()
    sign = next((sign for sign in ";\t" if header.startswith((f"tag{sign}", f'"tag"{sign}'))), ",")
    rows = csv.reader(io.StringIO(text), delimiter=sign, skipinitialspace=True)
    try:
        for number, row in enumerate(rows, start=1):
            cells = [cell.strip() for cell in row]
            if any(cells) and not (number == 1 and cells[0].lower() == "tag"):
                more = {"more": cells[len(_OWN_COLUMNS) :]} if any(cells[len(_OWN_COLUMNS) :]) else {}
                yield f"row {number}", {**dict(zip(_OWN_COLUMNS, cells, strict=False)), **more}
    except csv.Error as error:
        raise UserError(f"{path} is no CSV that can be read ({error}): correct the file") from error


def _what_is_wrong(tag: str, description: str, category: str, more: object) -> str:
    """What is wrong with a row, "" when nothing is."""
    if not tag:
        return "there is no tag; write it in the first column"
    if more:
        return "there are more than three columns; put a description that holds commas in double quotes"
    if not (description or category):
        return f"there is no description of {tag}; write what it looks like"
    wrong = misspelled_category(category) if category else ""
    return f"{wrong} (put descriptions with commas in double quotes)" if wrong else ""


def _text(value: object) -> str:
    """The text of a cell on one line, without invisible characters."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())
