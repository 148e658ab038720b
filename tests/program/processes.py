"""The program as a process that a test watches, interrupts, or shows on a terminal."""

from __future__ import annotations

import os
import select
import signal
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.program.project import Project
from tests.program.starts import LONGEST_RUN, Begun, begin

LAST_WORD = "Interrupted. What is done is kept: the same command goes on from here.\n"
# What an interrupted run must not wait for takes this many seconds, and its end takes less even on a computer
# that is busy with other work.
HANGS = 90.0


@dataclass(frozen=True, slots=True)
class Running:
    """A run under way, and the folder with what it has said so far."""

    begun: Begun
    folder: Path

    @property
    def said(self) -> list[str]:
        """The lines on stdout."""
        return _lines_of(self.folder / "out")

    @property
    def errors(self) -> list[str]:
        """The lines on stderr."""
        return _lines_of(self.folder / "err")

    def wait(self, seconds: float = LONGEST_RUN) -> int | None:
        """Wait so long at most for its end: the exit code, or None while it runs."""
        return self.begun.wait(seconds)

    def until(self, happened: Callable[[], object]) -> None:
        """Wait for something to happen, which it does while the run is still going on."""
        ends = time.monotonic() + LONGEST_RUN
        while not happened():
            assert self.wait(0.005) is None, self.errors
            assert time.monotonic() < ends, self.said

    def end(self, *signals: signal.Signals) -> float:
        """Send the signals; the seconds until the program has ended."""
        assert self.wait(0) is None, self.errors
        started = time.monotonic()
        for number in signals:
            self.begun.send(number)
        self.wait()
        return time.monotonic() - started

    def kill(self) -> None:
        """End it at once, and wait until it has gone."""
        self.begun.process.kill()
        self.wait()


@contextmanager
def running(project: Project, *arguments: str) -> Iterator[Running]:
    """Start the program, and end it at the latest with the block; what it said can be read afterwards."""
    said = Path(tempfile.mkdtemp(dir=project.folder.parent))
    run = Running(begin(project.command(*arguments)[2:], project.folder, said), said)
    try:
        yield run
    finally:
        run.kill()


def _lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []


def wait_until(what: str, *, is_so: Callable[[], bool]) -> None:
    """Wait for something to be so; `what` is said where it never is."""
    ends = time.monotonic() + HANGS
    while not is_so():
        assert time.monotonic() < ends, what
        time.sleep(0.01)


def on_a_terminal(
    project: Project, stream: Literal["out", "err"], *arguments: str, columns: int = 80, **environment: str
) -> tuple[int, str]:
    """A run one of whose streams is a terminal: the exit code, and all that the terminal was sent."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    said = Path(tempfile.mkdtemp(dir=project.folder.parent))
    ours, theirs = os.openpty()
    (said / stream).symlink_to(os.ttyname(theirs))
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    run = begin(project.command(*arguments)[2:], project.folder, said, environment)
    shown, ends = b"", time.monotonic() + LONGEST_RUN
    while (code := run.wait(0)) is None or _has_more(ours):
        assert time.monotonic() < ends, shown
        if _has_more(ours, 0.05):
            shown += os.read(ours, 1 << 16)
    os.close(theirs)
    os.close(ours)
    return code, shown.decode()


def _has_more(terminal: int, seconds: float = 0) -> bool:
    return bool(select.select([terminal], [], [], seconds)[0])


def states_of_the_bar(shown: str) -> list[str]:
    """Each state of the last line of a terminal."""
    return [state.strip() for state in shown.replace("\n", "\r").split("\r") if state]
