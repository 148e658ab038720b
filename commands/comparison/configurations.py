"""The two configurations that are compared, and what they are called so that they can be told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import config
from dataset.file_names import printable
from errors import StageError, UserError
from settings import Settings


@dataclass(frozen=True, slots=True)
class Configuration:
    """One of the two: its settings, what it is called, and the name of the folder for what it makes."""

    label: str
    folder: str
    settings: Settings


def read(files: tuple[Path, Path], overrides: Sequence[str]) -> list[Configuration]:
    """Both configurations, with the same `Section.key=value` overrides; raises UserError."""
    if not files[1].is_file():
        raise UserError(f"there is no file {files[1]}: name the other configuration after --compare")
    named = labels(files)
    return [
        Configuration(label, folder, config.load(path, overrides))
        for label, folder, path in zip(named, _folder_names(named), files, strict=True)
    ]


def labels(files: Sequence[Path]) -> list[str]:
    """What two files are called so that they can be told apart: as much of their paths as that takes.

    Raises UserError where they are one and the same.
    """
    parts = [path.resolve().parts for path in files]
    for count in range(1, max(map(len, parts)) + 1):
        one, other = (Path(*each[-count:]).as_posix() for each in parts)
        if one != other:
            return [printable(one), printable(other)]
    raise UserError(f"{files[1]} is the configuration itself: name another one after --compare")


def _folder_names(named: Sequence[str]) -> list[str]:
    """A folder for each; not all disks tell large letters from small ones, nor take every mark."""
    one, other = (re.sub(r"[^\w.]+", "-", each.lower().removesuffix(".ini")).strip(".-") for each in named)
    return [one or "config", other if other not in ("", one) else f"{other}-2"]


@contextmanager
def troubles_of(label: str) -> Iterator[None]:
    """Tell by its name which configuration a trouble is of."""
    try:
        yield
    except (UserError, StageError) as error:
        raise type(error)(f"{label}: {error}") from error
