"""--review: the report served on this computer, where corrections are written at once.

The page and the code that applies corrections are those of `--report` and `--apply`. The server answers on
this computer only, and only to whoever has its address, which holds a token that is made at each start. Any
page that a browser shows may ask any server of this computer, and with a name that resolves to 127.0.0.1
even read the answers. So each request must name this server by its number, come from its own page where the
browser says where it comes from, and have the token in its path.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from os import fsdecode
from urllib.parse import unquote_to_bytes

from aiohttp import web

from captioning.project import Project
from commands.corrections import LONGEST_CAPTION
from commands.reviewing.session import PICTURES, Session
from errors import ExitCode, UserError
from settings import Settings

_HOST = "127.0.0.1"
_LARGEST_REQUEST = 64 << 20
# Browsers keep connections open for long.
_SECONDS_TO_END = 0.5
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def review(settings: Settings, say: Callable[[str], None]) -> ExitCode:
    """Serve the report until the program is interrupted; raises UserError where there is nothing to show."""
    Project(settings).refuse_empty()
    session = Session(settings)
    try:
        async with serving(session) as address:
            say(f"The report is at {address} as long as this runs: open it in a browser. Ctrl-C ends it.")
            await session.caption_wanted_pictures()
    finally:
        if session.is_changed and settings.dataset.report:
            say("Writing what was changed into report.html; Ctrl-C once more leaves that out.")
            Project(settings).write_report()
    return ExitCode.DONE


@asynccontextmanager
async def serving(session: Session) -> AsyncIterator[str]:
    """Serve a session on a port that is free; gives the address of its page."""
    listening = socket.create_server((_HOST, 0))
    place = f"{_HOST}:{listening.getsockname()[1]}"
    token = secrets.token_urlsafe(24)
    runner = web.AppRunner(
        _application(session, place, token), access_log=None, shutdown_timeout=_SECONDS_TO_END
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield f"http://{place}/{token}/"
    finally:
        await runner.cleanup()


def _application(session: Session, place: str, token: str) -> web.Application:
    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not _is_from_here(request, place):
            response: web.StreamResponse = web.Response(status=403, text="Open the printed address.\n")
        elif not hmac.compare_digest(_token_in(request.raw_path), token.encode()):
            response = web.Response(status=404, text="There is nothing here.\n")
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = web.Response(status=error.status, text=f"{error.reason}\n")
        response.headers.update(_HEADERS)
        return response

    application = web.Application(middlewares=[guard], client_max_size=_LARGEST_REQUEST)
    routes = _Routes(session)
    application.router.add_get("/{token}/", routes.page)
    application.router.add_get("/{token}/state", routes.state)
    application.router.add_post("/{token}/corrections", routes.corrections)
    application.router.add_post("/{token}/marks", routes.marks)
    application.router.add_get("/{token}/" + PICTURES + "{name:.+}", routes.picture)
    return application


def _is_from_here(request: web.Request, place: str) -> bool:
    """Whether a request names this server as its page does, and comes from no other page."""
    origins = request.headers.getall("Origin", [])
    is_asked_by_number = request.headers.getall("Host", []) == [place]
    if request.method == "POST":
        return is_asked_by_number and origins == [f"http://{place}"]
    site = request.headers.get("Sec-Fetch-Site", "none")
    return is_asked_by_number and origins in ([], [f"http://{place}"]) and site in ("none", "same-origin")


def _token_in(path: str) -> bytes:
    """The first part of a path."""
    return "".join(path.split("/")[1:2]).encode("utf-8", "replace")


class _Routes:
    """The answers to requests that passed the guard."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page itself."""
        try:
            return web.Response(text=await self._session.page(), content_type="text/html")
        except UserError as error:
            return web.Response(status=500, text=f"{error}\n")

    async def state(self, request: web.Request) -> web.StreamResponse:
        """What has changed since the version in the query."""
        since = request.query.get("since", "")
        if not (since.isascii() and since.isdecimal() and len(since) < 10):
            raise web.HTTPBadRequest
        return web.json_response(await self._session.state(int(since)))

    async def corrections(self, request: web.Request) -> web.StreamResponse:
        """Corrections in the form of corrections.json."""
        entries = (await _json_in(request)).get("corrections")
        if not isinstance(entries, list):
            raise web.HTTPBadRequest
        return web.json_response(await self._session.correct(entries))

    async def marks(self, request: web.Request) -> web.StreamResponse:
        """The marks of the tags of a `picture` for a `caption` that somebody is writing."""
        asked = await _json_in(request)
        name, text = asked.get("picture"), asked.get("caption")
        if not isinstance(name, str) or not isinstance(text, str) or len(text) > LONGEST_CAPTION:
            raise web.HTTPBadRequest
        return web.json_response({"marks": await self._session.marks(name, text)})

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """A picture that the page shows."""
        # The path as it was sent: names need not be UTF-8.
        name = fsdecode(unquote_to_bytes(request.raw_path.split("/", 3)[3]))
        path = self._session.pictures.get(name)
        if path is None or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path)


async def _json_in(request: web.Request) -> dict[str, object]:
    """The JSON object of a request; raises HTTPBadRequest where it has none."""
    try:
        found = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    if request.content_type != "application/json" or not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found
