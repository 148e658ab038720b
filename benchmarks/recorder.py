"""Stands between the program and a server of models: keeps what was answered, and what that took.

A request that was asked before is answered with the same words, so two runs that differ in what they make of
the answers are compared on the same ones. What an answer took counts in each run that it is given in.
"""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.error import HTTPError

_LONGEST = 1800


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, and the seconds it took."""

    status: int
    body: bytes
    seconds: float

    @property
    def usage(self) -> dict[str, Any]:
        """The tokens by the server's own count."""
        usage = json.loads(self.body).get("usage") if self.status == 200 else None
        return usage if isinstance(usage, dict) else {}


class Recorder:
    """`with Recorder(url) as recorder`: the program asks `recorder.url`; `given` are the answers so far."""

    def __init__(self, url: str) -> None:
        """Nothing is sent yet; `url` is that of the server, with /v1."""
        self._server_url = url.removesuffix("/v1")
        self._known: dict[bytes, Answer] = {}
        self.given: list[Answer] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(recorder.ask(self.path, None))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._send(recorder.answer(self.path, body))

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Recorder:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()

    def answer(self, path: str, body: bytes) -> Answer:
        """The answer to a request, from the server or as it was given before."""
        answer = self._known.get(body) or self.ask(path, body)
        self._known[body] = answer
        self.given.append(answer)
        return answer

    def ask(self, path: str, body: bytes | None) -> Answer:
        """Ask the server; nothing is kept."""
        request = urllib.request.Request(self._server_url + path, body, {"Content-Type": "application/json"})
        started = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=_LONGEST) as reply:
                status, content = reply.status, reply.read()
        except HTTPError as error:
            status, content = error.code, error.read()
        return Answer(status, content, time.monotonic() - started)
