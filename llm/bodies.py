"""The JSON in the body of an answer, whatever stands around it; a stream of pieces is joined to one document.

Servers and what stands between put comments before the JSON (`: OPENROUTER PROCESSING`), `data: [DONE]`
behind it, or send a stream although none was asked for, as server-sent events or with one JSON text a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from limits import read_json

# A line of server-sent events that is neither data nor JSON: a comment, or the name of an event.
_NO_DATA = re.compile(r"\s*(?:\Z|:|(?:event|id|retry):|\[DONE\]\s*\Z)")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_LAST = "[DONE]"
# A piece for each of 100,000 tokens has two lines.
_MOST_LINES = 300_000


def document_in(body: bytes) -> object:
    """The JSON document in a body; raises ValueError if there is none."""
    try:
        document = read_json(body)
        # The only piece of a stream.
        return _joined([document], is_whole=False) if "delta" in first_choice(document) else document
    except ValueError:
        if body.count(b"\n") + body.count(b"\r") > _MOST_LINES:
            raise
        # Not `splitlines`, which also divides at marks that may stand inside of a text.
        return _document_in_lines(_LINE_BREAK.split(body.decode("utf-8-sig", "replace")))


def _document_in_lines(lines: Sequence[str]) -> object:
    """The document that is left without comments, or that of a stream; raises ValueError."""
    events, others = [], []
    for line in lines:
        if line.startswith("data:"):
            events.append(line.removeprefix("data:").strip())
        elif not _NO_DATA.match(line):
            others.append(line)
    try:
        if others:
            return read_json("\n".join(others))
    except ValueError:
        # Lines that are no part of one text may each be a text of their own.
        events = others
    pieces = [read_json(event) for event in events if event not in ("", _LAST)]
    if not pieces:
        raise ValueError("no JSON")
    return _joined(pieces, is_whole=any(line.rstrip().endswith(_LAST) for line in lines))


def first_choice(document: object) -> dict[str, Any]:
    """The first choice of a completion, or of a piece of one; empty if there is none."""
    choices = document.get("choices") if isinstance(document, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _joined(pieces: Sequence[object], *, is_whole: bool) -> object:
    """One completion of all pieces: their texts joined, and of everything else what came last.

    Without the mark behind the last piece (`is_whole`) or a reason for the end, the answer was cut off.
    """
    whole: dict[str, Any] = {}
    choice: dict[str, Any] = {}
    message: dict[str, Any] = {}
    for piece in pieces:
        if not isinstance(piece, dict):
            continue
        part = first_choice(piece)
        whole |= {key: value for key, value in piece.items() if value is not None}
        choice |= {key: value for key, value in part.items() if value is not None}
        for name in ("message", "delta"):
            _add_to(message, part.get(name))
    if not choice:
        return whole
    if "delta" in choice and not is_whole:
        choice.setdefault("finish_reason", "incomplete")
    return {**whole, "choices": [{**choice, "message": message}]}


def _add_to(message: dict[str, Any], piece: object) -> None:
    """Add the texts and lists of a piece to those that came before it."""
    for key, value in piece.items() if isinstance(piece, dict) else ():
        before = message.get(key)
        if isinstance(value, str) and isinstance(before, str) and key != "role":
            # Lists are joined once at the end, since a text that grows by each piece takes quadratic time.
            message[key] = [before, value]
        elif isinstance(before, list) and isinstance(value, str | list):
            before.extend([value] if isinstance(value, str) else value)
        elif value is not None:
            message[key] = value
