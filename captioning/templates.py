"""Which templates a run asks with, and whether they fit what is sent along."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from addresses import is_here
from english import amount
from errors import UserError
from llm.prompts import Prompt
from settings import Settings, StageSettings
from styling.forms import Forms
from writing import PAGE_VARIABLES, PICTURE_VARIABLES

if TYPE_CHECKING:
    from captioning.project import Project
    from llm.endpoint import Endpoint

_DESCRIPTION = "image_description"
# Words by which a template says that the model sees the picture, or that it does not.
_SEEN, _NOT_SEEN = ("you see the picture", "is shown the picture"), "cannot see the picture"


class Misfit(NamedTuple):
    """A template that does not fit what there is of the pictures, and what to do about it."""

    text: str
    remedy: str

    @property
    def sentence(self) -> str:
        """Both in one sentence."""
        return f"{self.text[0].upper()}{self.text[1:]}: {self.remedy}."


def templates_of_stages(settings: Settings) -> Iterator[tuple[str, Path, Sequence[str]]]:
    """Stage, file and variables of each template that is in use."""
    if not settings.tag_provider.skip:
        yield "TagProvider", settings.tag_provider.prompt_template_file, PAGE_VARIABLES
    if not settings.interrogator.skip:
        yield "Interrogator", settings.interrogator.prompt_template_file, PICTURE_VARIABLES
    if not settings.interpreter.skip:
        for path in settings.interpreter.prompt_template_file.all:
            yield "Interpreter", path, PICTURE_VARIABLES


def refuse_broken_templates(settings: Settings) -> None:
    """Raise UserError where templates or the style cannot be used, whether or not they are needed today."""
    problems = list[str]()
    try:
        Forms.of(settings.interpreter)
    except UserError as error:
        problems.append(str(error))
    for stage, path, variables in templates_of_stages(settings):
        try:
            usable_prompt(settings.stages[stage], path, variables)
        except UserError as error:
            problems.append(str(error))
    if len(problems) == 1:
        raise UserError(problems[0])
    if problems:
        raise UserError("style and templates cannot be used as they are", list(dict.fromkeys(problems)))


def usable_prompt(stage: StageSettings, path: Path, variables: Sequence[str]) -> Prompt:
    """The prompt of a template; raises UserError where the stage cannot use it."""
    prompt = Prompt(path, variables)
    # Where the picture is sent as well, the template may be the same for all.
    if not stage.must_see:
        prompt.refuse_sameness()
    return prompt


def roles_of(settings: Settings, stage: str, *, sees: bool) -> list[str]:
    """The roles of the messages that a stage sends; the usual ones if its template cannot be read."""
    captions = settings.interpreter.prompt_template_file.fitting(sees=sees, described=False)
    for name, path, variables in templates_of_stages(settings):
        if name == stage and (name != "Interpreter" or path in captions):
            with suppress(UserError):
                return Prompt(path, variables).roles
    return ["system", "user"]


def sends_pictures(settings: Settings, endpoint: Endpoint | None) -> bool:
    """Whether stage 3 sends each picture to the endpoint, along with its tags.

    Pictures go to another computer only if the settings say so. A template that cannot be used counts as one
    that says nothing of the picture.
    """
    chosen = settings.interpreter
    if endpoint is None or chosen.skip:
        return False
    if chosen.sees != "auto":
        return chosen.sees
    if not (settings.interrogator.skip and is_here(endpoint.url)):
        return False
    if any(_NOT_SEEN in _words(prompt) for prompt in _named(settings)):
        return False
    return endpoint.about.sees is True


async def may_send_pictures(
    settings: Settings, endpoint: Endpoint | None, say: Callable[[str], None]
) -> bool:
    """Like `sends_pictures`, but with `auto` False where the model does not get pictures.

    `say` then gets the reason. The model is shown a plain picture; raises what `Endpoint.blindness` raises.
    """
    if endpoint is None or not sends_pictures(settings, endpoint):
        return False
    why = ""
    if settings.interpreter.sees == "auto":
        why = await endpoint.blindness(roles_of(settings, "Interpreter", sees=True))
    if why:
        say(f"The captions are made without the pictures, as with sees = False: {why}.")
    return not why


def misfits(project: Project, *, sees: bool) -> Iterator[Misfit]:
    """Named templates that expect something that is missing, or ignore something that is there."""
    settings, prompts = project.settings, list(_named(project.settings))
    if settings.interpreter.skip or not prompts:
        return
    are_made = not settings.interrogator.skip
    there = len(project.descriptions.texts.names() & {each.stem_name for each in project.collection.pictures})
    for prompt in prompts:
        if _DESCRIPTION in prompt.uses and not are_made and not there and not sees:
            yield Misfit(
                f"{prompt.path.name} uses a description of each picture, but there are no descriptions",
                "write prompt_template_file = auto under [Interpreter], or skip = False under [Interrogator]",
            )
        if sees and _NOT_SEEN in _words(prompt):
            yield Misfit(
                f"each picture is sent, but {prompt.path.name} says that the model cannot see it",
                "write prompt_template_file = auto or sees = False under [Interpreter]",
            )
        if not sees and any(each in _words(prompt) for each in _SEEN):
            yield Misfit(
                f"{prompt.path.name} is for a model that sees the picture, but no picture is sent",
                "write prompt_template_file = auto or sees = True under [Interpreter]",
            )
    if (are_made or there) and not any(_DESCRIPTION in prompt.uses for prompt in prompts):
        what = f"there are descriptions of {amount(there, 'picture')}"
        names = " or ".join(prompt.path.name for prompt in prompts)
        remedy = "write prompt_template_file = auto under [Interpreter]"
        yield Misfit(
            f"{'the Interrogator describes the pictures' if are_made else what}, but nothing in {names} uses "
            "the descriptions",
            f"{remedy}, or skip = True under [Interrogator]" if are_made else remedy,
        )


def _named(settings: Settings) -> Iterator[Prompt]:
    """The templates for captions that the settings name, as far as they can be used."""
    for path in settings.interpreter.prompt_template_file.named:
        try:
            yield Prompt(path, PICTURE_VARIABLES)
        except UserError:
            continue


def _words(prompt: Prompt) -> str:
    return " ".join(prompt.text.lower().split())
