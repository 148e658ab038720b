"""Corrections: what a person wants of a caption comes first, is kept, and is never half done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import config
from commands import corrections
from dataset.texts import digest
from errors import UserError
from tests.fakes.albums import Album
from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program.project import Project

WORDS = "A girl in my own words."
SURROGATE = "\ud83d"


@pytest.fixture
def album(tmp_path: Path) -> Album:
    """Two pictures that have captions, one that is never sent, and one in a folder, without a caption."""
    album = Album(tmp_path)
    for name in ("a", "b"):
        album.caption(album.add(f"{name}.png"), f"A girl called {name}.")
    album.add("out.png", "1girl, loli, nude")
    album.add("deep/er/c.png")
    return album


def file_of(album: Album, *entries: object) -> Path:
    """A file of corrections with these entries."""
    path = album.project.folder / "corrections.json"
    path.write_text(json.dumps({"version": 1, "corrections": entries}), encoding="utf-8")
    return path


def apply(album: Album, path: Path) -> str:
    """What is told of a file that is applied."""
    return corrections.apply(config.load(album.project.folder / "config.ini"), path)


def files(album: Album) -> dict[str, bytes]:
    """All that the program has written, but for its lock."""
    written = (path for path in album.project.captions.rglob("*") if path.suffix != ".lock")
    return {str(path): path.read_bytes() for path in written if path.is_file()}


def test_a_corrected_caption_is_written_noted_and_shown(album: Album) -> None:
    entries = [{"picture": "a", "caption": WORDS}, {"picture": "deep/er/c", "caption": WORDS, "seen": ""}]
    told = apply(album, file_of(album, *entries))
    assert told.startswith("2 captions taken over in your words, which no run overwrites.")
    assert (album.project.caption("a"), album.project.caption("deep/er/c")) == (WORDS, WORDS)
    last = album.project.journal()[-1]
    assert (last["picture"], last["outcome"], last["written"]) == ("deep/er/c", "edited", WORDS)
    assert WORDS in album.report.read_text(encoding="utf-8")


def test_no_run_overwrites_it_but_one_that_is_told_to_overwrite_all(tmp_path: Path) -> None:
    album = Album(tmp_path)
    album.caption(album.add("a.png"), "A draft.", draft=True)
    apply(album, file_of(album, {"picture": "a", "caption": WORDS}))
    project = album.project
    with FakeEndpoint() as endpoint:
        project.set["Endpoint.url"] = endpoint.url
        for existing in ("keep", "refresh"):
            project.set["Dataset.existing"] = existing
            project.run()
            assert project.caption("a") == WORDS
        assert not endpoint.requests
        project.set["Dataset.existing"] = "overwrite"
        project.run()
    assert project.caption("a") != WORDS


def test_what_is_to_be_done_again_keeps_its_caption_until_there_is_another(tmp_path: Path) -> None:
    project = Album(tmp_path).project
    with FakeEndpoint() as endpoint:
        project.set |= {"Endpoint.url": endpoint.url, "Endpoint.retries": "0"}
        project.add("a.png")
        project.add("b.png")
        project.run()
        before, other = project.caption("a"), project.caption("b")
        file = tmp_path / "corrections.json"
        file.write_text('{"version": 1, "corrections": [{"picture": "a", "again": true}]}', encoding="utf-8")
        told = project.run("--apply", str(file)).out
        assert "0 captions taken over in your words" in told
        assert "1 picture to be captioned again by the next run" in told
        endpoint.script(Reply("I'm sorry, but I can't help with that."))
        assert project.run().code == 1
        assert project.caption("a") == before
        endpoint.script(Reply("A girl smiles in quite another way."))
        assert "1 caption written; 1 there already" in project.run().out
        assert "Nothing to do" in project.run().out
    assert project.caption("a") == "A girl smiles in quite another way."
    assert project.caption("b") == other


def test_applying_a_file_twice_changes_nothing(album: Album) -> None:
    path = file_of(album, {"picture": "a", "caption": WORDS, "seen": digest("A girl called a.")})
    apply(album, path)
    lines = album.project.journal()
    assert "; 1 there already" in apply(album, path)
    assert album.project.journal() == lines


def test_spaces_and_line_ends_are_put_right_and_lines_of_variants_kept(album: Album) -> None:
    apply(album, file_of(album, {"picture": "a", "caption": "  A  girl\t smiles. \r\n\n A\u2003girl.\u2028"}))
    assert album.project.caption("a") == "A girl smiles.\nA girl."


def test_words_in_any_script_are_kept(album: Album) -> None:
    words = "Miku 初音ミク smiles, “naïve” 👩‍🚀."
    apply(album, file_of(album, {"picture": "a", "caption": words}))
    assert album.project.caption("a") == words


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("a", "entry 2: should be an object in braces"),
        ({}, "entry 2: picture should be the name of a picture, as text"),
        ({"picture": ["a"], "caption": WORDS}, "picture should be the name"),
        ({"picture": "a.png", "caption": WORDS}, "entry 2 (a.png): there is no such picture with tags"),
        ({"picture": "../a", "caption": WORDS}, "entry 2 (../a): there is no such picture"),
        ({"picture": "deep/er/../er/c", "caption": WORDS}, "there is no such picture"),
        ({"picture": "/etc/passwd", "caption": WORDS}, "there is no such picture"),
        ({"picture": "journal", "caption": WORDS}, "there is no such picture"),
        ({"picture": "x\n\x1b[31m", "caption": WORDS}, r"entry 2 (x\n\x1b[31m): there is no such"),
        ({"picture": "a"}, "should have either a caption, as text, or again = true"),
        ({"picture": "a", "caption": 7}, "should have either a caption"),
        ({"picture": "a", "caption": WORDS, "again": True}, "should have either a caption"),
        ({"picture": "a", "again": False}, "should have either a caption"),
        ({"picture": "a", "again": 1}, "again should be true or false"),
        ({"picture": "a", "caption": " \n"}, "the caption is empty"),
        ({"picture": "a", "caption": "a" * 20_001}, "the caption is longer than 20,000 characters"),
        ({"picture": "a", "caption": "a\0b"}, "the caption holds signs that are no text"),
        ({"picture": "a", "caption": SURROGATE}, "the caption holds signs that are no text"),
        ({"picture": "a", "caption": WORDS, "seen": 1}, "seen should be text"),
        ({"picture": "a", "caption": WORDS, "seen": "0"}, "its caption has changed since the report"),
        ({"picture": "a", "caption": WORDS, "seen": ""}, "its caption has changed since the report"),
        ({"picture": "a", "words": WORDS}, "should hold again, caption, picture, seen, and no words"),
        ({"picture": "b", "caption": WORDS}, "the picture stands in the file a second time"),
        ({"picture": "out", "caption": WORDS}, "entry 2 (out): tags combine"),
        ({"picture": "out", "again": True}, "entry 2 (out): tags combine"),
    ],
)
def test_one_mistake_is_told_and_nothing_is_changed(album: Album, entry: object, problem: str) -> None:
    before = files(album)
    with pytest.raises(UserError) as caught:
        apply(album, file_of(album, {"picture": "b", "caption": WORDS}, entry))
    told, *lines = str(caught.value).splitlines()
    assert told.endswith("corrections.json is not applied, and nothing is changed:")
    assert len(lines) == 1
    assert problem in lines[0]
    assert files(album) == before


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is no JSON that can be read"),
        (b"\xff\xfe{", "is no JSON that can be read"),
        (b"[" * 100_000, "is no JSON that can be read"),
        (b"[]", "is no file of corrections"),
        (b'{"version": 2, "corrections": []}', "is no file of corrections"),
        (b'{"version": 1, "corrections": {}}', "is no file of corrections"),
    ],
)
def test_a_file_that_is_none_of_ours_is_told_so(album: Album, content: bytes, problem: str) -> None:
    path = album.project.folder / "corrections.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=problem):
        apply(album, path)


def test_every_mistake_is_told_at_once_and_not_too_many(album: Album) -> None:
    with pytest.raises(UserError) as caught:
        apply(album, file_of(album, *({"picture": f"x{number}", "caption": WORDS} for number in range(30))))
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  … and 10 more"


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    result = project.run("--apply", "nowhere.json")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("caption.py: there is no file nowhere.json: name the one")


def test_a_correction_waits_for_no_run_that_is_writing(album: Album) -> None:
    from dataset.disk import locked

    with locked(album.project.captions), pytest.raises(UserError, match="another run is writing"):
        apply(album, file_of(album, {"picture": "a", "caption": WORDS}))
    assert album.project.caption("a") == "A girl called a."
