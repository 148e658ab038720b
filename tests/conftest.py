"""Fixtures that many tests use, and which tests run only when asked for."""

from __future__ import annotations

import getpass
import importlib.util
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings

from llm.finding import LOCAL_PORTS
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.llama_server import CONTEXT, Launch, LlamaServer

if TYPE_CHECKING:
    from tests.review.browser import Browser

# Generated examples are the same in every run, so that a change is not blamed for an example that nobody had
# met before. `HYPOTHESIS_PROFILE=new pytest -m hypothesis` looks for new ones. A slow machine fails none.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("few", settings.get_profile("same"), max_examples=20)
settings.register_profile("new", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# Threads of llama.cpp wait for each other in loops: beside other tests, two take ten times as long as one.
os.environ.setdefault("LLAMA_ARG_THREADS", "1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long runs out unless `-m` names them; begin with slow tests, so that none is the last."""
    if "soak" not in config.option.markexpr:
        long_runs = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long_runs)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    """Serve good answers until the test scripts others."""
    with FakeEndpoint() as running:
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of a module, because it takes a second to start."""
    from tests.review.browser import Browser, need_browser  # most tests need no browser

    need_browser()
    running = Browser(tmp_path_factory.mktemp("browser"))
    yield running
    running.close()


@pytest.fixture
def one_at_a_time() -> Iterator[None]:
    """Let only one test on this computer use the ports of `url = auto` at a time: tests run in parallel."""
    with FileLock(Path(tempfile.gettempdir()) / f"tagscribe-usual-ports-{getpass.getuser()}.lock"):
        yield


@pytest.fixture
def usual_ports(one_at_a_time: None) -> None:
    """Skip the test where a server of this computer already listens on one of the ports of `url = auto`."""
    taken = [str(port) for port in LOCAL_PORTS if _something_listens(port)]
    if taken:
        pytest.skip(f"something listens on this computer at port {' and '.join(taken)}")


def _something_listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with text.gguf and vision.gguf."""
    needed("xllamacpp", "gguf", "numpy")
    from tests.fakes.tiny_model import write_text_model, write_vision_projector

    folder = tmp_path_factory.mktemp("tiny_models")
    write_text_model(folder / "text.gguf", CONTEXT)
    write_vision_projector(folder / "vision.gguf")
    return folder


@pytest.fixture
def model_folder(tiny_models: Path, tmp_path: Path) -> Path:
    """A folder with a text.gguf of the test's own, to spoil or to put something beside."""
    shutil.copy(tiny_models / "text.gguf", tmp_path / "text.gguf")
    return tmp_path


@pytest.fixture(scope="session")
def llama(tiny_models: Path) -> Iterator[LlamaServer]:
    """Serve the text model, which takes no pictures and asks for no key."""
    launch = Launch(str(tiny_models / "text.gguf"))
    with LlamaServer(launch, tiny_models / "text.log") as server:
        yield server


@pytest.fixture(scope="session")
def llama_vision(tiny_models: Path) -> Iterator[LlamaServer]:
    """Serve the model that takes pictures, and asks for `server.api_key`."""
    launch = Launch(str(tiny_models / "text.gguf"), str(tiny_models / "vision.gguf"), api_key="open sesame")
    with LlamaServer(launch, tiny_models / "vision.log") as server:
        yield server


def needed(*modules: str) -> None:
    """Skip the test where a module is not installed, but fail it in CI, where nothing may go untested."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {', '.join(missing)}; requirements-dev.txt lists it")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; pip install -r requirements-dev.txt")
