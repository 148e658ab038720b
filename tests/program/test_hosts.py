"""Nothing is contacted but what config.ini names: every connection of the program is recorded.

The program runs as a user's does, with an audit hook of Python beside it that notes each name that is
looked up, each address that is connected to and each program that is started. A proxy that refuses
everything stands in the environment. One of the runs imports all libraries while it is watched.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest

from llm.finding import LOCAL_PORTS
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.wiki_pages import TAGS
from tests.program.project import Project, Result

WATCHER = """
import json, os, sys

seen = os.open(os.environ["SEEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

def note(event, told):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        fields = [event, *map(str, told[1])] if isinstance(told[1], tuple) else [event, str(told[1])]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.system"):
        fields = [event, str(told[0])]
    else:
        return
    os.write(seen, json.dumps(fields[:3]).encode() + b"\\n")

sys.addaudithook(note)
"""


# Libraries look with these for a shared library and for the kind of system; none of them has a network.
ASK_THE_SYSTEM = {"uname", "ldconfig", "gcc", "cc", "ld", "objdump"}


class _Refusal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        cast(RefusingProxy, self.server).asked.append(f"{self.command} {self.path}")
        self.send_error(403)

    def do_POST(self) -> None:
        self.do_GET()

    def do_CONNECT(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class RefusingProxy(ThreadingHTTPServer):
    """A proxy that lets nothing through and remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Refusal)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def proxy() -> Iterator[RefusingProxy]:
    server = RefusingProxy()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True, slots=True)
class Seen:
    """How a run ended, where it connected to, which names it looked up, and which programs it started."""

    result: Result
    addresses: set[tuple[str, int]]
    names: set[str]
    programs: set[str]


def watched(project: Project, proxy: RefusingProxy, *arguments: str, **python: str) -> Seen:
    """Run the program and note where it turns to; with a variable of Python's, imports are watched too."""
    log = project.folder / "seen.jsonl"
    log.unlink(missing_ok=True)
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    environment = {**dict.fromkeys(names, proxy.address), "SEEN": str(log), "NO_PROXY": "", "no_proxy": ""}
    result = project.run(*arguments, environment={**environment, **python}, watcher=WATCHER)
    assert log.exists(), "the watcher did not run"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return Seen(
        result,
        {(line[1], int(line[2])) for line in lines if line[0].startswith("socket.") and len(line) == 3},
        {line[1] for line in lines if line[0].startswith("socket.get")},
        {Path(line[1]).name for line in lines if not line[0].startswith("socket.")} - ASK_THE_SYSTEM,
    )


def place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    return parts.hostname, parts.port or 80


def test_without_a_model_nothing_is_contacted_at_all(tmp_path: Path, proxy: RefusingProxy) -> None:
    project = Project(tmp_path, url="builtin", TagProvider__skip="False", Interrogator__skip="False")
    project.add("a.png")
    seen = watched(project, proxy)
    assert seen.result.code == 0
    assert (seen.addresses, seen.names, seen.programs) == (set(), set(), set())
    assert proxy.asked == []


@pytest.mark.usefixtures("one_at_a_time")
def test_the_first_run_asks_the_usual_ports_of_this_computer_and_nothing_else(
    tmp_path: Path, proxy: RefusingProxy
) -> None:
    project = Project(tmp_path, url="auto", TagProvider__skip="False", Interrogator__skip="False")
    project.add("a.png")
    seen = watched(project, proxy)
    assert seen.addresses
    assert seen.addresses <= {("127.0.0.1", port) for port in LOCAL_PORTS}
    assert seen.names <= {"127.0.0.1"}
    assert seen.programs == set()
    assert proxy.asked == []


def with_all_stages(folder: Path, endpoint: FakeEndpoint, wiki: FakeDanbooru) -> Project:
    project = Project(
        folder,
        url=endpoint.url,
        TagProvider__skip="False",
        TagProvider__wiki_url=wiki.url,
        Interrogator__skip="False",
    )
    project.add("a.png", "1girl, hatsune miku, long hair")
    return project


def test_a_run_of_all_stages_contacts_only_the_endpoint_and_the_wiki_without_a_proxy(
    tmp_path: Path, proxy: RefusingProxy
) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = with_all_stages(tmp_path, endpoint, wiki)
        seen = watched(project, proxy, "-v", PYTHONUNBUFFERED="1")
        assert seen.result.code == 0, seen.result
        assert seen.addresses == {place(endpoint.url), place(wiki.url)}
        assert endpoint.requests and wiki.asked
    assert seen.names <= {"127.0.0.1"}
    assert seen.programs == set()
    assert proxy.asked == []


@pytest.mark.parametrize("look", ["--check", "--dry-run"])
def test_check_and_dry_run_contact_nothing_but_the_endpoint_and_the_wiki(
    tmp_path: Path, proxy: RefusingProxy, look: str
) -> None:
    with FakeEndpoint() as endpoint, FakeDanbooru(TAGS) as wiki:
        project = with_all_stages(tmp_path, endpoint, wiki)
        seen = watched(project, proxy, look)
        assert seen.addresses <= {place(endpoint.url), place(wiki.url)}
    assert seen.names <= {"127.0.0.1"}
    assert proxy.asked == []


def test_an_endpoint_on_another_computer_is_asked_through_the_proxy_and_nothing_else_is(
    tmp_path: Path, proxy: RefusingProxy
) -> None:
    project = Project(tmp_path, url="http://model.invalid:8123/v1", Endpoint__model="tiny")
    project.add("a.png")
    seen = watched(project, proxy)
    assert seen.result.code in (1, 2), seen.result
    assert {place.partition("/v1")[0] for place in proxy.asked} == {
        "GET http://model.invalid:8123",
        "POST http://model.invalid:8123",
    }
    assert seen.addresses == {place(proxy.address)}
    assert seen.names <= {"127.0.0.1"}


def test_without_a_wiki_url_only_danbooru_is_asked(tmp_path: Path, proxy: RefusingProxy) -> None:
    with FakeEndpoint() as endpoint:
        project = Project(tmp_path, url=endpoint.url, TagProvider__skip="False")
        project.add("a.png", "1girl, hatsune miku, obscure thing")
        seen = watched(project, proxy)
        assert seen.addresses == {place(endpoint.url), place(proxy.address)}
    assert seen.result.code == 1, seen.result
    assert "danbooru.donmai.us cannot be reached" in seen.result.out
    assert project.caption("a")
    assert set(proxy.asked) == {"CONNECT danbooru.donmai.us:443"}
    assert seen.names <= {"127.0.0.1"}


def test_the_watcher_would_see_a_connection(tmp_path: Path, proxy: RefusingProxy) -> None:
    project = Project(tmp_path, url="http://127.0.0.1:9/v1")
    project.add("a.png")
    assert ("127.0.0.1", 9) in watched(project, proxy).addresses
    assert os.environ.get("SEEN") is None


def test_a_proxy_that_lets_nothing_through_is_told_as_one(tmp_path: Path, proxy: RefusingProxy) -> None:
    project = Project(tmp_path, url="https://model.invalid/v1", Endpoint__retries="0")
    project.add("a.png")
    seen = watched(project, proxy)
    assert seen.result.code == 1
    told = "the proxy on the way to https://model.invalid/v1 answered 403 (Forbidden): see HTTPS_PROXY"
    assert told in seen.result.out
    assert set(proxy.asked) == {"CONNECT model.invalid:443"}
