"""A folder of captions or descriptions, one text file for each picture."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from dataset.disk import is_inside, move, refusal, refuse_way_out, remove, stops_every_file, write_refusal
from errors import ItemError, UserError

# What `fingerprint` returns: no other file in the folder of staged texts is ours.
_STAGED = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")


def digest(text: str) -> str:
    """A short digest (64 bits in hex) that tells whether a text is still the one that was written."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def fingerprint(name: str, text_digest: str) -> str:
    """The file name of a staged text: the digests of its picture's name and of the text."""
    return f"{digest(name)}-{text_digest}"


class Texts:
    """A folder of text files, one for each picture, that has the same tree as the folder of the pictures.

    A name is a picture's name without its extension, with forward slashes: `a/b` ─▶ `ROOT/a/b.txt`. Links
    that lead out of the folder are neither read nor written through.
    """

    def __init__(self, root: Path, extension: str) -> None:
        self.root = root
        self.extension = extension
        self._parts = root / ".parts"
        self._folders: set[Path] = set()
        self._inside: dict[Path, bool] = {}

    def path(self, name: str) -> Path:
        """The file of this name's text, whether it exists or not."""
        return self.root / f"{name}{self.extension}"

    def names(self) -> set[str]:
        """The names that have a text; an empty file does not count."""
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
                        elif entry.name.endswith(self.extension) and _is_not_empty(entry):
                            found.add(f"{prefix}{entry.name[: -len(self.extension)]}")
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                sentence = refusal(f"the folder {self.root / prefix} cannot be read", error)
                raise UserError(sentence) from error
        return found

    def read(self, name: str) -> str | None:
        """The text of this name, or None if there is none that can be read."""
        path = self.path(name)
        try:
            if not self._is_file_inside(path):
                return None
            return path.read_text(encoding="utf-8-sig", errors="replace").strip() or None
        except OSError:
            return None

    def make_room(self, name: str) -> None:
        """Make sure that a text of this name can be written, before a model is asked for it.

        Raises ItemError when this one cannot be written, UserError when none can.
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
        """Write a text into the hidden folder from which `settle` moves it to its place in one step.

        Raises ItemError when this one file cannot be written, UserError when none can.
        """
        part = self._parts / fingerprint(name, digest(text))
        try:
            self._make(self._parts)
            try:
                part.write_text(text, encoding="utf-8", newline="\n")
            except FileNotFoundError:
                # Another run that only reads here has deleted the empty folder.
                self._folders.discard(self._parts)
                self._make(self._parts)
                part.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            remove(part)
            raise self._error(part, error) from error
        return part

    def settle(self, name: str, part: Path) -> None:
        """Move a staged text to its place.

        Raises ItemError or UserError when that cannot be done; the staged text is then kept.
        """
        target = self.path(name)
        try:
            self._make(target.parent)
            move(part, target)
        except OSError as error:
            raise self._error(target, error) from error

    def unsettled(self) -> dict[str, Path]:
        """Staged texts that a killed run left behind: fingerprint of name and text ─▶ file."""
        try:
            if not self._is_inside(self._parts):
                return {}
            return {path.name: path for path in self._parts.iterdir() if _STAGED.fullmatch(path.name)}
        except OSError:
            return {}

    def tidy(self) -> None:
        """Delete the folder of staged texts if it is empty."""
        self._folders.discard(self._parts)
        with contextlib.suppress(OSError):
            self._parts.rmdir()

    def _make(self, folder: Path) -> None:
        """Make a folder if this was not done before; raises OSError where a link leads out of the root."""
        if folder in self._folders:
            return
        # This comes first, so that no folder is made in the place that a link leads to.
        refuse_way_out(folder, self._real_root)
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        self._folders.add(folder)

    def _is_file_inside(self, path: Path) -> bool:
        """Whether a file is within the root once all links are followed; a folder is looked at only once."""
        if path.is_symlink():
            return self._is_inside(path)
        folder = path.parent
        if folder not in self._inside:
            self._inside[folder] = self._is_inside(folder)
        return self._inside[folder]

    def _is_inside(self, path: Path) -> bool:
        """Whether a path is within the root once all links are followed."""
        return is_inside(os.path.realpath(path), self._real_root)

    @cached_property
    def _real_root(self) -> str:
        """The root once all links are followed."""
        return os.path.realpath(self.root)

    def _error(self, path: Path, error: OSError) -> ItemError | UserError:
        sentence = write_refusal(path, error)
        if stops_every_file(error):
            return UserError(sentence)
        return ItemError("file cannot be written", sentence)


def _is_not_empty(entry: os.DirEntry[str]) -> bool:
    """Whether a file has content; a link that leads nowhere has none."""
    try:
        return entry.stat().st_size > 0
    except OSError:
        return False
