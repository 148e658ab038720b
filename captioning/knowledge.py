"""What one set of settings stands for before any picture is read: forms, meanings of tags, the trainer."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dataset.pictures import Survey, Surveyed
from dataset.trainers import TARGETS, Target
from settings import Settings
from styling.forms import Forms
from tags.filters import HiddenTraits

if TYPE_CHECKING:
    from dataset.finishing import Finishing
    from wiki.cache import Cache, Entry
    from wiki.tag_meanings import TagMeanings
    from writing.material import Material


class Knowledge:
    """Opens each thing when it is first needed, so that a command pays only for what it uses."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._along: dict[str, tuple[str, ...]] = {}

    @cached_property
    def own(self) -> dict[str, Entry]:
        """The user's own descriptions of tags."""
        from wiki.tag_meanings import load_own

        path = self.settings.tags.descriptions_file
        return load_own(path) if path else {}

    def said_along(self, tag: str) -> tuple[str, ...]:
        """What a tag says beside its name: the user's description of it, its other name, what it implies."""
        from wiki.tag_meanings import said_along_with

        known = self._along.get(tag)
        if known is None:
            known = self._along[tag] = tuple(said_along_with(tag, self.own, self.cache))
        return known

    @cached_property
    def cache(self) -> Cache:
        """What tags_cache.json holds."""
        from wiki import cache as tags_cache

        return tags_cache.load(self.settings.tag_provider.cache)

    def material_of(self, surveyed: Surveyed) -> Material:
        """What templates can say of pictures, by the tags of those that are surveyed.

        It takes over what stage 1 found, so it is asked for after that.
        """
        from writing.material import Material

        # Stage 1 may have found what further tags imply.
        self._along.clear()
        return Material.of(surveyed, self.own, self.cache, self.settings.tags)

    def undescribed(self, survey: Survey) -> list[str]:
        """The distinct tags of a survey, the most common first, without those that the user describes."""
        described = {tag for tag, entry in self.own.items() if entry.description and entry.category}
        return [tag for tag, _ in survey.counts.most_common() if tag not in described]

    @cached_property
    def meanings(self) -> TagMeanings:
        """What tags mean, and their categories, from cache and own descriptions alone."""
        from wiki.tag_meanings import TagMeanings

        return TagMeanings(self.own, self.cache, {})

    @cached_property
    def target(self) -> Target:
        """The trainer that reads the captions."""
        return TARGETS[self.settings.dataset.target]

    @cached_property
    def forms(self) -> Forms:
        """The captions of each picture, and the style in which they are written; raises UserError."""
        return Forms.of(self.settings.interpreter, self.subject_of)

    def subject_of(self, tag: str) -> str:
        """What a general tag is about, for styles that sort them by this; "" for none of their subjects."""
        from writing.subjects import subject_of

        return subject_of(tag)

    @cached_property
    def finishing(self) -> Finishing:
        """What turns sentences and tags into the text of a picture."""
        from dataset.finishing import Finishing

        tags = self.settings.tags
        hidden = HiddenTraits.of(tags.hide)
        return Finishing(self.settings.interpreter, tags.trigger, hidden, self.target, self.forms)

    @property
    def makes_lists_only(self) -> bool:
        """Whether the captions are lists of tags, for which no model is asked anything."""
        return not self.settings.interpreter.skip and not self.forms.written_by_model
