"""One of the two configurations at work, in a folder of its own: its texts, and what its run takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from batch import Tally
from captioning.effort import Effort, watched
from captioning.project import Project
from commands.comparison.configurations import troubles_of
from dataset.disk import make_folder, remove
from dataset.file_names import printable
from dataset.images import Picture
from dataset.results import Results
from errors import UserError
from interpreter import COMPOSER
from llm.connecting import Connections
from progress import Bar
from review.comparison import Cost, Side
from review.gathering import Sources
from settings import EndpointSettings, Settings
from tags.categories import CHARACTER

if TYPE_CHECKING:
    from interpreter import Interpreter
    from interrogator import Interrogator
    from llm.endpoint import Endpoint


@dataclass(slots=True)
class Contender:
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
        with troubles_of(self.label):
            self.project = Project(self.settings, aside=self.folder)

    def prepare(self, pictures: Sequence[Picture]) -> None:
        """Open all that is needed, so that what is missing is told before anybody is asked."""
        self._pictures = pictures
        with troubles_of(self.label):
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
        with self._counted(TITLE, endpoint) as (bar, tally):
            await self._interpreter.run(self._pictures, endpoint, bar, tally)

    async def _see(self, interrogator: Interrogator) -> None:
        from interrogator import TITLE

        endpoint = await self._endpoint(self.settings.interrogator.endpoint)
        if endpoint is None:
            self.say(f"{self.label}: {TITLE} passed over, there is no model to ask.")
            return
        self._seer = endpoint.model
        with self._counted(TITLE, endpoint) as (bar, tally):
            await interrogator.run(self._pictures, endpoint, bar, tally=tally)

    def _why_composed(self) -> str:
        is_wanted = self.settings.interpreter.endpoint.url == "builtin"
        return "url = builtin" if is_wanted else "no model server answers on this computer"

    async def _endpoint(self, settings: EndpointSettings) -> Endpoint | None:
        endpoint = await self._connections.endpoint(settings)
        if endpoint is not None:
            self.say(f"{self.label}: asking {endpoint.url}, model {printable(endpoint.model)}.")
        return endpoint

    @contextmanager
    def _counted(self, title: str, endpoint: Endpoint | None) -> Iterator[tuple[Bar, Tally]]:
        """A bar while a stage runs, and a tally; what it took is counted, whatever ends it."""
        tally, effort = Tally(), Effort()
        try:
            with watched(f"{self.label} {title}", len(self._pictures), endpoint, tally, effort) as bar:
                yield bar, tally
        finally:
            self._cost = Cost(
                self._cost.requests + effort.usage.requests,
                self._cost.prompt_tokens + effort.usage.prompt_tokens,
                self._cost.completion_tokens + effort.usage.completion_tokens,
                self._cost.seconds + effort.seconds,
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
            frozenset(tag for tag, category in known.items() if category == CHARACTER),
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
