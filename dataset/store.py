"""The user's files: written whole or not at all, and lines that survive a kill."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from errors import ItemError, UserError

Line = dict[str, Any]

# Errors of the whole disk or folder: no further file can be written either.
_HOPELESS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_WINDOWS_TRIES, _WINDOWS_PAUSE = 10, 0.05
# What `fingerprint` gives; nothing else that lies among staged texts is ours.
_STAGED = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")


def digest(text: str) -> str:
    """A short fingerprint (64 bits in hex) that tells whether a text is still the one that was written."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def fingerprint(name: str, text_digest: str) -> str:
    """What a staged text is called: whose it is, and the digest of what it says."""
    return f"{digest(name)}-{text_digest}"


def write_whole(path: Path, text: str) -> None:
    """Write a file of the user's so that there is the old one or the new one, never a part.

    Raises UserError: a file that is written this way is one that the run depends on.
    """
    part = path.with_name(f".{path.name}.part")
    remove(part)  # what a kill left; or a link, which would be written through
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        _move(part, path)
    except OSError as error:
        remove(part)
        raise UserError(cannot_be_written(path, error)) from error


def write_pieces(
    root: Path, name: str, pieces: Iterable[str | bytes], is_ours: Callable[[str], bool]
) -> str | None:
    """Write the file `name` below `root`, piece by piece, so that there is the old one or the new one.

    A file that is there is replaced only if `is_ours` says so of its digest, and left alone if it is the
    same already. Gives the digest of what is there then, or None where somebody else's file stands.
    Raises UserError where it cannot be written, or where a link leads out of `root`.
    """
    path = root / name
    part = path.with_name(f".{path.name}.part")
    try:
        if not _is_inside(os.path.realpath(path.parent), os.path.realpath(root)):
            raise OSError(errno.EPERM, "a link leads out of the folder", str(path.parent))
        path.parent.mkdir(parents=True, exist_ok=True)
        remove(part)
        written, there = _write_hashed(part, pieces), _digest_of(path)
        if there == written:
            remove(part)
        elif there is None or is_ours(there):
            _move(part, path)
        else:
            remove(part)
            return None
    except OSError as error:
        remove(part)
        raise UserError(cannot_be_written(path, error)) from error
    return written


def _write_hashed(path: Path, pieces: Iterable[str | bytes]) -> str:
    hashed = blake2b(digest_size=8)
    with path.open("xb") as file:
        for piece in pieces:
            data = piece if isinstance(piece, bytes) else piece.encode("utf-8")
            hashed.update(data)
            file.write(data)
    return hashed.hexdigest()


def _digest_of(path: Path) -> str | None:
    hashed = blake2b(digest_size=8)
    try:
        with path.open("rb") as file:
            while data := file.read(1 << 20):
                hashed.update(data)
    except FileNotFoundError:
        return None
    return hashed.hexdigest()


def _move(part: Path, path: Path) -> None:
    """Put a file in its place, where Windows lets us: there a virus scanner may hold either for a moment."""
    patience = _WINDOWS_TRIES if os.name == "nt" else 0
    while True:
        try:
            part.replace(path)
            return
        except PermissionError:
            if not patience or path.is_dir():
                raise
        patience -= 1
        time.sleep(_WINDOWS_PAUSE)


def remove(path: Path) -> None:
    """Take away a file that is done with; it may be gone already."""
    with contextlib.suppress(OSError):
        path.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder for results, with a sentence where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the folder {folder} cannot be made ({_why(error)}): {_remedy(error)}") from error
    if not os.access(folder, os.W_OK):
        raise UserError(f"the folder {folder} is read-only: change its permissions or name another one")


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def cannot_be_written(path: Path, error: OSError) -> str:
    """The sentence for a file that could not be written: why, and what to do."""
    return f"{path} cannot be written ({_why(error)}): {_remedy(error)}"


def _remedy(error: OSError) -> str:
    remedies = {
        errno.ENOSPC: "make room on the disk and run again",
        errno.EDQUOT: "make room on the disk and run again",
        errno.EROFS: "name a folder on a disk that can be written",
        errno.EACCES: "change its permissions or name another place",
        errno.EPERM: "change its permissions or name another place",
        errno.EISDIR: "a folder stands where the file should be; move it away",
        errno.ENOTDIR: "a file stands where a folder should be; move it away",
        errno.EEXIST: "a file stands where a folder should be; move it away",
        errno.ELOOP: "put the file itself there",
        errno.ENAMETOOLONG: "the name is too long for this disk; shorten the picture's name",
    }
    return remedies.get(error.errno or 0, "check the place and run again")


class Lines:
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
            raise UserError(cannot_be_written(self.path, error)) from error

    def _open(self) -> int:
        _refuse_link(self.path)
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

    def read(self) -> Iterator[Line]:
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
            _refuse_link(self.path)
            with self.path.open("rb") as file:
                while piece := take(file):
                    yield piece
        except FileNotFoundError:
            return
        except OSError as error:
            raise UserError(f"{self.path} cannot be read ({_why(error)}): {_remedy(error)}") from error

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


def _refuse_link(path: Path) -> None:
    """A link that came with somebody's data set may lead to any file of the user's."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link", str(path))


def _dumped(line: Mapping[str, object]) -> str:
    # ASCII, so that file names which are no valid Unicode come back as they were.
    return json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n"


def _parsed(raw: bytes, loads: Callable[[bytes], Any]) -> Line | None:
    try:
        line = loads(raw)
    except ValueError:
        # Half a character, as names of files may hold, only Python's own takes.
        line = _parsed(raw, json.loads) if loads is not json.loads else None
    except RecursionError:
        return None
    return line if isinstance(line, dict) else None


class Texts:
    """A folder of text files, one a picture, that mirrors the tree of the pictures.

    A name is a picture's name without its extension, with forward slashes: `a/b` ─▶ `ROOT/a/b.txt`.
    """

    def __init__(self, root: Path, extension: str) -> None:
        self.root = root
        self.extension = extension
        self._parts = root / ".parts"
        self._real_root: str | None = None
        self._folders: set[Path] = set()
        self._inside: dict[Path, bool] = {}

    def path(self, name: str) -> Path:
        """Where the text of this name stands, or would stand."""
        return self.root / f"{name}{self.extension}"

    def names(self) -> set[str]:
        """The names that have a text, from one listing; an empty file is no text."""
        found: set[str] = set()
        folders = [""]
        while folders:
            prefix = folders.pop()
            try:
                with os.scandir(self.root / prefix) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            if not entry.name.startswith("."):
                                folders.append(f"{prefix}{entry.name}/")
                        elif entry.name.endswith(self.extension) and _holds_something(entry):
                            found.add(f"{prefix}{entry.name[: -len(self.extension)]}")
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise UserError(
                    f"the folder {self.root / prefix} cannot be read ({_why(error)}): {_remedy(error)}"
                ) from error
        return found

    def read(self, name: str) -> str | None:
        """The text of this name, or None where there is none that can be read; links out are not followed."""
        path = self.path(name)
        try:
            if not self._stands_inside(path):
                return None
            return path.read_text(encoding="utf-8-sig", errors="replace").strip() or None
        except OSError:
            return None

    def make_room(self, name: str) -> None:
        """See to it that a text of this name can be put in its place, before anything is paid for it.

        Raises ItemError when this one cannot, UserError when none can.
        """
        target = self.path(name)
        try:
            self._make(target.parent)
            if stat.S_ISDIR(target.stat().st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._error(target, error) from error

    def stage(self, name: str, text: str) -> Path:
        """Put a text on disk beside its place, from where `settle` moves it there in one step.

        Raises ItemError when this one file cannot be written, UserError when none can.
        """
        part = self._parts / fingerprint(name, digest(text))
        try:
            self._make(self._parts)
            try:
                part.write_text(text, encoding="utf-8", newline="\n")
            except FileNotFoundError:
                # Another run that only reads here has tidied up.
                self._folders.discard(self._parts)
                self._make(self._parts)
                part.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            remove(part)
            raise self._error(part, error) from error
        return part

    def settle(self, name: str, part: Path) -> None:
        """Move a staged text to its place.

        Raises ItemError or UserError when that cannot be done; the text is then left where it was staged.
        """
        target = self.path(name)
        try:
            self._make(target.parent)
            _move(part, target)
        except OSError as error:
            raise self._error(target, error) from error

    def unsettled(self) -> dict[str, Path]:
        """Texts that a kill left staged: fingerprint of name and text ─▶ file."""
        try:
            if not self._is_inside(self._parts):
                return {}
            return {path.name: path for path in self._parts.iterdir() if _STAGED.fullmatch(path.name)}
        except OSError:
            return {}

    def tidy(self) -> None:
        """Take away the folder of staged texts once it is empty."""
        self._folders.discard(self._parts)
        with contextlib.suppress(OSError):
            self._parts.rmdir()

    def _make(self, folder: Path) -> None:
        """Make a folder once, and refuse one that a link leads out of the root."""
        if folder in self._folders:
            return
        # Before it is made: a link may lead to where nothing is to be made.
        if not self._is_inside(folder):
            raise OSError(errno.EPERM, "a link leads out of the folder", str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        self._folders.add(folder)

    def _stands_inside(self, path: Path) -> bool:
        """Whether a file is within the root once all links are followed; of its folder that is asked once."""
        if path.is_symlink():
            return self._is_inside(path)
        folder = path.parent
        if folder not in self._inside:
            self._inside[folder] = self._is_inside(folder)
        return self._inside[folder]

    def _is_inside(self, path: Path) -> bool:
        """Whether a path is within the root once all links are followed."""
        if self._real_root is None:
            self._real_root = os.path.realpath(self.root)
        return _is_inside(os.path.realpath(path), self._real_root)

    def _error(self, path: Path, error: OSError) -> ItemError | UserError:
        sentence = cannot_be_written(path, error)
        if error.errno in _HOPELESS:
            return UserError(sentence)
        return ItemError("file cannot be written", sentence)


def _holds_something(entry: os.DirEntry[str]) -> bool:
    """Whether a file is more than empty; a link that leads nowhere is not."""
    try:
        return entry.stat().st_size > 0
    except OSError:
        return False


def _is_inside(path: str, root: str) -> bool:
    try:
        return os.path.commonpath([root, path]) == root
    except ValueError:  # another drive of Windows
        return False
