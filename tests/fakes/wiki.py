"""What both fake wikis stand on: a real HTTP server on loopback that remembers, and misbehaves on demand."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, TypeVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

from settings.wikis import Manners

# Asks as often as it likes and waits for nothing long.
HASTY = Manners(per_second=10_000, first_wait=0.01, longest_wait=0.02, tries=5, deadline=5)
Query = Mapping[str, list[str]]

WEB_PAGE = b"<!DOCTYPE html><html><title>Just a moment...</title><body>Are you a robot?</body></html>"
_STRANGERS = ("python-requests/", "mozilla/", "python-httpx/", "aiohttp", "python-urllib")
_LONGEST_LINE = 8190


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived; header names are in lower case, `at` is in monotonic seconds."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    line: str
    body: bytes
    at: float

    def one(self, name: str) -> str:
        """The last value of a parameter, "" when it is not there."""
        return self.query.get(name, [""])[-1]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """One answer gone wrong: `reply` in place of the right one (None keeps it), sent in some manner.

    half: the connection ends in the midst of the body; drop: it ends before any answer; silent: nothing
    comes until the server is closed; drip: a byte each tenth of a second; chunked: right, but of a length
    that is not told beforehand; soon: it is promised again and again.
    """

    reply: Reply | None = None
    manner: Literal["whole", "half", "drop", "silent", "drip", "chunked", "soon"] = "whole"


HALF, DROP, SILENT, DRIP = (
    Fault(manner="half"),
    Fault(manner="drop"),
    Fault(manner="silent"),
    Fault(manner="drip"),
)


def as_json(document: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(document).encode())


def web_page(status: int, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(Reply(status, WEB_PAGE, "text/html; charset=UTF-8", named))


def rails_error(status: int, error: str, message: str, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    document = {"success": False, "error": error, "message": message, "backtrace": []}
    return Fault(Reply(status, json.dumps(document).encode(), headers=named))


CHALLENGE = web_page(403, cf_mitigated="challenge")
TOO_FAST = rails_error(
    429, "RateLimiter::RateLimitError", "You're doing that too fast. Wait a minute and try again."
)
CANCELED = rails_error(500, "ActiveRecord::QueryCanceled", "The database timed out running your query.")


Wiki = TypeVar("Wiki", bound="FakeWiki")


class FakeWiki:
    """A wiki on a free port of 127.0.0.1, for a `with` statement.

    `faults` holds what goes wrong with the next requests, one after the other; `always` is what goes
    wrong with every request once they are used up. `asked` remembers all requests.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.faults: deque[Fault] = deque()
        self.always: Fault | None = None
        self.closing = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def __enter__(self: Wiki) -> Wiki:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next_fault(self, asked: Asked) -> Fault:
        self.asked.append(asked)
        try:
            return self.faults.popleft()
        except IndexError:
            return self.always or Fault()


def gate(asked: Asked) -> Reply | None:
    """What stands in front of a booru: the limit of the request line, and the shield against robots."""
    if len(asked.line) > _LONGEST_LINE:
        return Reply(414, b"<html><title>414 Request-URI Too Large</title></html>", "text/html")
    agent = asked.headers.get("user-agent", "").lower()
    if not agent or agent.startswith(_STRANGERS):
        return CHALLENGE.reply
    return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, wiki: FakeWiki) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wiki = wiki

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell of faults of the fake alone: that a client hangs up is part of the tests."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else each small answer waits for the kernel's delayed acknowledgement of its head.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is given)
        """Say nothing."""

    def _serve(self) -> None:
        wiki = cast(_Server, self.server).wiki
        asked = self._read()
        fault = wiki.next_fault(asked)
        reply = fault.reply or wiki.answer(asked)
        if fault.manner == "silent":
            wiki.closing.wait()
        while fault.manner == "soon" and not wiki.closing.wait(0.01):
            try:
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            except OSError:
                break
        if fault.manner in {"silent", "drop", "soon"}:
            self.close_connection = True
            return
        self._head(reply, fault.manner)
        self._send(reply.body, fault.manner, wiki.closing)

    def _read(self) -> Asked:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(parts.query, keep_blank_values=True)
        method = self.command
        if method == "POST":
            query.update(parse_qs(body.decode(), keep_blank_values=True))
            override = query.pop("_method", [self.headers.get("X-HTTP-Method-Override", "POST")])[-1]
            method = override.upper()
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Asked(method, unquote(parts.path), query, headers, self.requestline, body, time.monotonic())

    def _head(self, reply: Reply, manner: str) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if manner == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, body: bytes, manner: str, closing: threading.Event) -> None:
        try:
            if manner == "half":
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            elif manner == "drip":
                for byte in body:
                    if closing.wait(0.1):
                        break
                    self.wfile.write(bytes([byte]))
                self.close_connection = True
            elif manner == "chunked":
                for start in range(0, len(body), 50):
                    piece = body[start : start + 50]
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.wfile.write(body)
        except OSError:
            self.close_connection = True
