"""llama.cpp's real server with the tiny models behaves as the tests that stand on it need."""

import base64
import http.client
import json
import struct
import zlib
from contextlib import closing
from typing import Any

import pytest

from tests.fakes.llama_server import MODEL_NAME, LlamaServer
from tests.fakes.tiny_model import SENTENCE


def request(
    server: LlamaServer, path: str, body: dict[str, Any] | None = None, key: str | None = None
) -> tuple[int, dict[str, Any]]:
    """GET, or POST when there is a body, with the server's own key unless another is given."""
    host = server.url.removeprefix("http://").removesuffix("/v1")
    with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
        headers = {"Authorization": f"Bearer {key or server.api_key}"}
        content = json.dumps(body) if body else None
        connection.request("POST" if body else "GET", f"/v1{path}", content, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def chat(server: LlamaServer, content: object, **options: object) -> tuple[int, dict[str, Any]]:
    messages = [{"role": "user", "content": content}]
    return request(server, "/chat/completions", {"model": MODEL_NAME, "messages": messages, **options})


def text_of(answer: tuple[int, dict[str, Any]]) -> str:
    status, completion = answer
    assert status == 200, completion
    return str(completion["choices"][0]["message"]["content"]).strip()


def picture(red: int, green: int, blue: int) -> list[dict[str, Any]]:
    """Return the content of a message: a question, and a PNG of one colour as a data URL."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([red, green, blue]) * 60) * 60
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60, 60, 8, 2, 0, 0, 0))
    png = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    url = "data:image/png;base64," + base64.b64encode(png).decode()
    return [{"type": "text", "text": "Describe it."}, {"type": "image_url", "image_url": {"url": url}}]


@pytest.mark.parametrize("temperature", [0, 1])
def test_every_answer_is_one_sentence_of_the_grammar(llama: LlamaServer, temperature: float) -> None:
    for number in range(20):
        status, completion = chat(llama, f"tags: cat, {number}", temperature=temperature)
        words = text_of((status, completion)).split()
        assert len(words) == len(SENTENCE)
        assert all(word in place for word, place in zip(words, SENTENCE, strict=True))
        assert completion["choices"][0]["finish_reason"] == "stop"


def test_the_prompt_decides_what_is_said(llama: LlamaServer) -> None:
    answers = {
        text_of(chat(llama, f"tags: {tag}", temperature=0)) for tag in ("sky", "tree", "hat", "tea", "rain")
    }
    assert len(answers) > 2


def test_an_answer_cut_off_by_max_tokens_says_so(llama: LlamaServer) -> None:
    _, completion = chat(llama, "hello", max_tokens=5)
    assert completion["choices"][0]["finish_reason"] == "length"


def test_usage_counts_what_the_cache_gave(llama: LlamaServer) -> None:
    prompt = "The same beginning of a prompt. " * 20
    chat(llama, prompt + "One picture.")
    _, completion = chat(llama, prompt + "Another picture.")
    usage = completion["usage"]
    assert usage["completion_tokens"] == len(SENTENCE) + 1  # the end of the turn is a token too
    assert usage["prompt_tokens"] > usage["prompt_tokens_details"]["cached_tokens"] > 200


def test_a_prompt_of_1500_words_fits(llama: LlamaServer) -> None:
    assert text_of(chat(llama, "descriptive " * 1500))


def test_a_prompt_beyond_the_context_is_refused(llama: LlamaServer) -> None:
    status, refusal = chat(llama, "descriptive " * 6000)
    assert (status, refusal["error"]["type"]) == (400, "exceed_context_size_error")


def test_a_picture_decides_what_is_said(llama_vision: LlamaServer) -> None:
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)]
    answers = {text_of(chat(llama_vision, picture(*colour), temperature=0)) for colour in colours}
    assert len(answers) > 1


def test_a_broken_picture_is_refused(llama_vision: LlamaServer) -> None:
    content = picture(0, 0, 0)
    content[1]["image_url"]["url"] = "data:image/png;base64," + base64.b64encode(b"no picture").decode()
    assert chat(llama_vision, content)[0] == 400


def test_a_model_without_eyes_refuses_pictures(llama: LlamaServer) -> None:
    status, refusal = chat(llama, picture(0, 0, 0))
    assert status == 500
    assert "image input is not supported" in refusal["error"]["message"]


def test_a_wrong_key_is_refused(llama_vision: LlamaServer) -> None:
    assert chat(llama_vision, "hello")[0] == 200
    assert request(llama_vision, "/chat/completions", {"messages": []}, key="wrong")[0] == 401


def test_the_model_is_listed_with_its_context(llama: LlamaServer) -> None:
    status, listed = request(llama, "/models")
    assert (status, listed["data"][0]["id"]) == (200, MODEL_NAME)
    assert listed["data"][0]["meta"]["n_ctx"] > 0
