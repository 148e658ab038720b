"""The captions that exist as a trainer reads them, its further files, and what to write in its config.

The texts in the captions folder are the truth, those edited by hand included, and nothing here asks a model.
Pictures that are never captioned are left out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from captioning.project import Project
from dataset.disk import remove_own, write_pieces
from dataset.journal import Journal
from dataset.pictures import Picture, evenly_spread
from dataset.side_files import Captioned
from dataset.text_digests import text_in
from dataset.trainer_configs import Setup
from dataset.trainers import Target, captioned, captions_in, why_misread
from english import amount, first_few
from errors import ExcludedError, ItemError

_FOREIGN = (
    "{} was left as it is, for another program wrote it, or somebody has changed it since: "
    "move it away and run again."
)
_MOST_SHOWN = 5
# At most this many texts are checked, which takes some tenths of a second.
_MOST_LOOKED_AT = 20_000


@dataclass(slots=True)
class Count:
    """How many captions there are and how many files were written, and what the user should know of them.

    `joined` are texts of several lines that were read as one caption, `unread` are pictures whose tag files
    cannot be read, `changed` are captions that the trainer changes, and `removed` are the names of files that
    were removed. `foreign` are sentences about files of somebody else's, which are left as they are.
    """

    captions: int = 0
    missing: int = 0
    joined: int = 0
    unread: int = 0
    changed: int = 0
    files: int = 0
    removed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def foreign_files(self) -> list[str]:
        """The first sentences about files that were not written, and how many there are beside them."""
        rest = len(self.foreign) - _MOST_SHOWN
        more = [f"… and {amount(rest, 'other file')} were left as they are too."] if rest > 0 else []
        return [*self.foreign[:_MOST_SHOWN], *more]

    def lines(self, target: Target, place: Path) -> Iterator[str]:
        """The sentences for the user, apart from `foreign_files`."""
        captions, files = amount(self.captions, "caption"), amount(self.files, "file")
        parts = [f"For {target.name}: {captions}, {files} written to {place}"]
        if self.missing:
            parts.append(f"{amount(self.missing, 'picture')} without a caption")
        if self.unread:
            parts.append(f"{amount(self.unread, 'picture')} left out, because a tag file cannot be read")
        if self.joined:
            parts.append(f"{amount(self.joined, 'text')} of several lines read as one caption")
        yield f"{'; '.join(parts)}."
        if self.changed:
            yield f"{target.name} changes {amount(self.changed, 'caption')}: {target.changes}."
        yield from self.removals()

    def removals(self) -> Iterator[str]:
        """Which files were removed."""
        if self.removed:
            yield (
                f"Removed, because the captions that they were made from are gone, or were made for another "
                f"trainer: {first_few(self.removed)}."
            )


class Existing:
    """The pictures that have a caption, in natural order, folder by folder; read anew each time."""

    def __init__(self, project: Project, count: Count, target: Target | None = None) -> None:
        """Each pass over them counts them in `count`, beginning at 0. For Parquet there is no target."""
        self._project = project
        self._count = count
        self._target = target
        self._images = Path(os.path.abspath(project.settings.dataset.images)).as_posix()  # noqa: PTH100 - links stay
        self._needs_classes = target is not None and target.needs_classes

    def __iter__(self) -> Iterator[Captioned]:
        count, project = self._count, self._project
        count.captions = count.missing = count.joined = count.unread = count.changed = 0
        names = project.settings.interpreter.caption_names
        for picture in project.collection.folder.pictures:
            text = project.captions.read(picture.stem_name)
            captions = captions_in(text, names)
            try:
                tags, categories = self._tags(picture, text)
            except ExcludedError:
                continue
            except ItemError:
                # Without its tags it cannot be judged whether the picture may be captioned.
                count.unread += 1
                continue
            if not captions:
                count.missing += 1
                continue
            count.captions += 1
            count.joined += len(names) == 1 and "\n" in text
            if self._target is not None:
                captions = [self._target.caption(each, project.forms.style) for each in captions]
                count.changed += any(self._target.trains_on(each) != each for each in captions)
            address = f"{self._images}/{picture.name}"
            trigger = project.settings.tags.trigger
            yield captioned(picture, captions, names, tags, address, categories, trigger, project.subject_of)

    def _tags(self, picture: Picture, text: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
        """The tags of a picture with this caption and their categories, none where there is no tag file.

        Raises ItemError where they cannot be read, and ExcludedError.
        """
        description = self._project.descriptions.read(picture.stem_name)
        self._project.collection.admit(picture, *text.split("\n"), description)
        if not picture.tag_file:
            return (), {}
        found = self._project.collection.tags(picture)
        categories = dict(found.categories)
        if self._needs_classes:
            categories = {**self._project.meanings.categories(found.tags), **categories}
        return found.tags, categories


def write_beside_texts(project: Project, target: Target, *, is_run: bool = False) -> Count:
    """Write the further files of a target into the captions folder; files of other programs stay.

    Files whose captions are gone are removed, because the trainer would go on reading them. A run also
    removes those of other targets, which are about the captions before it.
    """
    count, captions = Count(), project.settings.dataset.captions
    writer = Writer(project.journal, captions, count, target.name)
    existing = Existing(project, count, target)
    if target.side_files is not None:
        for side in target.side_files(existing):
            writer.write(side.name, side.pieces)
    elif not is_run:
        # Reading them counts them; a run has counted them already.
        for _ in existing:
            pass
    writer.remove_others(of_other_targets=is_run)
    project.journal.close()
    return count


class Writer:
    """Writes further files below a folder; a file that somebody changed since the last time stays."""

    def __init__(self, journal: Journal, root: Path, count: Count, target: str = "") -> None:
        """Without a `target` an export writes, to a place of the user's choice."""
        self._journal = journal
        self._target = target
        self._written = journal.side_files()
        self._root = root
        # Files beside the texts are known by their name there, others by their whole path.
        is_beside = root.resolve() == journal.path.parent.resolve()
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

    def remove_others(self, *, of_other_targets: bool) -> None:
        """Remove files that were written earlier for the target, or for any, and not by this writer."""
        for name, file in self._written.items():
            is_outdated = file.is_there and file.target and name not in self._names
            is_concerned = of_other_targets or file.target == self._target
            if is_outdated and is_concerned and remove_own(self._root, name, file.digests):
                self._journal.add_side_file(file.target, name, "")
                self._count.removed.append(name)


def write_after_run(project: Project, say: Callable[[str], None], trouble: Callable[[str], None]) -> None:
    """Write the further files of the target in the settings, and say how its trainer finds all of it.

    `trouble` gets what could not be written.
    """
    target, has_captions = project.target, not project.captions.texts.is_empty
    if (target.side_files is not None and has_captions) or project.journal.may_have_side_files():
        count = write_beside_texts(project, target, is_run=True)
        is_said = target.side_files is not None
        for line in count.lines(target, project.settings.dataset.captions) if is_said else count.removals():
            say(line)
        for sentence in count.foreign_files():
            trouble(sentence)
    if has_captions:
        for line in (*misread_texts(project, target), *what_to_write(project, target)):
            say(line)


def what_to_write(project: Project, target: Target, folder: Path | None = None) -> Iterator[str]:
    """What to write in the config of a trainer, line by line; `folder` is where captions were exported to."""
    chosen = project.settings.dataset
    if target.config is None:
        return
    place, images = _address(folder or chosen.captions), _address(chosen.images)
    folders = tuple(dict.fromkeys(picture.folder for picture in project.collection.pictures))
    names = project.settings.interpreter.caption_names
    where, *lines = target.config(Setup(place, images, folders, names, chosen.caption_extension))
    if place != images and not target.names_pictures:
        yield f"Copy the pictures that have a caption, and no others, into the same folders below {place}."
    yield f"To train on the captions, write {where}:"
    for line in lines:
        yield f"  {line}"
    if also := project.forms.style.configs.get(target.name):
        yield f"For style = {project.forms.style.name} write also {also}"


def misread_texts(project: Project, target: Target, most: int = _MOST_LOOKED_AT) -> Iterator[str]:
    """Say which texts the trainer would misread, and what to do about it.

    At most `most` texts are read, evenly spread over the data set.
    """
    texts = project.captions.texts
    names = project.settings.interpreter.caption_names
    found: dict[str, list[str]] = {}
    for picture in evenly_spread(project.collection.pictures, most):
        name = picture.stem_name
        try:
            data = texts.read_bytes(name)
        except OSError:
            continue
        captions = captions_in(text_in(data) or "", names)
        meant = [target.caption(each, project.forms.style) for each in captions]
        if captions and (why := why_misread(data, captions, meant, target.reads)):
            found.setdefault(why, []).append(texts.path(name).name)
    if found:
        yield _sentence(target.name, found)


def _sentence(target: str, found: Mapping[str, list[str]]) -> str:
    reader = "some trainers" if target == "txt" else target
    kinds = "; ".join(f"{why}: {first_few(names)}" for why, names in found.items())
    count = amount(sum(map(len, found.values())), "text")
    return (
        f"{count} in another form than {reader} would read right ({kinds}): python caption.py --export "
        f"{target} FOLDER writes all of them as they are meant, for training on FOLDER."
    )


def _address(path: os.PathLike[str]) -> str:
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100 - links stay as the user wrote them
