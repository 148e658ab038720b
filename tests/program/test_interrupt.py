"""Ctrl-C and SIGTERM end the program in order, whatever it is doing, and wait for nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint, Hang, Reply, Status
from tests.fakes.wiki import SILENT
from tests.fakes.wiki_pages import TAGS
from tests.program.processes import HANGS, LAST_WORD, Running, running
from tests.program.project import Project, png
from tests.program.starts import LONGEST_RUN, ROOT, Begun

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for one process")


def check(run: Running, seconds: float) -> None:
    """The end that is promised: without waiting, and with 130."""
    assert run.wait(0) == 130
    assert seconds < HANGS


def many(project: Project, count: int) -> None:
    """So many pictures, all of them one file by different names."""
    first = project.add("first.png")
    for number in range(count - 1):
        os.link(first, project.images / f"{number}.png")
        os.link(first.with_suffix(".txt"), project.images / f"{number}.txt")


BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_what_is_done_is_kept_while_a_slow_endpoint_is_waited_for(tmp_path: Path, name: str) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__concurrency="4")
        for each in range(12):
            project.add(f"{each}.png", f"1girl, {each} hats")
        endpoint.script(*[Reply()] * 3, *[Hang(HANGS)] * 9)
        with running(project) as run:
            run.until(lambda: len(endpoint.requests) == 7 and len(list(project.captions.glob("*.txt"))) == 3)
            seconds = run.end(signal.Signals[name])
        check(run, seconds)
        assert "".join(run.errors) == LAST_WORD
        assert len(list(project.captions.glob("*.txt"))) == 3
        assert not (project.captions / ".parts").exists()
    with FakeEndpoint() as endpoint:
        project.set["Endpoint.url"] = endpoint.url
        assert project.run().code == 0
        assert len(endpoint.requests) == 9


def test_a_run_that_was_started_with_nohup_goes_on_without_its_terminal(tmp_path: Path) -> None:
    with FakeEndpoint(latency=0.2) as endpoint:
        project = Project(tmp_path, endpoint.url, Endpoint__concurrency="1")
        for each in range(3):
            project.add(f"{each}.png", f"1girl, {each} hats")
        command = ["nohup", *project.command()]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGHUP)
        process.communicate(timeout=LONGEST_RUN)
    assert process.returncode == 0
    assert len(list(project.captions.glob("*.txt"))) == 3


@BOTH
def test_a_wiki_that_hangs_is_not_waited_for(tmp_path: Path, number: signal.Signals) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        wiki.always = SILENT
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        project.add("a.png")
        with running(project) as run:
            run.until(lambda: wiki.asked)
            seconds = run.end(number)
    check(run, seconds)
    assert "".join(run.errors) == LAST_WORD


def test_a_pattern_that_backtracks_without_end_is_not_waited_for(tmp_path: Path) -> None:
    with FakeEndpoint(
        answer=lambda body: "A girl walks along the river while the sun sets behind the distant hills."
    ) as endpoint:
        project = Project(tmp_path, endpoint.url, Interpreter__strip="([a-z ]|[a-z ]{2})+$")
        for number in range(9):
            project.add(f"{number}.png")
        with running(project) as run:
            run.until(lambda: endpoint.requests)
            seconds = run.end(signal.SIGINT)
    check(run, seconds)


def test_large_pictures_in_the_making_are_not_waited_for(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(Hang(HANGS),)) as endpoint:
        project = Project(tmp_path, endpoint.url, Interrogator__skip="False")
        project.add("0.png")
        large = project.add("1.png", picture=png(width=6000, height=6000))
        for each in range(2, 20):
            os.link(large, project.images / f"{each}.png")
            os.link(large.with_suffix(".txt"), project.images / f"{each}.txt")
        with running(project) as run:
            run.until(lambda: endpoint.requests)
            seconds = run.end(signal.SIGINT)
    check(run, seconds)
    assert "".join(run.errors) == LAST_WORD


def test_a_pause_that_the_server_asked_for_is_cut_short(tmp_path: Path) -> None:
    with FakeEndpoint(faults=(Status(429, headers={"Retry-After": "50"}),)) as endpoint:
        project = Project(tmp_path, endpoint.url)
        project.add("a.png")
        with running(project) as run:
            run.until(lambda: endpoint.requests)
            seconds = run.end(signal.SIGTERM)
    check(run, seconds)
    assert "".join(run.errors) == LAST_WORD


def test_a_server_that_went_away_is_not_waited_for(tmp_path: Path) -> None:
    endpoint = FakeEndpoint(latency=0.02)
    project = Project(tmp_path, endpoint.url, Endpoint__concurrency="2")
    many(project, 100)
    with running(project) as run:
        run.until(lambda: endpoint.answered > 5)
        endpoint.stop()
        seconds = run.end(signal.SIGINT)
    check(run, seconds)
    assert "".join(run.errors) == LAST_WORD
    assert len(list(project.captions.glob("*.txt"))) >= 4


def test_a_survey_of_many_tag_files_is_left_at_once(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = Project(tmp_path, endpoint.url, TagProvider__skip="False", TagProvider__wiki_url=wiki.url)
        many(project, 20_000)
        for signals in ((signal.SIGINT,), (signal.SIGINT, signal.SIGTERM)):
            with running(project) as run:
                run.until(lambda: "20,000 pictures found.\n" in run.said)
                assert not wiki.asked
                seconds = run.end(*signals)
            check(run, seconds)
            assert "".join(run.errors) == LAST_WORD


NEVER_ENDS = """
import asyncio, sys, time
from commands.terminal import Interruption

async def run() -> None:
    print("running", flush=True)
    try:
        while True:
            time.sleep(0.01)
    finally:
        print("never in order", flush=True)

interruption = Interruption(lambda: print("last word", flush=True), float(sys.argv[1]))
interruption.listen()
asyncio.run(interruption.watch(run()))
"""


@pytest.mark.parametrize(
    ("signals", "longest_end"), [([signal.SIGINT], 0.1), ([signal.SIGINT, signal.SIGTERM], HANGS)]
)
def test_what_cannot_be_stopped_in_order_is_left_as_it_is_after_a_while_or_a_second_signal(
    tmp_path: Path, signals: list[signal.Signals], longest_end: float
) -> None:
    command = [sys.executable, "-c", NEVER_ENDS, f"{longest_end}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        run = Running(Begun(process, tmp_path / "err"), tmp_path)
        check(run, run.end(*signals))
        assert process.stdout.read() == b"last word\n"
