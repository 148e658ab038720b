"""Whether a model can see: shown a plain picture, it must name the colour."""

from __future__ import annotations

import base64
import zlib

from commands.checkup import Finding, ok, warning
from llm.prompts import Message
from llm.usage import Reply

# Seldom what a model says that guesses.
_COLOUR, _COLOUR_NAMES = (255, 140, 0), ("orange", "tangerine", "amber")
_SIDE = 112
_LONGEST_SHOWN = 60


def question() -> Message:
    """What is asked about the picture."""
    picture = base64.b64encode(_plain_picture()).decode("ascii")
    words = "What colour is this picture? Answer with the name of the colour."
    return Message("user", words, f"data:image/png;base64,{picture}")


def judged(stage: str, answer: Reply) -> Finding:
    """Whether the answer names the colour."""
    said = " ".join((answer.text or "").split())
    if any(name in said.lower() for name in _COLOUR_NAMES):
        return ok(f"[{stage}] the model {answer.model} can see")
    shown = said[:_LONGEST_SHOWN] or "nothing"
    return warning(
        f"[{stage}] shown a plain orange picture and asked for its colour, {answer.model} says: {shown}",
        "see whether it is a vision model, and loaded with its projector (mmproj)",
    )


def _plain_picture() -> bytes:
    """A PNG of one colour."""
    rows = (b"\0" + bytes(_COLOUR) * _SIDE) * _SIDE
    side = _SIDE.to_bytes(4, "big")
    chunks = ((b"IHDR", side + side + bytes((8, 2, 0, 0, 0))), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )
