"""The models that can be had by name, or by the memory that is free: those of models.ini."""

from __future__ import annotations

from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

from errors import UserError

GB = 1_000_000_000
_FILE = Path(__file__).with_name("models.ini")


@dataclass(frozen=True, slots=True)
class Known:
    """A model of the table; `memory` is in bytes, None for one that is never chosen by itself."""

    name: str
    repository: str
    file: str
    licence: str
    memory: float | None
    on_processor: bool


def known_models() -> dict[str, Known]:
    """The table by name, smaller models first."""
    table = ConfigParser(interpolation=None, delimiters=("=",))
    table.read(_FILE, encoding="utf-8")
    return {
        name: Known(
            name,
            row["repository"],
            row["file"],
            row["licence"],
            float(row["memory"]) * GB if row["memory"] else None,
            row["processor"] == "yes",
        )
        for name, row in table.items()
        if name != table.default_section
    }


def fitting(free: float, *, on_card: bool) -> list[Known]:
    """The models that fit into the free memory of the card, or of the computer, in bytes; the best one first.

    Raises UserError where none does.
    """
    choosable = [each for each in known_models().values() if each.memory is not None]
    found = [each for each in choosable if (each.memory or 0) <= free and (on_card or each.on_processor)]
    if not found:
        least = min(each.memory or 0 for each in choosable)
        raise UserError(
            f"model = auto needs {least / GB:.0f} GB of free memory, and {free / GB:.1f} GB are free: close "
            "other programs, or write a smaller model = FILE.gguf"
        )
    return found[::-1]
