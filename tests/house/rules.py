"""Reads the tables of ARCHITECTURE.md and tells where the program does not keep to them.

The block `imports` has a line for each top-level module and each wing, with all that it may import:
`tag_provider -> wiki llm errors`. The block `owners` names the files that a thing is left to:
`openai: llm/endpoint.py`, where the thing is a library, a name like `os.environ`, or `writes`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NO_PRODUCT = {"tests", "benchmarks", "examples"}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
SYNONYMS = {
    "sys.exit": {"sys.exit", "exit", "quit", "SystemExit", "os._exit"},
    "os.environ": {"os.environ", "os.environb", "os.getenv", "os.putenv", "os.path.expandvars"},
}
BUILT_IN = {"print", "input", "open"}
WRITING_METHODS = {
    *("write_text", "write_bytes", "write_to_file", "touch", "mkdir", "unlink", "rmdir", "rename"),
    *("symlink_to", "hardlink_to", "chmod"),
}
WRITING_FUNCTIONS = {
    *("os.replace", "os.rename", "os.remove", "os.unlink", "os.mkdir", "os.makedirs", "os.open", "os.write"),
    *("os.fdopen", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"),
    *("shutil.rmtree", "tempfile.mkstemp", "tempfile.NamedTemporaryFile"),
}
_MODE_THAT_WRITES = re.compile(r"[rbt]*[wax+][rbt+]*")


@dataclass(frozen=True, slots=True)
class Tables:
    """What ARCHITECTURE.md promises."""

    imports: Mapping[str, frozenset[str]]
    owners: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Module:
    """One product module: `path` relative to the root with slashes, `name` as it is imported."""

    path: str
    name: str
    tree: ast.Module

    @property
    def unit(self) -> str:
        """The line of the table that speaks of it: itself, or its wing."""
        return self.name.split(".")[0]


def read_tables(text: str) -> Tables:
    """Find the two fenced blocks in the text of ARCHITECTURE.md."""
    imports = (line.split("->") for line in _block(text, "imports"))
    owners = (line.split(":") for line in _block(text, "owners"))
    return Tables(
        {unit.strip(): frozenset(allowed.split()) for unit, allowed in imports},
        {thing.strip(): tuple(files.split()) for thing, files in owners},
    )


def _block(text: str, name: str) -> list[str]:
    found = re.search(rf"^```{name}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise ValueError(f"ARCHITECTURE.md has no block that starts with ```{name}")
    return [line for line in found[1].splitlines() if line.strip()]


def complaints(root: Path, tables: Tables) -> list[str]:
    """Return one line for each breach, sorted."""
    modules = list(_product(root))
    found = {
        *_strangers(modules, tables),
        *_circles(modules),
        *(line for module in modules for line in _forbidden_imports(module, tables)),
        *(line for module in modules for line in _things_of_others(module, tables.owners)),
        *(line for module in modules for line in _bad_habits(module)),
        *_idle_owners(modules, tables.owners),
    }
    return sorted(found)


def _product(root: Path) -> Iterator[Module]:
    """Yield the modules beside ARCHITECTURE.md and those of the packages there: a folder venv is none."""
    packages = [found.parent for found in root.glob("*/__init__.py") if found.parent.name not in NO_PRODUCT]
    for path in [*root.glob("*.py"), *(path for package in packages for path in package.rglob("*.py"))]:
        relative = path.relative_to(root)
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        yield Module(relative.as_posix(), name, ast.parse(path.read_text(encoding="utf-8")))


def _strangers(modules: list[Module], tables: Tables) -> Iterator[str]:
    """Compare the names in the tables with the files that there are."""
    units, paths = {module.unit for module in modules}, {module.path for module in modules}
    for unit in sorted(units - tables.imports.keys()):
        yield f"{unit}: has no line in the table of imports"
    for unit in sorted((tables.imports.keys() | set().union(*tables.imports.values())) - units):
        yield f"{unit}: is in the table of imports, but there is no such module or wing"
    for owner in sorted({owner for owners in tables.owners.values() for owner in owners} - paths):
        yield f"{owner}: is in the table of owners, but there is no such file"


def _circles(modules: list[Module]) -> Iterator[str]:
    """Look for circles among modules, and among wings taken as one."""
    arrows = {module.name: _neighbours(module, modules) for module in modules}
    unit_arrows: dict[str, set[str]] = {module.unit: set() for module in modules}
    for module in modules:
        unit_arrows[module.unit] |= {name.split(".")[0] for name in arrows[module.name]} - {module.unit}
    for graph in (arrows, unit_arrows):
        for name in sorted(graph):
            if name in _reachable(name, graph):
                yield f"{name}: imports itself by way of others"


def _neighbours(module: Module, modules: list[Module]) -> set[str]:
    names = {other.name for other in modules}
    targets = (_longest_prefix(target, names) for _, target in _imports(module))
    return {target for target in targets if target and target != module.name}


def _longest_prefix(dotted: str, names: set[str]) -> str:
    """Return the module that `from a.b import c` reads: a.b.c, a.b or a."""
    while dotted and dotted not in names:
        dotted = dotted.rpartition(".")[0]
    return dotted


def _reachable(start: str, graph: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(graph[name])
    return seen


def _forbidden_imports(module: Module, tables: Tables) -> Iterator[str]:
    allowed = tables.imports.get(module.unit, frozenset()) | {module.unit}
    for line, target in _imports(module):
        unit = target.split(".")[0]
        if unit in tables.imports and unit not in allowed:
            yield f"{module.path}:{line}: {module.unit} may not import {unit}"
        if unit in NO_PRODUCT:
            yield f"{module.path}:{line}: the program may not import {unit}"


def _imports(module: Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of all imports: lazy ones, those for types, and `import_module`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, module)
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (
                (node.lineno, str(value.value)) for value in node.args if isinstance(value, ast.Constant)
            )


def _origin(node: ast.ImportFrom, module: Module) -> str:
    """Resolve the dots of a relative import."""
    if not node.level:
        return node.module or ""
    package = module.name if module.path.endswith("__init__.py") else module.name.rpartition(".")[0]
    parts = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _things_of_others(module: Module, owners: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for thing, files in owners.items():
        if module.path not in files:
            for line in _uses(module, thing):
                yield f"{module.path}:{line}: {thing} is left to {' and '.join(files)}"


def _idle_owners(modules: list[Module], owners: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for module in modules:
        for thing, files in owners.items():
            if module.path in files and not any(_uses(module, thing)):
                yield f"{module.path}: the table leaves {thing} to it, but it does without"


def _uses(module: Module, thing: str) -> Iterator[int]:
    """Yield the lines that use a thing of the table of owners."""
    if thing == "writes":
        yield from _writes(module)
    elif "." in thing or thing in BUILT_IN:
        synonyms = SYNONYMS.get(thing, {thing})
        yield from (line for line, name in _names(module) if name in synonyms)
    else:
        yield from (line for line, target in _imports(module) if target.split(".")[0] == thing)


@cache
def _names(module: Module) -> list[tuple[int, str]]:
    """List every name that is read, by the name it has at home: `e` after `from os import environ as e`."""
    homes = _homes(module)
    named = (node for node in ast.walk(module.tree) if isinstance(node, ast.Name | ast.Attribute))
    return [(node.lineno, _at_home(node, homes)) for node in named]


def _homes(module: Module) -> dict[str, str]:
    homes = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            homes.update({alias.asname: alias.name for alias in node.names if alias.asname})
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, module)
            homes.update({alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names})
    return homes


def _at_home(node: ast.expr, homes: Mapping[str, str]) -> str:
    first, dot, rest = ast.unparse(node).partition(".")
    return homes.get(first, first) + dot + rest


def _writes(module: Module) -> Iterator[int]:
    homes = _homes(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _is_write(node, _at_home(node.func, homes)):
            yield node.lineno


def _is_write(call: ast.Call, function: str) -> bool:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if function.rpartition(".")[2] == "open":
        modes = [
            *call.args[0 if method else 1 :],
            *(word.value for word in call.keywords if word.arg == "mode"),
        ]
        return any(_may_be_a_writing_mode(mode) for mode in modes)
    path_is_replaced = method == "replace" and len(call.args) == 1 and not call.keywords  # text takes two
    return function in WRITING_FUNCTIONS or method in WRITING_METHODS or path_is_replaced


def _may_be_a_writing_mode(mode: ast.expr) -> bool:
    return isinstance(mode, ast.Constant) and bool(_MODE_THAT_WRITES.fullmatch(str(mode.value)))


def _bad_habits(module: Module) -> Iterator[str]:
    if NAMES_THAT_SAY_NOTHING & set(re.split(r"[._]", module.name)):
        yield f"{module.path}: the name does not say what it is about"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Global):
            yield f"{module.path}:{node.lineno}: a global that changes"
        elif isinstance(node, ast.ExceptHandler | ast.Call) and _catches_everything(node):
            yield f"{module.path}:{node.lineno}: catches every exception"


def _catches_everything(node: ast.ExceptHandler | ast.Call) -> bool:
    """Tell whether an `except` or a `suppress` takes what nobody foresaw."""
    if isinstance(node, ast.Call):
        caught = node.args if ast.unparse(node.func).endswith("suppress") else []
    else:
        caught = [node.type or ast.Name("BaseException")]
    names = {name for kind in caught for name in re.findall(r"\w+", ast.unparse(kind))}
    return bool({"Exception", "BaseException"} & names)
