"""url = embedded: a model that this program runs by itself, with llama.cpp as a process beside it.

Here is what it needs from the run: what the stages ask, and whether it may be downloaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from settings import EndpointSettings


class Consent(Protocol):
    """Asks the user whether something may be fetched; `command` is what to type to allow it beforehand."""

    @property
    def command(self) -> str:
        """What to type."""

    def __call__(self, question: str) -> bool:
        """Whether the user agrees."""


class NoConsent:
    """Allows no download, for commands that change nothing."""

    command = "python caption.py --yes"

    def __call__(self, question: str) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class Demand:
    """What one stage asks of an embedded model: its settings, and the tokens of its longest prompt."""

    settings: EndpointSettings
    prompt: int


@dataclass(frozen=True, slots=True)
class Needs:
    """What the stages of a run ask of embedded models, and who allows a download.

    `demands` tells it for each stage that asks one, where that model sees or where it does not.
    """

    demands: Callable[[bool], Sequence[Demand]]
    consent: Consent = field(default_factory=NoConsent)
