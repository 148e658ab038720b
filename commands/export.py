"""--export TARGET [PLACE]: the captions that exist, as files for a trainer; those of shards as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from captioning.knowledge import Knowledge
from captioning.project import Project
from captioning.trainer_files import Count, Existing, Writer, misread_texts, what_to_write, write_beside_texts
from dataset.journal import FILE_NAME, INTERPRETER, Journal
from dataset.locks import locked
from dataset.side_files import Captioned, SideFile
from dataset.trainers import PARQUET_FILE, TARGETS, Target, captioned, captions_in, parquet_pieces
from english import amount
from errors import ExitCode, ItemError, UserError
from parquet_pages import require_pyarrow
from settings import Settings
from shards.finding import Shard, find_shards
from shards.results import ShardResults, descriptions_of, journal_of
from shards.stored import ShardPictures

_PARQUET = Target(
    "parquet",
    f"{PARQUET_FILE}: names, captions and tags as a table",
    side_files=lambda captions: iter([SideFile(PARQUET_FILE, parquet_pieces(captions))]),
    single=PARQUET_FILE,
)
_TARGETS = {**TARGETS, _PARQUET.name: _PARQUET}


def targets() -> str:
    """The output of --export alone: the targets, and what each reads."""
    lines = [f"  {name:<20} {target.files}" for name, target in _TARGETS.items()]
    return "\n".join(("python caption.py --export TARGET [PLACE], where TARGET is one of", *lines))


def export(project: Project, words: Sequence[str], say: Callable[[str], None]) -> ExitCode:
    """Do what --export asks for: `words` are the name of a target, and perhaps a place.

    Without a place the further files of the target go beside the texts. A place is a folder, or the file
    if the target has a single one.
    """
    name, place = words[0], Path(words[1]) if len(words) > 1 else None
    if name not in _TARGETS or len(words) > 2:
        known = ", ".join(_TARGETS)
        raise UserError(f"--export {' '.join(words)}: should be one of {known}, and then a place")
    target, captions = _TARGETS[name], project.settings.dataset.captions
    with locked(captions):
        count = _export(project, target, place)
    if not count.captions:
        raise UserError(f"there are no captions in {captions}: run python caption.py first")
    for line in count.lines(target, place or captions):
        say(line)
    if place is None and target.side_files is None:
        say(f"{name} reads the texts in {captions} as they are; name a folder to have them elsewhere too.")
    if place is None and target is not _PARQUET:
        for line in misread_texts(project, target):
            say(line)
    for sentence in count.foreign_files():
        say(sentence)
    # People who chose a name for the file know where to enter it.
    if place is None or place.is_dir():
        for line in what_to_write(project, target, place):
            say(line)
    return ExitCode.SOME_FAILED if count.foreign else ExitCode.DONE


def _export(project: Project, target: Target, place: Path | None) -> Count:
    if place is None and target is not _PARQUET:
        return write_beside_texts(project, target)
    file_name = place.name if place and place.suffix and not place.is_dir() else ""
    folder = place or project.settings.dataset.captions
    exporter = _Exporter(project, folder.parent if file_name else folder)
    if target is _PARQUET:
        require_pyarrow("--export parquet")
    if file_name and not target.single:
        raise UserError(f"{target.name} reads more files than one: name a folder instead of {place}")
    if file_name or target is _PARQUET:
        exporter.write_single(target, file_name or target.single)
    else:
        exporter.write_all(target)
    project.journal.close()
    return exporter.count


class _Exporter:
    """Writes captions below a folder of the user's choice; only files of an earlier export are replaced."""

    def __init__(self, project: Project, root: Path) -> None:
        self._project = project
        self._root = root
        self.count = Count()
        self._writer = Writer(project.journal, root, self.count)
        # Where the files go below the folder of the pictures, if they do: tag files are there.
        self._below_images = _relative(root, project.settings.dataset.images)
        pictures = project.collection.pictures if self._below_images else ()
        self._tag_files = {each.tag_file for each in pictures if each.tag_file}

    def write_all(self, target: Target) -> None:
        """Write all that a target reads."""
        if target.reads is not None:
            extension = self._project.settings.dataset.caption_extension
            for each in self._captions(target):
                self._write(f"{each.picture.stem_name}{extension}", [target.text(each.captions)])
        if target.side_files is not None:
            for side in target.side_files(self._captions(target)):
                self._write(side.name, side.pieces)

    def write_single(self, target: Target, name: str) -> None:
        """Write the one further file of a target under a name of the user's choice."""
        # The others are given the folder of the pictures; names in these files are relative to the file.
        is_seen_from_here = target.name in ("imagefolder", _PARQUET.name)
        captions = self._captions_seen_from_root(target) if is_seen_from_here else self._captions(target)
        for side in target.side_files(captions) if target.side_files else ():
            self._write(name, side.pieces)

    def _write(self, name: str, pieces: Iterable[str | bytes]) -> None:
        if self._below_images is not None and (self._below_images / name).as_posix() in self._tag_files:
            raise UserError(f"{self._root / name} is a tag file: name a folder that holds no pictures")
        self._writer.write(name, pieces)

    def _captions(self, target: Target) -> Iterable[Captioned]:
        return Existing(self._project, self.count, None if target is _PARQUET else target)

    def _captions_seen_from_root(self, target: Target) -> Iterator[Captioned]:
        """The captions of pictures named by their path from the root, if they are below it."""
        prefix = _relative(self._project.settings.dataset.images, self._root) or Path()
        for each in self._captions(target):
            name = (prefix / each.picture.name).as_posix()
            yield replace(each, picture=replace(each.picture, name=name))


def _relative(folder: Path, root: Path) -> Path | None:
    """The path from `root` down to `folder`, None where it does not lead down."""
    try:
        return folder.resolve().relative_to(root.resolve())
    except ValueError:
        return None


def _captions_of(shard: Shard, known: Knowledge, count: Count) -> Iterator[Captioned]:
    """The captions of pictures that may have one; the name of a picture begins with that of its shard.

    Raises ItemError where the shard cannot be read.
    """
    settings, names = known.settings, known.settings.interpreter.caption_names
    descriptions = descriptions_of(shard, settings.dataset)
    results = ShardResults(INTERPRETER, journal_of(shard, settings.dataset))
    pictures = ShardPictures(shard, settings, known.said_along, descriptions)
    with closing(pictures.stored):
        for picture in pictures.pictures:
            captions = captions_in(results.read(picture.stem_name), names)
            if not captions:
                continue
            try:
                pictures.admit(picture, *captions, descriptions.read(picture.stem_name))
                tags = pictures.tags(picture).tags
            except ItemError:
                continue
            count.captions += 1
            yield captioned(replace(picture, name=f"{shard.stem}/{picture.name}"), captions, names, tags)


def export_shards(settings: Settings, words: Sequence[str], say: Callable[[str], None]) -> ExitCode:
    """Write the table; `words` are `parquet`, and perhaps a file or a folder.

    Raises UserError for another target, where there are no captions, and where the file cannot be written.
    """
    if words[0] != _PARQUET.name or len(words) > 2:
        raise UserError(
            f"--export {' '.join(words)} is for folders of pictures: of shards there is --export parquet FILE"
        )
    require_pyarrow("--export parquet")
    place = Path(words[1]) if len(words) > 1 else settings.dataset.captions
    place = place / PARQUET_FILE if place.is_dir() or not place.suffix else place
    known, count, unread = Knowledge(settings), Count(), list[str]()

    def captions() -> Iterator[Captioned]:
        for shard in find_shards(settings.dataset):
            try:
                yield from _captions_of(shard, known, count)
            except ItemError as error:
                unread.append(f"{error}.")

    pieces = list(parquet_pieces(captions()))
    if not count.captions:
        raise UserError(f"there are no captions in {settings.dataset.captions}: run python caption.py first")
    with closing(Journal(settings.dataset.captions / FILE_NAME)) as journal:
        Writer(journal, place.parent, count).write(place.name, pieces)
    if count.foreign:
        raise UserError(count.foreign[0].rstrip("."))
    for sentence in unread:
        say(sentence)
    say(f"For parquet: {amount(count.captions, 'caption')} written to {place}.")
    return ExitCode.SOME_FAILED if unread else ExitCode.DONE
