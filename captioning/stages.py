"""The three stages over one data set; a run imports only those that it has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from dataset.json_lines import JsonLines

if TYPE_CHECKING:
    from dataset.finishing import Finishing
    from dataset.pictures import Pictures
    from dataset.wanted import Results, Wanted
    from interpreter import Interpreter
    from interrogator import Interrogator
    from llm.endpoint import Endpoint
    from settings import Settings
    from tag_provider import TagProvider
    from wiki.cache import Cache
    from writing.material import Material


class DataSet(Protocol):
    """What stages 2 and 3 need: a data set, what its tags mean, and where its texts are kept."""

    @property
    def settings(self) -> Settings:
        """All settings."""

    @property
    def collection(self) -> Pictures:
        """The pictures and their tags."""

    @property
    def material(self) -> Material:
        """What templates can say."""

    @property
    def finishing(self) -> Finishing:
        """What turns sentences and tags into the text of a picture."""

    @property
    def captions(self) -> Results:
        """Where captions are kept."""

    @property
    def descriptions(self) -> Results:
        """Where descriptions are kept."""

    @property
    def wanted(self) -> Wanted:
        """Which texts a stage should make."""


class Tags(Protocol):
    """What stage 1 needs: the tags of a data set, and what is known of them."""

    @property
    def settings(self) -> Settings:
        """All settings."""

    @property
    def cache(self) -> Cache:
        """What tags_cache.json holds."""

    @property
    def makes_lists_only(self) -> bool:
        """Whether the captions are lists of tags, for which no model is asked anything."""

    def tags(self) -> Iterable[str]:
        """The tags, the most common first."""


def tag_provider(project: Tags, endpoint: Endpoint | None) -> TagProvider:
    """Stage 1; without an endpoint it finds the categories of tags alone."""
    from tag_provider import TagProvider
    from wiki.source import open_source

    chosen = project.settings.tag_provider
    log = JsonLines(project.settings.dataset.captions / ".tags.jsonl")
    log.watch()
    return TagProvider(chosen, open_source(chosen), project.cache, log, project.tags, endpoint)


def interrogator(project: DataSet, endpoint: Endpoint | None = None) -> Interrogator:
    """Stage 2; without an endpoint only to see its prompts."""
    from interrogator import Interrogator

    return Interrogator(
        project.settings.interrogator,
        project.settings.interpreter.language,
        project.collection,
        project.material,
        project.descriptions,
        project.wanted,
        endpoint,
    )


def interpreter(
    project: DataSet,
    endpoint: Endpoint | None = None,
    *,
    sees: bool = False,
    waiting: frozenset[str] = frozenset(),
) -> Interpreter:
    """Stage 3; without an endpoint captions are composed. If it `sees`, pictures are sent along.

    `waiting` are the names of pictures whose descriptions come later.
    """
    from interpreter import Interpreter
    from reading.reader import Reader
    from writing.ready_pictures import ReadyPictures

    settings, chosen = project.settings, project.settings.interpreter
    folder = settings.tag_provider.cache.parent
    reader = Reader(folder, endpoint) if endpoint and chosen.reading != "never" else None
    return Interpreter(
        chosen,
        project.finishing,
        project.collection,
        project.material,
        project.descriptions,
        project.captions,
        project.wanted,
        endpoint,
        reader,
        ReadyPictures(project.collection, settings.interrogator.max_image_side) if sees else None,
        waiting,
    )
