"""--compare OTHER.ini: two configurations over the same pictures, in a folder of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import config
from commands.amounts import amount
from commands.project import Project
from dataset.images import Picture, natural_order, printable
from dataset.locks import locked
from dataset.results import Results
from dataset.store import digest, make_folder, remove
from errors import ItemError, StageError, UserError
from interpreter import COMPOSER
from llm.connecting import Connections
from progress import Bar
from review.comparison import Cost, Side, compare, in_columns
from review.comparison_page import write_page
from review.gathering import Sources
from settings import EndpointSettings, Settings

if TYPE_CHECKING:
    from interpreter import Interpreter
    from interrogator import Interrogator
    from llm.endpoint import Endpoint

DONE, SOME_FAILED = 0, 1
FOLDER = "comparison"
# Another seed draws other pictures, and figures of different draws cannot be held against each other.
_SEED = "one"


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


@dataclass(slots=True)
class Comparison:
    """Has two configurations caption the same pictures; `say` is given each line for the user."""

    files: tuple[Path, Path]
    overrides: Sequence[str]
    count: int
    say: Callable[[str], None]

    async def through(self) -> int:
        """Run one after the other, and show both; the exit code.

        Raises UserError and StageError as a run does; what there is to show by then is shown.
        """
        if not self.files[1].is_file():
            raise UserError(f"there is no file {self.files[1]}: name the other configuration after --compare")
        named = labels(self.files)
        settings = [config.load(path, self.overrides) for path in self.files]
        folder = self._folder(settings)
        both = [
            _Contender(label, each, folder / name, self.say)
            for label, each, name in zip(named, settings, _folder_names(named), strict=True)
        ]
        pictures = common(both[0].project, both[1].project, self.count)
        self._say_what_is_compared(both, len(pictures[0]), folder)
        with locked(folder):
            try:
                for each, sample in zip(both, pictures, strict=True):
                    each.prepare(sample)
                return await self._compare(both, folder)
            finally:
                for each in both:
                    await each.close()

    def _folder(self, settings: Sequence[Settings]) -> Path:
        """Where all of it goes, beside config.ini; hidden among pictures, not to pass for tag files."""
        beside = self.files[0].resolve().parent
        roots = [Path(os.path.realpath(each.dataset.images)) for each in settings]
        is_among_pictures = any((beside / FOLDER).is_relative_to(root) for root in roots)
        return beside / (f".{FOLDER}" if is_among_pictures else FOLDER)

    async def _compare(self, both: Sequence[_Contender], folder: Path) -> int:
        ends = [await _end_of(both[0]), None]
        # Whoever has to act at the first one has not paid for the second one yet.
        if isinstance(ends[0], UserError):
            raise ends[0]
        ends[1] = await _end_of(both[1])
        compared = compare([each.side() for each in both])
        for line in in_columns(compared):
            self.say(line)
        self.say(f"See them side by side in {write_page(folder, compared)}.")
        troubles = [end for end in ends if end is not None]
        if troubles:
            raise type(troubles[-1])("; ".join(map(str, troubles)))
        return SOME_FAILED if compared.failed else DONE

    def _say_what_is_compared(self, both: Sequence[_Contender], count: int, folder: Path) -> None:
        all_there_are = ", all that both can caption" if count < self.count else ""
        self.say(
            f"Comparing {both[0].label} with {both[1].label} over {amount(count, 'picture')}{all_there_are}; "
            f"all of it goes to {folder}, and no caption of yours is touched."
        )
        self.say("TagProvider: left out; what tags mean is taken from the cache as it is.")


def common(one: Project, other: Project, count: int) -> tuple[list[Picture], list[Picture]]:
    """At most `count` pictures that both would caption, as each of them knows them.

    They are drawn by their names: the same ones each time, and most of them still when others are added.
    Raises UserError where there are none.
    """
    by_file = {_file(other, picture): picture for picture in other.collection.pictures}
    shared = [
        (picture, by_file[file])
        for picture in one.collection.pictures
        if (file := _file(one, picture)) in by_file
    ]
    shared.sort(key=lambda pair: digest(f"{_SEED}\0{pair[0].name}"))
    chosen: list[tuple[Picture, Picture]] = []
    for mine, theirs in shared:
        if len(chosen) == count:
            break
        if _has_tags(one, mine) and _has_tags(other, theirs):
            chosen.append((mine, theirs))
    if not chosen:
        raise UserError(
            f"there is no picture that both would caption, in {one.collection.root} and in "
            f"{other.collection.root}: let [Dataset] images of both name the same folder"
        )
    chosen.sort(key=lambda pair: [natural_order(part) for part in pair[0].name.split("/")])
    return [mine for mine, _ in chosen], [theirs for _, theirs in chosen]


def _file(project: Project, picture: Picture) -> str:
    # Not resolved any further: names below the folder are those under which both find the picture.
    return f"{os.path.realpath(project.collection.root)}/{picture.name}"


def _has_tags(project: Project, picture: Picture) -> bool:
    try:
        project.collection.tags(picture)
    except ItemError:
        return False
    return True


async def _end_of(contender: _Contender) -> UserError | StageError | None:
    """Run it; what ended it before all pictures were through, if anything did."""
    try:
        with _named(contender.label):
            await contender.run()
    except (UserError, StageError) as error:
        return error
    return None


@contextmanager
def _named(label: str) -> Iterator[None]:
    """Tell by its name which configuration a trouble is of."""
    try:
        yield
    except (UserError, StageError) as error:
        raise type(error)(f"{label}: {error}") from error


@dataclass(slots=True)
class _Contender:
    """One of the two configurations, and what its run takes."""

    label: str
    settings: Settings
    folder: Path
    say: Callable[[str], None]
    project: Project = field(init=False)
    _pictures: Sequence[Picture] = ()
    _interrogator: Interrogator | None = None
    _interpreter: Interpreter | None = None
    _seer: str = ""
    _writer: str = ""
    _cost: Cost = field(default_factory=Cost)
    _connections: Connections = field(default_factory=Connections)

    def __post_init__(self) -> None:
        if self.settings.interpreter.skip:
            raise UserError(
                f"{self.label}: [Interpreter] skip = True leaves no captions to compare; write False there"
            )
        with _named(self.label):
            self.project = Project(self.settings, aside=self.folder)

    def prepare(self, pictures: Sequence[Picture]) -> None:
        """Open all that is needed, so that what is missing is told before anybody is asked."""
        self._pictures = pictures
        with _named(self.label):
            if not self.settings.interrogator.skip:
                self._interrogator = self.project.interrogator()
                _clear(self.project.descriptions)
            self._interpreter = self.project.interpreter()
            _clear(self.project.captions)
            # What the page tells is read from the journal, which begins anew; the first stage writes into it.
            self.project.journal.rewrite([])
            make_folder(self.project.journal.path.parent)

    async def run(self) -> None:
        """Caption the pictures as the settings say; raises StageError and UserError as a run does."""
        from interpreter import TITLE

        if self._interrogator is not None:
            await self._see(self._interrogator)
        assert self._interpreter is not None  # noqa: S101 - it was prepared
        endpoint = await self._endpoint(self.settings.interpreter.endpoint)
        self._writer = endpoint.model if endpoint else COMPOSER
        if endpoint is None:
            self.say(f"{self.label}: {self._why_composed()}, so the composer is compared, which asks nobody.")
        with self._counted(TITLE, endpoint) as bar:
            await self._interpreter.run(self._pictures, endpoint, bar)

    async def _see(self, interrogator: Interrogator) -> None:
        from interrogator import TITLE

        endpoint = await self._endpoint(self.settings.interrogator.endpoint)
        if endpoint is None:
            self.say(f"{self.label}: {TITLE} passed over, there is no model to ask.")
            return
        self._seer = endpoint.model
        with self._counted(TITLE, endpoint) as bar:
            await interrogator.run(self._pictures, endpoint, bar)

    def _why_composed(self) -> str:
        is_wanted = self.settings.interpreter.endpoint.url == "builtin"
        return "url = builtin" if is_wanted else "no model server answers on this computer"

    async def _endpoint(self, settings: EndpointSettings) -> Endpoint | None:
        endpoint = await self._connections.endpoint(settings)
        if endpoint is not None:
            self.say(f"{self.label}: asking {endpoint.url}, model {printable(endpoint.model)}.")
        return endpoint

    @contextmanager
    def _counted(self, title: str, endpoint: Endpoint | None) -> Iterator[Bar]:
        """A bar while a stage runs; what it took is counted, whatever ends it."""
        started = monotonic()
        bar = Bar(
            f"{self.label} {title}",
            len(self._pictures),
            lambda: endpoint.usage.completion_tokens if endpoint else 0,
        )
        before = endpoint.usage.copy() if endpoint else None
        if endpoint:
            endpoint.on_wait = lambda words: bar.note("server", words)
        try:
            yield bar
        finally:
            bar.close()
            spent = endpoint.usage.since(before) if endpoint and before else None
            self._cost = Cost(
                self._cost.requests + (spent.requests if spent else 0),
                self._cost.prompt_tokens + (spent.prompt_tokens if spent else 0),
                self._cost.completion_tokens + (spent.completion_tokens if spent else 0),
                self._cost.seconds + monotonic() - started,
            )

    def side(self) -> Side:
        """What it made of the pictures, for the table and the page."""
        project = self.project
        meanings = project.material.meanings
        known = meanings.categories(list(project.collection.survey().counts))
        return Side(
            self.label,
            self._writer,
            self._seer,
            Sources(
                project.collection,
                project.captions.texts,
                project.descriptions.texts,
                project.journal,
                meanings.categories,
                meanings.implied,
            ),
            frozenset(tag for tag, category in known.items() if category == "character"),
            self._pictures,
            self._cost,
        )

    async def close(self) -> None:
        """Let go of connections and files."""
        await self._connections.close()
        self.project.close()


def _clear(results: Results) -> None:
    """Take away what an earlier comparison wrote, but not what somebody has edited since."""
    ours = results.made().keys() & results.texts.names()
    for name in ours - results.edited_by_hand():
        remove(results.texts.path(name))
