"""--review: the report served on this computer, where corrections are written at once.

The page and the code that applies corrections are those of `--report` and `--apply`. Nothing is served but
to whoever has the address, which holds a token that is made at each start.
"""

from __future__ import annotations

from collections.abc import Callable

from captioning.project import Project
from commands.reviewing.server import serving
from commands.reviewing.session import Session
from errors import ExitCode
from settings import Settings


async def review(settings: Settings, say: Callable[[str], None]) -> ExitCode:
    """Serve the report until the program is interrupted; raises UserError where there is nothing to show."""
    Project(settings).refuse_empty()
    session = Session(settings)
    try:
        async with serving(session) as address:
            say(f"The report is at {address} as long as this runs: open it in a browser. Ctrl-C ends it.")
            await session.caption_wanted_pictures()
    finally:
        if session.is_report_outdated:
            say("Writing what was changed into report.html; Ctrl-C once more leaves that out.")
            Project(settings).write_report()
    return ExitCode.DONE
