"""Runs of the program whose memory is measured."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.program.project import Project

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells the peak of another process"
)


def highest_memory(running: subprocess.Popen[bytes]) -> int:
    """The most memory that a process has held at one time, in bytes; the kernel keeps the highest mark."""
    highest = 0
    while running.poll() is None:
        try:
            status = Path(f"/proc/{running.pid}/status").read_text(encoding="ascii")
        except OSError:
            continue
        highest = max([highest, *(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line)])
        time.sleep(0.02)
    return 1024 * highest


def run_and_measure(project: Project, *arguments: str) -> tuple[int, str, int]:
    """A run to its end: the exit code, all that was said, and the most memory it held."""
    said = project.folder / "said"
    with said.open("wb") as file:
        command = project.command(*arguments)
        running = subprocess.Popen(command, cwd=project.folder, stdout=file, stderr=file)
        peak = highest_memory(running)
    print(f"peak memory: {peak / 1e6:.0f} MB")
    text = said.read_text(encoding="utf-8")
    assert "Traceback" not in text, text
    return running.returncode, text, peak
