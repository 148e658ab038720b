"""Events of a run, for the file of `--log FILE`; without that option they go nowhere."""

from __future__ import annotations

import logging

# Events go to the file only: with --log, captioning/eventlog.py stops them from reaching the terminal.
LOGGER = logging.getLogger("events")
FIELDS = "fields"


def happened(event: str, **fields: object) -> None:
    """Log an event; `fields` must be values that JSON can hold."""
    LOGGER.info(event, extra={FIELDS: fields})
