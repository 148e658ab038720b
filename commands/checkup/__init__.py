"""--check: look at everything that a run needs and change nothing. Each finding is one line."""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Literal, TypeVar, get_args

from dataset.pictures import evenly_spread
from english import amount, first_few
from errors import ExitCode, Problem

Level = Literal["ok", "warning", "problem"]
Item = TypeVar("Item")

# Large enough to tell what a data set is like, small enough to be read in seconds.
LARGEST_SAMPLE = 2000
_REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9.]+)")
_INSTALL = "pip install -r requirements.txt"
_COLOURS: dict[Level, str] = {"ok": "\x1b[32m", "warning": "\x1b[33m", "problem": "\x1b[1;31m"}
_PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; with a problem a run would fail.

    `remedy` says what to do, unless the text says so itself.
    """

    level: Level
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return " ".join((f"{self.text}: {self.remedy}" if self.remedy else self.text).split())


# Something is as it should be; a run would work, but not as well as it could; a run would fail.
ok, warning, problem = (partial(Finding, level) for level in get_args(Level))


def warnings_by_reason(problems: Iterable[Problem]) -> Iterator[Finding]:
    """One warning for each reason, with the first few names and the first message."""
    by_reason: dict[str, list[Problem]] = {}
    for each in problems:
        by_reason.setdefault(each.reason, []).append(each)
    for reason, alike in by_reason.items():
        yield warning(f"{reason}: {first_few([each.name for each in alike])}; {alike[0].message}")


def sample(items: Sequence[Item]) -> list[Item]:
    """At most LARGEST_SAMPLE items, evenly spread over the sequence."""
    return evenly_spread(items, LARGEST_SAMPLE)


class CheckUp:
    """Runs all checks and passes each finding to `say`, with its level as a label."""

    def __init__(self, say: Callable[[str, str], None], on_terminal: bool) -> None:
        self._say = say
        self._coloured = on_terminal
        self._levels: Counter[Level] = Counter()
        # Several checks may meet the same fault: it is reported once.
        self._reported: set[Finding] = set()

    async def run(self, config_file: Path, overrides: Iterable[str]) -> ExitCode:
        """Check everything; the exit code: 0, or 2 when a run would fail."""
        found = list(installed_libraries(_REQUIREMENTS))
        if any(finding.level == "problem" for finding in found):
            # The other checks need these libraries, and so does the one for colours.
            self._coloured = False
            self._report(*found)
            return self._conclude()
        from commands.checkup.project import findings_of_project
        from config import colours_are_wanted

        self._coloured = self._coloured and colours_are_wanted()
        self._report(*found)
        async for finding in findings_of_project(config_file, list(overrides)):
            self._report(finding)
        return self._conclude()

    def _report(self, *findings: Finding) -> None:
        for finding in findings:
            if finding not in self._reported:
                self._reported.add(finding)
                self._levels[finding.level] += 1
                level = f"{finding.level:<8}"
                coloured = f"{_COLOURS[finding.level]}{level}{_PLAIN}" if self._coloured else level
                self._say(str(finding), f"{coloured} ")

    def _conclude(self) -> ExitCode:
        problems, warnings = self._levels["problem"], self._levels["warning"]
        counts = ", ".join(
            amount(number, noun) if number else f"no {noun}s"
            for number, noun in ((problems, "problem"), (warnings, "warning"))
        )
        self._say(f"{counts}: a run would {'fail' if problems else 'work'}. Nothing was changed.", "")
        return ExitCode.USER_MUST_ACT if problems else ExitCode.DONE


def installed_libraries(requirements: Path) -> Iterator[Finding]:
    """Compare the installed libraries with the requirements file; needs nothing but Python itself."""
    yield ok(f"Python {platform.python_version()}")
    required = map(_REQUIREMENT.match, requirements.read_text(encoding="utf-8").splitlines())
    findings = [_library(match[1], match[2]) for match in required if match]
    faults = [finding for finding in findings if finding.level != "ok"]
    yield from faults
    if not faults:
        yield ok(f"libraries: {', '.join(finding.text for finding in findings)}")


def _library(name: str, oldest: str) -> Finding:
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return problem(f"the library {name} is not installed", _INSTALL)
    if _numbers(installed) < _numbers(oldest):
        return problem(f"{name} {installed} is older than {oldest}", f"{_INSTALL} --upgrade")
    return ok(f"{name} {installed}")


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, without zeros at the end: 3.50.0rc1 is (3, 50)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part) for part in found[0].split(".")] if found else []
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)
