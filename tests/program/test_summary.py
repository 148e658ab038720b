"""What a run says of what it did: counts with nouns, places, and what is done where it ends early."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import config
from captioning.run_summary import Product, RunSummary, StageResult, products_of
from errors import Problem
from llm.answers import Usage
from stage_runner import Due, Tally
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint, Hang, Reply, Status
from tests.fakes.wiki_pages import TAGS
from tests.program.processes import HANGS, LAST_WORD, running
from tests.program.project import Project

NO_SUCH_MODEL = Status(404, '{"error": {"message": "no such model"}}')


def product(tmp_path: Path) -> Product:
    return Product("Interpreter", "caption", "written", "caption", tmp_path, "each is in the journal")


def tell(said: list[str], made: Product, result: StageResult) -> None:
    with RunSummary(said.append).telling(made, Due((), result.total)) as told:
        told.tally, told.usage, told.at_once = result.tally, result.usage, result.at_once


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (
            StageResult(1, tally=Tally(1), usage=Usage(1, 1, 0, 1)),
            "Interpreter: 1 caption written; 1 request, 1 token in, 1 out; 0.0 s",
        ),
        (
            StageResult(2000, tally=Tally(2000), usage=Usage(2001, 4000, 1000, 3), at_once=8),
            "Interpreter: 2,000 captions written; 2,001 requests, 4,000 tokens in (1,000 from the server's "
            "cache), 3 out; 8 at once; 0.0 s",
        ),
    ],
)
def test_the_line_of_a_stage_counts_in_plain_words(tmp_path: Path, result: StageResult, line: str) -> None:
    said: list[str] = []
    tell(said, product(tmp_path), result)
    assert said == [line]


def test_where_nothing_was_made_nothing_is_said_of_drafts() -> None:
    said: list[str] = []
    summary = RunSummary(said.append)
    summary.no_model("no model server answers on this computer")
    summary.close(1.0)
    assert said[-1] == "Nothing was made; 1.0 s in all."


def test_of_many_that_failed_the_rest_is_where_the_line_says(tmp_path: Path) -> None:
    products = products_of(config.load(Project(tmp_path).folder / "config.ini"))
    journal = f"each is in {tmp_path / 'captions' / 'journal.jsonl'}"
    failures = [Problem(f"item {number}", "cut off", "cut off") for number in range(22)]
    for each, where in (
        (products["TagProvider"], "with --log FILE, each is in that file"),
        (products["Interrogator"], journal),
        (products["Interpreter"], journal),
    ):
        said: list[str] = []
        tell(said, each, StageResult(22, tally=Tally(0, failures)))
        assert said[-1] == f"  … and 2 more: 2 cut off; {where}"


def test_tags_that_failed_are_in_the_log_and_not_in_the_journal(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png", "gwen (song of tides), hat")
        endpoint.script(Status(400, '{"error": {"message": "no such thing"}}'))
        out = project.run("--log", str(log)).out
    assert "TagProvider: " in out and "1 failed (1 request refused (400))" in out, out
    kept = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    failed = [each["item"] for each in kept if each.get("outcome") == "failed"]
    assert len(failed) == 1 and "gwen_(song_of_tides)" in failed[0]
    assert {line["stage"] for line in project.journal()} == {"interpreter"}


def last_line(out: str) -> str:
    return out.splitlines()[-1]


@pytest.mark.parametrize(
    ("skipped", "begins"),
    [
        ((), "Captions are in {captions}; "),
        (("Interpreter",), "Tag meanings are in {cache}, descriptions are in {descriptions}; "),
        (("Interpreter", "TagProvider"), "Descriptions are in {descriptions}; "),
        (("Interpreter", "Interrogator"), "Tag meanings are in {cache}; "),
    ],
)
def test_the_last_line_says_what_was_made_and_where(
    tmp_path: Path, skipped: tuple[str, ...], begins: str
) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(tmp_path, endpoint.url, Interrogator__skip="False", TagProvider__wiki_url=wiki.url)
        project.set |= {"TagProvider.skip": "False"} | {f"{stage}.skip": "True" for stage in skipped}
        project.add("a.png")
        places = {"captions": project.captions, "cache": project.cache, "descriptions": project.descriptions}
        first = project.run()
        assert first.code == 0, first
        assert last_line(first.out).startswith(begins.format(**places))


def test_where_nothing_could_be_made_the_last_line_names_no_place(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: "I'm sorry, but I can't help with that.") as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__retries="0")
        project.add("a.png")
        result = project.run()
    assert result.code == 1
    assert last_line(result.out).startswith("Nothing was made; ")


@pytest.mark.parametrize(
    ("skips", "said"),
    [
        (
            {},
            "Nothing to do: 1 caption there already; after a change of template, model or tags, "
            "[Dataset] existing = refresh makes them anew, and after any other change overwrite does.",
        ),
        (
            {"Interpreter": "True", "Interrogator": "False"},
            "Nothing to do: 1 description there already; after a change of template, model or tags, "
            "[Dataset] existing = refresh makes them anew, and after any other change overwrite does.",
        ),
        ({"Interpreter": "True"}, "Nothing to do: all stages are skipped. Set skip = False for one."),
    ],
)
def test_what_is_there_already_is_called_by_its_name(
    tmp_path: Path, skips: Mapping[str, str], said: str
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.set |= {f"{stage}.skip": skip for stage, skip in skips.items()}
        project.add("a.png")
        project.run()
        assert said in project.run().out.splitlines()


def two_done_then(project: Project, *then: Reply | Status | Hang) -> list[Reply | Status | Hang]:
    """Five pictures, and answers for a run that comes to its end after two of them."""
    project.set["Endpoint.concurrency"] = "1"
    for number in range(5):
        project.add(f"{number}.png", f"1girl, {number} hats")
    return [Reply(), Reply(), *then]


def test_a_stage_that_ends_early_says_what_is_done_and_the_report_shows_it(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__retries="0")
        endpoint.script(*two_done_then(project, NO_SUCH_MODEL))
        result = project.run()
    assert result.code == 2
    assert "no such model" in result.err
    shown = result.out.splitlines()[-2:]
    assert shown[0].startswith("Interpreter: 2 captions written; ")
    assert "2 requests, " in shown[0] or "3 requests, " in shown[0]
    assert shown[1] == f"See all of it in {project.captions / 'report.html'}."
    page = (project.captions / "report.html").read_text(encoding="utf-8")
    assert project.caption("0") in page


def test_a_stage_that_ends_before_it_has_done_anything_leaves_the_report_alone(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(NO_SUCH_MODEL,)) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__retries="0")
        project.add("a.png")
        result = project.run()
    assert result.code == 2
    assert last_line(result.out).startswith("Interpreter: 0 captions written; ")
    assert not (project.captions / "report.html").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for one process")
@pytest.mark.parametrize(("pictures", "is_shown"), [(5, True), (300, False)])
def test_ctrl_c_says_what_is_done_and_shows_it_where_that_takes_no_time(
    tmp_path: Path, pictures: int, is_shown: bool
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url)
        endpoint.script(*two_done_then(project, Hang(HANGS)))
        for number in range(5, pictures):
            os.link(project.images / "0.png", project.images / f"{number}.png")
            os.link(project.images / "0.txt", project.images / f"{number}.txt")
        with running(project) as run:
            run.until(lambda: len(endpoint.requests) == 3 and len(list(project.captions.glob("*.txt"))) == 2)
            assert run.end(signal.SIGINT) < HANGS
    assert "".join(run.errors) == LAST_WORD
    assert any(line.startswith("Interpreter: 2 captions written; ") for line in run.said)
    assert (project.captions / "report.html").exists() == is_shown


@pytest.mark.parametrize("stage", ["TagProvider", "Interrogator", "Interpreter"])
def test_a_template_that_is_missing_or_broken_is_told_even_where_nothing_is_due(
    tmp_path: Path, stage: str
) -> None:
    project = Project(tmp_path, TagProvider__wiki_url="http://127.0.0.1:9")
    project.add("a.png")
    project.captions.mkdir()
    (project.captions / "a.txt").write_text("A girl smiles.", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("Say {{ nothing_such }}.", encoding="utf-8")
    project.set |= {f"{stage}.prompt_template_file": "missing.txt", f"{stage}.skip": "True"}
    assert project.run().code == 0
    project.set[f"{stage}.skip"] = "False"
    missing = "missing.txt does not exist: correct prompt_template_file"
    broken = "mine.txt, line 1: there is nothing called nothing_such"
    for command, template, said in (
        ((), "missing.txt", missing),
        ((), "mine.txt", broken),
        (("--dry-run",), "missing.txt", missing),
        (("--check",), "mine.txt", broken),
    ):
        result = project.run(*command, "--set", f"{stage}.prompt_template_file={tmp_path / template}")
        assert (result.code, said in result.out + result.err) == (2, True), result


def test_all_mistakes_of_style_and_templates_are_told_at_once(tmp_path: Path) -> None:
    project = Project(tmp_path, Interrogator__skip="False", Interpreter__max_words="few")
    project.add("a.png")
    project.set["Interpreter.style"] = "anmia"
    said = project.run().err
    assert "Interpreter.style=anmia: should be anima, " in said and "Interpreter.max_words=few: " in said
    del project.set["Interpreter.max_words"]
    (tmp_path / "mine.ini").write_text("[style]\nform = {nothing}", encoding="utf-8")
    project.set |= {"Interpreter.style": "mine", "Interpreter.prompt_template_file": "first.txt"}
    project.set["Interrogator.prompt_template_file"] = "second.txt"
    for command in ((), ("--dry-run",), ("--check",)):
        result = project.run(*command)
        assert result.code == 2
        for mistake in ("mine.ini cannot be used", "first.txt does not exist", "second.txt does not exist"):
            assert mistake in result.out + result.err, result


def test_check_tells_of_a_broken_template_even_where_the_folders_are_wrong(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.set |= {"Interpreter.prompt_template_file": "missing.txt", "Dataset.captions": "descriptions"}
    result = project.run("--check")
    assert "missing.txt does not exist" in result.out
    assert "captions and descriptions are the same folder" in result.out
