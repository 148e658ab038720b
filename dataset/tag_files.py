"""All tag files of a picture, as they are on disk now: the one its tags come from, and further ones."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol

from dataset.beside_pictures import TAGS_EXTENSION, OwnFiles
from dataset.file_names import cut_suffix, spellings
from dataset.pictures import Picture
from dataset.tag_parsing import tag_bytes
from errors import ItemError

# A file that was written within these seconds may change again without a new time.
_RECENT = 2.0


class TagFile(NamedTuple):
    """One tag file: its name below the folder and what it holds, or why it cannot be read."""

    name: str
    data: bytes = b""
    error: ItemError | None = None


class Found(NamedTuple):
    """The tag files of a picture: those that its tags may come from, the best first, and further ones.

    By the further ones it is only judged. `state` is what `Files.state` said before they were read.
    """

    candidates: list[TagFile]
    further: list[TagFile]
    state: int = 0


class Files(Protocol):
    """The tag files of pictures, wherever they are."""

    def of(self, picture: Picture) -> Found:
        """All tag files of a picture."""

    def state(self, picture: Picture) -> int:
        """A number that is another one when a tag file of the picture has changed, come or gone.

        It is always the same where they are read once, or cannot be read any longer once they have changed.
        """
        return 0

    def saved_at(self, picture: Picture) -> int:
        """When a tag file of the picture was saved last, in nanoseconds; 0 where nobody knows."""
        return 0


@dataclass(frozen=True, slots=True)
class TagFiles(Files):
    """The tag files below `root`, by the two kinds of forms that `forms_of` in dataset/listing.py gives."""

    root: Path
    forms: tuple[str, ...]
    further: tuple[str, ...]
    own: OwnFiles | None = None

    def of(self, picture: Picture) -> Found:
        """See `Files`.

        What somebody has added since the folder was listed is among them, and not what the program wrote. By
        what somebody has changed of that, the picture is judged.
        """
        names = list(self._names(picture))
        suffix = cut_suffix(picture.name)[1]
        forms = {(suffix + form[1:] if form[0] == "*" else form).lower() for form in self.forms}
        # The state comes first, so that a file that changes while it is read is read again.
        files = Found([], [], self._state_of(names))
        for name, replaced_by in names:
            file = self._read(name)
            is_own = self.own is not None and name in self.own
            if not (is_own and self.own and self.own.is_as_written(name, file.data)):
                is_further = is_own or replaced_by.lower() not in forms
                (files.further if is_further else files.candidates).append(file)
        return files

    def state(self, picture: Picture) -> int:
        """See `Files`."""
        return self._state_of(self._names(picture))

    def _state_of(self, names: Iterable[tuple[str, str]]) -> int:
        facts: list[object] = []
        for name, _ in names:
            try:
                found = os.stat(f"{self.root}/{name}")  # noqa: PTH116 - as below
            except (OSError, ValueError):
                continue
            facts += [name, found.st_mtime_ns, found.st_size, found.st_ino]
            if found.st_mtime > time.time() - _RECENT:
                facts.append(time.monotonic_ns())
        return hash(tuple(facts))

    def saved_at(self, picture: Picture) -> int:
        """See `Files`: by the files that were there at the start."""
        stems, latest = spellings(cut_suffix(picture.name)[0]), 0
        for suffix in filter(None, (picture.tag_suffix, *picture.further_tag_suffixes)):
            for stem in stems:
                with suppress(OSError, ValueError):
                    found = os.stat(f"{self.root}/{stem}{suffix}")  # noqa: PTH116 - as below
                    latest = max(latest, found.st_mtime_ns)
        return latest

    def _names(self, picture: Picture) -> Iterator[tuple[str, str]]:
        """The name of each tag file, and the part of it that replaces the suffix of the picture."""
        stem, suffix = cut_suffix(picture.name)
        known = tuple(filter(None, (picture.tag_suffix, *picture.further_tag_suffixes)))
        stems = spellings(stem)
        # Asked several times a caption, mostly about files that are not there: text is faster than Path, and
        # an answer than an exception.
        starts = [(way, f"{self.root}/{way}") for way in stems]
        for each in dict.fromkeys(known):
            there = [way + each for way, start in starts if os.access(start + each, os.F_OK)]
            if not there and not self._has_made_room(stems, each):
                # One that has vanished meanwhile is named as its picture is.
                there = [stem + each]
            yield from ((name, each) for name in there)
        for new in _others(known, suffix, self.forms, self.further):
            for way, start in starts:
                if os.access(start + new, os.F_OK) and _is_file(start + new):
                    yield way + new, new

    def _has_made_room(self, stems: Sequence[str], suffix: str) -> bool:
        """Whether a tag file that is not there was renamed for a caption, in this run."""
        return (
            self.own is not None
            and suffix.lower() == self.own.extension
            and any(os.access(f"{self.root}/{way}{TAGS_EXTENSION}", os.F_OK) for way in stems)
        )

    def _read(self, name: str) -> TagFile:
        try:
            return TagFile(name, tag_bytes(f"{self.root}/{name}"))
        except ItemError as error:
            return TagFile(name, error=error)


@lru_cache(maxsize=1024)
def _others(known: tuple[str, ...], suffix: str, *forms: tuple[str, ...]) -> list[str]:
    """What may replace the suffix of a picture beside what is known to replace it."""
    others = dict.fromkeys(suffix + form[1:] if form[0] == "*" else form for form in chain(*forms))
    return [new for new in others if new not in known]


def _is_file(path: str) -> bool:
    """Whether there is a file; links are only followed where the listing of the folder has checked them."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False
