"""A run meets answers that are broken, foreign or in an odd shape: each is one try, and the run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.answers import Json
from tests.fakes.endpoint import FakeEndpoint, Fault, Raw, Reply
from tests.fakes.noise import NoisyServer
from tests.llm.test_chat_request import Picky
from tests.llm.test_shapes_of_answers import (
    BANNERS,
    CAPTION,
    HUNG_UP,
    MALFORMED,
    TAKEN,
    answer,
    events,
    piece,
)
from tests.program.project import Project

SSH = b"SSH-2.0-OpenSSH_9.6\r\n"


def test_each_broken_answer_is_one_try_and_the_run_goes_on(tmp_path: Path) -> None:
    broken = [*MALFORMED.values(), *BANNERS.values(), *HUNG_UP.values()]
    with FakeEndpoint(answer=lambda body: CAPTION) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__concurrency="99", Endpoint__retries="9")
        for number in range(len(broken)):
            project.add(f"{number:02}.png", f"1girl, {number} hats")
        endpoint.script(Reply(CAPTION), *(Raw(data) for data in broken))
        result = project.run()
        assert len(endpoint.requests) == 2 * len(broken)
    assert result.code == 0, result
    assert len(list(project.captions.glob("*.txt"))) == len(broken)


def test_a_right_answer_becomes_the_caption_in_whatever_shape_it_comes(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__retries="0")
        for number in range(len(TAKEN)):
            project.add(f"{number:02}.png", f"1girl, {number} hats")
        endpoint.script(*(Raw(data) for data in TAKEN.values()))
        result = project.run()
    assert result.code == 0, result
    assert {path.read_text(encoding="utf-8").strip() for path in project.captions.glob("*.txt")} == {CAPTION}


@pytest.mark.parametrize("arguments", [(), ("--check",), ("--dry-run",)])
def test_an_address_where_no_http_is_spoken_is_told_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with FakeEndpoint(faults=(Raw(SSH),), models=Raw(SSH)) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__retries="1")
        project.add("a.png")
        result = project.run(*arguments)
    said = [line for line in (result.out + result.err).splitlines() if "speaks no HTTP" in line]
    assert len(said) == 1, result
    assert f"what answers at {endpoint.url} speaks no HTTP: correct url in config.ini" in said[0]
    assert result.code == (0 if arguments == ("--dry-run",) else 2)


def test_thoughts_without_an_answer_are_told_by_a_run_with_what_to_do(tmp_path: Path) -> None:
    message = {"content": "", "reasoning_content": "The user wants a caption."}
    thoughts = answer({"choices": [{"message": message, "finish_reason": "stop"}]})
    with FakeEndpoint(faults=(Raw(thoughts),)) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__retries="0")
        project.add("a.png")
        result = project.run()
    assert result.code == 1
    assert "the model only thought; raise max_tokens or turn reasoning off" in result.out


NO_SYSTEM = (400, {"object": "error", "message": "System role not supported", "code": 400})
THOUGHTS = {"choices": [{"message": {"content": "", "reasoning_content": "Hm."}, "finish_reason": "stop"}]}


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (Raw(answer(THOUGHTS)), 0, "reasons although reasoning = off"),
        (Picky({"system": NO_SYSTEM}), 0, "takes no system message"),
        (Raw(answer(events(piece(content="Hello."), piece("stop")))), 0, "answers in"),
        (Raw(answer({"error": {"code": 402, "message": "No credit"}})), 2, "No credit; see to the account"),
        (Raw(answer({"error": "Failed to load model"}, status="400 Bad")), 2, "load a smaller model"),
    ],
    ids=["thoughts", "system message", "stream", "no credit", "crash"],
)
def test_check_says_of_an_odd_answer_what_a_run_would_meet(
    tmp_path: Path, fault: Fault, code: int, said: str
) -> None:
    with FakeEndpoint(faults=(fault,)) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__model="auto")
        project.add("a.png")
        result = project.run("--check")
    assert result.code == code, result
    assert said in result.out + result.err


class _NoHeaders:
    """What a wiki answers whose headers are none."""

    def answer(self) -> bytes:
        return b"HTTP/1.1 200 OK\r\n\x1b[31mno colon\r\nContent-Length: 2\r\n\r\n[]"


def test_headers_of_a_wiki_that_are_none_bring_no_traceback_to_the_terminal(tmp_path: Path) -> None:
    with NoisyServer(_NoHeaders()) as wiki, FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png", "1girl, odd hat")
        result = project.run()
        assert wiki.sent > 0
    assert "parse headers" not in result.err
    assert project.caption("a")


ESCAPES = "\x1b[2J\x1b]0;owned\x07\u202e\x9b31m"


def test_escape_sequences_of_a_server_reach_neither_terminal_nor_log(tmp_path: Path) -> None:
    """In the name of the model, in errors, in a reason for the end and in captions."""
    said: list[str | Json] = [
        {"model": f"m{ESCAPES}", "choices": [{"message": {"content": f"A girl{ESCAPES} sits."}}]},
        {"error": {"message": f"Oh{ESCAPES} no", "code": 400}},
        {"choices": [{"message": {"content": f"A girl{ESCAPES}"}, "finish_reason": f"bad{ESCAPES}"}]},
        {"choices": [{"message": {"content": f"I can't help with {ESCAPES} that."}}]},
        f"<html>{ESCAPES}</html>",
    ]
    log = tmp_path / "log.jsonl"
    with FakeEndpoint(models=(f"tiny{ESCAPES}",)) as endpoint:
        # One after the other, so that each picture has its answer.
        project = Project(
            tmp_path, endpoint.url, Endpoint__model="auto", Endpoint__retries="0", Endpoint__concurrency="1"
        )
        for number in range(len(said)):
            project.add(f"{number}.png", f"1girl, {number} hats")
        endpoint.script(*(Raw(answer(each)) for each in said))
        result = project.run("-v", "--log", str(log))
    written = [path.read_text(encoding="utf-8") for path in (log, project.captions / "journal.jsonl")]
    for line in "\n".join([result.out, result.err, *written]).split("\n"):
        assert line.isprintable(), line
    assert project.caption("0").strip().isprintable()
