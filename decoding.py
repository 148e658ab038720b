"""Opens files, decodes text, and takes quotation marks off paths.

PowerShell and Notepad write UTF-16 with a byte order mark.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import stat
from pathlib import Path

from errors import UserError

NO_FILE = "it is a pipe or a device, not a file"

# UTF-32 comes first, because its mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STARTS_OF_MARKS = {mark[:1] for mark, _ in _MARKS}
_STRAY_BYTE = re.compile(r"[\udc80-\udcff]+")


def _marked_encoding(data: bytes) -> str | None:
    """The encoding by the byte order mark at the beginning; None if there is no mark."""
    if data[:1] not in _STARTS_OF_MARKS:
        return None
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def decoded(data: bytes) -> str:
    """Decode by the byte order mark, or as UTF-8; line endings become line feeds.

    Raises ValueError if it is no text.
    """
    text = data.decode(_marked_encoding(data) or "utf-8")
    if "\0" in text:
        raise ValueError("zero bytes: this is no text, or UTF-16 without a mark")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded_leniently(data: bytes) -> str:
    """Decode by the byte order mark, or as UTF-8, where bytes that are no UTF-8 are Windows-1252.

    Such a byte is an accent or a quotation mark from an old Windows editor. Where a fifth of all bytes is
    like this, the file has another encoding. Raises UnicodeDecodeError then.
    """
    if encoding := _marked_encoding(data):
        return data.decode(encoding)
    text = data.decode("utf-8", "surrogateescape")
    stray = sum(len(run) for run in _STRAY_BYTE.findall(text))
    if stray * 5 > len(text):
        raise UnicodeDecodeError("cp1252", data, 0, len(data), "most of it is neither UTF-8 nor Windows-1252")
    if not stray:
        return text
    return _STRAY_BYTE.sub(lambda run: run[0].encode("utf-8", "surrogateescape").decode("cp1252"), text)


def open_file(path: Path | str) -> io.BufferedReader:
    """Open a file for reading; raises OSError, without waiting, for what is no file: a pipe, a device."""
    return open(path, "rb", opener=_open_regular)


def read_edited(path: Path, largest: int, named: str, remedy: str) -> bytes:
    """The content of a file that people edit, which messages call `named`.

    Raises FileNotFoundError, and UserError where it cannot be read, or has more than `largest` bytes; then
    `remedy` says what to do.
    """
    try:
        with open_file(path) as file:
            data = file.read(largest + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UserError(
            f"{named} cannot be read ({error.strerror}): check its name and its permissions"
        ) from error
    if len(data) > largest:
        size = f"{largest // 1000:,} kB" if largest < 1_000_000 else f"{largest // 1_000_000:,} MB"
        raise UserError(f"{named} is larger than {size}: {remedy}")
    return data


def text_of_edited(data: bytes, named: str) -> str:
    """The text of such a file; raises UserError where it is none."""
    try:
        return decoded(data)
    except ValueError as error:
        raise UserError(f"{named} is not UTF-8 text: save it as UTF-8 in your editor") from error


def _open_regular(path: str, flags: int) -> int:
    # Opening a pipe would wait forever, and so would reading a device.
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        raise OSError(errno.EINVAL, NO_FILE, path)
    return descriptor


def unquoted(text: str) -> str:
    """A text without the quotation marks around it: Explorer's "Copy as path" puts them there."""
    text = text.strip()
    is_quoted = len(text) > 2 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1].strip() if is_quoted else text
