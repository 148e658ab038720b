"""Which server a stage asks: one found on this computer, or the one that another stage asks as well."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from llm.servers import LOCAL_PORTS, Server, first_chat_model, local_servers
from tests.fakes.endpoint import FakeEndpoint, Hang, Html200, Request, Status
from tests.program.project import Project


@contextmanager
def serving(**models: tuple[str, ...] | Status | Html200 | Hang) -> Iterator[dict[str, FakeEndpoint]]:
    """Fake servers at the ports of these programs; `LM_Studio` is LM Studio."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(FakeEndpoint(models=listed, port=LOCAL_PORTS[name.replace("_", " ")]))
            for name, listed in models.items()
        }


@pytest.mark.usefixtures("usual_ports")
def test_those_that_listen_are_found_in_the_order_of_the_table() -> None:
    with serving(KoboldCpp=("b",), Ollama=("a",)):
        found = asyncio.run(local_servers())
    assert found == [
        Server("Ollama", "http://127.0.0.1:11434/v1"),
        Server("KoboldCpp", "http://127.0.0.1:5001/v1"),
    ]
    assert asyncio.run(local_servers()) == []


@pytest.mark.usefixtures("usual_ports")
def test_the_first_server_that_lists_a_model_for_chat_is_taken_and_named(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="auto", Endpoint__timeout="2")
    project.add("a.png")
    with serving(
        LM_Studio=("nomic-embed-text", "bge-m3"),  # nothing that chats
        Ollama=Status(404),  # some other program
        KoboldCpp=("nomic-embed-text", "writer"),
        vLLM=("too-late",),
    ) as servers:
        result = project.run()
        asked = {
            name: [request.body["model"] for request in server.requests] for name, server in servers.items()
        }
    assert result.code == 0, result
    assert "Asking KoboldCpp at http://127.0.0.1:5001/v1, model writer." in result.out
    assert asked == {"LM_Studio": [], "Ollama": [], "KoboldCpp": ["writer"], "vLLM": []}


@pytest.mark.usefixtures("usual_ports")
def test_what_listens_and_is_no_model_server_leaves_the_work_to_the_composer(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="auto", Endpoint__timeout="1")
    project.add("a.png")
    with serving(LM_Studio=Html200(), Ollama=Hang(20), KoboldCpp=Status(401), vLLM=Status(200, "[]")):
        result = project.run()
    assert result.code == 0, result
    assert result.out.startswith("No model server answers on this computer")
    assert project.caption("a")


@pytest.mark.usefixtures("usual_ports")
def test_a_model_that_is_named_is_asked_for_wherever_a_server_is_found(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="mine")
    project.add("a.png")
    with serving(Ollama=("other",)) as servers:
        result = project.run()
        models = [request.body["model"] for request in servers["Ollama"].requests]
    assert "Asking Ollama at http://127.0.0.1:11434/v1, model mine." in result.out
    assert models == ["mine"]


@pytest.mark.parametrize(
    ("models", "chosen"),
    [
        ([], None),
        (["text-embedding-3-small", "bge-m3", "whisper-1", "qwen3-reranker"], None),
        (["nomic-embed-text:latest", "llama3.2", "gemma3"], "llama3.2"),
        (["Qwen/Qwen3-VL-8B"], "Qwen/Qwen3-VL-8B"),
    ],
)
def test_a_model_that_only_embeds_or_ranks_or_listens_is_never_chosen(
    models: list[str], chosen: str | None
) -> None:
    assert first_chat_model(models) == chosen


@pytest.mark.usefixtures("usual_ports")
def test_a_key_is_not_told_to_whatever_listens_on_a_usual_port(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="auto", Endpoint__api_key="marked-key")
    project.set["Endpoint.headers"] = '{"X-Account": "marked-key"}'
    project.add("a.png")
    with serving(Ollama=("writer",)) as servers:
        assert project.run().code == 0
        received = servers["Ollama"].received
    assert received
    assert all("marked-key" not in str(request.headers) for request in received)


def requests_of_two_stages(folder: Path, **settings: str) -> tuple[Request, Request]:
    """What Interrogator and Interpreter send to the same url."""
    with FakeEndpoint() as endpoint:
        project = Project(folder, url=endpoint.url, Interrogator__skip="False", **settings)
        project.add("a.png")
        result = project.run()
        assert result.code == 0, result
        first, second = endpoint.requests
    return first, second


def test_two_stages_with_one_url_and_two_keys_each_send_their_own(tmp_path: Path) -> None:
    seer, writer = requests_of_two_stages(
        tmp_path, Interrogator__api_key="sk-for-seeing", Interpreter__api_key="sk-for-writing"
    )
    assert seer.headers["authorization"] == "Bearer sk-for-seeing"
    assert writer.headers["authorization"] == "Bearer sk-for-writing"


def test_two_stages_with_one_url_and_other_headers_each_send_their_own(tmp_path: Path) -> None:
    seer, writer = requests_of_two_stages(
        tmp_path, Interrogator__headers='{"X-Title": "see"}', Interpreter__headers='{"X-Title": "write"}'
    )
    assert (seer.headers["x-title"], writer.headers["x-title"]) == ("see", "write")


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("temperature", 0.25, 0.75), ("top_p", 0.5, 0.9), ("max_tokens", 100, 200), ("model", "a", "b")],
)
def test_two_stages_with_one_url_each_send_the_fields_of_their_own_settings(
    tmp_path: Path, name: str, first: object, second: object
) -> None:
    chosen = {f"Interrogator__{name}": str(first), f"Interpreter__{name}": str(second)}
    seer, writer = requests_of_two_stages(tmp_path, **chosen)
    assert (seer.body[name], writer.body[name]) == (first, second)
