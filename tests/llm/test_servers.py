"""Which server a stage asks: one found on this computer, or the one that another stage asks as well."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from errors import UserError
from llm.choosing import Choice, best, named
from llm.finding import Server, server_at, servers_here
from llm.listings import Model, is_for_chat, seems_to_see
from llm.programs import PROGRAMS, UNKNOWN, recognised
from llm.programs.base import Catalogue
from settings import EndpointSettings
from tests.fakes.answers import Json
from tests.fakes.endpoint import FakeEndpoint, Hang, Html200, Raw, Request, Status
from tests.fakes.programs import Held, LmStudio, Ollama
from tests.program.project import Project
from tests.program.starts import ROOT

PORTS = {"LM_Studio": 1234, "Ollama": 11434, "KoboldCpp": 5001, "vLLM": 8000}


@contextmanager
def serving(**models: tuple[str, ...] | Status | Html200 | Hang | Raw) -> Iterator[dict[str, FakeEndpoint]]:
    """Fake servers at the ports of these programs; `LM_Studio` is LM Studio."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(FakeEndpoint(models=listed, port=PORTS[name]))
            for name, listed in models.items()
        }


def server(program: str, *models: Model) -> Server:
    """A server of this program with these models; "" stands for one that nothing is known about."""
    found = next((each for each in PROGRAMS if each.name == program), UNKNOWN)
    return Server(f"http://{program or 'unknown'}/v1", Catalogue(found, models), lists=True)


def chosen(choice: Choice | None) -> str | None:
    return choice.model.name if choice else None


@pytest.mark.usefixtures("usual_ports")
def test_those_that_list_models_are_found_in_the_order_of_the_usual_ports() -> None:
    with serving(KoboldCpp=("b",), Ollama=("a",), vLLM=Status(404)):
        found = asyncio.run(servers_here(EndpointSettings()))
    assert [(each.place, [model.name for model in each.catalogue.models]) for each in found] == [
        ("Ollama at http://127.0.0.1:11434/v1", ["a"]),
        ("KoboldCpp at http://127.0.0.1:5001/v1", ["b"]),
    ]
    assert asyncio.run(servers_here(EndpointSettings())) == []


@pytest.mark.usefixtures("usual_ports")
def test_the_first_server_that_lists_a_model_for_chat_is_taken_and_named(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="auto")
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
    assert "Asking KoboldCpp at http://127.0.0.1:5001/v1, model writer (" in result.out
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
def test_what_speaks_no_http_on_a_usual_port_is_passed_over(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="auto")
    project.add("a.png")
    with serving(
        LM_Studio=Raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        Ollama=Raw(b"\x15\x03\x01\0\x02\x02\x16"),
        KoboldCpp=Raw(b"HTTP/1.1 200 \xe9\r\nno colon\r\n\r\n"),
        vLLM=("writer",),
    ):
        result = project.run()
    assert result.code == 0, result
    assert "Asking http://127.0.0.1:8000/v1, model writer." in result.out


@pytest.mark.usefixtures("usual_ports")
def test_a_server_without_a_model_is_told_from_no_server(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="auto")
    project.add("a.png")
    said = "Ollama at http://127.0.0.1:11434/v1 has no model that can chat: run: ollama pull qwen3.5:9b"
    with Ollama(Held("all-minilm", chats=False), port=11434) as ollama:
        result = project.run()
        assert result.code == 0, result
        assert result.out.startswith(f"{said}: the captions are drafts")
        assert result.out.endswith(", then python caption.py --set Endpoint.url=embedded\n")
        assert f"warning  [Interpreter] {said}, so captions are drafts" in project.run("--check").out
        project.set["Endpoint.url"] = ollama.url
        result = project.run()
    assert (result.code, said in result.err) == (2, True)


@pytest.mark.usefixtures("usual_ports")
def test_a_model_that_is_named_is_asked_for_where_it_is(tmp_path: Path) -> None:
    project = Project(tmp_path, url="auto", Endpoint__model="mine")
    project.add("a.png")
    with (
        LmStudio(Held("other", loaded=True), port=1234) as studio,
        Ollama(Held("mine:latest"), port=11434) as ollama,
    ):
        result = project.run()
        assert "Asking Ollama at http://127.0.0.1:11434/v1, model mine:latest." in result.out
        assert (len(studio.requests), len(ollama.requests)) == (0, 1)
        project.set["Endpoint.model"] = "theirs"
        result = project.run("--set", "Dataset.existing=overwrite")
    assert result.code == 2
    assert "LM Studio at http://127.0.0.1:1234/v1 has no model theirs: write model = other" in result.err


LOADED = Model("loaded", loaded=True)
LOADED_SEER = Model("loaded-seer", loaded=True, sees=True)
SEER, WRITER = Model("seer", loaded=False, sees=True), Model("writer", loaded=False, sees=False)


@pytest.mark.parametrize(
    ("servers", "must_see", "others_see", "expected"),
    [
        # A loaded one comes before one that has to be loaded, whichever server has it.
        ([server("Ollama", WRITER, LOADED)], False, None, "loaded"),
        ([server("Ollama", WRITER), server("LM Studio", LOADED)], False, None, "loaded"),
        ([server("Ollama", WRITER, SEER)], False, None, "writer"),
        # A stage that sends pictures takes one that sees.
        ([server("Ollama", WRITER, SEER)], True, None, "seer"),
        ([server("LM Studio", replace(LOADED, sees=False), SEER, LOADED_SEER)], True, None, "loaded-seer"),
        ([server("", Model("mistral-nemo"), Model("qwen2.5-vl-7b"))], True, None, "qwen2.5-vl-7b"),
        # Both stages share one where they can, but not if that means to load another.
        ([server("Ollama", WRITER, SEER)], False, "auto", "seer"),
        ([server("Ollama", LOADED, LOADED_SEER)], False, "auto", "loaded-seer"),
        ([server("Ollama", replace(LOADED, sees=False), SEER)], False, "auto", "loaded"),
        ([server("Ollama", WRITER, SEER, replace(SEER, name="other"))], False, "other", "other"),
        # Nothing that embeds, ranks or draws; a server that lists nothing may answer to any name.
        ([server("Ollama", Model("x", chats=False))], False, None, None),
        ([server("")], False, None, "default_model"),
        ([server("OpenRouter", Model("dear"), Model("gift", free=True))], False, None, "gift"),
    ],
)
def test_the_best_model_is_chosen(
    servers: list[Server], must_see: bool, others_see: str | None, expected: str | None
) -> None:
    assert chosen(best(servers, must_see=must_see, others_see=others_see)) == expected


def test_where_no_model_sees_it_is_said_what_to_get() -> None:
    with pytest.raises(UserError, match=r"no model of Ollama at .* sees pictures: run: ollama pull qwen3.5"):
        best([server("Ollama", WRITER)], must_see=True)


@pytest.mark.parametrize(
    ("servers", "name", "expected"),
    [
        ([server("Ollama", Model("a:latest"), Model("b:7b"))], "A", "a:latest"),
        ([server("Ollama", Model("a")), server("vLLM", Model("b"))], "b", "b"),
        ([server("llama.cpp", Model("a.gguf", aliases=("mine",)))], "mine", "a.gguf"),
        # Some answer any name with what they have, and some may know more than they list.
        ([server("SGLang", Model("real"))], "wrong", "real"),
        ([server("llama.cpp", SEER, WRITER)], "other", "other"),
        ([server("", Model("real"))], "alias", "alias"),
        ([server("OpenRouter", Model("a/b"))], "a/b:nitro", "a/b:nitro"),
    ],
)
def test_what_answers_to_a_name_is_known_by_it(servers: list[Server], name: str, expected: str) -> None:
    assert chosen(named(servers, name)) == expected


@pytest.mark.parametrize("written", ["", "/v1/chat/completions", "/v1/models", "/api", "/v1"])
def test_an_address_that_is_written_a_little_wrong_is_mended(written: str) -> None:
    with LmStudio(Held("a", loaded=True)) as studio:
        address = studio.url.removesuffix("/v1") + written
        found = asyncio.run(server_at(address, EndpointSettings()))
    assert (found.url, found.written) == (studio.url, "" if written == "/v1" else address)


def test_a_mended_address_is_said_and_used(tmp_path: Path) -> None:
    with Ollama(Held("a", loaded=True)) as ollama:
        short = ollama.url.removesuffix("/v1")
        project = Project(tmp_path, url=short, Endpoint__model="auto")
        project.add("a.png")
        result = project.run()
    assert result.code == 0, result
    assert f"Asking Ollama at {ollama.url} (config.ini says {short}), model a" in result.out
    assert project.caption("a")


OWNED = "owned_by"


@pytest.mark.parametrize(
    ("row", "headers", "port", "program"),
    [
        ({OWNED: "organization_owner"}, {}, 4321, "LM Studio"),
        ({OWNED: "library"}, {}, 80, "Ollama"),
        ({OWNED: "llamacpp"}, {}, 9931, "llama.cpp"),
        ({}, {"server": "llama.cpp"}, 9931, "llama.cpp"),
        ({OWNED: "koboldcpp"}, {}, 11434, "KoboldCpp"),
        ({OWNED: "aphrodite"}, {}, 5001, "Aphrodite"),
        ({OWNED: "vllm"}, {}, 8000, "vLLM"),
        ({OWNED: "sglang"}, {}, 30000, "SGLang"),
        ({OWNED: "tabbyAPI"}, {}, 5000, "TabbyAPI"),
        ({OWNED: "user"}, {}, 5000, "text-generation-webui"),
        ({}, {"server": "BaseHTTP/0.6 Python/3.11.7"}, 8080, "mlx-lm"),
        ({}, {"server": "mlx_vlm/0.7.10"}, 8080, "mlx-vlm"),
        ({OWNED: "openai"}, {"x-litellm-version": "1.106.12"}, 4000, "LiteLLM"),
        ({"top_provider": {}}, {}, None, "OpenRouter"),
        ({OWNED: "mistralai"}, {}, None, "Mistral"),
        ({OWNED: "google"}, {}, None, "Gemini"),
        # By their port alone only those that nothing else uses.
        ({}, {}, 1234, "LM Studio"),
        ({}, {}, 11434, "Ollama"),
        ({}, {}, 8080, ""),
    ],
)
def test_each_program_is_recognised(
    row: Json, headers: dict[str, str], port: int | None, program: str
) -> None:
    assert recognised([row], headers, port, is_here=True).name == program
    # A computer of the same house has the same programs at the same ports.
    assert recognised([row], headers, port, is_here=False).name == program


def test_mlx_lm_that_cannot_list_its_models_is_asked_for_the_one_that_it_was_started_with() -> None:
    # Until something was downloaded, it answers with no body.
    head = b"HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.11.7\r\nContent-type: application/json\r\n\r\n"
    with FakeEndpoint(models=Raw(head)) as server:
        found = asyncio.run(server_at(server.url, EndpointSettings()))
    assert found.catalogue.program.name == "mlx-lm"
    assert chosen(best([found], must_see=False)) == "default_model"


NONE, NO_THINKING = {"reasoning_effort": "none"}, {"chat_template_kwargs": {"enable_thinking": False}}


@pytest.mark.parametrize(
    ("program", "off"),
    [
        ("LM Studio", NONE),
        ("Ollama", NONE),
        ("llama.cpp", {**NONE, **NO_THINKING}),
        ("text-generation-webui", {**NONE, "enable_thinking": False}),
        ("TabbyAPI", {"enable_thinking": False, **NO_THINKING}),
        ("KoboldCpp", {}),
        ("vLLM", {**NONE, **NO_THINKING}),
        ("SGLang", NONE),
        ("OpenRouter", {"reasoning": {"enabled": False}}),
        ("Mistral", NONE),
        ("Gemini", NONE),
        ("", NONE),
    ],
)
def test_reasoning_is_turned_off_in_the_way_of_each_server(program: str, off: dict[str, object]) -> None:
    fields = server(program).catalogue.program.reasoning_fields
    assert fields("off", Model("a")) == off
    assert fields("on", Model("a")) != off or not off
    assert fields("off", Model("a", reasons=False)) == {}


@pytest.mark.parametrize(
    ("listed", "told", "said"),
    [
        ((), "", "asked"),
        ((Model("asked"), Model("b")), "asked", "asked"),
        # What the answer itself tells counts more than what was asked for.
        ((Model("a"), Model("b")), "a", "a"),
        ((Model("a"), Model("b")), "asked-2025", "asked-2025"),
        ((Model("a"),), "asked", "asked (the server lists only a)"),
        ((Model("a"), Model("b")), "", "asked (not in the list of the server)"),
    ],
)
def test_what_answered_is_said_as_far_as_list_and_answer_tell(
    listed: tuple[Model, ...], told: str, said: str
) -> None:
    assert server("", *listed).catalogue.answering("asked", told) == said


def test_the_table_of_servers_in_docs_is_true() -> None:
    page = (ROOT / "docs" / "servers.md").read_text(encoding="utf-8")
    rows = {cells[0]: cells for line in page.splitlines() if len(cells := line.strip("| ").split(" | ")) == 5}
    services = {
        cells[0]: cells for line in page.splitlines() if len(cells := line.strip("| ").split(" | ")) == 4
    }
    here = {each.name: each for each in PROGRAMS if each.ports}
    assert rows.keys() - {"server", "---"} == here.keys()
    assert services.keys() - {"service", "---"} == {each.name for each in PROGRAMS} - here.keys()
    for each in PROGRAMS:
        if not each.ports:
            fields = re.findall(r"`(\w+)`", services[each.name][3])
            assert set(fields) == each.reasoning_fields("off", Model("a")).keys(), each.name
    for name, program in here.items():
        ports, fields = rows[name][1], re.findall(r"`(\w+)`", rows[name][4])
        assert ports == ", ".join(map(str, program.ports)), name
        assert set(fields) == program.reasoning_fields("off", Model("a")).keys(), name


NEVER = (
    *("text-embedding-3-small", "bge-m3", "whisper-1", "qwen3-reranker", "nomic-embed-text:latest"),
    *("all-minilm:latest", "paraphrase-multilingual", "gte-large", "intfloat/multilingual-e5-large"),
    *("jina-clip-v2", "nomic-ai/nomic-bert", "tts-1", "dall-e-3", "stable-diffusion-3.5-large"),
    *("omni-moderation-latest", "snowflake-arctic-embed2", "llama-guard3:8b", "gpt-4o-transcribe"),
    *("gemini-3-pro-image-preview", "gemini-live-2.5-flash", "gemini-2.5-flash-native-audio", "aqa"),
)
BLIND = ("llama3.2", "mistral-nemo", "qwen2.5:7b", "gemma3:1b", "gpt-oss-20b", "eclipse-12b", "marvl")
SEEING = (
    *("Qwen/Qwen3-VL-8B", "qwen2.5vl:7b", "qwen3.5:9b", "gemma3:12b", "google/gemma-3-4b"),
    *("llava:13b", "minicpm-v:8b"),
    *("llama3.2-vision", "pixtral-12b", "llama-joycaption-beta-one", "ToriiGate-v0.4-7B", "gpt-4o-mini"),
    "gemini-2.5-flash-lite",
)


def test_names_tell_which_models_chat_and_which_see() -> None:
    assert [name for name in NEVER if is_for_chat(name)] == []
    assert [name for name in BLIND + SEEING if not is_for_chat(name)] == []
    assert [name for name in BLIND if seems_to_see(name)] == []
    assert [name for name in SEEING if not seems_to_see(name)] == []


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
