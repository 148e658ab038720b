"""A new wiki is one class and one entry: both are added to a copy of the program, which is then used."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.wiki import Asked, FakeWiki, Reply, as_json
from tests.program.project import ROOT, Project, Result

NO_PART_OF_THE_PROGRAM = {"tests", "benchmarks", "examples"}
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
def program(tmp_path: Path, wiki: OurWiki) -> Path:
    """A copy of the program that has the class and the entry of the new wiki."""
    copy = tmp_path / "program"
    shutil.copytree(ROOT / "templates", copy / "templates")
    for file in [*ROOT.glob("*.py"), ROOT / "requirements.txt"]:
        shutil.copy(file, copy)
    for package in {init.parent for init in ROOT.glob("*/__init__.py")}:
        if package.name not in NO_PART_OF_THE_PROGRAM:
            shutil.copytree(package, copy / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "wiki" / "ourwiki.py").write_text(THE_CLASS, encoding="utf-8")
    table = copy / "settings" / "wikis.py"
    text, end = table.read_text(encoding="utf-8"), "\n}\n"
    assert text.endswith(end)
    entry = THE_ENTRY.format(url=wiki.url)
    table.write_text(text.removesuffix(end) + "\n" + entry + "}\n", encoding="utf-8")
    return copy


def start(program: Path, *arguments: str) -> Result:
    command = [sys.executable, str(program / "caption.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return Result(done.returncode, done.stdout, done.stderr)


def run(program: Path, project: Project, *arguments: str) -> Result:
    _, _, *rest = project.command(*arguments)
    return start(program, *rest)


def test_a_new_wiki_may_be_named_and_is_in_the_manual(tmp_path: Path, program: Path) -> None:
    project = Project(tmp_path / "project", TagProvider__source="gelbooru")
    assert "source = gelbooru: should be danbooru, e621, ourwiki, or a " in run(program, project).err
    assert "danbooru, e621, ourwiki, or a file" in start(program, "--settings").out


def test_a_new_wiki_is_asked_by_a_run_and_by_the_checkup(
    tmp_path: Path, program: Path, wiki: OurWiki
) -> None:
    with FakeEndpoint() as model:
        project = Project(
            tmp_path / "project", model.url, TagProvider__skip="False", TagProvider__source="OurWiki"
        )
        project.add("a.png", "1girl, paper_hat")
        checked = run(program, project, "--check")
        assert "the wiki ourwiki answers" in checked.out, checked
        assert [asked.one("tag") for asked in wiki.asked] == ["1girl"]
        result = run(program, project)
    assert result.code == 0, result
    hat = json.loads(project.cache.read_text(encoding="utf-8"))["paper_hat"]
    assert (hat["description"], hat["source"], hat["by"]) == (HAT, "ourwiki", "page")
