"""Other people's libraries, each in a virtual environment of its own, so that none meets the program's."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "build" / "environments"
_LONGEST_INSTALLATION = 600


class NotInstalledError(Exception):
    """Why a library cannot be had here, in a few words."""


def python_with(*requirements: str) -> Path:
    """The interpreter of an environment with what is required, made at the first call and kept under build/.

    Raises NotInstalledError.
    """
    folder = _FOLDER / requirements[0].partition("[")[0]
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    complete = folder / "complete"
    if complete.exists():
        return python
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", *requirements]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_LONGEST_INSTALLATION)
    except subprocess.TimeoutExpired as error:
        raise NotInstalledError(f"not installed within {_LONGEST_INSTALLATION} s") from error
    except subprocess.CalledProcessError as error:
        raise NotInstalledError("pip could not install it") from error
    complete.touch()
    return python


def version(python: Path, distribution: str) -> str:
    """Of a library in an environment."""
    script = f"import importlib.metadata as found; print(found.version({distribution!r}))"
    return subprocess.run([python, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
