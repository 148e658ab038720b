"""Folders of pictures as people have them: from network drives, Macs, archives and downloads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.program.project import Project, png

COMPOSED, APART = "pok\u00e9mon", "poke\u0301mon"


def test_what_systems_and_downloads_leave_in_a_folder_of_pictures_is_no_failure(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    for folder in ("@eaDir", "__MACOSX", "#recycle", "in/@eaDir"):
        (project.images / folder).mkdir(parents=True)
        (project.images / folder / "SYNOPHOTO_THUMB.png").write_bytes(png())
    for name in ("clip.mp4", "clip.txt", "two.webm", "two.webm.txt"):
        (project.images / name).write_text("1girl, solo", encoding="utf-8")
    result = project.run()
    assert result.code == 0, result.out
    assert "1 picture found." in result.out and "without a tag file" not in result.out
    assert "Left out, videos: 2 (clip.mp4, two.webm); captions of clips are not made yet" in result.out
    assert "no picture has the name" not in result.out
    checked = project.run("--check")
    assert "video: 2 (clip.mp4, two.webm); captions of clips are not made yet" in checked.out


def test_accents_are_the_same_with_their_letters_and_apart(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for folder, picture, text in (("one", COMPOSED, APART), ("two", APART, COMPOSED)):
        (project.images / folder).mkdir()
        (project.images / folder / f"{picture}.png").write_bytes(png())
        (project.images / folder / f"{text}.txt").write_text("1girl, smile", encoding="utf-8")
    result = project.run()
    assert result.code == 0, result.out
    assert "Interpreter: 2 captions written" in result.out
    # Both ways of writing are tag files of the one picture, so both judge it.
    (project.images / "one" / f"{COMPOSED}.txt").write_text("loli, nude", encoding="utf-8")
    shutil.rmtree(project.captions)
    result = project.run()
    assert "1 excluded" in result.out and not list(project.captions.rglob("one/*.txt"))


def test_a_folder_without_any_tags_says_how_to_tag_it_and_asks_for_nothing(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(40):
        project.add(f"{number}.png").with_suffix(".txt").unlink()
    result = project.run()
    assert result.code == 1
    assert "Left out, without a tag file: 40 (0.png, 1.png, 2.png, 37 more)" in result.out
    assert "Nothing to do" not in result.out
    assert "No picture can be captioned as the files are" in result.out


@pytest.mark.parametrize(
    ("everywhere", "proposed"),
    [
        ("mychar, 1girl, solo, smile", "mychar"),
        ("1girl, solo, hatsune miku, vocaloid", "hatsune miku"),
        ("1girl, solo, smile", ""),
        ("first, mychar, other", ""),
    ],
)
def test_a_name_that_stands_on_every_picture_is_proposed_as_trigger(
    tmp_path: Path, everywhere: str, proposed: str
) -> None:
    project = Project(tmp_path)
    for number, tag in enumerate(("hat", "dress", "coat", "boots", "scarf")):
        project.add(f"{number}.png", f"{everywhere}, {tag}")
    said = f"{proposed} stands on every picture: write trigger = {proposed} under [Tags]"
    for result in (project.run("--check"), project.run()):
        assert (said if proposed else "") in result.out
        assert ("stands on every picture" in result.out) == bool(proposed)
    assert "stands on every picture" not in project.run("--check", "--set", "Tags.trigger=mychar").out
