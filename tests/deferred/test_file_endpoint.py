"""What a file says of a request means what it means when a server says it, but is not tried again at once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from deferred.endpoint import open_endpoint
from deferred.folder import BatchFolder
from errors import ItemError, WaitingError
from llm.prompts import Message
from settings import EndpointSettings
from tests.fakes.answers import Json, completion
from tests.fakes.batches import requests_in, unanswered

REFUSES_SEED = {
    "error": {"message": "Unsupported parameter: 'seed'", "type": "invalid_request_error", "param": "seed"}
}


def ask(folder: Path, **settings: object) -> str:
    """One question in a run of its own: its answer, "waits", or the reason why it failed."""
    values = {"url": "batch", "model": "m", "seed": 1, "retries": 1, **settings}
    endpoint = open_endpoint(EndpointSettings.model_validate(values), BatchFolder(folder))

    async def run() -> str:
        try:
            answer = await endpoint.ask([Message("user", "What is seen?")], lambda reply: reply.text or "")
            return answer.result
        except WaitingError:
            return "waits"
        except ItemError as error:
            # A stage gives up after many errors of a server; here nobody was asked.
            assert not (error.asked or error.passing)
            return error.reason
        finally:
            await endpoint.close()

    return asyncio.run(run())


def answer_next(folder: Path, status: int, body: Json | None, error: object = None) -> Json:
    """Put one answer to the only open request there; the request."""
    (path,) = unanswered(folder)
    (request,) = requests_in(path)
    response = {"status_code": status, "request_id": "r", "body": body}
    line = {"id": "b", "custom_id": request["custom_id"], "response": response, "error": error}
    path.with_suffix(".output.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    return request


def test_what_a_service_refuses_is_asked_in_another_form_and_found_again_in_it(tmp_path: Path) -> None:
    assert ask(tmp_path) == "waits"
    assert answer_next(tmp_path, 400, None, REFUSES_SEED)["body"]["seed"] == 1
    assert ask(tmp_path) == "waits"
    assert "seed" not in answer_next(tmp_path, 200, completion({"model": "m"}, "A dog."))["body"]
    assert [ask(tmp_path), ask(tmp_path)] == ["A dog.", "A dog."]


@pytest.mark.parametrize(
    ("status", "error", "outcomes"),
    [
        # The first is what the next run says, the second what the run after another such answer says.
        (500, "no luck", ["waits", "server error 500"]),
        (429, "slow down", ["waits", "too many requests"]),
        (503, {"error": {"message": "loading"}}, ["waits", "server not ready"]),
        (400, {"error": {"message": "bad picture"}}, ["request refused (400)"]),
        (404, {"error": {"message": "no such model"}}, ["not found"]),
    ],
)
def test_an_error_that_may_pass_is_asked_again_as_often_as_retries_say(
    tmp_path: Path, status: int, error: object, outcomes: list[str]
) -> None:
    assert ask(tmp_path) == "waits"
    for outcome in outcomes:
        answer_next(tmp_path, status, None, error)
        assert ask(tmp_path) == outcome
    assert not unanswered(tmp_path)
