"""The whole program against llama.cpp's own server, on the pictures that the repository ships."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.llama_server import LlamaServer
from tests.fakes.wiki_pages import TAGS
from tests.program.project import Project
from tests.program.starts import ROOT

FEWEST_SHIPPED = 6


def shipped(folder: Path, server: LlamaServer, **settings: str) -> Project:
    """The shipped pictures, to be captioned by this server."""
    project = Project(folder, url=server.url, **settings)
    shutil.copytree(ROOT / "images", project.images, dirs_exist_ok=True)
    if server.api_key:
        project.set["Endpoint.api_key"] = server.api_key
    return project


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.txt")
    }


def test_three_stages_in_one_run_and_nothing_asked_in_the_second(
    tmp_path: Path, llama_vision: LlamaServer
) -> None:
    with FakeDanbooru(TAGS) as wiki:
        project = shipped(
            tmp_path,
            llama_vision,
            TagProvider__skip="False",
            TagProvider__wiki_url=wiki.url,
            Interrogator__skip="False",
            Interpreter__repairs="1",
        )
        result = project.run()
        asked = len(wiki.asked)
        journal = project.journal()
        again = project.run()
        assert len(wiki.asked) == asked
    assert result.code == 0, result
    descriptions, captions = texts(project.descriptions), texts(project.captions)
    assert len(captions) >= FEWEST_SHIPPED
    assert set(captions) == set(descriptions)
    assert all(text.endswith(".") for text in [*captions.values(), *descriptions.values()])
    assert len({*captions.values()}) > 1, "the answers depend on what was asked"
    assert all(line["prompt_tokens"] > 0 for line in journal)
    assert "hatsune_miku" in json.loads(project.cache.read_text(encoding="utf-8"))
    assert "Nothing to do" in again.out
    assert project.journal() == journal


def test_each_shipped_picture_is_captioned_in_one_look(tmp_path: Path, llama_vision: LlamaServer) -> None:
    project = shipped(tmp_path, llama_vision)
    result = project.run()
    assert result.code == 0, result
    assert "Each picture is sent to the model along with its tags." in result.out
    captions, journal = texts(project.captions), project.journal()
    assert len(captions) == len(journal) >= FEWEST_SHIPPED
    assert all(text.endswith(".") for text in captions.values())
    assert all(line["sees"] is True and "coverage" in line for line in journal)
    assert texts(project.descriptions) == {}


def test_answers_that_are_cut_off_are_counted_by_reason_and_none_is_written(
    tmp_path: Path, llama: LlamaServer
) -> None:
    project = shipped(tmp_path, llama, Endpoint__max_tokens="4", Endpoint__retries="1")
    result = project.run()
    assert result.code == 1, result
    assert "cut off" in result.out
    assert texts(project.captions) == {}
    assert {line["reason"] for line in project.journal()} == {"cut off"}


def test_no_variant_is_written_that_still_holds_the_form_it_was_sent_in(
    tmp_path: Path, llama: LlamaServer
) -> None:
    project = shipped(tmp_path, llama, Interpreter__variants="long, short")
    result = project.run("--limit", "2")
    assert "Traceback" not in result.err
    for line in project.journal():
        assert line["outcome"] in ("done", "failed")
        assert "{" not in line.get("written", "")
