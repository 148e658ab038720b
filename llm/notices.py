"""What a server does wrong without an error: pictures and parts of prompts that it drops, reasoning, crashes.

TabbyAPI, KoboldCpp and mlx-vlm silently drop a picture that the model cannot see. Their answers read like any
other, so a model is asked for the colour of a plain picture. Ollama and text-generation-webui cut a prompt
that does not fit, from its top. Some servers and models reason though they are asked not to. Some models
crash when several requests come at once.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from errors import ItemError
from llm.answers import Reply
from llm.listings import Model
from llm.programs.base import Program
from llm.prompts import Message, question_in_shape, with_picture
from llm.trouble import CANNOT_SEE, SEE_WITH

_log = logging.getLogger(__name__)
Complete = Callable[[Sequence[Message]], Awaitable[Reply]]
"""Sends a chat request; raises ItemError where it fails."""

_QUESTION = "What colour is this picture? Answer with the name of the colour."
# Models that only guess rarely say orange.
_COLOUR, _COLOUR_NAMES = (255, 140, 0), ("orange", "tangerine", "amber")
_SIDE = 112
_LONGEST_QUOTE = 60
NO_PROJECTOR = f"put its projector *mmproj*.gguf beside it, or {SEE_WITH}"
CHECK_SIGHT = "check that it is a vision model, and that it is loaded with its projector (mmproj)"
# A token of an English prompt has four to five characters. No prompt has more than the second number, so a
# server that counts fewer tokens has not read all of it; the first is enough if the prompt does not fit.
_USUAL, _MOST = 5, 8
REASONING_OFF = "take an instruct model, or turn its reasoning off in the server"


def blind(model: str, url: str) -> str:
    """The message about a model of which its server says that it cannot see."""
    return f"the model {model} at {url} cannot see pictures"


@dataclass(frozen=True, slots=True)
class Look:
    """What a model answered when it was shown a plain picture.

    `sees` is None if that is unclear; where it is not True, `doubt` says why.
    """

    answer: Reply
    sees: bool | None
    doubt: str = ""


async def look(complete: Complete, roles: Sequence[str]) -> Look:
    """Have a model look at a plain picture, in messages of these roles; raises what `complete` raises."""
    question = question_in_shape(roles, _QUESTION)
    answer = await complete(with_picture(question, "image/png", _plain_picture()))
    said = " ".join((answer.text or "").split())
    if any(name in said.lower() for name in _COLOUR_NAMES):
        return Look(answer, True)
    # Every model takes at least one token for a picture.
    with_it, without_it = answer.usage.prompt_tokens, (await complete(question)).usage.prompt_tokens
    if 0 < with_it <= without_it:
        return Look(answer, False, f"the server drops pictures without a word, so {answer.model} sees none")
    quoted = said[:_LONGEST_QUOTE] or "nothing"
    return Look(
        answer, None, f"asked for the colour of a plain orange picture, {answer.model} answers: {quoted}"
    )


def blindness(seen: Look | Exception) -> str:
    """Why a model certainly gets no pictures, by a look or the error of one; "" if it may get them."""
    if isinstance(seen, Look):
        return f"{seen.doubt}: {CHECK_SIGHT}" if seen.sees is False else ""
    # A picture of another size may fare better, unless the server says why not.
    return str(seen) if isinstance(seen, ItemError) and CANNOT_SEE in str(seen) else ""


class Sight:
    """Makes sure, once for each model, that it gets the pictures, before the first one of a run is sent."""

    def __init__(self, *, is_taken_for_granted: bool = False) -> None:
        """With `is_taken_for_granted` the model is not asked, because it cannot be asked now."""
        self._looking = asyncio.Lock()
        self._blindness: str | None = "" if is_taken_for_granted else None

    async def blindness(self, complete: Complete, roles: Sequence[str]) -> str:
        """Why the model certainly gets no pictures, "" if it may get them; warns if it seems not to."""
        async with self._looking:
            if self._blindness is None:
                seen: Look | ItemError
                try:
                    seen = await look(complete, roles)
                except ItemError as error:
                    seen = error
                self._blindness = blindness(seen)
                if isinstance(seen, Look) and seen.sees is None:
                    _log.warning("%s: %s", seen.doubt, CHECK_SIGHT)
        return self._blindness


def _plain_picture() -> bytes:
    """A PNG in one colour."""
    rows = (b"\0" + bytes(_COLOUR) * _SIDE) * _SIDE
    side = _SIDE.to_bytes(4, "big")
    chunks = ((b"IHDR", side + side + bytes((8, 2, 0, 0, 0))), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )


def reasons_all_the_same(model: str) -> str:
    """The message about a model that reasons, although the settings say that it should not."""
    return f"{model} reasons although reasoning = off, which takes many times as long"


class Notices:
    """Gives each warning about one model once."""

    def __init__(self, program: Program, about: Model, *, may_reason: bool) -> None:
        self._program = program
        self._about = about
        self._may_reason = may_reason
        self._told: set[str] = set()

    def crashed(self, model: str, most: int) -> None:
        """Warn that a model crashed, so that `most` requests are sent at once from now on."""
        self._warn(
            "crash",
            f"the model {model} crashed, so fewer requests are sent at once from now on, {most} at most: "
            "lower concurrency, or load a smaller model",
        )

    def look_at(self, messages: Sequence[Message], reply: Reply) -> None:
        """Warn of what is wrong with the answer to a prompt."""
        if reply.reasoned and not self._may_reason:
            self._warn("reasoning", f"{reasons_all_the_same(reply.model)}: {REASONING_OFF}")
        characters, read = sum(len(message.text) for message in messages), reply.usage.prompt_tokens
        is_too_long = self._about.context is not None and self._about.context * _USUAL < characters
        if 0 < read * (_USUAL if is_too_long else _MOST) < characters:
            self._warn(
                "cut",
                f"{self._program.name or 'the server'} read only {read:,} of about "
                f"{characters / _USUAL:,.0f} tokens of a prompt, and left out the rest, often the rules: "
                f"{self._program.longer_context}",
            )

    def _warn(self, about: str, words: str) -> None:
        if about not in self._told:
            self._told.add(about)
            _log.warning("%s", words)
