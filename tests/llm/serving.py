"""What a test of embedded models starts, and which processes serve a model."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from llm.embedded import Demand, Needs
from llm.embedded.devices import Computer, runner
from llm.embedded.loading import EmbeddedModels
from llm.embedded.picking import GB
from settings import EndpointSettings

PROMPT = 680
Kind = Literal["library", "program"]


def settings_for(model: Path, **chosen: object) -> EndpointSettings:
    """The settings of a stage that asks this model."""
    return EndpointSettings(url="embedded", model=str(model), **chosen)  # type: ignore[arg-type]


def needs_of(*stages: EndpointSettings) -> Needs:
    """What these stages need, which all have prompts of one length."""
    return Needs(lambda sees: [Demand(each, PROMPT) for each in stages])


def this_computer(free: float = 100 * GB, kind: Kind = "library") -> Computer:
    """This computer, as if it had so much free memory."""
    return Computer(runner(kind), round(free))


def loaded(models: EmbeddedModels, use: Callable[[EmbeddedModels], Awaitable[None]]) -> None:
    """Do something with models, and close them."""

    async def run() -> None:
        try:
            await use(models)
        finally:
            await models.close()

    asyncio.run(run())


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that was told to serve a model, its parent, and the most memory it has held, in bytes."""

    process: int
    parent: int
    memory: int


def serving(model: Path) -> Sequence[Serving]:
    """All processes that were told to serve a model; a process that has ended is none. For Linux."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        # Others end meanwhile, or belong to other users.
        with suppress(OSError):
            if os.fsencode(f"LLAMA_ARG_MODEL={model}") in (place / "environ").read_bytes().split(b"\0"):
                status = (place / "status").read_text(encoding="ascii", errors="replace")
                told = dict(re.findall(r"^(PPid|VmHWM):\s+(\d+)", status, re.MULTILINE))
                # A process that ends has no memory any more.
                if "VmHWM" in told:
                    found.append(Serving(int(place.name), int(told["PPid"]), 1024 * int(told["VmHWM"])))
    return found
