"""Runs over shards that ask two real llama.cpp servers, by their addresses and behind a real router."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.fakes.llama_server import MODEL_NAME, Launch, LlamaServer
from tests.program.nodes import Nodes
from tests.program.processes import HANGS
from tests.program.project import Project, png
from tests.shards.tars import tar, texts_in

SHARDS, PICTURES = 2, 6
# One shard has a picture that must not be sent.
CAPTIONED = SHARDS * PICTURES - 1
_KEY = "sk-of-a-test-0123456789abcdef"


@pytest.fixture
def both(tiny_models: Path, tmp_path: Path) -> Iterator[tuple[LlamaServer, LlamaServer]]:
    """Two servers of the same tiny model, whose logs are a.log and b.log."""
    launch = Launch(str(tiny_models / "text.gguf"))
    with LlamaServer(launch, tmp_path / "a.log") as one, LlamaServer(launch, tmp_path / "b.log") as other:
        yield one, other


def _project(folder: Path, url: str, **settings: str) -> Project:
    usual = {"Endpoint__concurrency": "2", "Endpoint__max_tokens": "40", "Interpreter__floor": "draft"}
    project = Project(folder, url, **usual, **settings)
    project.set |= {"Dataset.images": str(project.images / "*.tar"), "Endpoint.model": MODEL_NAME}
    for shard in range(SHARDS):
        files = []
        for number in range(PICTURES):
            tags = "loli, sex, red_kite" if (shard, number) == (0, 3) else f"hat, tag_{shard}_{number}"
            files += [(f"{number}.png", png()), (f"{number}.txt", tags.encode())]
        tar(project.images / f"{shard}.tar", files)
    return project


def _captioned_and_asked(project: Project) -> tuple[int, list[int]]:
    """How many captions there are, and how many requests each server has worked on."""
    captions = sum(len(texts_in(path)) for path in project.captions.glob("*.tar"))
    logs = [(project.folder / name).read_text(errors="replace") for name in ("a.log", "b.log")]
    return captions, [log.count("launch_slot") for log in logs]


@pytest.mark.cluster
def test_shards_are_spread_over_two_real_servers(
    tmp_path: Path, both: tuple[LlamaServer, LlamaServer], cluster: Nodes
) -> None:
    project = _project(tmp_path, ", ".join(server.url for server in both))
    project.set["Cluster.ray"] = cluster.address
    run = project.run()
    assert run.code == 0, run.out + run.err
    captions, asked = _captioned_and_asked(project)
    assert captions == CAPTIONED
    assert min(asked) >= PICTURES - 1, asked
    assert "red kite" not in (tmp_path / "a.log").read_text() + (tmp_path / "b.log").read_text()


@contextmanager
def _router(folder: Path, servers: tuple[LlamaServer, LlamaServer]) -> Iterator[str]:
    """LiteLLM's proxy in front of the servers, a program in an environment of its own; its url."""
    program = shutil.which("litellm")
    if program is None:
        pytest.skip("LiteLLM's proxy is not on the PATH: pip install 'litellm[proxy]==1.106.*' elsewhere")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    deployments = [
        {
            "model_name": MODEL_NAME,
            "litellm_params": {"model": f"openai/{MODEL_NAME}", "api_base": server.url, "api_key": "none"},
        }
        for server in servers
    ]
    (folder / "router.yaml").write_text(
        json.dumps({"model_list": deployments, "router_settings": {"num_retries": 0}})
    )
    # Its list of prices stays that of the package, which it would fetch otherwise.
    environment = {**os.environ, "LITELLM_MASTER_KEY": _KEY, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    options = ["--host", "127.0.0.1", "--port", str(port), "--telemetry", "False"]
    with (folder / "router.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "--config", str(folder / "router.yaml"), *options],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_alive(f"http://127.0.0.1:{port}/health/liveliness", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait()


def _wait_until_alive(url: str, process: subprocess.Popen[bytes]) -> None:
    # It loads for a minute on a busy computer.
    ends = time.monotonic() + 3 * HANGS
    while time.monotonic() < ends:
        assert process.poll() is None, "the proxy has ended"
        with suppress(OSError), urllib.request.urlopen(url):
            return
        time.sleep(0.1)
    pytest.fail("the proxy does not answer")


@pytest.mark.cluster
def test_two_real_servers_answer_behind_a_real_router(
    tmp_path: Path, both: tuple[LlamaServer, LlamaServer]
) -> None:
    with _router(tmp_path, both) as url:
        project = _project(tmp_path, url, Endpoint__api_key=_KEY)
        run = project.run()
        assert run.code == 0, run.out + run.err
        captions, asked = _captioned_and_asked(project)
        assert captions == CAPTIONED
        assert sum(asked) >= CAPTIONED
        assert min(asked) > 0, "the router has asked one server alone"
        # It answers a missing key with 500 and a wrong one with 400, neither with 401.
        for key in ("", "wrong"):
            project.set |= {"Endpoint.api_key": key, "Dataset.captions": str(tmp_path / f"of {key}")}
            refused = project.run()
            assert (refused.code, refused.err) == (1, ""), refused.err
            assert f"All shards: {SHARDS} shards done; 0 captions written; {CAPTIONED} failed" in refused.out
