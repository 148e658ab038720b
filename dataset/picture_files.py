"""A picture file as bytes: whether it can be read, and which format it has, whatever its name says."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dataset.memory import MEMORY_BUDGET
from errors import ItemError

# Each row: where the signature stands, the signature, the format.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WebP"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftypmif1", "AVIF"),
)
_SIGNATURE_LENGTH = 12


def checked_size(path: Path) -> int:
    """Tell how many bytes a picture file has, so that it can be read.

    Raises ItemError for what is no file, for an empty one and for one that would take too much memory.
    """
    with _reading(path):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
        message = f"{path.name} is a folder or a device, not a file: move or rename it"
        raise ItemError("not a picture", message)
    if status.st_size == 0:
        message = f"{path.name} is empty: fetch the picture again or delete the file"
        raise ItemError("empty picture file", message)
    if status.st_size > MEMORY_BUDGET:
        raise too_large(path, f"{status.st_size / 1e6:.0f} MB")
    return status.st_size


def read_whole(path: Path) -> bytes:
    """Read a picture file; raises ItemError as `checked_size` does."""
    checked_size(path)
    with _reading(path):
        return path.read_bytes()


def sniff_file(path: Path) -> str:
    """Tell the format of a picture file by its first bytes alone."""
    with _reading(path), path.open("rb") as file:
        return sniff(path, file.read(_SIGNATURE_LENGTH))


def sniff(path: Path, start: bytes) -> str:
    """Tell the format of a picture file by the bytes that it starts with; raises ItemError for any other."""
    for offset, signature, picture_format in _SIGNATURES:
        if start.startswith(signature, offset):
            return picture_format
    message = f"{path.name} is no JPEG, PNG, WebP, AVIF, GIF or TIFF inside: save it as PNG or remove it"
    raise ItemError("not a picture", message)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        message = f"{path.name} is no longer there: put it back and run again"
        raise ItemError("picture has vanished", message) from error
    except OSError as error:
        message = f"{path.name} cannot be opened ({error.strerror}): make the file readable and run again"
        raise ItemError("unreadable picture", message) from error


def damaged(path: Path) -> ItemError:
    """The error for a picture file that says it is one and cannot be decoded."""
    message = f"{path.name} is damaged or cut off: fetch it again or save it anew with a picture editor"
    return ItemError("unreadable picture", message)


def too_large(path: Path, size: str) -> ItemError:
    """The error for a picture file that would take too much memory; `size` says of what it has so much."""
    message = f"{path.name} is too large to decode safely ({size}): save it smaller, as a plain JPEG or PNG"
    return ItemError("picture too large", message)
