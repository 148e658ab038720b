"""The mock endpoint as a process, and a folder of pictures for the program to caption with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from tests.program.project import Project

_HERE = Path(__file__).parent
_SOURCE, _BINARY = _HERE / "endpoint.cpp", _HERE.parent / "build" / "endpoint"
_LOOK_EVERY = 0.1
_SUBJECTS = ("1girl", "1boy", "2girls", "cat", "dragon", "robot", "mountain")
_DETAILS = (
    *("solo", "smile", "hat", "long_hair", "brown_hair", "green_eyes", "outdoors", "tree", "sky", "sitting"),
    *("standing", "book", "umbrella", "coat", "scarf", "glasses", "apron", "cup", "window", "night", "rain"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the endpoint saw up to `time`, in seconds; `busy` is requests worked on times seconds."""

    time: float
    answered: int
    refused: int
    busy: float
    most: int

    def after(self, answered: int) -> Seen:
        """The same, without what was answered in an earlier run."""
        return replace(self, answered=self.answered - answered)


@dataclass(frozen=True, slots=True)
class Mock:
    """A running endpoint: latency in seconds, requests worked on at once (0: any number)."""

    url: str
    latency: float
    slots: int

    def seen(self) -> Seen:
        """What it has seen."""
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/stats") as answer:
            return Seen(**json.load(answer))


@contextmanager
def mock(latency: float, slots: int, *, jitter: float = 0.0, refuses: bool = False) -> Iterator[Mock]:
    """Run an endpoint."""
    what_is_too_much = "refuse" if refuses else "queue"
    command = [str(_compiled()), str(latency), str(slots), str(jitter), what_is_too_much]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    try:
        port = int(process.stdout.readline())
        yield Mock(f"http://127.0.0.1:{port}/v1", latency, slots)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _compiled() -> Path:
    if not _BINARY.exists() or _BINARY.stat().st_mtime < _SOURCE.stat().st_mtime:
        compiler = shutil.which("g++") or shutil.which("c++")
        if compiler is None:
            raise SystemExit("the mock endpoint needs a C++ compiler: install g++")
        _BINARY.parent.mkdir(exist_ok=True)
        options = ("-O2", "-std=c++17", "-Wall", "-Wextra")
        subprocess.run([compiler, *options, "-o", _BINARY, _SOURCE], check=True)
    return _BINARY


def project(folder: Path, url: str, pictures: int, picture: Path | None = None, **settings: str) -> Project:
    """A folder of a user's: so many pictures, each one `picture`, and tag files, no two of them the same."""
    made = Project(folder, url=url, **settings)
    for number in range(pictures):
        details = (_DETAILS[(number * step + step) % len(_DETAILS)] for step in (1, 2, 4, 5, 8, 10, 11, 13))
        tags = (_SUBJECTS[number % len(_SUBJECTS)], *details, f"badge {number}")
        path = made.add(f"{number // 1000}/{number:05}.png", ", ".join(tags))
        if picture is not None:
            path.unlink()
            path.hardlink_to(picture)
    return made


@dataclass(frozen=True, slots=True)
class Watched:
    """A run: what the endpoint saw meanwhile, the seconds in all, and those it worked and stood in line.

    A program that stands in line for a processor is on a machine that does other things as well.
    """

    seen: list[Seen]
    seconds: float
    worked: float
    stood_in_line: float


def watched(run: Project, server: Mock, python: list[str] | None = None) -> Watched:
    """Run the program to its end.

    `python` is a command that runs the program, in place of the interpreter alone.
    """
    command = [*(python or [sys.executable]), *run.command()[1:]]
    environment = {"PYTHONPATH": str(_HERE.parent)}
    code, course = course_of(command, run.folder, server, environment=environment)
    if code:
        raise SystemExit(f"the program ended with {code}")
    return course


def course_of(
    command: list[str],
    folder: Path,
    server: Mock,
    longest: float = float("inf"),
    output: IO[bytes] | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, Watched]:
    """Run any command to its end, or for the `longest` seconds: its exit code, and its course."""
    started = monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=output or subprocess.DEVNULL,
        stderr=output,
    )
    seen, schedule = [server.seen()], (0.0, 0.0)
    while process.poll() is None:
        schedule = _schedule(process.pid) or schedule
        if monotonic() - started > longest:
            process.kill()
        sleep(_LOOK_EVERY)
        seen.append(server.seen())
    return process.returncode, Watched(seen, monotonic() - started, *schedule)


def _schedule(process: int) -> tuple[float, float] | None:
    """Seconds that the main thread of a process worked and stood in line; None where nobody can tell."""
    try:
        worked, in_line, _ = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return int(worked) / 1e9, int(in_line) / 1e9


def steady(seen: list[Seen], margin: int) -> tuple[Seen, Seen]:
    """Where the steady part begins and ends: without the first and the last `margin` answers."""
    last = seen[-1].answered - margin
    part = [each for each in seen if margin <= each.answered <= last]
    if len(part) < 2:
        raise SystemExit("too few answers to speak of a steady part")
    return part[0], part[-1]
