"""The bytes of a text file ─▶ text, whoever wrote it: PowerShell and Notepad write UTF-16 with a mark."""

from __future__ import annotations

import codecs

# Of UTF-32 first, for its mark begins as that of UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def marked_encoding(data: bytes) -> str | None:
    """The encoding that the byte order mark at the beginning tells, None where there is no mark."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def decoded(data: bytes) -> str:
    """The text in the encoding that its mark tells, else in UTF-8; every line ends with a line feed.

    Raises ValueError where it is no text.
    """
    text = data.decode(marked_encoding(data) or "utf-8")
    if "\0" in text:
        raise ValueError("a text holds no zero bytes; UTF-16 without a mark does")
    return text.replace("\r\n", "\n").replace("\r", "\n")
