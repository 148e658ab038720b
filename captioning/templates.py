"""The templates of the stages that run, each with what can be filled in there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from settings import Settings
from writing import PAGE_VARIABLES, PICTURE_VARIABLES


def of_stages(settings: Settings) -> Iterator[tuple[str, Path, Sequence[str]]]:
    """Stage, file and variables of each template that is in use."""
    if not settings.tag_provider.skip:
        yield "TagProvider", settings.tag_provider.prompt_template_file, PAGE_VARIABLES
    if not settings.interrogator.skip:
        yield "Interrogator", settings.interrogator.prompt_template_file, PICTURE_VARIABLES
    if not settings.interpreter.skip:
        for path in settings.interpreter.prompt_template_file:
            yield "Interpreter", path, PICTURE_VARIABLES


def refuse_broken(settings: Settings) -> None:
    """Raise UserError where a template is missing or cannot be used, whether or not it is needed today."""
    from llm.prompts import Prompt

    for _, path, variables in of_stages(settings):
        Prompt(path, variables)
