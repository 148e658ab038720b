"""From the settings of a stage to the endpoint it asks: found, named, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import SecretStr

from llm.concurrency import Concurrency
from settings import EndpointSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# What a server is asked for that lists no models: most that do so answer for any name.
_UNNAMED_MODEL = "default"


@dataclass(slots=True)
class Connections:
    """The endpoints of one run; stages with the same settings share one, and its slots."""

    # A list, as settings hold dictionaries and have no hash.
    _open: list[tuple[EndpointSettings, Endpoint | None]] = field(default_factory=list)

    async def endpoint(self, settings: EndpointSettings) -> Endpoint | None:
        """The endpoint that these settings mean, or None where captions are to be composed without a model.

        Raises UserError where an embedded model cannot be started.
        """
        for known, endpoint in self._open:
            if known == settings:
                return endpoint
        endpoint = await self._connect(settings)
        self._open.append((settings, endpoint))
        return endpoint

    async def close(self) -> None:
        """Let go of all connections."""
        for _, endpoint in self._open:
            if endpoint is not None:
                await endpoint.close()
        self._open.clear()

    async def _connect(self, settings: EndpointSettings) -> Endpoint | None:
        if settings.url == "builtin":
            return None
        if settings.url == "auto":
            return await self._found(settings)
        if settings.url == "embedded":
            from llm import embedded

            return _endpoint(settings, "llama.cpp", embedded.start(settings.model), settings.model)
        return await self._named(settings)

    async def _found(self, settings: EndpointSettings) -> Endpoint | None:
        from llm import discovery

        # A key belongs to the server that somebody named, not to whatever listens on a usual port.
        without_secrets = settings.model_copy(update={"api_key": SecretStr(""), "headers": {}})
        for server in await discovery.listening():
            endpoint = _endpoint(without_secrets, server.program, server.url, settings.model)
            model = discovery.choose(await endpoint.connection.models())
            if model is None:
                await endpoint.close()
                continue
            if settings.model == "auto":
                endpoint.model = model
            return endpoint
        return None

    async def _named(self, settings: EndpointSettings) -> Endpoint:
        from llm import discovery

        endpoint = _endpoint(settings, "", settings.url, settings.model)
        if settings.model == "auto":
            endpoint.model = discovery.choose(await endpoint.connection.models()) or _UNNAMED_MODEL
        return endpoint


def _endpoint(settings: EndpointSettings, program: str, url: str, model: str) -> Endpoint:
    # The SDK takes half a second to load: only runs that ask a model pay for it.
    from llm.endpoint import Endpoint

    return Endpoint(settings, url, model, Concurrency(settings.concurrency), program=program)
