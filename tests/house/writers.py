"""Finds the calls that write, move or delete files, so that a test can say which modules may make them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

_METHODS = {
    *("write_text", "write_bytes", "write_to_file", "touch", "mkdir", "unlink", "rmdir", "rename"),
    *("symlink_to", "hardlink_to", "chmod"),
}
_FUNCTIONS = {
    *("os.replace", "os.rename", "os.remove", "os.unlink", "os.mkdir", "os.makedirs", "os.open", "os.write"),
    *("os.fdopen", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
    *("shutil.rmtree", "tempfile.mkstemp", "tempfile.NamedTemporaryFile"),
}
_MODE_THAT_WRITES = re.compile(r"[rbt]*[wax+][rbt+]*")


def writes(source: str) -> Iterator[int]:
    """Yield the line of each call in a module that changes a file or a folder."""
    tree = ast.parse(source)
    names = _imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_write(node, names):
            yield node.lineno


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """What names mean that an import gives: `from os import remove as drop` makes drop os.remove."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom):
            names.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return names


def _is_write(call: ast.Call, names: Mapping[str, str]) -> bool:
    # What goes to os.devnull is written nowhere.
    if call.args and ast.unparse(call.args[0]) == "os.devnull":
        return False
    first, dot, rest = ast.unparse(call.func).partition(".")
    function = names.get(first, first) + dot + rest
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if function.rpartition(".")[2] == "open":
        modes = call.args[0 if method else 1 :]
        modes += [word.value for word in call.keywords if word.arg == "mode"]
        return any(_may_be_a_writing_mode(mode) for mode in modes)
    # Path.replace moves a file and takes one argument; str.replace takes two.
    replaces_a_file = method == "replace" and len(call.args) == 1 and not call.keywords
    return function in _FUNCTIONS or method in _METHODS or replaces_a_file


def _may_be_a_writing_mode(mode: ast.expr) -> bool:
    return isinstance(mode, ast.Constant) and bool(_MODE_THAT_WRITES.fullmatch(str(mode.value)))
