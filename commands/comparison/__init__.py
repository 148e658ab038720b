"""--compare OTHER.ini: two configurations over the same pictures, in a folder of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from captioning.amounts import amount
from commands.comparison.configurations import Configuration, troubles_of
from commands.comparison.contender import Contender
from commands.comparison.pictures import common
from dataset.disk import locked
from errors import StageError, UserError
from review.comparison import compare, in_columns
from review.comparison_page import write_page

DONE, SOME_FAILED = 0, 1
FOLDER = "comparison"


@dataclass(slots=True)
class Comparison:
    """Has two configurations caption the same pictures, at most `count` of them.

    All of it goes into a folder in `place`; `say` is given each line for the user.
    """

    configurations: Sequence[Configuration]
    place: Path
    count: int
    say: Callable[[str], None]

    async def through(self) -> int:
        """Run one after the other, and show both; the exit code.

        Raises UserError and StageError as a run does; what there is to show by then is shown.
        """
        folder = self._folder()
        both = [
            Contender(each.label, each.settings, folder / each.folder, self.say)
            for each in self.configurations
        ]
        pictures = common(both[0].project, both[1].project, self.count)
        self._say_what_is_compared(both, len(pictures[0]), folder)
        with locked(folder):
            try:
                for each, sample in zip(both, pictures, strict=True):
                    each.prepare(sample)
                return await self._compare(both, folder)
            finally:
                for each in both:
                    await each.close()

    def _folder(self) -> Path:
        """Where all of it goes; hidden among pictures, not to pass for tag files."""
        roots = [Path(os.path.realpath(each.settings.dataset.images)) for each in self.configurations]
        is_among_pictures = any((self.place / FOLDER).is_relative_to(root) for root in roots)
        return self.place / (f".{FOLDER}" if is_among_pictures else FOLDER)

    async def _compare(self, both: Sequence[Contender], folder: Path) -> int:
        ends = [await _end_of(both[0]), None]
        # Whoever has to act at the first one has not paid for the second one yet.
        if isinstance(ends[0], UserError):
            raise ends[0]
        ends[1] = await _end_of(both[1])
        compared = compare([each.side() for each in both])
        for line in in_columns(compared):
            self.say(line)
        self.say(f"See them side by side in {write_page(folder, compared)}.")
        troubles = [end for end in ends if end is not None]
        if troubles:
            raise type(troubles[-1])("; ".join(map(str, troubles)))
        return SOME_FAILED if compared.failed else DONE

    def _say_what_is_compared(self, both: Sequence[Contender], count: int, folder: Path) -> None:
        all_there_are = ", all that both can caption" if count < self.count else ""
        self.say(
            f"Comparing {both[0].label} with {both[1].label} over {amount(count, 'picture')}{all_there_are}; "
            f"all of it goes to {folder}, and no caption of yours is touched."
        )
        self.say("TagProvider: left out; what tags mean is taken from the cache as it is.")


async def _end_of(contender: Contender) -> UserError | StageError | None:
    """Run it; what ended it before all pictures were through, if anything did."""
    try:
        with troubles_of(contender.label):
            await contender.run()
    except (UserError, StageError) as error:
        return error
    return None
