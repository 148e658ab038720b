"""The server of a model that the program runs itself: closed, one or two of them, and gone after the run."""

from __future__ import annotations

import asyncio
import shutil
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError, URLError

import pytest

from errors import StageError, UserError
from llm.embedded.devices import Computer, Device, Runner, runner
from llm.embedded.files import Room, model_files
from llm.embedded.fitting import fit
from llm.embedded.loading import EmbeddedModels
from llm.embedded.needs import Needs, NoConsent
from llm.embedded.server import ModelServer
from llm.embedded.table import GB
from settings import EndpointSettings

DEFAULTS = EndpointSettings(url="embedded")
PROMPT = 680
PLENTY = Room(100 * GB)


@pytest.fixture
def folder(tiny_models: Path, tmp_path: Path) -> Path:
    """A folder with a model."""
    shutil.copy(tiny_models / "text.gguf", tmp_path / "text.gguf")
    return tmp_path


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page at another address, or another program, gets from a server."""

    status: int
    origin: str


def asked(url: str, key: str = "") -> Answer:
    request = urllib.request.Request(url, headers={"Origin": "https://elsewhere.example"})
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return Answer(response.status, response.headers.get("Access-Control-Allow-Origin") or "")
    except HTTPError as error:
        with error:
            return Answer(error.code, error.headers.get("Access-Control-Allow-Origin") or "")


def loaded(models: EmbeddedModels, use: Callable[[EmbeddedModels], Awaitable[None]]) -> None:
    """Do something with models, and close them."""

    async def run() -> None:
        try:
            await use(models)
        finally:
            await models.close()

    asyncio.run(run())


def here(free: float = 100 * GB, kind: Literal["library", "program"] = "library") -> Computer:
    return Computer(runner(kind), round(free))


def settings_for(model: Path, kind: Literal["auto", "library", "program"] = "auto") -> EndpointSettings:
    return EndpointSettings(url="embedded", model=str(model), embedded=kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["library", "program"])
def test_the_server_answers_to_the_key_of_the_run_alone_and_is_gone_after_it(
    folder: Path, kind: Literal["library", "program"]
) -> None:
    if kind == "program" and shutil.which("llama-server") is None:
        pytest.skip("this computer has no llama-server")
    url = ""

    async def use(models: EmbeddedModels) -> None:
        nonlocal url
        model = await models.model(settings_for(folder / "text.gguf", kind))
        assert str(model.server.fitted) in model.introduction
        url = await model.url(lambda words: None)
        root, key = url.removesuffix("/v1"), model.server.key
        assert len(key) > 30
        for path in ("/props", "/slots", "/v1/chat/completions"):
            assert await asyncio.to_thread(asked, f"{root}{path}") == Answer(401, ""), path
        assert await asyncio.to_thread(asked, f"{root}/props", key) == Answer(200, "")
        # There is no page, and no list of what is worked on.
        assert (await asyncio.to_thread(asked, f"{root}/", key)).status == 404
        assert (await asyncio.to_thread(asked, f"{root}/slots", key)).status == 501

    loaded(EmbeddedModels(Needs(lambda sees: PROMPT), here(kind=kind)), use)
    with pytest.raises(URLError):
        asked(url)


@pytest.mark.slow
def test_a_second_model_is_loaded_beside_the_first_only_if_both_fit(folder: Path) -> None:
    shutil.copy(folder / "text.gguf", folder / "other.gguf")
    both_run: list[bool] = []

    async def use(models: EmbeddedModels) -> None:
        one = await models.model(settings_for(folder / "text.gguf"))
        other = await models.model(settings_for(folder / "other.gguf"))
        await one.url(lambda words: None)
        await other.url(lambda words: None)
        both_run.append(one.server.is_running)
        # It is loaded again where it is asked again.
        await one.url(lambda words: None)
        both_run.append(other.server.is_running)

    needed = 0.8 * GB
    loaded(EmbeddedModels(Needs(lambda sees: PROMPT), here(1.5 * needed)), use)
    loaded(EmbeddedModels(Needs(lambda sees: PROMPT), here(3 * needed)), use)
    assert both_run == [False, False, True, True]


@pytest.mark.slow
def test_a_projector_of_another_model_is_told_and_nothing_goes_on_running(
    folder: Path, tiny_models: Path
) -> None:
    from tests.fakes.tiny_model import write_vision_projector

    write_vision_projector(folder / "mmproj.gguf", width=32)
    files = model_files(str(folder / "text.gguf"), PLENTY, NoConsent())
    server = ModelServer(here(), files, fit(files, PROMPT, DEFAULTS, 0, 2 * GB), DEFAULTS)
    with pytest.raises(UserError) as raised:
        asyncio.run(server.start(lambda words: None))
    projector, model = folder / "mmproj.gguf", folder / "text.gguf"
    assert str(raised.value).startswith(
        f"the projector {projector} does not belong to the model {model}: put "
    )
    assert not server.is_running


def test_a_card_that_lies_idle_is_told_with_the_command_that_has_it_used(folder: Path) -> None:
    card = Device("NVIDIA GeForce RTX 4070", 12 * GB)
    computers = {
        "idle": Computer(Runner("library", ()), 8 * GB, seems_to_have_card=True),
        "none": Computer(Runner("library", ()), 8 * GB),
        "used": Computer(Runner("library", (), [card]), 8 * GB, seems_to_have_card=True),
    }

    async def told(computer: Computer) -> tuple[str, str]:
        models = EmbeddedModels(Needs(lambda sees: PROMPT), computer)
        model = await models.model(settings_for(folder / "text.gguf"))
        return model.introduction.partition(", model ")[0], model.faster_with

    said = {name: asyncio.run(told(computer)) for name, computer in computers.items()}
    processor = "llama.cpp inside this program, on the processor"
    assert said["idle"][0] == said["none"][0] == processor
    assert said["idle"][1].startswith("pip install xllamacpp --force-reinstall --index-url https://")
    assert said["none"][1] == said["used"][1] == ""
    assert said["used"][0] == f"llama.cpp inside this program, on {card.name}"


# What llama.cpp says, by a program that says it, and what the user is told.
SAYS = {
    "E srv load_model: unknown model architecture: 'newest'": "this llama.cpp is too old for {}: ",
    "E alloc_tensor_range: failed to allocate CPU buffer of size 9": "there is too little memory for {}: ",
    "0.01.2 E srv load_model: something new": "llama.cpp cannot load {} (load_model: something new): ",
    "": "llama.cpp cannot load {} (it says nothing): download it again, ",
}


@pytest.mark.parametrize("said", SAYS)
def test_what_llama_cpp_says_becomes_a_sentence_for_the_user(folder: Path, said: str) -> None:
    files = model_files(str(folder / "text.gguf"), PLENTY, NoConsent())
    command = (sys.executable, "-c", f"import sys; sys.stderr.write({said!r}); sys.exit(1)")
    computer = Computer(Runner("program", command), GB)
    server = ModelServer(computer, files, fit(files, PROMPT, DEFAULTS, 0, 2 * GB), DEFAULTS)
    with pytest.raises(UserError) as raised:
        asyncio.run(server.start(lambda words: None))
    assert str(raised.value).startswith(SAYS[said].format(folder / "text.gguf"))


# It is ready at once, and ends after it has said so.
ONE_ANSWER = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *said): pass
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
with http.server.HTTPServer(("127.0.0.1", int(os.environ["LLAMA_ARG_PORT"])), Handler) as server:
    server.handle_request()
"""


def test_a_server_that_has_ended_by_itself_ends_the_stage(folder: Path) -> None:
    files = model_files(str(folder / "text.gguf"), PLENTY, NoConsent())
    computer = Computer(Runner("program", (sys.executable, "-c", ONE_ANSWER)), GB)
    server = ModelServer(computer, files, fit(files, PROMPT, DEFAULTS, 0, 2 * GB), DEFAULTS)

    async def run() -> None:
        await server.start(lambda words: None)
        while True:
            server.refuse_ended()
            await asyncio.sleep(0.01)

    with pytest.raises(
        StageError, match=r"llama\.cpp has ended by itself \(without a word\), perhaps for want"
    ):
        asyncio.run(run())
