"""Runs on full and read-only disks, with files in the way, and beside a second run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint, Hang, Reply
from tests.fakes.wiki_pages import TAGS
from tests.program.processes import running
from tests.program.project import Project, png
from tests.program.starts import LONGEST_RUN

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mounts and no such permissions")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB; only root may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a disk that is soon full")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], check=False)
    if done.returncode:
        pytest.skip("this computer lets nobody mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def numbered(project: Project, count: int) -> Project:
    for number in range(count):
        project.add(f"{number:03}.png", f"1girl, {number} hats")
    return project


def every_caption_is_whole(project: Project, text: str) -> None:
    for path in [*project.captions.rglob("*.txt")]:
        assert path.read_text(encoding="utf-8") == text


@posix
def test_a_full_disk_ends_the_run_and_the_next_run_goes_on_once_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    text = "A girl with a hat smiles at the viewer."
    with FakeEndpoint(answer=lambda body: text) as endpoint:
        project = Project(tmp_path, endpoint.url, Dataset__captions=str(small_disk), Interpreter__repairs="0")
        project.captions = small_disk
        numbered(project, 40)
        filler = small_disk / "filler"
        filler.write_bytes(b"x" * 24_000)
        result = project.run()
        assert result.code == 2
        (line,) = result.err.splitlines()
        assert "No space left on device" in line
        assert "make room on the disk and run again" in line
        every_caption_is_whole(project, text)
        written = len(list(small_disk.glob("*.txt")))
        assert written < 40
        asked = len(endpoint.requests)
        filler.unlink()
        shutil.rmtree(small_disk / ".parts", ignore_errors=True)
        small = [*small_disk.iterdir()]
        subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
        again = project.run()
        assert again.code == 0, (again, small)
        every_caption_is_whole(project, text)
        assert len(list(small_disk.glob("*.txt"))) == 40
        assert len(endpoint.requests) == asked + 40 - written
    pictures = {line["picture"] for line in project.journal() if line["outcome"] == "done"}
    assert len(pictures) == 40


@posix
def test_a_batch_file_that_does_not_fit_is_left_out_whole_and_written_once_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    project = numbered(Project(tmp_path, "batch", Endpoint__batch=str(small_disk)), 40)

    def requests_there() -> list[str]:
        texts = (path.read_text(encoding="utf-8") for path in small_disk.glob("*.jsonl"))
        return [json.loads(line)["custom_id"] for text in texts for line in text.splitlines()]

    result = project.run()
    assert result.code == 2
    assert result.err.splitlines()[-1].endswith(
        "(No space left on device): make room on the disk and run again"
    )
    assert len(requests_there()) < 40
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    assert "40 requests, " in project.run().out
    assert len(set(requests_there())) == len(requests_there()) == 40


@posix
def test_a_read_only_folder_is_reported_before_any_request(tmp_path: Path, small_disk: Path) -> None:
    (small_disk / "captions").mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with FakeEndpoint() as endpoint:
        for captions in (small_disk / "captions", small_disk / "new"):
            project = Project(tmp_path, endpoint.url, Dataset__captions=str(captions))
            project.add("a.png")
            result = project.run()
            assert result.code == 2
            (line,) = result.err.splitlines()
            assert str(captions) in line
            assert "read-only" in line.lower()
        assert endpoint.requests == []


@posix
def test_a_tags_cache_that_cannot_be_written_loses_no_answer(tmp_path: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(
            tmp_path,
            endpoint.url,
            TagProvider__skip="False",
            TagProvider__wiki_url=wiki.url,
            TagProvider__cache=str(small_disk / "tags_cache.json"),
            Interpreter__skip="True",
        )
        project.add("a.png", "1girl, twintails, hatsune miku")
        result = project.run()
        assert result.code == 2
        (line,) = result.err.splitlines()
        assert str(small_disk) in line
        asked, looked_up = len(endpoint.requests), len(wiki.asked)
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
        assert project.run().code == 0
        assert (len(endpoint.requests), len(wiki.asked)) == (asked, looked_up)
        assert "twintails" in (small_disk / "tags_cache.json").read_text(encoding="utf-8")


@posix
def test_a_folder_without_write_permission_is_reported_in_one_sentence(tmp_path: Path) -> None:
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root is denied nothing, and setpriv is not there to be somebody else")
    folder = tmp_path / "open"
    project = Project(folder)
    project.add("a.png")
    project.captions.mkdir()
    project.captions.chmod(0o555)
    command = project.command()
    if os.geteuid() == 0:
        for each in (folder, *folder.parents):
            if not each.stat().st_mode & 0o001:
                each.chmod(0o755)
        command = [*as_nobody, *command]
        if subprocess.run([*as_nobody, *project.command("--version")], check=False).returncode:
            pytest.skip("this program may not be run by others where it lies")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    project.captions.chmod(0o755)
    assert done.returncode == 2, done
    assert done.stderr == (
        f"caption.py: the folder {project.captions} is read-only: "
        "change its permissions or name another one\n"
    )


def test_a_picture_whose_caption_file_is_a_folder_fails_before_any_request(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = numbered(Project(tmp_path, endpoint.url, Interpreter__repairs="0"), 3)
        (project.captions / "001.txt").mkdir(parents=True)
        result = project.run()
        assert result.code == 1
        assert "1 failed (1 file cannot be written)" in result.out
        assert "a folder stands where the file should be; move it away" in result.out
        assert len(endpoint.requests) == 2
    assert {path.name for path in project.captions.glob("*.txt") if path.is_file()} == {"000.txt", "002.txt"}


def test_a_file_where_the_captions_folder_should_be_is_reported_in_one_sentence(tmp_path: Path) -> None:
    project = numbered(Project(tmp_path), 1)
    project.captions.write_text("not a folder")
    result = project.run()
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert "a file stands where a folder should be; move it away" in line
    assert project.captions.read_text() == "not a folder"


@pytest.mark.parametrize("name", ["journal.jsonl", ".tagscribe.lock"])
def test_a_folder_in_the_place_of_the_programs_own_files_is_reported_in_one_sentence(
    tmp_path: Path, name: str
) -> None:
    with FakeEndpoint() as endpoint:
        project = numbered(Project(tmp_path, endpoint.url), 1)
        (project.captions / name).mkdir(parents=True)
        result = project.run()
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert name in line or sys.platform == "win32"


def test_a_file_in_the_place_of_a_sub_folder_fails_only_the_pictures_of_that_folder(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__repairs="0")
        project.add("a.png")
        project.add("deep/b.png")
        project.captions.mkdir()
        (project.captions / "deep").write_text("in the way")
        result = project.run()
        assert len(endpoint.requests) == 1
    assert result.code == 1
    assert "deep/b.png: " in result.out
    assert (project.captions / "a.txt").exists()


@posix
def test_a_picture_whose_name_is_too_long_for_a_caption_file_fails_before_any_request(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path, endpoint.url, Dataset__caption_extension=".caption", Interpreter__repairs="0"
        )
        project.add(f"{'n' * 250}.png")
        project.add("short.png")
        result = project.run()
        assert len(endpoint.requests) == 1
    assert result.code == 1
    assert "1 failed (1 file cannot be written)" in result.out
    assert "shorten the picture's name" in result.out
    assert (project.captions / "short.caption").exists()


def test_a_picture_that_is_deleted_during_the_run_fails_alone(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(
            tmp_path,
            endpoint.url,
            Endpoint__concurrency="1",
            Interrogator__skip="False",
            Interpreter__repairs="0",
        )
        numbered(project, 60)

        def deleting(body: dict[str, object]) -> str:
            (project.images / "050.png").unlink(missing_ok=True)
            (project.images / "055.png").unlink(missing_ok=True)
            (project.images / "055.txt").unlink(missing_ok=True)
            return "A girl with a hat smiles at the viewer."

        endpoint.answer_to = deleting
        result = project.run()
    assert result.code == 1
    assert "050.png" in result.out
    assert "055.png" in result.out
    assert len(list(project.descriptions.glob("*.txt"))) == 58


def test_a_second_run_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(Reply(), Hang(LONGEST_RUN)), every=1) as endpoint:
        project = numbered(Project(tmp_path, endpoint.url, Endpoint__concurrency="1"), 3)
        with running(project) as first:
            first.until(lambda: endpoint.requests)
            result = project.run()
            assert result.code == 2
            assert result.err == (
                f"caption.py: another run is writing to {project.captions}: wait until it ends, "
                "or name another folder in config.ini\n"
            )
            assert first.wait(0) is None
    with FakeEndpoint() as endpoint:
        project.set["Endpoint.url"] = endpoint.url
        assert project.run().code == 0, "the lock outlived its run"


def test_a_second_run_that_would_write_the_same_descriptions_is_refused(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(Hang(LONGEST_RUN),)) as endpoint:
        project = numbered(Project(tmp_path, endpoint.url, Interrogator__skip="False"), 2)
        with running(project) as first:
            first.until(lambda: endpoint.requests)
            project.set["Dataset.captions"] = str(tmp_path / "other")
            result = project.run()
            assert result.code == 2
            assert f"another run is writing to {project.descriptions}" in result.err
            project.set |= {"Interrogator.skip": "True", "Endpoint.url": "builtin"}
            assert project.run().code == 0


def test_captions_may_lie_beside_the_pictures_with_another_extension(tmp_path: Path) -> None:
    project = Project(
        tmp_path,
        Dataset__captions=str(tmp_path / "images"),
        Dataset__caption_extension=".caption",
        Dataset__tag_extension=".txt",
    )
    project.add("a.png", "1girl, solo")
    assert project.run().code == 0
    assert (project.images / "a.txt").read_text() == "1girl, solo"
    assert (project.images / "a.caption").read_text()
    assert "Nothing to do" in project.run().out or project.run().code == 0


@posix
def test_broken_links_among_the_captions_do_not_hide_that_captions_are_missing(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = numbered(Project(tmp_path, endpoint.url, Interpreter__repairs="0"), 5)
        project.captions.mkdir()
        for number in range(5):
            (project.captions / f"gone{number}.txt").symlink_to(tmp_path / "nowhere")
        assert project.run().code == 0
        assert project.run().code == 0
        assert len(endpoint.requests) == 5


@posix
def test_a_link_that_leads_out_of_the_captions_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__repairs="0")
        project.add("deep/a.png")
        project.add("b.png")
        project.captions.mkdir()
        (project.captions / "deep").symlink_to(outside, target_is_directory=True)
        result = project.run()
        assert len(endpoint.requests) == 1
    assert result.code == 1
    assert "a link leads out of the folder" in result.out
    assert list(outside.iterdir()) == []


def test_names_that_the_console_cannot_show_do_not_stop_the_run(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("初音ミク.png", picture=png()).with_suffix(".txt").unlink()
    project.add("b.png")
    result = project.run(environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert result.code == 1
    assert "\\u521d\\u97f3" in result.out
