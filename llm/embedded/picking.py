"""Which model is taken, of those of models.ini, and which of many files are a model and its projector."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from configparser import ConfigParser
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from errors import UserError

GB = 1_000_000_000
_FILE = Path(__file__).with_name("models.ini")
_PART = re.compile(r"-(\d{5})-of-(\d{5})(?=\.gguf$)", re.IGNORECASE)
# The best precision for a projector first: projectors are small, and lose much when they are quantized.
_PRECISIONS = (re.compile(r"(?<!b)f16"), re.compile("bf16"), re.compile("f32"), re.compile("q8"))
# Files of these precisions are two to four times as large as eight bits, and no better for captions.
_UNQUANTIZED = re.compile(r"bf16|f16|f32")
# The share of the free memory for weights; the rest is for the context and for buffers.
_FOR_WEIGHTS = 0.8


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A file, here or at the hub: its size in bytes, its sha256 if the hub announces it, its path if here."""

    name: str
    size: int
    sha256: str = ""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """The free memory in bytes that a model is chosen for: of the computer, and of its graphics cards."""

    computer: float
    cards: float = 0


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


def fitting(room: Room) -> list[Known]:
    """The models for which there is room, the best one first: on the graphics cards, or else in the computer.

    Raises UserError where none fits.
    """
    choosable = [(each.memory, each) for each in known_models().values() if each.memory is not None]
    on_cards = [each for memory, each in choosable if memory <= room.cards]
    found = on_cards or [each for memory, each in choosable if memory <= room.computer and each.on_processor]
    if not found:
        least, free = min(memory for memory, _ in choosable), max(room.cards, room.computer)
        raise UserError(
            f"model = auto needs {least / GB:.0f} GB of free memory, and {free / GB:.1f} GB are free: close "
            "other programs, or write a smaller model = FILE.gguf"
        )
    return found[::-1]


def named(files: Sequence[GgufFile], pattern: str) -> list[GgufFile]:
    """The parts of the first model whose name is the pattern, with or without its folder; [] for none."""
    for parts in models(files):
        names = (name for each in parts for name in (each.name.lower(), _file_name(each)))
        if any(fnmatch(name, pattern.lower()) for name in names):
            return parts
    return []


def largest(files: Sequence[GgufFile], free: float) -> list[GgufFile]:
    """The parts of the largest model that fits into this many bytes of memory; [] if none does."""
    found = models(files)
    quantized = [each for each in found if not _UNQUANTIZED.search(_file_name(each[0]))] or found
    return max((each for each in quantized if size_of(each) <= free * _FOR_WEIGHTS), key=size_of, default=[])


def models(files: Iterable[GgufFile]) -> list[list[GgufFile]]:
    """The models among files, each with its parts in their order; those that lack a part are left out."""
    groups: dict[str, list[GgufFile]] = {}
    for each in files:
        if "mmproj" not in _file_name(each) and "imatrix" not in _file_name(each):
            groups.setdefault(title(each.name), []).append(each)
    whole = (parts for parts in groups.values() if len(parts) == number_of_parts(parts[0].name))
    return [sorted(parts, key=lambda each: each.name) for parts in whole]


def projector(files: Iterable[GgufFile]) -> GgufFile | None:
    """The projector among files: the one with 16 bits, if there are several."""
    found = [each for each in files if "mmproj" in _file_name(each)]
    for precision in _PRECISIONS:
        if alike := [each for each in found if precision.search(_file_name(each))]:
            return alike[0]
    return found[0] if found else None


def title(name: str) -> str:
    """The name of a model: that of its file, without ending and number of the part."""
    return re.sub(r"\.gguf$", "", _PART.sub("", name), flags=re.IGNORECASE)


def number_of_parts(name: str) -> int:
    """The number of parts of the model to which this file belongs, by its name."""
    found = _PART.search(name)
    return int(found[2]) if found else 1


def size_of(files: Iterable[GgufFile]) -> int:
    """The bytes of files together."""
    return sum(each.size for each in files)


def _file_name(file: GgufFile) -> str:
    return PurePosixPath(file.name.lower()).name
