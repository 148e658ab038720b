"""Settings that a config.ini may still hold: what became of each, and what to write now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Former:
    """A setting that was removed or renamed, or that only another program has.

    `sentence` follows the name of the setting and says what became of it and what to do. `harmless` is for
    settings that a run can go on without: then the user is only warned.
    """

    sentence: str
    harmless: bool = False


FORMER_SETTINGS: Mapping[tuple[str, str], Former] = {
    ("Endpoint", "overlap"): Former(
        "was removed, because the stages run one after another: leave it out", harmless=True
    ),
}
"""By section and key, what a config.ini may still hold; keys of [Endpoint] also count in the stages."""
