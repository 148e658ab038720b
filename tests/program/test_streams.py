"""What cannot be told changes nothing of what is done: stdout or stderr full, closed, or read by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint, Status
from tests.program.project import Project
from tests.program.starts import LONGEST_RUN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell of Windows closes no streams")

_STREAMS = ("stdin", "stdout", "stderr")
# Python makes its streams when it starts, to fit the files that are there.
_MADE_ANEW = """
sys.stdout = sys.stdout and open(1, "w", closefd=False)
sys.stderr = sys.stderr and open(2, "w", closefd=False)
"""


def _full(number: int) -> str:
    return f"full = os.open('/dev/full', os.O_WRONLY); os.dup2(full, {number}); os.close(full)\n"


def _closed(number: int) -> str:
    return f"os.close({number}); sys.{_STREAMS[number]} = None\n"


def _unread(number: int) -> str:
    return f"end, pipe = os.pipe(); os.close(end); os.dup2(pipe, {number}); os.close(pipe)\n"


# How bash writes it, and what a forked program does to find the same streams.
WAYS = {
    "2>/dev/full": _full(2),
    "2>&-": _closed(2),
    ">/dev/full": _full(1),
    ">&-": _closed(1),
    ">/dev/full 2>/dev/full": _full(1) + _full(2),
    ">&- 2>&-": _closed(1) + _closed(2),
    "<&- >&- 2>&-": _closed(0) + _closed(1) + _closed(2),
    "| true": _unread(1),
    "2>&1 | true": _unread(1) + _unread(2),
    "2>&1 >/dev/null | true": _unread(2),
}
FROM_A_SHELL = ["2>/dev/full", "<&- >&- 2>&-", "2>&1 | true"]


def in_a_fork(project: Project, way: str, *arguments: str) -> int:
    """Run with such streams; the exit code of the program."""
    return project.run(*arguments, watcher=f"import os, sys\n{WAYS[way]}{_MADE_ANEW}").code


def in_a_shell(project: Project, way: str, *arguments: str) -> int:
    """Start it with the streams changed as bash writes it; the exit code of the program."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {way}; exit ${{PIPESTATUS[0]}}', "bash", *project.command(*arguments)],
        cwd=project.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=LONGEST_RUN,
        check=False,
    ).returncode


@pytest.mark.parametrize(
    ("way", "begun"), [*((way, in_a_fork) for way in WAYS), *((way, in_a_shell) for way in FROM_A_SHELL)]
)
def test_a_run_does_the_same_and_ends_with_the_same_code_however_little_can_be_printed(
    tmp_path: Path, way: str, begun: Callable[..., int]
) -> None:
    with FakeEndpoint(answer=lambda body: "A girl smiles.", faults=(Status(400),), every=3) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__concurrency="1")
        for number in range(3):
            project.add(f"{number}.png", f"1girl, smile, hat {number}")
        # config.ini with a key that others can read is warned about before anything is done.
        project.set["Endpoint.api_key"] = "key"
        (project.folder / "config.ini").chmod(0o644)
        assert begun(project, way, "-v") == 1
    assert len([*project.captions.glob("*.txt")]) == 2
    # Nothing but its own lines got into the journal, whatever number its file had.
    assert [line["outcome"] for line in project.journal()] == ["done", "done", "failed"]


def test_help_that_cannot_be_told_is_not_called_done(tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert in_a_shell(project, "", "--help") == in_a_shell(project, "| true", "--help") == 0
    assert in_a_shell(project, ">/dev/full", "--help") == 2


def test_a_command_line_that_cannot_be_used_ends_with_its_code_however_little_can_be_printed(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path)
    for way in WAYS:
        assert in_a_fork(project, way) == 2, way
        assert in_a_fork(project, way, "--no-such-option") == 2, way


@pytest.mark.parametrize("way", ["2>&-", ">&- 2>&-", "2>/dev/full"])
def test_the_other_commands_need_no_streams(tmp_path: Path, way: str) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    assert in_a_fork(project, way, "--check") == 0
    assert in_a_fork(project, way, "--dry-run") == 0
    assert in_a_fork(project, way) == 0
    assert in_a_fork(project, way, "--export", "txt", str(tmp_path / "place")) == 0
    assert (tmp_path / "place" / "a.txt").exists()


def test_a_terminal_that_is_gone_ends_no_run(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with FakeEndpoint(answer=lambda body: "A girl smiles.", latency=0.3) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__concurrency="1")
        for number in range(8):
            project.add(f"{number}.png", f"1girl, smile, hat {number}")
        process = subprocess.Popen(project.command(), stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        os.read(ours, 1)  # the bar is there
        os.close(ours)
        assert process.wait(LONGEST_RUN) == 0
    assert len([*project.captions.glob("*.txt")]) == 8
