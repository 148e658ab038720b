"""The pictures of a folder and where the tags of each are.

A data set can hold a million pictures, so a picture is two short strings here and no `Path`:

    Picture("a/b.png", ".txt")        a/b.png, tags in a/b.txt        (taggers, trainers)
    Picture("a/b.png", ".png.txt")    a/b.png, tags in a/b.png.txt    (gallery-dl, Hydrus)
    Picture("a/b.png", "")            a/b.png, no tags

Names are relative to the folder and use "/" everywhere. Bytes that are no UTF-8 stay in them as Python's
surrogate escapes, so that the file can be opened; show such a name with `printable`.
"""

from __future__ import annotations

import heapq
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from errors import UserError

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"})
UNSUPPORTED_SUFFIXES = frozenset({".bmp", ".heic", ".heif", ".jfif", ".jp2", ".jxl"})
# What replaces a picture's suffix to give its tag file, the first that exists; "*" is the suffix itself.
_FORMS = (".tags", ".txt", ".caption", ".csv", "*.txt", "*.json", ".json")
# Texts that lie in folders of pictures and were never meant for one of them.
_LOOSE_TEXTS = frozenset(
    {"captions", "changelog", "classes", "copying", "credits", "data", "dataset", "index", "labels"}
    | {"licence", "license", "metadata", "notes", "prompts", "readme", "requirements", "sample_prompts"}
    | {"tags", "urls"}
)
_DIGITS = re.compile(r"[0-9]+")
_LONGEST_NUMBER = ord("a") - ord("0") - 1

_NO_TAGS = "there is no tag file beside the picture: add one, or set [Dataset] tag_extension"
_NO_PICTURE = "no picture has the name of this tag file: rename one of them, or delete the tag file"
_CONVERT = "this format cannot be sent to a model: convert the picture to PNG or JPEG"
_LINK_OUT = "the link leads out of the picture folder and is not followed: copy what it points to"
_LINK_BROKEN = "the link leads nowhere: mend or delete it"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name below the folder, and what replaces its suffix to give its tag file's name."""

    name: str
    tag_suffix: str

    @property
    def stem_name(self) -> str:
        """The name without its suffix, which captions and descriptions are named after: "a/b"."""
        return self.name[: self.name.rindex(".")]

    @property
    def folder(self) -> str:
        """The folder the picture is in: "a"; "" for the picture folder itself."""
        return self.name.rpartition("/")[0]

    @property
    def tag_file(self) -> str | None:
        """The name of its tag file below the folder, None when it has none."""
        return self.stem_name + self.tag_suffix if self.tag_suffix else None


@dataclass(frozen=True, slots=True)
class Problem:
    """One file or folder that is not as it should be; `reason` is what problems are counted by."""

    name: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder of pictures holds, in natural order, folder by folder.

    A picture whose problem is "no tag file" is in `pictures` too, for it can still be described.
    """

    pictures: tuple[Picture, ...]
    problems: tuple[Problem, ...]


def find_pictures(
    root: Path,
    *,
    recursive: bool,
    tag_extension: str,
    ignore: Collection[str],
    outputs: Collection[Path] = (),
) -> Folder:
    """Find the pictures below a folder, and the tag file of each.

    `tag_extension` is "auto", or the one extension (".txt") that tag files have. `ignore` are extensions of
    what is written beside the pictures: `b.txt` is then no tag file of `b.png`, but `b.png.txt` still is.
    `outputs` are folders for results; where one lies below the folder, it is not looked into.
    Hidden files and folders are passed over, and links out of the folder are not followed. A folder that
    is reached twice, through a link, is read once.
    Raises UserError when the folder cannot be read at all.
    """
    forms = _forms(tag_extension, ignore)
    suffixes = frozenset(form.lstrip("*") for form in forms)
    home = _checked(root)
    closed = {os.path.realpath(output) for output in outputs} - {os.path.realpath(home)}
    found = [
        (listing.folder, *_match(listing, forms)) for listing in _walk(home, recursive, suffixes, closed)
    ]
    found.sort(key=lambda entry: [natural_order(part) for part in entry[0].split("/")])
    return Folder(
        tuple(picture for _, pictures, _ in found for picture in pictures),
        tuple(problem for _, _, problems in found for problem in problems),
    )


def holds_pictures(folder: Path) -> bool:
    """Whether there is a picture anywhere below a folder."""
    return any(
        _split(name)[1].lower() in PICTURE_SUFFIXES
        for _, _, names in os.walk(folder)
        for name in names
        if not name.startswith(".")
    )


def natural_order(name: str) -> tuple[str, str]:
    """A key that sorts file2 before file10, whatever the case of the letters."""
    # A run of digits sorts by its length first, then digit by digit, and before every letter.
    return _DIGITS.sub(_with_length, name.lower()), name


def _with_length(digits: re.Match[str]) -> str:
    number = digits[0].lstrip("0")
    return chr(ord("0") + min(len(number), _LONGEST_NUMBER)) + number


def printable(name: str) -> str:
    """A file name as it can be shown on one line: line breaks and undecodable bytes are escaped."""
    shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in shown)


def _forms(tag_extension: str, ignore: Collection[str]) -> tuple[str, ...]:
    written = tag_extension.lower()
    forms = _FORMS if written == "auto" else (written, f"*{written}")
    return tuple(form for form in forms if form not in ignore)


@dataclass(slots=True)
class _Listing:
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


def _walk(
    root: str, recursive: bool, tag_suffixes: Collection[str], closed: Collection[str]
) -> Iterator[_Listing]:
    """List the folder and those below it, each real folder once, and those that are closed not at all.

    Links to folders wait until all real folders are read, so that a picture keeps its real name, and
    so that a circle of links ends.
    """
    home = os.path.realpath(root)
    read: set[str] = set(closed)
    folders = [""]
    linked: list[tuple[str, str]] = []
    while folders or linked:
        folder = folders.pop() if folders else heapq.heappop(linked)[1]
        real = os.path.realpath(f"{root}/{folder}")
        if real in read:
            continue
        read.add(real)
        listing = _Listing(folder)
        if _is_inside(real, home):
            _list(f"{root}/{folder}", home, tag_suffixes, listing)
        else:
            listing.problems.append(Problem(folder, "link out of the folder", _LINK_OUT))
        yield listing
        if recursive:
            folders += listing.folders
            for link in listing.linked_folders:
                heapq.heappush(linked, natural_order(link))


def _is_inside(real: str, home: str) -> bool:
    return real == home or real.startswith(home.rstrip(os.sep) + os.sep)


def _list(path: str, home: str, tag_suffixes: Collection[str], listing: _Listing) -> None:
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    _sort_in(entry, home, tag_suffixes, listing)
    except OSError as error:
        message = f"the folder cannot be read ({error.strerror}): allow it, or move it away"
        listing.problems.append(Problem(listing.folder, "unreadable folder", message))


def _sort_in(entry: os.DirEntry[str], home: str, tag_suffixes: Collection[str], listing: _Listing) -> None:
    name = entry.name
    stem, suffix = _split(name)
    small = suffix.lower()
    is_ours = small in PICTURE_SUFFIXES or small in UNSUPPORTED_SUFFIXES or small in tag_suffixes
    is_link, is_file = entry.is_symlink(), _is(entry.is_file)
    if not is_file and _is(entry.is_dir):
        (listing.linked_folders if is_link else listing.folders).append(listing.path(name))
    elif not is_ours:
        return
    elif is_link and not _is_inside(os.path.realpath(entry.path), home):
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


def _split(name: str) -> tuple[str, str]:
    """Cut "b.png" into "b" and ".png"; a name without a dot has no suffix."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem else (name, "")


def _same_name_key(stem: str) -> str:
    """What two stems share when one caption file would be written for both.

    Letters of another case count as the same, wherever this runs: data sets are carried between Linux and
    Windows or macOS, where A.txt overwrites a.txt without a word. So do accents composed in two ways.
    """
    return stem.lower() if stem.isascii() else unicodedata.normalize("NFC", stem).casefold()


def _match(listing: _Listing, forms: tuple[str, ...]) -> tuple[list[Picture], list[Problem]]:
    """Give each picture of a folder its tag file, and report what stays without a partner."""
    listing.pictures.sort(key=natural_order)
    pictures = []
    for same in _by_key(listing.pictures).values():
        if len(same) > 1:
            _report_same(same, listing)
            continue
        tag_suffix = _tag_suffix(same[0], forms, listing.texts)
        pictures.append(Picture(listing.path(same[0]), tag_suffix))
        if not tag_suffix:
            listing.report(same[0], "no tag file", _NO_TAGS)
    if listing.texts:
        _report_orphans(listing, forms)
    listing.problems.sort(key=lambda problem: natural_order(problem.name))
    return pictures, listing.problems


def _by_key(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Group names that would share one caption, in their order."""
    groups: dict[str, tuple[str, ...]] = {}
    for name in names:
        key = _same_name_key(_split(name)[0])
        groups[key] = (*groups[key], name) if key in groups else (name,)
    return groups


def _report_same(names: Iterable[str], listing: _Listing) -> None:
    shown = " and ".join(map(printable, names))
    for name in names:
        listing.report(name, "same name twice", f"{shown} would share one caption: rename all but one")


def _tag_suffix(picture: str, forms: tuple[str, ...], texts: dict[str, str]) -> str:
    """Take the tag file of a picture out of the folder's texts; "" when there is none."""
    stem, suffix = _split(picture)
    for form in forms:
        front, small = (suffix, form[1:]) if form[0] == "*" else ("", form)
        if written := texts.pop(stem + front + small, None):
            return sys.intern(front + written)
    return ""


def _report_orphans(listing: _Listing, forms: tuple[str, ...]) -> None:
    by_key = _by_key([*listing.pictures, *listing.unsupported])
    for text, suffix in listing.texts.items():
        base = _split(text)[0]
        stem, picture_suffix = _split(base)
        if _same_name_key(base) in by_key or base in by_key.get(_same_name_key(stem), ()):
            continue
        small = suffix.lower()
        known = picture_suffix.lower() in PICTURE_SUFFIXES | UNSUPPORTED_SUFFIXES
        # A .json may be anything, unless it is named after a picture.
        is_loose = small not in forms or small == ".json" or base.lower() in _LOOSE_TEXTS
        if not is_loose or (known and f"*{small}" in forms):
            listing.report(base + suffix, "tag file without picture", _NO_PICTURE)
