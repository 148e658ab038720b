"""Captions beside their pictures, and a folder that is named on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program.project import Project, png, state_of

TAGS = "1girl, solo, smile"
# Kills the program right before the step of this number that changes something in the folder of pictures.
_KILLER = """
import os, signal, sys
left, folder = int(os.environ["KILL_AT"]), os.environ["FOLDER"]
def hook(event, arguments):
    global left
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if writes or event in ("os.link", "os.remove", "os.rename"):
        if str(arguments[0]).startswith(folder) and not str(arguments[0]).endswith(".lock"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
"""


def beside(folder: Path, url: str = "builtin", **settings: str) -> Project:
    project = Project(folder, url, Dataset__captions="beside", Dataset__report="False", **settings)
    project.captions = project.images
    return project


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_tags_in_the_place_of_a_caption_are_kept_as_tags_and_undo_gives_them_back(tmp_path: Path) -> None:
    project = beside(tmp_path, Dataset__target="onetrainer")
    for name in ("a", "deep/b", "c", "new"):
        project.add(f"{name}.png", TAGS)
    (project.images / "c.txt").rename(project.images / "c.png.txt")
    before = {path: path.read_bytes() for path in project.images.rglob("*") if path.is_file()}
    checked = project.run("--check")
    assert "tag files where captions go: 3 (a, deep/b, new); a run calls each NAME.tags" in checked.out
    assert {path: path.read_bytes() for path in project.images.rglob("*") if path.is_file()} == before
    first = project.run("--limit", "3")
    assert first.code == 0
    assert "The tags of 2 pictures are in NAME.tags now, because captions go into NAME.txt" in first.out
    assert "Copy the pictures" not in first.out
    assert text(project.images / "a.tags") == text(project.images / "new.tags") == TAGS
    assert text(project.images / "deep/b.txt") == TAGS
    assert all(text(project.images / f"{name}.txt") != TAGS for name in ("a", "c", "new"))
    assert "1 picture" in project.run().out
    again = project.run()
    assert "Nothing to do: 4 captions" in again.out
    assert "NAME.tags" not in again.out
    # The tags are those of the tag files, whatever the captions say.
    (project.images / "a.txt").write_text("loli, mine", encoding="utf-8")
    assert "'loli'" not in project.run("--dry-run", "4", "--set", "Dataset.existing=overwrite").out
    undone = project.run("--undo")
    assert "Gave 2 tag files the earlier name back" in undone.out
    assert str(project.images / "a.txt") in undone.out
    (project.images / "a.txt").unlink()
    assert "Gave 1 tag file the earlier name back" in project.run("--undo").out
    for path, content in before.items():
        assert path.read_bytes() == content
    assert project.run().code == 0
    assert text(project.images / "a.tags") == TAGS


def test_a_run_that_gets_no_caption_renames_no_tag_file(tmp_path: Path) -> None:
    with FakeEndpoint(api_key="another one") as endpoint:
        project = beside(tmp_path, endpoint.url)
        for name in ("a", "b"):
            project.add(f"{name}.png", TAGS)
        (project.images / "b.tags").write_text("1girl, hat", encoding="utf-8")
        before = state_of(project.images)
        assert project.run().code == 2
        left = state_of(project.images)
        assert {name: left[name] for name in before} == before
        assert not (project.images / "a.tags").exists()


def test_a_picture_without_a_caption_keeps_its_tags_beside_captions_of_others(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = beside(tmp_path, endpoint.url, Endpoint__retries="0", Endpoint__concurrency="1")
        for name, tags in (("a", TAGS), ("b", TAGS), ("out", "1girl, loli, nude")):
            project.add(f"{name}.png", tags)
        endpoint.script(Reply("A girl smiles alone."), Reply(""))
        result = project.run("--set", "Dataset.report=True")
        assert "The tags of 3 pictures are in NAME.tags now" in result.out
        # The report of the same run reads tags under their new names.
        page = (project.images / "report.html").read_text(encoding="utf-8")
        assert "the answer holds no words" in page
        assert "unreadable tag file" not in page
        assert '"excluded":"tags combine' in page


def test_a_correction_from_the_report_goes_beside_its_picture(tmp_path: Path) -> None:
    project = beside(tmp_path)
    project.add("a.png", TAGS)
    corrections = tmp_path / "corrections.json"
    entries = [{"picture": "a", "caption": "Mine.", "seen": ""}]
    corrections.write_text(json.dumps({"version": 1, "corrections": entries}), encoding="utf-8")
    applied = project.run("--apply", str(corrections))
    assert applied.code == 0
    assert "The tags of 1 picture are in NAME.tags now" in applied.out
    assert (text(project.images / "a.txt"), text(project.images / "a.tags")) == ("Mine.", TAGS)


def test_what_was_replaced_is_put_back_before_tag_files_get_their_names_back(tmp_path: Path) -> None:
    project = beside(tmp_path)
    project.add("a.png", TAGS)
    project.run()
    first = text(project.images / "a.txt")
    (project.images / "a.tags").write_text("1girl, hat", encoding="utf-8")
    project.run("--set", "Dataset.existing=overwrite")
    assert text(project.images / "a.txt") != first
    assert "Put back 1 caption" in project.run("--undo").out
    assert text(project.images / "a.txt") == first
    assert "Gave 1 tag file the earlier name back" in project.run("--undo").out
    assert text(project.images / "a.txt") == "1girl, hat"


@pytest.mark.parametrize("what", ["caption", "json"])
def test_a_picture_is_judged_by_whatever_stands_beside_it(tmp_path: Path, what: str) -> None:
    with FakeEndpoint() as endpoint:
        project = beside(tmp_path, endpoint.url)
        project.add("a.png", TAGS)
        project.add("never.png", "1girl, loli, nude")
        assert project.run().code == 0
        assert len(endpoint.requests) == 1
        assert not (project.images / "never.txt").exists()
        # A tagger writes its tags over the caption, or a downloader its ratings beside it.
        if what == "caption":
            (project.images / "a.txt").write_text("1girl, loli, nude", encoding="utf-8")
        else:
            (project.images / "a.json").write_text(json.dumps({"tags": "loli nude"}), encoding="utf-8")
        result = project.run("--set", "Dataset.existing=overwrite")
        assert "2 excluded" in result.out
        assert len(endpoint.requests) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="whole paths are shorter on Windows")
def test_a_tag_file_whose_new_name_would_be_too_long_costs_its_picture_alone(tmp_path: Path) -> None:
    project = beside(tmp_path)
    long = "y" * 251  # with .txt this is as long as a name can be
    for name in (long, "z"):
        project.add(f"{name}.png", TAGS)
    result = project.run()
    assert "The tags of 1 picture are in NAME.tags now" in result.out
    assert "1 failed (1 place of the caption is taken)" in result.out
    assert text(project.images / f"{long}.txt") == text(project.images / "z.tags") == TAGS
    corrections = tmp_path / "corrections.json"
    entries = [{"picture": name, "caption": "Mine."} for name in ("z", long)]
    corrections.write_text(json.dumps({"version": 1, "corrections": entries}), encoding="utf-8")
    refused = project.run("--apply", str(corrections))
    assert refused.code == 1
    assert "holds tags, and cannot be called .tags" in refused.out
    assert text(project.images / f"{long}.txt") == TAGS
    assert text(project.images / "z.txt") == "Mine."


def test_captions_that_people_wrote_beside_pictures_are_no_tags_and_stay(tmp_path: Path) -> None:
    project = beside(tmp_path)
    mine = "A girl stands in the rain, and she is smiling at the viewer."
    for name in ("a", "b", "c"):
        project.add(f"{name}.png", mine if name != "c" else TAGS)
    (project.images / "a.png.json").write_text(json.dumps({"tags": "1girl solo rain"}), encoding="utf-8")
    result = project.run()
    assert "1 caption written; 2 there already" in result.out
    assert "The tags of 1 picture are in NAME.tags now" in result.out
    assert text(project.images / "a.txt") == text(project.images / "b.txt") == mine
    project.run("--limit", "1", "--set", "Dataset.existing=overwrite")
    assert text(project.images / "a.txt") != mine
    assert "Put back 1 caption" in project.run("--undo").out
    assert text(project.images / "a.txt") == mine


def test_files_for_a_trainer_beside_pictures_are_no_tag_files(tmp_path: Path) -> None:
    project = beside(tmp_path, Dataset__target="anima-lora-toolkit")
    project.add("a.png", TAGS)
    assert project.run().code == 0
    assert json.loads(text(project.images / "a.json"))["tags"]
    assert "1 tag file" in project.run("--check").out
    (project.images / "a.tags").unlink()
    assert "1 picture, but no tag file" in project.run("--check").out


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("command", ["run", "--undo"])
def test_a_kill_at_any_step_leaves_the_tags_and_the_next_run_goes_on(tmp_path: Path, command: str) -> None:
    arguments = [] if command == "run" else [command]
    code, step = -9, 0
    while code == -9:
        step += 1
        project = beside(tmp_path / str(step))
        project.add("a.png", TAGS)
        if command == "--undo":
            assert project.run().code == 0
        environment = {"KILL_AT": str(step), "FOLDER": str(project.images)}
        code = project.run(*arguments, environment=environment, watcher=_KILLER).code
        names = [name for name in ("a.txt", "a.tags") if (project.images / name).exists()]
        assert TAGS in [text(project.images / name) for name in names], step
        assert project.run(*arguments).code == 0, step
        is_named_back = command == "--undo"
        assert (text(project.images / "a.txt") == TAGS) is is_named_back, step
        assert (project.images / "a.tags").exists() is not is_named_back, step
        if command == "run":
            assert text(project.images / "a.tags") == TAGS
            assert project.run("--undo").code == 0
            assert text(project.images / "a.txt") == TAGS, step
    assert code == 0
    assert step > (6 if command == "run" else 2)


@pytest.mark.parametrize("is_beside", [False, True])
def test_a_folder_on_the_command_line_is_captioned_whatever_config_ini_says(
    tmp_path: Path, is_beside: bool
) -> None:
    project = Project(tmp_path / "elsewhere", Dataset__report="True")
    project.add("other.png")
    before = state_of(project.folder)
    folder = tmp_path / "my pictures"
    (folder / "deep").mkdir(parents=True)
    for name in ("a", "deep/b"):
        (folder / f"{name}.png").write_bytes(png())
        (folder / f"{name}.txt").write_text(TAGS, encoding="utf-8")
    flags = ["--beside"] if is_beside else []
    captions = folder if is_beside else folder / "captions"

    def run(*arguments: str) -> str:
        result = project.run(*arguments, *flags)
        assert result.code == 0, result
        return result.out

    assert "2 pictures, 2 tag files" in run(str(folder), "--check")
    assert f"The report is {captions / 'report.html'}" in run("--report", str(folder))
    assert f"Captions are in {captions}" in run(str(folder))
    assert text(captions / "a.txt") != TAGS
    assert text(captions / "deep/b.txt") != TAGS
    assert "Nothing to do: 2 captions" in run(str(folder))
    assert f"The report is {captions / 'report.html'}" in run("--report", str(folder))
    assert "For imagefolder: 2 captions" in run(str(folder), "--export", "imagefolder", str(tmp_path / "out"))
    # Whoever trains copies the pictures to their captions.
    if not is_beside:
        (captions / "a.png").write_bytes(png())
    assert "nothing to put back" in run("--undo", str(folder)) or is_beside
    assert (text(folder / "a.txt"), text(folder / "deep/b.txt")) == (TAGS, TAGS)
    assert "Interpreter" in run(str(folder), "--dry-run", "1") or not is_beside
    assert state_of(project.folder) == before
    wrong = project.run(str(folder / "a.png"))
    assert wrong.code == 2
    assert f"a.png is a file: name its folder, {folder}" in wrong.err
    empty = tmp_path / "empty"
    empty.mkdir()
    for command in ([], ["--report"], ["--review"]):
        nothing = project.run(str(empty), *command, *flags).err
        assert nothing.endswith("put some there with their tag files, or name another folder\n")
        assert "--set" not in nothing
    assert not list(empty.iterdir())
    assert "check is no folder; commands begin with --" in project.run("check").err
    assert "a folder comes first" in project.run("--dry-run", str(folder)).err


def test_undo_without_beside_says_that_captions_stand_beside_the_pictures(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png", TAGS)
    folder = str(project.images)
    project.run(folder, "--beside")
    before = state_of(tmp_path)
    undone = project.run(folder, "--undo")
    assert undone.code == 0
    assert f"captions beside the pictures in {project.images}: to undo that one, add --beside." in undone.out
    assert state_of(tmp_path) == before
    assert "Gave 1 tag file the earlier name back" in project.run(folder, "--undo", "--beside").out
    elsewhere = Project(tmp_path / "elsewhere")
    elsewhere.add("a.png", TAGS)
    assert "beside" not in elsewhere.run("--undo").out
