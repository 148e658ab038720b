"""The embedded models of one run: each is prepared when it is chosen, and loaded when it is first asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from errors import UserError
from llm.embedded import Demand, Needs
from llm.embedded.devices import Computer, this_computer
from llm.embedded.files import fit, model_files
from llm.embedded.picking import Room
from llm.embedded.server import ModelServer
from llm.listings import Model
from llm.notices import NO_PROJECTOR
from llm.programs.base import Catalogue
from llm.programs.desktop import LlamaCpp, reasons_by_template
from settings import EndpointSettings

# Tokens of a prompt, for endpoints outside a run, which has no prompts to look at.
_USUAL_PROMPT = 4096


class _Embedded(LlamaCpp):
    """The server of this program, whose context the settings say."""

    longer_context = "write a larger context under [Endpoint]"


@dataclass(slots=True)
class EmbeddedModels:
    """Prepares and loads models. Where two do not fit into memory, the first is closed before the second."""

    needs: Needs
    computer: Computer | None = None
    _servers: dict[tuple[str, str], ModelServer] = field(default_factory=dict)
    _loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def model(self, settings: EndpointSettings) -> EmbeddedModel:
        """The model of these settings, fetched if need be, and not loaded; raises UserError."""
        named = _named(settings)
        if named not in self._servers:
            # The user may be asked, and gigabytes fetched: Ctrl-C is heard meanwhile.
            self._servers[named] = await asyncio.to_thread(self._prepare, settings)
        return EmbeddedModel(self, self._servers[named])

    async def load(self, server: ModelServer, on_wait: Callable[[str], None]) -> str:
        """Load a model if it is not loaded; the url of its server. Raises UserError and StageError."""
        server.refuse_ended()
        async with self._loading:
            if not server.is_running:
                await self._make_room(server)
                await server.start(on_wait)
        return server.url

    async def close(self) -> None:
        """End all servers."""
        for server in self._servers.values():
            await server.stop()

    def _prepare(self, settings: EndpointSettings) -> ModelServer:
        here = self.computer or this_computer(settings.embedded)
        if settings.embedded not in ("auto", here.runner.kind):
            here = this_computer(settings.embedded)
        self.computer = here
        room = Room(here.free, here.free_on_cards)
        files = model_files(settings.model, room, self.needs.consent)
        asked = self.needs.demands(files.projector is not None)
        demands = [each for each in asked if _named(each.settings) == _named(settings)]
        demands = demands or [Demand(settings, _USUAL_PROMPT)]
        return ModelServer(here, files, fit(files, demands, room))

    async def _make_room(self, wanted: ModelServer) -> None:
        running = [server for server in self._servers.values() if server.is_running]
        needed = sum(server.fitted.memory for server in [*running, wanted])
        if needed > (wanted.computer.free_on_cards or wanted.computer.free):
            for server in running:
                await server.stop()


def _named(settings: EndpointSettings) -> tuple[str, str]:
    """What settings that share a model have alike."""
    return settings.model, settings.embedded


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """A model of this run."""

    models: EmbeddedModels
    server: ModelServer

    async def url(self, on_wait: Callable[[str], None]) -> str:
        """Where it answers; it is loaded now, if it is not. Raises UserError and StageError."""
        return await self.models.load(self.server, on_wait)

    def refuse_blind(self) -> None:
        """Raise UserError where it cannot see pictures."""
        if self.server.files.projector is None:
            raise UserError(f"the model {self.server.files.name} cannot see pictures: {NO_PROJECTOR}")

    @property
    def catalogue(self) -> Catalogue:
        """What its server will tell of it."""
        reasons = reasons_by_template(self.server.files.header.chat_template)
        about = Model(
            self.server.files.name,
            sees=self.server.files.projector is not None,
            reasons=reasons,
            context=self.server.fitted.context,
        )
        return Catalogue(_Embedded(), (about,), self.server.fitted.slots)

    @property
    def introduction(self) -> str:
        """The place of the model, its name and its context, for the user."""
        place, fitted = self.server.computer.runner.place, self.server.fitted
        return f"{place}, model {self.server.files.name} ({fitted}; it is loaded first)"

    @property
    def faster_with(self) -> str:
        """The command that has a graphics card used which lies idle; "" where there seems to be none."""
        return self.server.computer.faster_with
