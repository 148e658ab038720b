"""What people write while the program runs stays, and a folder that somebody moves ends the run."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dataset.text_digests import digest, fingerprint
from reading.questions import QUOTES, WORDING
from tests.fakes.answers import Json, caption_for
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.judge import good_judge
from tests.fakes.wiki_pages import WikiTag
from tests.program.project import Project

NAMES = ("a", "b", "deep/c", "deep/d", "e")
BY_HAND = "My own words."
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows moves no folder with an open file")


class Hand:
    """The answers of the fake; before one is sent, somebody may do something to the files."""

    def __init__(self) -> None:
        self.act: Callable[[], object] = lambda: None

    def answer(self, body: Json) -> str:
        act, self.act = self.act, lambda: None
        act()
        return caption_for(body)


def write_all(folder: Path) -> None:
    for name in NAMES:
        path = folder / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BY_HAND, encoding="utf-8")


def texts(folder: Path) -> set[str]:
    return {(folder / f"{name}.txt").read_text(encoding="utf-8") for name in NAMES}


def five_pictures(folder: Path, endpoint: FakeEndpoint, **settings: str) -> Project:
    project = Project(folder, endpoint.url, Endpoint__concurrency="1", **settings)
    for number, name in enumerate(NAMES):
        project.add(f"{name}.png", f"1girl, solo, smile, hat{number}")
    return project


@pytest.mark.parametrize("how", ["new", "refresh", "overwrite", "again", "draft"])
def test_a_caption_that_is_written_while_the_run_is_on_stays(tmp_path: Path, how: str) -> None:
    hand = Hand()
    with FakeEndpoint(answer=hand.answer) as endpoint:
        project = five_pictures(tmp_path, endpoint)
        arguments: tuple[str, ...] = ()
        if how == "draft":
            assert project.run("--set", "Endpoint.url=builtin").code == 0
        elif how != "new":
            assert project.run().code == 0
        if how == "again":
            entries = [{"picture": name, "again": True} for name in NAMES]
            corrections = tmp_path / "corrections.json"
            corrections.write_text(json.dumps({"version": 1, "corrections": entries}))
            assert project.run("--apply", str(corrections)).code == 0
        elif how in ("refresh", "overwrite"):
            arguments = ("--set", f"Dataset.existing={how}", "--set", "Endpoint.model=other")
        before = len(endpoint.requests)
        hand.act = lambda: write_all(project.captions)
        result = project.run(*arguments)
        asked = len(endpoint.requests) - before
    assert texts(project.captions) == {BY_HAND}
    assert result.code == 0
    assert 0 < asked <= len(NAMES)
    assert "5 written by hand meanwhile" in result.out
    assert "deep/c.png: somebody wrote it while the run was on" in result.out
    answers = [line for line in project.journal()[-asked:] if line["outcome"] == "done"]
    assert len(answers) == asked < len(NAMES)
    assert not list(project.captions.rglob(".parts"))
    project.run("--set", "Dataset.existing=refresh", "--set", "Endpoint.model=third")
    assert texts(project.captions) == {BY_HAND}


def test_a_description_that_is_written_while_the_run_is_on_stays(tmp_path: Path) -> None:
    hand = Hand()
    with FakeEndpoint(answer=hand.answer) as endpoint:
        project = five_pictures(tmp_path, endpoint, Interrogator__skip="False", Interpreter__skip="True")
        hand.act = lambda: write_all(project.descriptions)
        result = project.run()
    assert texts(project.descriptions) == {BY_HAND}
    assert result.code == 0
    assert "5 written by hand meanwhile" in result.out


def test_a_caption_written_between_a_kill_and_the_next_run_stays(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.add("a.png")
        assert project.run().code == 0
        answer = project.caption("a")
        parts = project.captions / ".parts"
        parts.mkdir()
        (parts / fingerprint("a", digest(answer))).write_text(answer, encoding="utf-8")
        (project.captions / "a.txt").write_text(BY_HAND, encoding="utf-8")
        result = project.run()
        assert len(endpoint.requests) == 1
    assert result.code == 0
    assert project.caption("a") == BY_HAND
    assert "a.txt was written by hand since, and stays" in result.err
    assert not parts.exists()


def test_a_meaning_that_is_written_into_the_cache_while_the_run_is_on_stays(tmp_path: Path) -> None:
    pages = {tag: WikiTag(tag, f"A {tag} that is worn on the head. " * 12) for tag in ("fez", "shako")}
    hand = Hand()
    entry = {"fez": "What I call a fez.", "wand": "A stick of mine."}
    with FakeEndpoint(answer=hand.answer) as endpoint, FakeDanbooru(pages) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png", "fez, shako")
        hand.act = lambda: project.cache.write_text(json.dumps(entry), encoding="utf-8")
        assert project.run().code == 0
    cache = json.loads(project.cache.read_text(encoding="utf-8"))
    assert {tag: cache[tag] for tag in entry} == entry
    assert "shako" in cache


def test_a_file_for_a_trainer_that_is_changed_while_the_run_is_on_stays(tmp_path: Path) -> None:
    hand = Hand()
    with FakeEndpoint(answer=hand.answer) as endpoint:
        project = five_pictures(tmp_path, endpoint, Dataset__target="sd-scripts")
        assert project.run().code == 0
        metadata = project.captions / "metadata.json"
        hand.act = lambda: metadata.write_text(BY_HAND, encoding="utf-8")
        result = project.run("--set", "Dataset.existing=refresh", "--set", "Endpoint.model=other")
    assert metadata.read_text(encoding="utf-8") == BY_HAND
    assert result.code == 1
    assert "metadata.json was left as it is" in result.out


@posix_only
@pytest.mark.parametrize("what", ["folder", "removed folder", "journal", "lock", "folder made anew"])
def test_a_folder_or_journal_that_is_moved_ends_the_run_and_nothing_is_written_elsewhere(
    tmp_path: Path, what: str
) -> None:
    away = tmp_path / "away"

    def move() -> None:
        if what == "journal":
            (project.captions / "journal.jsonl").rename(away)
        elif what == "removed folder":
            shutil.rmtree(project.captions)
        elif what == "lock":
            (project.captions / ".tagscribe.lock").unlink()
        else:
            project.captions.rename(away)
            if what == "folder made anew":
                project.captions.mkdir()

    hand = Hand()
    with FakeEndpoint(answer=hand.answer) as endpoint:
        project = five_pictures(tmp_path, endpoint, Dataset__target="sd-scripts")
        project.run("--limit", "1")
        before = len(endpoint.requests)
        hand.act = move
        result = project.run()
        assert len(endpoint.requests) - before <= 2
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "was moved, renamed or removed while the run was on: put it back and run again" in result.err
    if what == "folder made anew":
        assert list(project.captions.iterdir()) == []
    elif "folder" in what:
        assert not project.captions.exists()
    elif what == "journal":
        assert not (project.captions / "journal.jsonl").exists()


@posix_only
def test_a_moved_folder_of_descriptions_ends_the_run(tmp_path: Path) -> None:
    hand = Hand()
    with FakeEndpoint(answer=hand.answer) as endpoint:
        project = five_pictures(tmp_path, endpoint, Interrogator__skip="False")
        hand.act = lambda: project.descriptions.rename(tmp_path / "away")
        result = project.run()
    assert result.code == 2
    assert "was moved, renamed or removed while the run was on" in result.err
    assert not project.descriptions.exists()


def of_somebody_else(path: Path) -> tuple[int, int]:
    """Give a file to another user, if that is allowed; its owner and group."""
    if os.geteuid() == 0:
        os.chown(path, 4321, 1234)
    return path.stat().st_uid, path.stat().st_gid


@posix_only
def test_a_cache_behind_a_link_is_written_through_it_and_keeps_its_permissions(tmp_path: Path) -> None:
    pages = {"hat": WikiTag("hat", "A hat that is worn on the head. " * 12)}
    shared = tmp_path / "shared" / "meanings.json"
    shared.parent.mkdir()
    shared.write_text("{}")
    shared.chmod(0o640)
    owner = of_somebody_else(shared)
    with FakeEndpoint() as endpoint, FakeDanbooru(pages) as wiki:
        project = Project(
            tmp_path / "p", endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url
        )
        project.cache.symlink_to(shared)
        project.add("a.png", "hat")
        assert project.run().code == 0
        assert project.cache.is_symlink()
        assert "hat" in json.loads(shared.read_text(encoding="utf-8"))
        assert shared.stat().st_mode & 0o777 == 0o640
        assert (shared.stat().st_uid, shared.stat().st_gid) == owner
        shared.unlink()
        result = project.run("--set", "Dataset.existing=overwrite")
    assert result.code == 2
    assert "is a link to a file that is not there" in result.err


@posix_only
def test_words_for_tags_that_are_written_by_hand_while_the_run_is_on_stay(tmp_path: Path) -> None:
    forbidden = {"torn at the knees": 0}
    mine = {"hat": ["crown"], "ripped_jeans": forbidden}
    shared = tmp_path / "shared.json"
    shared.write_text('{"hat": ["cap"]}', encoding="utf-8")
    shared.chmod(0o640)
    caption = "A girl rests on the pier. Her denim is worn open at the knees."

    def write_and_quote(caption: str, tag: str) -> str:
        shared.write_text(json.dumps(mine), encoding="utf-8")
        return "denim is worn open"

    judge = good_judge((caption, "ripped jeans"))
    judge.quote = write_and_quote
    judge.captions.append(caption)
    with FakeEndpoint(faults=(judge,)) as endpoint:
        project = Project(tmp_path / "p", endpoint.url, Interpreter__reading="always")
        project.cache.with_name("said_as.json").symlink_to(shared)
        certificate = {"forms": {QUOTES: 0.5}, "right": {}, "of": 46, "wording": WORDING}
        project.cache.with_name("judges.json").write_text(json.dumps({"tiny": certificate}))
        project.add("a.png", "1girl, ripped jeans")
        assert project.run().code == 0
    learnt = {**mine, "ripped_jeans": {**forbidden, "denim is worn open": 1}}
    assert json.loads(shared.read_text(encoding="utf-8")) == learnt
    assert project.cache.with_name("said_as.json").is_symlink()
    assert shared.stat().st_mode & 0o777 == 0o640


@posix_only
def test_a_file_that_is_written_anew_keeps_its_permissions(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = five_pictures(tmp_path, endpoint, Dataset__target="sd-scripts")
        assert project.run().code == 0
        files = [project.captions / "a.txt", project.captions / "metadata.json"]
        for path in files:
            path.chmod(0o664)
        assert project.run("--set", "Dataset.existing=overwrite", "--set", "Tags.trigger=new").code == 0
    assert [path.stat().st_mode & 0o777 for path in files] == [0o664, 0o664]
    assert project.caption("a").startswith("new")


READS = "The girl\u2019s hair is long. Caf\u00e9."


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_a_text_saved_in_another_encoding_is_read_as_what_it_says(tmp_path: Path, encoding: str) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__prompt_template_file="see.txt")
        (tmp_path / "see.txt").write_text("{{ tags }} Seen: {{ image_description }}", encoding="utf-8")
        project.add("a.png")
        project.descriptions.mkdir()
        (project.descriptions / "a.txt").write_bytes(READS.encode(encoding))
        assert project.run().code == 0
        assert READS in endpoint.requests[0].body["messages"][-1]["content"]
    (project.captions / "a.txt").write_bytes(READS.encode(encoding))
    place = tmp_path / "training"
    assert project.run("--export", "txt", str(place)).code == 0
    assert (place / "a.txt").read_text(encoding="utf-8") == READS
    assert project.run("--report").code == 0
    report = (project.captions / "report.html").read_text(encoding="utf-8")
    assert json.dumps(READS)[1:-1] in report


def test_a_caption_that_is_no_text_is_named_and_left_out(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    project.add("b.png")
    assert project.run().code == 0
    (project.captions / "a.txt").write_bytes(b"A girl\0 stands.")
    result = project.run("--export", "sd-scripts", str(tmp_path / "training"))
    assert "a.txt is not text: save it as UTF-8 in your editor" in result.err
    assert list(json.loads((tmp_path / "training" / "metadata.json").read_text())) == [
        str(project.images / "b.png")
    ]


@pytest.mark.parametrize("content", ["A caption of mine.\n", '{"caption": "A caption of mine."}\n'])
def test_a_log_is_added_to_no_file_of_the_users(tmp_path: Path, content: str) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    mine = tmp_path / "mine.txt"
    mine.write_text(content, encoding="utf-8")
    result = project.run("--log", str(mine))
    assert result.code == 2
    assert result.err == f"caption.py: {mine} is there already and is no log: give --log another name\n"
    assert mine.read_text(encoding="utf-8") == content
    assert not list(project.captions.glob("*.txt"))
    for _ in range(2):
        assert project.run("--log", str(tmp_path / "log.jsonl")).code == 0


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("txt", "out"), "b.txt"),
        (("diffusion-pipe", "out"), "captions.json"),
        (("sd-scripts", "out/mine.json"), "mine.json"),
        (("parquet", "out/mine.parquet"), "mine.parquet"),
    ],
)
def test_an_export_replaces_what_it_wrote_and_nothing_else(
    tmp_path: Path, words: tuple[str, str], name: str
) -> None:
    project = Project(tmp_path)
    for each in "abc":
        project.add(f"{each}.png", f"1girl, {each}_hat")
    assert project.run().code == 0
    arguments = ("--export", words[0], str(tmp_path / words[1]))
    there = tmp_path / "out" / name
    assert project.run(*arguments).code == 0
    first = there.read_bytes()
    (project.captions / "b.txt").write_text("In other words.", encoding="utf-8")
    assert project.run(*arguments).code == 0
    second = there.read_bytes()
    assert second != first
    # What a kill leaves: the file is as before, and the journal knows it already as it was to be.
    there.write_bytes(first)
    assert project.run(*arguments).code == 0
    assert there.read_bytes() == second
    there.write_bytes(b"Mine.")
    result = project.run(*arguments)
    assert result.code == 1
    assert f"{there} was left as it is, for another program wrote it" in result.out
    assert there.read_bytes() == b"Mine."
