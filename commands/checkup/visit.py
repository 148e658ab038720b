"""The visit itself: everything is looked at in order, each finding is one line, nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from captioning.amounts import amount
from commands.checkup import Finding, Level, ok, problem, programs
from errors import StageError, UserError

if TYPE_CHECKING:
    from captioning.project import Project
    from settings import Settings

DONE, USER_MUST_ACT = 0, 2
_REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"
_COLOURS: dict[Level, str] = {"ok": "\x1b[32m", "warning": "\x1b[33m", "problem": "\x1b[1;31m"}
_PLAIN = "\x1b[0m"


class Visit:
    """Says each finding as a line; `on_terminal` lines are coloured where that is wanted."""

    def __init__(self, say: Callable[[str], None], on_terminal: bool) -> None:
        self._say = say
        self._coloured = on_terminal
        self._levels: Counter[Level] = Counter()
        # What is broken in one place is met by several examinations.
        self._said: set[Finding] = set()

    async def through(self, config_file: Path, overrides: Sequence[str]) -> int:
        """Look at everything; 0, or 2 when a run would fail."""
        found = list(programs.examine(_REQUIREMENTS))
        if any(finding.level == "problem" for finding in found):
            # What is missing may be what all the rest stands on.
            self._coloured = False
            self._tell(found)
            return self._close()
        from config import colours_are_wanted

        self._coloured = self._coloured and colours_are_wanted()
        self._tell(found)
        async for finding in _findings(config_file, overrides):
            self._tell([finding])
        return self._close()

    def _tell(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            if finding in self._said:
                continue
            self._said.add(finding)
            self._levels[finding.level] += 1
            level = f"{finding.level:<8}"
            if self._coloured:
                level = f"{_COLOURS[finding.level]}{level}{_PLAIN}"
            self._say(f"{level} {finding}")

    def _close(self) -> int:
        problems, warnings = self._levels["problem"], self._levels["warning"]
        counted = f"{_counted(problems, 'problem')}, {_counted(warnings, 'warning')}"
        self._say(f"{counted}: a run would {'fail' if problems else 'do'}. Nothing was changed.")
        return USER_MUST_ACT if problems else DONE


def _counted(count: int, noun: str) -> str:
    return amount(count, noun) if count else f"no {noun}s"


async def _findings(config_file: Path, overrides: Sequence[str]) -> AsyncIterator[Finding]:
    import config

    try:
        settings = config.load(config_file, overrides)
    except UserError as error:
        for finding in _told_of(error):
            yield finding
        return
    yield ok(f"{config_file} can be used")
    async for finding in _of_project(settings):
        yield finding


def _told_of(error: UserError) -> Iterator[Finding]:
    """What is wrong with config.ini, one line each."""
    first, *others = str(error).splitlines()
    for line in others or [first]:
        yield problem(line.strip())


async def _of_project(settings: Settings) -> AsyncIterator[Finding]:
    from captioning.project import Project
    from commands.checkup import captions, knowledge, pictures, templates
    from commands.checkup.servers import Servers

    for finding in templates.read(settings):
        yield finding
    try:
        project = Project(settings)
    except UserError as error:
        yield problem(str(error))
        return
    for examine in (templates.fit, pictures.examine, knowledge.examine):
        for finding in _safely(examine, project):
            yield finding
    servers = Servers()
    try:
        async for finding in servers.examine(project):
            yield finding
    finally:
        await servers.connections.close()
    for finding in _safely(lambda each: captions.examine(each, servers.writer), project):
        yield finding


def _safely(examine: Callable[[Project], Iterator[Finding]], project: Project) -> Iterator[Finding]:
    """The findings, the last of which is what stopped the examination, if something did."""
    try:
        yield from examine(project)
    except (UserError, StageError) as error:
        yield problem(str(error))
