"""`concurrency = auto` over several shards: what was learnt over one is known over the next."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import config
from captioning.sharded import node
from captioning.sharded.data_set import KnownOfShards
from captioning.sharded.node import Broadcast
from shards.finding import find_shards
from shards.surveying import SurveySum
from tests.fakes.answers import Json, caption_for
from tests.fakes.endpoint import FakeEndpoint
from tests.program.processes import HANGS, running
from tests.program.project import Project, png
from tests.shards.tars import tar

# With which number `auto` begins.
_FIRST = 2


class _Together:
    """Holds requests until so many are there at once."""

    def __init__(self) -> None:
        self.most = 0
        self._there = 0
        self._changed = threading.Condition()

    def wait(self, wanted: int) -> None:
        with self._changed:
            self._there += 1
            self.most = max(self.most, self._there)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.most >= wanted, HANGS)
            self._there -= 1


def _project(folder: Path, url: str, *counts: int) -> Project:
    project = Project(folder, url, Endpoint__concurrency="auto")
    project.set["Dataset.images"] = str(project.images / "*.tar")
    for shard, count in enumerate(counts):
        files = ((f"{at}.txt", f"hat, tag_{shard}_{at}".encode()) for at in range(count))
        tar(
            project.images / f"{shard}.tar",
            [each for pair in files for each in (pair, (f"{pair[0][:-4]}.png", png()))],
        )
    return project


def test_a_machine_begins_with_the_number_that_it_is_told_and_tells_what_it_found(tmp_path: Path) -> None:
    known, together = 12, _Together()

    def answer(body: Json) -> str:
        together.wait(known)
        return caption_for(body)

    with FakeEndpoint(answer=answer) as endpoint:
        project = _project(tmp_path, endpoint.url, 2 * known)
        chosen = [f"{key}={value}" for key, value in project.set.items()]
        settings = config.load(project.folder / "config.ini", chosen)
        shards, known_of = find_shards(settings.dataset), KnownOfShards(settings)
        known_of.shards = SurveySum(shards, settings).complete(known_of.said_along)
        broadcast = Broadcast.of(settings, known_of)
        *_, last = node.caption(broadcast, shards[0], 0, {(endpoint.url, "tiny"): known})
    assert last.ended is not None
    assert together.most >= known
    assert last.ended.totals.done["caption"] == 2 * known
    assert last.ended.at_once[endpoint.url, "tiny"] > _FIRST


def test_the_shards_of_a_process_are_asked_about_by_what_it_learnt_of_the_server(tmp_path: Path) -> None:
    found, is_found, together = [0], threading.Event(), _Together()

    def answer(body: Json) -> str:
        if "tag 1 " in str(body["messages"]):
            assert is_found.wait(HANGS)
            # At the end of a shard half of the best number may be on trial.
            together.wait(found[0] // 2)
        return caption_for(body)

    with (
        FakeEndpoint(answer=answer, latency=0.1) as endpoint,
        running(_project(tmp_path, endpoint.url, 60, 60)) as run,
    ):
        run.until(lambda: "0.tar Interpreter" in "".join(run.said))
        found[0] = int(re.findall(r"(\d+) at once", "".join(run.said))[0])
        is_found.set()
        assert run.wait(HANGS) == 0, run.errors
    assert together.most >= found[0] // 2
