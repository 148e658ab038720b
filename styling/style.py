"""A style: one file of styles/ that says which form the captions of a base model have.

docs/styles.md is the manual of these files.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from decoding import read_edited, text_of_edited
from english import did_you_mean
from errors import UserError
from settings.checks import TRAINERS
from styling.sections import ALL, SECTIONS
from styling.structures import STRUCTURES
from styling.tokens import ENCODERS, Limit

SENTENCES = "sentences"
DEFAULT = "prose"
RATINGS = ("general", "sensitive", "questionable", "explicit")

_LARGEST_FILE = 50_000
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_SENTENCES = re.compile(r"[1-9]\d?(?:-[1-9]\d?)?")
_YEARS = re.compile(r"(\d{4})-(\d{4})?")
_TABLES = ("style", "sections", "safety", "years", "configs")
_KEYS = (
    *("form", "sentences", "ask", "spelling", "brackets", "artist", "character"),
    *("prefix", "prefix_by", "encoder", "limit", "beside", "structure"),
)
_SPELLINGS = ("spaces", "underscores")
_BRACKETS = ("plain", "escaped")

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Years:
    """Words for pictures of the years from `first` to `last`; `{year}` in them is the year itself."""

    words: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Style:
    """What a file of styles/ says.

    `form` is how a caption is joined: each name in braces is `sentences` or a key of `sections`, whose value
    are groups of sections of tags in their order; the tags of one group keep the order of the tag file.
    `sentences` is how many the model is asked for ("2", "2-4", "" for as many as the template says), and
    `ask` what else is added to the request. `artist` and `character` say how names are written: `@{name}`.
    `safety` has the word for each of RATINGS. `prefix` begins each caption, but for the trainers `prefix_by`,
    which add it themselves. `limit` is how much of a caption the text encoder reads, None if it is not told.
    `structure` is one of STRUCTURES, "" for a line of text. `configs` are lines that the config of a trainer
    needs for this base model, by the name of the trainer.
    `digest` tells whether the file is still the same.
    """

    name: str
    digest: str
    form: str
    sections: Mapping[str, Groups]
    sentences: str = ""
    ask: str = ""
    has_underscores: bool = False
    escapes_brackets: bool = False
    artist: str = "{name}"
    character: str = "{name}"
    safety: Mapping[str, str] | None = None
    years: Sequence[Years] = ()
    prefix: str = ""
    prefix_by: tuple[str, ...] = ()
    limit: Limit | None = None
    structure: str = ""
    configs: Mapping[str, str] = field(default_factory=dict)

    @property
    def section_names(self) -> frozenset[str]:
        """The sections that have a place in captions."""
        return frozenset(name for groups in self.sections.values() for names in groups for name in names)

    def with_prefix(self, caption: str, trainer: str = "") -> str:
        """The caption behind the prefix; without it for a trainer that adds it itself."""
        bare = caption.removeprefix(self.prefix).lstrip()
        if not self.prefix or not bare:
            return caption
        return bare if trainer in self.prefix_by else f"{self.prefix} {bare}"


def read_style(path: Path) -> Style:
    """The style in a file; raises UserError that says what is wrong in it."""
    data, tables = _read(path)
    try:
        return _style(path.stem, blake2b(data, digest_size=8).hexdigest(), tables)
    except ValueError as error:
        raise UserError(f"the style {path} cannot be used: {error}") from error


def _read(path: Path) -> tuple[bytes, Mapping[str, Mapping[str, str]]]:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    named = f"the style {path}"
    try:
        data = read_edited(path, _LARGEST_FILE, named, "is it really a style?")
        parser.read_string(text_of_edited(data, named), source=str(path))
    except FileNotFoundError:
        raise UserError(f"{named} does not exist: correct [Interpreter] style") from None
    except configparser.Error as error:
        why = " ".join(str(error).split())
        raise UserError(f"{named} is not in the form of an ini file: {why}") from error
    return data, {name: dict(parser.items(name)) for name in parser.sections()}


def _style(name: str, digest: str, tables: Mapping[str, Mapping[str, str]]) -> Style:
    for table in tables:
        _known(f"[{table}]", table, _TABLES)
    keys = tables.get("style", {})
    for key in keys:
        _known(key, key, _KEYS)
    sections = {key: _groups(key, value) for key, value in tables.get("sections", {}).items()}
    structure = keys.get("structure", "")
    if structure:
        _known(f"structure = {structure}", structure, tuple(STRUCTURES))
    form = keys.get("form", f"{{{SENTENCES}}}" if structure else "")
    placeholders = _PLACEHOLDER.findall(form)
    for placeholder in placeholders:
        _known(f"{{{placeholder}}} in form", placeholder, (SENTENCES, *sections))
    if not placeholders:
        raise ValueError("form should say how a caption is joined, such as {tags}. {sentences}")
    sentences = keys.get("sentences", "")
    if sentences and not _SENTENCES.fullmatch(sentences):
        raise ValueError(f"sentences = {sentences} should be a number such as 2, or 2-4")
    prefix_by = tuple(filter(None, map(str.strip, keys.get("prefix_by", "").split(","))))
    configs = tables.get("configs", {})
    for trainer in (*prefix_by, *configs):
        _known(trainer, trainer, TRAINERS)
    return Style(
        name,
        digest,
        form,
        sections,
        sentences,
        keys.get("ask", ""),
        _one_of(keys, "spelling", _SPELLINGS) == "underscores",
        _one_of(keys, "brackets", _BRACKETS) == "escaped",
        _with_name(keys, "artist"),
        _with_name(keys, "character"),
        _safety(tables["safety"]) if "safety" in tables else None,
        tuple(_years(words, span) for words, span in tables.get("years", {}).items()),
        keys.get("prefix", ""),
        prefix_by,
        _limit(keys),
        structure,
        configs,
    )


def _known(place: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise ValueError(f"{place}: there is no such thing; {did_you_mean(name, known)}")


def _groups(key: str, value: str) -> Groups:
    """`count, characters + series`: sections in their order; those with a plus keep the order of the tags."""
    groups = []
    for part in filter(None, map(str.strip, value.split(","))):
        names = tuple(map(str.strip, part.split("+")))
        for name in names:
            _known(f"{name} in {key}", name, (*SECTIONS, ALL))
        groups.append(names)
    return tuple(groups)


def _one_of(keys: Mapping[str, str], key: str, allowed: Sequence[str]) -> str:
    value = keys.get(key, allowed[0])
    if value not in allowed:
        raise ValueError(f"{key} = {value} should be {' or '.join(allowed)}")
    return value


def _with_name(keys: Mapping[str, str], key: str) -> str:
    value = keys.get(key, "{name}")
    if "{name}" not in value:
        raise ValueError(f"{key} = {value} should hold {{name}}, where the name stands")
    return value


def _limit(keys: Mapping[str, str]) -> Limit | None:
    if not keys.keys() & {"encoder", "limit", "beside"}:
        return None
    most, beside = keys.get("limit", ""), keys.get("beside", "0")
    if not (most.isdecimal() and beside.isdecimal() and int(beside) < int(most)):
        raise ValueError("limit should be how many tokens are read, such as 512, and beside a smaller number")
    return Limit(_one_of(keys, "encoder", ENCODERS), int(most), int(beside))


def _safety(table: Mapping[str, str]) -> Mapping[str, str]:
    for rating in table:
        _known(f"{rating} in [safety]", rating, RATINGS)
    return dict(table)


def _years(words: str, span: str) -> Years:
    found = _YEARS.fullmatch(span)
    if not found:
        raise ValueError(f"{words} = {span} in [years] should be years such as 2018-2020 or 2021-")
    return Years(words, int(found[1]), int(found[2] or 9999))
