"""The fake endpoint does what it promises, seen by a plain client of the standard library."""

import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any

import pytest

from tests.fakes.endpoint import (
    LINGER_FOR_RESET,
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

LONG = 30.0  # seconds that no test waits for: reached only when something is broken


def connect(endpoint: FakeEndpoint, timeout: float = LONG) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(endpoint.url.split("/")[2], timeout=timeout)


def send(connection: http.client.HTTPConnection, prompt: str = "hello", key: str = "none") -> None:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": prompt}]})
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions", body, headers)


def ask(endpoint: FakeEndpoint, prompt: str = "hello", key: str = "none") -> tuple[int, str, dict[str, str]]:
    """Send one request over a connection of its own: status, body, headers in lower case."""
    with closing(connect(endpoint)) as connection:
        send(connection, prompt, key)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, response.read().decode(), headers


def get(endpoint: FakeEndpoint, path: str) -> tuple[int, Any]:
    with closing(connect(endpoint)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def completion_of(endpoint: FakeEndpoint, prompt: str = "hello") -> dict[str, Any]:
    status, body, _ = ask(endpoint, prompt)
    assert status == 200
    return dict(json.loads(body))


def text_of(endpoint: FakeEndpoint, prompt: str = "hello") -> str:
    return str(completion_of(endpoint, prompt)["choices"][0]["message"]["content"])


def test_equal_prompts_get_equal_captions_and_others_differ(endpoint: FakeEndpoint) -> None:
    prompts = [f"prompt {number}" for number in range(50)]
    captions = {text_of(endpoint, prompt) for prompt in prompts}
    assert len(captions) == 50
    assert text_of(endpoint, "prompt 0") in captions


def test_a_caption_is_one_sentence(endpoint: FakeEndpoint) -> None:
    caption = text_of(endpoint)
    assert 14 <= len(caption.split()) <= 24
    assert caption.startswith(("A ", "An "))
    assert caption.endswith(".")


def test_usage_counts_words(endpoint: FakeEndpoint) -> None:
    whole = completion_of(endpoint, "three words here")
    said = len(whole["choices"][0]["message"]["content"].split())
    assert whole["usage"] == {"prompt_tokens": 3, "completion_tokens": said, "total_tokens": 3 + said}


def test_usage_counts_the_text_beside_a_picture() -> None:
    parts = [{"type": "image_url", "image_url": {"url": "data:,"}}, {"type": "text", "text": "two words"}]
    with FakeEndpoint() as endpoint, closing(connect(endpoint)) as connection:
        body = json.dumps({"messages": [{"role": "user", "content": parts}]})
        connection.request("POST", "/v1/chat/completions", body)
        assert json.loads(connection.getresponse().read())["usage"]["prompt_tokens"] == 2


def test_answers_can_be_made_from_the_request() -> None:
    with FakeEndpoint(answer=lambda body: f"{body['model']} says hello") as endpoint:
        assert text_of(endpoint) == "m says hello"


def test_requests_are_remembered_in_order(endpoint: FakeEndpoint) -> None:
    ask(endpoint, "first", key="abc")
    ask(endpoint, "second")
    first, second = endpoint.requests
    assert first.body["messages"] == [{"role": "user", "content": "first"}]
    assert first.path == "/v1/chat/completions"
    assert first.headers["authorization"] == "Bearer abc"
    assert second.body["messages"][0]["content"] == "second"
    assert first.arrived < second.arrived


def test_a_connection_serves_many_requests(endpoint: FakeEndpoint) -> None:
    with closing(connect(endpoint)) as connection:
        for _ in range(3):
            send(connection)
            connection.getresponse().read()
            used = connection.sock
            assert used is not None
    assert len(endpoint.requests) == 3


def test_models_are_listed_and_are_no_chat_request() -> None:
    with FakeEndpoint(models=("one", "two")) as endpoint:
        status, listed = get(endpoint, "/v1/models")
        assert (status, [model["id"] for model in listed["data"]]) == (200, ["one", "two"])
        assert not endpoint.requests
        assert [request.path for request in endpoint.received] == ["/v1/models"]


def test_the_list_of_models_can_fail_while_chat_works() -> None:
    with FakeEndpoint(models=Status(500)) as endpoint:
        assert get(endpoint, "/v1/models")[0] == 500
        assert ask(endpoint)[0] == 200


def test_an_unknown_path_is_404_and_leaves_the_script_alone(endpoint: FakeEndpoint) -> None:
    endpoint.script(Reply("scripted"))
    assert get(endpoint, "/chat/completions")[0] == 404
    assert text_of(endpoint) == "scripted"


def test_a_wrong_key_is_401_and_leaves_the_script_alone() -> None:
    with FakeEndpoint(api_key="right") as endpoint:
        endpoint.script(Status(418))
        assert ask(endpoint, key="wrong")[0] == 401
        assert ask(endpoint, key="right")[0] == 418
        assert ask(endpoint, key="right")[0] == 200


@pytest.mark.parametrize("code", [400, 401, 404, 429, 500, 503])
def test_a_status_comes_with_an_error_in_json(endpoint: FakeEndpoint, code: int) -> None:
    endpoint.script(Status(code))
    status, body, headers = ask(endpoint)
    assert (status, headers["content-type"]) == (code, "application/json")
    assert json.loads(body)["error"]["code"] == code


def test_a_status_carries_the_headers_and_the_body_it_was_given(endpoint: FakeEndpoint) -> None:
    endpoint.script(
        Status(429, headers={"Retry-After": "2", "Retry-After-Ms": "1500"}),
        Status(502, "<h1>Bad Gateway</h1>", {"Content-Type": "text/html"}),
    )
    status, _, headers = ask(endpoint)
    assert (status, headers["retry-after"], headers["retry-after-ms"]) == (429, "2", "1500")
    status, body, headers = ask(endpoint)
    assert (status, body, headers["content-type"]) == (502, "<h1>Bad Gateway</h1>", "text/html")


def test_a_reply_has_its_own_text_and_finish_reason(endpoint: FakeEndpoint) -> None:
    endpoint.script(Reply("Cut o", finish_reason="length"))
    choice = completion_of(endpoint)["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("Cut o", "length")


def test_a_delayed_reply_keeps_its_client_waiting(endpoint: FakeEndpoint) -> None:
    endpoint.script(Reply(delay=0.2))
    before = time.monotonic()
    ask(endpoint)
    assert time.monotonic() - before >= 0.2


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Reset(), ConnectionResetError),
        (CloseWithoutReply(), http.client.RemoteDisconnected),
        (HalfBody(), http.client.IncompleteRead),
        (Hang(0.05), http.client.RemoteDisconnected),
        (BrokenJson(), json.JSONDecodeError),
        (Html200(), json.JSONDecodeError),
    ],
    ids=lambda case: type(case).__name__ if not isinstance(case, type) else case.__name__,
)
def test_a_broken_answer_is_seen_as_such(endpoint: FakeEndpoint, fault: Fault, seen: type[Exception]) -> None:
    endpoint.script(fault)
    with pytest.raises(seen) as caught:
        completion_of(endpoint)
    assert caught.type is seen
    assert ask(endpoint)[0] == 200


def test_a_web_page_says_that_it_is_one(endpoint: FakeEndpoint) -> None:
    endpoint.script(Html200())
    assert ask(endpoint)[2]["content-type"] == "text/html"


def test_choices_can_be_empty(endpoint: FakeEndpoint) -> None:
    endpoint.script(EmptyChoices())
    assert completion_of(endpoint)["choices"] == []


def test_content_can_be_null(endpoint: FakeEndpoint) -> None:
    endpoint.script(NullContent())
    assert completion_of(endpoint)["choices"][0]["message"]["content"] is None


def test_usage_can_be_missing(endpoint: FakeEndpoint) -> None:
    endpoint.script(MissingUsage())
    assert "usage" not in completion_of(endpoint)


def test_a_dripping_body_outlives_the_timeout_of_a_read(endpoint: FakeEndpoint) -> None:
    endpoint.script(Drip(bytes_per_second=50))
    with closing(connect(endpoint, timeout=LONG)) as connection:
        send(connection)
        response = connection.getresponse()
        assert response.status == 200
        assert [response.read(1) for _ in range(10)] == [b" "] * 10


def test_a_hanging_request_says_nothing(endpoint: FakeEndpoint) -> None:
    endpoint.script(Hang(LONG))
    with closing(connect(endpoint, timeout=0.1)) as connection:
        send(connection)
        with pytest.raises(TimeoutError):
            connection.getresponse()


def test_faults_come_by_turns_after_the_script() -> None:
    with FakeEndpoint(faults=(Status(500), Status(503)), every=3) as endpoint:
        endpoint.script(Status(418))
        assert [ask(endpoint)[0] for _ in range(8)] == [418, 200, 200, 500, 200, 200, 503, 200]


def ask_at_once(endpoint: FakeEndpoint, count: int) -> list[int]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda number: ask(endpoint, f"prompt {number}")[0], range(count)))


def test_the_most_in_flight_is_counted_and_all_answers_are() -> None:
    everyone_here = threading.Barrier(8, timeout=LONG)

    def answer(_: dict[str, Any]) -> str:
        everyone_here.wait()
        return "together"

    with FakeEndpoint(answer=answer) as endpoint:
        assert ask_at_once(endpoint, 8) == [200] * 8
        assert (endpoint.most_in_flight, endpoint.answered) == (8, 8)


def test_one_client_is_never_counted_twice(endpoint: FakeEndpoint) -> None:
    faults = (Reset(), CloseWithoutReply(), HalfBody(), Status(500))
    endpoint.script(*faults * 10)
    for _ in range(100):
        with suppress(OSError, http.client.HTTPException):
            ask(endpoint)
    assert (endpoint.most_in_flight, endpoint.answered) == (1, 60)


def test_an_answer_to_a_client_that_is_gone_is_not_counted() -> None:
    gone = threading.Event()

    def answer(_: dict[str, Any]) -> str:
        assert gone.wait(LONG)
        return "too late for the first, in time for the second"

    with FakeEndpoint(answer=answer, slots=1) as endpoint, closing(connect(endpoint)) as connection:
        send(connection)
        while not endpoint.requests:
            time.sleep(0.001)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_FOR_RESET)
        connection.close()
        gone.set()
        assert ask(endpoint)[0] == 200
    assert (len(endpoint.requests), endpoint.answered) == (2, 1)


def test_requests_beyond_the_slots_queue() -> None:
    working = threading.Semaphore(2)

    def answer(_: dict[str, Any]) -> str:
        assert working.acquire(blocking=False), "a third request is being worked on"
        time.sleep(0.01)
        working.release()
        return "served"

    with FakeEndpoint(answer=answer, slots=2) as endpoint:
        assert ask_at_once(endpoint, 8) == [200] * 8
        assert endpoint.most_in_flight > 2


def test_latency_applies_to_every_good_answer() -> None:
    with FakeEndpoint(latency=0.05) as endpoint:
        before = time.monotonic()
        assert [ask(endpoint)[0] for _ in range(2)] == [200, 200]
        assert time.monotonic() - before >= 0.1


def test_hundreds_of_connections_at_once_are_served(endpoint: FakeEndpoint) -> None:
    assert ask_at_once(endpoint, 300) == [200] * 300


def test_a_stopped_server_refuses_and_comes_back_on_the_same_port(endpoint: FakeEndpoint) -> None:
    url = endpoint.url
    with closing(connect(endpoint)) as kept_alive:
        send(kept_alive)
        kept_alive.getresponse().read()
        endpoint.stop()
        with pytest.raises((OSError, http.client.HTTPException)):
            send(kept_alive)
            kept_alive.getresponse()
    with pytest.raises(ConnectionRefusedError):
        ask(endpoint)
    endpoint.start_again()
    assert ask(endpoint)[0] == 200
    assert (endpoint.url, len(endpoint.requests)) == (url, 2)


def test_a_stopped_server_can_be_stopped_again(endpoint: FakeEndpoint) -> None:
    endpoint.stop()
    endpoint.stop()


@pytest.mark.parametrize("fault", [Hang(LONG), Drip(1 / LONG), Reply(delay=LONG)], ids=str)
def test_stopping_does_not_wait_for_a_slow_fault(fault: Fault) -> None:
    before = time.monotonic()
    with FakeEndpoint() as endpoint, closing(connect(endpoint)) as connection:
        endpoint.script(fault)
        send(connection)
        while not endpoint.requests:
            time.sleep(0.001)
    assert time.monotonic() - before < LONG / 2
    assert endpoint.answered == 0


def test_a_mistake_in_the_answer_of_a_test_fails_the_test() -> None:
    def answer(body: dict[str, Any]) -> str:
        return str(body["no such key"])

    with pytest.raises(KeyError), FakeEndpoint(answer=answer) as endpoint, suppress(OSError):
        ask(endpoint)
