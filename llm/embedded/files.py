"""The files of the embedded model: what `model` names, found here or fetched from the hub, and looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from errors import UserError
from llm.embedded import Consent, picking
from llm.embedded.header import Gguf, read_gguf
from llm.embedded.hub import A_FILE_OF_YOURS, Repository
from llm.embedded.picking import GB, GgufFile, Known, fitting, known_models

_REPOSITORY = re.compile(r"([\w.-]+/[\w.-]+?)(?:[:/](.+\.gguf))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Room:
    """The free memory in bytes that a model is chosen for: of the computer, and of its graphics cards."""

    computer: float
    cards: float = 0


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model that can be loaded: its header, its projector if it has one, and the bytes of all its files."""

    header: Gguf
    projector: Path | None
    size: int

    @property
    def name(self) -> str:
        """What the model is called."""
        return picking.title(self.header.path.name)


def model_files(model: str, room: Room, consent: Consent) -> ModelFiles:
    """The files of what `model` names: a file here, a model of the hub, one of the table, or auto.

    What is not here is fetched if `consent` allows it. Raises UserError where the model cannot be used.
    """
    path = Path(model).expanduser()
    files = _local(path) if path.is_file() else _of_hub(_model_named(model, room), room, consent)
    paths = [each.path for each in files if each.path]
    parts = [each for each in paths if "mmproj" not in each.name.lower()] or paths
    headers = [read_gguf(each) for each in parts]
    if headers[0].architecture == "clip":
        raise UserError(f"{parts[0]} is a projector, which lets a model see: name the model beside it")
    if not headers[0].chat_template:
        raise UserError(f"{parts[0]} has no chat template: take an instruct model, which is made to answer")
    projector = next((each for each in paths if each not in parts), None)
    if projector is not None:
        read_gguf(projector)
    return ModelFiles(headers[0], projector, picking.size_of(files))


def _model_named(model: str, room: Room) -> Known:
    """The model that `model` names, if it is no file here; raises UserError if there is no such model."""
    if model == "auto":
        found = fitting(room.cards, room.computer)
        here = (each for each in found if _pick(each, Repository(each.repository).here(), room))
        return next(here, found[0])
    table, path = known_models(), Path(model).expanduser()
    if known := table.get(model.lower()):
        return known
    named = _REPOSITORY.fullmatch(model)
    if named is None or named[1].endswith(".gguf") or path.is_absolute() or path.exists():
        what = "is no file" if path.exists() else "does not exist"
        raise UserError(
            f"the model {model} {what}: write model = FILE.gguf, owner/repo:FILE.gguf of the hub, auto, or "
            f"{', '.join(table)}"
        )
    return Known(named[1], named[2] or "")


def _pick(model: Known, files: Sequence[GgufFile], room: Room) -> list[GgufFile]:
    """The parts of the model among files; [] if it is not there."""
    if model.file:
        return picking.named(files, model.file)
    return picking.largest(files, room.cards) or picking.largest(files, room.computer)


def _local(path: Path) -> list[GgufFile]:
    """A model that is given as a file: all its parts, and the projector beside it."""
    beside = [
        GgufFile(each.name, each.stat().st_size, path=each)
        for each in sorted({*path.parent.glob("*.gguf"), path})
    ]
    number = picking.number_of_parts(path.name)
    parts = [each for each in beside if each.path == path]
    if number > 1:
        parts = next((each for each in picking.models(beside) if parts[0] in each), [])
    if not parts:
        raise UserError(
            f"{path} is one of {number} parts, and others are missing: download them into its folder"
        )
    found = picking.projector(each for each in beside if each not in parts)
    return [*parts, *([found] if found else [])]


def _of_hub(model: Known, room: Room, consent: Consent) -> list[GgufFile]:
    """The parts of a model of the hub, and its projector; fetched if they are not here."""
    repository = Repository(model.repository)
    here = repository.here()
    kept, projector = _pick(model, here, room), picking.projector(here)
    if kept and projector:
        return [*kept, projector]
    try:
        there = repository.listing()
    except UserError:
        if kept:
            return kept
        raise
    parts, projector = _pick(model, there, room), picking.projector(there)
    if not parts:
        raise UserError(_nothing_fits(model, repository.place, there, room))
    wanted = [*parts, *([projector] if projector else [])]
    if missing := [each for each in wanted if each.path is None]:
        _agree(repository, model.licence, missing, consent)
    return [GgufFile(each.name, each.size, path=repository.fetch(each)) for each in wanted]


def _agree(repository: Repository, licence: str, files: Sequence[GgufFile], consent: Consent) -> None:
    """Ask whether files may be fetched; raises UserError where they may not, or there is no room for them."""
    size = picking.size_of(files)
    repository.refuse_little_room(size)
    under = f", licence: {licence}" if licence else ""
    told = f"{files[0].name} of {repository.place} ({size / GB:.2f} GB{under}) into {repository.cache}"
    if not consent(f"Fetch {told}?"):
        raise UserError(
            f"the model is not on this computer: {consent.command} fetches {told}; or {A_FILE_OF_YOURS}"
        )


def _nothing_fits(model: Known, place: str, files: Sequence[GgufFile], room: Room) -> str:
    models = picking.models(files)
    if model.file or not models:
        shown = ", ".join(each.name for each in files[:5]) or "none that ends with .gguf"
        return f"{place} has no file {model.file or '*.gguf'}, it has {shown}: correct model in config.ini"
    least, free = min(map(picking.size_of, models)), max(room.cards, room.computer)
    return (
        f"the smallest file of {place} has {least / GB:.1f} GB, and {free / GB:.1f} GB of memory are free: "
        "close other programs, or take a smaller model"
    )
