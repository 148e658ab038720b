"""Writing to the user's disk: files are written whole, and never through a link.

After a kill there is the old file or the new one, never a part of it. What a disk refuses becomes one
sentence for the user: what happened, why, and what to do.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from dataset.text_digests import digest_of_stream
from decoding import open_file
from errors import ItemError, UserError

# Errors of the whole disk or folder: no further file can be written either.
STOPS_EVERY_FILE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_REMEDIES = {
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
# The errors of drives without hard links, such as FAT and some network drives.
_NO_HARD_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.EXDEV}
_WINDOWS_TRIES, _WINDOWS_PAUSE = 10, 0.05
# Most file systems take names of 255 bytes, and some of 255 characters.
_LONGEST_NAME = 255


def refusal(what: str, error: OSError) -> str:
    """The sentence for something that the disk refused: `what` was not possible, why, and what to do."""
    remedy = _REMEDIES.get(error.errno or 0, "check the place and run again")
    return f"{what} ({error.strerror or type(error).__name__}): {remedy}"


def write_refusal(path: Path, error: OSError) -> str:
    """The sentence for a file that could not be written."""
    return refusal(f"{path} cannot be written", error)


def write_whole(path: Path, text: str, is_as_known: Callable[[], bool] = lambda: True) -> bool:
    """Write one file of the user's; raises UserError, because the run depends on it.

    `is_as_known` is asked right before the file is replaced: if it says no, nothing is written, and False is
    returned.
    """
    part = _part_of(path)
    remove(part)  # A kill may have left it, or it is a link, and then writing would follow it.
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        copy_mode(path, part)
        if not is_as_known():
            remove(part)
            return False
        move(part, path)
    except OSError as error:
        remove(part)
        raise UserError(write_refusal(path, error)) from error
    return True


def write_pieces(
    root: Path,
    name: str,
    pieces: Iterable[str | bytes],
    ours: Collection[str] = (),
    note: Callable[[str], None] = lambda digest: None,
) -> bool:
    """Write the file `name` below `root`, piece by piece; returns whether it is there as it should be.

    A file that is there is replaced only if its digest is in `ours`; where another program wrote it or a
    person changed it, it stays. `note` is told the new digest before the file is in its place, so that a kill
    leaves no file that is not known to be ours. A file that is the same already is left alone.
    Raises ItemError where its name is too long, and UserError where it cannot be written for another reason,
    or where a link leads out of `root`.
    """
    path = root / name
    part = _part_of(path)
    try:
        refuse_way_out(path.parent, os.path.realpath(root))
        path.parent.mkdir(parents=True, exist_ok=True)
        remove(part)
        written = _write_and_hash(part, pieces)
        copy_mode(path, part)
        there = _digest_of(path)
        is_ours = there in (None, written) or there in ours
        if is_ours and (there != written or written not in ours):
            note(written)
        if is_ours and there is not None and there != written:
            move(part, path)
        elif there is None:
            is_ours = move_to_free_place(part, path)
        remove(part)
    except OSError as error:
        remove(part)
        if error.errno == errno.ENAMETOOLONG:
            raise ItemError("file cannot be written", write_refusal(path, error)) from error
        raise UserError(write_refusal(path, error)) from error
    return is_ours


class GrowingFile:
    """A file that grows under a hidden name and is put into its place whole; a kill leaves it hidden."""

    def __init__(self, path: Path) -> None:
        """Begin anew, whatever a kill has left. Raises UserError where the file cannot be written."""
        self.path, self._part = path, _part_of(path)
        make_folder(path.parent)
        remove(self._part)
        with self._refusal():
            self._file = self._part.open("xb")

    def add(self, data: bytes) -> None:
        """Add a piece; raises UserError where it cannot be written."""
        with self._refusal():
            self._file.write(data)

    def settle(self) -> None:
        """Put the file into its place; raises UserError where that is not possible."""
        with self._refusal():
            self._file.close()
            move(self._part, self.path)

    def discard(self) -> None:
        """Delete what is written so far."""
        with contextlib.suppress(OSError):
            self._file.close()
        remove(self._part)

    @contextlib.contextmanager
    def _refusal(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.discard()
            raise UserError(write_refusal(self.path, error)) from error


def remove_own(root: Path, name: str, ours: Collection[str]) -> bool:
    """Remove the file `name` below `root` if its digest is in `ours`; whether it is gone.

    What somebody changed stays, and so does what a link puts outside of `root`.
    """
    path = root / name
    try:
        refuse_way_out(path.parent, os.path.realpath(root))
        if _digest_of(path) in ours:
            remove(path)
    except (OSError, UserError):
        return False
    return not os.path.lexists(path)


def _part_of(path: Path) -> Path:
    """The hidden file beside `path` that is written first and then moved into its place."""
    name = f".{path.name}.part"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f".{blake2b(os.fsencode(path.name), digest_size=8).hexdigest()}.part"
    return path.with_name(name)


def _write_and_hash(path: Path, pieces: Iterable[str | bytes]) -> str:
    hashed = blake2b(digest_size=8)
    with path.open("xb") as file:
        for piece in pieces:
            data = piece if isinstance(piece, bytes) else piece.encode("utf-8")
            hashed.update(data)
            file.write(data)
    return hashed.hexdigest()


def _digest_of(path: Path) -> str | None:
    try:
        with open_file(path) as file:
            return digest_of_stream(file)
    except FileNotFoundError:
        return None


def move(part: Path, path: Path) -> None:
    """Put a file in its place; on Windows a virus scanner may hold either file for a moment, so try again."""
    tries_left = _WINDOWS_TRIES if os.name == "nt" else 0
    while True:
        try:
            part.replace(path)
            return
        except PermissionError:
            if not tries_left or path.is_dir():
                raise
        tries_left -= 1
        time.sleep(_WINDOWS_PAUSE)


def move_to_free_place(part: Path, path: Path | str) -> bool:
    """Put a file in its place if nothing is there; returns whether that was so.

    The system decides both in one step, so that a file which somebody saves at this very moment is not lost.
    Only on a drive that knows no hard links somebody could save between the look and the step.
    """
    try:
        if os.name == "nt":
            part.rename(path)  # Windows replaces nothing here.
            return True
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS and os.name != "nt":
            raise
        if os.path.lexists(path):
            return False
        move(part, Path(path))
        return True
    remove(part)
    return True


def copy_mode(path: Path, part: Path) -> None:
    """Give `part` the owner and the permissions of the file that it is to replace, as far as allowed."""
    try:
        was = path.stat()
    except OSError:
        return
    with contextlib.suppress(OSError, AttributeError):
        mine = part.stat()
        if (mine.st_uid, mine.st_gid) != (was.st_uid, was.st_gid):
            os.chown(part, was.st_uid, was.st_gid)
    with contextlib.suppress(OSError):
        part.chmod(stat.S_IMODE(was.st_mode))


def remove(path: Path) -> None:
    """Delete a file that is no longer needed; it may be gone already."""
    with contextlib.suppress(OSError):
        path.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder for results; raises UserError where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(refusal(f"the folder {folder} cannot be made", error)) from error
    if not os.access(folder, os.W_OK):
        raise UserError(f"the folder {folder} is read-only: change its permissions or name another one")


def is_inside(real: str, root: str) -> bool:
    """Whether a path is the folder `root` or lies below it; both with all links followed."""
    real, root = os.path.normcase(real), os.path.normcase(root)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def refuse_way_out(folder: Path, root: str) -> None:
    """Raise OSError where a link leads from below `root`, whose own links are followed, to another place."""
    if not is_inside(os.path.realpath(folder), root):
        raise OSError(errno.EPERM, "a link leads out of the folder", str(folder))


def refuse_link(path: Path) -> None:
    """Raise OSError for a link: one that came with somebody's data set may lead to any file of the user's."""
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link", str(path))
