"""Captions beside their pictures: a tag file that has the name of a caption is called NAME.tags from then on.

Each tag file is renamed in three steps: a line in the journal, the file under its new name, and its old name
removed. A kill between any two leaves the tags under at least one name, and the next run does the rest. The
caption is only written after that.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Set

from captioning.project import Project
from dataset.disk import move, move_to_free_place, remove, write_refusal
from dataset.file_names import spellings
from dataset.images import Picture
from dataset.journal import RENAMED, RENAMED_BACK, TAG_FILES
from dataset.own_files import TAGS_EXTENSION, is_same_file
from english import amount
from errors import UserError


def rename_tag_files(project: Project, wanted: Set[str]) -> int:
    """Rename the tag files that stand where the captions of these pictures go; how many were renamed.

    One whose new name would be too long stays, and its picture gets no caption. Raises UserError where one
    cannot be renamed for another reason.
    """
    chosen = wanted & project.captions.texts.tag_files
    for picture in project.collection.folder.pictures if chosen else ():
        if picture.stem_name in chosen:
            _rename(project, picture)
    if chosen:
        project.open_collection()
    return len(chosen - project.captions.texts.tag_files)


def _rename(project: Project, picture: Picture) -> None:
    root, extension = project.collection.root, project.settings.dataset.caption_extension
    for stem in spellings(picture.stem_name):
        for suffix in dict.fromkeys((picture.tag_suffix, extension)):
            source, target = root / f"{stem}{suffix}", root / f"{stem}{TAGS_EXTENSION}"
            if suffix.lower() != extension or not source.is_file():
                continue
            project.journal.add_tag_file(picture.stem_name, RENAMED, f"{stem}{suffix}")
            try:
                if is_same_file(source, target):
                    remove(source)  # A kill came before this was done.
                elif not move_to_free_place(source, target):
                    raise UserError(
                        f"{source} should be renamed to {target.name}, which is there: move one away"
                    )
            except OSError as error:
                if error.errno != errno.ENAMETOOLONG:
                    raise UserError(write_refusal(target, error)) from error


def renamed_sentence(count: int, extension: str) -> str:
    """What the user is told after tag files were renamed."""
    return (
        f"The tags of {amount(count, 'picture')} are in NAME{TAGS_EXTENSION} now, because captions go into "
        f"NAME{extension} beside the pictures: python caption.py --undo gives the tag files their names back."
    )


def last_renaming(project: Project) -> str:
    """When the last run began that renamed tag files which still have their new name; "" for none."""
    if project.own_files is None or not project.journal.may_have_tag_files():
        return ""
    runs = {record.picture: record.run for record in project.journal.records(TAG_FILES)}
    there = {
        each.stem_name for each in project.collection.folder.pictures if each.tag_suffix == TAGS_EXTENSION
    }
    return max((run for picture, run in runs.items() if picture in there), default="")


def rename_back(project: Project) -> tuple[int, list[str]]:
    """Give tag files their earlier names back, in the place of captions that nobody has changed.

    Returns how many, and the names of captions that somebody has changed, which stay. Those that go are in
    the journal. Raises UserError where a file cannot be renamed.
    """
    own, root, done, changed = project.own_files, project.collection.root, 0, list[str]()
    if own is None or not project.journal.may_have_tag_files():
        return 0, []
    files = {record.picture: record.file for record in project.journal.records(TAG_FILES)}
    for picture in project.collection.folder.pictures:
        name = picture.stem_name
        tags = root / f"{files.get(name, '').rpartition('.')[0]}{TAGS_EXTENSION}"
        if name not in files or not os.path.isfile(tags):  # noqa: PTH113 - no error for a long name
            continue
        caption = f"{name}{own.extension}"
        data = project.captions.texts.read_bytes(name)
        if data.strip() and not own.is_as_written(caption, data) and not is_same_file(tags, root / caption):
            changed.append(str(root / caption))
            continue
        project.journal.add_tag_file(name, RENAMED_BACK, files[name])
        try:
            move(tags, root / files[name])
        except OSError as error:
            raise UserError(write_refusal(root / files[name], error)) from error
        if files[name] != caption and data:
            remove(root / caption)
        done += 1
    return done, changed
