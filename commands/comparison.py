"""--compare OTHER.ini: two configurations caption the same pictures, in a folder of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import config
from captioning.models import needs_of, run_stage
from captioning.project import Project
from captioning.run_summary import StageResult
from captioning.templates import may_send_pictures, refuse_broken_templates
from dataset.disk import make_folder, remove
from dataset.file_names import natural_order
from dataset.locks import locked
from dataset.pictures import Picture
from dataset.results import FileResults
from dataset.text_digests import digest
from dataset.text_folder import Texts
from english import amount
from errors import ExitCode, ItemError, StageError, UserError
from interpreter import COMPOSER, Interpreter
from interrogator import Interrogator
from llm.answers import Usage
from llm.embedded import Consent
from llm.servers import Endpoints
from printing import printable
from review.comparison import Cost, Side, compare, in_columns
from review.comparison_page import write_page
from settings import Settings, StageSettings
from stage_runner import Due, Stage

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Answer = TypeVar("Answer")

FOLDER = "comparison"
# The seed never changes, so that the figures of two comparisons are about the same pictures.
_SEED = "one"


class Configuration(NamedTuple):
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


async def run_comparison(
    configurations: Sequence[Configuration],
    place: Path,
    count: int,
    say: Callable[[str], None],
    consent: Consent,
) -> ExitCode:
    """Have two configurations caption the same pictures, at most `count`, one after the other; the exit code.

    Everything is written to a folder in `place`. Each line for the user is passed to `say`; `consent` asks
    whether a model may be fetched. Raises UserError and StageError as a run does, after showing the results
    so far.
    """
    # Its name begins with a dot if tag files are searched for there.
    folder = place / FOLDER
    roots = (os.path.realpath(each.settings.dataset.images) for each in configurations)
    if any(folder.is_relative_to(root) for root in roots):
        folder = place / f".{FOLDER}"
    both = [
        Contender(each.label, each.settings, folder / each.folder, say, consent) for each in configurations
    ]
    pictures = common_pictures(both[0].project, both[1].project, count)
    chosen = len(pictures[0])
    all_there_are = " (all that both can caption)" if chosen < count else ""
    say(
        f"Comparing {both[0].label} with {both[1].label} over {amount(chosen, 'picture')}{all_there_are}. "
        f"Everything is written to {folder}; your captions are not touched."
    )
    say("TagProvider: not run, the meanings of tags are taken from the cache as it is.")
    with locked(folder):
        try:
            for each, sample in zip(both, pictures, strict=True):
                each.prepare(sample)
            return await _compare(both, folder, say)
        finally:
            for each in both:
                await each.close()


async def _compare(both: Sequence[Contender], folder: Path, say: Callable[[str], None]) -> ExitCode:
    first = await _error_of(both[0])
    if isinstance(first, UserError):
        # Do not spend requests on the second one as long as the first one cannot run.
        raise first
    # An embedded model of the first one would take the memory of the second one.
    await both[0].connections.close()
    second = await _error_of(both[1])
    compared = compare([each.side() for each in both])
    for line in in_columns(compared):
        say(line)
    say(f"See them side by side in {write_page(folder, compared)}.")
    errors = [error for error in (first, second) if error is not None]
    if errors:
        raise type(errors[-1])("; ".join(map(str, errors)))
    return ExitCode.SOME_FAILED if compared.failed else ExitCode.DONE


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
            self.project.journal.rewrite([])
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
        except UserError as error:
            message = error.lines[0].removesuffix(":") if error.problems else str(error)
            raise UserError(f"{self.label}: {message}", error.problems) from error
        except StageError as error:
            raise StageError(f"{self.label}: {error}") from error

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


async def _error_of(contender: Contender) -> UserError | StageError | None:
    """Run a configuration; the error that stopped it, None if it did all pictures."""
    try:
        await contender.run()
    except (UserError, StageError) as error:
        return error
    return None


def common_pictures(one: Project, other: Project, count: int) -> tuple[list[Picture], list[Picture]]:
    """At most `count` pictures that both would caption, once as each of them knows them.

    They are chosen by a digest of their names, so that the choice is the same each time and changes little
    when pictures are added. Raises UserError if there are none.
    """
    by_file = {_file(other, picture): picture for picture in other.collection.pictures}
    shared = [(each, by_file.get(_file(one, each))) for each in one.collection.pictures]
    shared.sort(key=lambda pair: digest(f"{_SEED}\0{pair[0].name}"))
    chosen: list[tuple[Picture, Picture]] = []
    for mine, theirs in shared:
        if len(chosen) == count:
            break
        if theirs is not None and _has_tags(one, mine) and _has_tags(other, theirs):
            chosen.append((mine, theirs))
    if not chosen:
        raise UserError(
            f"there is no picture that both would caption, in {one.collection.root} and in "
            f"{other.collection.root}: name the same folder in [Dataset] images of both"
        )
    chosen.sort(key=lambda pair: [natural_order(part) for part in pair[0].name.split("/")])
    return [mine for mine, _ in chosen], [theirs for _, theirs in chosen]


def _file(project: Project, picture: Picture) -> str:
    # Only the folder is resolved: both projects find a picture below it under the same name.
    return f"{os.path.realpath(project.collection.root)}/{picture.name}"


def _has_tags(project: Project, picture: Picture) -> bool:
    try:
        project.collection.tags(picture)
    except ItemError:
        return False
    return True
