"""The ways in which the fake endpoint treats a request: well, badly, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tests.fakes.answers import Json, completion, http_message


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived: header names in lower case, `body` empty for a GET, monotonic seconds."""

    path: str
    headers: Mapping[str, str]
    body: Json
    arrived: float


class Exchange(Protocol):
    """One request and the connection that its answer goes to; what a fault acts upon."""

    request: Request
    latency: float

    def good_text(self) -> str:
        """What the endpoint says when nothing is wrong."""

    def answer(self, code: int, body: str | Json, headers: Mapping[str, str] | None = None) -> None:
        """Send a whole answer."""

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""

    def wait(self, seconds: float) -> bool:
        """Let time pass; False as soon as the server is being stopped."""

    def hang_up(self) -> None:
        """Let this be the last exchange on its connection."""

    def reset(self) -> None:
        """Close the connection at once with a TCP reset."""


class Fault(Protocol):
    """One way to treat a request."""

    def send(self, exchange: Exchange) -> None:
        """Do it; returning without an answer leaves the client waiting on an open connection."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer: `text`, or what the endpoint would say anyhow, after its latency and `delay` seconds."""

    text: str | None = None
    finish_reason: str = "stop"
    delay: float = 0.0

    def send(self, exchange: Exchange) -> None:
        text = exchange.good_text() if self.text is None else self.text
        if exchange.wait(exchange.latency + self.delay):
            exchange.answer(200, completion(exchange.request.body, text, self.finish_reason))


@dataclass(frozen=True, slots=True)
class Status:
    """Any status with any body; without one, the JSON error of OpenAI's form."""

    code: int
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, exchange: Exchange) -> None:
        error = {"message": f"scripted {self.code}", "type": "fake_error", "code": self.code}
        exchange.answer(self.code, {"error": error} if self.body is None else self.body, self.headers)


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset instead of an answer."""

    def send(self, exchange: Exchange) -> None:
        exchange.reset()


@dataclass(frozen=True, slots=True)
class CloseWithoutReply:
    """The connection is closed in the orderly way instead of an answer."""

    def send(self, exchange: Exchange) -> None:
        exchange.hang_up()


@dataclass(frozen=True, slots=True)
class Drip:
    """A body that never ends and comes byte by byte, so that no single read ever times out."""

    bytes_per_second: float

    def send(self, exchange: Exchange) -> None:
        exchange.hang_up()
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        exchange.send(b"Transfer-Encoding: chunked\r\n\r\n")
        while exchange.wait(1 / self.bytes_per_second):
            exchange.send(b"1\r\n \r\n")


@dataclass(frozen=True, slots=True)
class Raw:
    """These bytes as they are, then `more` for as long as the client reads, then a closed connection."""

    data: bytes
    more: bytes = b""

    def send(self, exchange: Exchange) -> None:
        exchange.hang_up()
        exchange.send(self.data)
        while self.more and exchange.wait(0):
            exchange.send(self.more)


@dataclass(frozen=True, slots=True)
class BrokenJson:
    """Status 200 and JSON that stops in the middle, although the HTTP message is whole."""

    def send(self, exchange: Exchange) -> None:
        exchange.answer(200, '{"choices": [{"message": {"content": "A small')


@dataclass(frozen=True, slots=True)
class Html200:
    """Status 200 and a web page, as a login page or a wrong path gives."""

    def send(self, exchange: Exchange) -> None:
        page = "<!doctype html><title>Welcome</title><p>Please log in."
        exchange.answer(200, page, {"Content-Type": "text/html"})


@dataclass(frozen=True, slots=True)
class EmptyChoices:
    """A completion without any choice."""

    def send(self, exchange: Exchange) -> None:
        exchange.answer(200, {**completion(exchange.request.body, ""), "choices": []})


@dataclass(frozen=True, slots=True)
class NullContent:
    """A completion whose content is null."""

    def send(self, exchange: Exchange) -> None:
        exchange.answer(200, completion(exchange.request.body, None))


@dataclass(frozen=True, slots=True)
class MissingUsage:
    """A good answer that does not say what it cost."""

    def send(self, exchange: Exchange) -> None:
        whole = completion(exchange.request.body, exchange.good_text())
        exchange.answer(200, {key: value for key, value in whole.items() if key != "usage"})


@dataclass(frozen=True, slots=True)
class HalfBody:
    """An answer that breaks off in the middle of its body."""

    def send(self, exchange: Exchange) -> None:
        exchange.hang_up()
        whole = http_message(200, completion(exchange.request.body, exchange.good_text()), {})
        exchange.send(whole[:-100])


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing at all for so many seconds, then a closed connection."""

    seconds: float

    def send(self, exchange: Exchange) -> None:
        exchange.hang_up()
        exchange.wait(self.seconds)
