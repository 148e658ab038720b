"""The embedded models of a run: closed, fitted to all stages, many requests at once, one or two in memory."""

from __future__ import annotations

import asyncio
import base64
import shutil
import urllib.request
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

import aiohttp
import pytest

import config
from captioning.models import needs_of as needs_of_run
from errors import UserError
from llm.embedded import Demand, Needs
from llm.embedded.devices import Computer, Device, Runner
from llm.embedded.loading import EmbeddedModel, EmbeddedModels
from llm.embedded.picking import GB
from llm.servers import Endpoints
from settings import EndpointSettings
from tests.fakes.gguf_files import write_header
from tests.llm.serving import Kind, loaded, needs_of, serving, settings_for, this_computer
from tests.program.memory import linux_only
from tests.program.project import Project, png

BOTH_KINDS = pytest.mark.parametrize(
    "kind",
    [
        "library",
        pytest.param(
            "program",
            marks=pytest.mark.skipif(
                shutil.which("llama-server") is None, reason="this computer has no llama-server on PATH"
            ),
        ),
    ],
)


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


@BOTH_KINDS
def test_the_server_answers_to_the_key_of_the_run_alone_and_is_gone_after_it(
    model_folder: Path, kind: Kind
) -> None:
    url, chosen = "", settings_for(model_folder / "text.gguf", embedded=kind)

    async def use(models: EmbeddedModels) -> None:
        nonlocal url
        model = await models.model(chosen)
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

    loaded(EmbeddedModels(needs_of(chosen), this_computer(kind=kind)), use)
    with pytest.raises(URLError):
        asked(url)


def request_with_picture() -> Mapping[str, object]:
    """A request whose answer is longer than any test is patient."""
    picture = f"data:image/png;base64,{base64.b64encode(png()).decode()}"
    content = [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": "Describe it."}]
    endless = {"stream": True, "ignore_eos": True, "max_tokens": 30_000}
    return {"model": "text", "messages": [{"role": "user", "content": content}], **endless}


@BOTH_KINDS
def test_as_many_answers_are_written_at_once_as_there_are_slots(
    model_folder: Path, tiny_models: Path, kind: Kind
) -> None:
    """Requests are sent one by one: each has its first word while all before it are still being written."""
    shutil.copy(tiny_models / "vision.gguf", model_folder / "mmproj.gguf")
    chosen = settings_for(model_folder / "text.gguf", embedded=kind, context="32768")

    async def use(models: EmbeddedModels) -> None:
        model = await models.model(chosen)
        url = await model.url(lambda words: None)
        headers = {"Authorization": f"Bearer {model.server.key}"}
        assert model.server.fitted.slots == 8
        async with aiohttp.ClientSession(headers=headers) as session, AsyncExitStack() as answers:
            rest = []
            for _ in range(model.server.fitted.slots):
                sent = session.post(f"{url}/chat/completions", json=request_with_picture())
                answer = await answers.enter_async_context(sent)
                while b'"content":"' not in (line := await answer.content.readline()):
                    assert line, "the answer ended without a word"
                rest.append(asyncio.create_task(answer.read()))
            assert not any(each.done() for each in rest), "an answer was whole before the last one began"
            for each in rest:
                each.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    loaded(EmbeddedModels(needs_of(chosen), this_computer(kind=kind)), use)


@linux_only
def test_a_second_model_is_loaded_beside_the_first_only_if_both_fit(
    tiny_models: Path, tmp_path: Path
) -> None:
    from tests.fakes.tiny_model import write_text_model

    paths = tmp_path / "one.gguf", tmp_path / "other.gguf"
    write_text_model(paths[0], context=4096, hidden=20_000)
    shutil.copy(paths[0], paths[1])
    size = paths[0].stat().st_size
    assert size > 30_000_000

    async def prepared(models: EmbeddedModels) -> list[EmbeddedModel]:
        return [await models.model(settings_for(path)) for path in paths]

    def most_memory(free: float) -> int:
        """The most memory that the servers of two models have held together, asked by turns."""
        highest = beside = 0

        def before_loading(words: str) -> None:
            nonlocal beside
            if words:
                beside = sum(each.memory for path in paths for each in serving(path))

        async def use(models: EmbeddedModels) -> None:
            nonlocal highest
            both = await prepared(models)
            # The first is loaded again where it is asked again.
            for model, path in zip([*both, both[0]], [*paths, paths[0]], strict=True):
                await model.url(before_loading)
                (now,) = serving(path)
                highest = max(highest, beside + now.memory)

        loaded(EmbeddedModels(needs_of(), this_computer(free)), use)
        return highest

    models = asyncio.run(prepared(EmbeddedModels(needs_of(), this_computer())))
    needed = models[0].server.fitted.memory
    one, two = most_memory(1.5 * needed), most_memory(2.5 * needed)
    assert size < one < 0.75 * two


def test_a_model_is_fitted_to_all_stages_that_share_it(tmp_path: Path) -> None:
    """The first stage wants little; the last one has long answers, reasons, and asks more at once."""
    model, other = tmp_path / "model.gguf", tmp_path / "other.gguf"
    for path in (model, other):
        write_header(path)
    short = settings_for(model, concurrency="1", max_tokens="100")
    long = settings_for(model, concurrency="12", max_tokens="5000", reasoning="on")
    of_other = settings_for(other, context="90000", max_tokens="100", concurrency="2")
    asks = [Demand(short, 800), Demand(long, 400), Demand(of_other, 9000)]
    computer = Computer(Runner("library", ()), 8 * GB)

    async def fitted(*stages: EndpointSettings) -> list[tuple[int, int, bool]]:
        models = EmbeddedModels(Needs(lambda sees: asks), computer)
        servers = [(await models.model(each)).server for each in stages]
        return [(each.fitted.context, each.fitted.slots, each.fitted.may_reason) for each in servers]

    # One request of 400 tokens with a quarter to spare and 5,000, and eleven of 800 and the usual 512.
    both = (22_272, 12, True)
    assert asyncio.run(fitted(short, long, of_other)) == [both, both, (101_888, 2, False)]
    assert asyncio.run(fitted(long)) == [both]


def test_what_the_sections_of_a_config_say_reaches_the_fit(tmp_path: Path) -> None:
    write_header(tmp_path / "model.gguf")
    project = Project(tmp_path, "embedded", Endpoint__model=str(tmp_path / "model.gguf"))
    project.add("a.png", "1girl, smile, garden")
    project.set |= {"TagProvider.skip": "False", "TagProvider.max_tokens": "50000"}

    async def context(*further: str) -> int | None:
        chosen = [f"{key}={value}" for key, value in project.set.items()]
        settings = config.load(tmp_path / "config.ini", [*chosen, *further])
        endpoint = await Endpoints.of(settings, needs_of_run(settings)).endpoint(
            settings.interpreter.endpoint
        )
        assert endpoint is not None
        return endpoint.about.context

    assert (asyncio.run(context()) or 0) > 50_000 > (asyncio.run(context("TagProvider.skip=True")) or 0)


def test_a_card_that_lies_idle_is_told_with_the_command_that_has_it_used(model_folder: Path) -> None:
    card = Device("NVIDIA GeForce RTX 4070", 12 * GB)
    computers = {
        "idle": Computer(Runner("library", ()), 8 * GB, seems_to_have_card=True),
        "none": Computer(Runner("library", ()), 8 * GB),
        "used": Computer(Runner("library", (), [card]), 8 * GB, seems_to_have_card=True),
    }

    async def model_on(computer: Computer) -> EmbeddedModel:
        return await EmbeddedModels(needs_of(), computer).model(settings_for(model_folder / "text.gguf"))

    models = {name: asyncio.run(model_on(computer)) for name, computer in computers.items()}
    place = {name: model.introduction.partition(", model ")[0] for name, model in models.items()}
    processor = "llama.cpp inside this program, on the processor"
    assert place["idle"] == place["none"] == processor
    assert place["used"] == f"llama.cpp inside this program, on {card.name}"
    assert models["idle"].faster_with.startswith(
        "pip install xllamacpp --force-reinstall --index-url https://"
    )
    assert models["none"].faster_with == models["used"].faster_with == ""


def test_a_model_that_cannot_see_is_told_where_pictures_are_to_be_sent(tmp_path: Path) -> None:
    write_header(tmp_path / "model.gguf")
    chosen = settings_for(tmp_path / "model.gguf")
    with pytest.raises(UserError, match=r"the model model cannot see pictures: put its projector \*mmproj\*"):
        asyncio.run(Endpoints((), needs_of(chosen)).endpoint(chosen, must_see=True))
