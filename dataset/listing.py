"""The pictures in a folder and the folders below it, and the tag file of each.

Listing sorts what a folder holds by what it is used for; matching then gives each picture its tag file and
reports what is left without a partner.
"""

from __future__ import annotations

import heapq
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dataset.beside_pictures import TAGS_EXTENSION, OwnFiles
from dataset.disk import is_inside
from dataset.file_names import composed, cut_suffix, natural_order, sharing_key
from dataset.pictures import Picture
from errors import NO_PICTURE_OF_TAG_FILE, NO_TAG_FILE, VIDEO, Problem, UserError
from printing import printable

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".tif", ".tiff"})
UNSUPPORTED_SUFFIXES = frozenset({".bmp", ".heic", ".heif", ".jfif", ".jp2", ".jxl"})
VIDEO_SUFFIXES = frozenset({".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm", ".wmv"})
_OF_ANY_KIND = PICTURE_SUFFIXES | UNSUPPORTED_SUFFIXES | VIDEO_SUFFIXES
# What systems, archives and network drives put into folders of pictures: thumbnails, copies, things deleted.
_FOLDERS_OF_SYSTEMS = frozenset(
    {"#recycle", "$recycle.bin", "@eadir", "@recycle", "@tmp", "__macosx", "__pycache__", "lost+found"}
    | {"recycler", "system volume information"}
)

# What replaces a picture's suffix to give its tag file, the first that exists; "*" is the suffix itself.
_FORMS = (".tags", ".txt", ".caption", ".csv", "*.txt", "*.json", ".json")
# Texts that are often in folders of pictures and are not tags of one of them.
_LOOSE_TEXTS = frozenset(
    {"captions", "changelog", "classes", "copying", "credits", "data", "dataset", "index", "labels"}
    | {"licence", "license", "metadata", "notes", "prompts", "readme", "requirements", "sample_prompts"}
    | {"tags", "urls"}
)

CONVERT = "this format cannot be sent to a model: convert the picture to PNG or JPEG"
_LINK_OUT = "the link leads out of the picture folder and is not followed: copy what it points to"
_LINK_BROKEN = "the link is broken: repair it or delete it"
_NO_FILE = "it is a pipe or a device, not a file: move it away, or put a file in its place"
_VIDEO = "captions of clips are not made yet: take pictures out of the clip, or move it away"
TAG_FIRST = (
    "without tags nobody can judge whether a picture may be sent: tag it with TagGUI or the WD tagger of "
    "sd-scripts or OneTrainer, or by hand in NAME.txt beside it, with commas between the tags"
)
_NO_PICTURE = "no picture has the name of this tag file: rename the file or its picture, or delete the file"


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder of pictures holds, in natural order, folder by folder.

    A picture with the problem NO_TAG_FILE is in `pictures` too, since it can still be described.
    """

    pictures: tuple[Picture, ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Listing:
    """What one folder holds, without the folders below it.

    `texts` has the tag files: "b.txt" ─▶ ".TXT", the key composed and with a suffix in small letters, the
    value as the suffix is written. `twins` has the other suffixes of those that are there in several ways of
    writing.
    """

    folder: str
    pictures: list[str] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    twins: dict[str, list[str]] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    linked_folders: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def path(self, name: str) -> str:
        """The name of an entry, relative to the picture folder."""
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


def find_pictures(
    root: Path,
    *,
    recursive: bool,
    tag_extension: str,
    own: OwnFiles | None = None,
    outputs: Collection[Path] = (),
) -> Folder:
    """Find the pictures below a folder, and the tag file of each.

    `tag_extension` is "auto", or the one extension (".txt") that tag files have; others are further tag files
    of a picture, by which it is judged. `own` are the files that the program itself wrote beside the
    pictures, which are no tag files. `outputs` are folders for results, which are left out when they lie
    below the folder. Hidden files and folders are left out, and links out of the folder are not followed. A
    folder that can be reached twice, through a link, is read once.
    Raises UserError when the folder cannot be read at all.
    """
    forms, further = forms_of(tag_extension, own)
    suffixes = frozenset(form.lstrip("*") for form in (*forms, *further))
    listings = _list_folders(root, recursive=recursive, tag_suffixes=suffixes, outputs=outputs)
    found = [(listing.folder, *_match(listing, forms, further, own)) for listing in listings]
    found.sort(key=lambda entry: [natural_order(part) for part in entry[0].split("/")])
    return Folder(
        tuple(picture for _, pictures, _ in found for picture in pictures),
        tuple(problem for _, _, problems in found for problem in problems),
    )


def forms_of(tag_extension: str, own: OwnFiles | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What replaces the suffix of a picture to give its tag file and its further ones; "*" is the suffix.

    With `own`, tag files with the extension of captions may have been renamed.
    """
    written = tag_extension.lower()
    renamed = [TAGS_EXTENSION] if own is not None and written == own.extension else []
    forms = _FORMS if written == "auto" else (*renamed, written, f"*{written}")
    return forms, tuple(form for form in _FORMS if form not in forms)


def _list_folders(
    root: Path, *, recursive: bool, tag_suffixes: Collection[str], outputs: Collection[Path]
) -> Iterator[_Listing]:
    """List the folder and the folders below it, each real folder once, without those for results.

    Links to folders are followed after all real folders are read, so that a picture keeps its real name,
    and so that circles of links come to an end.
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
        listing = _Listing(folder)
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
    folder = f"the picture folder {shown}"
    try:
        os.scandir(root).close()
    except FileNotFoundError as error:
        raise UserError(f"{folder} does not exist: make it, or set [Dataset] images") from error
    except NotADirectoryError as error:
        message = f"{shown} is not a folder: set [Dataset] images to the folder of your pictures"
        raise UserError(message) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UserError(f"{folder} cannot be read ({why}): allow it, or set [Dataset] images") from error
    return str(root)


def _list(path: str, home: str, tag_suffixes: Collection[str], listing: _Listing) -> None:
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.name.lower() not in _FOLDERS_OF_SYSTEMS:
                    _sort_in(entry, home, tag_suffixes, listing)
    except OSError as error:
        message = f"the folder cannot be read ({error.strerror}): allow it, or move it away"
        listing.problems.append(Problem(listing.folder, "unreadable folder", message))


def _sort_in(entry: os.DirEntry[str], home: str, tag_suffixes: Collection[str], listing: _Listing) -> None:
    name = entry.name
    stem, suffix = cut_suffix(name)
    small = suffix.lower()
    is_ours = small in _OF_ANY_KIND or small in tag_suffixes
    is_link, is_file = entry.is_symlink(), _is_kind(entry.is_file)
    if not is_file and _is_kind(entry.is_dir):
        (listing.linked_folders if is_link else listing.folders).append(listing.path(name))
    elif not is_ours:
        return
    elif is_link and not is_inside(os.path.realpath(entry.path), home):
        listing.report(name, "link out of the folder", _LINK_OUT)
    elif not is_file:
        is_broken = is_link and not Path(entry.path).exists()
        listing.report(name, *(("broken link", _LINK_BROKEN) if is_broken else ("not a file", _NO_FILE)))
    elif small in PICTURE_SUFFIXES:
        listing.pictures.append(name)
    elif small in _OF_ANY_KIND:
        listing.unsupported.append(name)
        is_video = small in VIDEO_SUFFIXES
        listing.report(name, *((VIDEO, _VIDEO) if is_video else ("format not supported", CONVERT)))
    else:
        key = composed(stem) + small
        written = listing.texts.setdefault(key, sys.intern(suffix))
        if written != suffix:
            listing.twins.setdefault(key, []).append(suffix)


def _is_kind(kind: Callable[[], bool]) -> bool:
    """Ask an entry what it is; a link in a circle of links is neither a file nor a folder."""
    try:
        return kind()
    except OSError:
        return False


def _match(
    listing: _Listing, forms: tuple[str, ...], further: tuple[str, ...], own: OwnFiles | None
) -> tuple[list[Picture], list[Problem]]:
    """Give each picture of a folder its tag file, and report what is left without a partner."""
    listing.pictures.sort(key=natural_order)
    if own is not None:
        for text, suffix in list(listing.texts.items()):
            if listing.path(cut_suffix(text)[0] + suffix) in own:
                del listing.texts[text]
    pictures = []
    for same in _by_key(listing.pictures).values():
        if len(same) > 1:
            shown = " and ".join(map(printable, same))
            for name in same:
                message = f"{shown} would share one caption: rename all but one"
                listing.report(name, "same name twice", message)
            continue
        tag_suffix, *others = _tag_suffixes(same[0], forms, listing) or [""]
        others += _tag_suffixes(same[0], further, listing)
        pictures.append(Picture(listing.path(same[0]), tag_suffix, tuple(others)))
        if not tag_suffix:
            listing.report(same[0], NO_TAG_FILE, TAG_FIRST)
    if listing.texts:
        _report_orphans(listing, forms)
    listing.problems.sort(key=lambda problem: natural_order(problem.name))
    return pictures, listing.problems


def _by_key(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Group names that would share one caption, in their order."""
    groups: dict[str, tuple[str, ...]] = {}
    for name in names:
        key = sharing_key(cut_suffix(name)[0])
        groups[key] = (*groups[key], name) if key in groups else (name,)
    return groups


def _tag_suffixes(picture: str, forms: tuple[str, ...], listing: _Listing) -> list[str]:
    """Take the tag files of a picture out of the texts of the folder: their suffixes, the best first."""
    stem, suffix = cut_suffix(picture)
    stem, found = composed(stem), list[str]()
    for form in forms:
        front, small = (suffix, form[1:]) if form[0] == "*" else ("", form)
        name = stem + front + small
        if written := listing.texts.pop(name, None):
            found += [sys.intern(front + each) for each in (written, *listing.twins.get(name, ()))]
    return found


def _report_orphans(listing: _Listing, forms: tuple[str, ...]) -> None:
    by_key = _by_key([*listing.pictures, *listing.unsupported])
    for text, suffix in listing.texts.items():
        base = cut_suffix(text)[0]
        stem, picture_suffix = cut_suffix(base)
        if sharing_key(base) in by_key or base in by_key.get(sharing_key(stem), ()):
            continue
        small = suffix.lower()
        known = picture_suffix.lower() in _OF_ANY_KIND
        # A .json may hold anything, unless it is named after a picture.
        is_loose = small not in forms or small == ".json" or base.lower() in _LOOSE_TEXTS
        if not is_loose or (known and f"*{small}" in forms):
            listing.report(base + suffix, NO_PICTURE_OF_TAG_FILE, _NO_PICTURE)
