"""Checks that are kept: each is found again only by all that it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import config
from captioning.project import Project as DataSet
from check import _remembered, check
from interpreter import Interpreter
from tests.program.project import Project
from writing.judging import judge

ASKED: dict[str, Any] = {
    "caption": "Alice in a red dress and Mary in white boots ride an ao dai train with John Smith and a dog.",
    "tags": ("2girls", "alice_(wonderland)", "mary", "red_dress", "vietnamese_clothes", "white_footwear"),
    "categories": {"alice_(wonderland)": "character", "mary": "character"},
    "aliases": {"vietnamese_clothes": ["ao_dai"]},
    "known_names": frozenset({"alice_(wonderland)", "mary", "john_smith"}),
    "own_tags": {"mary": ("white_footwear",), "alice_(wonderland)": ("red_dress",)},
    "told": ("A puppy, a dog.",),
}


@pytest.mark.parametrize(
    "other",
    [
        {"caption": "John Smith in a blue dress grins."},
        {"tags": ("1boy", "solo", "sign")},
        {"categories": {"alice_(wonderland)": "character"}},
        {"aliases": {}},
        {"known_names": frozenset()},
        {"own_tags": {"mary": ("red_dress",), "alice_(wonderland)": ("white_footwear",)}},
        {"told": ()},
    ],
    ids=" ".join,
)
def test_a_kept_check_is_that_of_a_new_one_whatever_was_asked_before(other: dict[str, Any]) -> None:
    asked = {**ASKED, **other}
    kept, other_kept = check(**ASKED, remember=True), check(**asked, remember=True)
    assert kept == check(**ASKED) != other_kept == check(**asked)


def test_the_report_checks_no_caption_again_that_was_checked_when_it_was_written(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png", "1girl, hatsune miku, red dress, smile")
    data_set = DataSet(config.load(project.folder / "config.ini"))
    stage, (picture,) = Interpreter(data_set), data_set.collection.pictures
    caption = f"Hatsune Miku in a red dress smiles at a dog in {tmp_path.name}."
    judge(caption, stage.picture_tags(picture, ""))
    project.captions.mkdir(exist_ok=True)
    (project.captions / "a.txt").write_text(caption, encoding="utf-8")
    before = _remembered.cache_info()
    data_set.write_report()
    after = _remembered.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)
