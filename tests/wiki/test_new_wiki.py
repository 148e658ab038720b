"""A new wiki is one class and one entry: both are added to a copy of the program, which is then used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.wiki import Asked, FakeWiki, Reply, as_json
from tests.program.program_copy import ProgramCopy
from tests.program.project import Project

HAT = "A hat of paper that is folded from one sheet."

THE_CLASS = """
from wiki.client import WikiClient
from wiki.source import Page


class OurSource:
    name = "ourwiki"

    def __init__(self, access):
        self._client = WikiClient(access)

    def pages(self, tags):
        for tag in tags:
            text = self._client.ask("/meaning.json", {"tag": tag})["text"]
            yield Page(tag, tag, text, "general", None, known=bool(text))
"""
THE_ENTRY = '    "ourwiki": Wiki("wiki.ourwiki:OurSource", "{url}", Manners(per_second=1_000)),\n'


class OurWiki(FakeWiki):
    """It knows one tag."""

    def answer(self, asked: Asked) -> Reply:
        return as_json({"text": HAT if asked.one("tag") == "paper_hat" else ""})


@pytest.fixture
def wiki() -> Iterator[OurWiki]:
    with OurWiki() as running:
        yield running


@pytest.fixture
def program(tmp_path: Path, wiki: OurWiki) -> ProgramCopy:
    """A copy of the program that has the class and the entry of the new wiki."""
    copy = ProgramCopy(tmp_path / "program")
    (copy.folder / "wiki" / "ourwiki.py").write_text(THE_CLASS, encoding="utf-8")
    table = copy.folder / "settings" / "wikis.py"
    text, end = table.read_text(encoding="utf-8"), "\n}\n"
    assert text.endswith(end)
    entry = THE_ENTRY.format(url=wiki.url)
    table.write_text(text.removesuffix(end) + "\n" + entry + "}\n", encoding="utf-8")
    return copy


def test_a_new_wiki_may_be_named_and_is_in_the_manual(tmp_path: Path, program: ProgramCopy) -> None:
    project = Project(tmp_path / "project", TagProvider__source="gelbooru")
    assert "source=gelbooru: should be danbooru, e621, ourwiki, or a " in program.run(project).err
    assert "danbooru, e621, ourwiki, or a file" in program.start("--settings").out


def test_a_new_wiki_is_asked_by_a_run_and_by_the_checkup(
    tmp_path: Path, program: ProgramCopy, wiki: OurWiki
) -> None:
    with FakeEndpoint() as model:
        project = Project(
            tmp_path / "project", model.url, TagProvider__skip="False", TagProvider__source="OurWiki"
        )
        project.add("a.png", "1girl, paper_hat")
        checked = program.run(project, "--check")
        assert "the wiki ourwiki answers" in checked.out, checked
        assert [asked.one("tag") for asked in wiki.asked] == ["1girl"]
        result = program.run(project)
    assert result.code == 0, result
    hat = json.loads(project.cache.read_text(encoding="utf-8"))["paper_hat"]
    assert (hat["description"], hat["source"], hat["by"]) == (HAT, "ourwiki", "page")
