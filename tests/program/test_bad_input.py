"""Every bad input of the corpus ends with its message and exit code, and no file of the user's is changed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import config
from dataset.picture_file import PictureFile
from dataset.preprocessing import prepare
from dataset.tag_parsing import read_tags, text_of_tag_file
from dataset.tagged_pictures import PictureFolder
from errors import ItemError, UserError
from llm.prompts import Prompt
from llm.replies import Form, clean
from tests.fakes.endpoint import FakeEndpoint
from tests.program import bad_inputs
from tests.program.bad_inputs import Bad
from tests.program.project import Project, png, state_of
from wiki import cache as tags_cache
from wiki.dump import DumpSource
from wiki.tag_meanings import load_own
from writing import PICTURE_VARIABLES

READERS: dict[str, Callable[[Path], Any]] = {
    "config": config.load,
    "template": lambda path: Prompt(path, PICTURE_VARIABLES),
    "tags": lambda path: read_tags(text_of_tag_file(path.read_bytes()), path.name),
    "picture": lambda path: prepare(PictureFile.at(path), 1024),
    "cache": tags_cache.load,
    "own": load_own,
    "dump": lambda path: list(DumpSource(path).pages(["long_hair"])),
    "reply": lambda path: clean(path.read_text(encoding="utf-8"), path.name, Form()),
}
CODES = {UserError: 2, ItemError: 1}


def label(bad: Bad) -> str:
    return f"{bad.kind}-{bad.name}-{bad.content[:25]!r}"


def test_the_corpus_has_as_many_bad_inputs_as_the_docs_say() -> None:
    assert len(bad_inputs.ALL) >= 120


@pytest.mark.parametrize("bad", bad_inputs.ALL, ids=label)
def test_a_bad_input_is_refused_with_its_message_and_exit_code(tmp_path: Path, bad: Bad) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.content)
    with pytest.raises((UserError, ItemError)) as caught:
        READERS[bad.kind](path)
    said = str(caught.value)
    assert bad.sentence in said
    assert CODES[caught.type] == bad.code
    assert not said.endswith(".")
    assert all(mark.isprintable() or mark == "\n" for mark in said)
    assert len(said) < 1000
    assert path.read_bytes() == bad.content


def folders(tmp_path: Path, **chosen: str) -> PictureFolder:
    """The data set of a project whose folders are set like this."""
    ini = tmp_path / "config.ini"
    ini.write_text("", encoding="utf-8")
    loaded = config.load(ini, [f"Dataset.{key}={value}" for key, value in chosen.items()])
    return PictureFolder(loaded.dataset, loaded.tags)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"images": "missing"}, "the picture folder"),
        ({"images": "config.ini"}, "is not a folder: set [Dataset] images to the folder of your pictures"),
        ({"images": "x" * 300}, "cannot be read (File name too long)"),
        ({"descriptions": "images"}, "descriptions is the images folder"),
        ({"captions": "out", "descriptions": "./out"}, "captions and descriptions are the same folder"),
        ({"captions": "images/deep"}, "captions lies in the images folder and holds pictures"),
        ({"descriptions": "images/deep"}, "descriptions lies in the images folder and holds pictures"),
        (
            {"captions": "."},
            "images lies in captions, and texts of the pictures in images/ would be mixed up",
        ),
        (
            {"captions": "out", "descriptions": "out/deep"},
            "descriptions lies in captions, and texts of the pictures in deep/ would be mixed up",
        ),
    ],
    ids=str,
)
def test_folders_that_would_overwrite_something_are_refused_before_anything_is_written(
    tmp_path: Path, chosen: dict[str, str], sentence: str
) -> None:
    for name in ("images/a.png", "images/deep/b.png", "images/images/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(png())
        (tmp_path / name).with_suffix(".txt").write_text("1girl", encoding="utf-8")
    before = state_of(tmp_path / "images")
    with pytest.raises(UserError) as caught:
        folders(tmp_path, **chosen)
    assert sentence in str(caught.value)
    assert state_of(tmp_path / "images") == before
    assert {path.name for path in tmp_path.iterdir()} == {"images", "config.ini"}


@pytest.mark.parametrize(
    "chosen",
    [
        {"captions": "images/captions", "descriptions": "images/descriptions"},
        {"captions": ".", "recursive": "False"},
        {"captions": "out", "descriptions": "out/descriptions"},
        {"captions": "images", "tag_extension": ".tags"},
        {"captions": "images", "caption_extension": ".caption", "tag_extension": ".txt"},
    ],
    ids=str,
)
def test_nested_folders_that_overwrite_nothing_are_accepted(tmp_path: Path, chosen: dict[str, str]) -> None:
    for name in (
        "images/a.png",
        "images/captions/a.txt",
        "images/descriptions/a.txt",
        "images/captions/old.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(png() if name.endswith("png") else b"Some words that stay.")
    for suffix in (".txt", ".tags"):
        (tmp_path / f"images/a{suffix}").write_text("1girl", encoding="utf-8")
    found = folders(tmp_path, **chosen)
    assert [picture.name for picture in found.pictures] == ["a.png"]
    problems = [problem.name for problem in found.folder.problems]
    assert (
        not any("old" in name or "descriptions" in name for name in problems)
        or "captions" not in chosen["captions"]
    )


def test_one_run_over_all_bad_pictures_and_tag_files_does_the_good_ones_and_lists_the_others(
    tmp_path: Path,
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, Interrogator__skip="False", Endpoint__concurrency="8")
        expected: dict[str, str] = {}
        for number, bad in enumerate([*bad_inputs.PICTURES, *bad_inputs.TAG_FILES]):
            name = f"{bad.kind}{number}"
            suffix = Path(bad.name).suffix
            if bad.kind == "picture":
                project.add(f"{name}{suffix}", picture=bad.content or b"")
                (project.images / f"{name}{suffix}").write_bytes(bad.content)
            else:
                project.add(f"{name}.png").with_suffix(".txt").unlink()
                (project.images / f"{name}{suffix}").write_bytes(bad.content)
            expected[name] = bad.sentence.removeprefix("picture.png")
        project.add("good.png")
        project.add("old format.bmp")
        before = state_of(project.images)
        result = project.run()
        asked = len(endpoint.requests)
    assert result.code == 1
    assert state_of(project.images) == before
    told = {line["picture"]: line["message"] for line in project.journal() if line["outcome"] == "failed"}
    assert {name for name, sentence in expected.items() if sentence not in told.get(name, "")} == set()
    assert "old format.bmp: this format cannot be sent to a model: convert the picture" in result.out
    pictures = {name for name in expected if name.startswith("picture")}
    # A picture that cannot be seen still has tags that a caption can be written from.
    assert {path.stem for path in project.captions.glob("*.txt")} == {"good", *pictures}
    assert {path.stem for path in project.descriptions.glob("*.txt")} == {"good"}
    assert asked == 1 + 1 + len(pictures)


NO_PICTURES = "there are no pictures in"


@pytest.mark.parametrize(
    ("chosen", "files", "code", "sentence"),
    [
        ({"Endpoint.retries": "x"}, {}, 2, "--set Endpoint.retries=x: should be a whole number"),
        ({"Interpreter.prompt_template_file": "t.txt"}, {"t.txt": "{{ tgas }}"}, 2, "did you mean tags?"),
        (
            {"Interpreter.prompt_template_file": "gone.txt"},
            {},
            2,
            "does not exist: correct prompt_template_file",
        ),
        ({}, {"tags_cache.json": "[1]"}, 2, "should be a JSON object of tags"),
        (
            {"Tags.descriptions_file": "mine.csv"},
            {"mine.csv": "a\n"},
            2,
            "row 1: there is no description of a",
        ),
        ({"Tags.descriptions_file": "gone.csv"}, {}, 2, "correct descriptions_file in config.ini"),
        ({"TagProvider.source": "gone.csv", "TagProvider.skip": "False"}, {}, 2, "gone.csv"),
        ({"TagProvider.source": "d.csv", "TagProvider.skip": "False"}, {"d.csv": "a,b\n"}, 2, "d.csv"),
        ({"Dataset.images": "gone"}, {}, 2, "does not exist: make it, or correct --set Dataset.images"),
        ({"Dataset.images": "empty"}, {"empty/notes.md": "x"}, 2, NO_PICTURES),
        ({"Dataset.descriptions": "images"}, {}, 2, "descriptions is the images folder"),
        ({"Dataset.captions": "file"}, {"file": "mine"}, 2, "a file stands where a folder should be"),
        ({}, {"captions/journal.jsonl/x": "mine"}, 2, "a folder stands where the file should be"),
        ({}, {"captions/a.txt/x": "mine"}, 1, "a folder stands where the file should be"),
    ],
    ids=str,
)
def test_a_run_that_cannot_work_says_why_in_one_sentence_and_changes_nothing(
    tmp_path: Path, chosen: dict[str, str], files: dict[str, str], code: int, sentence: str
) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url)
        project.set |= chosen
        project.add("a.png")
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        before = state_of(tmp_path)
        result = project.run()
    assert (result.code, sentence in result.out + result.err) == (code, True), result
    after = state_of(tmp_path)
    assert {name: after.get(name) for name in before} == before
    if code == 2:
        assert result.err.startswith("caption.py: ")
        assert len(result.err.splitlines()) <= 2


def test_without_a_config_the_message_says_how_to_write_a_fresh_one(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "config.ini").unlink()
    result = project.run()
    assert result.code == 2
    assert f"python caption.py --settings ini > {tmp_path / 'config.ini'}" in result.err


JOURNAL = (
    *("", "{", "[]", "null", "7", '"text"', "[" * 9999, "\xff\xfe", "\0" * 99, '{"picture": "a"', "1" * 9999),
    *('{"stage": "interpreter"}', '{"stage": "interpreter", "picture": ["a"], "outcome": "done"}'),
    '{"stage": ["interpreter"], "picture": "a", "outcome": {"done": 1}}',
    '{"stage": "interpreter", "picture": "a", "outcome": "done", "prompt": 1, "text": 2, "draft": 3}',
    '{"stage": "interpreter", "picture": "../../a", "outcome": "done", "prompt": "1", "text": "2"}',
    '{"stage": "interpreter", "picture": "elsewhere", "outcome": "edited", "text": "2", "unknown": []}',
    '{"stage": "another", "picture": "a", "outcome": "done"}',
)


def test_a_journal_full_of_broken_and_foreign_lines_is_kept_and_appended_to(tmp_path: Path) -> None:
    project = Project(tmp_path, Dataset__existing="refresh")
    project.add("a.png")
    project.captions.mkdir()
    journal = project.captions / "journal.jsonl"
    before = "\n".join(JOURNAL).encode("latin-1")
    journal.write_bytes(before)
    result = project.run()
    assert (result.code, result.err) == (0, "")
    assert project.caption("a")
    after = journal.read_bytes()
    assert after.startswith(before + b"\n")
    assert json.loads(after.splitlines()[-1])["picture"] == "a"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="the owner of all may write anywhere"
)
def test_a_read_only_captions_folder_is_reported_before_any_request(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url)
        project.add("a.png")
        project.captions.mkdir(mode=0o500)
        result = project.run()
        assert endpoint.requests == []
    assert result.code == 2
    assert "is read-only: change its permissions or name another one" in result.err


def test_names_that_a_console_cannot_show_are_escaped(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("naïve ☃.png").with_suffix(".txt").write_text("", encoding="utf-8")
    result = project.run(environment={"PYTHONIOENCODING": "ascii"})
    assert result.code == 1
    assert "na\\xefve \\u2603.png: the tag file holds no tags" in result.out


def test_many_problems_are_listed_in_part_and_the_rest_counted_by_reason(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(30):
        (project.images / f"{number}.txt").write_text("1girl", encoding="utf-8")
        project.add(f"empty{number}.png", tags=" ")
    result = project.run()
    assert result.code == 1
    assert "  … and 10 more: 10 tag file without picture\n" in result.out
    assert (
        f"  … and 10 more: 10 empty tag file; each is in {project.captions / 'journal.jsonl'}" in result.out
    )
