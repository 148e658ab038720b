"""The server that tests fork runs from passes over a module that it cannot import, which makes tests slow."""

from __future__ import annotations

import importlib

from tests.program.starts import IMPORTED_ONCE


def test_every_module_that_is_imported_once_for_all_runs_is_there() -> None:
    for name in IMPORTED_ONCE:
        importlib.import_module(name)
