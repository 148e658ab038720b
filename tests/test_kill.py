"""Nothing that arrived is lost: the program is killed at random moments and run again to the end."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kill_scene import IN_FLIGHT, PICTURES, Run, Scene, add_pictures

pytestmark = pytest.mark.timeout(600)

# (seed, kills in a row before the run that goes to its end)
IN_CI = [(1, 1), (2, 2), (3, 4), (4, 6), (5, 7)]
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
        assert run.code == 0, (folder / "stderr.txt").read_text()
        texts = scene.texts()
        assert len(texts) == 2 * PICTURES
        assert len(run.items) == sum(map(len, run.asked)), "an item was asked for twice without a kill"
        assert scene.strays() == []
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
            run = scene.run(ring_at=chance.randint(0, share), then=chance.uniform(0, 0.03))
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
    assert scene.strays() == []
    print(f"kills {kills}, answers {answers}, asked for again {lost}, codes {[run.code for run in runs]}")


@pytest.mark.parametrize(("seed", "kills"), IN_CI)
def test_a_run_that_is_killed_goes_on_where_it_was(
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
