"""The progress bar on terminals of any width, and the log that keeps all that happens."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.endpoint import FakeEndpoint, Reply, Status
from tests.program.processes import on_a_terminal, running, states_of_the_bar
from tests.program.project import Project

PICTURES = 12


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (120, ["Interpreter", f"{PICTURES}/{PICTURES}", "2 failed", "in 00:0", "it/s", "tok/s", "|####"]),
        (50, [f"{PICTURES}/{PICTURES}", "2 failed", "in 00:0"]),
        (24, [f"{PICTURES}/{PICTURES}", "2 failed"]),
    ],
)
def test_every_state_of_the_bar_fits_the_terminal_and_the_last_one_tells_all(
    tmp_path: Path, columns: int, told: list[str]
) -> None:
    # The bar is redrawn every second, so the run takes longer than one.
    with FakeEndpoint(latency=0.5, faults=(Status(400),), every=6) as endpoint:
        project = Project(tmp_path, url=endpoint.url, Endpoint__concurrency="3")
        for number in range(PICTURES):
            project.add(f"{number}.png", f"1girl, dress {number}")
        code, shown = on_a_terminal(project, "err", columns=columns)
    assert code == 1
    states = states_of_the_bar(shown)
    assert max(map(len, states)) < columns
    assert all(word in states[-1] for word in told), states
    assert any("left" in state for state in states)
    if columns >= 60:
        assert any("3 in flight" in state for state in states)


def test_in_a_pipe_there_is_no_bar(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.add("a.png")
    assert project.run().err == ""


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_log_keeps_what_happens_in_order_and_never_a_secret(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    with FakeEndpoint(api_key="marked-key") as endpoint:
        project = Project(tmp_path / "project", url=endpoint.url, Endpoint__concurrency="1")
        project.set |= {"Endpoint.api_key": "marked-key", "TagProvider.wiki_api_key": "marked-wiki-key"}
        project.set |= {"Endpoint.headers": '{"X-Key": "Bearer marked-header"}'}
        for name in ("a", "b", "c", "d"):
            project.add(f"{name}.png", f"1girl, {name}_dress")
        project.add("out.png", "1girl, loli, nude")
        # Whatever way a secret takes into an event.
        project.add("p marked-wiki-key.png", "1girl, hat")
        echo = "you sent marked-key and marked-header"
        endpoint.script(
            Reply("A girl in a dress."),
            Status(503, echo),
            Reply("A girl in a red dress."),
            Reply("I'm sorry, but I can't help with that."),
            Reply("A girl in a blue dress."),
            Status(400, echo),
        )
        result = project.run("--log", str(log))
    assert result.code == 1
    kept = events(log)
    assert "marked" not in log.read_text(encoding="utf-8").replace(str(tmp_path), "")
    assert [each["event"] for each in kept if each["event"] not in ("answer", "message")] == [
        *("start", "stage start", "outcome", "retry", "outcome", "not accepted", "outcome", "outcome"),
        *("outcome", "outcome", "stage end", "end"),
    ]
    assert kept[0]["settings"]["interpreter"]["endpoint"]["url"] == endpoint.url
    outcomes = {each["item"]: each for each in kept if each["event"] == "outcome"}
    assert [outcomes[name]["outcome"] for name in sorted(outcomes)] == [
        *("done", "done", "done", "failed", "excluded", "done"),
    ]
    assert outcomes["c.png"]["completion_tokens"] > outcomes["a.png"]["completion_tokens"] > 0
    assert outcomes["a.png"]["seconds"] >= 0
    assert outcomes["d.png"]["reason"] == "request refused (400)"
    retry = next(each for each in kept if each["event"] == "retry")
    assert retry["reason"] == "server not ready"
    assert kept[-2]["reasons"] == {"request refused (400)": 1}
    assert kept[-1]["exit_code"] == 1


def test_the_log_tells_that_a_server_went_away_and_came_back(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    with FakeEndpoint(latency=0.1) as endpoint:
        project = Project(tmp_path / "project", url=endpoint.url, Endpoint__concurrency="1")
        for number in range(6):
            project.add(f"{number}.png", f"1girl, dress {number}")
        with running(project, "--log", str(log)) as run:
            run.until(lambda: endpoint.answered > 0)
            endpoint.stop()
            run.until(lambda: "server away" in log.read_text(encoding="utf-8"))
            endpoint.start_again()
            assert run.wait() == 0
    assert [each["event"] for each in events(log) if "server" in each["event"]] == [
        "server away",
        "server back",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there a process cannot be sent Ctrl-C alone")
def test_the_log_of_an_interrupted_run_ends_with_its_exit_code(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    with FakeEndpoint(latency=30) as endpoint:
        project = Project(tmp_path / "project", url=endpoint.url)
        project.add("a.png")
        with running(project, "--log", str(log)) as run:
            run.until(lambda: endpoint.requests)
            run.end(signal.SIGINT)
            assert run.wait() == 130
    assert events(log)[-1]["exit_code"] == 130


def test_the_log_of_a_run_that_cannot_go_on_says_why(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    project = Project(tmp_path / "project", url="http://127.0.0.1:9/v1")
    project.add("a.png")
    assert project.run("--log", str(log)).code == 2
    assert [each["event"] for each in events(log)] == ["start", "stage start", "stage end", "error", "end"]
    assert "nothing answers" in events(log)[-2]["message"]
    assert events(log)[-1]["exit_code"] == 2


def test_a_log_that_cannot_be_written_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url)
        project.add("a.png")
        result = project.run("--log", str(tmp_path / "nowhere" / "run.jsonl"))
        assert not endpoint.requests
    assert result.code == 2
    assert "run.jsonl cannot be written" in result.err
