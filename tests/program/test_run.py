"""The program as a user runs it: stages in order, what is kept, what is asked, what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.fakes.wiki_pages import TAGS
from tests.program.project import Project

MIKU = "1girl, solo, hatsune miku, vocaloid, long hair, twintails, aqua hair, smile"


def test_without_a_model_the_composer_drafts_and_the_first_and_last_line_say_so(tmp_path: Path) -> None:
    project = Project(tmp_path, url="builtin", TagProvider__skip="False", Interrogator__skip="False")
    project.add("a.png", MIKU)
    result = project.run()
    lines = result.out.splitlines()
    assert result.code == 0
    assert "drafts" in lines[0]
    assert lines[-1] == "The captions are drafts, made without a model."
    assert "TagProvider: skipped, there is no model to ask" in lines
    assert "Interrogator: skipped, there is no model to ask" in lines
    assert project.caption("a").startswith("Hatsune Miku from Vocaloid, a girl, has long aqua hair")
    assert project.journal()[0]["draft"] is True


@pytest.mark.parametrize("orphan", [True, False])
def test_a_run_that_can_caption_nothing_does_not_say_that_all_is_done(tmp_path: Path, orphan: bool) -> None:
    project = Project(tmp_path)
    picture = project.add("a.png")
    (picture if orphan else picture.with_suffix(".txt")).unlink()
    result = project.run()
    assert result.code == 1
    assert "Not everything could be done: see above what is missing and why." in result.out
    assert "there already" not in result.out


def test_three_stages_in_one_run_make_meanings_a_description_and_a_caption(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(
            tmp_path,
            url=endpoint.url,
            TagProvider__skip="False",
            TagProvider__wiki_url=wiki.url,
            Interrogator__skip="False",
            Interpreter__prompt_template_file="interpreter_prompt_template_short.txt",
        )
        project.add("deep/er/a.png", MIKU)
        result = project.run()
        assert result.code == 0, result
        assert [(line["stage"], line["of"]) for line in project.journal()] == [
            ("interrogator", 1),
            ("interpreter", 1),
        ]
        last = endpoint.requests[-1].body["messages"][-1]["content"]
        asked = len(endpoint.requests)
        again = project.run()
        assert "Nothing to do" in again.out
        assert len(endpoint.requests) == asked
    description = (project.descriptions / "deep/er/a.txt").read_text(encoding="utf-8")
    assert f"What another model saw: {description}" in last
    assert "Characters: hatsune miku\nSeries: vocaloid\n" in last
    cache = json.loads(project.cache.read_text(encoding="utf-8"))
    assert cache["hatsune_miku"]["category"] == "character"
    assert f"- hatsune miku: {cache['hatsune_miku']['description']}" in last
    assert project.caption("deep/er/a")


def test_a_draft_is_written_anew_once_a_model_is_there_unless_somebody_edited_it(tmp_path: Path) -> None:
    project = Project(tmp_path, url="builtin")
    project.add("a.png")
    project.add("b.png")
    project.run()
    (project.captions / "b.txt").write_text("My own words.", encoding="utf-8")
    with FakeEndpoint() as endpoint:
        project.set["Endpoint.url"] = endpoint.url
        result = project.run()
        assert len(endpoint.requests) == 1
    assert "1 caption written; 1 there already" in result.out
    assert project.caption("b") == "My own words."
    assert [line["draft"] for line in project.journal() if line["picture"] == "a"] == [True, False]


def test_refresh_redoes_what_was_made_from_other_tags_and_no_edited_caption(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Dataset__existing="refresh")
        for name in ("a", "b", "c"):
            project.add(f"{name}.png", f"1girl, {name}_dress, smile")
        project.run()
        project.add("a.png", "1girl, red dress")
        project.add("b.png", "1girl, blue dress")
        (project.captions / "b.txt").write_text("My own words.", encoding="utf-8")
        before, asked = project.caption("a"), len(endpoint.requests)
        project.run()
        assert len(endpoint.requests) == asked + 1
    assert project.caption("a") != before
    assert project.caption("b") == "My own words."


@pytest.mark.usefixtures("usual_ports")
def test_refresh_puts_no_draft_in_the_place_of_what_a_model_wrote_while_none_answers(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto")
    project.add("a.png")
    with FakeEndpoint() as endpoint:
        project.run("--set", f"Endpoint.url={endpoint.url}")
    project.add("b.png")
    project.run()
    written, draft = project.caption("a"), project.caption("b")
    for name in ("a", "b"):
        project.add(f"{name}.png", "1girl, red dress")
    project.set["Dataset.existing"] = "refresh"
    outdated = "1 caption, written with another prompt, model or tags: the next run writes them again"
    assert f"{outdated}, without a model" in project.run("--check").out
    assert "1 caption written; 1 there already" in project.run().out
    assert project.caption("a") == written
    assert project.caption("b") != draft
    project.set["Endpoint.url"] = "builtin"
    assert "1 caption written; 1 there already" in project.run().out


def test_refresh_redoes_captions_once_other_variants_are_wanted(tmp_path: Path) -> None:
    long, short = "A girl with long hair smiles at the viewer.", "A girl smiles."
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Dataset__existing="refresh")
        project.add("a.png")
        project.set["Interpreter.variants"] = "long"
        endpoint.script(Reply(long))
        project.run()
        project.run()
        assert len(endpoint.requests) == 1
        project.set["Interpreter.variants"] = "long, short"
        endpoint.script(Reply(json.dumps({"long": long, "short": short})))
        assert "1 caption written" in project.run().out
        project.run()
        assert len(endpoint.requests) == 2
    assert project.caption("a").splitlines() == [long, short]


def test_overwrite_asks_for_every_caption_again(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Dataset__existing="overwrite")
        project.add("a.png")
        project.run()
        project.run()
        assert len(endpoint.requests) == 2


def test_a_picture_that_is_never_sent_is_listed_and_nothing_of_it_leaves(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path, url=endpoint.url, Interrogator__skip="False", Tags__exclude="loli, nude, child"
        )
        project.add("kept.png")
        project.add("out.png", "1girl, loli, nude")
        result = project.run()
        sent = json.dumps([request.body for request in endpoint.requests])
    assert result.code == 0
    assert "1 excluded" in result.out
    assert "out.png" in result.out
    assert "loli" not in sent
    assert not (project.captions / "out.txt").exists()
    assert not (project.descriptions / "out.txt").exists()
    assert len(endpoint.requests) == 2


def test_the_composer_writes_nothing_for_a_picture_that_is_never_sent(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("out.png", "1girl, shota, sex")
    result = project.run()
    assert "1 excluded" in result.out
    assert not (project.captions / "out.txt").exists()


def test_one_picture_that_fails_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__concurrency="1")
        for name in ("a", "b", "c"):
            project.add(f"{name}.png", f"1girl, {name}_hat")
        endpoint.script(Reply("A first caption."), Status(400, '{"error": {"message": "no such thing"}}'))
        result = project.run()
    assert result.code == 1
    assert "2 captions written; 1 failed (1 request refused (400))" in result.out
    assert "b.png" in result.out
    assert "no such thing" in result.out
    assert not (project.captions / "b.txt").exists()


def test_an_answer_that_is_none_is_asked_for_a_little_differently_and_never_written(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url)
        project.add("a.png")
        refusal = Reply("I'm sorry, but I can't help with that.")
        endpoint.script(refusal, Reply("A girl smiles at the viewer."))
        result = project.run()
        sent = [(request.body.get("seed"), request.body["temperature"]) for request in endpoint.requests]
    assert result.code == 0
    assert sent == [(None, 0.4), (1, 0.5)]
    assert project.caption("a") == "A girl smiles at the viewer."


def test_the_trigger_word_stands_in_front_exactly_once(tmp_path: Path) -> None:
    with FakeEndpoint(answer=lambda body: "A girl, mychar, smiles.") as endpoint:
        project = Project(tmp_path, url=endpoint.url, Tags__trigger="mychar")
        project.add("a.png")
        project.run()
    assert project.caption("a") == "mychar, a girl, smiles."


def test_with_a_limit_only_that_many_pictures_are_done_and_the_next_run_does_the_next(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(5):
        project.add(f"{number}.png")
    project.run("--limit", "2")
    assert sorted(path.name for path in project.captions.glob("*.txt")) == ["0.txt", "1.txt"]
    project.run("--limit", "2")
    assert len(list(project.captions.glob("*.txt"))) == 4


def test_pictures_without_tags_and_tags_without_pictures_are_listed(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    for name in ("b.png", "b2.png", "b3.png", "b4.png"):
        project.add(name).with_suffix(".txt").unlink()
    (project.images / "c.txt").write_text("1girl, solo", encoding="utf-8")
    result = project.run()
    assert result.code == 1
    said = "Left out, without a tag file: 4 (b.png, b2.png, b3.png, 1 more); without tags nobody can judge"
    assert said in result.out and "TagGUI" in result.out
    assert "c.txt: no picture has the name of this tag file" in result.out


def test_nothing_answers_at_the_address_is_one_sentence_that_says_what_to_start(tmp_path: Path) -> None:
    project = Project(tmp_path, url="http://127.0.0.1:9/v1")
    project.add("a.png")
    result = project.run()
    assert result.code == 2
    assert result.err.strip() == (
        "caption.py: nothing answers at http://127.0.0.1:9/v1: start the server, or correct url in config.ini"
    )
