"""All pictures that must be excluded, through every command: counted at the server and on disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.answers import Json
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.wiki_pages import WikiTag
from tests.program.exclusion_sets import tag_sets
from tests.program.project import Project, png

OLD_CAPTION = "An old caption about a lighthouse."
KEPT_CAPTION = "A girl in a red hat."


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Project, FakeEndpoint]]:
    """A folder with all of these pictures, each with an old caption, and one that may be sent."""
    with FakeEndpoint() as endpoint:
        made = Project(tmp_path, url=endpoint.url, Interrogator__skip="False", Dataset__existing="overwrite")
        made.captions.mkdir()
        made.add("kept.png", "1girl, solo, red hat")
        for each in tag_sets("exclude"):
            each.add_to(made.images)
            (made.captions / f"{each.name}.txt").write_text(OLD_CAPTION, encoding="utf-8")
        (tmp_path / "other.ini").write_text(f"[Endpoint]\nurl = {endpoint.url}\n", encoding="utf-8")
        yield made, endpoint


def pictures_sent(endpoint: FakeEndpoint) -> int:
    """How many of the requests were about a picture, by the words of the one that may be sent."""
    bodies = [json.dumps(request.body) for request in endpoint.requests]
    assert [body for body in bodies if "red hat" not in body] == []
    return len(bodies)


def written_since(project: Project, before: dict[Path, bytes]) -> str:
    """The names and the texts of all files that were written."""
    files = {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}
    new = {path: data for path, data in files.items() if before.get(path) != data}
    return "\n".join(f"{path} {data.decode('utf-8', 'replace')}" for path, data in new.items())


def everything(project: Project) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "Interpreter.variants=tags, short, long"),
        ("--set", "Interpreter.sees=True"),
        ("--dry-run", "999"),
        ("--compare", "other.ini", "--sample", "999"),
        ("--check",),
    ],
    ids=" ".join,
)
def test_none_of_the_pictures_is_sent_or_captioned(
    project: tuple[Project, FakeEndpoint], words: tuple[str, ...]
) -> None:
    made, endpoint = project
    before = everything(made)
    result = made.run(*words)
    assert result.code == 0, result.err
    sent = len(endpoint.requests) if words == ("--check",) else pictures_sent(endpoint)
    assert sent < 12
    written = written_since(made, before)
    assert OLD_CAPTION not in written
    assert not any(f"{each.name}.txt" in written for each in tag_sets("exclude"))
    assert not any(f"=== {each.name}" in result.out for each in tag_sets("exclude"))


@pytest.mark.parametrize("target", ["sd-scripts", "imagefolder", "simpletuner"])
def test_none_of_the_pictures_is_exported(project: tuple[Project, FakeEndpoint], target: str) -> None:
    made, endpoint = project
    (made.captions / "kept.txt").write_text(KEPT_CAPTION, encoding="utf-8")
    before = everything(made)
    result = made.run("--export", target, "exported")
    assert result.code == 0, result.err
    written = written_since(made, before)
    assert KEPT_CAPTION in written
    assert OLD_CAPTION not in written
    assert not any(each.name in written for each in tag_sets("exclude"))
    assert not endpoint.requests


def test_none_of_the_pictures_is_corrected_or_shown(project: tuple[Project, FakeEndpoint]) -> None:
    made, endpoint = project
    corrections = [
        {"picture": each.name, "caption": "A caption of the user."} for each in tag_sets("exclude")
    ]
    (made.folder / "corrections.json").write_text(
        json.dumps({"version": 1, "corrections": corrections}), "utf-8"
    )
    before = everything(made)
    result = made.run("--apply", "corrections.json")
    assert result.code == 2
    assert f"and {len(corrections) - 20:,} more" in result.err
    assert "A caption of the user." not in written_since(made, before)
    result = made.run("--report")
    assert result.code == 0, result.err
    written = written_since(made, before)
    assert written
    assert OLD_CAPTION not in written
    assert not endpoint.requests


def answers_about_a_child(body: Json) -> str:
    return "A small child stands in a garden and looks at a tree with green leaves."


def test_a_description_that_names_a_minor_beside_sexual_tags_excludes_the_picture(tmp_path: Path) -> None:
    with FakeEndpoint(answer=answers_about_a_child) as endpoint:
        project = Project(tmp_path, url=endpoint.url, Interrogator__skip="False")
        project.add("a.png", "1girl, solo, nude")
        result = project.run()
    assert result.code == 0, result.err
    assert "excluded" in result.out
    assert len(endpoint.requests) == 1
    assert not list(project.descriptions.glob("*.txt"))
    assert not list(project.captions.glob("*.txt"))


@pytest.mark.parametrize(
    "setting",
    [
        "repairs=3",
        "reading=always",
        "floor=draft",
        "variants=long, short",
        "prompt_template_file=a.txt, b.txt",
    ],
)
def test_a_caption_that_names_a_minor_beside_sexual_tags_ends_all_requests_about_the_picture(
    tmp_path: Path, setting: str
) -> None:
    with FakeEndpoint(answer=answers_about_a_child) as endpoint:
        project = Project(tmp_path, url=endpoint.url)
        for name in ("a.txt", "b.txt"):
            (tmp_path / name).write_text("Write a caption for {{ tags }}.", encoding="utf-8")
        project.add("a.png", "1girl, solo, nude, hat, umbrella, smile, sitting, bench, blue_hair, boots")
        result = project.run("--set", f"Interpreter.{setting}")
        again = project.run("--set", f"Interpreter.{setting}")
    assert (result.code, again.code) == (0, 0), result.err
    assert "excluded" in result.out
    # One in each run: with two variants the answer does not have both, so the first one was asked for alone.
    assert len(endpoint.requests) == (4 if "variants" in setting else 2)
    assert not list(project.captions.glob("*.txt"))


@pytest.mark.parametrize("url", ["builtin", "a server"])
@pytest.mark.parametrize("place", ["prefix", "suffix"])
def test_a_caption_that_only_its_surroundings_exclude_is_not_written(
    tmp_path: Path, url: str, place: str
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url if url == "a server" else url)
        project.set[f"Interpreter.{place}"] = "a small child"
        project.add("a.png", "1girl, solo, nude")
        result = project.run()
    assert result.code == 0, result.err
    assert "excluded" in result.out
    assert not list(project.captions.rglob("*.txt"))


@pytest.mark.parametrize("what", ["captions", "descriptions"])
def test_a_text_of_somebody_else_that_names_a_minor_excludes_a_picture_with_sexual_tags(
    tmp_path: Path, what: str
) -> None:
    project = Project(tmp_path)
    for name, tags in (("a", "1girl, solo, nude"), ("kept", "house, hill")):
        project.add(f"{name}.png", tags)
        for folder in (project.captions, project.descriptions):
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.txt").write_text(f"What {name} shows.", encoding="utf-8")
    # The report says why the picture is excluded, with the beginning of the text.
    text = "A small child stands in a garden and looks at a tree with green leaves: what a shows."
    (tmp_path / what / "a.txt").write_text(text, encoding="utf-8")
    before = everything(project)
    assert project.run("--report").code == 0
    assert project.run("--export", "imagefolder", "out").code == 0
    written = written_since(project, before)
    assert "What kept shows" in written
    assert "hat a shows" not in written


def seen_as_a_child(folder: Path) -> Project:
    """A picture that is excluded only by what a vision model saw, and one that may be captioned."""
    with FakeEndpoint(
        answer=lambda body: (
            answers_about_a_child(body) if "nude" in json.dumps(body) else "A red house stands on a hill."
        )
    ) as endpoint:
        project = Project(folder, url=endpoint.url, Interrogator__skip="False")
        project.add("a.png", "1girl, solo, nude")
        project.add("kept.png", "house, hill", png((9, 9, 9)))
        assert project.run().code == 0
    project.set |= {"Interrogator.skip": "True", "Endpoint.url": "builtin"}
    (folder / "other.ini").write_text("[Endpoint]\nurl = builtin\n", encoding="utf-8")
    correction = {"picture": "a", "caption": "A house."}
    (folder / "corrections.json").write_text(json.dumps({"version": 1, "corrections": [correction]}))
    return project


def test_what_a_vision_model_saw_excludes_the_picture_in_all_later_commands(tmp_path: Path) -> None:
    project = seen_as_a_child(tmp_path)
    result = project.run("--set", "Dataset.existing=overwrite")
    assert "a.png: tags combine what a vision model saw with" in result.out
    until = "this holds until the picture or its description changes, or its line in excluded.jsonl is gone"
    assert until in result.out
    assert not (project.captions / "a.txt").exists()
    # To begin anew with the captions changes nothing of what was seen.
    shutil.rmtree(project.captions)
    assert project.run().code == 0
    assert not (project.captions / "a.txt").exists()
    # Somebody puts the caption of another program there.
    (project.captions / "a.txt").write_text(OLD_CAPTION, encoding="utf-8")
    for words in ([], ["--set", "Dataset.existing=refresh"]):
        result = project.run(*words)
        assert result.code == 0
        assert f"{project.captions / 'a.txt'}: tags combine what a vision model saw" in result.out
    assert "captions of excluded pictures: 1" in project.run("--check").out
    assert project.run("--export", "imagefolder", "out").code == 0
    assert '"kept.png"' in (tmp_path / "out/metadata.jsonl").read_text()
    assert '"a.png"' not in (tmp_path / "out/metadata.jsonl").read_text()
    assert (
        "entry 1 (a): tags combine what a vision model saw" in project.run("--apply", "corrections.json").err
    )
    assert project.run("--report").code == 0
    assert OLD_CAPTION not in (project.captions / "report.html").read_text()
    assert "over 1 picture (" in project.run("--compare", "other.ini").out
    with FakeEndpoint() as endpoint:
        project.set |= {"Interrogator.skip": "False", "Endpoint.url": endpoint.url}
        assert "=== a.png" not in project.run("--dry-run", "9").out
        assert project.run("--set", "Dataset.existing=overwrite").code == 0
        assert all("nude" not in json.dumps(request.body) for request in endpoint.requests)


@pytest.mark.parametrize("change", ["description", "picture", "tags", "line"])
def test_it_excludes_the_picture_until_somebody_changes_what_it_was_told_by(
    tmp_path: Path, change: str
) -> None:
    project = seen_as_a_child(tmp_path)
    if change == "description":
        (project.descriptions / "a.txt").write_text("A woman stands in a garden.", encoding="utf-8")
    elif change == "picture":
        (project.images / "a.png").write_bytes(png((1, 2, 3)))
    elif change == "line":
        (project.descriptions / "excluded.jsonl").write_text("")
    else:
        (project.images / "a.txt").write_text("house, hill", encoding="utf-8")
    assert project.run().code == 0
    assert (project.captions / "a.txt").exists()


def test_a_run_names_the_captions_of_pictures_that_are_excluded_since(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png", "1girl, hat")
    project.add("b.png", "1boy, hat")
    assert project.run().code == 0
    (project.images / "b.txt").write_text("child, nude", encoding="utf-8")
    for words in ([], ["--set", "Dataset.existing=overwrite"]):
        result = project.run(*words)
        expected = "Captions of excluded pictures: delete them, or trainers will read them:\n  "
        assert f"{expected}{project.captions / 'b.txt'}: " in result.out
        assert str(project.captions / "a.txt") not in result.out


@pytest.mark.parametrize(
    ("tags", "settings"),
    [
        ("girl, nude", {"Tags__replace": "girl=little girl"}),
        ("1girl, nude", {"Tags__trigger": "little girl"}),
        ("1girl, nude, alice", {"Tags__descriptions_file": "own.csv"}),
        ("1girl, nude, other_name", {}),
        ("1girl, nude, implying_tag", {}),
    ],
)
def test_what_takes_the_place_of_tags_or_comes_with_them_is_judged_too(
    tmp_path: Path, tags: str, settings: dict[str, str]
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, **settings)
        (tmp_path / "own.csv").write_text('tag,description\nalice,"a small child"\n', encoding="utf-8")
        cache = {
            "other_name": {"description": "somebody", "alias_of": "child"},
            "implying_tag": {"description": "somebody", "implies": ["implied_tag"]},
            "implied_tag": {"description": "somebody", "implies": ["toddler"]},
        }
        project.cache.write_text(json.dumps(cache), encoding="utf-8")
        project.add("a.png", tags)
        result = project.run()
        assert result.code == 0, result.err
        assert "excluded" in result.out
        assert not endpoint.requests
    assert not list(project.captions.glob("*.txt"))


def test_what_stage_1_finds_that_a_tag_implies_excludes_the_picture_in_the_same_run(tmp_path: Path) -> None:
    tags = {"odd_hat": WikiTag("odd_hat", "A hat.", post_count=50, implies="toddler")}
    with FakeEndpoint() as endpoint, FakeDanbooru(tags) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png", "1girl, nude, odd_hat")
        result = project.run()
        assert result.code == 0, result.err
        assert "1 excluded" in result.out
        assert "odd_hat" in project.cache.read_text(encoding="utf-8")
        assert all("1girl" not in str(request.body) for request in endpoint.requests)
    assert not list(project.captions.glob("*.txt"))


@pytest.mark.parametrize("skip", ["True", "False"])
def test_a_tag_file_that_changes_during_the_run_is_judged_right_before_sending(
    tmp_path: Path, skip: str
) -> None:
    project = Project(tmp_path, Endpoint__concurrency="1", Interrogator__skip=skip)
    for number in range(30):
        project.add(f"{number:02}.png", f"child, solo, number_{number:02}")

    def change_all(body: Json) -> str:
        for path in project.images.glob("*.txt"):
            path.write_text(path.read_text(encoding="utf-8") + ", nude", encoding="utf-8")
        return "A child stands in a garden and looks at a tree with green leaves."

    with FakeEndpoint(answer=change_all) as endpoint:
        project.set["Endpoint.url"] = endpoint.url
        result = project.run()
        assert result.code == 0, result.err
        assert len(endpoint.requests) == 1
    assert not [*project.captions.glob("*.txt"), *project.descriptions.glob("*.txt")]


@pytest.mark.parametrize("skip", ["True", "False"])
def test_a_tag_file_that_is_added_while_a_request_waits_stops_its_next_try(tmp_path: Path, skip: str) -> None:
    project = Project(tmp_path, Endpoint__concurrency="1", Endpoint__retries="4", Interrogator__skip=skip)
    project.add("a.png", "child, solo")

    def add_a_rating(body: Json) -> str:
        (project.images / "a.png.json").write_text('{"rating": "explicit"}', encoding="utf-8")
        return ""

    with FakeEndpoint(answer=add_a_rating) as endpoint:
        project.set["Endpoint.url"] = endpoint.url
        result = project.run()
        assert result.code == 0, result.err
        assert len(endpoint.requests) == 1
    assert not list(project.captions.glob("*.txt"))


def test_a_picture_whose_tag_file_cannot_be_read_is_never_exported(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for name in ("kept", "broken", "second"):
        project.add(f"{name}.png", "1girl, solo, red hat")
    project.captions.mkdir()
    for name in ("kept", "broken", "second"):
        (project.captions / f"{name}.txt").write_text(f"A girl called {name}.", encoding="utf-8")
    (project.images / "broken.txt").write_bytes(b"\x00\x01\x02")
    (project.images / "second.png.json").write_text('{"rating": ', encoding="utf-8")
    result = project.run("--export", "imagefolder", "exported")
    assert result.code == 0, result.err
    assert "2 pictures left out, because a tag file cannot be read" in result.out
    written = "".join(path.read_text("utf-8") for path in (tmp_path / "exported").rglob("*.jsonl"))
    assert "called kept" in written
    assert "called broken" not in written
    assert "called second" not in written
