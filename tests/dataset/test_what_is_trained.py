"""What a training would see is what the report shows, byte for byte, for every trainer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from dataset.trainers import TARGETS
from tests.dataset.trainer_rules import RULES, Rule
from tests.dataset.training_set import data_set, exported, opened, shown
from tests.program import project as program
from tests.program.starts import ROOT
from tests.styling.example_page import STYLES, captions

GENERATED = 500
# ai-toolkit changes these, whatever is written into its files.
_CHANGED = re.compile(r",(?! )|\[name\]|\[trigger\]")


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
        told: list[str] = []
        out = exported(project, target, captions, told)
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
        out = exported(opened_once, target, texts)
        changed = {
            name for name, both in texts.items() if not trained_as_shown(target, rule, out, name, ALONE, both)
        }
        # ai-toolkit puts a space behind every comma, also between the keys of JSON, which stays JSON.
        is_changed = {name for name, both in texts.items() if any(map(_CHANGED.search, both))}
        assert changed == (is_changed if target == "ai-toolkit" else set()), target
