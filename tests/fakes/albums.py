"""Data sets with a history, to be looked at: pictures, captions and a journal, written as runs write them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import config
from captioning.project import Project as DataSet
from dataset.journal import FILE_NAME, Journal
from dataset.pictures import Picture
from dataset.results import FileResults
from dataset.text_folder import Texts
from errors import ItemError
from review.pages import Sources
from review.report import Gathering, Page
from tests.program.project import Project

FIRST, SECOND = "2026-11-20T10:00:00+00:00", "2026-11-22T10:00:00+00:00"


class Album:
    """A user's folder, with methods that write what earlier runs would have written."""

    def __init__(self, folder: Path) -> None:
        self.project = Project(folder)
        self.report = self.project.captions / "report.html"
        self.project.captions.mkdir()
        self.project.descriptions.mkdir()

    def add(self, name: str, tags: str = "1girl, solo, smile") -> str:
        """Add a picture with tags; the name of its caption."""
        self.project.add(name, tags)
        return Picture(name, ".txt").stem_name

    def results(self, run: str = SECOND, stage: str = "interpreter") -> FileResults:
        """The results that a run writes."""
        folder = self.project.captions if stage == "interpreter" else self.project.descriptions
        return FileResults(stage, Texts(folder, ".txt"), Journal(self.project.captions / FILE_NAME, run))

    def caption(
        self, name: str, text: str, run: str = SECOND, draft: bool = False, **further: object
    ) -> None:
        """Write a caption, as a run does."""
        results = self.results(run)
        results.keep(name, text, prompt="p", model="tiny", draft=draft, details=further)
        results.close()

    def failure(self, name: str, reason: str, message: str, stage: str = "interpreter") -> None:
        """Record a failure, as a run does."""
        results = self.results(stage=stage)
        results.failed(name, ItemError(reason, message))
        results.close()

    def by_hand(self, name: str, text: str) -> None:
        """Write into the file of a caption, as a person does."""
        (self.project.captions / f"{name}.txt").write_text(text, encoding="utf-8")

    def values(self, categories: Mapping[str, str] | None = None) -> Page:
        """The data of the report."""
        data_set = self._data_set()
        known = categories or {}
        texts = data_set.captions.texts, data_set.descriptions.texts
        nothing = (lambda tag: ()), (lambda tags: ())
        sources = Sources(
            data_set.collection, *texts, data_set.journal, lambda tags: known, *nothing, data_set.finishing
        )
        return Gathering(sources).page()

    def write(self) -> Path:
        """Write the report, as --report does."""
        return self._data_set().write_report()

    def _data_set(self) -> DataSet:
        return DataSet(config.load(self.project.folder / "config.ini"))
