"""The program as a process that a test watches, interrupts, or shows on a terminal."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

import pytest

from tests.program.project import Project
from tests.program.starts import LONGEST_RUN

LAST_WORD = "Interrupted. What is done is kept: the same command goes on from here.\n"
# What an interrupted run must not wait for takes this many seconds, and its end takes less even on a computer
# that is busy with other work.
HANGS = 90.0


@dataclass(slots=True)
class Running:
    """A run under way, with what it has said so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def until(self, happened: Callable[[], object]) -> None:
        """Wait for something to happen, which it does while the run is still going on."""
        ends = time.monotonic() + LONGEST_RUN
        while not happened():
            assert self.process.poll() is None, self.errors
            assert time.monotonic() < ends, self.said
            time.sleep(0.005)

    def end(self, *signals: signal.Signals) -> float:
        """Send the signals; the seconds until the program has ended."""
        assert self.process.poll() is None, self.errors
        started = time.monotonic()
        for number in signals:
            os.kill(self.process.pid, number)
        self.process.wait(LONGEST_RUN)
        return time.monotonic() - started


@contextmanager
def running(project: Project, *arguments: str) -> Iterator[Running]:
    """Start the program, and read what it says while it runs."""
    process = subprocess.Popen(
        project.command(*arguments), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    run = Running(process)
    readers = [
        threading.Thread(target=_read_lines, args=(pipe, lines))
        for pipe, lines in ((process.stdout, run.said), (process.stderr, run.errors))
    ]
    for reader in readers:
        reader.start()
    try:
        yield run
    finally:
        process.kill()
        process.wait()
        for reader in readers:
            reader.join()


def _read_lines(pipe: IO[str], lines: list[str]) -> None:
    """Add each line as soon as it is there."""
    for line in pipe:
        lines.append(line)  # noqa: PERF402 - extend() would show nothing before the end


def wait_until(what: str, *, is_so: Callable[[], bool]) -> None:
    """Wait for something to be so; `what` is said where it never is."""
    ends = time.monotonic() + HANGS
    while not is_so():
        assert time.monotonic() < ends, what
        time.sleep(0.01)


def on_a_terminal(command: list[str], columns: int) -> tuple[int, list[str]]:
    """Run a command whose stderr is a terminal: the exit code, and each state of its last line."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    return process.wait(), [
        state.strip() for state in shown.decode().replace("\n", "\r").split("\r") if state
    ]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so when nobody is left who could write
        return b""
