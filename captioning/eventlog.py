"""--log FILE: everything that happens in a run, one JSON line for each event, without secrets."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic
from typing import Any

import config
from dataset.json_lines import JsonLines
from errors import ExitCode, StageError, UserError
from events import FIELDS, LOGGER, happened
from llm.trouble import HIDDEN, secrets_in, without_secrets
from settings import Section, Settings


class EventLog(logging.Handler):
    """Writes events and log messages to a file of JSON lines."""

    def __init__(self, path: Path, secrets: Sequence[str]) -> None:
        """Raises UserError where there is another file already."""
        super().__init__()
        self._lines = JsonLines(path)
        # Lines are added to what is there, so that must be a log.
        if not self._lines.begins_with("event"):
            raise UserError(f"{path} is there already and is no log: give --log another name")
        self._secrets = secrets

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; raises UserError when the disk does not take it."""
        fields = getattr(record, FIELDS, None)
        if fields is None:
            fields = {"level": record.levelname.lower(), "of": record.name, "message": record.getMessage()}
            event = "message"
        else:
            event = record.getMessage()
        time = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        self._lines.append({"time": time, "event": event, **_masked(fields, self._secrets)})

    def close(self) -> None:
        """Close the file."""
        self._lines.close()
        super().close()


async def logged(
    path: Path | None, settings: Sequence[Settings], run: Callable[[], Awaitable[ExitCode]]
) -> ExitCode:
    """Log a run into the file at `path`, from its start to its end; without a path only run.

    `settings` are those of the run; for a comparison, those of both configurations.
    """
    if path is None:
        return await run()
    code, started = ExitCode.DONE, monotonic()
    log = EventLog(path, _secrets_of(settings))
    root = logging.getLogger()
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    for logger in (LOGGER, root):
        logger.addHandler(log)
    sections = [{name: _shown(getattr(each, name)) for name in type(each).model_fields} for each in settings]
    shown = dict(zip(("settings", "compared_with"), sections, strict=False))
    try:
        happened("start", version=config.VERSION, python=sys.version.partition(" ")[0], **shown)
        code = await run()
        return code
    except (UserError, StageError) as error:
        code = ExitCode.USER_MUST_ACT
        happened("error", message=str(error))
        raise
    except asyncio.CancelledError:
        code = ExitCode.INTERRUPTED
        raise
    finally:
        happened("end", exit_code=code, seconds=round(monotonic() - started, 3))
        for logger in (LOGGER, root):
            logger.removeHandler(log)
        log.close()


def _shown(section: Section) -> dict[str, Any]:
    """The settings of a section; those that may hold a secret are masked."""
    shown = section.model_dump(exclude={"endpoint"}, warnings=False)
    for key, value in shown.items():
        if (value and key in config.MAY_HOLD_SECRETS) or (isinstance(value, str) and "@" in value):
            shown[key] = HIDDEN
    endpoint = getattr(section, "endpoint", None)
    return {**shown, "endpoint": _shown(endpoint)} if endpoint is not None else shown


def _secrets_of(settings: Sequence[Settings]) -> list[str]:
    """Keys and headers, which a server may repeat in its answers; the longest first."""
    found: set[str] = set()
    for each in settings:
        for stage in each.stages.values():
            found |= set(secrets_in(stage.endpoint))
        found |= {each.tag_provider.wiki_api_key.get_secret_value()} - {""}
    return sorted(found, key=len, reverse=True)


def _masked(value: Any, secrets: Sequence[str]) -> Any:  # noqa: ANN401 - any value of JSON
    """A value that JSON can hold, in which every secret is masked."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(each, secrets) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(each, secrets) for each in value]
    return without_secrets(str(value), secrets)
