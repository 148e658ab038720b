"""The commands of `caption.py` other than a run: check, dry run, compare, corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settings import EndpointSettings


def without_retries(settings: EndpointSettings) -> EndpointSettings:
    """The same endpoint, asked once: a command that only looks does not wait for a server."""
    return settings.model_copy(update={"retries": 0, "wait_for_server": 0.0})
