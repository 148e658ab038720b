"""The program is killed at random moments and run again to the end: no answer that arrived is lost."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dataset.text_digests import digest, fingerprint
from tests.fakes.endpoint import FakeEndpoint
from tests.program.kill_scene import IN_FLIGHT, PICTURES, Run, Scene, add_pictures
from tests.program.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# (seed, kills in a row before the run that goes to its end)
IN_CI = [(1, 1), (2, 3), (3, 5)]
SOAK = [*((seed, 1) for seed in range(100, 200)), *((seed, 5) for seed in range(200, 220))]


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a run in one go makes of the pictures."""

    images: Path
    names: Mapping[str, str]
    texts: Mapping[str, str]
    meanings: Mapping[str, str]
    requests: int


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    names = add_pictures(folder)
    with Scene(folder, folder / "images", names) as scene:
        run = scene.run()
        assert run.code == 0
        texts = scene.texts()
        assert len(texts) == 2 * PICTURES
        assert len(run.items) == sum(map(len, run.asked)), "an item was asked for twice without a kill"
        assert scene.leftovers() == []
        return Undisturbed(folder / "images", names, texts, scene.meanings(), len(run.asked))


def _kill_in_a_row(scene: Scene, undisturbed: Undisturbed, seed: int, kills: int) -> None:
    chance = random.Random(seed)
    runs: list[Run] = []
    answers = lost = 0
    kept: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    for kill in range(kills + 1):
        if kill < kills:
            rest = undisturbed.requests - answers
            share = rest if kills == 1 else 2 * rest // (kills - kill + 1)
            run = scene.run(stop_after=chance.randint(0, share), delay=chance.uniform(0, 0.03))
        else:
            run = scene.run()
        assert not run.items & kept, "what the program had written down was asked for again"
        assert not run.looked_up & pages, "a wiki page that was on disk was looked up again"
        left = scene.look(undisturbed.texts)
        assert kept <= left.items, "what was on disk is no longer there"
        gone = run.lost(left.items)
        assert len(gone) <= IN_FLIGHT, "more is lost than could have been in flight"
        kept, pages = left.items, left.pages
        answers, lost = answers + len(run.sent), lost + len(gone)
        runs.append(run)
    assert runs[-1].code == 0
    assert scene.texts() == undisturbed.texts
    assert scene.meanings() == undisturbed.meanings
    assert scene.leftovers() == []
    print(f"kills {kills}, answers {answers}, asked for again {lost}, codes {[run.code for run in runs]}")


@pytest.mark.parametrize(("seed", "kills"), IN_CI)
def test_a_killed_run_goes_on_where_it_was(
    tmp_path: Path, undisturbed: Undisturbed, seed: int, kills: int
) -> None:
    with Scene(tmp_path, undisturbed.images, undisturbed.names) as scene:
        _kill_in_a_row(scene, undisturbed, seed, kills)


@pytest.mark.soak
@pytest.mark.parametrize(("seed", "kills"), SOAK)
def test_two_hundred_kills_lose_nothing(
    tmp_path: Path, undisturbed: Undisturbed, seed: int, kills: int
) -> None:
    with Scene(tmp_path, undisturbed.images, undisturbed.names) as scene:
        _kill_in_a_row(scene, undisturbed, seed, kills)


@pytest.fixture
def finished(tmp_path: Path) -> Iterator[tuple[Project, FakeEndpoint]]:
    """One picture with its caption, and the endpoint that was asked once for it."""
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__repairs="0")
        project.add("deep/a.png")
        assert project.run().code == 0
        assert len(endpoint.requests) == 1
        yield project, endpoint


def _staged_again(project: Project, text: str) -> None:
    """Leave what a kill leaves between the journal's line and moving the caption into its place."""
    (project.captions / "deep/a.txt").unlink()
    stage = project.captions / ".parts"
    stage.mkdir()
    name = fingerprint("deep/a", digest(project.journal()[-1]["written"]))
    (stage / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("text", "requests"), [(None, 1), ("", 2), ("A torn", 2), ("Another text.", 2)])
def test_a_staged_text_is_moved_into_its_place_if_the_journal_has_it_and_else_asked_for_again(
    finished: tuple[Project, FakeEndpoint], text: str | None, requests: int
) -> None:
    project, endpoint = finished
    caption = project.caption("deep/a")
    _staged_again(project, caption if text is None else text)
    assert project.run().code == 0
    assert project.caption("deep/a") == caption
    assert len(endpoint.requests) == requests
    assert not (project.captions / ".parts").exists()


def test_an_empty_caption_is_written_again_and_a_torn_journal_line_spoils_no_other_line(
    finished: tuple[Project, FakeEndpoint],
) -> None:
    project, endpoint = finished
    caption = project.caption("deep/a")
    (project.captions / "deep/a.txt").write_text("")
    journal = project.captions / "journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"picture": "deep/a", "outc')
    assert project.run().code == 0
    assert project.caption("deep/a") == caption
    assert len(endpoint.requests) == 2
    whole, torn, after = journal.read_bytes().splitlines()
    assert json.loads(whole)["picture"] == json.loads(after)["picture"] == "deep/a"
    assert torn == b'{"picture": "deep/a", "outc'
