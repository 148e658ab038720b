"""A hub of models on this computer that answers as huggingface_hub expects of the real one.

Written from the source of huggingface_hub 2.4: the listing of a repository, the HEAD request for a file with
its size and sha256, the redirect to where its bytes are, ranges, and the headers that name an error.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType


@dataclass(slots=True)
class HubRepository:
    """The files of a repository.

    `broken` are those whose connection breaks, and how often; of `short` ones half arrives; `wrong` ones
    arrive with other bytes; `announced` are sizes that are told in place of the true ones.
    """

    files: Mapping[str, bytes]
    gated: bool = False
    broken: dict[str, int] = field(default_factory=dict)
    short: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()
    announced: Mapping[str, int] = field(default_factory=dict)


class FakeHub:
    """Serves repositories by name: `with FakeHub({"owner/name": …}) as hub`, then `hub.environment(home)`."""

    def __init__(self, repositories: Mapping[str, HubRepository]) -> None:
        self.repositories = repositories
        self.asked: list[tuple[str, str, str]] = []
        hub = self

        class Handler(_Handler):
            fake = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def environment(self, home: Path) -> dict[str, str]:
        """The variables by which huggingface_hub asks this hub, and keeps what it fetches in a folder."""
        return {"HF_ENDPOINT": self.url, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1"}

    def __enter__(self) -> FakeHub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeHub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *said: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.fake.asked.append((self.command, path, self.headers.get("Range", "")))
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)", path):
            self._listing(found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/main/(.+)", path):
            self._file(found[1], found[2])
        elif found := re.fullmatch(r"/bytes/([^/]+/[^/]+)/(.+)", path):
            self._bytes(self.fake.repositories[found[1]], found[2])
        else:
            self._refuse(404, "RepoNotFound")

    def _listing(self, name: str) -> None:
        # The real one lists gated repositories to everybody.
        if (repository := self.fake.repositories.get(name)) is None:
            self._refuse(401, "RepoNotFound")
            return
        siblings = [
            {
                "rfilename": file,
                "size": repository.announced.get(file, len(data)),
                "lfs": {"sha256": _sha256(data), "size": len(data), "pointerSize": 130},
            }
            for file, data in repository.files.items()
        ]
        told = {"id": name, "sha": _commit(name), "gated": "auto" if repository.gated else False}
        self._send(200, {}, json.dumps({**told, "siblings": siblings}).encode())

    def _file(self, name: str, file: str) -> None:
        repository = self.fake.repositories.get(name)
        if repository is None:
            self._refuse(401, "RepoNotFound")
        elif repository.gated and self.headers.get("Authorization") != "Bearer hf_token":
            self._refuse(401, "GatedRepo")
        elif file not in repository.files:
            self._refuse(404, "EntryNotFound")
        else:
            data = repository.files[file]
            told = {
                "X-Repo-Commit": _commit(name),
                "X-Linked-Size": str(len(data)),
                "X-Linked-Etag": f'"{_sha256(data)}"',
                # Another host, as that of the bytes is.
                "Location": f"{self.fake.url.replace('127.0.0.1', 'localhost')}/bytes/{name}/{file}",
            }
            self._send(302, told, b"")

    def _bytes(self, repository: HubRepository, file: str) -> None:
        data = repository.files[file]
        if file in repository.wrong:
            data = bytes(len(data))
        if file in repository.short:
            data = data[: len(data) // 2]
        begin = int((self.headers.get("Range") or "bytes=0-")[6:].partition("-")[0])
        rest = data[begin:]
        told = {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"} if begin else {}
        if repository.broken.get(file, 0):
            repository.broken[file] -= 1
            self._send(206 if begin else 200, told, rest, sent=len(rest) // 2)
            self.close_connection = True
        else:
            self._send(206 if begin else 200, told, rest)

    def _refuse(self, code: int, reason: str) -> None:
        self._send(code, {"X-Error-Code": reason, "X-Error-Message": reason}, b"")

    def _send(self, code: int, told: Mapping[str, str], body: bytes, sent: int | None = None) -> None:
        self.send_response(code)
        for name, value in {**told, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:sent])


def _commit(name: str) -> str:
    """The only commit of a repository."""
    return _sha256(name.encode())[:40]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
