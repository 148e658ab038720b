"""What happens during a run, told to whoever listens: `--log FILE` writes it down, without it nobody does."""

from __future__ import annotations

import logging

# Not below the root's other loggers: what is told here is for the file, never for the terminal.
LOGGER = logging.getLogger("events")
FIELDS = "fields"


def happened(event: str, **fields: object) -> None:
    """Tell of an event; `fields` are values that JSON can hold."""
    LOGGER.info(event, extra={FIELDS: fields})
