"""What may be written for a setting: each check turns the text of config.ini into a value.

Where that cannot be done it raises ValueError, with the rest of a sentence that begins with the setting:
"should be …".
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainValidator, SecretStr, ValidationInfo

from decoding import unquoted
from settings import paths
from settings.paths import CaptionTemplates
from settings.strip_patterns import Pattern
from settings.wikis import DUMP_ENDINGS, WIKIS
from tags.categories import misspelled_category

TEXT_EXTENSIONS = (".txt", ".caption", ".cap", ".text")
# What dataset/trainers.py knows of each.
TRAINERS = (
    *("txt", "sd-scripts", "onetrainer", "simpletuner", "diffusion-pipe", "ai-toolkit", "musubi-tuner"),
    *("diffsynth-studio", "anima-lora-toolkit", "newbie-lora-trainer", "imagefolder"),
)
SHARD_SUFFIXES = (".tar", ".parquet")
VARIANTS = ("long", "medium", "short", "tags", "all-tags")
_TAGS = frozenset({"tags", "all-tags"})

_TRUTHS: dict[str, Literal["auto"] | bool] = {
    "auto": "auto",
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_ASCII_WITHOUT_OUTER_SPACES = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
_LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_KEY = "a key goes into api_key"
_EXTENSION = re.compile(r"\.[\w.+-]*[\w+-]")


# Lists and numbers


def _split(value: object) -> tuple[str, ...]:
    """A comma-separated list, as it is written in config.ini."""
    return tuple(filter(None, map(str.strip, str(value).split(","))))


def _pairs(value: object) -> dict[str, str]:
    """`old = new, other = another`; the right side may be empty."""
    pairs = [part.partition("=") for part in str(value).split(",") if part.strip()]
    if any(not old.strip() or not equals for old, equals, _ in pairs):
        raise ValueError("should be pairs of old=new, with commas between them")
    return {old.strip(): new.strip() for old, _, new in pairs}


def _trigger(value: object) -> str:
    """Words on one line with one space between them, as captions are written."""
    if " #" in str(value):
        raise ValueError("should be the trigger alone; a comment needs a line of its own, with # in front")
    return " ".join(str(value).split()).rstrip(", ")


def _variants(value: object) -> tuple[str, ...]:
    names = _split(value)
    if len(set(names)) < len(names) or not all(map(_is_variant, names)):
        known = ", ".join(VARIANTS)
        raise ValueError(f"should be of {known}, each at most once, or two joined such as tags+short")
    return names


def _is_variant(name: str) -> bool:
    """Whether it is one kind of caption, or tags and one kind of sentences, in either order."""
    parts = name.split("+")
    if not set(parts) <= set(VARIANTS):
        return False
    return len(parts) == 1 or (len(parts) == 2 and len(_TAGS.intersection(parts)) == 1)


def _target(value: object) -> str:
    text = str(value).strip().lower()
    if text not in TRAINERS:
        raise ValueError(f"should be one of {', '.join(TRAINERS)}")
    return text


def _categories(value: object) -> tuple[str, ...]:
    names = _split(str(value).lower())
    for name in names:
        if wrong := misspelled_category(name):
            # A byte of the command line that is no text would break the message of pydantic.
            raise ValueError(wrong.encode("utf-8", "backslashreplace").decode("utf-8"))
    return names


def _patterns(value: object) -> tuple[Pattern, ...]:
    """Regular expressions, one a line, because they may hold commas."""
    try:
        return tuple(map(Pattern.of, filter(None, map(str.strip, str(value).splitlines()))))
    except ValueError as error:
        raise ValueError(f"should be regular expressions, one a line, and {error}") from error


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _auto_or_number(fewest: int, most: int, value: object) -> object:
    text = str(value).strip().lower()
    if text != "auto" and not (text.isdecimal() and fewest <= int(text) <= most):
        raise ValueError(f"should be auto or a whole number from {fewest} to {most}")
    return text if text == "auto" else int(text)


def _auto_or_truth(value: object) -> object:
    text = str(value).strip().lower()
    if text not in _TRUTHS:
        raise ValueError("should be auto, True or False")
    return _TRUTHS[text]


# JSON and keys


def _json_object(value: object) -> dict[str, object]:
    text = str(value).strip()
    try:
        parsed = json.loads(text) if text else {}
    except RecursionError as error:
        raise ValueError("should be a JSON object that is nested less deeply") from error
    except ValueError as error:
        raise ValueError(f"should be a JSON object in braces ({error})") from error
    if not isinstance(parsed, dict):
        raise ValueError("should be a JSON object in braces")
    return parsed


def _headers(value: object) -> dict[str, object]:
    parsed = _json_object(value)
    named = all(map(_HEADER_NAME.fullmatch, parsed))
    simple = all(isinstance(text, str | int | float) for text in parsed.values())
    if not (named and simple and all(map(_is_plain, map(str, parsed.values())))):
        raise ValueError("should hold names and texts of headers, in ASCII without line breaks")
    return parsed


def _key(value: object) -> object:
    if isinstance(value, str) and not _is_plain(value):
        raise ValueError("should be ASCII without spaces or line breaks at its ends: copy the key again")
    return value


def _is_plain(text: str) -> bool:
    return _ASCII_WITHOUT_OUTER_SPACES.fullmatch(text) is not None


def _language(value: object) -> object:
    code = str(value).strip()
    if code and not _LANGUAGE_CODE.fullmatch(code):
        raise ValueError("should be a code such as en, de or pt-BR, or be empty")
    return code


def _extension(value: object) -> object:
    text = str(value).strip().lower()
    if text == "auto":
        return text
    text = text if text.startswith(".") else f".{text}"
    if not _EXTENSION.fullmatch(text):
        raise ValueError("should be a file extension")
    return text


def _text_extension(value: object) -> object:
    text = _extension(value)
    if text not in TEXT_EXTENSIONS:
        known = " ".join(TEXT_EXTENSIONS)
        raise ValueError(f"should be one of {known}, so that no other file is written over")
    return text


# Addresses


def _url(value: object) -> object:
    text = unquoted(str(value)).rstrip("/")
    if "," in text:
        each = [part.strip().rstrip("/") for part in text.split(",") if part.strip()]
        if not all(re.match(r"https?://.", part) for part in each):
            raise ValueError("should have only addresses that begin with http:// or https:// beside commas")
        return ", ".join(str(_url(part)) for part in each)
    if text.lower() in ("auto", "builtin", "embedded", "batch"):
        return text.lower()
    if not re.match(r"https?://.", text):
        raise ValueError(
            "should be auto, builtin, embedded, batch, or an address that begins with http:// or https://"
        )
    return _address(text, _KEY, "http://localhost:1234/v1")


def _ray_address(value: object) -> object:
    text = unquoted(str(value)).strip()
    if text.lower() in ("", "auto"):
        return text.lower()
    if not re.fullmatch(r"[\w.-]+:[1-9]\d{0,4}", text):
        raise ValueError("should be auto, or host and port of a Ray cluster")
    return text


def _address_or_none(place_of_secrets: str, example: str, value: object) -> object:
    text = unquoted(str(value)).rstrip("/")
    return text and _address(text, place_of_secrets, example)


def _address(text: str, place_of_secrets: str, example: str) -> str:
    """An address without login and query: messages and logs name it, so it must not hold a secret."""
    _, _, after_scheme = text.partition("://")
    if "@" in after_scheme.partition("/")[0]:
        raise ValueError(f"should hold no user name or password; {place_of_secrets}")
    if "?" in after_scheme or "#" in after_scheme:
        raise ValueError(f"should end with its path, such as /v1; {place_of_secrets}")
    if not _is_address(text):
        raise ValueError(f"should be an address such as {example}")
    return text


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(host) and port != 0
    return is_web and text.isprintable() and " " not in text


def _source(value: object, info: ValidationInfo) -> str:
    text = unquoted(str(value))
    if text.lower() in WIKIS:
        return text.lower()
    if not text.lower().endswith(DUMP_ENDINGS):
        raise ValueError(
            f"should be {', '.join(WIKIS)}, or a .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet file"
        )
    return str(paths.path(text, info))


Strings = Annotated[tuple[str, ...], BeforeValidator(_split)]
Pairs = Annotated[dict[str, str], BeforeValidator(_pairs)]
Trigger = Annotated[str, BeforeValidator(_trigger)]
Variants = Annotated[tuple[str, ...], BeforeValidator(_variants)]
Target = Annotated[str, BeforeValidator(_target)]
Categories = Annotated[tuple[str, ...], BeforeValidator(_categories)]
Patterns = Annotated[tuple[Pattern, ...], PlainValidator(_patterns)]
OptionalFloat = Annotated[float | None, BeforeValidator(_none_if_empty)]
OptionalInt = Annotated[int | None, BeforeValidator(_none_if_empty)]
Concurrency = Annotated[Literal["auto"] | int, BeforeValidator(partial(_auto_or_number, 1, 4096))]
Context = Annotated[Literal["auto"] | int, BeforeValidator(partial(_auto_or_number, 256, 10_000_000))]
AutoOrTruth = Annotated[Literal["auto"] | bool, BeforeValidator(_auto_or_truth)]
JsonObject = Annotated[dict[str, Any], BeforeValidator(_json_object)]
Headers = Annotated[dict[str, Any], BeforeValidator(_headers)]
Key = Annotated[SecretStr, BeforeValidator(_key)]
CaptionsFolder = Annotated[Path, PlainValidator(paths.captions)]
PathFromConfig = Annotated[Path, PlainValidator(paths.path)]
Images = Annotated[Path, PlainValidator(paths.images)]
OptionalPath = Annotated[PathFromConfig | None, BeforeValidator(_none_if_empty)]
Template = Annotated[Path, PlainValidator(paths.template)]
Templates = Annotated[CaptionTemplates, PlainValidator(paths.templates)]
Style = Annotated[Path, PlainValidator(paths.style)]
Language = Annotated[str, BeforeValidator(_language)]
Extension = Annotated[str, BeforeValidator(_extension)]
TextExtension = Annotated[str, BeforeValidator(_text_extension)]
ModelName = Annotated[str, AfterValidator(unquoted)]
Url = Annotated[str, BeforeValidator(_url)]
RayAddress = Annotated[str, BeforeValidator(_ray_address)]
ServiceUrl = Annotated[str, BeforeValidator(partial(_address_or_none, _KEY, "https://api.openai.com/v1"))]
WikiUrl = Annotated[
    str,
    BeforeValidator(partial(_address_or_none, "use wiki_login and wiki_api_key", WIKIS["danbooru"].address)),
]
WikiSource = Annotated[str, PlainValidator(_source)]
