"""Files that are written whole: after a kill there is the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

from dataset.disk_errors import cannot_be_written, refused
from dataset.links import refuse_way_out
from errors import UserError

_WINDOWS_TRIES, _WINDOWS_PAUSE = 10, 0.05


def write_whole(path: Path, text: str) -> None:
    """Write a file of the user's so that there is the old one or the new one, never a part.

    Raises UserError: a file that is written this way is one that the run depends on.
    """
    part = path.with_name(f".{path.name}.part")
    remove(part)  # what a kill left; or a link, which would be written through
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        move(part, path)
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
        refuse_way_out(path.parent, os.path.realpath(root))
        path.parent.mkdir(parents=True, exist_ok=True)
        remove(part)
        written, there = _write_hashed(part, pieces), _digest_of(path)
        if there == written:
            remove(part)
        elif there is None or is_ours(there):
            move(part, path)
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


def move(part: Path, path: Path) -> None:
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
        raise UserError(refused(f"the folder {folder} cannot be made", error)) from error
    if not os.access(folder, os.W_OK):
        raise UserError(f"the folder {folder} is read-only: change its permissions or name another one")
