"""What a service makes of a batch file: a line for each request, in the forms that services write."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.fakes.answers import Json, caption_for, completion

Fate = Callable[[str], str]
"""What becomes of the request with an id: "answered", "missing", or the text of an error."""
ANSWERED, MISSING = "answered", "missing"


def everything_is_answered(custom_id: str) -> str:
    return ANSWERED


def requests_in(path: Path) -> list[Json]:
    """The requests of a batch file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def unanswered(folder: Path) -> list[Path]:
    """The batch files beside which no results lie yet."""
    files = sorted(path for path in folder.glob("*.jsonl") if path.stem.isdecimal())
    return [path for path in files if not list(folder.glob(f"{path.stem}.*.jsonl"))]


def as_openai(request: Json, text: str) -> Json:
    """The line of an answer, as OpenAI and most others write it."""
    response = {"status_code": 200, "request_id": "r", "body": completion(request["body"], text)}
    return {"id": "b", "custom_id": request["custom_id"], "response": response, "error": None}


def failed(request: Json, error: str) -> Json:
    """The line of a request that failed with status 500, as vLLM writes it."""
    response = {"status_code": 500, "request_id": "r", "body": None}
    return {"id": "b", "custom_id": request["custom_id"], "response": response, "error": error}


def expired(request: Json) -> Json:
    """The line of a request that was not answered in time, as OpenAI writes it into the error file."""
    error = {"code": "batch_expired", "message": "This request could not be executed in time."}
    return {"id": "b", "custom_id": request["custom_id"], "response": None, "error": error}


def lines_for(
    requests: Sequence[Json],
    answer: Callable[[Json], str] = caption_for,
    fate: Fate = everything_is_answered,
) -> list[str]:
    """The lines of all results, in another order than the requests."""
    lines = []
    for request in requests:
        what = fate(request["custom_id"])
        if what != MISSING:
            line = as_openai(request, answer(request["body"])) if what == ANSWERED else failed(request, what)
            lines.append(json.dumps(line))
    random.Random(len(lines)).shuffle(lines)
    return lines


def answer_files(
    folder: Path, answer: Callable[[Json], str] = caption_for, fate: Fate = everything_is_answered
) -> int:
    """Answer each file that has no results yet, with a file beside it; how many requests were answered."""
    count = 0
    for path in unanswered(folder):
        lines = lines_for(requests_in(path), answer, fate)
        path.with_suffix(".output.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        count += len(lines)
    return count
