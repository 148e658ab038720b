"""A server that refuses a field, or a system message, is asked in another form: said once, and kept."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from errors import ItemError
from llm.answers import Reply as Answer
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from llm.prompts import Message
from settings import EndpointSettings
from tests.fakes.answers import Json
from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.fakes.faults import Exchange
from tests.program.project import Project

RULES, PICTURE = "Be brief.", "data:image/png;base64,AAAA"
ASKED = [Message("system", RULES), Message("user", "Write a caption.", PICTURE)]
EVERYTHING = {
    "seed": "7",
    "temperature": "0.5",
    "top_p": "0.9",
    "max_tokens": "100",
    "stop": "END",
    "retries": "0",
}


@dataclass(frozen=True, slots=True)
class Picky:
    """Refuses each request in which a field is set, or a message has the role `system`."""

    refused: Mapping[str, tuple[int, Json]]

    def send(self, exchange: Exchange) -> None:
        body = exchange.request.body
        roles = {message["role"] for message in body["messages"]}
        for name, (status, error) in self.refused.items():
            if body.get(name) is not None or name in roles:
                exchange.answer(status, error)
                return
        Reply("A cat sits.").send(exchange)


def in_openai(name: str) -> tuple[int, Json]:
    return 400, {
        "error": {
            "message": f"Unsupported parameter: '{name}' is not supported with this model.",
            "param": name,
        }
    }


def in_fastapi(name: str) -> tuple[int, Json]:
    fault = {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}
    return 422, {"detail": [{**fault, "input": "the seed, the stop and the temperature of a system message"}]}


def in_gemini(name: str) -> tuple[int, Json]:
    return 400, {
        "error": {"code": 400, "message": f'Invalid JSON. Unknown name "{name}": Cannot find field.'}
    }


OTHER_NAME = (
    400,
    {
        "error": {
            "message": "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            "param": "max_tokens",
        }
    },
)


def asked(
    server: FakeEndpoint, messages: list[Message], times: int = 2, **chosen: object
) -> tuple[list[str | None], Json]:
    """The texts of so many requests at once and one after them, and the body of the last."""

    async def ask() -> list[str | None]:
        settings = EndpointSettings.model_validate({"url": server.url, **EVERYTHING, **chosen})
        endpoint = Endpoint(settings, server.url, "tiny", Concurrency(times))
        form = {"response_format": {"type": "json_object"}}
        try:
            at_once = [endpoint.complete(messages, extra_fields=form) for _ in range(times)]
            replies = [*await asyncio.gather(*at_once), await endpoint.complete(messages, extra_fields=form)]
            return [reply.text for reply in replies]
        finally:
            await endpoint.close()

    return asyncio.run(ask()), server.requests[-1].body


@pytest.mark.parametrize("error", [in_openai, in_fastapi, in_gemini])
@pytest.mark.parametrize("name", ["seed", "temperature", "top_p", "stop", "response_format", "max_tokens"])
def test_a_field_that_is_refused_is_left_out_which_is_said_once(
    name: str, error: Callable[[str], tuple[int, Json]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with FakeEndpoint(faults=(Picky({name: error(name)}),)) as server:
        texts, body = asked(server, ASKED)
        assert len(server.requests) <= 5
    assert texts == ["A cat sits."] * 3
    assert set(EVERYTHING) - {"retries"} - set(body) == {name} - {"response_format"}
    assert name not in body
    assert caplog.messages == [f"{server.url} refuses {name}, so it is left out"]


@pytest.mark.parametrize(
    "said",
    [
        "Failed to parse grammar",
        "JSON schema conversion failed: unsupported type",
        "The provided JSON schema contains features not supported by xgrammar.",
        "Invalid JSON payload received. Unknown name \"additionalProperties\" at 'response_schema'",
        "'response_format.type' must be 'json_schema' or 'text'",
        "This response_format type is unavailable now",
    ],
)
def test_a_schema_that_a_server_cannot_follow_is_left_out(said: str) -> None:
    with FakeEndpoint(faults=(Picky({"response_format": (400, {"error": said})}),)) as server:
        texts, body = asked(server, ASKED, times=1)
    assert (texts, "response_format" in body) == (["A cat sits."] * 2, False)


def test_a_limit_of_tokens_goes_under_the_name_that_the_server_knows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with FakeEndpoint(faults=(Picky({"max_tokens": OTHER_NAME}),)) as server:
        texts, body = asked(server, ASKED)
    assert texts == ["A cat sits."] * 3
    assert (body["max_completion_tokens"], "max_tokens" in body) == (100, False)
    assert "takes max_completion_tokens in place of max_tokens" in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        "System role not supported",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "Invalid role: 'system'. Only user and assistant are supported",
    ],
)
def test_rules_go_before_the_question_where_a_server_takes_no_system_message(
    said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with FakeEndpoint(faults=(Picky({"system": (500, {"error": {"message": said}})}),)) as server:
        texts, with_picture = asked(server, ASKED)
        _, plain = asked(
            server, [ASKED[0], Message("user", "A"), Message("assistant", "B"), Message("user", "C")]
        )
    assert texts == ["A cat sits."] * 3
    (message,) = with_picture["messages"]
    assert [part["type"] for part in message["content"]] == ["image_url", "text"]
    assert message["content"][1]["text"] == f"{RULES}\n\nWrite a caption."
    assert [each["content"] for each in plain["messages"]] == [f"{RULES}\n\nA", "B", "C"]
    assert caplog.text.count("takes no system message") == 2


def test_a_server_that_only_streams_is_asked_for_a_stream() -> None:
    class OnlyStreams:
        def send(self, exchange: Exchange) -> None:
            if not exchange.request.body["stream"]:
                exchange.answer(400, {"message": "This model only supports stream mode"})
            else:
                piece = {"choices": [{"delta": {"content": "A cat."}}]}
                exchange.answer(200, f"data: {json.dumps(piece)}\n\ndata: [DONE]\n\n")

    with FakeEndpoint(faults=(OnlyStreams(),)) as server:
        texts, _ = asked(server, ASKED)
    assert texts == ["A cat."] * 3


@pytest.mark.parametrize(
    ("refused", "chosen"),
    [
        # What the user asks for by name is sent.
        ({"top_k": in_openai("top_k")}, {"extra_body": '{"top_k": 3}'}),
        ({"seed": in_openai("seed")}, {"extra_body": '{"seed": 3}'}),
        # Here the prompt is too long, and to leave the limit out would not help.
        (
            {
                "max_tokens": (
                    400,
                    {"message": "'max_tokens' is too large: 100. The maximum context length is 9 tokens"},
                )
            },
            {},
        ),
        ({"messages": (400, {"message": "the prompt is not allowed: stop"})}, {"stop": ""}),
    ],
)
def test_what_cannot_be_mended_is_asked_once(
    refused: Mapping[str, tuple[int, Json]], chosen: dict[str, Any]
) -> None:
    with FakeEndpoint(faults=(Picky(refused),)) as server:
        with pytest.raises(ItemError):
            asked(server, ASKED, times=1, **chosen)
        assert len(server.requests) == 1


def test_an_empty_answer_is_asked_for_again_without_the_seed_that_a_server_refuses() -> None:
    def accept(reply: Answer) -> str:
        if not reply.text:
            raise ItemError("empty answer")
        return reply.text

    async def ask() -> str:
        endpoint = Endpoint(EndpointSettings(), server.url, "tiny", Concurrency(1))
        try:
            return (await endpoint.ask(ASKED, accept)).result
        finally:
            await endpoint.close()

    with FakeEndpoint(faults=(Picky({"seed": in_fastapi("seed")}),)) as server:
        server.script(Reply(""))
        assert asyncio.run(ask()) == "A cat sits."
        assert ["seed" in request.body for request in server.requests] == [False, True, False]


def test_a_run_of_all_stages_with_a_server_that_refuses_nearly_everything_is_done(tmp_path: Path) -> None:
    refused: dict[str, tuple[int, Json]] = {
        "system": (400, {"object": "error", "message": "System role not supported", "code": 400}),
        "max_tokens": OTHER_NAME,
        **{name: in_fastapi(name) for name in ("temperature", "top_p", "seed", "stop")},
    }
    with FakeEndpoint(faults=(Picky(refused),)) as server:
        project = Project(tmp_path, server.url, Interrogator__skip="False", Endpoint__seed="3")
        project.set |= {"Endpoint.stop": "END", "Endpoint.top_p": "0.9"}
        project.add("a.png", "1girl, smile")
        project.add("b.png", "1girl, hat")
        result = project.run()
    assert result.code == 0, result
    assert project.caption("a") == project.caption("b") == "A cat sits."
    for name in ("temperature", "top_p", "seed", "stop"):
        assert f"{server.url} refuses {name}, so it is left out" in result.err
    assert "takes no system message" in result.err
    assert "max_completion_tokens in place of max_tokens" in result.err


def test_a_model_that_crashes_is_asked_again_with_fewer_at_once(tmp_path: Path) -> None:
    """LM Studio loads a crashed model again at the next request."""
    crash = Status(400, '{"error": "The model has crashed without additional information. (Exit code: 6)"}')
    load = Status(400, '{"error": "Failed to load model \\"q\\". Error: Operation canceled."}')
    with FakeEndpoint(answer=lambda body: "A girl smiles.") as server:
        project = Project(tmp_path, server.url, Endpoint__concurrency="4")
        for number in range(4):
            project.add(f"{number}.png", f"1girl, smile, {number} hats")
        server.script(crash, load)
        result = project.run("--log", str(tmp_path / "log.jsonl"))
        assert len(server.requests) == 6
    assert result.code == 0, result
    events = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [event["reason"] for event in events if event["event"] == "retry"] == ["model crashed"] * 2
    assert result.err.count("the model tiny crashed, so fewer requests are sent at once from now on") == 1


def test_a_fixed_number_of_requests_at_once_is_lowered_after_a_crash() -> None:
    async def ask() -> None:
        settings = EndpointSettings.model_validate({"url": server.url, "concurrency": "4"})
        endpoint = Endpoint(settings, server.url, "tiny", Concurrency(4))

        async def caption() -> None:
            async with endpoint.concurrency:
                await endpoint.complete(ASKED)

        await caption()
        await asyncio.gather(*(caption() for _ in range(12)))
        await endpoint.close()

    with FakeEndpoint(latency=0.05) as server:
        server.script(Status(500, '{"error": "CUDA error: out of memory"}'))
        asyncio.run(ask())
        assert (len(server.requests), server.most_in_flight) == (14, 2)
