"""The two configurations of a comparison: reading and naming them, and running one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import config
from captioning.models import needs_of
from captioning.project import Project
from captioning.stage_result import StageResult, run_stage
from captioning.templates import may_send_pictures, refuse_broken_templates
from dataset.disk import make_folder, remove
from dataset.pictures import Picture
from dataset.results import FileResults
from dataset.text_folder import Texts
from errors import StageError, UserError
from interpreter import COMPOSER, Interpreter
from interrogator import Interrogator
from llm.answers import Usage
from llm.embedded.needs import Consent
from llm.servers import Endpoints
from printing import printable
from review.comparison import Cost, Side
from settings import Settings, StageSettings
from stage_runner import Due, Stage

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of one of the two, its name, and the name of the folder for its results."""

    label: str
    folder: str
    settings: Settings


def read_configurations(files: tuple[Path, Path], overrides: Sequence[str]) -> list[Configuration]:
    """Both configurations, with the same `Section.key=value` overrides; raises UserError."""
    if not files[1].is_file():
        raise UserError(f"there is no file {files[1]}: name the other configuration after --compare")
    names = labels(files)
    # Folder names are made of letters, digits and hyphens, and do not differ in case alone.
    one, other = (re.sub(r"[^\w.]+", "-", each.lower().removesuffix(".ini")).strip(".-") for each in names)
    folders = (one or "config", other if other not in ("", one) else f"{other}-2")
    return [
        Configuration(label, folder, config.load(path, overrides))
        for label, folder, path in zip(names, folders, files, strict=True)
    ]


def labels(files: Sequence[Path]) -> list[str]:
    """The shortest ends of two paths that differ: "a.ini" and "b.ini", or "a/config.ini" and "b/config.ini".

    Raises UserError if both are the same file.
    """
    parts = [path.resolve().parts for path in files]
    for count in range(1, max(map(len, parts)) + 1):
        one, other = (Path(*each[-count:]).as_posix() for each in parts)
        if one != other:
            return [printable(one), printable(other)]
    raise UserError(f"{files[1]} is the configuration itself: name another one after --compare")


@dataclass(slots=True)
class Contender:
    """One configuration at work; its texts and its journal are kept in `folder`.

    `connections` are those to its models, and to close them ends the models that run for it alone.
    """

    label: str
    settings: Settings
    folder: Path
    say: Callable[[str], None]
    consent: Consent
    project: Project = field(init=False)
    connections: Endpoints = field(init=False)
    _pictures: Sequence[Picture] = ()
    _seer: str = ""
    _writer: str = ""
    _usage: Usage = field(default_factory=Usage)
    _seconds: float = 0.0

    def __post_init__(self) -> None:
        self.connections = Endpoints.of(self.settings, needs_of(self.settings, self.consent))
        with self._named_errors():
            if self.settings.interpreter.skip:
                raise UserError(
                    "[Interpreter] skip = True leaves no captions to compare: write skip = False there"
                )
            self.project = Project(self.settings, aside=self.folder)

    def prepare(self, pictures: Sequence[Picture]) -> None:
        """Open everything that is needed, so that errors show before the first request is sent."""
        self._pictures = pictures
        with self._named_errors():
            refuse_broken_templates(self.settings)
            # This reads the cache and the user's own descriptions of tags, which may be broken.
            _ = self.project.material
            if not self.settings.interrogator.skip:
                _clear(self.project.descriptions)
            _clear(self.project.captions)
            # The page is made from the journal, so it must hold nothing of an earlier comparison.
            self.project.journal.clear()
            make_folder(self.project.journal.path.parent)

    async def run(self) -> None:
        """Caption the pictures; raises StageError and UserError as a run does."""
        project, chosen = self.project, self.settings
        with self._named_errors():
            if not chosen.interrogator.skip:
                endpoint = await self._endpoint(chosen.interrogator)
                if endpoint is None:
                    self.say(f"{self.label}: Interrogator skipped, there is no model to ask.")
                else:
                    self._seer = endpoint.model
                    await self._run_stage(Interrogator(project, endpoint), endpoint)
            has_sentences = bool(project.forms.written_by_model)
            endpoint = await self._endpoint(chosen.interpreter) if has_sentences else None
            self._writer = endpoint.model if endpoint else COMPOSER
            if endpoint is None and has_sentences:
                why = self.connections.absence(chosen.interpreter.endpoint) or "url = builtin"
                self.say(f"{self.label}: {why}, so the composer is compared, which needs no model.")
            sees = await may_send_pictures(chosen, endpoint, lambda said: self.say(f"{self.label}: {said}"))
            if sees and endpoint is not None:
                self._seer = ", ".join(dict.fromkeys(filter(None, (self._seer, endpoint.model))))
            await self._run_stage(Interpreter(project, endpoint, sees=sees), endpoint)

    async def _run_stage(self, stage: Stage[Picture, Answer], endpoint: Endpoint | None) -> None:
        """Run a stage over the pictures of the comparison; its cost is counted even if it fails."""
        due = Due(self._pictures, len(self._pictures))
        result = StageResult(due.total)
        try:
            await run_stage(stage, due, endpoint, result, self.label)
        finally:
            self._usage += result.usage
            self._seconds += result.seconds

    async def _endpoint(self, chosen: StageSettings) -> Endpoint | None:
        endpoint = await self.connections.endpoint(chosen.endpoint, must_see=chosen.must_see)
        if endpoint is not None:
            self.say(f"{self.label}: asking {endpoint.introduction}.")
        return endpoint

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Put the name of this configuration in front of errors."""
        try:
            yield
        except (UserError, StageError) as error:
            raise type(error)(f"{self.label}: {error}") from error

    def side(self) -> Side:
        """Its results, for the table and the page."""
        project, usage = self.project, self._usage
        meanings = project.material.meanings
        return Side(
            self.label,
            self._writer,
            self._seer,
            project.sources(meanings),
            own=Texts(self.settings.dataset.captions, self.settings.dataset.caption_extension),
            names=meanings.characters(list(project.collection.survey().counts)),
            pictures=self._pictures,
            cost=Cost(usage.requests, usage.prompt_tokens, usage.completion_tokens, self._seconds),
        )

    async def close(self) -> None:
        """Close connections and files."""
        await self.connections.close()
        self.project.close()


def _clear(results: FileResults) -> None:
    """Delete the texts of an earlier comparison, but not those that somebody has edited since."""
    ours = results.outcomes.made().keys() & results.texts.names()
    for name in ours - results.edited_by_hand():
        remove(results.texts.path(name))
