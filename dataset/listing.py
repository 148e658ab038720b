"""What lies in the folders of a data set, by what it is to us: pictures, texts, links, what is of no use."""

from __future__ import annotations

import heapq
import os
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dataset.disk import is_inside
from dataset.file_names import cut_suffix, natural_order, printable
from errors import Problem, UserError

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"})
UNSUPPORTED_SUFFIXES = frozenset({".bmp", ".heic", ".heif", ".jfif", ".jp2", ".jxl"})

_CONVERT = "this format cannot be sent to a model: convert the picture to PNG or JPEG"
_LINK_OUT = "the link leads out of the picture folder and is not followed: copy what it points to"
_LINK_BROKEN = "the link leads nowhere: mend or delete it"


@dataclass(slots=True)
class Listing:
    """What one folder holds, by what it is to us."""

    folder: str
    pictures: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    # "b.txt" ─▶ ".TXT": the suffix as it is written, the key with a small one.
    texts: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    linked_folders: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def path(self, name: str) -> str:
        """The name of an entry below the picture folder."""
        return f"{self.folder}/{name}" if self.folder else name

    def report(self, name: str, reason: str, message: str) -> None:
        """Note what is wrong with an entry."""
        self.problems.append(Problem(self.path(name), reason, message))


def holds_pictures(folder: Path) -> bool:
    """Whether there is a picture anywhere below a folder."""
    return any(
        cut_suffix(name)[1].lower() in PICTURE_SUFFIXES
        for _, _, names in os.walk(folder)
        for name in names
        if not name.startswith(".")
    )


def list_folders(
    root: Path, *, recursive: bool, tag_suffixes: Collection[str], outputs: Collection[Path]
) -> Iterator[Listing]:
    """List the folder and those below it, each real folder once, and those for results not at all.

    Links to folders wait until all real folders are read, so that a picture keeps its real name, and
    so that a circle of links ends.
    Raises UserError when the folder cannot be read at all.
    """
    top = _checked(root)
    home = os.path.realpath(top)
    read = {os.path.realpath(output) for output in outputs} - {home}
    folders = [""]
    linked: list[tuple[str, str]] = []
    while folders or linked:
        folder = folders.pop() if folders else heapq.heappop(linked)[1]
        real = os.path.realpath(f"{top}/{folder}")
        if real in read:
            continue
        read.add(real)
        listing = Listing(folder)
        if is_inside(real, home):
            _list(f"{top}/{folder}", home, tag_suffixes, listing)
        else:
            listing.problems.append(Problem(folder, "link out of the folder", _LINK_OUT))
        yield listing
        if recursive:
            folders += listing.folders
            for link in listing.linked_folders:
                heapq.heappush(linked, natural_order(link))


def _checked(root: Path) -> str:
    shown = printable(str(root))
    try:
        os.scandir(root).close()
    except FileNotFoundError as error:
        message = f"the picture folder {shown} does not exist: make it, or set [Dataset] images"
        raise UserError(message) from error
    except NotADirectoryError as error:
        message = f"{shown} is not a folder: set [Dataset] images to the folder of your pictures"
        raise UserError(message) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        message = f"the picture folder {shown} cannot be read ({why}): allow it, or set [Dataset] images"
        raise UserError(message) from error
    return str(root)


def _list(path: str, home: str, tag_suffixes: Collection[str], listing: Listing) -> None:
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    _sort_in(entry, home, tag_suffixes, listing)
    except OSError as error:
        message = f"the folder cannot be read ({error.strerror}): allow it, or move it away"
        listing.problems.append(Problem(listing.folder, "unreadable folder", message))


def _sort_in(entry: os.DirEntry[str], home: str, tag_suffixes: Collection[str], listing: Listing) -> None:
    name = entry.name
    stem, suffix = cut_suffix(name)
    small = suffix.lower()
    is_ours = small in PICTURE_SUFFIXES or small in UNSUPPORTED_SUFFIXES or small in tag_suffixes
    is_link, is_file = entry.is_symlink(), _is(entry.is_file)
    if not is_file and _is(entry.is_dir):
        (listing.linked_folders if is_link else listing.folders).append(listing.path(name))
    elif not is_ours:
        return
    elif is_link and not is_inside(os.path.realpath(entry.path), home):
        listing.report(name, "link out of the folder", _LINK_OUT)
    elif not is_file:
        if is_link:
            listing.report(name, "broken link", _LINK_BROKEN)
    elif small in PICTURE_SUFFIXES:
        listing.pictures.append(name)
    elif small in UNSUPPORTED_SUFFIXES:
        listing.unsupported.append(name)
        listing.report(name, "format not supported", _CONVERT)
    else:
        listing.texts[stem + small] = sys.intern(suffix)


def _is(kind: Callable[[], bool]) -> bool:
    """Ask an entry what it is; a link that leads round in a circle is nothing."""
    try:
        return kind()
    except OSError:
        return False
