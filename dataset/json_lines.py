"""Files of JSON lines that are only ever appended to: the journal, the log of stage 1 and --log."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from dataset.disk import refusal, refuse_link, remove, write_refusal, write_whole
from errors import UserError

JsonObject = dict[str, Any]


class JsonLines:
    """An append-only file of JSON lines: on disk once `add` returns; a torn line is passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def add(self, line: Mapping[str, object]) -> None:
        """Append one line with one system call, so that a kill cannot interleave or halve it.

        Raises UserError when the disk does not take it.
        """
        data = _dumped(line).encode("ascii")
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            # A part of the line may be there: opening the file again sees that, and ends it.
            self.close()
            raise UserError(write_refusal(self.path, error)) from error

    def _open(self) -> int:
        refuse_link(self.path)
        torn = self._ends_in_mid_line()
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path, flags, 0o666)
        if torn:
            os.write(descriptor, b"\n")
        return descriptor

    def _ends_in_mid_line(self) -> bool:
        try:
            with self.path.open("rb") as file:
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
        except OSError:
            return False

    def read(self) -> Iterator[JsonObject]:
        """Every whole line, oldest first; none when there is no file yet."""
        # Reads three times as fast as Python's own; who reads nothing need not load it.
        import orjson

        for raw in self._pieces(lambda file: file.readline()):
            line = _parsed(raw, orjson.loads)
            if line is not None:
                yield line

    def may_say(self, key: str, value: object) -> bool:
        """Whether a line may have this value under this key; where none has, none need be read."""
        said = re.compile(rb"\s*:\s*".join(re.escape(json.dumps(each).encode()) for each in (key, value)))
        pieces = self._pieces(lambda file: file.read(1 << 20) + file.readline())
        return any(map(said.search, pieces))

    def _pieces(self, take: Callable[[BinaryIO], bytes]) -> Iterator[bytes]:
        """The file from its beginning, as much at a time as `take` takes; nothing where there is none."""
        try:
            refuse_link(self.path)
            with self.path.open("rb") as file:
                while piece := take(file):
                    yield piece
        except FileNotFoundError:
            return
        except OSError as error:
            raise UserError(refusal(f"{self.path} cannot be read", error)) from error

    def rewrite(self, lines: Iterable[Mapping[str, object]]) -> None:
        """Put these lines in the place of all that is there, in one step; no file where there are none."""
        self.close()
        text = "".join(_dumped(line) for line in lines)
        if text:
            write_whole(self.path, text)
        else:
            remove(self.path)

    def close(self) -> None:
        """Let go of the file; a later `add` opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _dumped(line: Mapping[str, object]) -> str:
    # ASCII, so that file names which are no valid Unicode come back as they were.
    return json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n"


def _parsed(raw: bytes, loads: Callable[[bytes], Any]) -> JsonObject | None:
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return None
    try:
        line = loads(raw)
    except ValueError:
        # Only Python's own parser takes half a character, as file names may hold, and very large numbers.
        line = _parsed(raw, json.loads) if loads is not json.loads else None
    except RecursionError:
        return None
    return line if isinstance(line, dict) else None
