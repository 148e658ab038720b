"""A folder of captions or descriptions, one text file for each picture."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import stat
from collections.abc import Iterator, Set
from functools import cached_property
from pathlib import Path

from dataset.disk import (
    STOPS_EVERY_FILE,
    copy_mode,
    is_inside,
    move,
    move_to_free_place,
    refusal,
    refuse_way_out,
    remove,
    write_refusal,
)
from dataset.locks import LOCK_NAME, Place
from dataset.text_digests import NOTHING, digest, fingerprint, state_of, text_in
from decoding import NO_FILE, open_file
from errors import ItemError, UserError

# The names that `fingerprint` makes. Other files in the folder of staged texts are not ours.
_STAGED = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")

_log = logging.getLogger(__name__)


class Texts:
    """A folder of text files, one for each picture, that has the same tree as the folder of the pictures.

    A name is a picture's name without its extension, with forward slashes: `a/b` ─▶ `ROOT/a/b.txt`. Links
    that lead out of the folder are neither read nor written through.
    """

    def __init__(self, root: Path, extension: str) -> None:
        self.root = root
        self.extension = extension
        self._parts = root / ".parts"
        # Those that are there; text, as comparing paths takes much of the time of a caption.
        self._folders: set[str] = set()
        self._inside: dict[str, bool] = {}
        self._places: tuple[Place, ...] = ()
        # The names whose place is taken by a tag file, where texts are beside the pictures.
        self.tag_files: Set[str] = frozenset()
        self._no_text: set[str] = set()

    def watch(self) -> None:
        """From now on refuse to write if somebody moved or removed the folder, or the lock in it."""
        places = Place(self.root), Place(self.root / LOCK_NAME)
        self._places = tuple(place for place in places if place.is_there)

    def refuse_moved(self) -> None:
        """Raise UserError where somebody moved or removed the folder or its lock since `watch`."""
        for place in self._places:
            place.refuse_moved()

    def path(self, name: str) -> Path:
        """The file of this name's text, whether it exists or not."""
        return Path(self._place(name))

    def _place(self, name: str) -> str:
        """The same as text, which is much faster to make."""
        return f"{self.root}/{name}{self.extension}"

    def _folder(self, name: str) -> str:
        """The folder of this name's text."""
        return self._place(name).rpartition("/")[0]

    def names(self) -> set[str]:
        """The names that have a text; an empty file does not count."""
        return {name for name, _ in self._found()}

    @property
    def is_empty(self) -> bool:
        """Whether there is no text at all."""
        return next(self._found(), None) is None

    def stamp(self, name: str) -> int | None:
        """A number that changes when somebody saves the file of this name; None where there is no text."""
        try:
            return _stamp_of(os.stat(self._place(name)))  # noqa: PTH116 - as in `_place`
        except OSError:
            return None

    def saved_at(self, name: str) -> int | None:
        """When the text of this name was saved, in nanoseconds; None where there is none."""
        try:
            return os.stat(self._place(name)).st_mtime_ns  # noqa: PTH116 - as in `_place`
        except OSError:
            return None

    def stamps(self) -> dict[str, int]:
        """The names that have a text, with their stamps."""
        return dict(self._found())

    def _found(self) -> Iterator[tuple[str, int]]:
        folders = [""]
        while folders:
            prefix = folders.pop()
            try:
                with os.scandir(self.root / prefix) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            if not entry.name.startswith("."):
                                folders.append(f"{prefix}{entry.name}/")
                        elif entry.name.endswith(self.extension) and (stamp := _stamp(entry)) is not None:
                            name = f"{prefix}{entry.name[: -len(self.extension)]}"
                            if name not in self.tag_files:
                                yield name, stamp
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                sentence = refusal(f"the folder {self.root / prefix} cannot be read", error)
                raise UserError(sentence) from error

    def read(self, name: str) -> str:
        """The text of this name, "" if there is none that can be read; warns of what is no text."""
        try:
            text = text_in(self.read_bytes(name))
        except OSError:
            return ""
        if text is None and name not in self._no_text:
            self._no_text.add(name)
            _log.warning("%s is not text: save it as UTF-8 in your editor", self.path(name))
        return text or ""

    def read_bytes(self, name: str) -> bytes:
        """The content of the file, b"" where there is none or a link leads out; raises OSError."""
        place = self._place(name)
        try:
            if name in self.tag_files or not self._is_file_inside(place):
                return b""
            with open_file(place) as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return b""

    def state(self, name: str) -> str:
        """What is in the place of this text now: NOTHING, or what `state_of` says of the file.

        Raises ItemError where it cannot be read.
        """
        try:
            return state_of(self.read_bytes(name))
        except OSError as error:
            raise self._error(self.path(name), error) from error

    def make_room(self, name: str) -> None:
        """Make sure that a text of this name can be written, before a model is asked for it.

        Raises ItemError when this one cannot be written, UserError when none can.
        """
        place = self._place(name)
        try:
            self._make(self._folder(name))
            mode = os.stat(place).st_mode  # noqa: PTH116 - as in `_place`
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not stat.S_ISREG(mode):
                raise OSError(errno.EINVAL, NO_FILE)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._error(Path(place), error) from error

    def stage(self, name: str, text: str, data: bytes | None = None) -> Path:
        """Write a text into the hidden folder from which `settle` moves it to its place in one step.

        `data` is the content of the file if it is not the text in UTF-8. Raises ItemError when this one file
        cannot be written, UserError when none can, because somebody moved the folder, for example.
        """
        part = self._parts / fingerprint(name, digest(text))
        data = text.encode("utf-8", "strict") if data is None else data
        self.refuse_moved()
        try:
            self._make(str(self._parts))
            try:
                part.write_bytes(data)
            except FileNotFoundError:
                # Another run that only reads here has deleted the empty folder.
                self._folders.discard(str(self._parts))
                self._make(str(self._parts))
                part.write_bytes(data)
        except OSError as error:
            remove(part)
            raise self._error(part, error) from error
        return part

    def settle(self, name: str, part: Path, over: str = NOTHING) -> bool:
        """Move a staged text to its place if `over` is the state of that place.

        Otherwise somebody has written there meanwhile: then that stays, the staged text is deleted, and False
        is returned. Raises ItemError or UserError when the text cannot be moved; it is then kept.
        """
        place = self._place(name)
        if name in self.tag_files:
            raise ItemError(
                "place of the caption is taken", f"{self.path(name)} holds tags: name it {name}.tags"
            )
        try:
            self._make(self._folder(name))
            if over == NOTHING and move_to_free_place(part, place):
                return True
            target = Path(place)
            copy_mode(target, part)
            # Nothing may come between this look and the move.
            there = state_of(self.read_bytes(name))
            if there == over:
                move(part, target)
                return True
            # A kill may have come between moving the text and deleting it here.
            is_same = there == state_of(part.read_bytes())
        except OSError as error:
            raise self._error(Path(place), error) from error
        remove(part)
        return is_same

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
        self._folders.discard(str(self._parts))
        with contextlib.suppress(OSError):
            self._parts.rmdir()

    def _make(self, place: str) -> None:
        """Make a folder if this was not done before; raises OSError where a link leads out of the root."""
        if place in self._folders:
            return
        folder = Path(place)
        # These come first, so that no folder is made where there was none, or in the place of a link.
        self.refuse_moved()
        refuse_way_out(folder, self._real_root)
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
        self._folders.add(place)

    def _is_file_inside(self, place: str) -> bool:
        """Whether a file is within the root once all links are followed; a folder is looked at only once.

        Raises FileNotFoundError where there is none.
        """
        if stat.S_ISLNK(os.lstat(place).st_mode):
            return self._is_inside(place)
        folder = place.rpartition("/")[0]
        if folder not in self._inside:
            self._inside[folder] = self._is_inside(folder)
        return self._inside[folder]

    def _is_inside(self, path: Path | str) -> bool:
        """Whether a path is within the root once all links are followed."""
        return is_inside(os.path.realpath(path), self._real_root)

    @cached_property
    def _real_root(self) -> str:
        """The root once all links are followed."""
        return os.path.realpath(self.root)

    def _error(self, path: Path, error: OSError) -> ItemError | UserError:
        sentence = write_refusal(path, error)
        if error.errno in STOPS_EVERY_FILE:
            return UserError(sentence)
        return ItemError("file cannot be written", sentence)


def _stamp(entry: os.DirEntry[str]) -> int | None:
    """The stamp of a file; None if it is empty or a link that leads nowhere."""
    try:
        return _stamp_of(entry.stat())
    except OSError:
        return None


def _stamp_of(found: os.stat_result) -> int | None:
    return hash((found.st_mtime_ns, found.st_size)) if found.st_size > 0 else None
