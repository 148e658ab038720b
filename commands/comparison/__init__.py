"""--compare OTHER.ini: two configurations caption the same pictures, in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from captioning.project import Project
from commands.comparison.contender import Configuration, Contender
from dataset.file_names import natural_order
from dataset.locks import locked
from dataset.pictures import Picture
from dataset.text_digests import digest
from english import amount
from errors import ExitCode, ItemError, StageError, UserError
from llm.embedded.needs import Consent
from review.comparison import compare, in_columns
from review.comparison_page import write_page

FOLDER = "comparison"
# The seed never changes, so that the figures of two comparisons are about the same pictures.
_SEED = "one"


@dataclass(slots=True)
class Comparison:
    """Has two configurations caption the same pictures, at most `count` of them.

    Everything is written to a folder in `place`. Each line for the user is passed to `say`; `consent`
    asks whether a model may be fetched.
    """

    configurations: Sequence[Configuration]
    place: Path
    count: int
    say: Callable[[str], None]
    consent: Consent

    async def run(self) -> ExitCode:
        """Run one configuration after the other and show the results of both; the exit code.

        Raises UserError and StageError as a run does, after showing the results so far.
        """
        # Its name begins with a dot if tag files are searched for there.
        folder = self.place / FOLDER
        roots = (os.path.realpath(each.settings.dataset.images) for each in self.configurations)
        if any(folder.is_relative_to(root) for root in roots):
            folder = self.place / f".{FOLDER}"
        both = [
            Contender(each.label, each.settings, folder / each.folder, self.say, self.consent)
            for each in self.configurations
        ]
        pictures = common_pictures(both[0].project, both[1].project, self.count)
        self._announce(both, len(pictures[0]), folder)
        with locked(folder):
            try:
                for each, sample in zip(both, pictures, strict=True):
                    each.prepare(sample)
                return await self._compare(both, folder)
            finally:
                for each in both:
                    await each.close()

    async def _compare(self, both: Sequence[Contender], folder: Path) -> ExitCode:
        first = await _error_of(both[0])
        if isinstance(first, UserError):
            # Do not spend requests on the second one as long as the first one cannot run.
            raise first
        # An embedded model of the first one would take the memory of the second one.
        await both[0].connections.close()
        second = await _error_of(both[1])
        compared = compare([each.side() for each in both])
        for line in in_columns(compared):
            self.say(line)
        self.say(f"See them side by side in {write_page(folder, compared)}.")
        errors = [error for error in (first, second) if error is not None]
        if errors:
            raise type(errors[-1])("; ".join(map(str, errors)))
        return ExitCode.SOME_FAILED if compared.failed else ExitCode.DONE

    def _announce(self, both: Sequence[Contender], count: int, folder: Path) -> None:
        all_there_are = " (all that both can caption)" if count < self.count else ""
        self.say(
            f"Comparing {both[0].label} with {both[1].label} over {amount(count, 'picture')}{all_there_are}. "
            f"Everything is written to {folder}; your captions are not touched."
        )
        self.say("TagProvider: not run, the meanings of tags are taken from the cache as it is.")


async def _error_of(contender: Contender) -> UserError | StageError | None:
    """Run a configuration; the error that stopped it, None if it did all pictures."""
    try:
        await contender.run()
    except (UserError, StageError) as error:
        return error
    return None


def common_pictures(one: Project, other: Project, count: int) -> tuple[list[Picture], list[Picture]]:
    """At most `count` pictures that both would caption, once as each of them knows them.

    They are chosen by a digest of their names, so that the choice is the same each time and changes little
    when pictures are added. Raises UserError if there are none.
    """
    by_file = {_file(other, picture): picture for picture in other.collection.pictures}
    shared = [(each, by_file.get(_file(one, each))) for each in one.collection.pictures]
    shared.sort(key=lambda pair: digest(f"{_SEED}\0{pair[0].name}"))
    chosen: list[tuple[Picture, Picture]] = []
    for mine, theirs in shared:
        if len(chosen) == count:
            break
        if theirs is not None and _has_tags(one, mine) and _has_tags(other, theirs):
            chosen.append((mine, theirs))
    if not chosen:
        raise UserError(
            f"there is no picture that both would caption, in {one.collection.root} and in "
            f"{other.collection.root}: name the same folder in [Dataset] images of both"
        )
    chosen.sort(key=lambda pair: [natural_order(part) for part in pair[0].name.split("/")])
    return [mine for mine, _ in chosen], [theirs for _, theirs in chosen]


def _file(project: Project, picture: Picture) -> str:
    # Only the folder is resolved: both projects find a picture below it under the same name.
    return f"{os.path.realpath(project.collection.root)}/{picture.name}"


def _has_tags(project: Project, picture: Picture) -> bool:
    try:
        project.collection.tags(picture)
    except ItemError:
        return False
    return True
