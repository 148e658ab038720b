"""Python and the libraries: are they there, and new enough? Needs nothing but Python itself."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from commands.checkup import Finding, ok, problem

_OLDEST_PYTHON = (3, 10)
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9.]+)")
_INSTALL = "pip install -r requirements.txt"


def examine(requirements: Path) -> Iterator[Finding]:
    """Compare what is installed with the file of requirements."""
    python = f"Python {platform.python_version()}"
    if sys.version_info < _OLDEST_PYTHON:
        yield problem(f"{python} is too old", "install Python 3.10 or newer")
    else:
        yield ok(python)
    wanted = [_REQUIREMENT.match(line) for line in requirements.read_text(encoding="utf-8").splitlines()]
    findings = [_library(match[1], match[2]) for match in wanted if match]
    faults = [finding for finding in findings if finding.level != "ok"]
    yield from faults
    if not faults:
        yield ok(f"libraries: {', '.join(finding.text for finding in findings)}")


def _library(name: str, least: str) -> Finding:
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return problem(f"the library {name} is not installed", _INSTALL)
    if _numbers(installed) < _numbers(least):
        return problem(f"{name} {installed} is older than {least}", f"{_INSTALL} --upgrade")
    return ok(f"{name} {installed}")


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, without zeros at the end: 3.50.0rc1 is (3, 50)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part) for part in found[0].split(".")] if found else []
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)
