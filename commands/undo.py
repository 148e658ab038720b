"""--undo: puts back the captions and descriptions that the last run, or --apply, replaced.

A text that people had written comes from the folder where the run kept it, another one from the journal.
What has changed since the run stays as it is, so the command may be given twice.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import NamedTuple

from captioning.project import Project
from captioning.run_summary import say_lines
from captioning.trainer_files import write_after_run
from dataset.beside_pictures import TAGS_EXTENSION, OwnFiles, is_same_file
from dataset.disk import move, remove, write_refusal
from dataset.journal import FILE_NAME, INTERPRETER, INTERROGATOR, RENAMED_BACK, TAG_FILES, Journal, Record
from dataset.locks import locked
from dataset.results import FileResults
from english import amount
from errors import ExcludedError, ExitCode, ItemError, UserError
from printing import printable
from settings import Settings

_NOUNS = {INTERPRETER: "caption", INTERROGATOR: "description"}


class _Key(NamedTuple):
    stage: str
    picture: str


class _Replacement(NamedTuple):
    """A text that a run replaced: the state of what was there, and of what the run wrote."""

    before: str
    after: str


def undo(settings: Settings, say: Callable[[str], None]) -> ExitCode:
    """Put back what the last run replaced, and say what was done; the exit code.

    Raises UserError when the folders cannot be written.
    """
    project = Project(settings)
    if not project.journal.path.is_file():
        # To lock a folder that is not there would make it.
        _say_nothing_to_undo(project, say)
        return ExitCode.DONE
    with ExitStack() as locks:
        locks.enter_context(locked(settings.dataset.captions))
        run, replacements = _last_replacements(project.journal)
        renaming = _last_renaming(project)
        if not replacements and not renaming:
            _say_nothing_to_undo(project, say)
            return ExitCode.DONE
        if any(key.stage == INTERROGATOR for key in replacements):
            locks.enter_context(locked(settings.dataset.descriptions))
        try:
            project.recover()
            undoing = _Undo(project, replacements)
            undoing.put_back()
            code = _tell(run, undoing, say) if replacements else ExitCode.DONE
            is_as_before = not (undoing.done or undoing.changed or undoing.failed)
            if project.own_files and renaming and (renaming >= run or is_as_before):
                _give_names_back(project, project.own_files, say)
            # Also if nothing is left to be done: a kill may have come before these files were written.
            write_after_run(project, say, say)
        finally:
            project.close()
    if settings.dataset.report:
        say(f"See all of it in {project.write_report()}.")
    return code


def _say_nothing_to_undo(project: Project, say: Callable[[str], None]) -> None:
    say("No run has replaced a text that was there: there is nothing to put back.")
    images = project.collection.root
    if project.own_files is None and (images / FILE_NAME).is_file():
        say(f"A run wrote captions beside the pictures in {images}: to undo that one, add --beside.")


def _last_renaming(project: Project) -> str:
    """When the last run began that renamed tag files which still have their new name; "" for none."""
    if project.own_files is None or not project.journal.may_have_tag_files():
        return ""
    runs = {record.picture: record.run for record in project.journal.records(TAG_FILES)}
    there = {
        each.stem_name for each in project.collection.folder.pictures if each.tag_suffix == TAGS_EXTENSION
    }
    return max((run for picture, run in runs.items() if picture in there), default="")


def _give_names_back(project: Project, own: OwnFiles, say: Callable[[str], None]) -> None:
    """Give tag files their earlier names back, and remove the captions there that were not changed since.

    Those that go are in the journal. Raises UserError where a file cannot be renamed.
    """
    root, done, changed = project.collection.root, 0, list[str]()
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
    if done:
        project.open_collection()
        say(
            f"Gave {amount(done, 'tag file')} the earlier name back; captions that stood there are in "
            f"{project.journal.path}."
        )
    say_lines("Changed since they were written, and left as they are", changed, say)


def _last_replacements(journal: Journal) -> tuple[str, dict[_Key, _Replacement]]:
    """The last run that replaced texts, and what it replaced."""
    run, found = "", dict[_Key, _Replacement]()
    for record in journal.records(INTERPRETER, INTERROGATOR):
        if record.over and record.is_written:
            if record.run != run:
                run, found = record.run, {}
            key = _Key(record.stage, record.picture)
            before = found[key].before if key in found else record.over
            found[key] = _Replacement(before, record.text)
    return run, found


class _Undo:
    """Puts texts back one by one; `done` counts them by their noun, the others are in lists of names."""

    def __init__(self, project: Project, replacements: Mapping[_Key, _Replacement]) -> None:
        self._project = project
        self._replacements = replacements
        self._results = {INTERPRETER: project.captions, INTERROGATOR: project.descriptions}
        self.done: Counter[str] = Counter()
        self.there_already = 0
        self.changed: list[str] = []
        self.failed: list[str] = []

    def put_back(self) -> None:
        """Put back everything that is still as the run left it."""
        earlier = self._texts_of_the_journal()
        for key, replacement in self._of_this_data_set():
            results, name = self._results[key.stage], key.picture
            try:
                there = results.texts.state(name)
                if there == replacement.before:
                    self.there_already += 1
                elif there != replacement.after:
                    self.changed.append(str(results.texts.path(name)))
                else:
                    self._put_back(results, key, replacement, earlier.get(key))
            except ItemError as error:
                self.failed.append(str(error))

    def _put_back(
        self, results: FileResults, key: _Key, replacement: _Replacement, earlier: Record | None
    ) -> None:
        kept = results.replaced.find(key.picture, replacement.before)
        before = earlier if kept is None else kept
        if before is None:
            path = results.texts.path(key.picture)
            self.failed.append(f"{path}: what was there is neither in the journal nor in .replaced")
        elif results.put_back(key.picture, replacement.after, before):
            self.done[_NOUNS[key.stage]] += 1
        else:
            self.changed.append(str(results.texts.path(key.picture)))

    def _of_this_data_set(self) -> Iterator[tuple[_Key, _Replacement]]:
        """What was replaced of the pictures that are there and are not excluded by their tags."""
        for picture in self._project.collection.pictures:
            keys = [_Key(stage, picture.stem_name) for stage in self._results]
            replaced = [(key, self._replacements[key]) for key in keys if key in self._replacements]
            if not replaced:
                continue
            try:
                self._project.collection.tags(picture)
            except ExcludedError:
                continue
            except ItemError:
                pass  # What cannot be read excludes nothing, and the text was there before.
            yield from replaced

    def _texts_of_the_journal(self) -> dict[_Key, Record]:
        """The texts that were replaced and that the journal has, with how they came about."""
        found: dict[_Key, Record] = {}
        for record in self._project.journal.records(INTERPRETER, INTERROGATOR):
            key = _Key(record.stage, record.picture)
            replacement = self._replacements.get(key)
            if replacement and record.is_written and record.written and record.text == replacement.before:
                found[key] = record
        return found


def _shown_time(run: str) -> str:
    """When a run began, on the clock of this computer; the journal has it as 2026-11-28T19:30:00+00:00."""
    try:
        return datetime.fromisoformat(run).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return printable(run)


def _tell(run: str, undone: _Undo, say: Callable[[str], None]) -> ExitCode:
    parts = [amount(count, noun) for noun, count in undone.done.items()] or ["nothing"]
    line = f"Put back {', '.join(parts)} that the run of {_shown_time(run)} replaced"
    if undone.there_already:
        line += f"; as before that run already: {amount(undone.there_already, 'text')}"
    say(f"{line}.")
    say_lines("Changed since that run, and left as they are", undone.changed, say)
    say_lines("Not put back", undone.failed, say)
    return ExitCode.SOME_FAILED if undone.failed else ExitCode.DONE
