"""The captions that there are, as files for a trainer: after each run, and when somebody asks for them.

The texts in the captions folder are the truth, those edited by hand included, and nothing here asks a model.
Pictures that are never captioned are never exported either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from captioning.amounts import amount
from captioning.project import Project
from dataset.disk import locked, write_pieces
from dataset.images import Picture
from dataset.parquet import FILE_NAME, parquet_pieces, require_pyarrow
from dataset.trainers import TARGETS, Captioned, Target, captioned
from errors import ExcludedError, ExitCode, ItemError, UserError

PARQUET = "parquet"
NAMES = (*TARGETS, PARQUET)
_FOREIGN = (
    "{} was left as it is, for another program wrote it, or somebody has changed it since: "
    "move it away and run again."
)


@dataclass(slots=True)
class Count:
    """What was found of the captions: how many there are, and what about them the user should know."""

    captions: int = 0
    missing: int = 0
    joined: int = 0
    files: int = 0
    foreign: str = ""

    def line(self, target: str, place: Path) -> str:
        """All of it in one line."""
        captions, files = amount(self.captions, "caption"), amount(self.files, "file")
        parts = [f"For {target}: {captions}, {files} written to {place}"]
        if self.missing:
            parts.append(f"{amount(self.missing, 'picture')} without a caption")
        if self.joined:
            parts.append(f"{amount(self.joined, 'text')} of several lines read as one caption")
        return f"{'; '.join(parts)}."


def export(project: Project, words: Sequence[str], say: Callable[[str], None]) -> ExitCode:
    """Do what stands after --export: the name of a target, and perhaps a place; the exit code.

    Without a place the further files of the target go beside the texts. A place is a folder, or the file
    where the target has a single one.
    """
    name, place = words[0], Path(words[1]) if len(words) > 1 else None
    if name not in NAMES or len(words) > 2:
        raise UserError(f"--export {' '.join(words)}: should be one of {', '.join(NAMES)}, and then a place")
    captions = project.settings.dataset.captions
    with locked(captions):
        count = _exported(project, name, place)
    if not count.captions:
        raise UserError(f"there are no captions in {captions}: run python caption.py first")
    say(count.line(name, place or captions))
    if place is None and name in TARGETS and TARGETS[name].side_files is None:
        say(f"{name} reads the texts in {captions} as they are; name a folder to have them elsewhere too.")
    if count.foreign:
        say(count.foreign)
        return ExitCode.SOME_FAILED
    return ExitCode.DONE


def _exported(project: Project, name: str, place: Path | None) -> Count:
    captions = project.settings.dataset.captions
    is_file = place is not None and bool(place.suffix) and not place.is_dir()
    exporter = Exporter(project, place.parent if place and is_file else place or captions)
    if name == PARQUET:
        require_pyarrow()
        exporter.write_table(place.name if place and is_file else FILE_NAME)
    elif place is None:
        exporter.write_beside_texts(TARGETS[name])
    elif not is_file:
        exporter.write_all(TARGETS[name])
    elif TARGETS[name].single:
        exporter.write_single(TARGETS[name], place.name)
    else:
        raise UserError(f"{name} reads more files than one: name a folder instead of {place}")
    return exporter.count


def after_run(project: Project, say: Callable[[str], None], trouble: Callable[[str], None]) -> None:
    """Write the further files of the target that the settings name; `trouble` is told what stays undone."""
    if project.target.side_files is None or not project.captions.texts.names():
        return
    exporter = Exporter(project, project.settings.dataset.captions)
    exporter.write_beside_texts(project.target)
    say(exporter.count.line(project.target.name, project.settings.dataset.captions))
    if exporter.count.foreign:
        trouble(exporter.count.foreign)


class Exporter:
    """Reads the captions of a project and writes them anew below a folder; `count` tells what came of it."""

    def __init__(self, project: Project, root: Path) -> None:
        self._project = project
        self._root = root
        self._names = project.settings.interpreter.caption_names
        self.count = Count()

    def write_beside_texts(self, target: Target) -> None:
        """Write the further files of a target, over nobody else's."""
        if target.side_files is None:
            self.count.captions = sum(1 for _ in self._captioned())
            return
        journal = self._project.journal
        written = journal.side_files()
        for side in target.side_files(self._captioned()):
            last = written.get(side.name, "")
            digest = write_pieces(self._root, side.name, side.pieces, only_over=last)
            if digest is None:
                self.count.foreign = _FOREIGN.format(self._root / side.name)
                continue
            self.count.files += 1
            if digest != last:
                journal.add_side_file(side.name, digest)
        journal.close()

    def write_all(self, target: Target) -> None:
        """Write all that a target reads."""
        if target.reads_texts:
            extension = self._project.settings.dataset.caption_extension
            for each in self._captioned():
                self._write(f"{each.picture.stem_name}{extension}", [target.text(each.captions)])
        if target.side_files is not None:
            for side in target.side_files(self._captioned()):
                self._write(side.name, side.pieces)

    def write_single(self, target: Target, name: str) -> None:
        """Write the one further file of a target under a name of the user's choice."""
        # sd-scripts is told the folder of the pictures; others look from where the file is.
        pictures = self._captioned() if target.has_wildcards else self._seen_from_root()
        for side in target.side_files(pictures) if target.side_files else ():
            self._write(name, side.pieces)

    def write_table(self, name: str) -> None:
        """Write a Parquet table."""
        self._write(name, parquet_pieces(self._seen_from_root()))

    def _write(self, name: str, pieces: Iterable[str | bytes]) -> None:
        if self._below_images is not None and (self._below_images / name).as_posix() in self._tag_files:
            raise UserError(f"{self._root / name} is a tag file: name a folder that holds no pictures")
        write_pieces(self._root, name, pieces)
        self.count.files += 1

    @cached_property
    def _below_images(self) -> Path | None:
        """Where the files go below the folder of the pictures, if they do."""
        return _relative(self._root, self._project.settings.dataset.images)

    @cached_property
    def _tag_files(self) -> frozenset[str]:
        return frozenset(each.tag_file for each in self._project.collection.pictures if each.tag_file)

    def _seen_from_root(self) -> Iterator[Captioned]:
        """The pictures by their names below where the file goes, or else below their own folder."""
        prefix = _relative(self._project.settings.dataset.images, self._root) or Path()
        for each in self._captioned():
            name = (prefix / each.picture.name).as_posix()
            yield replace(each, picture=replace(each.picture, name=name))

    def _captioned(self) -> Iterator[Captioned]:
        """Every picture that has a caption, in natural order, folder by folder; counted anew each time."""
        self.count.captions = self.count.missing = self.count.joined = 0
        for picture in self._project.collection.folder.pictures:
            tags = self._tags(picture)
            if tags is None:
                continue
            text = self._project.captions.texts.read(picture.stem_name) or ""
            captions = self._project.target.captions(text, self._names)
            if not captions:
                self.count.missing += 1
                continue
            self.count.captions += 1
            self.count.joined += len(self._names) == 1 and "\n" in text
            yield captioned(picture, captions, self._names, tags)

    def _tags(self, picture: Picture) -> tuple[str, ...] | None:
        """The tags of a picture, none where they cannot be read; None for one that is never captioned."""
        try:
            return self._project.collection.tags(picture).tags
        except ExcludedError:
            return None
        except ItemError:
            return ()


def _relative(folder: Path, root: Path) -> Path | None:
    """The way from a folder down to another, None where it does not lead down."""
    try:
        return folder.resolve().relative_to(root.resolve())
    except ValueError:
        return None
