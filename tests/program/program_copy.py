"""A copy of the program that a test may change, as a contributor would change the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.program.project import Project, Result
from tests.program.starts import LONGEST_RUN, ROOT

_NO_PART_OF_THE_PROGRAM = {"tests", "benchmarks", "examples"}


class ProgramCopy:
    """The modules, templates and styles of the program in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for texts in ("templates", "styles"):
            shutil.copytree(ROOT / texts, folder / texts)
        for file in [*ROOT.glob("*.py"), ROOT / "english.json", ROOT / "requirements.txt"]:
            shutil.copy2(file, folder)
        # With what Python has compiled: it knows by the time of a file which module a test has changed.
        for package in {init.parent for init in ROOT.glob("*/__init__.py")}:
            if package.name not in _NO_PART_OF_THE_PROGRAM:
                shutil.copytree(package, folder / package.name)

    def start(self, *arguments: str) -> Result:
        """Start it with these arguments, and wait for its end."""
        command = [sys.executable, str(self.folder / "caption.py"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_RUN)
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)

    def run(self, project: Project, *arguments: str) -> Result:
        """Start it with the settings of a project."""
        _python, _program, *rest = project.command(*arguments)
        return self.start(*rest)
