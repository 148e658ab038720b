"""Captions that are no line of text but a structure: what finishing and the report have to know of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from styling import ideogram4, newbie

IDEOGRAM4, NEWBIE = "ideogram4", "newbie"

Change = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Structure:
    """How a structured caption is changed and read.

    `around` puts into a caption what stands around others: it is given what does that to a text, and the
    trigger word. `said_in` gives what a caption says in sentences, and `is_tags` tells that it is tags alone.
    `faults_in` gives what is wrong with a caption that people may have edited. `in_lines` breaks a caption
    into the lines of the model's documents, for trainers that read a whole text as one caption.
    """

    around: Callable[[str, Change, str], str]
    said_in: Callable[[str], str]
    faults_in: Callable[[str], list[str]]
    is_tags: bool = False
    in_lines: Change = str


def _said_in_json(caption: str) -> str:
    """All texts of a caption; the caption itself where somebody has edited it so that it is none."""
    try:
        read: Any = json.loads(caption)
        return " ".join(ideogram4.texts_in(read))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return caption


def _faults_in_json(caption: str) -> list[str]:
    try:
        read: Any = json.loads(caption)
    except (ValueError, RecursionError) as error:
        return [f"it is no JSON ({error})"]
    is_minified = ideogram4.rendered(read) == caption
    return ideogram4.faults(read) + ([] if is_minified else ["it has spaces between its parts"])


STRUCTURES: Mapping[str, Structure] = {
    IDEOGRAM4: Structure(
        lambda caption, change, trigger: ideogram4.with_description(caption, change),
        _said_in_json,
        _faults_in_json,
    ),
    NEWBIE: Structure(
        lambda caption, change, trigger: newbie.with_trigger(caption, trigger),
        lambda caption: "",
        newbie.faults,
        is_tags=True,
        in_lines=newbie.in_lines,
    ),
}
