"""The house stands as ARCHITECTURE.md draws it, and the check of that sees each way to break it."""

from pathlib import Path

import pytest

from tests.house.rules import complaints, read_tables

ROOT = Path(__file__).parents[2]

ARCHITECTURE = """
# A small house

```imports
front -> stage wing shelf errors
stage -> wing errors
wing -> errors
shelf -> errors
errors ->
```
Some words between.
```owners
openai: wing/talk.py
writes: shelf/store.py
os.environ: front.py
print: front.py
sys.exit: front.py
```
"""

HOUSE = {
    "ARCHITECTURE.md": ARCHITECTURE,
    "front.py": "import os\nimport sys\nimport stage\nprint(os.environ['HOME'])\nsys.exit(0)\n",
    "stage.py": "from wing import talk\n",
    "errors.py": "",
    "wing/__init__.py": "",
    "wing/talk.py": "def ask():\n    import openai\n    from wing import words\n",
    "wing/words.py": "import errors\nWORDS = 'a'.replace('a', 'b')\n",
    "shelf/__init__.py": "",
    "shelf/store.py": "from pathlib import Path\nPath('a').write_text('b')\nopen('a').read()\n",
    "tests/test_front.py": "import front\nimport openai\nprint(1)\n",
    "venv/lib/utils.py": "global_things = 1\n",
}


def complaints_about(folder: Path, changes: dict[str, str]) -> list[str]:
    """Build the house with these changes and return what is wrong with it."""
    for name, text in {**HOUSE, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return complaints(folder, read_tables((folder / "ARCHITECTURE.md").read_text(encoding="utf-8")))


def test_this_program_is_built_as_its_architecture_says() -> None:
    tables = read_tables((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    assert complaints(ROOT, tables) == []


def test_a_house_in_order_gives_no_complaint(tmp_path: Path) -> None:
    assert complaints_about(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("wing/words.py", "import shelf.store", "wing/words.py:1: wing may not import shelf"),
        ("wing/words.py", "from shelf import store", "wing/words.py:1: wing may not import shelf"),
        ("wing/words.py", "from shelf.store import x", "wing/words.py:1: wing may not import shelf"),
        ("wing/words.py", "def f():\n    import shelf", "wing/words.py:2: wing may not import shelf"),
        (
            "wing/words.py",
            "if TYPE_CHECKING:\n    import shelf",
            "wing/words.py:2: wing may not import shelf",
        ),
        ("wing/words.py", "import_module('shelf.store')", "wing/words.py:1: wing may not import shelf"),
        ("wing/words.py", "import stage", "wing/words.py:1: wing may not import stage"),
        ("wing/words.py", "import tests.fake", "wing/words.py:1: the program may not import tests"),
        ("errors.py", "import stage", "stage: imports itself by way of others"),
        ("wing/words.py", "from . import talk", "wing.talk: imports itself by way of others"),
        (
            "wing/words.py",
            "def f():\n    from .talk import ask",
            "wing.words: imports itself by way of others",
        ),
        ("attic.py", "", "attic: has no line in the table of imports"),
        ("annex/__init__.py", "", "annex: has no line in the table of imports"),
        ("stage.py", "import openai.types", "stage.py:1: openai is left to wing/talk.py"),
        ("stage.py", "def f():\n    from openai import X", "stage.py:2: openai is left to wing/talk.py"),
        ("stage.py", "print(1)", "stage.py:1: print is left to front.py"),
        ("stage.py", "f(say=print)", "stage.py:1: print is left to front.py"),
        ("stage.py", "import os\nos.environ.get('A')", "stage.py:2: os.environ is left to front.py"),
        ("stage.py", "from os import environ as e\ne['A']", "stage.py:2: os.environ is left to front.py"),
        ("stage.py", "import os as o\no.getenv('A')", "stage.py:2: os.environ is left to front.py"),
        ("stage.py", "import sys\nsys.exit(1)", "stage.py:2: sys.exit is left to front.py"),
        ("stage.py", "raise SystemExit", "stage.py:1: sys.exit is left to front.py"),
        ("stage.py", "try: f()\nexcept: pass", "stage.py:2: catches every exception"),
        ("stage.py", "try: f()\nexcept Exception as e: pass", "stage.py:2: catches every exception"),
        (
            "stage.py",
            "try: f()\nexcept (OSError, BaseException): pass",
            "stage.py:2: catches every exception",
        ),
        ("stage.py", "with suppress(Exception): f()", "stage.py:1: catches every exception"),
        ("stage.py", "def f():\n    global x\n    x = 1", "stage.py:2: a global that changes"),
        ("wing/utils.py", "", "wing/utils.py: the name does not say what it is about"),
        ("wing/text_helpers.py", "", "wing/text_helpers.py: the name does not say what it is about"),
        ("wing/common/__init__.py", "", "wing/common/__init__.py: the name does not say what it is about"),
        ("front.py", "print(exit)", "front.py: the table leaves os.environ to it, but it does without"),
        ("wing/talk.py", "", "wing/talk.py: the table leaves openai to it, but it does without"),
    ],
)
def test_a_breach_is_seen(tmp_path: Path, path: str, text: str, complaint: str) -> None:
    assert complaint in complaints_about(tmp_path, {path: text})


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
def test_a_file_is_written_in_one_module_only(tmp_path: Path, write: str) -> None:
    line = write.count("\n") + 1
    complaint = f"stage.py:{line}: writes is left to shelf/store.py"
    assert complaints_about(tmp_path, {"stage.py": write}) == [complaint]


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
def test_reading_is_free_to_all(tmp_path: Path, read: str) -> None:
    assert complaints_about(tmp_path, {"stage.py": read}) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "errors ->",
            "errors ->\ncellar ->",
            "cellar: is in the table of imports, but there is no such module or wing",
        ),
        (
            "front ->",
            "front -> cellar",
            "cellar: is in the table of imports, but there is no such module or wing",
        ),
        (
            "shelf/store.py",
            "shelf/box.py",
            "shelf/box.py: is in the table of owners, but there is no such file",
        ),
    ],
)
def test_a_table_that_names_what_is_not_there_is_seen(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert complaint in complaints_about(tmp_path, {"ARCHITECTURE.md": ARCHITECTURE.replace(old, new)})


def test_wings_that_import_each_other_by_different_modules_make_a_circle(tmp_path: Path) -> None:
    tables = ARCHITECTURE.replace("wing -> errors", "wing -> shelf errors").replace(
        "shelf ->", "shelf -> wing"
    )
    changes = {
        "ARCHITECTURE.md": tables,
        "wing/words.py": "import shelf.store",
        "shelf/list.py": "import wing.talk",
    }
    assert complaints_about(tmp_path, changes) == [
        "shelf: imports itself by way of others",
        "wing: imports itself by way of others",
    ]


def test_a_missing_table_is_named() -> None:
    with pytest.raises(ValueError, match="```owners"):
        read_tables("```imports\nerrors ->\n```\n")
