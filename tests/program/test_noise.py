"""Generated answers from a real socket: whatever a server or a wiki sends, there is no traceback.

Some hundred of them in each run of the tests, and 20,000 with `pytest -m soak`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

from errors import ItemError, StageError, UserError
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from llm.prompts import Message
from llm.replies import Form, clean
from settings import EndpointSettings
from settings.wikis import Manners
from tests.fakes.noise import CAPTION, Noise, NoisyServer
from tests.program.project import Project
from wiki.danbooru import DanbooruSource
from wiki.e621 import E621Source
from wiki.source import Access

pytestmark = pytest.mark.slow

SOAK = [pytest.mark.soak, pytest.mark.timeout(7200)]
MANY = [pytest.param(300, id="few"), pytest.param(20_000, id="many", marks=SOAK)]
COMPLETION = {
    "id": "x",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": CAPTION, "reasoning": None, "refusal": None},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 9, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 1}},
}
PARTS = {"choices": [{"message": {"content": [{"type": "text", "text": CAPTION}]}, "finish_reason": "eos"}]}
ERRORS = (
    {"error": {"message": "No", "type": "x", "param": "seed", "code": 500, "metadata": {"raw": "{}"}}},
    [{"error": {"code": 429, "message": "No", "details": [{"retryDelay": "3s"}]}}],
    {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
    {"error": "The model has crashed", "message": {"detail": "x"}},
)
CHAT = (COMPLETION, COMPLETION, PARTS, *ERRORS)
MODELS = (
    {"object": "list", "data": [{"id": "m", "owned_by": "llamacpp", "meta": {"n_ctx": 2048}}]},
    {
        "models": [
            {"key": "m", "type": "llm", "loaded_instances": [{"id": "m", "config": {"context_length": 9}}]}
        ]
    },
    {
        "models": [
            {"name": "m", "context_length": 4096, "capabilities": ["vision"], "details": {"family": "x"}}
        ]
    },
    {"default_generation_settings": {"n_ctx": 2048}, "total_slots": 2, "modalities": {"vision": True}},
    {"result": "KoboldCpp", "version": "1.1", "vision": True, "value": 4096},
    {"tokens": [1, 2, 3]},
)
TAG = {"id": 1, "name": "hat", "category": 0, "post_count": 5, "is_deprecated": False}
WIKI = (
    [
        {
            **TAG,
            "wiki_page": {"title": "hat", "body": "A hat."},
            "antecedent_alias": None,
            "antecedent_implications": [],
        }
    ],
    [{"title": "hat", "body": "A [b]hat[/b].", "category_id": 0}],
    {"tags": [TAG], "wiki_page": {"body": "A hat."}},
    {"success": False, "error": "x", "message": "y"},
)


@pytest.mark.parametrize("answers", MANY)
def test_any_answer_to_a_request_is_a_text_or_an_error_of_ours(
    answers: int, caplog: pytest.LogCaptureFixture
) -> None:
    messages = [Message("system", "Be brief."), Message("user", "Hello.")]

    async def ask(server: NoisyServer) -> Counter[str]:
        settings = EndpointSettings.model_validate({"retries": "0", "wait_for_server": "0", "timeout": "20"})
        outcomes: Counter[str] = Counter()
        while server.sent < answers:
            # What is learnt about a server is forgotten now and then, so that it is learnt again.
            endpoint = Endpoint(settings, f"{server.url}/v1", "tiny", Concurrency(1))
            for _ in range(20):
                await endpoint.client.look_up("models")
                try:
                    reply = await endpoint.complete(messages)
                    clean(reply.text, reply.finish_reason, Form()).encode("utf-8")
                    outcomes["done"] += 1
                except (ItemError, UserError, StageError) as error:
                    assert str(error).strip()
                    outcomes[type(error).__name__] += 1
            await endpoint.close()
        return outcomes

    caplog.set_level(logging.WARNING)
    with NoisyServer(Noise(1, CHAT, right=0.1), Noise(2, MODELS, right=0.1)) as server:
        outcomes = asyncio.run(ask(server))
    # All kinds occur, so the noise is neither too wild nor too tame.
    assert {"done", "ItemError", "UserError"} <= set(outcomes), outcomes
    # The libraries below have nothing to say to a user.
    assert [each.getMessage() for each in caplog.records if each.name != "llm.endpoint"] == []


def is_fit_for_a_terminal(said: str) -> bool:
    return all(line.isprintable() for line in said.split("\n"))


@pytest.mark.parametrize("answers", MANY)
def test_a_run_with_any_answers_ends_with_its_code_and_goes_on_after_each(
    tmp_path: Path, answers: int
) -> None:
    written = 0
    for seed in count():
        project = Project(tmp_path / str(seed), Endpoint__retries="0", Endpoint__wait_for_server="0")
        for number in range(80):
            project.add(f"{number:03}.png", f"1girl, solo, {number} hats, smile")
        with NoisyServer(Noise(seed, CHAT, right=0.4), Noise(seed, MODELS)) as server:
            project.set["Endpoint.url"] = f"{server.url}/v1"
            # A status that ends a run ends it; the next run goes on where it was.
            results = [project.run("--log", str(tmp_path / "log.jsonl")) for _ in range(3)]
            answers -= server.sent
        captions = list(project.captions.glob("*.txt"))
        written += len(captions)
        for result in results:
            assert result.code in (0, 1, 2), result
            assert is_fit_for_a_terminal(result.out + result.err), result
        assert all(is_fit_for_a_terminal(path.read_text(encoding="utf-8").rstrip("\n")) for path in captions)
        log = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
        assert all(line.isprintable() and json.loads(line) for line in log)
        if answers <= 0:
            break
    assert written > 30 * (seed + 1)


@pytest.mark.parametrize("command", ["--check", "--dry-run"])
@pytest.mark.parametrize("answers", [pytest.param(24, id="few"), pytest.param(4_000, id="many", marks=SOAK)])
def test_a_look_at_a_server_of_any_answers_ends_with_its_code(
    tmp_path: Path, command: str, answers: int
) -> None:
    project = Project(tmp_path, Endpoint__model="auto", Endpoint__timeout="20", Interrogator__skip="False")
    project.set["TagProvider.skip"] = "False"
    project.add("a.png", "1girl, solo, odd hat")
    codes = Counter[int]()
    for seed in count():
        chat, models = Noise(seed, CHAT, right=0.4), Noise(seed, MODELS, right=0.4)
        with NoisyServer(chat, models) as server, NoisyServer(Noise(seed, WIKI)) as wiki:
            project.set |= {"Endpoint.url": f"{server.url}/v1", "TagProvider.wiki_url": wiki.url}
            result = project.run(command)
            answers -= server.sent + wiki.sent
        codes[result.code] += 1
        assert is_fit_for_a_terminal(result.out + result.err), result
        if answers <= 0:
            break
    assert set(codes) <= {0, 1, 2}


@pytest.mark.parametrize("answers", MANY)
def test_any_answer_of_a_wiki_over_a_socket_is_pages_or_an_error_of_ours(
    answers: int,
) -> None:
    at_once = Manners(per_second=1e6, first_wait=0, longest_wait=0, tries=1)
    outcomes: Counter[str] = Counter()
    with NoisyServer(Noise(3, WIKI)) as server:
        while server.sent < answers:
            for source in (DanbooruSource, E621Source):
                try:
                    pages = list(source(Access(server.url, at_once)).pages(["hat", "shoes"]))
                    outcomes["pages"] += bool(pages)
                except (StageError, UserError) as error:
                    assert str(error).strip()
                    outcomes[type(error).__name__] += 1
    assert outcomes["pages"] > 5 < outcomes["StageError"], outcomes
