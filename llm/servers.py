"""Which server a stage asks: the one in its settings, one that runs on this computer, or none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import SecretStr

from llm.concurrency import Concurrency
from settings import EndpointSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# The default ports of the usual programs. For `url = auto` only these are tried, on this computer alone.
LOCAL_PORTS = {
    "LM Studio": 1234,
    "Ollama": 11434,
    "llama-server": 8080,
    "text-generation-webui": 5000,
    "KoboldCpp": 5001,
    "vLLM": 8000,
}
_CONNECT_TIMEOUT = 1.0
# Asked for if a server lists no models; such servers mostly answer to any name.
_UNNAMED_MODEL = "default"
# Models with these words in their name cannot chat.
_NO_CHAT = ("embed", "rerank", "whisper", "bge-")


@dataclass(slots=True)
class Endpoints:
    """The endpoints of one run. Stages with the same settings share one, and its limit of concurrency."""

    # A list, as settings contain dictionaries and have no hash.
    _open: list[tuple[EndpointSettings, Endpoint | None]] = field(default_factory=list)

    async def endpoint(self, settings: EndpointSettings) -> Endpoint | None:
        """The endpoint for these settings, or None if captions are to be composed without a model.

        Raises UserError if an embedded model cannot be started.
        """
        for known, endpoint in self._open:
            if known == settings:
                return endpoint
        endpoint = await _connect(settings)
        self._open.append((settings, endpoint))
        return endpoint

    async def close(self) -> None:
        """Close all connections."""
        for _, endpoint in self._open:
            if endpoint is not None:
                await endpoint.close()
        self._open.clear()


@dataclass(frozen=True, slots=True)
class Server:
    """A program on this computer that accepts connections."""

    program: str
    url: str


async def local_servers() -> list[Server]:
    """The usual places on this computer where something accepts connections, in the order of the table."""
    places = [Server(program, f"http://127.0.0.1:{port}/v1") for program, port in LOCAL_PORTS.items()]
    answers = await asyncio.gather(*(_accepts_connections(port) for port in LOCAL_PORTS.values()))
    return [place for place, answer in zip(places, answers, strict=True) if answer]


def first_chat_model(models: Sequence[str]) -> str | None:
    """The first model that can chat: those that only embed or rank texts are passed over."""
    return next((model for model in models if not any(word in model.lower() for word in _NO_CHAT)), None)


async def _connect(settings: EndpointSettings) -> Endpoint | None:
    if settings.url == "builtin":
        return None
    if settings.url == "auto":
        return await _find_local(settings)
    if settings.url == "embedded":
        from llm import embedded

        return _endpoint(settings, "llama.cpp", embedded.start(settings.model), settings.model)
    endpoint = _endpoint(settings, "", settings.url, settings.model)
    if settings.model == "auto":
        endpoint.model = first_chat_model(await endpoint.client.models()) or _UNNAMED_MODEL
    return endpoint


async def _find_local(settings: EndpointSettings) -> Endpoint | None:
    # A key is meant for one particular server, not for whatever happens to listen on a usual port.
    without_secrets = settings.model_copy(update={"api_key": SecretStr(""), "headers": {}})
    for server in await local_servers():
        endpoint = _endpoint(without_secrets, server.program, server.url, settings.model)
        model = first_chat_model(await endpoint.client.models())
        if model is None:
            await endpoint.close()
            continue
        if settings.model == "auto":
            endpoint.model = model
        return endpoint
    return None


def _endpoint(settings: EndpointSettings, program: str, url: str, model: str) -> Endpoint:
    # The SDK takes half a second to load, so only runs that ask a model load it.
    from llm.endpoint import Endpoint

    return Endpoint(settings, url, model, Concurrency(settings.concurrency), program=program)


async def _accepts_connections(port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), _CONNECT_TIMEOUT)
    except (OSError, asyncio.TimeoutError):
        return False
    writer.close()
    return True
