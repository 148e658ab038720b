"""One request at a time against a server that misbehaves: what is tried again, when, and what is said."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import SecretStr

from addresses import is_here
from errors import ItemError, StageError, UserError
from llm import trouble
from llm.answers import Reply as Answer
from llm.answers import Usage
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from llm.finding import server_at
from llm.prompts import Message
from llm.trouble import secrets_in
from settings import EndpointSettings
from tests.fakes.endpoint import (
    BrokenJson,
    CloseWithoutReply,
    Drip,
    EmptyChoices,
    FakeEndpoint,
    Fault,
    HalfBody,
    Hang,
    Html200,
    MissingUsage,
    NullContent,
    Reply,
    Reset,
    Status,
)
from tests.program.starts import ROOT

KEY = "sk-marked-1234567890"
ASKED = [Message("user", "Write a caption.")]
Result = TypeVar("Result")


def with_endpoint(
    server: FakeEndpoint, do: Callable[[Endpoint], Coroutine[Any, Any, Result]], **chosen: object
) -> Result:
    """What `do` gives, done with an endpoint of these settings."""

    async def run() -> Result:
        settings = EndpointSettings.model_validate({"url": server.url, **chosen})
        endpoint = Endpoint(settings, server.url, "tiny", Concurrency(4))
        try:
            return await do(endpoint)
        finally:
            await endpoint.close()

    return asyncio.run(run())


def complete(server: FakeEndpoint, **chosen: object) -> Answer:
    return with_endpoint(server, lambda endpoint: endpoint.complete(ASKED), **chosen)


def test_a_good_answer_comes_with_its_model_and_its_cost(endpoint: FakeEndpoint) -> None:
    endpoint.script(Reply("A cat sits."))
    answer = complete(endpoint)
    assert (answer.text, answer.finish_reason, answer.model) == ("A cat sits.", "stop", "tiny")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 3)
    assert answer.seconds > 0


MAY_PASS: tuple[Fault, ...] = (
    *(Status(408), Status(425), Status(429), Status(500), Status(502, "<html>Bad gateway</html>")),
    *(Status(503), Status(503, ""), Status(504)),
    *(Reset(), CloseWithoutReply(), HalfBody(), BrokenJson(), EmptyChoices(), Html200()),
    *(Status(200, "[]"), Status(200, '"text"'), Status(200, "null"), Status(200, '{"choices": [{}]}')),
    *(Status(200, '{"choices": [{"message": null}]}'), Status(200, '{"choices": {"message": 1}}')),
    Status(200, "[" * 100_000),
)


def test_what_may_pass_is_asked_once_more_and_then_answered() -> None:
    async def after(fault: Fault) -> tuple[str | None, int]:
        with FakeEndpoint() as server:
            server.script(fault, Reply("A cat sits."))
            asking = Endpoint(EndpointSettings(), server.url, "tiny", Concurrency(1))
            answer = await asking.complete(ASKED)
            await asking.close()
            return answer.text, len(server.requests)

    async def after_all() -> list[tuple[str | None, int]]:
        return await asyncio.gather(*map(after, MAY_PASS))

    outcomes = zip(MAY_PASS, asyncio.run(after_all()), strict=True)
    assert [fault for fault, outcome in outcomes if outcome != ("A cat sits.", 2)] == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (400, "request refused (400)"),
        (403, "request refused (403)"),
        (422, "request refused (422)"),
        (413, "request refused (413)"),
    ],
)
def test_a_request_that_is_refused_is_not_asked_again(endpoint: FakeEndpoint, code: int, reason: str) -> None:
    endpoint.script(Status(code))
    with pytest.raises(ItemError) as caught:
        complete(endpoint)
    assert caught.value.reason == reason
    assert f"scripted {code}" in str(caught.value)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Status(401), "put the right api_key in config.ini or TAGSCRIBE_API_KEY"),
        (Status(402), "see to the account with that service"),
        (Status(404), "is the address right (most end in /v1), and does it know the model tiny?"),
        (
            Status(429, '{"error": {"code": "insufficient_quota", "message": "no credit"}}'),
            "see to the account",
        ),
        (Status(301, "", {"Location": "https://elsewhere/v1"}), "redirects to https://elsewhere/v1"),
        (Status(307, ""), "redirects to elsewhere"),
    ],
    ids=repr,
)
def test_what_only_the_user_can_mend_ends_the_run_at_once(
    endpoint: FakeEndpoint, fault: Fault, sentence: str
) -> None:
    endpoint.script(fault)
    with pytest.raises(UserError) as caught:
        complete(endpoint)
    assert sentence in str(caught.value)
    assert len(endpoint.requests) == 1


def test_a_request_that_fails_twice_in_the_same_way_is_not_sent_a_third_time(endpoint: FakeEndpoint) -> None:
    endpoint.script(Status(500, "no template"), Status(500, "no template"))
    with pytest.raises(ItemError) as caught:
        complete(endpoint)
    assert caught.value.reason == "server error 500"
    assert len(endpoint.requests) == 2


def test_different_faults_are_tried_as_often_as_retries_says(endpoint: FakeEndpoint) -> None:
    endpoint.script(Status(500, "a"), Status(500, "b"), Status(500, "c"))
    with pytest.raises(ItemError):
        complete(endpoint, retries="2")
    assert len(endpoint.requests) == 3


def test_without_retries_one_try_is_all(endpoint: FakeEndpoint) -> None:
    endpoint.script(Reset())
    with pytest.raises(ItemError):
        complete(endpoint, retries="0")
    assert len(endpoint.requests) == 1


def seconds_between(server: FakeEndpoint) -> float:
    first, second = server.requests
    return second.arrived - first.arrived


@pytest.mark.parametrize(
    ("headers", "least"),
    [
        ({"Retry-After": "1"}, 1.0),
        ({"Retry-After": "1.2"}, 1.2),
        ({"retry-after-ms": "1100"}, 1.1),
        ({"retry-after-ms": "1100", "Retry-After": "0"}, 1.1),
        ({"Retry-After": "soon"}, 0.5),
        ({}, 0.5),
    ],
)
def test_the_pause_that_the_server_asks_for_is_kept(
    endpoint: FakeEndpoint, headers: dict[str, str], least: float
) -> None:
    endpoint.script(Status(429, headers=headers))
    complete(endpoint)
    assert seconds_between(endpoint) >= least


def test_a_pause_of_hours_ends_the_stage_instead_of_waiting(endpoint: FakeEndpoint) -> None:
    endpoint.script(Status(429, headers={"Retry-After": "7200"}))
    with pytest.raises(StageError, match="it asks to come back at 20"):
        complete(endpoint)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("", None),
        ("2", 2.0),
        ("1.5", 1.5),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("1" * 400, None),
        ("²", None),
    ],
)
def test_only_a_sane_retry_after_counts(written: str, seconds: float | None) -> None:
    seen = trouble.of_status("u", "m", 429, {"retry-after": written}, "", ())
    assert seen.retry_after == seconds
    milliseconds = trouble.of_status("u", "m", 429, {"retry-after-ms": written}, "", ()).retry_after
    assert milliseconds == (None if seconds is None else seconds / 1000)


def test_a_date_to_come_back_at_counts_as_the_seconds_until_then() -> None:
    date = format_datetime(datetime.now(timezone.utc) + timedelta(minutes=1), usegmt=True)
    seen = trouble.of_status("u", "m", 429, {"retry-after": date}, "", ()).retry_after
    assert seen is not None
    assert 0 < seen <= 60


@pytest.mark.parametrize("fault", [Drip(20), Hang(30)], ids=repr)
def test_the_deadline_holds_for_the_whole_request_and_is_tried_twice_at_most(fault: Fault) -> None:
    with FakeEndpoint(faults=(fault,)) as server, pytest.raises(ItemError) as caught:
        complete(server, timeout="0.5", retries="9")
    assert caught.value.reason == "timeout"
    assert "took longer than 0.5 seconds; raise timeout" in str(caught.value)
    assert len(server.requests) == 2
    assert not server.answered


def test_an_answer_without_text_and_one_without_usage_are_read(endpoint: FakeEndpoint) -> None:
    endpoint.script(NullContent(), MissingUsage())
    assert complete(endpoint).text is None
    assert complete(endpoint).usage.prompt_tokens == 0


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("12", 12),
        ("12.7", 12),
        ("-5", 0),
        ("NaN", 0),
        ("-Infinity", 0),
        ("Infinity", 100_000_000),
        ("1e999", 100_000_000),
        ("9" * 30, 100_000_000),
        ("9" * 5_000, 100_000_000),
        ('"many"', 0),
        ("null", 0),
        ("[1]", 0),
    ],
    ids=lambda value: str(value)[:20],
)
def test_token_counts_that_make_no_sense_are_clamped_and_refuse_no_answer(
    endpoint: FakeEndpoint, written: str, counted: int
) -> None:
    usage = (
        f'{{"prompt_tokens": {written}, "completion_tokens": {written}, '
        f'"prompt_tokens_details": {{"cached_tokens": {written}}}}}'
    )
    endpoint.script(Status(200, f'{{"choices": [{{"message": {{"content": "A cat."}}}}], "usage": {usage}}}'))
    answer = complete(endpoint)
    assert answer.text == "A cat."
    assert answer.usage == Usage(1, counted, counted, counted)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        '{"choices": [{"message": {"content": "A cat."}}, {"message": null}]}',
        '{"choices": [{"message": {"content": "A cat."}}], "usage": [1], "model": {"a": 1}, "more": NaN}',
        '{"choices": [{"message": {"content": "A cat."}}], "usage": {"prompt_tokens_details": 3}}',
        '\ufeff{"choices": [{"message": {"content": "A cat."}}]}',
    ],
)
def test_what_is_not_needed_of_an_answer_may_be_anything(endpoint: FakeEndpoint, body: str) -> None:
    endpoint.script(Status(200, body, {"Content-Type": "text/plain"}))
    answer = complete(endpoint)
    assert (answer.text, answer.model) == ("A cat.", "tiny")
    assert len(endpoint.requests) == 1


def test_texts_that_strict_json_forbids_are_read(endpoint: FakeEndpoint) -> None:
    endpoint.script(Status(200, '{"choices": [{"message": {"content": "A \\ud83d cat\nsits."}}]}'))
    assert complete(endpoint).text == "A \ud83d cat\nsits."


def test_a_finish_reason_that_is_no_text_is_none(endpoint: FakeEndpoint) -> None:
    endpoint.script(
        Status(200, '{"choices": [{"message": {"content": "A cat."}, "finish_reason": {"a": 1}}]}')
    )
    assert complete(endpoint).finish_reason is None


def test_an_answer_that_is_not_accepted_is_asked_for_with_other_seeds(endpoint: FakeEndpoint) -> None:
    def accept(reply: Answer) -> str:
        raise ItemError("empty answer")

    with pytest.raises(ItemError, match="empty answer"):
        with_endpoint(endpoint, lambda each: each.ask(ASKED, accept), seed="7", retries="2")
    assert [request.body.get("seed") for request in endpoint.requests] == [7, 8, 9]


def test_a_retry_after_a_fault_has_the_same_seed_and_temperature(endpoint: FakeEndpoint) -> None:
    endpoint.script(Reset())
    complete(endpoint, seed="7", temperature="0.4")
    assert [request.body.get("seed") for request in endpoint.requests] == [7, 7]
    assert [request.body.get("temperature") for request in endpoint.requests] == [0.4, 0.4]


@pytest.mark.parametrize(
    ("chosen", "sent"),
    [
        ("0", [0.0, 0.1, 0.2, 0.3, 0.3]),
        ("0.4", [0.4, 0.5, 0.6, 0.7, 0.7]),
        ("0.85", [0.85, 0.95, 1.0, 1.0, 1.0]),
        ("1.2", [1.2, 1.2, 1.2, 1.2, 1.2]),
        ("", [None, None, None, None, None]),
    ],
)
def test_the_temperature_rises_a_little_with_each_answer_that_is_not_accepted(
    endpoint: FakeEndpoint, chosen: str, sent: list[float | None]
) -> None:
    def accept(reply: Answer) -> str:
        raise ItemError("repeats itself")

    with pytest.raises(ItemError, match="repeats itself"):
        with_endpoint(endpoint, lambda each: each.ask(ASKED, accept), temperature=chosen, retries="4")
    assert [request.body.get("temperature") for request in endpoint.requests] == sent


def test_only_settings_that_are_set_are_sent_and_extra_body_wins(endpoint: FakeEndpoint) -> None:
    chosen = {
        "temperature": "",
        "max_tokens": "",
        "stop": "###, END",
        "extra_body": '{"min_p": 0.1, "model": "x"}',
    }
    complete(endpoint, **chosen)
    body = endpoint.requests[0].body
    assert body == {
        "model": "x",
        "stream": False,
        "messages": [{"role": "user", "content": "Write a caption."}],
        "stop": ["###", "END"],
        "min_p": 0.1,
        "reasoning_effort": "none",
    }


def test_a_field_that_json_cannot_hold_is_one_sentence(endpoint: FakeEndpoint) -> None:
    with pytest.raises(UserError, match="correct seed or extra_body"):
        complete(endpoint, extra_body='{"seed": 99999999999999999999999}')
    assert endpoint.requests == []


def test_the_key_and_the_headers_of_the_settings_are_sent_and_nothing_that_tells_of_this_computer(
    endpoint: FakeEndpoint,
) -> None:
    complete(endpoint, api_key=SecretStr(KEY), headers='{"X-Title": "captions", "X-Number": 3}')
    sent = endpoint.requests[0].headers
    assert sent["authorization"] == f"Bearer {KEY}"
    assert (sent["x-title"], sent["x-number"]) == ("captions", "3")
    told = set(sent) - {"authorization", "x-title", "x-number", "host", "content-length", "content-type"}
    assert told <= {"accept", "accept-encoding", "user-agent", "connection"}


def test_without_a_key_none_is_sent_and_a_header_may_take_its_place(endpoint: FakeEndpoint) -> None:
    complete(endpoint)
    complete(endpoint, headers='{"Authorization": "Basic abc"}')
    assert [each.headers.get("authorization") for each in endpoint.requests] == [None, "Basic abc"]


def test_a_proxy_of_the_environment_is_used_for_servers_elsewhere_and_gets_no_password_of_another_program(
    tmp_path: Path,
) -> None:
    code = f"""
import asyncio, sys
sys.path.insert(0, {str(ROOT)!r})
from contextlib import suppress
from deferred.service import BatchService
from errors import UserError
from llm.client import Client
from settings import EndpointSettings
async def run():
    for url in sys.argv[1:]:
        client = Client(url, EndpointSettings())
        await client.look_up("models")
        await client.close()
    async with BatchService(EndpointSettings(batch_service=sys.argv[2])) as service:
        with suppress(UserError):
            await service.find("file")
asyncio.run(run())
"""
    (tmp_path / ".netrc").write_text("machine model.invalid login marked password marked\n", encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    with FakeEndpoint() as here, FakeEndpoint() as proxy:
        # Without "http://" in front, as many people write it.
        found = {
            "all_proxy": proxy.url.removeprefix("http://").partition("/")[0],
            "no_proxy": "direct.invalid",
        }
        names = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
        environment = {**os.environ, **names, **found, "HOME": str(tmp_path)}
        urls = [here.url, "http://model.invalid/v1", "http://direct.invalid/v1"]
        subprocess.run([sys.executable, "-c", code, *urls], env=environment, check=True)
        assert [request.path for request in here.received] == ["/v1/models"]
        asked = [request.path for request in proxy.received]
        assert asked == [f"http://model.invalid/v1/{place}" for place in ("models", "batches?limit=100")]
        assert not any("authorization" in request.headers for request in proxy.received)


@pytest.mark.parametrize(
    "fault",
    [
        Status(400, json.dumps({"error": {"message": f"bad header Bearer {KEY}"}})),
        Status(401, f"<html>you sent {KEY}</html>"),
        Status(403, "x" * 190 + KEY),
        Status(404, json.dumps({"detail": KEY})),
        Status(302, "", {"Location": f"https://elsewhere/?key={KEY}"}),
        Status(200, json.dumps({"oops": KEY})),
        Status(200, f'{{"broken": "{KEY}"'),
        Status(200, f"<html>{KEY}</html>", {"Content-Type": "text/html"}),
        Status(500, f"trace: {KEY}"),
        Status(429, f"slow down {KEY}", {"Retry-After": "9999"}),
    ],
    ids=repr,
)
def test_a_key_that_the_server_sends_back_is_in_no_message_not_even_in_part(fault: Fault) -> None:
    with FakeEndpoint(faults=(fault,)) as server, pytest.raises((ItemError, UserError, StageError)) as caught:
        complete(server, api_key=SecretStr(KEY), retries="0")
    assert "sk-marked" not in str(caught.value)


def test_a_key_that_the_model_repeats_is_in_no_answer(endpoint: FakeEndpoint) -> None:
    endpoint.script(
        Status(200, json.dumps({"model": KEY, "choices": [{"message": {"content": f"Key {KEY}."}}]}))
    )
    answer = complete(endpoint, api_key=SecretStr(KEY))
    assert (answer.text, answer.model) == ("Key [secret].", "[secret]")


def test_a_secret_is_known_in_each_form_in_which_it_may_come_back() -> None:
    settings = EndpointSettings.model_validate({"headers": json.dumps({"X-Auth": 'Token a"b/c+d=e'})})
    assert {'Token a"b/c+d=e', 'a"b/c+d=e', 'a\\"b/c+d=e', "a%22b%2Fc%2Bd%3De"} <= set(secrets_in(settings))


def test_what_a_server_says_has_no_control_characters_for_the_terminal(endpoint: FakeEndpoint) -> None:
    endpoint.script(Status(401, "\x1b[2J\x1b]0;owned\x07 no\u202eentry"))
    with pytest.raises(UserError) as caught:
        complete(endpoint)
    assert str(caught.value).isprintable()


def models_of(server: FakeEndpoint, **chosen: object) -> list[str]:
    settings = EndpointSettings.model_validate(chosen)
    found = asyncio.run(server_at(server.url, settings))
    return [model.name for model in found.catalogue.models]


@pytest.mark.parametrize(
    ("body", "models"),
    [
        ('{"data": [{"id": "a"}, {"id": "b"}]}', ["a", "b"]),
        ('{"data": [{"id": null}, {"id": 5}, {"name": "c"}, {"id": ""}, {"id": "d"}]}', ["d"]),
        ('{"data": []}', []),
        ('{"data": null}', []),
        ('{"models": ["a"]}', []),
        ("[]", []),
        ("<html></html>", []),
        ("{", []),
        ("[" * 100_000, []),
    ],
)
def test_a_list_of_models_is_read_as_far_as_it_is_one(body: str, models: list[str]) -> None:
    with FakeEndpoint(models=Status(200, body)) as server:
        assert models_of(server) == models


@pytest.mark.parametrize("fault", [Status(401), Status(404), Status(500), Reset(), Status(302, "")], ids=repr)
def test_a_server_that_gives_no_list_has_no_models(fault: Fault) -> None:
    with FakeEndpoint(models=fault) as server:
        assert models_of(server) == []


def test_a_list_of_models_that_arrives_too_slowly_is_given_up() -> None:
    with FakeEndpoint(models=Drip(20)) as server:
        assert models_of(server, timeout="0.5") == []


def test_a_server_that_has_no_model_loaded_ends_the_run_with_what_to_do() -> None:
    said = "No models loaded. Please load a model in the developer page or use the `lms load` command."
    with FakeEndpoint(faults=(Status(400, json.dumps({"error": said})),)) as server:
        with pytest.raises(UserError, match="or write model = auto"):
            complete(server)
        assert len(server.requests) == 1


def test_a_server_that_knows_no_reasoning_is_asked_without_a_word_of_it() -> None:
    # Ollama refuses without the name of the field.
    refusal = Status(400, json.dumps({"error": {"message": '"tiny" does not support thinking'}}))
    with FakeEndpoint() as server:
        server.script(refusal)
        complete(server, reasoning="low")
        assert [each.body.get("reasoning_effort") for each in server.requests] == ["low", None]


def test_a_server_that_does_not_run_is_reported_in_one_sentence_that_says_what_to_do() -> None:
    server = FakeEndpoint()
    server.stop()
    with pytest.raises(
        UserError, match=r"nothing answers at .*: start the server, or correct url in config.ini"
    ):
        complete(server)


def test_a_server_that_comes_back_is_waited_for_by_one_request_alone() -> None:
    told: list[str] = []

    async def through_a_pause(endpoint: Endpoint) -> list[Answer]:
        endpoint.on_wait = told.append
        await endpoint.complete(ASKED)
        await asyncio.to_thread(server.stop)
        waiting = [asyncio.create_task(endpoint.complete(ASKED)) for _ in range(5)]
        while not told:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(server.start_again)
        return await asyncio.gather(*waiting)

    server = FakeEndpoint()
    with server:
        answers = with_endpoint(server, through_a_pause, wait_for_server="30")
    assert len(answers) == 5
    assert "is away, waiting" in told[0]
    assert told[-1] == ""
    assert len(server.requests) == 6


def test_a_server_that_stays_away_ends_the_stage() -> None:
    async def after_it_went(endpoint: Endpoint) -> Answer:
        await endpoint.complete(ASKED)
        await asyncio.to_thread(server.stop)
        return await endpoint.complete(ASKED)

    server = FakeEndpoint()
    with pytest.raises(StageError, match="did not come back within 1 seconds: start it and run again"):
        with_endpoint(server, after_it_went, wait_for_server="1")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("a.localhost", True),
        ("[::1]:8080", True),
        ("127.9.9.9", True),
        ("localhost.example.org", False),
        ("192.168.1.2", False),
        ("127.0.0.1.example.org", False),
        ("example.org", False),
    ],
)
def test_only_this_computer_counts_as_loopback(host: str, here: bool) -> None:
    assert is_here(f"http://{host}/v1") is here
