"""The captions that exist, as a trainer reads them, and the further files that some trainers want.

The texts in the captions folder are the truth, those edited by hand included, and nothing here asks a model.
Pictures that are never captioned are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(slots=True)
class Count:
    """How many captions there are and how many files were written, and what the user should know of them.

    `joined` are texts of several lines that were read as one caption, `unread` are pictures whose tag files
    cannot be read, and `foreign` is a sentence about a file of somebody else's.
    """

    captions: int = 0
    missing: int = 0
    joined: int = 0
    unread: int = 0
    files: int = 0
    foreign: str = ""

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
    count, root = Count(), project.settings.dataset.captions
    captions = existing_captions(project, count)
    if target.side_files is None:
        for _ in captions:
            pass  # Reading them counts them.
        return count
    before = project.journal.side_files()
    outdated = {name: each.text for name, each in before.items() if each.target == target.name and each.text}
    for side in target.side_files(captions):
        last = before[side.name].text if side.name in before else ""
        outdated.pop(side.name, None)
        try:
            digest = write_pieces(root, side.name, side.pieces, only_over=last)
        except ItemError as error:
            count.foreign = f"{error}."
            continue
        if digest is None:
            count.foreign = _FOREIGN.format(root / side.name)
            continue
        count.files += 1
        if digest != last:
            project.journal.add_side_file(target.name, side.name, digest)
    for name, last in outdated.items():
        if remove_own(root, name, last):
            project.journal.add_side_file(target.name, name, "")
    project.journal.close()
    return count


def write_after_run(project: Project, say: Callable[[str], None], trouble: Callable[[str], None]) -> None:
    """Write the further files of the target in the settings; `trouble` is told what could not be written."""
    if project.target.side_files is None:
        return
    if not project.captions.texts.names() and not project.journal.side_files():
        return
    count = write_beside_texts(project, project.target)
    say(count.line(project.target.name, project.settings.dataset.captions))
    if count.foreign:
        trouble(count.foreign)
