"""A user's folder with captions of every kind, and what of them the report shows.

The pictures are those that come with the program, with drafts, and generated ones whose captions hold what
trainers trip over; some of these were edited by hand.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import config
from captioning.project import Project
from commands.export import export
from tests.program import project as program
from tests.program.starts import ROOT
from tests.styling.example_page import STYLES, captions

# ai-toolkit changes these, whatever is written into its files.
CHANGED = ("It cost 1,000 yen.", "A [name] tag", "[trigger]")
_PIECES = (
    *("a girl", "smile", "{left|right}", "{", "}}", "“Open late”", '"quoted"', "it's", "café", "初音ミク"),
    *("a_b", "(hat:1.2)", "\\(series\\)", "#1", "50%", "a/b", "<b>", "&amp;", "$x$", "1girl", "null", "👩‍🎨"),
    *(
        "*bold*",
        "~",
        "`code`",
        "=",
        "@artist",
        "[x]",
        "👍🏽",
        "a\\nb",
        ":)",
        "—",
        "...",
        "'",
        "|",
        "||",
        "^_^",
    ),
)
# How people save a text: what they write, and what the caption is then.
_EDITS = (
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: f"\n{text}\n".encode(),
    lambda text: f"  {text}  \r\n".encode(),
    lambda text: text.encode("utf-16"),
    lambda text: text.encode(),
)


def caption(chance: random.Random) -> str:
    """A caption in one line, some of them a line of tags with a sentence behind it."""
    if chance.random() < 0.2:
        return f"{', '.join(chance.sample(['1girl', 'solo', 'smile'], 3))}. A girl, smiling. She waits."
    pieces = [*_PIECES, *CHANGED] if chance.random() < 0.1 else _PIECES
    return chance.choice([", ", " ", ". "]).join(chance.choices(pieces, k=chance.randint(1, 9)))


def by_line(text: str) -> str:
    return " ".join(text.split())


def data_set(folder: Path, count: int, second: str = "") -> Path:
    """A user's folder with captions; two of its folders have pictures of one name."""
    project = program.Project(folder)
    shutil.copytree(ROOT / "images", project.images, dirs_exist_ok=True)
    assert project.run().code == 0
    chance = random.Random(15)
    for number in range(count):
        name = f"{chance.choice(['', 'a/', 'deep/er [1]/'])}{number // 2:03}{'ab'[number % 2]} x"
        project.add(f"{name}.png")
        text = project.captions / f"{name}.txt"
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_bytes(_EDITS[number % 25 if number % 25 < 4 else 4](by_line(caption(chance)) + second))
    for twin in ("a", "deep/er [1]"):
        project.add(f"{twin}/same.png")
        (project.captions / f"{twin}/same.txt").write_text(f"In {twin},\non two lines.", encoding="utf-8")
    return folder


def add_captions_of_every_style(folder: Path) -> None:
    """Add to a user's folder the pictures of the program, and their captions in each style."""
    for style in STYLES:
        shutil.copytree(ROOT / "images", folder / "images" / style)
        for picture, text in captions(style, folder / "aside"):
            path = (folder / "captions" / style / picture).with_suffix(".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def opened(folder: Path, variants: str = "") -> Project:
    return Project(config.load(folder / "config.ini", [f"Interpreter.variants={variants}"]))


def shown(project: Project) -> dict[str, list[str]]:
    """The captions of each picture, as report.html has them."""
    page = project.write_report().read_text(encoding="utf-8")
    blocks = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert len(blocks) == 2
    entries = [*json.loads(blocks[0])["pictures"], *json.loads(blocks[1])]
    return {each["file"]: each["caption"].split("\n") for each in entries if each.get("caption")}


def exported(project: Project, target: str, captions: Iterable[str], said: list[str] | None = None) -> Path:
    """The folder with what is written for a trainer, and the pictures; `said` gets what the export says."""
    folder = project.settings.dataset.images
    out = folder.with_name(target)
    told = said if said is not None else []
    assert export(project, [target, str(out)], told.append) == 0, told
    for picture in captions:
        if not (out / picture).exists():
            (out / picture).parent.mkdir(parents=True, exist_ok=True)
            os.link(folder / picture, out / picture)
    return out
