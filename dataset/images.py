"""The pictures of a folder and where the tags of each are.

A data set can hold a million pictures, so a picture is two short strings here and no `Path`:

    Picture("a/b.png", ".txt")        a/b.png, tags in a/b.txt        (taggers, trainers)
    Picture("a/b.png", ".png.txt")    a/b.png, tags in a/b.png.txt    (gallery-dl, Hydrus)
    Picture("a/b.png", "")            a/b.png, no tags

Names are relative to the folder and use "/" everywhere. Bytes that are no UTF-8 stay in them as Python's
surrogate escapes, so that the file can be opened; show such a name with `printable`.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from dataset.file_names import cut_suffix, natural_order, printable, sharing_key
from dataset.listing import PICTURE_SUFFIXES, UNSUPPORTED_SUFFIXES, Listing, list_folders
from errors import NO_PICTURE_OF_TAG_FILE, NO_TAG_FILE, Problem

# What replaces a picture's suffix to give its tag file, the first that exists; "*" is the suffix itself.
_FORMS = (".tags", ".txt", ".caption", ".csv", "*.txt", "*.json", ".json")
# Texts that lie in folders of pictures and were never meant for one of them.
_LOOSE_TEXTS = frozenset(
    {"captions", "changelog", "classes", "copying", "credits", "data", "dataset", "index", "labels"}
    | {"licence", "license", "metadata", "notes", "prompts", "readme", "requirements", "sample_prompts"}
    | {"tags", "urls"}
)

_NO_TAGS = "there is no tag file beside the picture: add one, or set [Dataset] tag_extension"
_NO_PICTURE = "no picture has the name of this tag file: rename one of them, or delete the tag file"


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
    listings = list_folders(root, recursive=recursive, tag_suffixes=suffixes, outputs=outputs)
    found = [(listing.folder, *_match(listing, forms)) for listing in listings]
    found.sort(key=lambda entry: [natural_order(part) for part in entry[0].split("/")])
    return Folder(
        tuple(picture for _, pictures, _ in found for picture in pictures),
        tuple(problem for _, _, problems in found for problem in problems),
    )


def _forms(tag_extension: str, ignore: Collection[str]) -> tuple[str, ...]:
    written = tag_extension.lower()
    forms = _FORMS if written == "auto" else (written, f"*{written}")
    return tuple(form for form in forms if form not in ignore)


def _match(listing: Listing, forms: tuple[str, ...]) -> tuple[list[Picture], list[Problem]]:
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
            listing.report(same[0], NO_TAG_FILE, _NO_TAGS)
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


def _report_same(names: Iterable[str], listing: Listing) -> None:
    shown = " and ".join(map(printable, names))
    for name in names:
        listing.report(name, "same name twice", f"{shown} would share one caption: rename all but one")


def _tag_suffix(picture: str, forms: tuple[str, ...], texts: dict[str, str]) -> str:
    """Take the tag file of a picture out of the folder's texts; "" when there is none."""
    stem, suffix = cut_suffix(picture)
    for form in forms:
        front, small = (suffix, form[1:]) if form[0] == "*" else ("", form)
        if written := texts.pop(stem + front + small, None):
            return sys.intern(front + written)
    return ""


def _report_orphans(listing: Listing, forms: tuple[str, ...]) -> None:
    by_key = _by_key([*listing.pictures, *listing.unsupported])
    for text, suffix in listing.texts.items():
        base = cut_suffix(text)[0]
        stem, picture_suffix = cut_suffix(base)
        if sharing_key(base) in by_key or base in by_key.get(sharing_key(stem), ()):
            continue
        small = suffix.lower()
        known = picture_suffix.lower() in PICTURE_SUFFIXES | UNSUPPORTED_SUFFIXES
        # A .json may be anything, unless it is named after a picture.
        is_loose = small not in forms or small == ".json" or base.lower() in _LOOSE_TEXTS
        if not is_loose or (known and f"*{small}" in forms):
            listing.report(base + suffix, NO_PICTURE_OF_TAG_FILE, _NO_PICTURE)
