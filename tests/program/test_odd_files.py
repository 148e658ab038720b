"""Pipes and devices where files are expected, names as long as they can be, and drives that lock nothing."""

from __future__ import annotations

import errno
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from dataset.trainers import TARGETS
from tests.program.project import Project, state_of
from tests.program.starts import LONGEST_RUN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files")
NO_FILE = "it is a pipe or a device, not a file"


def test_pipes_among_the_pictures_cost_only_these_pictures(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for name in ("a", "b", "c"):
        project.add(f"{name}.png")
    os.mkfifo(project.images / "picture.png")
    (project.images / "b.txt").unlink()
    os.mkfifo(project.images / "b.txt")
    project.captions.mkdir()
    os.mkfifo(project.captions / "c.txt")
    result = project.run()
    assert result.code == 1
    for name in ("picture.png", "b.txt"):
        assert f"  {name}: {NO_FILE}" in result.out
    assert f"c.txt cannot be written ({NO_FILE})" in result.out
    assert project.caption("a")
    assert (project.captions / "c.txt").is_fifo()
    assert project.run("--report").code == 0
    assert project.run("--export", "parquet", str(tmp_path / "place")).code == 0


@pytest.mark.parametrize("device", ["pipe", "/dev/zero"])
def test_a_pipe_or_a_device_in_the_place_of_a_file_that_is_needed_gets_one_sentence(
    tmp_path: Path, device: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    place = str(tmp_path / device)
    project = Project(tmp_path)
    project.add("a.png")
    before = state_of(project.images)
    for arguments in (
        ("--config", place),
        ("--set", f"Interpreter.prompt_template_file={place}"),
        ("--set", f"Tags.descriptions_file={place}"),
        ("--set", f"TagProvider.cache={place}"),
        ("--apply", place),
        ("--log", place),
    ):
        result = project.run(*arguments)
        assert result.code == 2, (arguments, result)
        (line,) = result.err.splitlines()
        assert NO_FILE in line
        assert place in line
    assert state_of(project.images) == before


def test_a_pipe_in_the_place_of_the_journal_gets_one_sentence(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    project.captions.mkdir()
    os.mkfifo(project.captions / "journal.jsonl")
    result = project.run()
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert f"journal.jsonl cannot be read ({NO_FILE})" in line


@pytest.mark.parametrize("limit", [6, 7, 8, 9])
def test_where_no_more_files_can_be_opened_there_is_one_sentence_and_no_traceback(
    tmp_path: Path, limit: int
) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    limited = ["bash", "-c", f'ulimit -n {limit}; exec "$@"', "bash", *project.command()]
    done = subprocess.run(
        limited, cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST_RUN, check=False
    )
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert "Too many open files" in line


@pytest.mark.parametrize("target", TARGETS)
def test_names_of_251_bytes_get_all_files_whose_names_still_fit(tmp_path: Path, target: str) -> None:
    project = Project(tmp_path, Dataset__target=target)
    # The endings of files of a picture that are longer than that of its text.
    ending = {"ai-toolkit": ".ai-toolkit", "anima-lora-toolkit": ".json"}.get(target, "")
    fits, too_long = "y" * (255 - len(ending or ".json")), "z" * 251
    for name in ("a", fits, too_long, "zz"):
        project.add(f"{name}.png")
    result = project.run()
    captions = {path.name for path in project.captions.glob("*.txt")}
    assert captions == {f"{name}.txt" for name in ("a", fits, too_long, "zz")}
    if ending:
        assert result.code == 1
        assert "the name is too long" in result.out
        written = {path.name for path in project.captions.glob(f"*{ending}")}
        assert written == {f"{name}{ending}" for name in ("a", fits, "zz")}
    else:
        assert result.code == 0, result


# Has the system refuse every `flock` of the process with this error, as network drives do.
WITHOUT_LOCKS = """
import ctypes, os, platform

class Rule(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte),
        ("no", ctypes.c_ubyte), ("k", ctypes.c_uint32),
    ]

class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("rules", ctypes.POINTER(Rule))]

flock = {"x86_64": 73, "aarch64": 32}[platform.machine()]
load, compare, end = 0x20, 0x15, 0x06
refused, allowed = 0x00050000 | int(os.environ["REFUSED"]), 0x7FFF0000
rules = (Rule * 4)(
    Rule(load, 0, 0, 0), Rule(compare, 0, 1, flock), Rule(end, 0, 0, refused), Rule(end, 0, 0, allowed)
)
libc = ctypes.CDLL(None)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(Program(4, rules))):
    os._exit(99)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="only Linux lets a test refuse a system call",
)
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS])
def test_a_drive_without_locks_is_warned_about_once_and_the_run_does_its_work(
    tmp_path: Path, number: int
) -> None:
    project = Project(tmp_path, Interrogator__skip="False")
    project.add("a.png")
    done = project.run(environment={"REFUSED": str(number)}, watcher=WITHOUT_LOCKS)
    if done.code == 99:
        pytest.skip("this computer lets nobody refuse a system call")
    assert done.code == 0, done
    assert done.err.splitlines() == [
        f"This drive knows no locks ({os.strerror(number)}), so a second run is not kept out: "
        "start none on the same folders."
    ]
    assert project.caption("a")
