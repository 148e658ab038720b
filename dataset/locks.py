"""One run at a time: locks that die with the process that holds them, on every system."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from dataset.disk_errors import cannot_be_written
from dataset.whole_files import make_folder
from errors import UserError

# Rewriting a shared file takes well under a second; nobody holds it this many seconds.
_LONGEST_LOCK = 30.0


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second run out of `folder` while this one writes there; the lock dies with the process."""
    make_folder(folder)
    busy = f"another run is writing to {folder}: wait until it ends, or name another folder in config.ini"
    with _held(folder / ".tagscribe.lock", 0.0, busy):
        yield


@contextlib.contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Wait until no other run writes `path`, and keep others waiting meanwhile."""
    lock = path.with_name(f"{path.name}.lock")
    with _held(lock, _LONGEST_LOCK, f"another run holds {lock}: wait until it ends and run again"):
        yield


@contextlib.contextmanager
def _held(path: Path, patience: float, busy: str) -> Iterator[None]:
    lock = FileLock(path, timeout=patience)
    # Only what happens while the lock is taken is told as its trouble, never what its holder does.
    try:
        lock.acquire()
    except Timeout:
        raise UserError(busy) from None
    except OSError as error:
        raise UserError(cannot_be_written(path, error)) from error
    try:
        yield
    finally:
        lock.release()
