"""Warnings about a server that does not do what it was asked, which cannot be seen in the captions.

Ollama and text-generation-webui cut a prompt that does not fit, from its top, and answer all the same. Some
servers and models reason though they are asked not to. Some models crash when several requests come at once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from llm.answers import Reply
from llm.listings import Model
from llm.programs.base import Program
from llm.prompts import Message

_log = logging.getLogger(__name__)

# A token of an English prompt has four to five characters. No prompt has more than the second number, so a
# server that counts fewer tokens has not read all of it; the first is enough if the prompt does not fit.
_USUAL, _MOST = 5, 8
REASONING_OFF = "take an instruct model, or turn its reasoning off in the server"


def reasons_all_the_same(model: str) -> str:
    """The message about a model that reasons, although the settings say that it should not."""
    return f"{model} reasons although reasoning = off, which takes many times as long"


class Notices:
    """Gives each warning about one model once."""

    def __init__(self, program: Program, about: Model, *, may_reason: bool) -> None:
        self._program = program
        self._about = about
        self._may_reason = may_reason
        self._is_cut_told = self._is_crash_told = False

    def crashed(self, model: str, most: int) -> None:
        """Warn that a model crashed, so that `most` requests are sent at once from now on."""
        if not self._is_crash_told:
            self._is_crash_told = True
            _log.warning(
                "the model %s crashed, so fewer requests are sent at once from now on, %d at most: "
                "lower concurrency, or load a smaller model",
                model,
                most,
            )

    def look_at(self, messages: Sequence[Message], reply: Reply) -> None:
        """Warn of what is wrong with the answer to a prompt, unless that was done before."""
        if reply.reasoned and not self._may_reason:
            self._may_reason = True
            _log.warning("%s: %s", reasons_all_the_same(reply.model), REASONING_OFF)
        characters, read = sum(len(message.text) for message in messages), reply.usage.prompt_tokens
        is_too_long = self._about.context is not None and self._about.context * _USUAL < characters
        is_cut = 0 < read * (_USUAL if is_too_long else _MOST) < characters
        if is_cut and not self._is_cut_told:
            self._is_cut_told = True
            _log.warning(
                "%s read only %s of about %s tokens of a prompt, and left out the rest, often the rules: %s",
                self._program.name or "the server",
                f"{read:,}",
                f"{characters / _USUAL:,.0f}",
                self._program.longer_context,
            )
