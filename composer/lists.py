"""What the composer knows of tags: words.json, turned around so that one look answers one question."""

import fnmatch
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

TAGS_REMEMBERED = 1 << 17  # about as many as Danbooru has
_LISTS = Path(__file__).with_name("words.json")


@dataclass(frozen=True, slots=True)
class Lists:
    """words.json, turned around so that one look answers one question."""

    form: dict[str, str]
    tag_slot: dict[str, str]
    head_slot: dict[str, str]
    phrases: dict[str, tuple[str, str]]
    patterns: tuple[tuple[re.Pattern[str], str, str], ...]
    meta: re.Pattern[str]
    implies: dict[str, frozenset[str]]
    adjective_rank: dict[str, int]
    capitals: dict[str, str]
    broad: dict[str, tuple[str, frozenset[str]]]
    objects: dict[str, frozenset[str]]
    words: dict[str, frozenset[str]]


def _split(lines: list[str]) -> Iterator[str]:
    return (word for line in lines for word in line.split())


def _any_of(globs: Iterator[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(glob) for glob in globs))


@lru_cache(maxsize=1)
def lists() -> Lists:
    """Read words.json, once."""
    raw: dict[str, Any] = json.loads(_LISTS.read_text(encoding="utf-8"))
    slots: dict[str, dict[str, Any]] = raw["slots"]
    named = (
        "unmerged",
        "prefix_folds",
        "mass",
        "plural",
        "singular",
        "parts",
        "prepositions",
        "not_verbs",
        "as_written",
        "particles",
    )
    return Lists(
        form={slot: entry["form"] for slot, entry in slots.items()},
        tag_slot={tag: slot for slot, entry in slots.items() for tag in _split(entry.get("tags", []))},
        head_slot={head: slot for slot, entry in slots.items() for head in _split(entry.get("heads", []))},
        phrases={
            tag: (slot, said)
            for slot, entry in slots.items()
            for tag, said in entry.get("phrases", {}).items()
        },
        patterns=tuple(
            (re.compile(re.escape(glob).replace(r"\*", "(.+)")), slot, said)
            for glob, slot, said in raw["patterns"]
        ),
        meta=_any_of(_split(raw["meta"])),
        implies={tag: frozenset(implied.split()) for tag, implied in raw["implies"].items()},
        adjective_rank={
            word.replace("_", " "): rank
            for rank, lines in enumerate(raw["adjectives"])
            for word in _split(lines)
        },
        capitals=raw["capitals"],
        broad={
            noun: (entry["else"], frozenset(entry["narrower"].split()))
            for noun, entry in raw["broad"].items()
        },
        objects={deed: frozenset(things.split()) for deed, things in raw["objects"].items()},
        words={name: frozenset(_split(raw[name])) for name in named},
    )
