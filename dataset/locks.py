"""Locks, so that two runs do not write to the same place at once.

A folder of captions is for one run at a time. A file that runs share, such as tags_cache.json, is changed by
one after the other. A run also notices that a file or folder which it writes to is no longer in its place.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path

from filelock import FileLock, Timeout

from dataset.disk import make_folder, refusal, write_refusal, write_whole
from errors import UserError

_log = logging.getLogger(__name__)


LOCK_NAME = ".tagscribe.lock"
# The errors of network drives that cannot lock a file.
_NO_LOCKS_HERE = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS}
# Rewriting a shared file takes well under a second, so a lock that is held longer than this is stuck.
_MOST_SECONDS_FOR_A_LOCK = 30.0


class _LockedError(UserError):
    """Another run holds the lock."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second run out of `folder` while this one writes there; the lock dies with the process."""
    make_folder(folder)
    busy = f"another run is writing to {folder}: wait until it ends, or name another folder in config.ini"
    with _locked(folder / LOCK_NAME, 0.0, busy):
        yield


def change_shared(path: Path, read: Callable[[Path], bytes], change: Callable[[bytes], str | None]) -> None:
    """Change a file that other runs and people write as well: `change` makes the new text of what is there.

    What somebody saves into the file meanwhile stays: then it is read anew. Where `change` returns None
    nothing is written. If the file is a link, the one that it leads to is written, and has the lock. Raises
    UserError where the file cannot be written, and what `read` and `change` raise.
    """
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    make_folder(path.parent)
    lock = path.with_name(f"{path.name}.lock")
    busy = f"another run holds {lock}: wait until it ends and run again"
    with _locked(lock, _MOST_SECONDS_FOR_A_LOCK, busy):
        is_written = False
        while not is_written:
            content = read(path)
            text = change(content)
            is_written = text is None or write_whole(path, text, partial(_still_holds, path, read, content))


def _still_holds(path: Path, read: Callable[[Path], bytes], content: bytes) -> bool:
    return read(path) == content


def claim(path: Path) -> contextlib.ExitStack | None:
    """Hold a lock until what is returned is closed, or the process dies; None while another has it."""
    make_folder(path.parent)
    held = contextlib.ExitStack()
    try:
        held.enter_context(_locked(path, 0.0, f"another run holds {path}"))
    except _LockedError:
        return None
    return held


@contextlib.contextmanager
def _locked(path: Path, timeout: float, busy: str) -> Iterator[None]:
    # The library's own stand-in for drives without locks would outlive a kill.
    lock = FileLock(path, timeout=timeout, fallback_to_soft=False)
    # Only taking the lock is inside this `try`: errors of the code that runs under it are handled elsewhere.
    try:
        lock.acquire()
    except Timeout:
        raise _LockedError(busy) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS_HERE:
            raise UserError(write_refusal(path, error)) from error
        _warn_without_locks(error.strerror)
    try:
        yield
    finally:
        lock.release()


@lru_cache(maxsize=1)  # a run takes several locks, and one warning is enough
def _warn_without_locks(why: str) -> None:
    _log.warning(
        "This drive knows no locks (%s), so a second run is not kept out: start none on the same folders.",
        why,
    )


class Place:
    """A file or folder that has to stay where it is while a run writes there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._was = _identity(path)

    @property
    def is_there(self) -> bool:
        """Whether there was something when this was made."""
        return self._was is not None

    def refuse_moved(self) -> None:
        """Raise UserError where somebody moved, renamed, replaced or removed it."""
        if _identity(self.path) != self._was:
            raise UserError(
                f"{self.path} was moved, renamed or removed while the run was on: "
                "put it back and run again, which goes on from there"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    """What identifies a file beside its name; None where there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(refusal(f"{path} cannot be looked at", error)) from error
    return found.st_dev, found.st_ino
