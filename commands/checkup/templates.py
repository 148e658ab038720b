"""The templates: can they be read, and do they fit what is there to fill in?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from captioning.project import Project
from captioning.templates import of_stages
from commands.checkup import Finding, ok, problem, warning
from errors import UserError
from llm.prompts import Prompt
from settings import Settings
from writing.variables import OF_PICTURES

_DESCRIPTION = "image_description"
_EVERYTHING_ALIKE = (
    "the model learns nothing of what it writes about; begin with a copy of a template that ships"
)


def read(settings: Settings) -> Iterator[Finding]:
    """Read the template of each stage that runs."""
    for stage, path, variables in of_stages(settings):
        try:
            uses = sorted(set(Prompt(path, variables).uses) & set(variables))
        except UserError as error:
            yield problem(str(error))
        else:
            used = f"[{stage}] template {path.name} uses {', '.join(uses) or 'no variable'}"
            yield ok(used) if uses or stage == "Interrogator" else warning(used, _EVERYTHING_ALIKE)


def fit(project: Project) -> Iterator[Finding]:
    """Hold what the templates of captions want of descriptions against what there will be."""
    if not project.settings.interpreter.skip:
        for path in project.settings.interpreter.prompt_template_file:
            yield from _descriptions(project, path)


def _descriptions(project: Project, path: Path) -> Iterator[Finding]:
    try:
        wants = _DESCRIPTION in Prompt(path, OF_PICTURES).uses
    except UserError:
        return
    sees = not project.settings.interrogator.skip
    if wants and not sees and not project.descriptions.texts.names():
        yield warning(
            f"{path.name} wants a description of each picture, and there is none",
            "write skip = False under [Interrogator], or choose interpreter_prompt_template_short_no_"
            "description.txt under [Interpreter]",
        )
    if sees and not wants:
        yield warning(
            f"the Interrogator describes the pictures, and {path.name} makes no use of it",
            "choose interpreter_prompt_template_short.txt under [Interpreter], or write skip = True under "
            "[Interrogator]",
        )
