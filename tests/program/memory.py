"""Runs of the program whose memory is measured."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from tests.program.project import Project
from tests.program.starts import Begun, begin

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells the peak of another process"
)


def highest_memory(running: Begun) -> int:
    """The most memory that a process has held at one time, in bytes; the kernel keeps the highest mark."""
    highest = 0
    while running.wait(0.02) is None:
        try:
            status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii")
        except OSError:
            continue
        highest = max([highest, *(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)])
    return 1024 * highest


def run_and_measure(project: Project, *arguments: str) -> tuple[int, str, int]:
    """A run to its end: the exit code, all that was said, and the most memory it held."""
    with tempfile.TemporaryDirectory() as said:
        running = begin(project.command(*arguments)[2:], project.folder, Path(said))
        peak = highest_memory(running)
        code = running.wait(0)
        text = Path(said, "out").read_text(encoding="utf-8") + running.errors.read_text(encoding="utf-8")
    print(f"peak memory: {peak / 1e6:.0f} MB")
    assert "Traceback" not in text, text
    assert code is not None
    return code, text, peak
