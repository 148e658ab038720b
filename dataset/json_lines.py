"""Files of JSON lines that are only ever appended to: the journal, the log of stage 1 and --log."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from dataset.disk import refusal, refuse_link, remove, write_refusal, write_whole
from dataset.locks import Place
from decoding import NO_FILE, open_file
from errors import UserError
from limits import LONGEST_LINE, read_json

_log = logging.getLogger(__name__)

JsonObject = dict[str, Any]
# ASCII, so that file names that are not valid Unicode come back as they were.
_ENCODER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


class JsonLines:
    """An append-only file of JSON objects, one on each line; a line that a kill cut short is skipped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._has_warned = False
        self._place: Place | None = None

    def watch(self) -> None:
        """From now on refuse to add lines if somebody moved or removed the file."""
        place = Place(self.path)
        self._place = place if place.is_there else None

    def append(self, line: Mapping[str, object]) -> None:
        """Append one line; it is on disk once this returns. Raises UserError when that is not possible.

        It is not possible either once the file that this run began with is no longer in its place.

        The line is written with one system call, so that a kill cannot cut it or mix it with another one.
        """
        data = _dumped(line).encode("ascii")
        self.refuse_moved()
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
                self._place = self._place or Place(self.path)
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            # A part of the line may be written: `_open` sees that next time and ends the line.
            self.close()
            raise UserError(write_refusal(self.path, error)) from error

    def refuse_moved(self) -> None:
        """Raise UserError where somebody moved or removed the file that this run writes."""
        if self._place is not None:
            self._place.refuse_moved()

    def _open(self) -> int:
        refuse_link(self.path)
        is_cut = self._ends_within_a_line()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        if self.path.exists() and not self.path.is_file():
            raise OSError(errno.EINVAL, NO_FILE, str(self.path))
        descriptor = os.open(self.path, flags, 0o666)
        if is_cut:
            os.write(descriptor, b"\n")
        return descriptor

    def _ends_within_a_line(self) -> bool:
        try:
            with open_file(self.path) as file:
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
        except OSError:
            return False

    def read(self) -> Iterator[JsonObject]:
        """Every valid line, oldest first; none if there is no file yet."""
        for raw in self._pieces(self._next_line):
            line = _parsed(raw)
            if line is not None:
                yield line

    def _next_line(self, file: BinaryIO) -> bytes:
        """The next line; an empty one for a line that is too long, which no program of ours wrote."""
        line = file.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            return line
        while (line := file.readline(LONGEST_LINE)) and not line.endswith(b"\n"):
            pass
        if not self._has_warned:
            self._has_warned = True
            size = LONGEST_LINE // 1_000_000
            _log.warning("%s has a line of more than %d MB, which is passed over: delete it", self.path, size)
        return b"\n"

    def begins_with(self, key: str) -> bool:
        """Whether the first line has a value under this key; also if there is no line yet."""
        first = next(iter(self._pieces(self._next_line)), b"")
        return not first or key in (_parsed(first) or {})

    def may_say(self, key: str, value: object) -> bool:
        """Whether some line may have this value under this key, from a search that parses no line."""
        wanted = re.compile(rb"\s*:\s*".join(re.escape(json.dumps(each).encode()) for each in (key, value)))
        pieces = self._pieces(lambda file: file.read(1 << 20) + file.readline(LONGEST_LINE))
        return any(map(wanted.search, pieces))

    def _pieces(self, take: Callable[[BinaryIO], bytes]) -> Iterator[bytes]:
        """The content of the file in the pieces that `take` reads; nothing if there is no file."""
        try:
            refuse_link(self.path)
            with open_file(self.path) as file:
                while piece := take(file):
                    yield piece
        except FileNotFoundError:
            return
        except OSError as error:
            raise UserError(refusal(f"{self.path} cannot be read", error)) from error

    def rewrite(self, lines: Iterable[Mapping[str, object]]) -> None:
        """Replace the whole content with these lines in one step; without any line there is no file then."""
        self.refuse_moved()
        self.close()
        self._place = None
        text = "".join(_dumped(line) for line in lines)
        if text:
            write_whole(self.path, text)
        else:
            remove(self.path)

    def close(self) -> None:
        """Close the file; a later `append` opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _dumped(line: Mapping[str, object]) -> str:
    return f"{_ENCODER.encode(line)}\n"


def _parsed(raw: bytes) -> JsonObject | None:
    # Before the brace there may be spaces, and the byte order mark that some editors write.
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return None
    try:
        line = orjson.loads(raw)
    except ValueError:
        # orjson refuses very large numbers, and half a surrogate pair, which a file name may contain.
        line = _parsed_slowly(raw)
    return line if isinstance(line, dict) else None


def _parsed_slowly(raw: bytes) -> object:
    try:
        return read_json(raw.decode("utf-8-sig", "surrogatepass"))
    except ValueError:
        return None
