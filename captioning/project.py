"""What one set of settings stands for: the data set, what its tags mean, its results, and the stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dataset.collection import Collection
from dataset.images import Picture
from dataset.journal import FILE_NAME, INTERPRETER, INTERROGATOR, Journal
from dataset.json_lines import JsonLines
from dataset.results import FileResults, Results
from dataset.texts import Texts
from dataset.trainers import TARGETS, Target
from errors import ItemError, UserError
from settings import Settings
from tags.filters import HiddenTraits

if TYPE_CHECKING:
    from interpreter import Interpreter
    from interrogator import Interrogator
    from tag_provider import TagProvider
    from wiki.cache import Cache, Entry
    from writing.material import Material


# Putting so many in order takes half a minute and some 50 MB.
_MOST_SORTED = 100_000


class Project:
    """Opens each thing when it is first needed, so that whoever needs little pays for little."""

    def __init__(self, settings: Settings, aside: Path | None = None) -> None:
        """Raises UserError where the folders cannot be what they are meant for.

        `aside` is a folder for texts and journal, so that those that there are stay as they are;
        descriptions that no stage would make are read all the same.
        """
        self.settings = settings
        self.collection = Collection(settings.dataset, settings.tags)
        captions, descriptions = settings.dataset.captions, settings.dataset.descriptions
        if aside is not None:
            captions = aside / "captions"
            descriptions = descriptions if settings.interrogator.skip else aside / "descriptions"
        extension = settings.dataset.caption_extension
        begun = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.journal = Journal(captions / FILE_NAME, begun)
        self.captions = FileResults(INTERPRETER, Texts(captions, extension), self.journal)
        self.descriptions = FileResults(INTERROGATOR, Texts(descriptions, extension), self.journal)

    def refuse_nothing(self) -> None:
        """Raise UserError where there is nothing to do anything with."""
        folder = self.collection.folder
        if not folder.pictures and not folder.problems:
            raise UserError(
                f"there are no pictures in {self.collection.root}: put some there with their tag files, "
                "or write [Dataset] images = FOLDER in config.ini"
            )

    @cached_property
    def own(self) -> dict[str, Entry]:
        """The user's own descriptions of tags."""
        from wiki.tag_meanings import load_own

        path = self.settings.tags.descriptions_file
        return load_own(path) if path else {}

    @cached_property
    def cache(self) -> Cache:
        """What tags_cache.json holds."""
        from wiki import cache as tags_cache

        return tags_cache.load(self.settings.tag_provider.cache)

    @cached_property
    def material(self) -> Material:
        """What templates can say; to be asked for once stage 1 is through."""
        from wiki.explanations import Explanations
        from wiki.tag_meanings import TagMeanings
        from writing.material import Material
        from writing.sheets import Sheets

        survey, chosen = self.collection.survey(), self.settings.tags
        meanings = TagMeanings(self.own, self.cache, survey.categories)
        explanations = Explanations(meanings, survey.counts, chosen.describe, chosen.describe_tokens)
        hidden = HiddenTraits.of(chosen.hide)
        sheets = Sheets(self.collection, meanings)
        left_out = frozenset(chosen.exclude_categories)
        return Material(meanings, explanations, left_out, hidden, chosen.drop_implied, sheets)

    @cached_property
    def target(self) -> Target:
        """The trainer that reads the captions."""
        return TARGETS[self.settings.dataset.target]

    def tag_provider(self) -> TagProvider:
        """Stage 1."""
        from tag_provider import TagProvider
        from wiki.source import open_source

        chosen = self.settings.tag_provider
        log = JsonLines(self.settings.dataset.captions / ".tags.jsonl")
        return TagProvider(chosen, open_source(chosen), self.cache, log)

    def interrogator(self) -> Interrogator:
        """Stage 2."""
        from interrogator import Interrogator

        return Interrogator(
            self.settings.interrogator,
            self.settings.interpreter.language,
            self.collection,
            self.material,
            self.descriptions,
        )

    def interpreter(self) -> Interpreter:
        """Stage 3."""
        from dataset.finishing import Finishing
        from interpreter import Interpreter

        chosen, tags = self.settings.interpreter, self.settings.tags
        return Interpreter(
            chosen,
            Finishing(chosen, tags.trigger, HiddenTraits.of(tags.hide), self.target),
            self.collection,
            self.material,
            self.descriptions,
            self.captions,
        )

    def write_report(self) -> Path:
        """Write report.html beside the captions, and return where it is; raises UserError."""
        from review.pages import Sources
        from review.report import write_report
        from wiki.tag_meanings import TagMeanings

        captions, descriptions = self.captions.texts, self.descriptions.texts
        # What the tag files of other pictures tell is not worth reading all of them.
        known = TagMeanings(self.own, self.cache, {})
        return write_report(
            Sources(self.collection, captions, descriptions, self.journal, known.categories, known.implied)
        )

    def due(
        self, results: Results, redo_drafts: bool, fingerprint: Callable[[Picture], str]
    ) -> list[Picture]:
        """The pictures that a stage has to do; `fingerprint` is of the prompt that would be sent now."""

        def prompt_of(picture: Picture) -> str | None:
            try:
                return fingerprint(picture)
            except ItemError:
                return None

        existing = self.settings.dataset.existing
        return results.pending(
            self.collection.pictures, existing, redo_drafts=redo_drafts, prompt_of=prompt_of
        )

    def like_beside_like(self, pictures: list[Picture]) -> list[Picture]:
        """The pictures so that each prompt begins like the one before it; very many stay as they are."""
        if len(pictures) > _MOST_SORTED:
            return pictures

        def likeness(picture: Picture) -> tuple[object, ...]:
            try:
                return False, *self.material.sort_key(self.collection.tags(picture))
            except ItemError:
                return (True,)

        return sorted(pictures, key=likeness) if len(pictures) > 1 else pictures

    def tags(self, limit: int | None) -> list[str]:
        """The distinct tags, the most common first; of as many pictures as are due where there is a limit."""
        ordered = [tag for tag, _ in self.collection.survey().counts.most_common()]
        if limit is not None:
            pictures = self.due(self.captions, False, lambda picture: "")[:limit]
            wanted = {tag for picture in pictures for tag in self._tags_of(picture)}
            ordered = [tag for tag in ordered if tag in wanted]
        told = {tag for tag, entry in self.own.items() if entry.description and entry.category}
        return [tag for tag in ordered if tag not in told]

    def close(self) -> None:
        """Leave nothing open and no empty folder behind."""
        self.captions.close()
        self.descriptions.close()

    def _tags_of(self, picture: Picture) -> Sequence[str]:
        try:
            return self.collection.tags(picture).tags
        except ItemError:
            return ()
