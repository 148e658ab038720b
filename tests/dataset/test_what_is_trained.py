"""What a training would see is what the report shows, byte for byte, for every trainer.

The pictures are those that come with the program, with drafts, and 500 generated ones whose captions hold
what trainers trip over; some of these were edited by hand.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import config
from captioning.project import Project
from commands.export import export
from dataset.trainers import TARGETS
from tests.dataset.trainer_rules import RULES, Rule
from tests.program import project as program
from tests.program.starts import ROOT
from tests.styling.example_page import STYLES, captions

GENERATED = 500
# ai-toolkit changes these, whatever is written into its files.
CHANGED = ("It cost 1,000 yen.", "A [name] tag", "[trigger]")
_CHANGED = re.compile(r",(?! )|\[name\]|\[trigger\]")
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


def opened(folder: Path, variants: str = "") -> Project:
    return Project(config.load(folder / "config.ini", [f"Interpreter.variants={variants}"]))


def shown(project: Project) -> dict[str, list[str]]:
    """The captions of each picture, as report.html has them."""
    page = project.write_report().read_text(encoding="utf-8")
    blocks = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert len(blocks) == 2
    entries = [*json.loads(blocks[0])["pictures"], *json.loads(blocks[1])]
    return {each["file"]: each["caption"].split("\n") for each in entries if each.get("caption")}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("variants", "count"), [pytest.param("", GENERATED, marks=pytest.mark.slow), ("long, short", 50)]
)
def test_every_trainer_trains_on_what_the_report_shows(tmp_path: Path, variants: str, count: int) -> None:
    folder = data_set(tmp_path, count, "\nIn short, {a girl}." if variants else "")
    project = opened(folder, variants)
    captions = shown(project)
    names = project.settings.interpreter.caption_names
    assert len(captions) == count + 2 + 10
    assert {len(each) for each in captions.values()} == ({1, 2} if variants else {1})
    for target, rule in RULES:
        out = folder / target
        told: list[str] = []
        assert export(project, [target, str(out)], told.append) == 0, told
        for picture in captions:
            if not (out / picture).exists():
                (out / picture).parent.mkdir(parents=True, exist_ok=True)
                os.link(folder / "images" / picture, out / picture)
        changed = {
            name
            for name, both in captions.items()
            if not trained_as_shown(target, rule, out, name, names, both)
        }
        if target == "ai-toolkit":
            affected = {name for name, both in captions.items() if any(map(_CHANGED.search, both))}
            assert changed == affected != set()
            assert f"changes {len(affected)} captions" in " ".join(told)
        else:
            assert not changed, target


def trained_as_shown(
    target: str, rule: Rule, folder: Path, name: str, names: Sequence[str], both: list[str]
) -> bool:
    """Whether a rule gives all captions of a picture, or the main one where it takes no more."""
    wanted = both[:1] if TARGETS[target].takes_one else both
    return rule(folder, name, names[: len(both)]) == wanted


ALONE = ("caption",)


def test_every_trainer_trains_on_the_captions_of_every_style_as_the_report_shows_them(tmp_path: Path) -> None:
    project = program.Project(tmp_path)
    for style in STYLES:
        shutil.copytree(ROOT / "images", project.images / style)
        for picture, text in captions(style, tmp_path / "aside"):
            path = (project.captions / style / picture).with_suffix(".txt")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    opened_once = opened(tmp_path)
    texts = shown(opened_once)
    assert len(texts) == 10 * len(STYLES)
    for target, rule in RULES:
        out = tmp_path / target
        assert export(opened_once, [target, str(out)], lambda line: None) == 0
        for picture in texts:
            (out / picture).parent.mkdir(parents=True, exist_ok=True)
            if not (out / picture).exists():
                os.link(tmp_path / "images" / picture, out / picture)
        changed = {
            name for name, both in texts.items() if not trained_as_shown(target, rule, out, name, ALONE, both)
        }
        # ai-toolkit puts a space behind every comma, also between the keys of JSON, which stays JSON.
        is_changed = {name for name, both in texts.items() if any(map(_CHANGED.search, both))}
        assert changed == (is_changed if target == "ai-toolkit" else set()), target
