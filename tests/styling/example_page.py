"""Writes docs/style-examples.md: the shipped pictures in each style.

python -m tests.styling.example_page
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import config
from captioning.project import Project
from interpreter import Interpreter, Written
from styling import ideogram4
from tests.program.starts import ROOT
from writing.structures import TASKS

PAGE = ROOT / "docs" / "style-examples.md"
STYLES = sorted(path.stem for path in (ROOT / "styles").glob("*.ini"))
_TEXTS = json.loads(Path(__file__).with_name("sentences.json").read_text(encoding="utf-8"))
# Sentences as a good model writes them of these pictures, and what is behind whom they are about.
SENTENCES: Mapping[str, str] = _TEXTS["captions"]
BACKGROUNDS: Mapping[str, str] = _TEXTS["backgrounds"]
_HEAD = """# What each style makes of the example pictures

The pictures in `images/` with the trigger word `mychar`, and the same two sentences of each in all styles.
What a style is and how to make one is on the page [Styles](styles.md). A test compares this page with what
the program writes; `python -m tests.styling.example_page` writes it anew.
"""


def captions(style: str, folder: Path, *overrides: str) -> Iterator[tuple[str, str]]:
    """The name of each shipped picture, and its text in a style."""
    chosen = [f"Interpreter.style={style}", "Endpoint.url=builtin", "Tags.trigger=mychar", *overrides]
    project = Project(config.load(ROOT / "config.ini", chosen), aside=folder)
    stage = Interpreter(project)
    for picture in project.collection.pictures:
        said = SENTENCES[picture.name]
        if style == "ideogram4":
            first, second = said.split(". ", 1)
            said = ideogram4.caption_of(f"{first}.", BACKGROUNDS[picture.name], [second])
        elif style == "newbie":
            said = TASKS[style].from_tags(stage.picture_tags(picture, ""), "")
        written = {name: said if project.forms.sentences_of(name) else "" for name in project.forms.names}
        yield picture.name, stage.finished(picture, Written("", written, "", {}))[0]


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    with tempfile.TemporaryDirectory() as folder:
        for style in STYLES:
            parts.append(f"\n## {style}\n")
            for name, text in captions(style, Path(folder)):
                parts.append(f"\n{name}\n\n```text\n{text}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
