"""Which server and model a stage asks: those of its settings, what runs on this computer, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import SecretStr

from errors import UserError
from llm.choosing import Choice, best, has_model, named
from llm.concurrency import Concurrency
from llm.embedded import Needs
from llm.finding import Server, server_at, servers_here, without_key
from llm.notices import Sight
from settings import EndpointSettings, Settings

if TYPE_CHECKING:
    from llm.embedded.loading import EmbeddedModels
    from llm.endpoint import Endpoint

# Endpoints outside a run have no prompts from which the demands could be known.
_NEEDS = Needs(lambda sees: ())


@dataclass(slots=True)
class Endpoints:
    """The endpoints of one run. Stages with the same settings share one, and its limit of concurrency.

    `with_pictures` are the settings of the stages that send pictures: the others use the same model where
    they can, as most people can hold only one in memory. `needs` is what url = embedded has to know, and
    `from_files` opens an endpoint with url = batch.
    """

    with_pictures: Sequence[EndpointSettings] = ()
    needs: Needs = _NEEDS
    from_files: Callable[[EndpointSettings], Endpoint] | None = None
    _embedded: EmbeddedModels | None = None
    _absence: str = ""
    # Lists, as settings contain dictionaries and have no hash.
    _open: list[tuple[EndpointSettings, bool, Endpoint | None]] = field(default_factory=list)
    # By url and model.
    _sights: dict[tuple[str, str], Sight] = field(default_factory=dict)
    # By url, key and headers.
    _known: dict[tuple[str, str, str], list[Server]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        settings: Settings,
        needs: Needs,
        from_files: Callable[[EndpointSettings], Endpoint] | None = None,
    ) -> Endpoints:
        """The endpoints for the stages of a run."""
        stages = settings.interrogator, settings.interpreter
        seeing = [stage.endpoint for stage in stages if stage.must_see and not stage.skip]
        return cls(seeing, needs, from_files)

    async def endpoint(self, settings: EndpointSettings, *, must_see: bool = False) -> Endpoint | None:
        """The endpoint for these settings, or None if captions are to be composed without a model.

        With `must_see` a model is chosen that sees pictures. Raises UserError if there is no model to ask
        where a server is, or an embedded model cannot be started.
        """
        for known, saw, endpoint in self._open:
            if known == settings and saw == must_see:
                return endpoint
        endpoint = await self._connect(settings, must_see)
        self._open.append((settings, must_see, endpoint))
        return endpoint

    def absence(self, settings: EndpointSettings) -> str:
        """Why there is no endpoint for these settings, and what to do; "" if they want none."""
        return "" if settings.url == "builtin" else self._absence

    async def close(self) -> None:
        """Close all connections, and end the servers of embedded models."""
        for _, _, endpoint in self._open:
            if endpoint is not None:
                await endpoint.close()
        self._open.clear()
        if self._embedded is not None:
            await self._embedded.close()

    async def _connect(self, settings: EndpointSettings, must_see: bool) -> Endpoint | None:
        if settings.url == "batch":
            return self._open_files(settings)
        if settings.url == "embedded":
            return await self._embed(settings, must_see)
        if len(settings.urls) > 1:
            raise UserError(
                "url names several servers, and only a run over shards with [Cluster] ray uses several: "
                "name one"
            )
        choice = None if settings.url == "builtin" else await self._choice(settings, must_see)
        if choice is None:
            return None
        place = choice.server.url, choice.model.name
        for known, _, endpoint in self._open:
            if known == settings and endpoint and (endpoint.url, endpoint.model) == place:
                return endpoint
        # aiohttp takes some tenths of a second to load, so only runs that ask a model load it.
        from llm.endpoint import Endpoint

        return Endpoint(
            without_key(settings) if settings.url == "auto" else settings,
            choice.server.url,
            choice.model.name,
            Concurrency(settings.concurrency),
            catalogue=choice.server.catalogue,
            about=choice.model,
            introduction=choice.introduction,
            sight=self._sights.setdefault(place, Sight()),
        )

    def _open_files(self, settings: EndpointSettings) -> Endpoint:
        if self.from_files is None:
            raise UserError("url = batch gives no answers at once: write the address of a server as url")
        # Stages may differ in what they see and be asked in the same files.
        same = (endpoint for known, _, endpoint in self._open if known == settings and endpoint is not None)
        return next(same, None) or self.from_files(settings)

    async def _embed(self, settings: EndpointSettings, must_see: bool) -> Endpoint:
        """An embedded model, which is loaded by the first request."""
        from llm.embedded.loading import EmbeddedModels

        if self._embedded is None:
            self._embedded = EmbeddedModels(self.needs)
        model = await self._embedded.model(settings)
        about = model.catalogue.models[0]
        if must_see:
            model.refuse_blind()
        # aiohttp takes some tenths of a second to load, so what is wrong with a model is told before.
        from llm.endpoint import Endpoint

        return Endpoint(
            settings.model_copy(update={"api_key": SecretStr(model.server.key), "headers": {}}),
            model.server.url,
            about.name,
            Concurrency(settings.concurrency),
            catalogue=model.catalogue,
            about=about,
            introduction=model.introduction,
            host=model,
            sight=self._sights.setdefault(("embedded", str(model.server.files.header.path)), Sight()),
        )

    async def _choice(self, settings: EndpointSettings, must_see: bool) -> Choice | None:
        servers = await self._servers(settings)
        empty = "; ".join(
            f"{server.place} has no model that can chat: {server.catalogue.program.get_a_model}"
            for server in servers
            if not has_model(server)
        )
        if settings.url == "auto":
            self._absence = empty or "no model server answers on this computer"
            servers = [server for server in servers if has_model(server)]
        if settings.model != "auto":
            return named(servers, settings.model) if servers else None
        seeing = next((each.model for each in self.with_pictures if each.url == settings.url), None)
        choice = best(servers, must_see=must_see, others_see=seeing)
        if choice is None and settings.url != "auto":
            raise UserError(empty)
        return choice

    async def _servers(self, settings: EndpointSettings) -> list[Server]:
        """The server at the url of the settings; it is looked for once a run for each url and key."""
        key = settings.url, settings.api_key.get_secret_value(), str(settings.headers)
        if key not in self._known:
            is_auto = settings.url == "auto"
            found = await servers_here(settings) if is_auto else [await server_at(settings.url, settings)]
            self._known[key] = found
        return self._known[key]
