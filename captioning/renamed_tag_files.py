"""Tag files that were renamed because captions are beside the pictures: messages, and renaming them back."""

from __future__ import annotations

import os
from collections.abc import Set
from contextlib import suppress

from captioning.project import Project
from dataset.beside_pictures import TAGS_EXTENSION, is_same_file
from dataset.disk import move, remove, write_refusal
from dataset.journal import RENAMED_BACK, TAG_FILES
from english import amount
from errors import ItemError, UserError


def make_room_without_captions(project: Project, names: Set[str]) -> None:
    """Rename the tag files of these pictures too, which got no caption in a run that wrote others.

    A trainer would take their tags for captions. Raises UserError where one cannot be renamed.
    """
    if project.in_the_way is None or not project.in_the_way.renamed:
        return
    for picture in project.collection.folder.pictures:
        if picture.name in names:
            with suppress(ItemError):
                project.in_the_way.make_room(picture.stem_name)


def renamed_sentence(project: Project) -> str:
    """The message after tag files were renamed; "" where none was."""
    if project.in_the_way is None or not project.in_the_way.renamed:
        return ""
    pictures = amount(project.in_the_way.renamed, "picture")
    return (
        f"The tags of {pictures} are in NAME{TAGS_EXTENSION} now, because captions go into "
        f"NAME{project.settings.dataset.caption_extension} beside the pictures: "
        "the same command with --undo gives the tag files their names back."
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
    """Give tag files their earlier names back, and remove the captions there that were not changed since.

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
