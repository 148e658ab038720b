"""The files of an embedded model: what `model` names, and how much context fits into the memory with them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from errors import UserError
from llm.embedded import Consent, Demand, picking
from llm.embedded.header import Gguf, read_gguf
from llm.embedded.hub import A_FILE_OF_YOURS, Repository
from llm.embedded.picking import GB, GgufFile, Known, Room, fitting, known_models

_REPOSITORY = re.compile(r"([\w.-]+/[\w.-]+?)(?:[:/](.+\.gguf))?", re.IGNORECASE)
# Numbers of requests at once that are tried. Requests share one cache, so an idle one costs little.
_SLOTS = (8, 4, 2, 1)
# Tokens of an answer: the limit if the settings have none, and a length that few answers exceed.
_LONGEST_ANSWER, _USUAL_ANSWER = 2048, 512
# Estimated tokens are multiplied by this, because the tokens of some models are shorter.
_SPARE = 1.25
_STEP = 256
# Bytes for llama.cpp itself and its buffers, which are larger with pictures. A model of 1.5 billion weights
# took 670 MB.
_COMPUTED, _COMPUTED_FOR_PICTURES = 700_000_000, 1_000_000_000


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
        found = fitting(room)
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


@dataclass(frozen=True, slots=True)
class Fit:
    """The context in tokens that all requests share, how many there are at once, and the memory in bytes.

    `may_reason` is whether a stage lets the model reason.
    """

    context: int
    slots: int
    memory: int
    may_reason: bool

    def __str__(self) -> str:
        at_once = "1 request" if self.slots == 1 else f"{self.slots} requests at once"
        return f"context of {self.context:,} tokens for {at_once}, about {self.memory / GB:.1f} GB"


def fit(files: ModelFiles, demands: Sequence[Demand], room: Room) -> Fit:
    """The most requests at once for which there is room, with what all stages ask that share the model.

    What does not go onto the cards is computed beside them. Raises UserError where the model does not fit.
    """
    trained = files.header.number("context_length")
    prompt, request = max(each.prompt for each in demands), max(map(_tokens_of_request, demands))
    if trained and request > trained:
        if prompt > trained:
            raise UserError(
                f"{files.name} reads {trained:,} tokens, and the longest prompt has about {prompt:,}: take a "
                "model with a longer context, or a shorter template"
            )
        request = trained
    usual = min(request, round(prompt * _SPARE) + _USUAL_ANSWER)
    may_reason = any(each.settings.reasoning != "off" for each in demands)
    computed = _COMPUTED_FOR_PICTURES if files.projector else _COMPUTED
    for free in (room.cards, room.cards + room.computer):
        for slots in _numbers_of_slots(demands):
            # One request may have the longest prompt and answer while the others have usual answers.
            context = math.ceil((request + (slots - 1) * usual) / _STEP) * _STEP
            memory = files.size + context * files.header.bytes_per_token + computed
            if memory <= free:
                return Fit(context, slots, memory, may_reason)
    raise UserError(
        f"{files.name} takes about {memory / GB:.1f} GB of memory, and {free / GB:.1f} GB are free: "
        "close other programs, or take a smaller model"
    )


def _tokens_of_request(demand: Demand) -> int:
    chosen = demand.settings
    if chosen.context != "auto":
        return chosen.context
    return round(demand.prompt * _SPARE) + (chosen.max_tokens or _LONGEST_ANSWER)


def _numbers_of_slots(demands: Sequence[Demand]) -> Iterable[int]:
    """How many requests at once are tried, the most first."""
    chosen = [each.settings.concurrency for each in demands]
    most = max(_SLOTS[0] if each == "auto" else each for each in chosen)
    return dict.fromkeys(min(most, each) for each in (most, *_SLOTS))
