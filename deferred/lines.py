"""The lines of batch files: a request under its id, and what came of it.

A request has the form of OpenAI's Batch API (platform.openai.com/docs/guides/batch), which Azure, Groq,
Novita, Alibaba and `vllm run-batch` read as well, or the short one of Mistral, Together and Fireworks, which
has no method and url. Its id is the digest of the whole request and the number of the attempt: `6e…a1-1`. So
an answer never serves a request that was changed since, and no name of a file is told. Together allows 64
characters.

An answer has `custom_id`, and under `response` a `status_code` and the `body` that a server would have sent.
What failed has `error`: then vLLM writes status 400 without a body, and other services no `response` at all.
"""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

import orjson

from limits import LARGEST_ANSWER, read_json

Form = Literal["openai", "short"]

ROUTE = "/v1/chat/completions"
_DIGEST_SIZE = 16
_ID = rb"([0-9a-f]{32})-([1-9][0-9]{0,2})"
_REQUEST = re.compile(rb'\{"custom_id":"' + _ID + rb'","(?:method|body)":')
# In a JSON text, the quotation marks within an answer of a model have a backslash before them.
_ANSWER = re.compile(rb'"custom_id"\s*:\s*"' + _ID + rb'"')
MOST_ATTEMPTS = 255
_OK = 200


class FileAnswer(NamedTuple):
    """What came of a request: the status and the body that a server would have sent."""

    status: int
    body: str

    @property
    def is_completion(self) -> bool:
        """Whether it seems to be an answer of a model, and no error."""
        return self.status == _OK and '"choices"' in self.body


class Line(NamedTuple):
    """The id that a line is about, and whether it is a request."""

    id: bytes
    is_request: bool


def digest_of(body: bytes) -> bytes:
    """The digest that identifies a request: 16 bytes."""
    return blake2b(body, digest_size=_DIGEST_SIZE).digest()


def numbered(digest: bytes, attempt: int) -> bytes:
    """The id of an attempt at a request, as it is kept in memory; attempts are counted from 1."""
    return digest + bytes((attempt,))


def attempt_of(id_: bytes) -> int:
    """The number of the attempt."""
    return id_[_DIGEST_SIZE]


def request_line(id_: bytes, body: bytes, form: Form) -> bytes:
    """The line of a request with this body."""
    fields = orjson.loads(body)
    # An answer in a file is never streamed, and some services refuse the field.
    fields.pop("stream", None)
    line: dict[str, Any] = {"custom_id": f"{id_[:_DIGEST_SIZE].hex()}-{attempt_of(id_)}"}
    if form == "openai":
        line |= {"method": "POST", "url": ROUTE}
    return orjson.dumps({**line, "body": fields}) + b"\n"


def read_line(line: bytes) -> Line | None:
    """What a line, or the beginning of one, is about; None if it is none of ours."""
    request = _REQUEST.match(line)
    found = request or _ANSWER.search(line)
    if found is None or int(found[2]) > MOST_ATTEMPTS:
        return None
    # A request that somebody has written in another layout.
    is_request = request is not None or not any(key in line for key in (b'"response"', b'"error"'))
    return Line(numbered(bytes.fromhex(found[1].decode()), int(found[2])), is_request)


def read_answer(line: bytes) -> FileAnswer | None:
    """What came of a request, by its line; None if the line is not whole."""
    try:
        document = read_json(line) if len(line) <= LARGEST_ANSWER else None
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    response, error = document.get("response"), document.get("error")
    response = response if isinstance(response, dict) else {}
    # Some services put the completion itself there.
    body = response if "choices" in response else response.get("body")
    status = response.get("status_code", _OK)
    status = status if isinstance(status, int) else _OK
    if body and not error:
        return FileAnswer(status, body if isinstance(body, str) else _as_text(body))
    failure = error or "the line of this request holds no answer"
    words = failure if isinstance(failure, dict) else {"message": str(failure)}
    return FileAnswer(status, _as_text(words if "error" in words else {"error": words}))


def _as_text(document: object) -> str:
    """A document as a server would send it; messages quote it, so letters stay as they are."""
    # Not orjson, which refuses half a character, as some models write.
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
