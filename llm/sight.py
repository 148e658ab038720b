"""Whether a model gets the pictures that are sent to it: it is asked for the colour of a plain one.

TabbyAPI, KoboldCpp and mlx-vlm answer with status 200 where a model cannot see, and silently drop the picture
a word. Such an answer reads like any other, so it takes a picture whose content is known.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from errors import ItemError
from llm.answers import Reply
from llm.error_words import CANNOT_SEE, SEE_WITH
from llm.prompts import Message, question_in_shape, with_picture

_log = logging.getLogger(__name__)
Complete = Callable[[Sequence[Message]], Awaitable[Reply]]
"""Sends a chat request; raises ItemError where it fails."""

_QUESTION = "What colour is this picture? Answer with the name of the colour."
# Models that only guess rarely say orange.
_COLOUR, _COLOUR_NAMES = (255, 140, 0), ("orange", "tangerine", "amber")
_SIDE = 112
_LONGEST_QUOTE = 60
NO_PROJECTOR = f"put its projector *mmproj*.gguf beside it, or {SEE_WITH}"
_CHECK = "check that it is a vision model, and that it is loaded with its projector (mmproj)"


def blind(model: str, url: str) -> str:
    """The message about a model of which its server says that it cannot see."""
    return f"the model {model} at {url} cannot see pictures"


@dataclass(frozen=True, slots=True)
class Look:
    """What a model answered when it was shown a plain picture.

    `sees` is None if that is unclear; where it is not True, `doubt` says why, and `remedy` what to do.
    """

    answer: Reply
    sees: bool | None
    doubt: str = ""
    remedy: str = _CHECK


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
        return f"{seen.doubt}: {seen.remedy}" if seen.sees is False else ""
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
                    _log.warning("%s: %s", seen.doubt, seen.remedy)
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
