"""What cannot be told changes nothing of what is done: stdout or stderr full, closed, or read by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint, Status
from tests.program.project import Project
from tests.program.starts import LONGEST_RUN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell of Windows closes no streams")

WAYS = [
    *("2>/dev/full", "2>&-", ">/dev/full", ">&-", ">/dev/full 2>/dev/full", ">&- 2>&-", "<&- >&- 2>&-"),
    *("| true", "2>&1 | true", "2>&1 >/dev/null | true"),
]
WITH_A_MODEL = ["2>/dev/full", ">&- 2>&-", "2>&1 | true"]


def in_a_shell(project: Project, way: str, *arguments: str) -> int:
    """Run with the streams changed as bash writes it; the exit code of the program."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {way}; exit ${{PIPESTATUS[0]}}', "bash", *project.command(*arguments)],
        cwd=project.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=LONGEST_RUN,
        check=False,
    ).returncode


# The composer writes drafts where no model does, which takes half as long to start.
@pytest.mark.parametrize(("way", "has_model"), [(way, way in WITH_A_MODEL) for way in WAYS])
def test_a_run_does_the_same_and_ends_with_the_same_code_however_little_can_be_printed(
    tmp_path: Path, way: str, has_model: bool
) -> None:
    with FakeEndpoint(answer=lambda body: "A girl smiles.", faults=(Status(400),), every=3) as endpoint:
        project = Project(tmp_path, endpoint.url if has_model else "builtin", Endpoint__concurrency="1")
        for number in range(3):
            project.add(f"{number}.png", f"1girl, smile, hat {number}")
        if not has_model:
            (project.images / "2.txt").write_bytes(b"")
        # config.ini with a key that others can read is warned about before anything is done.
        project.set["Endpoint.api_key"] = "key"
        (project.folder / "config.ini").chmod(0o644)
        assert in_a_shell(project, way, "-v") == 1
    assert len([*project.captions.glob("*.txt")]) == 2
    # Nothing but its own lines got into the journal, whatever number its file had.
    assert [line["outcome"] for line in project.journal()] == ["done", "done", "failed"]


def test_help_that_cannot_be_told_is_not_called_done(tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert in_a_shell(project, "", "--help") == in_a_shell(project, "| true", "--help") == 0
    assert in_a_shell(project, ">/dev/full", "--help") == 2


@pytest.mark.parametrize("way", WAYS)
def test_a_command_line_that_cannot_be_used_ends_with_its_code_however_little_can_be_printed(
    tmp_path: Path, way: str
) -> None:
    if way in WITH_A_MODEL:
        assert in_a_shell(Project(tmp_path), way) == 2
    assert in_a_shell(Project(tmp_path), way, "--no-such-option") == 2


@pytest.mark.parametrize("way", ["2>&-", ">&- 2>&-", "2>/dev/full"])
def test_the_other_commands_need_no_streams(tmp_path: Path, way: str) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    assert in_a_shell(project, way, "--check") == 0
    assert in_a_shell(project, way, "--dry-run") == 0
    assert in_a_shell(project, way) == 0
    assert in_a_shell(project, way, "--export", "txt", str(tmp_path / "place")) == 0
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
