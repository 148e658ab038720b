"""Which files a pattern such as /data/images/*.tar names, where each of these shards is, and how it is read.

A shard is a file on a disk, or an object in a store that the library fsspec knows.
"""

from __future__ import annotations

import glob
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, BinaryIO, Protocol, TypeVar

from dataset.disk import is_inside
from dataset.file_names import natural_order, sharing_key
from decoding import open_file
from errors import UserError
from settings import DatasetSettings
from settings.checks import SHARD_SUFFIXES

AnyPath = TypeVar("AnyPath", bound=PurePath)

# While the headers of a tar are looked for, stores are read in pieces of this many bytes.
_PIECE = 1 << 18
# The fields of an object's facts that change when it does, by the names of several stores.
_TELLING = ("ETag", "etag", "mtime", "LastModified", "md5Hash", "sha")
# Errors of the libraries behind fsspec that are no OSError: the module, and their base class.
_OF_STORES = (
    ("botocore.exceptions", "BotoCoreError"),
    ("google.auth.exceptions", "GoogleAuthError"),
    ("azure.core.exceptions", "AzureError"),
    ("aiohttp", "ClientError"),
    ("httpx", "HTTPError"),
    ("httpx2", "HTTPError"),
    ("huggingface_hub.errors", "HfHubHTTPError"),
)


class Place(Protocol):
    """One shard, wherever it is. All methods raise OSError where it cannot be read."""

    @property
    def suffix(self) -> str:
        """The ending of its name, in small letters: ".tar"."""

    def stamp(self) -> tuple[int, int]:
        """Its size in bytes, and a number that changes when it does."""

    def open(self) -> BinaryIO:
        """The whole shard as a stream."""

    def part(self, start: int, size: int, stamp: tuple[int, int]) -> BinaryIO:
        """A part of the shard as a stream; raises OSError too where the shard is no longer the same."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file."""

    path: Path

    @property
    def suffix(self) -> str:
        """See `Place`."""
        return self.path.suffix.lower()

    def stamp(self) -> tuple[int, int]:
        """See `Place`."""
        found = self.path.stat()
        return found.st_size, found.st_mtime_ns

    def open(self) -> BinaryIO:
        """See `Place`."""
        return open_file(self.path)

    def part(self, start: int, size: int, stamp: tuple[int, int]) -> BinaryIO:
        """See `Place`."""
        file = self.open()
        found = os.fstat(file.fileno())
        if (found.st_size, found.st_mtime_ns) != stamp:
            file.close()
            raise OSError(None, f"{self.path.name} has changed while the run was on")
        return io.BufferedReader(_Part(file, start, size))


@dataclass(frozen=True, slots=True)
class InStore:
    """An object in a store; `files` is the file system of fsspec, which is untyped."""

    files: Any
    path: str

    @property
    def suffix(self) -> str:
        """See `Place`."""
        return PurePosixPath(self.path).suffix.lower()

    def stamp(self) -> tuple[int, int]:
        """See `Place`."""
        with reading():
            found = self.files.info(self.path)
            told = "\0".join(str(found.get(key)) for key in _TELLING)
            return int(found["size"]), zlib.crc32(told.encode())

    def open(self) -> BinaryIO:
        """See `Place`."""
        with reading():
            stream: BinaryIO = self.files.open(self.path, "rb", block_size=_PIECE)
            return stream

    def part(self, start: int, size: int, stamp: tuple[int, int]) -> BinaryIO:
        """See `Place`; one request, which does not look whether the shard is still the same."""
        with reading():
            return io.BytesIO(self.files.cat_file(self.path, start=start, end=start + size))


class _Part(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # as io.RawIOBase documents it
        wanted = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._start + self._at)
        data = self._file.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def objects_at(address: str) -> list[tuple[str, InStore]]:
    """The objects that a pattern such as s3://bucket/images/*.tar names, with names relative to its folder.

    Raises UserError where the store cannot be read or a library for it is missing.
    """
    try:
        import fsspec.core
    except ImportError as error:
        raise UserError(
            f"{address} needs fsspec: pip install fsspec, and what it needs for this store"
        ) from error
    try:
        with reading():
            files, pattern = fsspec.core.url_to_fs(address)
            found = map(PurePosixPath, files.glob(pattern))
            root = root_of(PurePosixPath(pattern))
            return [(_relative(path, root), InStore(files, str(path))) for path in found]
    except (ImportError, ValueError) as error:
        raise UserError(f"{address} cannot be read ({error}): install the library for this store") from error
    except OSError as error:
        why = error.strerror or error
        raise UserError(f"{address} cannot be read ({why}): check address and credentials") from error


def root_of(pattern: AnyPath) -> AnyPath:
    """The folder that all files of a pattern have in common."""
    parts = pattern.parts[:-1]
    plain = next((at for at, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return type(pattern)(*parts[:plain])


def _relative(path: PurePosixPath, root: PurePosixPath) -> str:
    """The path below the folder; some stores name an object in another way than it was asked for."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


@contextmanager
def reading() -> Iterator[None]:
    """Turn what the library of a store raises into OSError."""
    try:
        yield
    except _errors_of_stores() as error:
        raise OSError(None, f"{type(error).__name__}: {error}") from error


def _errors_of_stores() -> tuple[type[BaseException], ...]:
    """The errors of the libraries that are loaded by now."""
    loaded = ((sys.modules.get(module), name) for module, name in _OF_STORES)
    return tuple(getattr(module, name) for module, name in loaded if module is not None)


@dataclass(frozen=True, slots=True)
class Shard:
    """A file that holds many pictures; its name is relative to the folder with which the pattern begins."""

    name: str
    place: Place

    @property
    def stem(self) -> str:
        """The name without its suffix, after which its journal is called."""
        return self.name.rpartition(".")[0]


def find_shards(settings: DatasetSettings) -> list[Shard]:
    """The shards that [Dataset] images names, in natural order.

    Raises UserError where there are none, where two would share one file of captions, or where captions
    could be written over them.
    """
    root = root_of(settings.images)
    outputs = [os.path.realpath(folder) for folder in (settings.captions, settings.descriptions)]
    if os.path.realpath(root) in outputs:
        raise UserError(
            f"captions of {settings.images} would have the names of the shards: "
            "name other folders as [Dataset] captions and descriptions"
        )
    if outputs[0] == outputs[1]:
        raise UserError("[Dataset] captions and descriptions are the same folder: name two folders")
    address = settings.address_of_images
    if address:
        found = [Shard(name, place) for name, place in objects_at(address)]
    else:
        found = [
            Shard(path.relative_to(root).as_posix(), OnDisk(path))
            for path in root.glob(settings.images.relative_to(root).as_posix())
            if path.is_file()
            and not path.name.startswith(".")
            and not any(is_inside(os.path.realpath(path), output) for output in outputs)
        ]
    # A table of tags and the indexes of tars, NAME.json, may lie beside the shards.
    table = None if settings.tags is None else OnDisk(settings.tags)
    found = [each for each in found if each.place.suffix in SHARD_SUFFIXES and each.place != table]
    if not found:
        raise UserError(
            f"there is no file {address or settings.images}: write the pattern of your shards as "
            "[Dataset] images, such as /data/images/*.tar"
        )
    _refuse_same_names(found)
    return sorted(found, key=lambda shard: [natural_order(part) for part in shard.name.split("/")])


def _refuse_same_names(shards: list[Shard]) -> None:
    seen: dict[str, Shard] = {}
    for shard in shards:
        other = seen.setdefault(sharing_key(shard.stem), shard)
        if other is not shard:
            raise UserError(f"{other.name} and {shard.name} would share one journal: rename one of them")
