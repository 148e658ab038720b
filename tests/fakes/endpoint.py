"""An OpenAI-compatible endpoint for tests: a real HTTP server on loopback that misbehaves on request.

    with FakeEndpoint() as endpoint:
        endpoint.script(Status(429, headers={"Retry-After": "1"}), Reset())
        ...                                  # the program under test talks to endpoint.url
    assert len(endpoint.requests) == 3       # what was asked, in order of arrival

A request to /chat/completions gets the next fault of the script, else its turn of `faults`, else a
caption that depends on nothing but its messages.
"""

import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from types import TracebackType

from tests.fakes.answers import Json, asks_for_colour, caption_for, http_message
from tests.fakes.faults import (
    BrokenJson,
    CloseWithoutReply,
    Drip,
    EmptyChoices,
    Exchange,
    Fault,
    HalfBody,
    Hang,
    Html200,
    MissingUsage,
    NullContent,
    Raw,
    Reply,
    Request,
    Reset,
    Status,
)

__all__ = [
    "LINGER_FOR_RESET",
    "BrokenJson",
    "CloseWithoutReply",
    "Drip",
    "EmptyChoices",
    "FakeEndpoint",
    "Fault",
    "HalfBody",
    "Hang",
    "Html200",
    "MissingUsage",
    "NullContent",
    "Raw",
    "Reply",
    "Request",
    "Reset",
    "Status",
]

_CHAT, _MODELS = "/chat/completions", "/models"
LINGER_FOR_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class _Exchange:
    """An exchange over the connection of one handler."""

    def __init__(self, request: Request, handler: "_Handler") -> None:
        self.request = request
        self._handler = handler
        self._endpoint = handler.server.endpoint
        self.latency = self._endpoint.latency

    def good_text(self) -> str:
        return self._endpoint.answer_to(self.request.body)

    def answer(self, code: int, body: str | Json, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole answer.

        The books are closed before the last byte leaves, so that a test whose client has the answer
        never sees the request as still in flight.
        """
        books = self._endpoint.books
        books.leave(self)
        good = code == HTTPStatus.OK and self.request.path.endswith(_CHAT)
        books.add_answers(good)
        try:
            self.send(http_message(code, body, headers or {}))
        except OSError:
            books.add_answers(-good)
            raise

    def send(self, data: bytes) -> None:
        self._handler.connection.sendall(data)

    def wait(self, seconds: float) -> bool:
        return not self._handler.server.stopping.wait(seconds)

    def hang_up(self) -> None:
        self._handler.close_connection = True

    def reset(self) -> None:
        self._endpoint.books.leave(self)
        self.hang_up()
        connection = self._handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_FOR_RESET)
        socket.close(connection.detach())


@dataclass(frozen=True, slots=True)
class _ModelList:
    """The answer to GET /models."""

    names: tuple[str, ...]

    def send(self, exchange: Exchange) -> None:
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in self.names]
        exchange.answer(200, {"object": "list", "data": models})


class _Books:
    """What the endpoint remembers of its requests, written by many threads."""

    def __init__(self) -> None:
        self.received: list[Request] = []
        self.most_in_flight = 0
        self.answered = 0
        self.crashes: list[BaseException] = []
        self._in_flight: set[Exchange] = set()
        self._lock = threading.Lock()

    def enter(self, exchange: Exchange) -> None:
        with self._lock:
            self.received.append(exchange.request)
            self._in_flight.add(exchange)
            self.most_in_flight = max(self.most_in_flight, len(self._in_flight))

    def leave(self, exchange: Exchange) -> None:
        with self._lock:
            self._in_flight.discard(exchange)

    def add_answers(self, count: int) -> None:
        with self._lock:
            self.answered += count


class _Server(ThreadingHTTPServer):
    """One life of the server, from start to stop."""

    request_queue_size = 1024
    daemon_threads = False  # so that closing the server waits for its handlers
    allow_reuse_address = sys.platform != "win32"  # there it would share the port with a stranger

    def __init__(self, port: int, endpoint: "FakeEndpoint") -> None:
        self.endpoint = endpoint
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        self._loop = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._loop.start()

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Take a lost connection as an everyday event, and keep anything else for the test to fail with."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.endpoint.books.crashes.append(error)

    def stop(self) -> None:
        """Refuse new connections, cut the open ones, and wait until every handler has returned."""
        self.stopping.set()
        self.shutdown()
        self._loop.join()
        self.socket.close()
        for connection in list(self._connections):
            with suppress(OSError):  # the client or a fault was faster
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Reads requests off one connection and has each of them treated."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._treat({})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self._treat(json.loads(content))

    def _treat(self, body: Json) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        exchange = _Exchange(Request(self.path, headers, body, time.monotonic()), self)
        try:
            self.server.endpoint.treat(exchange)
        except OSError:  # the client hung up first, or the server is being stopped
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing; `requests` remembers."""


class FakeEndpoint:
    """The server: `with FakeEndpoint() as endpoint`, then `endpoint.url`.

    answer    body of a request ─▶ text of the good answer
    faults    faults by turns: each `every`-th chat request gets the next of them
    models    what /models lists, or a fault in its place
    api_key   when given, a request without it is answered with 401
    slots     so many requests are worked on at a time and the others queue; None: no limit
    latency   seconds before each good answer
    knows_only_listed   whether another model than those listed is answered with 404
    base      the path before /chat/completions and /models
    routes    how requests to other places are treated, by path; elsewhere: status 404, or `nowhere`
    judge     looks at a chat request first, and may say how it is treated
    sees      whether it names the colour of the plain picture that a model is shown before the first one, and
              keeps that out of `requests`; otherwise it is answered like any other request
    port      where to listen; 0: wherever there is room
    """

    def __init__(
        self,
        *,
        answer: Callable[[Json], str] = caption_for,
        faults: tuple[Fault, ...] = (),
        every: int = 1,
        models: tuple[str, ...] | Fault = ("fake-model",),
        api_key: str | None = None,
        slots: int | None = None,
        latency: float = 0.0,
        port: int = 0,
        knows_only_listed: bool = False,
        base: str = "/v1",
        routes: Mapping[str, Fault] | None = None,
        nowhere: Callable[[Request], Fault] = lambda request: Status(404),
        judge: Callable[[Request], Fault | None] = lambda request: None,
        sees: bool = True,
    ) -> None:
        self.answer_to = answer
        self.latency = latency
        self.books = _Books()
        self._models = _ModelList(models) if isinstance(models, tuple) else models
        self._api_key = api_key
        self._base, self._judge, self._nowhere, self._sees = base, judge, nowhere, sees
        self._routes = {f"{base}{_MODELS}": self._models, **(routes or {})}
        self._known = models if knows_only_listed and isinstance(models, tuple) else None
        self._slots: AbstractContextManager[object] = threading.Semaphore(slots) if slots else nullcontext()
        self._script: deque[Fault] = deque()
        self._turns = cycle(_turns(faults, every))
        self._turn_lock = threading.Lock()
        self._server = _Server(port, self)
        self._port = self._server.server_port

    def __enter__(self) -> "FakeEndpoint":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if error is None and self.books.crashes:
            raise self.books.crashes[0]

    @property
    def url(self) -> str:
        """The base address that a user would write into config.ini."""
        return f"http://127.0.0.1:{self._port}{self._base}"

    @property
    def requests(self) -> list[Request]:
        """The chat requests so far, in order of arrival."""
        return [request for request in self.received if self._is_chat(request)]

    @property
    def received(self) -> list[Request]:
        """Every request so far, to any path, in order of arrival."""
        return list(self.books.received)

    @property
    def most_in_flight(self) -> int:
        """The largest number of requests that waited for an answer at one time."""
        return self.books.most_in_flight

    @property
    def answered(self) -> int:
        """How many chat requests got a whole answer with status 200."""
        return self.books.answered

    def script(self, *faults: Fault) -> None:
        """Queue one fault for each of the next chat requests."""
        self._script.extend(faults)

    def stop(self) -> None:
        """Go away: connections break, and new ones are refused."""
        self._server.stop()

    def start_again(self) -> None:
        """Come back on the same port, with the same script and memory."""
        self._server = _Server(self._port, self)

    def treat(self, exchange: Exchange) -> None:
        """Enter the request in the books and let its fault happen."""
        self.books.enter(exchange)
        try:
            with self._slots:
                self._fault_for(exchange.request).send(exchange)
        finally:
            self.books.leave(exchange)

    def _is_chat(self, request: Request) -> bool:
        return request.path == self._base + _CHAT and not (self._sees and asks_for_colour(request.body))

    def _fault_for(self, request: Request) -> Fault:
        if self._api_key and request.headers.get("authorization") != f"Bearer {self._api_key}":
            return Status(401)
        if request.path != self._base + _CHAT:
            return self._routes.get(request.path) or self._nowhere(request)
        if judged := self._judge(request):
            return judged
        if self._known is not None and request.body.get("model") not in self._known:
            return Status(404)
        if self._sees and asks_for_colour(request.body):
            return Reply("It is orange.")
        with self._turn_lock:
            return self._script.popleft() if self._script else next(self._turns)


def _turns(faults: Iterable[Fault], every: int) -> list[Fault]:
    good: list[Fault] = [Reply()] * (every - 1)
    return [turn for fault in faults for turn in [*good, fault]] or [Reply()]
