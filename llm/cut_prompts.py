"""Telling that a server read only a part of a prompt: some cut what does not fit, and answer all the same.

Ollama and text-generation-webui do so, and leave out what comes first.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from llm.listings import Model
from llm.program import Program
from llm.prompts import Message

_log = logging.getLogger(__name__)

# A token of an English prompt has four to five characters. No prompt has more than the second number, so a
# server that counts fewer tokens has not read all of it.
_USUAL, _MOST = 5, 8


class CutPrompts:
    """Warns once for each endpoint."""

    def __init__(self) -> None:
        self._is_told = False

    def notice(self, program: Program, about: Model, messages: Sequence[Message], read: int) -> None:
        """Compare a prompt with the tokens of it that the server says it `read`, 0 if it does not say."""
        characters = sum(len(message.text) for message in messages)
        is_cut = read * _MOST < characters
        # Such a prompt does not fit, though the server has answered.
        is_too_long = about.context is not None and about.context * _USUAL < characters
        if self._is_told or not read or not (is_cut or is_too_long):
            return
        self._is_told = True
        _log.warning(
            "%s read only %s of about %s tokens of a prompt, and left out the rest, often the rules: %s",
            program.name or "the server",
            f"{read:,}",
            f"{characters / _USUAL:,.0f}",
            program.longer_context,
        )
