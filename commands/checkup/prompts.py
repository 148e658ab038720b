"""How long the prompts of a stage are, in characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from captioning.project import Project
from commands.checkup.pictures import sample
from dataset.images import Picture
from errors import ItemError
from llm.prompts import Message, Prompt
from summaries import gist
from writing.variables import OF_PAGES

# A patch of 28 by 28 pixels is a token for many vision models; others take fewer.
PIXELS_PER_TOKEN = 28 * 28


def of_tag_provider(project: Project) -> int:
    """The longest that there can be: a request full of pages."""
    page = {"name": "tag", "category": "general", "text": "x" * gist.CHARACTERS_PER_REQUEST}
    prompt = Prompt(project.settings.tag_provider.prompt_template_file, OF_PAGES)
    return length(prompt.messages({"pages": [page]}))


def of_interrogator(project: Project) -> int:
    """The longest of a sample of pictures, without the picture."""
    stage = project.interrogator()
    return max(_lengths(project, lambda picture: [stage.messages(picture)]), default=0)


def of_interpreter(project: Project) -> int:
    """The longest of a sample of pictures."""
    stage = project.interpreter()
    return max(_lengths(project, stage.messages), default=0)


def length(messages: Iterable[Message]) -> int:
    """All characters of a prompt."""
    return sum(len(message.text) for message in messages)


def _lengths(project: Project, prompts_of: Callable[[Picture], Sequence[Sequence[Message]]]) -> Iterator[int]:
    for picture in sample(project.collection.pictures):
        try:
            yield max(map(length, prompts_of(picture)))
        except ItemError:
            continue
