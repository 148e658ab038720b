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
    """A model of the hub: `file` is the pattern of its file, "" for the largest one that fits.

    `memory` is in bytes, None for one that auto never chooses.
    """

    repository: str
    file: str = ""
    licence: str = ""
    memory: float | None = None
    on_processor: bool = False


def known_models() -> dict[str, Known]:
    """The table by name, smaller models first."""
    table = ConfigParser(interpolation=None, delimiters=("=",))
    table.read(_FILE, encoding="utf-8")
    return {
        name: Known(
            row["repository"],
            row["file"],
            row["licence"],
            float(row["memory"]) * GB if row["memory"] else None,
            row["processor"] == "yes",
        )
        for name, row in table.items()
        if name != table.default_section
    }


def fitting(cards: float, computer: float) -> list[Known]:
    """The models for which there is room, the best one first: on the graphics cards, or else in the computer.

    Both are bytes of free memory. Raises UserError where none fits.
    """
    choosable = [(each.memory, each) for each in known_models().values() if each.memory is not None]
    on_cards = [each for memory, each in choosable if memory <= cards]
    found = on_cards or [each for memory, each in choosable if memory <= computer and each.on_processor]
    if not found:
        least, free = min(memory for memory, _ in choosable), max(cards, computer)
        raise UserError(
            f"model = auto needs {least / GB:.0f} GB of free memory, and {free / GB:.1f} GB are free: close "
            "other programs, or write a smaller model = FILE.gguf"
        )
    return found[::-1]
