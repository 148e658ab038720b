"""The three stages over one data set; a run imports only those that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from captioning.knowledge import KnownTags
from dataset.json_lines import JsonLines

if TYPE_CHECKING:
    from interpreter import Interpreter
    from interrogator import Interrogator
    from llm.endpoint import Endpoint
    from tag_provider import TagProvider
    from writing.picture_stage import DataSet


def tag_provider(project: KnownTags, endpoint: Endpoint | None) -> TagProvider:
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

    return Interrogator(project, endpoint)


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
    from writing.picture_stage import ReadyPictures

    settings = project.settings
    folder = settings.tag_provider.cache.parent
    reader = Reader(folder, endpoint) if endpoint and settings.interpreter.reading != "never" else None
    pictures = ReadyPictures(project.collection, settings.interrogator.max_image_side) if sees else None
    return Interpreter(project, endpoint, reader, pictures, waiting)
