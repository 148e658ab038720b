"""An endpoint that fails for a while or for good: what is asked again, how fast, and what is said."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import (
    BrokenJson,
    CloseWithoutReply,
    Drip,
    EmptyChoices,
    FakeEndpoint,
    Fault,
    HalfBody,
    Html200,
    NullContent,
    Reply,
    Request,
    Reset,
    Status,
)
from tests.fakes.faults import Exchange
from tests.fakes.llmock_server import Llmock
from tests.fakes.wiki_pages import TAGS
from tests.program.processes import on_a_terminal, states_of_the_bar
from tests.program.project import Project

pytestmark = pytest.mark.slow

PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
RETRY_AFTER = 1.0
PASSING = (
    Status(500),
    Status(502, PAGE, {"Content-Type": "text/html"}),
    Status(503),
    Status(429),
    Status(429, headers={"Retry-After": f"{RETRY_AFTER:g}"}),
    Reset(),
    CloseWithoutReply(),
    Drip(5),
    BrokenJson(),
    EmptyChoices(),
    NullContent(),
    HalfBody(),
    Html200(),
)
# The most requests that one call may cost. An item may be asked about once more at the end of the stage.
MOST_TRIES = 10
TIMEOUT = 2.0


class SomeFaults:
    """Three of ten requests fail, chosen by their text and how often it came, with each fault in its turn."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.drawn: Counter[str] = Counter()
        self._faults = faults
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def send(self, exchange: Exchange) -> None:
        said = json.dumps(exchange.request.body, sort_keys=True)
        with self._lock:
            self._asked[said] += 1
            ticket = hashlib.sha256(f"{self._asked[said]} {said}".encode()).digest()
            failed = sum(self.drawn.values()) - self.drawn["Reply"]
            fault = self._faults[failed % len(self._faults)] if ticket[0] < 77 else Reply()
            self.drawn[type(fault).__name__] += 1
        fault.send(exchange)


def pictures(project: Project, count: int) -> Project:
    for number in range(count):
        project.add(f"{number:03}.png", f"1girl, solo, {number} hats, smile")
    return project


def tries(requests: list[Request]) -> Iterator[list[float]]:
    """When each distinct request came, as often as it came."""
    seen: defaultdict[str, list[float]] = defaultdict(list)
    for request in requests:
        seen[json.dumps(request.body, sort_keys=True)].append(request.arrived)
    yield from seen.values()


def test_every_picture_gets_its_caption_from_an_endpoint_that_fails_three_times_in_ten(
    tmp_path: Path,
) -> None:
    faults = SomeFaults(PASSING)
    with FakeEndpoint(faults=(faults,)) as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(
            tmp_path,
            endpoint.url,
            Endpoint__concurrency="12",
            Endpoint__timeout=f"{TIMEOUT:g}",
            TagProvider__skip="False",
            TagProvider__wiki_url=wiki.url,
            Interrogator__skip="False",
            Interpreter__repairs="0",
        )
        pictures(project, 40)
        result = project.run()
        assert (result.code, result.err) == (0, ""), result
        assert len(list(project.captions.glob("*.txt"))) == 40
        assert len(list(project.descriptions.glob("*.txt"))) == 40
        assert {type(fault).__name__ for fault in PASSING} <= set(faults.drawn)
        failed = sum(faults.drawn.values()) - faults.drawn["Reply"]
        assert 0.2 < failed / sum(faults.drawn.values()) < 0.4
        for times in tries(endpoint.requests):
            assert len(times) <= MOST_TRIES
            assert all(after - before > 0.4 for before, after in pairwise(times))


def test_what_fails_for_good_is_listed_with_its_reason_and_the_others_are_written(tmp_path: Path) -> None:
    class SomeNever:
        def send(self, exchange: Exchange) -> None:
            said = json.dumps(exchange.request.body)
            refused = Status(400, '{"error": {"message": "the prompt was blocked"}}')
            broken = Status(500, '{"error": {"message": "the template cannot be applied"}}')
            fault = refused if "3 hats" in said else broken if "5 hats" in said else Reply()
            fault.send(exchange)

    with FakeEndpoint(faults=(SomeNever(),)) as endpoint:
        project = pictures(Project(tmp_path, endpoint.url, Interpreter__repairs="0"), 8)
        result = project.run()
        asked = Counter(json.dumps(request.body) for request in endpoint.requests)
    assert result.code == 1
    failures = result.out.partition("To look at:")[0]
    listed = [line for line in failures.splitlines() if line.startswith("  00")]
    assert len(listed) == 2
    assert any(line.startswith("  003.png: ") and "the prompt was blocked" in line for line in listed)
    assert any(line.startswith("  005.png: ") and "the template cannot be applied" in line for line in listed)
    written = {path.stem for path in project.captions.glob("*.txt")}
    assert written == {f"{number:03}" for number in (0, 1, 2, 4, 6, 7)}
    assert {count for said, count in asked.items() if "3 hats" in said} == {1}
    assert sum(count for said, count in asked.items() if "5 hats" in said) <= 4
    failed = {line["picture"]: line["reason"] for line in project.journal() if line["outcome"] == "failed"}
    assert failed == {"003": "request refused (400)", "005": "server error 500"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Status(400, '{"error": {"message": "no such field"}}'), "no such field"),
        (Status(500, '{"error": {"message": "CUDA error"}}'), "CUDA error"),
        (Reply("I'm sorry, but I can't help with that."), "the model declined"),
    ],
)
def test_when_everything_fails_the_stage_ends_soon_with_the_last_reason(
    tmp_path: Path, fault: Fault, reason: str
) -> None:
    with FakeEndpoint(faults=(fault,)) as endpoint:
        project = pictures(Project(tmp_path, endpoint.url, Endpoint__retries="1"), 100)
        result = project.run()
        assert len(endpoint.requests) < 80
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert "none succeeded" in line
    assert reason in line


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Status(401), "put the right api_key"),
        (Status(402), "account"),
        (Status(404), "does it know the model"),
        (Status(429, '{"error": {"code": "insufficient_quota"}}'), "account"),
        (Status(429, headers={"Retry-After": "86400"}), "come back at 20"),
    ],
)
def test_an_error_that_every_request_would_meet_ends_the_run_at_once(
    tmp_path: Path, fault: Fault, words: str
) -> None:
    with FakeEndpoint(faults=(fault,)) as endpoint:
        project = pictures(Project(tmp_path, endpoint.url, Endpoint__concurrency="2"), 10)
        result = project.run()
        assert len(endpoint.requests) <= 4
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert words in line


def test_many_unreadable_pictures_do_not_end_the_run_as_a_failing_server_would(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Interrogator__skip="False", Interpreter__repairs="0")
        for number in range(30):
            project.add(f"a{number:02}.png", f"1girl, {number} hats", b"no picture at all")
        project.add("b.png")
        result = project.run()
    assert result.code == 1
    assert "30 not a picture" in result.out
    assert (project.descriptions / "b.txt").exists()
    assert (project.captions / "b.txt").exists()


@contextmanager
def away_after(requests: int, endpoint: FakeEndpoint, *, comes_back: bool) -> Iterator[None]:
    """Have the server go away after so many requests, and come back in three seconds or not at all."""

    def stop_and_start() -> None:
        while len(endpoint.requests) < requests and not over.wait(0.01):
            """Wait for them."""
        endpoint.stop()
        if comes_back:
            over.wait(3)
            endpoint.start_again()

    over = threading.Event()
    stopper = threading.Thread(target=stop_and_start)
    stopper.start()
    try:
        yield
    finally:
        over.set()
        stopper.join()


def test_a_server_that_goes_away_and_comes_back_is_waited_for(tmp_path: Path) -> None:
    with FakeEndpoint(latency=0.02) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__concurrency="4", Interpreter__repairs="0")
        pictures(project, 60)

        with away_after(20, endpoint, comes_back=True):
            code, shown = on_a_terminal(project, "err", columns=160)
    assert code == 0
    states = states_of_the_bar(shown)
    assert any("is away, waiting" in state for state in states), states
    assert "is away" not in states[-1]
    assert len(list(project.captions.glob("*.txt"))) == 60


def test_a_server_that_does_not_come_back_ends_the_run_and_what_is_done_is_kept(tmp_path: Path) -> None:
    endpoint = FakeEndpoint(latency=0.02)
    project = Project(
        tmp_path,
        endpoint.url,
        Endpoint__concurrency="4",
        Endpoint__wait_for_server="2",
        Interpreter__repairs="0",
    )
    pictures(project, 60)
    with away_after(20, endpoint, comes_back=False):
        result = project.run()
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert f"{endpoint.url} went away and did not come back within 2 seconds" in line
    written = len(list(project.captions.glob("*.txt")))
    assert 16 <= written < 60
    with FakeEndpoint() as another:
        project.set["Endpoint.url"] = another.url
        assert project.run().code == 0
        assert len(another.requests) == 60 - written


needs_llmock = pytest.mark.skipif(
    importlib.util.find_spec("llmock") is None, reason="not installed: pip install -r requirements-dev.txt"
)
GOOD = {"type": "reply", "text": "A girl with a hat smiles at the viewer.", "times": None}


@needs_llmock
def test_llmock_finds_nothing_wrong_with_how_faults_are_retried(tmp_path: Path) -> None:
    faults = [
        {"type": "fail", "status": status, "times": times, **more}
        for status, times, more in (
            (429, 6, {"retry_after": 1.2}),
            (500, 1, {}),
            (503, 5, {}),
            (502, 1, {}),
            (400, 1, {}),
            (429, 3, {}),
            (504, 2, {}),
            (422, 1, {}),
            (529, 2, {"retry_after": 0.6}),
            (429, 8, {"retry_after": 0.7}),
        )
    ]
    with Llmock(tmp_path / "llmock.txt") as judge:
        judge.script(GOOD, *faults)
        project = Project(tmp_path, judge.url, Endpoint__concurrency="6", Interpreter__repairs="0")
        result = pictures(project, 40).run()
        verdict = judge.verdict()
    assert verdict["faults_injected"] == 30
    assert verdict["findings"] == [], verdict
    assert result.code == 1
    assert "2 failed (1 request refused (400), 1 request refused (422))" in result.out
    assert len(list(project.captions.glob("*.txt"))) == 38


@needs_llmock
def test_llmock_finds_nothing_wrong_with_the_pace_under_a_rate_limit(tmp_path: Path) -> None:
    with Llmock(tmp_path / "llmock.txt", "--rpm", "60") as judge:
        judge.script(GOOD)
        project = Project(tmp_path, judge.url, Endpoint__concurrency="8", Interpreter__repairs="0")
        result = pictures(project, 68).run()
        verdict = judge.verdict()
        refused = [request for request in judge.requests() if request["status"] == 429]
    assert result.code == 0, result
    assert refused
    assert verdict["findings"] == [], verdict
