"""What many tests stand on: the fake endpoint, and llama.cpp's real server with tiny random models."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.llama_server import CONTEXT, Launch, LlamaServer


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    """Serve good answers until the test scripts others."""
    with FakeEndpoint() as running:
        yield running


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with text.gguf and vision.gguf."""
    _need("xllamacpp", "gguf", "numpy")
    from tests.fakes.tiny_model import write_text_model, write_vision_projector

    folder = tmp_path_factory.mktemp("tiny_models")
    write_text_model(folder / "text.gguf", CONTEXT)
    write_vision_projector(folder / "vision.gguf")
    return folder


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


def _need(*modules: str) -> None:
    """Skip the test where a module is not installed, but never in CI: there a skipped test is a hole."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {', '.join(missing)}; requirements-dev.txt lists it")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; pip install -r requirements-dev.txt")
