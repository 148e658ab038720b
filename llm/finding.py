"""Finding servers: those on this computer, or the one at an address that may be written a little wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from addresses import is_here
from llm.listings import at, rows
from llm.programs import PROGRAMS, recognised
from llm.programs.base import Catalogue
from settings import EndpointSettings

# The ports that the usual programs listen on; for `url = auto` only these are tried, on this computer alone.
LOCAL_PORTS = tuple(dict.fromkeys(port for program in PROGRAMS for port in program.ports))
_CONNECT_TIMEOUT = 1.0
# Seconds before a server that is busy is asked for its models once more.
_PAUSE, _LONGEST_PAUSE = 1.0, 10.0
# Routes that people copy together with the address of a server.
_ROUTE = re.compile(r"/(?:chat/completions|completions|models|responses|chat|generate)/*$")
# Statuses that show that the address is right and a key is missing.
_KEY_WANTED = (401, 403)


@dataclass(frozen=True, slots=True)
class Server:
    """A server, where it answers, and its models; `lists` is whether it has a list of them.

    `written` is the address in config.ini, if that is not the one where it answers.
    """

    url: str
    catalogue: Catalogue
    lists: bool
    written: str = ""

    @property
    def place(self) -> str:
        """The server as messages name it."""
        name = self.catalogue.program.name
        place = f"{name} at {self.url}" if name else self.url
        return f"{place} (config.ini says {self.written})" if self.written else place


async def server_at(written: str, settings: EndpointSettings) -> Server:
    """The server at an address; where that lists no models, the address that is meant."""
    tried: list[Server] = []
    for url in _addresses(written):
        server, is_sure = await _look(url, settings, written if url != written else "")
        if server.lists:
            return server
        tried.append(server)
        if is_sure:
            break
    # The route of a request is no address, whatever answers there.
    return tried[0]


async def servers_here(settings: EndpointSettings) -> list[Server]:
    """The servers on this computer that have a list of models, even an empty one, in the order of ports."""
    answers = await asyncio.gather(*map(_accepts_connections, LOCAL_PORTS))
    urls = [
        f"http://127.0.0.1:{port}/v1" for port, answer in zip(LOCAL_PORTS, answers, strict=True) if answer
    ]
    found = await asyncio.gather(*(_look(url, without_key(settings)) for url in urls))
    return [server for server, _ in found if server.lists]


def without_key(settings: EndpointSettings) -> EndpointSettings:
    """The settings for a server on a usual port: without the key, which is meant for another server."""
    return settings.model_copy(update={"api_key": SecretStr(""), "headers": {}})


def _addresses(written: str) -> Iterator[str]:
    """The address without the route of a request, and other addresses that could be meant."""
    url = _ROUTE.sub("", written)
    parts = urlsplit(url)
    meant = (url, url if url.endswith("/v1") else f"{url}/v1", f"{parts.scheme}://{parts.netloc}/v1")
    yield from dict.fromkeys(meant)


async def _look(url: str, settings: EndpointSettings, written: str = "") -> tuple[Server, bool]:
    """What is at an address, and whether no other address is worth a try."""
    # aiohttp takes some tenths of a second to load, so only runs that ask a model load it.
    from llm.client import Client

    client = Client(url, settings)
    try:
        answer = await client.reach("models")
        if answer.busy:
            # It may be loading its model.
            await asyncio.sleep(min(answer.busy.retry_after or _PAUSE, _LONGEST_PAUSE))
            answer = await client.reach("models")
        listed = rows(answer.json, "data") or rows(answer.json)
        program = recognised(listed, answer.headers, urlsplit(url).port, is_here=is_here(url))
        lists = bool(listed) or isinstance(at(answer.json, "data"), list)
        # The list of mlx-lm is an empty answer until something was downloaded.
        lists = lists or (answer.status == 200 and program.has_listed(listed, answer.headers))
        catalogue = await program.catalogue(client.look_up, listed) if lists else Catalogue(program)
        return Server(url, catalogue, lists, written), answer.status in (None, *_KEY_WANTED)
    finally:
        await client.close()


async def _accepts_connections(port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), _CONNECT_TIMEOUT)
    except (OSError, asyncio.TimeoutError):
        return False
    writer.close()
    return True
