"""--log FILE: all that happens in a run, one JSON line an event, and never a secret."""

from __future__ import annotations

import asyncio
import logging
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    """Writes events, and what is logged beside them, to a file of JSON lines."""

    def __init__(self, path: Path, secrets: Sequence[str]) -> None:
        super().__init__()
        self._lines = JsonLines(path)
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
        self._lines.add({"time": time, "event": event, **_masked(fields, self._secrets)})

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()
        super().close()


class Ending:
    """The exit code of a run, for the last line of its log."""

    code = ExitCode.DONE


@contextmanager
def kept(path: Path | None, *settings: Settings) -> Iterator[Ending]:
    """Keep the log of a run in the file at `path`, from its start to its end; none where there is no path.

    `settings` are those of the run, and after them those that it is compared with.
    """
    ending, started = Ending(), monotonic()
    if path is None:
        yield ending
        return
    log = EventLog(path, _secrets_of(settings))
    root = logging.getLogger()
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False
    for logger in (LOGGER, root):
        logger.addHandler(log)
    try:
        happened("start", version=config.VERSION, python=platform.python_version(), **_told(settings))
        yield ending
    except (UserError, StageError) as error:
        ending.code = ExitCode.USER_MUST_ACT
        happened("error", message=str(error))
        raise
    except asyncio.CancelledError:
        ending.code = ExitCode.INTERRUPTED
        raise
    finally:
        happened("end", exit_code=ending.code, seconds=round(monotonic() - started, 3))
        for logger in (LOGGER, root):
            logger.removeHandler(log)
        log.close()


def _told(settings: Sequence[Settings]) -> dict[str, object]:
    return dict(zip(("settings", "compared_with"), map(_without_secrets, settings), strict=False))


def _without_secrets(settings: Settings) -> dict[str, Any]:
    """The settings by section, without those in which a secret may stand."""
    return {name: _shown(getattr(settings, name)) for name in type(settings).model_fields}


def _shown(section: Section) -> dict[str, Any]:
    shown = section.model_dump(exclude={"endpoint"}, warnings=False)
    for key in config.MAY_HOLD_SECRETS & shown.keys():
        shown[key] = HIDDEN if shown[key] else shown[key]
    for key, value in shown.items():
        if isinstance(value, str) and "@" in value:
            shown[key] = HIDDEN
    endpoint = getattr(section, "endpoint", None)
    return {**shown, "endpoint": _shown(endpoint)} if endpoint is not None else shown


def _secrets_of(settings: Sequence[Settings]) -> list[str]:
    """Keys and headers, the longest first: a server may send back what it was sent."""
    found: set[str] = set()
    for each in settings:
        for stage in (each.tag_provider, each.interrogator, each.interpreter):
            found |= set(secrets_in(stage.endpoint))
        found |= {each.tag_provider.wiki_api_key.get_secret_value()} - {""}
    return sorted(found, key=len, reverse=True)


def _masked(value: Any, secrets: Sequence[str]) -> Any:  # noqa: ANN401 - any value of JSON
    """A value as JSON can hold it, with every secret in it blotted out."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(each, secrets) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(each, secrets) for each in value]
    return without_secrets(str(value), secrets)
