"""llmock, an independent server that scripts faults and judges how a client deals with them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

Behaviour = Mapping[str, object]
_LONGEST_START = 60.0


class Llmock:
    """`with Llmock(log) as judge`: serve at `judge.url`; `arguments` are those of `llmock serve`."""

    def __init__(self, log: Path, *arguments: str) -> None:
        self._log = log
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._arguments = arguments

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> Llmock:
        program = "from llmock.cli import app; app()"
        command = [sys.executable, "-c", program, "serve", "--port", str(self._port), *self._arguments]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
            )
        until = time.monotonic() + _LONGEST_START
        while not self._is_there():
            if self._process.poll() is not None or time.monotonic() > until:
                self._process.kill()
                raise RuntimeError(f"llmock did not start:\n{self._log.read_text(errors='replace')}")
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def script(self, *behaviours: Behaviour) -> None:
        """Queue what happens to the next requests."""
        self._ask("scenario", {"behaviors": list(behaviours)})

    def verdict(self) -> dict[str, Any]:
        """How the client has dealt with all that."""
        found: dict[str, Any] = self._ask("verdict")
        return found

    def requests(self) -> Sequence[dict[str, Any]]:
        """Every request, with what became of it."""
        found: list[dict[str, Any]] = self._ask("requests")["requests"]
        return found

    def _is_there(self) -> bool:
        try:
            self._ask("verdict")
        except OSError:
            return False
        return True

    def _ask(self, what: str, document: object = None) -> Any:  # noqa: ANN401 - JSON
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/_llmock/{what}",
            data,
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
