"""Which of several characters has which trait: in prompt and draft, and in what is said of a caption."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint
from tests.program.project import Project

LOOKS = {
    "frieren": "An elf mage with long white hair in twintails, green eyes and pointed ears.",
    "fern_(sousou_no_frieren)": "A young mage with long purple hair and a white dress.",
    "stark_(sousou_no_frieren)": "A warrior boy with short red hair and a red coat.",
}
TAGS = (
    f"2girls, 1boy, {', '.join(LOOKS)}, sousou no frieren, white hair, twintails, pointy ears, purple hair, "
    "red hair, short hair, long hair, sitting, log"
)
RIGHT = "Frieren with white twintails, Fern with purple hair and Stark with red hair sit on a log."
WRONG = "Frieren with long red hair, Fern and Stark sit on a log."


def project(folder: Path, url: str = "builtin") -> Project:
    made = Project(folder, url)
    made.add("a.png", TAGS)
    meanings = {tag: {"description": looks, "category": "character"} for tag, looks in LOOKS.items()}
    series = {"sousou_no_frieren": {"description": "A fantasy manga.", "category": "copyright"}}
    made.cache.write_text(json.dumps(meanings | series), encoding="utf-8")
    return made


@pytest.mark.parametrize("template", ["", "_short", "_short_no_description"])
def test_the_prompt_says_whose_each_trait_is(tmp_path: Path, template: str) -> None:
    with FakeEndpoint(answer=lambda _: RIGHT, models=("tiny",)) as endpoint:
        made = project(tmp_path, endpoint.url)
        made.set["Interpreter.prompt_template_file"] = f"interpreter_prompt_template{template}.txt"
        result = made.run()
        assert result.code == 0, result
        (request,) = endpoint.requests[-1:]
    prompt = request.body["messages"][-1]["content"]
    assert "- frieren: white hair, twintails, pointy ears\n" in prompt
    assert "- fern: purple hair\n" in prompt
    assert "- stark: boy, red hair, short hair\n" in prompt


def test_a_trait_of_somebody_else_is_a_fault_in_journal_and_summary(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda _: WRONG, models=("tiny",)) as endpoint:
        made = project(tmp_path, endpoint.url)
        result = made.run()
    fault = 'The caption gives "red hair" to Frieren, but that is Stark\'s.'
    assert fault in made.journal()[-1]["faults"]
    assert fault in result.out
    with FakeEndpoint(answer=lambda _: RIGHT, models=("tiny",)) as endpoint:
        again = project(tmp_path / "right", endpoint.url)
        again.run()
    assert again.journal()[-1]["faults"] == []


def test_the_draft_says_whose_each_trait_is(tmp_path: Path) -> None:
    made = project(tmp_path)
    made.run()
    draft = made.caption("a")
    assert re.search(r"Frieren[^.]* white hair in twintails", draft)
    assert re.search(r"Stark[^.]* boy with short red hair", draft)
    assert re.search(r"Fern[^.]* purple hair", draft)


def test_a_draft_is_composed_again_when_more_is_known_of_who_is_who(tmp_path: Path) -> None:
    made = project(tmp_path)
    known = made.cache.read_text(encoding="utf-8")
    made.cache.write_text(known.replace("red hair", "hair"), encoding="utf-8")
    made.set["Dataset.existing"] = "refresh"
    made.run()
    before = made.caption("a")
    made.cache.write_text(known, encoding="utf-8")
    made.run()
    assert re.search(r"Stark[^.]* red hair", made.caption("a"))
    assert not re.search(r"Stark[^.]* red hair", before)
