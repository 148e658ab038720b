"""A service with OpenAI's Batch API, as a real HTTP server on loopback.

with FakeBatchService() as service:
    ...                     # the program under test uploads files and makes batches of them
    service.finish()        # all batches are answered
"""

import json
import threading
from collections.abc import Callable, Collection
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from tests.fakes.answers import Json, caption_for
from tests.fakes.batches import Fate, everything_is_answered, lines_for

# Lists are in pages of so many.
_PAGE = 2


class FakeBatchService:
    """The service: `url` is its address, `files` and `batches` are what it has by id.

    `received` are method and path of all requests. Where the number of a request (from 1) is in `cut`, its
    connection is closed once what it asks for is done. Without `lists`, GET /batches is not found. `at` is
    called with each request once it is done, before it is answered.
    """

    def __init__(
        self,
        *,
        key: str = "",
        cut: Collection[int] = (),
        lists: bool = True,
        at: Callable[[str], None] = lambda request: None,
    ) -> None:
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, Json] = {}
        self.received: list[str] = []
        self.cut, self.key, self.lists, self.at = cut, key, lists, at
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> "FakeBatchService":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def finish(
        self,
        answer: Callable[[Json], str] = caption_for,
        fate: Fate = everything_is_answered,
        status: str = "completed",
    ) -> None:
        """Answer all batches that are in progress."""
        for batch in self.batches.values():
            if batch["status"] == "in_progress":
                self._finish(batch, answer, fate, status)

    def _finish(self, batch: Json, answer: Callable[[Json], str], fate: Fate, status: str) -> None:
        requests = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        lines = lines_for(requests, answer, fate)
        good = [line for line in lines if '"error": null' in line]
        bad = [line for line in lines if line not in good]
        batch["status"] = status
        for key, kept in (("output_file_id", good), ("error_file_id", bad)):
            if kept and status != "failed":
                batch[key] = self.add_file("".join(f"{line}\n" for line in kept).encode())
        batch["request_counts"] = {"total": len(requests), "completed": len(good), "failed": len(bad)}

    def add_file(self, content: bytes) -> str:
        """Keep a file; its id."""
        id_ = f"file-{len(self.files) + 1}"
        self.files[id_] = content
        return id_

    def treat(self, method: str, path: str, content_type: str, body: bytes) -> tuple[int, bytes]:
        """Do what a request asks for; status and body of the answer."""
        address = urlsplit(path)
        route = address.path.removeprefix("/v1")
        if (method, route) == ("POST", "/files"):
            return 200, json.dumps(
                {"id": self.add_file(_uploaded(content_type, body)), "object": "file"}
            ).encode()
        if (method, route) == ("POST", "/batches"):
            asked = json.loads(body)
            id_ = f"batch_{len(self.batches) + 1}"
            counts = {"total": 0, "completed": 0, "failed": 0}
            self.batches[id_] = {"id": id_, "status": "in_progress", "request_counts": counts, **asked}
            return 200, json.dumps(self.batches[id_]).encode()
        if (method, route) == ("GET", "/batches") and self.lists:
            return 200, json.dumps(self._page(parse_qs(address.query).get("after", [""])[0])).encode()
        if method == "GET" and route.startswith("/batches/"):
            return 200, json.dumps(self.batches[route.removeprefix("/batches/")]).encode()
        if method == "GET" and route.endswith("/content"):
            return 200, self.files[route.split("/")[2]]
        return 404, b'{"error": {"message": "nothing is here"}}'

    def _page(self, after: str) -> Json:
        """The newest come first."""
        listed = list(reversed(self.batches.values()))
        begin = next((at + 1 for at, batch in enumerate(listed) if batch["id"] == after), 0)
        page = listed[begin : begin + _PAGE]
        return {"object": "list", "data": page, "has_more": begin + _PAGE < len(listed)}


def _uploaded(content_type: str, body: bytes) -> bytes:
    """The file in a form."""
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
    assert parts["purpose"].get_payload() == "batch"
    return bytes(parts["file"].get_payload(decode=True))


def _handler(service: FakeBatchService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._treat(b"")

        def do_POST(self) -> None:
            self._treat(self._body())

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers["Content-Length"]))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _treat(self, body: bytes) -> None:
            service.received.append(f"{self.command} {self.path}")
            number = len(service.received)
            if service.key and self.headers.get("Authorization") != f"Bearer {service.key}":
                status, answer = 401, b'{"error": {"message": "Incorrect API key provided"}}'
            else:
                content_type = self.headers.get("Content-Type", "")
                status, answer = service.treat(self.command, self.path, content_type, body)
            service.at(f"{self.command} {self.path}")
            if number in service.cut:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing; `received` remembers."""

    return Handler
