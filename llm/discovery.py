"""url = auto: which server runs on this computer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

# Where the usual programs listen when nobody told them otherwise; only this computer is ever asked.
LOCAL_PORTS = {
    "LM Studio": 1234,
    "Ollama": 11434,
    "llama-server": 8080,
    "text-generation-webui": 5000,
    "KoboldCpp": 5001,
    "vLLM": 8000,
}
_LONGEST_CONNECT = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    """A place on this computer where something listens."""

    program: str
    url: str


async def listening() -> list[Server]:
    """The usual places where something listens on this computer, in the order of the table."""
    places = [Server(program, f"http://127.0.0.1:{port}/v1") for program, port in LOCAL_PORTS.items()]
    answers = await asyncio.gather(*(_listens(port) for port in LOCAL_PORTS.values()))
    return [place for place, answer in zip(places, answers, strict=True) if answer]


def choose(models: list[str]) -> str | None:
    """The first model that can chat: those that only embed or rank texts are passed over."""
    return next((model for model in models if not _only_embeds(model)), None)


def _only_embeds(model: str) -> bool:
    return any(word in model.lower() for word in ("embed", "rerank", "whisper", "bge-"))


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), _LONGEST_CONNECT)
    except (OSError, asyncio.TimeoutError):
        return False
    writer.close()
    return True
