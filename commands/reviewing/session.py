"""What the page of --review reads and changes: the data set, one change after another."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from captioning.project import Project
from captioning.run import Run
from commands.corrections import Applied, apply_entries
from dataset.journal import FILE_NAME, INTERROGATOR, Journal
from dataset.locks import locked
from english import amount
from errors import StageError, UserError
from review.history import Glance, read_glances, read_progress
from review.pages import Values
from review.report import Gathering, render
from settings import Settings

# At most this many pictures are captioned again at a time, because corrections wait until they are done.
_MOST_AT_ONCE = 8
# Where the page asks for pictures, from where it is.
PICTURES = "pictures/"


class Session:
    """One review: `pictures` are the files that the page may show, by their names in the data set.

    `is_changed` is whether a text was changed here, which report.html does not show.

    Changes are made one at a time: each locks the folder of captions only while it is made, so that runs of
    other programs find it free.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.pictures: dict[str, Path] = {}
        self._gathering: Gathering | None = None
        self._shown: set[str] = set()
        self._journal = Journal(settings.dataset.captions / FILE_NAME)
        self._journal_state = (0, 0)
        self._glances: dict[str, Glance] = {}
        self._just_changed: set[str] = set()
        # The last change of each picture, as a version number that the page gets.
        self._version = 0
        self._changed: dict[str, int] = {}
        self._one_change = asyncio.Lock()
        self._wanted: dict[str, None] = {}
        self._is_wanted = asyncio.Event()
        # How many pictures were asked for since all wanted ones were captioned.
        self._asked_for = 0
        self._progress: Values = {"progress": ""}
        self.is_changed = False

    async def page(self) -> str:
        """The page with everything as it is now."""
        async with self._one_change:
            return await asyncio.to_thread(self._page)

    def _page(self) -> str:
        project = Project(self._settings)
        self._gathering = Gathering(project.sources())
        page = self._gathering.page()
        root = project.collection.root
        # Excluded pictures have no address on the page, so they are not served.
        shown = {str(entry["name"]) for entry in page["pictures"] if "src" in entry}
        found = project.collection.folder.pictures
        self.pictures = {each.name: root / each.name for each in found if each.stem_name in shown}
        self._shown = {str(entry["name"]) for entry in page["pictures"]}
        self._look()
        return render({**page, "images": PICTURES}, served=self._version)

    async def correct(self, entries: Sequence[object]) -> Values:
        """Apply corrections as --apply does, and have those captioned again that want it.

        The result has what was done and the pictures as they are now; it has `error` where nothing could be
        done, because another run is writing, for example.
        """
        async with self._one_change:
            try:
                applied = await asyncio.to_thread(self._apply, entries)
            except (UserError, StageError) as error:
                return {"error": str(error)}
            done = {*applied.saved, *applied.unchanged, *applied.again}
            self.is_changed |= bool(done)
            self._note(done | await asyncio.to_thread(self._look))
            self._asked_for += len(set(applied.again) - self._wanted.keys())
            self._wanted.update(dict.fromkeys(applied.again))
            if applied.again:
                self._is_wanted.set()
            update = await asyncio.to_thread(self._update, done)
        why = "somebody just wrote this caption, which stays: reload the page"
        kept = ((name, why) for name in applied.kept)
        return {"done": sorted(done), "problems": [*applied.problems, *kept], **update}

    def _apply(self, entries: Sequence[object]) -> Applied:
        # With a new project each change is a run of its own, so that --undo takes back one change.
        project = Project(self._settings)
        with locked(self._settings.dataset.captions):
            try:
                return apply_entries(project, entries)
            finally:
                project.close()

    async def marks(self, name: str, text: str) -> str:
        """The marks that a picture's tags would have if `text` were its caption."""
        return await asyncio.to_thread(self._gathering.marks, name, text) if self._gathering else ""

    async def state(self, since: int) -> Values:
        """What has changed since the page was told a version, in this session or by another run."""
        if self._one_change.locked():
            return {"version": since, **self._progress}
        async with self._one_change:
            try:
                changed = await asyncio.to_thread(self._look)
            except UserError as error:
                return {"version": since, "progress": str(error)}
            # A line of the journal is there a little before its text is, so both are looked at once more.
            self._note(changed | self._just_changed)
            self._just_changed = changed
            names = {name for name, version in self._changed.items() if version > since}
            update = await asyncio.to_thread(self._update, names) if names else {}
            if changed:
                self._progress = await asyncio.to_thread(self._progress_of_another_run)
        return {"version": self._version, **self._progress, **update}

    def _progress_of_another_run(self) -> Values:
        stage, done, due, time = read_progress(self._journal)
        if done >= due:
            return {"progress": ""}
        noun = "description" if stage == INTERROGATOR else "caption"
        last = f", the last one at {datetime.fromisoformat(time).astimezone():%H:%M:%S}" if time else ""
        words = f"Another run came to {done:,} of {amount(due, noun)}{last}."
        return {"progress": words, "done": done, "due": due}

    def _look(self) -> set[str]:
        """The pictures about which the journal says something new; it is read where it has changed."""
        state = _state_of(self._journal.path)
        if state == self._journal_state:
            return set()
        before, self._journal_state = self._glances, state
        self._glances, _ = read_glances(self._journal, self._shown)
        nothing = Glance()
        return {name for name in self._shown if self._glances.get(name, nothing) != before.get(name, nothing)}

    def _note(self, names: Collection[str]) -> None:
        if names:
            self._version += 1
            self._changed.update(dict.fromkeys(names, self._version))

    def _update(self, names: Collection[str]) -> Values:
        return self._gathering.update(names) if self._gathering else {}

    async def caption_wanted_pictures(self) -> None:
        """Caption again what the page asks for, as long as the program runs."""
        while True:
            await self._is_wanted.wait()
            async with self._one_change:
                names = list(self._wanted)[:_MOST_AT_ONCE]
                await self._caption(names)
                for name in names:
                    del self._wanted[name]
                self._note({*names} | await asyncio.to_thread(self._look))
            if not self._wanted:
                self._asked_for = 0
                self._is_wanted.clear()

    async def _caption(self, names: Sequence[str]) -> None:
        dataset = self._settings.dataset.model_copy(update={"report": False, "existing": "keep"})
        settings = self._settings.model_copy(update={"dataset": dataset})
        said: list[str] = []

        def say(line: str) -> None:
            said.append(line)
            done = self._asked_for - len(self._wanted)
            words = f"Captioning again {', '.join(names)}. {line}"
            self._progress = {"progress": words, "done": done, "due": self._asked_for}

        say("")
        try:
            await Run(settings, None, say, only=frozenset(names)).run()
        except (UserError, StageError) as error:
            said.append(str(error))
        of_interpreter = (line for line in said if line.startswith("Interpreter:"))
        self._progress = {"progress": next(of_interpreter, said[-1])}
        self.is_changed = True


def _state_of(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
