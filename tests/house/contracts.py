"""The two kinds of contract that pyproject.toml holds the modules to, for import-linter.

import-linter reads packages only, and part of this program are modules beside them (errors.py, config.py, …).
These contracts are its own, checked on a graph that also has the imports of those modules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import grimp
from importlinter import ContractCheck
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

ROOT = Path(__file__).parents[2]


class Rooms(LayersContract):
    """Layers: a room imports only from lines below its own; rooms on one line do not import each other."""

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        return super().check(with_single_modules(graph), verbose)


class Owner(ProtectedContract):
    """A library that only its owner imports."""

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        return super().check(with_single_modules(graph), verbose)


def with_single_modules(graph: grimp.ImportGraph, root: Path = ROOT) -> grimp.ImportGraph:
    """Add the modules that lie beside the packages, and what they import, to a graph of the packages."""
    paths = sorted(root.glob("*.py"))
    for path in paths:
        _make_ours(path.stem, graph)
    for path in paths:
        for line, imported in _imports(path, graph):
            graph.add_import(importer=path.stem, imported=imported, line_number=line, line_contents="")
    return graph


def _make_ours(name: str, graph: grimp.ImportGraph) -> None:
    """Turn a module that grimp took for a library into one of ours, which can import others."""
    importers = graph.find_modules_that_directly_import(name) if name in graph.modules else set()
    lines = [
        (importer, detail["line_number"])
        for importer in importers
        for detail in graph.get_import_details(importer=importer, imported=name)
    ]
    graph.remove_module(name)
    graph.add_module(name)
    for importer, line in lines:
        graph.add_import(importer=importer, imported=name, line_number=line, line_contents="")


def _imports(path: Path, graph: grimp.ImportGraph) -> Iterator[tuple[int, str]]:
    """Line and module of each import in a file, lazy ones and those for types included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield node.lineno, _module_of(name, graph)


def _module_of(name: str, graph: grimp.ImportGraph) -> str:
    """The module that `from a.b import c` reads: a.b.c, a.b or a. A library counts as one module."""
    known = name
    while known not in graph.modules:
        if "." not in known:
            graph.add_module(known, is_squashed=True)
            return known
        known = known.rpartition(".")[0]
    return known
