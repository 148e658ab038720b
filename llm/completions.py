"""The answer to a chat request in all the shapes that servers give it, and the Reply that it becomes.

Servers differ, so whatever the program can do without may be missing or of another kind: a caption is not
refused because its token counts make no sense. Servers and what stands between put comments before the JSON
(`: OPENROUTER PROCESSING`), `data: [DONE]` behind it, or send a stream although none was asked for, as
server-sent events or with one JSON text a line: then its pieces are joined to one document.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from limits import read_json
from llm.answers import REFUSED_BY_SERVER, Reply, Usage
from llm.listings import at, rows
from llm.listings import text as text_at
from llm.server_errors import ServerError, error_in

# The types of parts of an answer that are thoughts, and the fields that hold all thoughts.
_THOUGHTS = ("thinking", "reasoning", "thought", "redacted_thinking")
_KEYS_OF_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
_KEYS_OF_TEXT = ("text", "content", "value")
_MOST_NESTED = 4
# Models that are told not to think may still set the marks of it, with nothing between them.
_THINKS = re.compile(r"\s*<think(?:ing)?>\s*[^\s<]")
_ENDS_SENTENCE = re.compile(r"[.!?]\Z")
# Where the tokens of the prompt, of what of it was in a cache, of the answer and of its thoughts are counted.
_COUNTS = (
    ("prompt_tokens",),
    ("prompt_tokens_details", "cached_tokens"),
    ("completion_tokens",),
    ("completion_tokens_details", "reasoning_tokens"),
)
# No real count of tokens is higher, and sums over millions of answers stay readable.
_MAX_COUNT = 100_000_000


def read_completion(body: str) -> Reply | ServerError | None:
    """The completion in a body, or the error; None if it is neither.

    Thoughts without an answer become the text, between marks as a model without a server for them sets.
    """
    try:
        document = _document_in(body)
    except ValueError:
        return None
    choice = _first_choice(document)
    is_flat_error = at(document, "detail") or at(document, "object") == "error"
    if _is_error(document) or (not choice and is_flat_error):
        return error_in(document, body)
    if choice.get("error"):
        return error_in({"error": choice["error"]}, body)
    message, ending = choice.get("message"), choice.get("finish_reason")
    if not isinstance(document, dict) or not (isinstance(message, dict) or isinstance(ending, str)):
        return None
    message = message if isinstance(message, dict) else {}
    text = _text_in(message.get("content"))
    thoughts = next(filter(None, (_text_in(message.get(key)) for key in _KEYS_OF_THOUGHTS)), "")
    reasoned = bool(thoughts.strip() or _THINKS.match(text or ""))
    if not (text and text.strip()):
        if refusal := _text_in(message.get("refusal")):
            text, ending = refusal, REFUSED_BY_SERVER
        elif thoughts:
            text = f"<think>{thoughts}</think>"
    told = document.get("usage")
    prompt, cached, written, reasoning = (_count(at(told, *path)) for path in _COUNTS)
    return Reply(
        text,
        ending if isinstance(ending, str) else None,
        text_at(document, "model"),
        Usage(1, prompt, cached, written),
        first_token=_first_token(choice),
        reasoned=reasoned or reasoning > 0,
    )


def _count(value: object) -> int:
    """A number of tokens, whatever the server sends: 0 for what is no number, and never out of range."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or math.isnan(value):
        return 0
    return int(max(0, min(value, _MAX_COUNT)))


def _first_token(choice: dict[str, Any]) -> dict[str, float]:
    """The texts that an answer could have begun with, and their probabilities by the logarithms of these."""
    found: dict[str, float] = {}
    for each in rows(choice, "logprobs", "content", 0, "top_logprobs"):
        token, logarithm = text_at(each, "token"), at(each, "logprob")
        if isinstance(logarithm, int | float) and not isinstance(logarithm, bool) and logarithm <= 0:
            found[token] = found.get(token, 0.0) + math.exp(logarithm)
    return found


def _is_error(document: object) -> bool:
    """Whether a document has an error, also as the first of a list, as Gemini writes it."""
    if isinstance(document, list):
        return bool(document) and _is_error(document[0])
    error = document.get("error") if isinstance(document, dict) else None
    return any(error.values()) if isinstance(error, dict) else bool(error)


def _text_in(content: object, depth: int = 0) -> str | None:
    """The text of a content, which may be in parts; thoughts are left out, and None if there is no text."""
    if isinstance(content, str) or depth > _MOST_NESTED:
        return content if isinstance(content, str) else None
    if isinstance(content, list):
        texts = [text for part in content if (text := _text_in(part, depth + 1))]
        return _joined(texts) if texts else None
    if not isinstance(content, dict) or content.get("type") in _THOUGHTS:
        return None
    found = (_text_in(content.get(key), depth + 1) for key in _KEYS_OF_TEXT)
    return next(filter(None, found), None)


def _joined(texts: list[str]) -> str:
    """Texts in their order, with a space where one sentence would run into the next."""
    joined = texts[:1]
    for before, text in pairwise(texts):
        joined += [" ", text] if _ENDS_SENTENCE.search(before) and text[:1].isupper() else [text]
    return "".join(joined)


# The JSON in a body

# A line of server-sent events that is neither data nor JSON: a comment, or the name of an event.
_NO_DATA = re.compile(r"\s*(?:\Z|:|(?:event|id|retry):|\[DONE\]\s*\Z)")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_LAST = "[DONE]"
# A piece for each of 100,000 tokens has two lines.
_MOST_LINES = 300_000


def _document_in(body: str) -> object:
    """The JSON document in a body; raises ValueError if there is none."""
    try:
        document = read_json(body)
        # The only piece of a stream.
        return _joined_pieces([document], is_whole=False) if "delta" in _first_choice(document) else document
    except ValueError:
        if body.count("\n") + body.count("\r") > _MOST_LINES:
            raise
        # Not `splitlines`, which also divides at marks that may stand inside of a text.
        return _document_in_lines(_LINE_BREAK.split(body))


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
    return _joined_pieces(pieces, is_whole=any(line.rstrip().endswith(_LAST) for line in lines))


def _first_choice(document: object) -> dict[str, Any]:
    """The first choice of a completion, or of a piece of one; empty if there is none."""
    choices = document.get("choices") if isinstance(document, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _joined_pieces(pieces: Sequence[object], *, is_whole: bool) -> object:
    """One completion of all pieces: their texts joined, and of everything else what came last.

    Without the mark behind the last piece (`is_whole`) or a reason for the end, the answer was cut off.
    """
    whole: dict[str, Any] = {}
    choice: dict[str, Any] = {}
    message: dict[str, Any] = {}
    for piece in pieces:
        if not isinstance(piece, dict):
            continue
        part = _first_choice(piece)
        whole |= {key: value for key, value in piece.items() if value is not None}
        choice |= {key: value for key, value in part.items() if value is not None}
        for name in ("message", "delta"):
            _add_to(message, part.get(name))
    if not choice:
        return whole
    if "delta" in choice and not is_whole:
        choice.setdefault("finish_reason", "incomplete")
    if "delta" in choice:
        message = {key: _as_one_text(value) for key, value in message.items()}
    return {**whole, "choices": [{**choice, "message": message}]}


def _add_to(message: dict[str, Any], piece: object) -> None:
    """Add the texts and lists of a piece to those that came before it."""
    for key, value in piece.items() if isinstance(piece, dict) else ():
        before = message.get(key)
        if isinstance(before, list) and isinstance(value, str | list):
            before.extend([value] if isinstance(value, str) else value)
        elif isinstance(value, str):
            # Joined once at the end, since a text that grows by each piece takes quadratic time.
            message[key] = [value]
        elif value is not None:
            message[key] = value


def _as_one_text(value: object) -> object:
    """Pieces of a text joined as they are: unlike parts of an answer, they bring their own spaces."""
    is_text = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return "".join(value) if is_text else value  # type: ignore[arg-type]
