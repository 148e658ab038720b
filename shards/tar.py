"""Tar files: what is in them, read without unpacking anything, and new ones that hold texts.

Their members are pictures with tag files, as WebDataset groups them by their key. The key of `a/12.orig.png`
is `a/12`: the name up to the first dot. Where several pictures have one key, as `Mr. Cat.png` and
`Mr. Dog.png`, the name up to the last dot tells them apart.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from dataset.disk import refusal
from dataset.file_names import cut_suffix, natural_order
from dataset.listing import CONVERT, PICTURE_SUFFIXES, UNSUPPORTED_SUFFIXES, forms_of
from dataset.pictures import Picture
from errors import NO_TAG_FILE, ItemError, Problem
from shards.finding import Place, reading

# A header with a long name takes a few kilobytes; one that says it has more is made to fill the memory.
_LONGEST_HEADER = 1 << 20
_BLOCK = tarfile.BLOCKSIZE
_UNSAFE = "a member of a tar must be a plain file below its folder: pack it anew without this one"

_TAG_FIRST = (
    "name a table or a folder as [Dataset] tags, or pack NAME.txt with its tags into the shard, as without "
    "tags it cannot be judged whether a picture may be sent"
)


class Member(NamedTuple):
    """A file in a tar: its name, and where its bytes are."""

    name: str
    offset: int
    size: int


@dataclass(slots=True)
class Contents:
    """The members of a tar that can be used, and what is wrong with others.

    `cut_at` is the number of the member at which the file breaks off, None where it is whole. `stamp` tells
    the file from what it was before.
    """

    place: Place
    stamp: tuple[int, int]
    members: list[Member] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    cut_at: int | None = None

    def read(self, member: Member, most: int) -> bytes:
        """The bytes of a member, at most `most`; raises OSError."""
        with self.open(member) as file:
            return file.read(most)

    def open(self, member: Member) -> BinaryIO:
        """A member as a stream; raises OSError, also where the file has changed since it was read."""
        return self.place.part(member.offset, member.size, self.stamp)


class _Headers(io.RawIOBase):
    """The file as the reader of headers sees it, which can take no more than a long header at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_HEADER:
            raise tarfile.ReadError("a header is too long")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def read_contents(name: str, place: Place) -> Contents:
    """What is in a tar, from its headers alone.

    Raises ItemError for a file that cannot be read or is no tar.
    """
    try:
        with reading(), place.open() as file:
            contents = Contents(place, place.stamp())
            _read_headers(file, contents)
    except OSError as error:
        raise ItemError("unreadable shard", refusal(f"{name} cannot be read", error)) from error
    except (tarfile.TarError, ValueError) as error:
        message = f"{name} is no tar file that can be read ({error}): fetch it again; a packed one, "
        raise ItemError("unreadable shard", f"{message}such as .tar.gz, has to be unpacked first") from error
    return contents


def _read_headers(file: BinaryIO, contents: Contents) -> None:
    size = contents.stamp[0]
    with tarfile.open(fileobj=_Headers(file), mode="r:") as archive:
        number = 0
        while True:
            try:
                info = archive.next()
            except tarfile.ReadError:
                # The first header was read already, so this is a tar that breaks off or is damaged here.
                info, contents.cut_at = None, number + 1
            if info is None:
                break
            number += 1
            # The library keeps every member, which are two kilobytes each.
            archive.members.clear()  # type: ignore[attr-defined]
            if info.offset_data + info.size > size:
                contents.cut_at = number
                break
            _sort_in(info, contents)
        if contents.cut_at is None and not _ends_here(file, archive.offset):
            contents.cut_at = number + 1


def _sort_in(info: tarfile.TarInfo, contents: Contents) -> None:
    if info.isdir():
        return
    parts = info.name.replace("\\", "/").split("/")
    is_inside = not info.name.startswith(("/", "\\")) and ".." not in parts and ":" not in parts[0]
    if not info.isreg() or info.issparse() or not is_inside or "\0" in info.name:
        contents.problems.append(Problem(info.name, "unsafe member of a tar", _UNSAFE))
    elif not parts[-1].startswith("."):
        name = "/".join(part for part in parts if part not in ("", "."))
        contents.members.append(Member(name, info.offset_data, info.size))


def _ends_here(file: BinaryIO, offset: int) -> bool:
    """Whether there is the block of zeros with which every tar ends."""
    file.seek(offset)
    return file.read(_BLOCK) == bytes(_BLOCK)


def tar_pieces(texts: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """The bytes of a tar with these files, each a name and a text; the same for the same files."""
    for name, text in texts:
        data = text.encode("utf-8")
        info = tarfile.TarInfo(name)
        info.size = len(data)
        yield info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
        yield data + bytes(-len(data) % _BLOCK)
    # Two blocks of zeros end a tar.
    yield bytes(2 * _BLOCK)


@dataclass(slots=True)
class Sample:
    """A picture in a shard: its member, and those that are its tag files, the best first.

    By the `further` ones it is only judged.
    """

    picture: str
    tags: list[str] = field(default_factory=list)
    further: list[str] = field(default_factory=list)


def samples_of(names: Iterable[str], tag_extension: str) -> tuple[dict[Picture, Sample], list[Problem]]:
    """The pictures among the members of a shard, in natural order, and what cannot be used.

    `tag_extension` is "auto" or the one extension that tag files have, as for folders.
    """
    forms = forms_of(tag_extension)
    groups, problems = _groups(names)
    found: dict[Picture, Sample] = {}
    for key in sorted(groups, key=natural_order):
        for stem, members in _by_picture(key, groups[key]):
            pictures = [name for name in members if _is_picture(name)]
            problems += [
                Problem(name, "format not supported", CONVERT)
                for name in members
                if _suffix(name) in UNSUPPORTED_SUFFIXES
            ]
            if len(pictures) > 1:
                shown = " and ".join(sorted(pictures))
                message = f"{shown} would share one caption: rename all but one"
                problems += [Problem(name, "same name twice", message) for name in pictures]
            elif pictures:
                picture, sample = _sample(stem, pictures[0], members, *forms)
                found[picture] = sample
                if not sample.tags:
                    problems.append(Problem(picture.name, NO_TAG_FILE, _TAG_FIRST))
    return found, problems


def _groups(names: Iterable[str]) -> tuple[dict[str, list[str]], list[Problem]]:
    """The members by their keys; a key with a name that is there twice is left out."""
    groups: dict[str, list[str]] = {}
    twice: set[str] = set()
    seen: set[str] = set()
    for name in names:
        key = _key(name)
        groups.setdefault(key, []).append(name)
        if name in seen:
            twice.add(key)
        seen.add(name)
    message = "the shard holds a file of this key twice: pack it anew with one of them"
    for key in twice:
        del groups[key]
    return groups, [Problem(key, "same name twice", message) for key in sorted(twice)]


def _by_picture(key: str, members: Sequence[str]) -> Iterable[tuple[str, Sequence[str]]]:
    """The members of each picture of a key, behind the name that its caption gets."""
    stems = {cut_suffix(name)[0] for name in members if _is_picture(name)}
    if len(stems) < 2:
        return [(key, members)]
    found = []
    for stem in sorted(stems, key=natural_order):
        # The names of tag files may begin with the whole name of the picture: `a.png.txt`.
        own = {stem, *(name for name in members if cut_suffix(name)[0] == stem and _is_picture(name))}
        found.append((stem, [name for name in members if cut_suffix(name)[0] in own]))
    return found


def _sample(
    stem: str, member: str, members: Sequence[str], forms: Sequence[str], further: Sequence[str]
) -> tuple[Picture, Sample]:
    rank = {form.lstrip("*"): at for at, form in reversed([*enumerate(forms)])}
    known = {*rank, *(form.lstrip("*") for form in further)}
    others = [name for name in members if _suffix(name) in known and not _is_picture(name)]
    tags = sorted((name for name in others if _suffix(name) in rank), key=lambda each: rank[_suffix(each)])
    picture = Picture(stem + _suffix(member), _suffix(tags[0]) if tags else "")
    return picture, Sample(member, tags, [name for name in others if name not in tags])


def _key(name: str) -> str:
    folder, slash, base = name.rpartition("/")
    return f"{folder}{slash}{base.partition('.')[0]}"


def _suffix(name: str) -> str:
    return cut_suffix(name)[1].lower()


def _is_picture(name: str) -> bool:
    return _suffix(name) in PICTURE_SUFFIXES
