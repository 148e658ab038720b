"""Texts that arrive in the form of a step before: as the letters of a tokenizer, or as HTML."""

import html
import re

from llm.replies.text import normalize_spacing, remove_invisible

BROKEN = "\ufffd"
"""What a decoder puts in place of bytes that are no text: a tokenizer has cut a character in two."""

# How tokenizers write a space: those that go by bytes, as GPT-2 does, and those of SentencePiece.
_SPACE_OF_BYTES, _SPACE_OF_PIECES = "Ġ", "▁"
_FEWEST_SPACES = 3
# The tokenizers that go by bytes show the bytes that cannot be printed as the letters from U+0100 on.
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = [byte for byte in range(0x100) if byte not in _PRINTABLE]
_BYTES = {chr(byte): byte for byte in _PRINTABLE} | {chr(0x100 + at): byte for at, byte in enumerate(_OTHERS)}

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")


def with_spaces(text: str) -> str:
    """The text with spaces, where a server has left the letters that its tokenizer writes for them."""
    if _is_space(_SPACE_OF_PIECES, text):
        return normalize_spacing(text.replace(_SPACE_OF_PIECES, " "))
    if not _is_space(_SPACE_OF_BYTES, text):
        return text
    parts = (bytes([_BYTES[mark]]) if mark in _BYTES else mark.encode("utf-8", "replace") for mark in text)
    return normalize_spacing(remove_invisible(b"".join(parts).decode("utf-8", "replace")))


def without_entities(text: str) -> str:
    """The text with the characters that HTML entities (`&#39;`, `&amp;`) stand for."""
    if "&" not in text or _ENTITY.search(text) is None:
        return text
    return normalize_spacing(remove_invisible(_ENTITY.sub(lambda entity: html.unescape(entity[0]), text)))


def _is_space(mark: str, text: str) -> bool:
    found = text.count(mark)
    return found >= _FEWEST_SPACES and found > text.count(" ")
