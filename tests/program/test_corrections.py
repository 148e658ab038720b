"""--apply: good corrections are applied and kept by later runs, and bad ones are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import config
from commands import corrections
from dataset.text_digests import digest
from errors import UserError
from tests.fakes.albums import Album
from tests.fakes.endpoint import FakeEndpoint, Reply
from tests.program.project import Project

WORDS = "A girl in my own words."
SURROGATE = "\ud83d"


@pytest.fixture
def album(tmp_path: Path) -> Album:
    """Two pictures with captions, an excluded one, and one in a sub-folder without a caption."""
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
    """What --apply says about a file."""
    said: list[str] = []
    corrections.apply(config.load(album.project.folder / "config.ini"), path, said.append)
    return "\n".join(said)


def files(album: Album) -> dict[str, bytes]:
    """Everything that the program has written, except its lock."""
    written = (path for path in album.project.captions.rglob("*") if path.suffix != ".lock")
    return {str(path): path.read_bytes() for path in written if path.is_file()}


def test_a_corrected_caption_is_saved_recorded_in_the_journal_and_shown(album: Album) -> None:
    entries = [{"picture": "a", "caption": WORDS}, {"picture": "deep/er/c", "caption": WORDS, "seen": ""}]
    message = apply(album, file_of(album, *entries))
    assert message.startswith("2 captions of yours saved, which later runs keep.")
    assert (album.project.caption("a"), album.project.caption("deep/er/c")) == (WORDS, WORDS)
    last = album.project.journal()[-1]
    assert (last["picture"], last["outcome"], last["written"]) == ("deep/er/c", "edited", WORDS)
    assert WORDS in album.report.read_text(encoding="utf-8")


def test_later_runs_keep_it_unless_existing_is_overwrite(tmp_path: Path) -> None:
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


def test_a_picture_to_be_captioned_again_keeps_its_caption_until_there_is_a_new_one(tmp_path: Path) -> None:
    project = Album(tmp_path).project
    with FakeEndpoint() as endpoint:
        project.set |= {"Endpoint.url": endpoint.url, "Endpoint.retries": "0"}
        project.add("a.png")
        project.add("b.png")
        project.run()
        before, other = project.caption("a"), project.caption("b")
        file = tmp_path / "corrections.json"
        file.write_text('{"version": 1, "corrections": [{"picture": "a", "again": true}]}', encoding="utf-8")
        message = project.run("--apply", str(file)).out
        assert "of yours saved" not in message
        assert "1 picture to be captioned again by the next run" in message
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
    assert "1 caption of yours saved already." in apply(album, path)
    assert album.project.journal() == lines


@pytest.mark.parametrize(
    ("variants", "written"), [("", "A girl smiles. A girl."), ("long, short", "A girl smiles.\nA girl.")]
)
def test_spaces_and_line_ends_are_tidied_and_lines_kept_where_each_is_a_caption(
    album: Album, variants: str, written: str
) -> None:
    settings = config.load(album.project.folder / "config.ini", [f"Interpreter.variants={variants}"])
    path = file_of(album, {"picture": "a", "caption": "  A  girl\t smiles. \r\n\n A\u2003girl.\u2028"})
    corrections.apply(settings, path, lambda line: None)
    assert album.project.caption("a") == written


def test_captions_in_any_script_are_kept(album: Album) -> None:
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
        ({"picture": "a", "caption": "a\0b"}, "the caption has characters that are not text"),
        ({"picture": "a", "caption": SURROGATE}, "the caption has characters that are not text"),
        ({"picture": "a", "caption": WORDS, "seen": 1}, "seen should be text"),
        ({"picture": "a", "caption": WORDS, "seen": "0"}, "its caption has changed since the report"),
        ({"picture": "a", "caption": WORDS, "seen": ""}, "its caption has changed since the report"),
        ({"picture": "a", "words": WORDS}, "should have again, caption, picture, seen, and no words"),
        ({"picture": "out", "caption": WORDS}, "entry 2 (out): tags combine"),
        ({"picture": "out", "again": True}, "entry 2 (out): tags combine"),
    ],
)
def test_a_bad_entry_is_named_and_the_others_are_applied(album: Album, entry: object, problem: str) -> None:
    good = {"picture": "deep/er/c", "caption": WORDS}
    first, heading, line, *_ = apply(album, file_of(album, good, entry)).splitlines()
    assert (first[:26], heading) == ("1 caption of yours saved, ", "Not applied:")
    assert problem in line
    assert album.project.caption("deep/er/c") == WORDS
    before = files(album)
    with pytest.raises(UserError) as caught:
        apply(album, file_of(album, {"picture": "nowhere", "again": True}, entry))
    message, *lines = str(caught.value).splitlines()
    assert message.endswith("corrections.json is not applied and nothing is changed:")
    assert problem in lines[1]
    assert files(album) == before


def test_of_two_entries_for_a_picture_neither_is_applied(album: Album) -> None:
    twice = [{"picture": "b", "caption": WORDS}, {"picture": "b", "again": True}]
    said = apply(album, file_of(album, {"picture": "a", "caption": WORDS}, *twice))
    assert said.count("(b): the picture is in the file twice") == 2
    assert (album.project.caption("a"), album.project.caption("b")) == (WORDS, "A girl called b.")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not valid JSON"),
        (b"\xff\xfe{", "is not UTF-8 text"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[]", "is not a file of corrections"),
        (b'{"version": 2, "corrections": []}', "is not a file of corrections"),
        (b'{"version": 1, "corrections": {}}', "is not a file of corrections"),
    ],
)
def test_a_file_of_another_kind_is_reported(album: Album, content: bytes, problem: str) -> None:
    path = album.project.folder / "corrections.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=problem):
        apply(album, path)


def test_all_mistakes_are_reported_at_once_up_to_twenty(album: Album) -> None:
    with pytest.raises(UserError) as caught:
        apply(album, file_of(album, *({"picture": f"x{number}", "caption": WORDS} for number in range(30))))
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  … and 10 more"


def test_a_missing_file_is_reported_in_one_sentence(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    result = project.run("--apply", "nowhere.json")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("caption.py: there is no file nowhere.json: name the one")


def test_a_correction_is_refused_while_a_run_is_writing(album: Album) -> None:
    from dataset.locks import locked

    with locked(album.project.captions), pytest.raises(UserError, match="another run is writing"):
        apply(album, file_of(album, {"picture": "a", "caption": WORDS}))
    assert album.project.caption("a") == "A girl called a."
