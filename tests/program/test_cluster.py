"""Runs over shards on three nodes of a real Ray cluster; skipped where Ray is not installed."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from captioning.sharded.ray_cluster import refusal
from settings import ClusterSettings, EndpointSettings
from tests.fakes.answers import Json, caption_for
from tests.fakes.endpoint import FakeEndpoint, Hang
from tests.program.nodes import NODE, Nodes
from tests.program.processes import HANGS, running
from tests.program.project import Project, png
from tests.shards.tars import tar, texts_in

EXCLUDED = "loli, sex, 1girl, red_kite"
SHARDS, PICTURES = 6, 12
# One picture of each shard has no tags and one must not be sent.
CAPTIONED = PICTURES - 2
IN_FLIGHT, ANSWERED_FIRST = 4, 5


def _project(folder: Path, url: str, cluster: Nodes, **settings: str) -> Project:
    project = Project(folder, url, Endpoint__concurrency=str(IN_FLIGHT), **settings)
    project.set |= {"Dataset.images": str(project.images / "*.tar"), "Cluster.ray": cluster.address}
    for shard in range(SHARDS):
        files = []
        for number in range(PICTURES):
            tags = {3: EXCLUDED, 4: ""}.get(number, f"1girl, solo, smile, hat, tag_{shard}_{number}")
            files += [(f"{number:03}.png", png((shard, number, 9))), (f"{number:03}.txt", tags.encode())]
        tar(project.images / f"{shard:05}.tar", files)
    return project


def _captions(project: Project) -> dict[str, str]:
    return {
        f"{path.stem}/{name}": text
        for path in project.captions.glob("*.tar")
        for name, text in texts_in(path).items()
    }


@pytest.mark.cluster
def test_a_node_is_killed_and_one_joins_and_no_caption_is_lost_or_asked_for_twice(
    tmp_path: Path, cluster: Nodes
) -> None:
    asked, go, lock = Counter[str](), threading.Event(), threading.Lock()

    def answer(body: Json) -> str:
        with lock:
            is_held = len(asked) >= ANSWERED_FIRST
            asked[json.dumps(body["messages"])] += 1
        if is_held:
            go.wait(HANGS)
        return caption_for(body)

    killed = cluster.add_node(**NODE)
    with FakeEndpoint(answer=answer) as endpoint:
        project = _project(tmp_path, endpoint.url, cluster)
        with running(project) as run:
            run.until(lambda: "2 machines so far" in "".join(run.said))
            # Both have as many in flight as they may.
            run.until(lambda: asked.total() >= ANSWERED_FIRST + 2 * IN_FLIGHT)
            cluster.remove_node(killed, allow_graceful=False)
            run.until(lambda: "was lost at" in "".join(run.said))
            joined = cluster.add_node(**NODE)
            run.until(lambda: "3 machines so far" in "".join(run.said))
            go.set()
            assert run.wait(HANGS) == 1, run.errors
        cluster.remove_node(joined)
    said = "".join(run.said)
    assert len(_captions(project)) == SHARDS * CAPTIONED
    last = re.search(
        rf"All shards: {SHARDS} shards done; (\d+) captions written(?:; (\d+) there already)?", said
    )
    assert last, said
    assert sum(int(count or 0) for count in last.groups()) == SHARDS * CAPTIONED
    assert f"; {SHARDS} failed ({SHARDS} empty tag file); {SHARDS} excluded" in said
    assert not [text for text in asked if "kite" in text], "an excluded picture was sent"
    assert len(asked) == SHARDS * CAPTIONED
    assert asked.total() - len(asked) <= IN_FLIGHT, "more than what was in flight was asked again"
    assert not run.errors


@pytest.mark.cluster
def test_nodes_are_spread_over_servers_and_one_that_is_gone_ends_the_run(
    tmp_path: Path, cluster: Nodes
) -> None:
    second = cluster.add_node(**NODE)
    with FakeEndpoint() as left, FakeEndpoint() as right:
        project = _project(tmp_path, f"{left.url}, {right.url}", cluster, Endpoint__wait_for_server="0")
        assert project.run().code == 1
        first, others = len(left.requests), len(right.requests)
        assert first + others == SHARDS * CAPTIONED
        assert min(first, others) >= CAPTIONED
        right.script(*[Hang(HANGS)] * SHARDS * PICTURES)
        project.set["Dataset.existing"] = "overwrite"
        with running(project) as run:
            run.until(lambda: len(right.requests) > others)
            right.stop()
            assert run.wait(HANGS) == 2
        assert right.url in "".join(run.errors)
    assert len(_captions(project)) == SHARDS * CAPTIONED
    cluster.remove_node(second)


@pytest.mark.cluster
def test_a_cluster_that_is_not_there_is_one_sentence(tmp_path: Path, cluster: Nodes) -> None:
    project = _project(tmp_path, "builtin", cluster)
    project.set["Cluster.ray"] = "127.0.0.1:9"
    result = project.run()
    assert (result.code, result.err.count("\n")) == (2, 1), result.err
    assert "no Ray cluster answers at 127.0.0.1:9 (Connection refused)" in result.err


def test_addresses_that_cannot_be_meant_are_refused_and_others_are_made_plain() -> None:
    settings = EndpointSettings.model_validate({"url": "'http://a:1/v1/ ,https://b/v1'"})
    assert settings.urls == ("http://a:1/v1", "https://b/v1")
    for address in ("", "auto", "a:1", "10.0.0.1:6379"):
        assert ClusterSettings.model_validate({"ray": address}).ray == address
    for url in ("http://a:1/v1, auto", "http://a:1/v1, http://b?x"):
        with pytest.raises(ValidationError):
            EndpointSettings.model_validate({"url": url})
    for address in ("ray://a:1", "a", "a:0", "a:1:2"):
        with pytest.raises(ValidationError, match="should be auto, or host and port"):
            ClusterSettings.model_validate({"ray": address})


def test_what_ray_says_of_versions_becomes_one_sentence() -> None:
    ray = "Version mismatch: The cluster was started with:\n    Ray: 2.60.0\n    Python: 3.11.9\nThis process"
    assert refusal("a:1", RuntimeError(ray)) == (
        "the Ray cluster has other versions than this computer, install the same on all: Version mismatch: "
        "The cluster was started with: Ray: 2.60.0 Python: 3.11.9 This process"
    )
