"""Decodes text files; PowerShell and Notepad write UTF-16 with a byte order mark."""

from __future__ import annotations

import codecs

# UTF-32 comes first, because its mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning tells; None if there is no mark."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def decoded(data: bytes) -> str:
    """Decode by the byte order mark, or as UTF-8; line endings become line feeds.

    Raises ValueError if it is no text.
    """
    text = data.decode(marked_encoding(data) or "utf-8")
    if "\0" in text:
        raise ValueError("zero bytes: this is no text, or UTF-16 without a mark")
    return text.replace("\r\n", "\n").replace("\r", "\n")
