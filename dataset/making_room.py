"""Tag files that stand where captions go: each is called NAME.tags once its picture has a caption.

A tag file is renamed in three steps: a line in the journal, the file under its new name, and its old name
removed. A kill between any two leaves the tags under at least one name, and the next run does the rest. The
caption is only written after that.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

from dataset.disk import move_to_free_place, remove, write_refusal
from dataset.file_names import spellings
from dataset.images import Picture
from dataset.journal import RENAMED, Journal
from dataset.own_files import TAGS_EXTENSION, OwnFiles, is_same_file
from errors import ItemError, UserError


class TagFilesInTheWay:
    """The tag files that have the names of captions; `renamed` counts those that made room."""

    def __init__(self, root: Path, own: OwnFiles, pictures: Iterable[Picture], journal: Journal) -> None:
        """`root` is the folder of the pictures."""
        self.renamed = 0
        self._root = root
        self._extension = own.extension
        self._journal = journal
        self._suffixes = {each.stem_name: each.tag_suffix for each in pictures if own.is_in_the_way(each)}

    @property
    def names(self) -> Set[str]:
        """The pictures whose tag files are in the way, as they are now."""
        return self._suffixes.keys()

    def refuse_stuck(self, name: str) -> None:
        """Raise ItemError if the tag file of a picture is in the way and cannot be renamed."""
        for source, target in self._moves(name):
            try:
                os.lstat(target)
            except FileNotFoundError:
                continue
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise UserError(write_refusal(target, error)) from error
                why, remedy = "cannot be called .tags", "give picture and tag file a shorter name"
            else:
                if is_same_file(source, target):
                    continue  # A kill came before the old name was removed.
                why, remedy = f"cannot be called {target.name}, which is there", "move one away"
            raise ItemError("place of the caption is taken", f"{source} holds tags, and {why}: {remedy}")

    def make_room(self, name: str) -> None:
        """Rename the tag file of a picture if it is in the way; raises ItemError and UserError."""
        if name not in self._suffixes:
            return
        self.refuse_stuck(name)
        for source, target in self._moves(name):
            self._journal.add_tag_file(name, RENAMED, source.relative_to(self._root).as_posix())
            try:
                if not move_to_free_place(source, target):
                    remove(source)
            except OSError as error:
                raise UserError(write_refusal(target, error)) from error
        del self._suffixes[name]
        self.renamed += 1

    def _moves(self, name: str) -> Iterator[tuple[Path, Path]]:
        """The files of a picture to be renamed, with their new paths."""
        written = self._suffixes.get(name, "")
        for stem in spellings(name) if written else ():
            for suffix in dict.fromkeys((written, self._extension)):
                source = self._root / f"{stem}{suffix}"
                if suffix.lower() == self._extension and source.is_file():
                    yield source, self._root / f"{stem}{TAGS_EXTENSION}"
