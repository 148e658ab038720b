"""What an embedded model needs from the run: the longest prompt, and whether it may be downloaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


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
class Needs:
    """How long prompts get, and who allows a download.

    `longest_prompt` tells the tokens of the longest prompt of the run, for a model that sees or one that does
    not.
    """

    longest_prompt: Callable[[bool], int]
    consent: Consent = field(default_factory=NoConsent)
