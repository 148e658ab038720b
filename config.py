"""config.ini ─▶ checked, typed settings; the manual of the settings is printed from the same table."""

from __future__ import annotations

import configparser
import logging
import os
import re
import stat
import textwrap
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from decoding import read_edited, text_of_edited
from english import did_you_mean
from errors import UserError
from settings import SECTIONS, EndpointSettings, Section, Settings, StageSettings
from settings.former import FORMER_SETTINGS, HOW_TO_IMPORT, Former

VERSION = "0.1.0"

# Secrets can be set in the environment, so that config.ini can be shared.
ENVIRONMENT = {
    ("Endpoint", "api_key"): "TAGSCRIBE_API_KEY",
    ("TagProvider", "wiki_login"): "TAGSCRIBE_WIKI_LOGIN",
    ("TagProvider", "wiki_api_key"): "TAGSCRIBE_WIKI_API_KEY",
}

# These may hold a key, and a value with an @ may be an address with a password: messages do not repeat them.
MAY_HOLD_SECRETS = {"headers", "extra_body"}

_HOLD_SECRETS = ("api_key", "wiki_api_key", "headers")

# Texts of the user's own, in which " # " is no comment; [Tags] trigger has a check of its own.
_MAY_HOLD_HASHES = MAY_HOLD_SECRETS | {
    *("api_key", "prefix", "stop", "strip", "suffix", "trigger", "user_agent", "wiki_api_key")
}
_COMMENT = re.compile(r"\s#(?:\s|$)")

# Shorter than what pydantic says.
_PLAIN_WORDS = {
    "int_parsing": "should be a whole number",
    "float_parsing": "should be a number",
    "bool_parsing": "should be True or False",
}

# Far more than anybody writes. The parser would take minutes to say what is wrong with a larger file.
_LARGEST_FILE = 200_000
_MISTYPED_NAME = re.compile(r"[A-Za-z_. -]{1,40}")

_log = logging.getLogger(__name__)

Raw = dict[str, dict[str, str]]


def load(path: Path, overrides: Sequence[str] = ()) -> Settings:
    """The settings of the config.ini at `path`, with `Section.key=value` overrides on top.

    Raises UserError with every problem at once, one a line.
    """
    raw = _read(path)
    secret = next((key for section in raw.values() for key in _HOLD_SECRETS if section.get(key)), None)
    # On Windows, file modes do not say whether others can read a file.
    if secret and os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        _log.warning("%s holds %s, and others on this computer can read it: chmod 600 %s", path, secret, path)
    problems = [*_take_out_comments(raw), *_override(raw, overrides)]
    typed = {_place_of(override) for override in overrides}
    for (section, key), variable in ENVIRONMENT.items():
        if not raw.get(section, {}).get(key) and os.environ.get(variable):
            raw.setdefault(section, {})[key] = os.environ[variable]
    problems += [HOW_TO_IMPORT] if "Client" in raw else []
    problems += _remove_unknown(raw, path, typed)
    try:
        settings = Settings.model_validate(_by_section(raw), context={"folder": path.resolve().parent})
    except ValidationError as error:
        # A wrong value in [Endpoint] is found again in each stage.
        problems += dict.fromkeys(_sentence(raw, typed, problem) for problem in error.errors())
    if problems:
        only_typed = all(problem.startswith("--set") for problem in problems)
        raise UserError(f"{'the command line' if only_typed else path} cannot be used as it is", problems)
    return settings


def colours_are_wanted() -> bool:
    """Whether a terminal may be shown colours; NO_COLOR in the environment turns them off (https://no-color.org)."""
    return not os.environ.get("NO_COLOR")


def settings_of(section: type[Section]) -> Iterator[tuple[str, str, str]]:
    """Key, default and meaning of each setting of a section, in the order of config.ini."""
    for key, field in section.model_fields.items():
        if key != "endpoint":
            yield key, str(field.default), str(field.description)


def manual() -> str:
    """The table of all settings, as Markdown."""
    lines = ["| section | key | default | meaning |", "| --- | --- | --- | --- |"]
    for name, section in SECTIONS.items():
        for key, default, meaning in settings_of(section):
            shown = f"`{default}`" if default else ""
            lines.append(f"| `[{name}]` | `{key}` | {shown} | {meaning.replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def default_ini(values: Mapping[tuple[str, str], str] | None = None) -> str:
    """A config.ini with every setting at its default, or as `values` have it by section and key."""
    parts = []
    for name, section in SECTIONS.items():
        summary = (section.__doc__ or "").partition(": ")[2]
        lines = [textwrap.fill(summary, 110, initial_indent="# ", subsequent_indent="# "), f"[{name}]", ""]
        for key, default, meaning in settings_of(section):
            value = (values or {}).get((name, key), default)
            lines += [f"# {meaning}", f"{key} = {value}".rstrip(), ""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def _read(path: Path) -> Raw:
    # Interpolation off: a percent sign is a percent sign. Only "=" divides: tags and addresses hold colons.
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), empty_lines_in_values=False)
    try:
        data = read_edited(path, _LARGEST_FILE, str(path), "is it really a config.ini?")
        parser.read_string(text_of_edited(data, str(path)), source=str(path))
    except FileNotFoundError:
        in_a_shell = f'"{path}"' if " " in str(path) else path
        raise UserError(
            f"{path} does not exist: name another file with --config, "
            f"or write a fresh one with: python caption.py --settings ini > {in_a_shell}"
        ) from None
    except configparser.Error as error:
        raise UserError(f"{path} is not in the form of an ini file: {_in_one_line(error)}") from error
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _in_one_line(error: configparser.Error) -> str:
    match error:
        case configparser.DuplicateOptionError():
            return (
                f"line {error.lineno} sets [{error.section}] {error.option} a second time; keep one of them"
            )
        case configparser.DuplicateSectionError():
            return f"line {error.lineno} begins [{error.section}] a second time; join the two sections"
        case configparser.MissingSectionHeaderError():
            return f"line {error.lineno} is above the first section; put one such as [Dataset] above it"
        case configparser.ParsingError():
            lines = ", ".join(str(number) for number, _ in error.errors[:5])
            return f"line {lines} is neither [Section] nor key = value nor # comment; correct or remove it"
    return " ".join(str(error).split())


def _take_out_comments(raw: Raw) -> Iterator[str]:
    """Take the values out of `raw` that have a comment behind them; yields what to do about each."""
    for name in raw.keys() & SECTIONS:
        for key, value in list(raw[name].items()):
            if key not in _MAY_HOLD_HASHES and _COMMENT.search(value):
                del raw[name][key]
                yield f"[{name}] {_shown(key)}: # stands behind the value; a comment needs a line of its own"


def _override(raw: Raw, overrides: Sequence[str]) -> Iterator[str]:
    """Write `Section.key=value` into `raw`; yields what is wrong with those that cannot be used."""
    for override in overrides:
        place, equals, value = override.partition("=")
        section, key = _place_of(override)
        if not (equals and section and key):
            shown = f" {_shown(place)}" if place else ""
            yield f"--set{shown}: should be Section.key=value, such as Endpoint.concurrency=8"
        elif former := _former(section, key):
            yield from _tell_former(f"--set {section}.{key}", former)
        else:
            raw.setdefault(section, {})[key] = value.strip()


def _place_of(override: str) -> tuple[str, str]:
    """Section and key of `Section.key=value`; where one is missing it is empty."""
    section, _, key = override.partition("=")[0].partition(".")
    return section.strip(), key.strip().lower()


def _as_written(name: str, key: str, *, is_typed: bool) -> str:
    """A setting as the user has written it: in config.ini, or on the command line."""
    return f"--set {name}.{key}" if is_typed else f"[{name}] {key}"


def _allowed_keys(name: str) -> list[str]:
    keys = [key for key, _, _ in settings_of(SECTIONS[name])]
    if issubclass(SECTIONS[name], StageSettings):
        keys += [key for key, _, _ in settings_of(EndpointSettings)]
    return keys


def _remove_unknown(raw: Raw, path: Path, typed: Set[tuple[str, str]]) -> list[str]:
    """Take out of `raw` what is no setting; returns what is wrong with it, each with the nearest name.

    `typed` are section and key of what the command line sets.
    """
    problems = []
    for name in list(raw):
        formers = {key: former for key in raw[name] if (former := _former(name, key))}
        for key, former in formers.items():
            del raw[name][key]
            problems += _tell_former(f"{path}: [{name}] {key}", former)
        if name in SECTIONS:
            allowed = _allowed_keys(name)
            for key in [key for key in raw[name] if key not in allowed]:
                # The value is not shown: it may be a secret behind a mistyped name.
                del raw[name][key]
                guess = did_you_mean(key, allowed)
                place = _as_written(name, _shown(key), is_typed=(name, key) in typed)
                problems.append(f"{place}: there is no such setting; {guess}")
        elif (keys := raw.pop(name)) or not formers:
            guess = did_you_mean(name, SECTIONS)
            is_typed = bool(keys) and all((name, key) in typed for key in keys)
            place = f"--set {_shown(name)}" if is_typed else f"[{_shown(name)}]"
            problems.append(f"{place}: there is no such section; {guess}")
    return problems


def _former(section: str, key: str) -> Former | None:
    """The entry of a setting that was removed or renamed; those of [Endpoint] also count in the stages."""
    if section in SECTIONS and key in _allowed_keys(section):
        return None
    is_stage = section in SECTIONS and issubclass(SECTIONS[section], StageSettings)
    of_endpoint = FORMER_SETTINGS.get(("Endpoint", key)) if is_stage else None
    return FORMER_SETTINGS.get((section, key)) or of_endpoint


def _tell_former(place: str, former: Former) -> list[str]:
    """A problem for the user, or only a warning and no problem if a run can go on without the setting."""
    if former.harmless:
        _log.warning("%s %s", place, former.sentence)
        return []
    return [f"{place} {former.sentence}"]


def _shown(name: str) -> str:
    """A mistyped name, but "…" if it is long or has digits, since it may be a secret in the wrong place."""
    return name if _MISTYPED_NAME.fullmatch(name) else "…"


def _by_section(raw: Raw) -> dict[str, dict[str, Any]]:
    """The values as `Settings` holds them: each stage with those of [Endpoint], which it may override."""
    sections: dict[str, dict[str, Any]] = {}
    for name, section in SECTIONS.items():
        own: dict[str, Any] = dict(raw.get(name, {}))
        if issubclass(section, StageSettings):
            overridden = {key: own.pop(key) for key in EndpointSettings.model_fields.keys() & own}
            own["endpoint"] = {**raw.get("Endpoint", {}), **overridden}
        sections[name] = own
    return sections


def _sentence(raw: Raw, typed: Set[tuple[str, str]], problem: ErrorDetails) -> str:
    """What is wrong with a setting, named by the section that holds it; `typed` as in `_remove_unknown`."""
    name, key, *further = map(str, problem["loc"])
    section = SECTIONS[name]
    if key == "endpoint":
        section, key = EndpointSettings, further[0]
        name = name if key in raw.get(name, {}) else "Endpoint"
    field, value = section.model_fields[key], raw[name][key]
    is_secret = field.annotation is SecretStr or key in MAY_HOLD_SECRETS or "@" in value
    is_typed = (name, key) in typed
    equals = "=" if is_typed else " = "
    written = _as_written(name, key if is_secret else f"{key}{equals}{value}", is_typed=is_typed)
    words_of_pydantic = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    wrong = _PLAIN_WORDS.get(problem["type"], words_of_pydantic)
    example = (field.examples or [""])[0]
    comment = "; a comment needs a line of its own" if " #" in value and not is_typed else ""
    return f"{written}: {wrong}; write for example {key}{equals}{example}{comment}"
