"""What arrives on the socket, byte by byte, and what is made of it: a text, or what went wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from pydantic import SecretStr

from errors import ItemError, StageError, UserError
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from llm.prompts import Message
from llm.replies import Form, clean
from settings import EndpointSettings
from tests.fakes.answers import Json
from tests.fakes.endpoint import FakeEndpoint, Raw

CAPTION = "A girl with long hair stands outdoors, smiling at the viewer."
HALF = "A girl with long hair stands outdoors near a wooden"
ASKED = [Message("user", "Write a caption.")]


class Case(NamedTuple):
    """Bytes on the socket, and what is expected: a text, or a part of the message and perhaps the reason."""

    data: bytes
    expected: str
    reason: str = "done"


def answer(body: str | bytes | Json, *headers: str, status: str = "200 OK") -> bytes:
    """Return an HTTP message; where no header tells the type, none is sent."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    content = content.encode() if isinstance(content, str) else content
    told = [] if any(each.startswith(("Content-L", "Transfer")) for each in headers) else [len(content)]
    lines = [f"HTTP/1.1 {status}", *headers, *(f"Content-Length: {length}" for length in told), "", ""]
    return "\r\n".join(lines).encode() + content


def completion(content: object = CAPTION, finish_reason: object = "stop", **message: object) -> Json:
    """Return a completion whose message has this content, and whatever else is named."""
    whole = {"role": "assistant", "content": content, **message}
    return {"model": "m", "choices": [{"index": 0, "message": whole, "finish_reason": finish_reason}]}


GOOD = json.dumps(completion())
UNREADABLE = "answered with broken HTTP"
FOREIGN = "speaks no HTTP: correct url in config.ini, or start the model server there"


def events(*pieces: object, last: str = "data: [DONE]\n\n") -> str:
    """Return a stream of server-sent events."""
    return "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + last


def piece(finish_reason: str | None = None, **delta: object) -> Json:
    """Return one piece of a stream."""
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


MALFORMED = {
    "a header of 9 kB": answer(GOOD, f"X-Policy: {'x' * 9000}"),
    "two hundred headers": answer(GOOD, *(f"X-{number}: 1" for number in range(200))),
    "two lengths": answer(GOOD, f"Content-Length: {len(GOOD)}", "Content-Length: 5"),
    "a length beside chunks": answer("0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: 5"),
    "a header without colon": answer(GOOD, "foo bar"),
    "a chunk of no size": answer("zz\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
    "longer than its length": answer(GOOD, "Content-Length: 5"),
    "a length below zero": answer(GOOD, "Content-Length: -5"),
    "a reason of 9 kB": answer(GOOD, status=f"200 {'x' * 9000}"),
    "an encoding that cannot be unpacked": answer(GOOD, "Content-Encoding: br"),
    "a status of two digits": answer(GOOD, status="20 OK"),
    "a zero in a header": answer(GOOD, "X-A: a\0b"),
}
BANNERS = {
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x16",
    "redis": b"-ERR unknown command 'POST'\r\n",
    "a frame of HTTP/2": b"\0\0\x12\x04\0\0\0\0\0",
    "a page without a head": b"<html><body>Welcome</body></html>",
    "mail": b"220 mail.example ESMTP\r\n",
    "a radio": b"ICY 200 OK\r\n\r\n",
    "zeros": b"\0" * 20_000,
}
HUNG_UP = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "no gzip": answer(GOOD, "Content-Encoding: gzip"),
    "half a body": answer(GOOD, "Content-Length: 900"),
}
TAKEN = {
    "no type": answer(GOOD),
    "text": answer(GOOD, "Content-Type: text/plain; charset=utf-8"),
    "a page": answer(GOOD, "Content-Type: text/html"),
    "bytes": answer(GOOD, "Content-Type: application/octet-stream"),
    "events that are none": answer(GOOD, "Content-Type: text/event-stream"),
    "capitals": answer(GOOD, "Content-Type: Application/JSON"),
    "white space": answer(f"\n\n  {GOOD}"),
    "a mark in front": answer(b"\xef\xbb\xbf" + GOOD.encode()),
    "two marks in front": answer(b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD.encode()),
    "UTF-16": answer(GOOD.encode("utf-16"), "Content-Type: application/json; charset=utf-16"),
    "a charset that is none": answer(GOOD, "Content-Type: application/json; charset=hex"),
    "a mark of the end": answer(f"{GOOD}\n\ndata: [DONE]\n\n", "Content-Type: text/event-stream"),
    "comments": answer(f"\n\n: OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n{GOOD}"),
    "one event": answer(events(completion())),
    "a stream": answer(
        events(
            piece(role="assistant", content=""),
            *(piece(content=part) for part in (CAPTION[:9], CAPTION[9:20], CAPTION[20:])),
            piece("stop"),
            {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 9}},
        ),
        "Content-Type: text/event-stream",
    ),
    "a stream with thoughts": answer(
        events(
            piece(reasoning_content="Hm. "), piece(reasoning_content="Yes."), piece("stop", content=CAPTION)
        )
    ),
    "a stream with a piece on each line": answer(
        "\n".join(map(json.dumps, (piece(content=CAPTION[:9]), piece("stop", content=CAPTION[9:]))))
    ),
    "such a stream with an end": answer(
        "\r\n".join(json.dumps(piece(content=part)) for part in (CAPTION[:9], CAPTION[9:])) + "\n\n[DONE]\n"
    ),
    "the only piece of a stream": answer(piece("stop", content=CAPTION)),
    "a stream in chunks": answer(
        "".join(
            f"{len(part):x}\r\n{part}\r\n"
            for part in (": hello\r\n\r\nevent: x\nid: 3\n", *events(piece("stop", content=CAPTION)))
        )
        + "0\r\n\r\n",
        "Transfer-Encoding: chunked",
    ),
    "a reason in Latin-1": answer(GOOD).replace(b"OK", b"D\xe9j\xe0 vu", 1),
    "one part": answer(completion([{"type": "text", "text": CAPTION}])),
    "two parts": answer(completion([{"type": "text", "text": CAPTION[:6]}, {"text": CAPTION[6:]}])),
    "thoughts in parts": answer(
        completion(
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "reasoning", "text": "hm"},
                {"type": "text", "text": CAPTION},
            ]
        )
    ),
    "output_text": answer(completion([{"type": "output_text", "text": CAPTION}])),
    "texts": answer(completion([CAPTION[:7], CAPTION[7:]])),
    "one object": answer(completion({"type": "text", "text": {"value": CAPTION}})),
    "refusal null": answer(completion(refusal=None, reasoning_content="I think.")),
    "an error that is none": answer({**completion(), "error": None}),
    **{
        f"ends by {word}": answer(completion(finish_reason=word))
        for word in ("eos", "end_turn", "STOP", None)
    },
    **{
        f"ends by {word}": answer(completion(finish_reason=word))
        for word in ("stop_sequence", "eos_token", "")
    },
}
CUT_OFF = (
    *(
        "length",
        "max_tokens",
        "model_context_window_exceeded",
        "network_error",
        "insufficient_system_resource",
    ),
    *(
        "cancelled",
        "timeout",
        "incomplete",
        "limit",
        "OTHER",
        "MAX_TOKENS",
        "abort",
        "unknown",
        "error",
        "lorem",
    ),
)
BLOCKED = (
    *("content_filter", "SAFETY", "sensitive", "BLOCKLIST", "SPII", "IMAGE_SAFETY", "PROHIBITED_CONTENT"),
    *("content_filter: SAFETY", "RECITATION", "moderation", "guardrail_intervened"),
)
SHAPES = {
    **{name: Case(data, UNREADABLE, "broken HTTP") for name, data in MALFORMED.items()},
    **{name: Case(data, FOREIGN, "user") for name, data in BANNERS.items()},
    **{name: Case(data, "hung up", "connection lost") for name, data in HUNG_UP.items()},
    **{name: Case(data, CAPTION) for name, data in TAKEN.items()},
    **{word: Case(answer(completion(HALF, word)), "stops in the middle", "cut off") for word in CUT_OFF},
    **{
        word: Case(answer(completion(HALF, word)), "withheld", "blocked by the server's filter")
        for word in BLOCKED
    },
    "a stream that breaks off": Case(
        answer(events(piece(content=HALF), last="")), "stops in the middle", "cut off"
    ),
    "a stream of lines that breaks off": Case(
        answer("\n".join([json.dumps(piece(content=HALF))] * 2)), "stops in the middle", "cut off"
    ),
    "a stream of initials": Case(
        answer(events(*(piece(content=part) for part in ("The U.", "S.", " flag", ".")))),
        "The U.S. flag.",
    ),
    "the same answer on two lines": Case(answer(f"{GOOD}\n{GOOD}"), "repeats itself", "repeats itself"),
    "two sentences in parts": Case(
        answer(completion([{"text": "A girl smiles."}, {"text": "She waves."}])), "A girl smiles. She waves."
    ),
    "Latin-1 as declared": Case(
        answer(
            json.dumps(completion("A café."), ensure_ascii=False).encode("latin-1"),
            "Content-Type: application/json; charset=iso-8859-1",
        ),
        "A café.",
    ),
    "Latin-1 undeclared": Case(
        answer(json.dumps(completion("A café."), ensure_ascii=False).encode("latin-1")),
        "characters that were cut in two",
        "broken characters",
    ),
    "filtered without a message": Case(
        answer({"choices": [{"finish_reason": "content_filter: PROHIBITED_CONTENT"}]}),
        "withheld",
        "blocked by the server's filter",
    ),
    "only reasoning_content": Case(
        answer(completion("", reasoning_content="The user wants a caption.")),
        "the model only thought",
        "reasoning without an answer",
    ),
    "only reasoning": Case(
        answer(completion(None, reasoning=[{"type": "text", "text": "Hm."}])),
        "the model only thought",
        "reasoning without an answer",
    ),
    "a stream of thoughts": Case(
        answer(events(piece(reasoning="Hm. "), piece(reasoning="Hm."), piece("stop"))),
        "the model only thought",
        "reasoning without an answer",
    ),
    "a refusal of its own": Case(
        answer(completion(None, refusal="This request was turned down.")), "turned down", "refused"
    ),
    "a page": Case(answer("<html>Log in</html>"), "something that is no chat completion", "no completion"),
    "no choices": Case(answer({"choices": None}), "something that is no chat completion", "no completion"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeEndpoint]:
    with FakeEndpoint() as running:
        yield running


def outcome(server: FakeEndpoint, data: bytes, **chosen: object) -> tuple[str, str]:
    """What becomes of an answer: "done" and the text, or a reason ("user", "stage" too) and the message."""

    async def ask() -> tuple[str, str]:
        settings = EndpointSettings.model_validate({"retries": "0", "wait_for_server": "0", **chosen})
        endpoint = Endpoint(settings, server.url, "tiny", Concurrency(1))
        try:
            reply = await endpoint.complete(ASKED)
            return "done", clean(reply.text, reply.finish_reason, Form())
        except ItemError as error:
            return error.reason, str(error)
        except UserError as error:
            return "user", str(error)
        except StageError as error:
            return "stage", str(error)
        finally:
            await endpoint.close()

    server.script(Raw(data))
    return asyncio.run(ask())


def test_whatever_arrives_is_a_text_or_one_sentence(server: FakeEndpoint) -> None:
    for name, case in SHAPES.items():
        reason, said = outcome(server, case.data)
        assert (name, reason) == (name, case.reason), said
        assert said == case.expected if reason == "done" else case.expected in said, name
        assert said.isprintable(), name


def error(said: object, status: int = 200, *headers: str) -> bytes:
    """Return an answer with an error, as JSON if it is no text."""
    body = said if isinstance(said, str) else json.dumps(said)
    return answer(body, *headers, status=f"{status} Error")


CANNOT_SEE = "the model cannot see: write url and model of a vision model"
LONGER = "the prompt is longer than the model's context"
CRASH = "write concurrency = 1"
TOMORROW = "the quota of this day is used up: run again tomorrow"
NOT_A_KEY = "put the right api_key in config.ini"
IN_2033 = "1999999999000"
COMES_BACK = "it asks to come back at 2033-05-1"
FREE_OF_THE_DAY = {
    "message": "Rate limit exceeded: free-models-per-day",
    "code": 429,
    "metadata": {"headers": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": IN_2033}},
}
PER_DAY = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
GEMINI = {"code": 429, "message": "You exceeded your current quota", "status": "RESOURCE_EXHAUSTED"}
ERRORS = {
    # Status 200 with an error in it.
    "429 in 200": Case(
        error({"error": {"code": 429, "message": "Slow down"}}), "429: Slow down", "too many requests"
    ),
    "402 in 200": Case(error({"error": {"code": 402, "message": "No credit"}}), "see to the account", "user"),
    "401 in 200": Case(
        error({"error": {"code": "401", "message": "No"}, "choices": None}), NOT_A_KEY, "user"
    ),
    "503 in 200": Case(error({"error": {"code": 503, "message": "Full"}}), "503: Full", "server not ready"),
    "too long in 200": Case(
        error({"error": {"message": "Context size exceeded"}}), LONGER, "request refused (200)"
    ),
    "words in 200": Case(error({"error": "Oh no"}), "answered with an error: Oh no", "server error"),
    "crash in 200": Case(error({"error": "The model has crashed (Exit code: 6)"}), CRASH, "model crashed"),
    "flat in 200": Case(
        error({"object": "error", "message": "Bad", "code": 500}), "500: Bad", "server error 500"
    ),
    "no /v1": Case(
        error({"error": "Unexpected endpoint or method. (POST /chat)"}), "most end in /v1", "user"
    ),
    "in a stream": Case(
        error(events(piece(content=HALF), {"error": {"code": 502, "message": "Upstream"}})),
        "502: Upstream",
        "server not ready",
    ),
    "in a choice": Case(
        error(
            {
                "choices": [
                    {
                        "error": {"code": 502, "message": "Upstream error"},
                        "finish_reason": "error",
                        "message": {"content": "A girl"},
                    }
                ]
            }
        ),
        "502: Upstream error",
        "server not ready",
    ),
    # A model that cannot see, in the words of each server.
    **{
        f"{status} {said[:30]}": Case(
            error({"error": {"message": said}}, status), CANNOT_SEE, f"request refused ({status})"
        )
        for status, said in (
            (404, "No endpoints found that support image input"),
            (400, "messages[1]: unknown variant `image_url`, expected `text`"),
            (500, "Failed to create new sequence: missing data required for image input"),
            (400, "llama-3 is not a multimodal model"),
            (404, "Only 'text' content type is supported."),
            (
                500,
                "image input is not supported - hint: you may need to provide the mmproj",
            ),
            (400, "Model does not support images. Please use a model that does."),
            (400, "this model does not support image input"),
            (400, "image_url is not supported by this model"),
        )
    },
    # A prompt that is too long.
    **{
        f"{status} {str(said)[:40]}": Case(error(said, status), LONGER, f"request refused ({status})")
        for status, said in (
            (400, {"error": {"type": "exceed_context_size_error", "message": "request (9 tokens) exceeds"}}),
            (
                400,
                {
                    "object": "error",
                    "message": "This model's maximum context length is 9 tokens.",
                    "code": 400,
                },
            ),
            (400, {"detail": "Protected conversation exceeds the available context budget."}),
            (400, {"error": {"code": "context_length_exceeded", "message": "Too long"}}),
            (400, {"error": {"message": "litellm.ContextWindowExceededError: no"}}),
        )
    },
    # A model that crashed or could not be loaded.
    **{
        said[:30]: Case(error({"error": said}, status), CRASH, "model crashed")
        for status, said in (
            (400, "The model has crashed without additional information. (Exit code: null)"),
            (400, 'Failed to load model "qwen/qwen3". Error: Operation canceled.'),
            (500, "llama runner process has terminated: exit status 2"),
            (500, "CUDA out of memory. Tried to allocate 2 GiB"),
        )
    },
    # Keys, accounts and quotas.
    "a key as 400": Case(
        error([{"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}], 400),
        f"answered 400: API key not valid. Please pass a valid API key.; {NOT_A_KEY}",
        "user",
    ),
    "402 that comes back": Case(error("{}", 402, "Retry-After: 3"), "402", "server not ready"),
    "a day in the body": Case(error({"error": FREE_OF_THE_DAY}, 429), COMES_BACK, "stage"),
    "a day in a header": Case(error("{}", 429, f"X-RateLimit-Reset: {IN_2033[:-3]}"), COMES_BACK, "stage"),
    "never": Case(error("{}", 429, "Retry-After: 1e99"), "it asks to come back at 20", "stage"),
    "a day in 200": Case(error({"error": FREE_OF_THE_DAY}), COMES_BACK, "stage"),
    "hours in words": Case(
        error([{"error": {**GEMINI, "details": [{"retryDelay": "7200s"}]}}], 429), "come back", "stage"
    ),
    "a day in a list": Case(
        error([{"error": {**GEMINI, "details": [{"retryDelay": "34s"}, {"violations": [PER_DAY]}]}}], 429),
        TOMORROW,
        "stage",
    ),
    "a minute in a list": Case(
        error([{"error": {**GEMINI, "details": [{"retryDelay": "34s"}]}}], 429),
        "429: You exceeded your current quota",
        "too many requests",
    ),
    # Others.
    "too large": Case(
        error("<html><head><title>413 Request Entity Too Large</title></head></html>", 413),
        "answered 413: 413 Request Entity Too Large; lower [Interrogator] max_image_side",
        "request refused (413)",
    ),
    "what the server behind says": Case(
        error(
            {
                "error": {
                    "message": "Provider returned error",
                    "metadata": {"raw": '{"error": {"message": "Too hot"}}'},
                }
            },
            400,
        ),
        "400: Too hot",
        "request refused (400)",
    ),
    "a fault in a list": Case(
        error({"detail": [{"loc": ["body", "n"], "msg": "Extra inputs are not permitted"}]}, 422),
        "422: n: Extra inputs are not permitted",
        "request refused (422)",
    ),
    "no words": Case(error({"error": {}}, 400), "answered 400", "request refused (400)"),
}


def test_an_error_means_the_same_in_whatever_form_and_with_whatever_status(server: FakeEndpoint) -> None:
    for name, case in ERRORS.items():
        reason, said = outcome(server, case.data)
        assert (name, reason, case.expected in said) == (name, case.reason, True), said
        assert said.isprintable(), name


SECRET = "sk-marked/12345<67890"
AS_NUMBERS = "".join(f"\\u{ord(mark):04x}" for mark in SECRET)


@pytest.mark.parametrize("status", [200, 400, 401, 500])
@pytest.mark.parametrize(
    "said",
    [
        {"error": f"bad {SECRET}"},
        {"choices": [{"error": {"message": SECRET}}]},
        {"error": json.dumps({"error": {"message": SECRET}})},
        json.dumps({"error": f"bad {SECRET}"}).replace("/", r"\/"),
        json.dumps({"error": f"bad {SECRET}"}).replace(SECRET, AS_NUMBERS),
        json.dumps({"words": f"bad {SECRET}"}).replace("/", r"\/"),
        f"<title>bad {SECRET}</title>",
    ],
    ids=["flat", "in a choice", "JSON in JSON", "as PHP writes it", "as numbers", "no error", "a title"],
)
def test_a_key_in_an_error_is_hidden_in_whatever_way_it_is_written(
    server: FakeEndpoint, said: str | Json, status: int
) -> None:
    _, message = outcome(server, error(said, status), api_key=SecretStr(SECRET))
    assert "[secret]" in message
    assert "sk-marked" not in message
