"""The program is built as ARCHITECTURE.md says, and each check of that fails where it is not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from importlinter.api import read_configuration

from tests.house.writers import writes

ROOT = Path(__file__).parents[2]
NO_PRODUCT = {"tests", "benchmarks", "examples"}
# All that a run writes goes through these: they know what to do when a disk is full or a run is killed.
WRITERS = {"dataset/disk.py", "dataset/json_lines.py", "dataset/text_folder.py"}
# A model that is fetched goes to where the library of the hub keeps it.
WRITERS |= {"llm/embedded/hub.py"}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - NO_PRODUCT


def product() -> Iterator[Path]:
    """The files of the program itself."""
    yield from ROOT.glob("*.py")
    for package in packages():
        yield from (ROOT / package).rglob("*.py")


def contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    return found


def layers() -> list[str]:
    (lines,) = (each["layers"] for each in contracts() if each["type"] == "rooms")
    return list(lines)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_modules_import_each_other_as_the_contracts_say() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_speak_of_every_room_and_module() -> None:
    rooms = {name for line in layers() for name in re.findall(r"\w+", line)}
    assert rooms == packages() | {path.stem for path in ROOT.glob("*.py")}
    assert (
        set(read_configuration(str(ROOT / "pyproject.toml"))["session_options"]["root_packages"])
        == packages()
    )
    (circles,) = (each["ancestors"] for each in contracts() if each["type"] == "acyclic_siblings")
    assert set(circles) == packages()


def test_architecture_shows_the_rooms_as_the_contract_has_them() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = re.search(r"^```rooms\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert shown is not None
    assert shown[1].splitlines() == layers()


# Each breaks a contract: its name, a module, what is added to the module, and the arrow that is named.
BREACHES = (
    ("Rooms import only", "interrogator.py", "import interpreter", "interrogator -> interpreter"),
    (
        "Rooms import only",
        "errors.py",
        "def late() -> None:\n    import llm.prompts",
        "errors -> llm.prompts",
    ),
    ("Rooms import only", "dataset/disk.py", "import wiki.dtext", "dataset.disk -> wiki.dtext"),
    ("No circles", "dataset/disk.py", "import dataset.results", ".disk -> .results"),
    ("The report", "review/pages.py", "from wiki import dtext", "review.pages -> wiki.dtext"),
    (
        "requests",
        "stage_runner.py",
        "def late() -> None:\n    import requests.auth",
        "stage_runner -> requests",
    ),
    ("requests", "llm/client.py", "from requests import Session", "llm.client -> requests"),
)


def test_a_forbidden_import_breaks_a_contract(tmp_path: Path) -> None:
    for path in [*product(), *(ROOT / "tests").glob("*.py"), *(ROOT / "tests" / "house").glob("*.py")]:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for _, module, line, _ in BREACHES:
        with (tmp_path / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    said = lint_imports(tmp_path).stdout
    for contract, _, _, arrow in BREACHES:
        assert re.search(rf"^{contract}.* BROKEN$", said, re.MULTILINE), contract
        assert f" {arrow} (" in said, arrow


def test_files_are_written_in_few_modules_only() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in product() if any(writes(_source(path)))}
    assert found == WRITERS


def test_modules_have_names_that_say_what_they_are_about() -> None:
    for path in product():
        words = set(re.split(r"[/._]", path.relative_to(ROOT).as_posix()))
        assert not words & NAMES_THAT_SAY_NOTHING, path


def test_no_code_suppresses_every_exception_or_ends_the_program_by_raising() -> None:
    # ruff sees `except Exception` and sys.exit, and not these.
    for path in product():
        assert not re.search(r"suppress\((Base)?Exception|raise SystemExit", _source(path)), path


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "write",
    [
        "path.write_text('x')",
        "path.write_bytes(b'x')",
        "open('a', 'w')",
        "open('a', mode='ab')",
        "path.open('x')",
        "path.open('r+')",
        "path.mkdir(parents=True)",
        "path.unlink()",
        "path.replace(other)",
        "path.rename(other)",
        "import os\nos.replace('a', 'b')",
        "from os import remove as drop\ndrop('a')",
        "import shutil\nshutil.rmtree('a')",
        "picture.write_to_file('a.jpg')",
    ],
)
def test_a_call_that_writes_is_found(write: str) -> None:
    assert list(writes(write)) == [write.count("\n") + 1]


@pytest.mark.parametrize(
    "read",
    [
        "open('wax')",
        "open('a', 'rb')",
        "path.open()",
        "path.open('rt')",
        "text.replace('a', 'b')",
        "path.read_text()",
    ],
)
def test_a_call_that_reads_is_let_pass(read: str) -> None:
    assert list(writes(read)) == []
