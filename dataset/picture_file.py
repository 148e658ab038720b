"""A picture as it is stored: whether it can be read, which format it has, and the memory it may take."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from decoding import open_file
from errors import ItemError

# Bytes that all threads together may take for the files they decode and for what the decoders hold. An AVIF
# of 24 megapixels, which cameras make, holds 384 MB.
MEMORY_BUDGET = 450_000_000

_TIFF = (b"II*\x00", b"MM\x00*")
# Each row: where the signature stands, the signature, the format.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WebP"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    *((0, signature, "TIFF") for signature in _TIFF),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftypmif1", "AVIF"),
)
SIGNATURE_LENGTH = 12
# Bytes at either end of a file that its fingerprint is made from.
_TELLING = 1 << 17


@dataclass(frozen=True, slots=True)
class PictureFile:
    """The bytes of a picture, in a file of its own or inside another one.

    `name` is what messages call it and `size` how many bytes it has; `open` gives them as a stream.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]

    @classmethod
    def at(cls, path: Path) -> PictureFile:
        """The picture in a file of its own.

        Raises ItemError for what is no file, for an empty one and for one that would take too much memory.
        """
        with _reading(path.name):
            status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            message = f"{path.name} is a folder or a device, not a file: move or rename it"
            raise ItemError("not a picture", message)
        return cls.checked(path.name, status.st_size, lambda: open_file(path))

    @classmethod
    def of(cls, name: str, data: bytes) -> PictureFile:
        """The picture in these bytes; raises ItemError as `at` does."""
        return cls.checked(name, len(data), lambda: BytesIO(data))

    @classmethod
    def checked(cls, name: str, size: int, open_stream: Callable[[], BinaryIO]) -> PictureFile:
        """The picture in a stream of this size; raises ItemError where it has no bytes or too many."""
        if size == 0:
            message = f"{name} is empty: fetch the picture again or delete the file"
            raise ItemError("empty picture file", message)
        file = cls(name, size, open_stream)
        if size > MEMORY_BUDGET:
            raise file.too_large(f"{size / 1e6:.0f} MB")
        return file

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The picture as a stream; raises ItemError where it cannot be read."""
        with _reading(self.name), self.open() as stream:
            yield stream

    def read(self) -> bytes:
        """All its bytes; raises ItemError where they cannot be read."""
        with self.opened() as stream:
            return stream.read(self.size)  # no more than was checked, though the file may have grown

    def fingerprint(self) -> str:
        """A digest that changes when the picture does: of its size, beginning and end, or of a whole TIFF.

        All formats but TIFF compress one pixel after the other, so another pixel in the middle changes the
        size or what comes after it, and a PNG ends with a checksum of all its pixels. To read all of a large
        data set for that would take minutes. Raises ItemError where it cannot be read.
        """
        hashed = blake2b(f"{self.size}\0".encode(), digest_size=8)
        with self.opened() as stream:
            start = stream.read(_TELLING)
            hashed.update(start)
            if not start.startswith(_TIFF):
                stream.seek(max(0, self.size - _TELLING))
            while piece := stream.read(_TELLING):
                hashed.update(piece)
        return hashed.hexdigest()

    def format_of(self, start: bytes) -> str:
        """The format by the first bytes, whatever the name says; raises ItemError for what is no picture."""
        for offset, signature, picture_format in _SIGNATURES:
            if start.startswith(signature, offset):
                return picture_format
        message = f"{self.name} is no JPEG, PNG, WebP, AVIF, GIF or TIFF inside: save it as PNG or remove it"
        raise ItemError("not a picture", message)

    def damaged(self) -> ItemError:
        """The error for a picture that looks like one and cannot be decoded."""
        message = f"{self.name} is damaged or cut off: fetch it again or save it again with a picture editor"
        return ItemError("unreadable picture", message)

    def too_large(self, size: str) -> ItemError:
        """The error for a picture that would take too much memory; `size` says how large it is."""
        why = f"{self.name} is too large to decode safely ({size})"
        return ItemError("picture too large", f"{why}: save it smaller, as a plain JPEG or PNG")


class Memory:
    """A budget of bytes that threads share: a thread that needs more than is left waits for the others."""

    def __init__(self, total: int) -> None:
        self._left = total
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, wanted: int) -> Iterator[None]:
        """Take bytes of the budget for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._left >= wanted)
            self._left -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._left += wanted
                self._changed.notify_all()


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        message = f"{name} is no longer there: put it back and run again"
        raise ItemError("picture has vanished", message) from error
    except OSError as error:
        message = f"{name} cannot be opened ({error.strerror}): make the file readable and run again"
        raise ItemError("unreadable picture", message) from error
