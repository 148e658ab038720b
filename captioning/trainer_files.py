"""The captions that exist, as a trainer reads them, and the further files that some trainers want.

The texts in the captions folder are the truth, those edited by hand included, and nothing here asks a model.
Pictures that are never captioned are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from captioning.project import Project
from dataset.disk import remove_own, write_pieces
from dataset.images import Picture
from dataset.trainers import Captioned, Target, captioned
from english import amount
from errors import ExcludedError, ItemError

_FOREIGN = (
    "{} was left as it is, for another program wrote it, or somebody has changed it since: "
    "move it away and run again."
)
_MOST_TOLD = 5


@dataclass(slots=True)
class Count:
    """How many captions there are and how many files were written, and what the user should know of them.

    `joined` are texts of several lines that were read as one caption, `unread` are pictures whose tag files
    cannot be read, and `foreign` are sentences about files of somebody else's, which are left as they are.
    """

    captions: int = 0
    missing: int = 0
    joined: int = 0
    unread: int = 0
    files: int = 0
    foreign: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """The first sentences about files that were not written, and how many there are beside them."""
        rest = len(self.foreign) - _MOST_TOLD
        more = [f"… and {amount(rest, 'other file')} were left as they are too."] if rest > 0 else []
        return [*self.foreign[:_MOST_TOLD], *more]

    def line(self, target: str, place: Path) -> str:
        """All of it in one line."""
        captions, files = amount(self.captions, "caption"), amount(self.files, "file")
        parts = [f"For {target}: {captions}, {files} written to {place}"]
        if self.missing:
            parts.append(f"{amount(self.missing, 'picture')} without a caption")
        if self.unread:
            parts.append(f"{amount(self.unread, 'picture')} left out, because a tag file cannot be read")
        if self.joined:
            parts.append(f"{amount(self.joined, 'text')} of several lines read as one caption")
        return f"{'; '.join(parts)}."


def existing_captions(project: Project, count: Count) -> Iterator[Captioned]:
    """Every picture that has a caption, in natural order, folder by folder.

    They are counted in `count`, anew each time they are read.
    """
    count.captions = count.missing = count.joined = count.unread = 0
    names = project.settings.interpreter.caption_names
    for picture in project.collection.folder.pictures:
        text = project.captions.read(picture.stem_name) or ""
        captions = project.target.captions(text, names)
        try:
            tags = _tags(project, picture, text)
        except ExcludedError:
            continue
        except ItemError:
            # Nobody knows whether such a picture may be captioned.
            count.unread += 1
            continue
        if not captions:
            count.missing += 1
            continue
        count.captions += 1
        count.joined += len(names) == 1 and "\n" in text
        yield captioned(picture, captions, names, tags)


def _tags(project: Project, picture: Picture, text: str) -> tuple[str, ...]:
    """The tags of a picture with this caption, none where there is no tag file.

    Raises ItemError where they cannot be read, and ExcludedError.
    """
    description = project.descriptions.read(picture.stem_name) or ""
    project.collection.admit(picture, *text.split("\n"), description)
    return project.collection.tags(picture).tags if picture.tag_file else ()


def write_beside_texts(project: Project, target: Target) -> Count:
    """Write the further files of a target into the captions folder, but over nobody else's.

    Those of captions that are no longer there are removed, because the trainer would go on reading them.
    """
    count, captions = Count(), project.settings.dataset.captions
    writer = Writer(project, captions, count, target.name)
    existing = existing_captions(project, count)
    if target.side_files is None:
        for _ in existing:
            pass  # Reading them counts them.
    else:
        for side in target.side_files(existing):
            writer.write(side.name, side.pieces)
        writer.remove_others()
    project.journal.close()
    return count


class Writer:
    """Writes further files below a folder, and over none that is not as the journal says it was written."""

    def __init__(self, project: Project, root: Path, count: Count, target: str = "") -> None:
        """Without a `target` an export writes, to a place of the user's choice."""
        self._journal = project.journal
        self._target = target
        self._written = project.journal.side_files()
        self._root = root
        # Files beside the texts are known by their name there, others by their whole path.
        captions = project.settings.dataset.captions
        is_beside = root.resolve() == captions.resolve()
        self._prefix = "" if is_beside else f"{root.resolve().as_posix()}/"
        self._count = count
        self._names: set[str] = set()

    def write(self, name: str, pieces: Iterable[str | bytes]) -> None:
        """Write one file, or say why it is left as it is."""
        known = f"{self._prefix}{name}"
        self._names.add(known)
        ours = self._written[known].digests if known in self._written else ()
        note = partial(self._journal.add_side_file, self._target, known)
        try:
            is_written = write_pieces(self._root, name, pieces, ours, note)
        except ItemError as error:
            self._count.foreign.append(f"{error}.")
            return
        if is_written:
            self._count.files += 1
        else:
            self._count.foreign.append(_FOREIGN.format(self._root / name))

    def remove_others(self) -> None:
        """Remove files of the target that were written earlier, and not by this writer."""
        for name, file in self._written.items():
            is_outdated = file.target == self._target and file.is_there and name not in self._names
            if is_outdated and remove_own(self._root, name, file.digests):
                self._journal.add_side_file(self._target, name, "")


def write_after_run(project: Project, say: Callable[[str], None], trouble: Callable[[str], None]) -> None:
    """Write the further files of the target in the settings; `trouble` is told what could not be written."""
    if project.target.side_files is None:
        return
    if not project.captions.texts.names() and not project.journal.side_files():
        return
    count = write_beside_texts(project, project.target)
    say(count.line(project.target.name, project.settings.dataset.captions))
    for sentence in count.told():
        trouble(sentence)
