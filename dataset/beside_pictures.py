"""Captions that stand beside their pictures, where their names may be those of tag files.

`a.txt` may then be the tags of `a.png` or its caption, and `a.json` too. The journal decides: a caption that
is in it, and a file for a trainer, is no tag file. A file that was changed since counts as a further tag
file, by which the picture is judged.

    a.png  a.txt (tags)                  as people have it
    a.png  a.tags         a.txt (caption)    after a run

A tag file in the place of a caption is renamed in three steps: a line in the journal, the file under its new
name, and its old name removed. A kill between any two leaves the tags under at least one name, and the next
run does the rest. The caption is only written after that.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from pathlib import Path

from dataset.disk import move_to_free_place, remove, write_refusal
from dataset.file_names import spellings
from dataset.journal import INTERPRETER, RENAMED, RENAMED_BACK, TAG_FILES, Journal
from dataset.pictures import Picture
from dataset.sentences import is_sentences
from dataset.tag_parsing import LARGEST_FILE
from dataset.text_digests import digest_of_bytes, text_in
from decoding import open_file
from errors import ItemError, UserError

TAGS_EXTENSION = ".tags"


class OwnFiles:
    """The names of these files below the folder of pictures, and the digests of what was written into them.

    `half_renamed` are the pictures whose tags a kill has left under both names.
    """

    def __init__(self, root: Path, extension: str, journal: Journal) -> None:
        """`extension` is that of captions."""
        self.extension = extension
        self._root = root
        self.half_renamed: set[str] = set()
        self._digests: dict[str, set[str]] = {}
        given_back = set()
        for record in journal.records(INTERPRETER, TAG_FILES):
            name = f"{record.picture}{extension}"
            if record.outcome == RENAMED_BACK:
                given_back.add(name)
            elif record.outcome == RENAMED or (record.is_written and record.text):
                given_back.discard(name)
                self._digests.setdefault(name, set()).update({record.text} - {""})
        unwritten = {name for name, digests in self._digests.items() if not digests}
        for name in unwritten | given_back:
            # A kill may have come between the line in the journal and a file that was to be renamed.
            stem = name.removesuffix(extension)
            tags = root / f"{stem}{TAGS_EXTENSION}"
            if is_same_file(tags, root / name):
                self.half_renamed.add(stem)
            # Unlike Path.is_file, this is False for a name that is too long.
            if stem in self.half_renamed or not os.path.isfile(tags):  # noqa: PTH113
                self._digests.pop(name, None)
        for name, file in journal.side_files().items():
            if file.is_there:
                self._digests.setdefault(name, set()).update(file.digests)

    def __contains__(self, name: str) -> bool:
        return name in self._digests

    def add(self, picture: str, text_digest: str) -> None:
        """Note the caption that is about to be written for a picture, by its name without suffix."""
        self._digests.setdefault(f"{picture}{self.extension}", set()).add(text_digest)

    def is_as_written(self, name: str, data: bytes) -> bool:
        """Whether a file is one of these, and nobody has changed it."""
        return digest_of_bytes(data) in self._digests.get(name, ())

    def is_in_the_way(self, picture: Picture) -> bool:
        """Whether the tag file of a picture has the name that its caption would have.

        Sentences that people wrote there are its caption, and stay.
        """
        if picture.stem_name in self.half_renamed:
            return True
        return picture.tag_suffix.lower() == self.extension and any(
            text is not None and not is_sentences(text) for text in self._texts(picture)
        )

    def _texts(self, picture: Picture) -> Iterator[str | None]:
        for stem in spellings(picture.stem_name):
            with suppress(OSError), open_file(self._root / f"{stem}{picture.tag_suffix}") as file:
                yield text_in(file.read(LARGEST_FILE))


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two files hold the same, as a kill leaves a file that was about to be renamed."""
    with suppress(OSError), open_file(one) as first, open_file(other) as second:
        return first.read() == second.read()
    return False


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
