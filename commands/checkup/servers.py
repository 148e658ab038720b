"""The model of each stage: does its server answer, is the context large enough, can it see?"""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from captioning.amounts import amount
from captioning.project import Project
from commands.checkup import Finding, ok, problem, prompts, sight, warning
from errors import ItemError, StageError, UserError
from llm.connecting import Connections
from llm.facts import CHARACTERS_PER_TOKEN, Facts, facts_of
from llm.prompts import Message
from llm.usage import Reply
from settings import EndpointSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# Enough for a model that thinks a little before it names a colour.
_LONGEST_ANSWER = 256
_USUAL_ANSWER = 300
_MOST_LISTED = 5
_NO_SERVER = "no model server answers on this computer"
_START_ONE = "start LM Studio, Ollama or another server, or write its address as url under [Endpoint]"
_HELLO = Message("user", "Answer with one word: ready")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that asks a model, its settings, and how many tokens its longest prompt has."""

    name: str
    settings: EndpointSettings
    longest: Callable[[], float]
    must_see: bool = False


@dataclass(slots=True)
class Servers:
    """Looks at the endpoint of each stage; none is asked the same twice. `writer` is who writes captions."""

    connections: Connections = field(default_factory=Connections)
    writer: str = ""
    _answers: dict[tuple[int, bool], Reply | Exception] = field(default_factory=dict)

    async def examine(self, project: Project) -> AsyncIterator[Finding]:
        """One small request a stage."""
        for stage in _stages(project):
            async for finding in self._stage(stage):
                yield finding

    async def _stage(self, stage: Stage) -> AsyncIterator[Finding]:
        try:
            endpoint = await self.connections.endpoint(_sparing(stage.settings))
        except UserError as error:
            yield problem(f"[{stage.name}] {error}")
            return
        if endpoint is None:
            yield _without_model(stage)
            return
        if stage.name == "Interpreter":
            self.writer = endpoint.model
        facts = await facts_of(endpoint)
        if stage.must_see and facts.sees is False:
            yield problem(
                f"[{stage.name}] the model {endpoint.model} at {endpoint.url} reads text only",
                f"write url and model of one that sees under [{stage.name}], or skip = True",
            )
            return
        answer = await self._ask(endpoint, stage.must_see)
        for finding in _of_answer(stage, endpoint, facts, answer):
            yield finding
        if isinstance(answer, Reply):
            for finding in [*_of_context(stage, facts), *_of_slots(stage, facts)]:
                yield finding

    async def _ask(self, endpoint: Endpoint, must_see: bool) -> Reply | Exception:
        key = (id(endpoint), must_see)
        if key not in self._answers:
            try:
                self._answers[key] = await endpoint.complete([sight.question() if must_see else _HELLO])
            except (UserError, StageError, ItemError) as error:
                self._answers[key] = error
        return self._answers[key]


def _stages(project: Project) -> Iterator[Stage]:
    settings = project.settings
    side = settings.interrogator.max_image_side
    picture = side * side / prompts.PIXELS_PER_TOKEN

    def tokens(characters: int) -> float:
        return characters / CHARACTERS_PER_TOKEN

    if not settings.tag_provider.skip:
        chosen = settings.tag_provider.endpoint
        yield Stage("TagProvider", chosen, lambda: tokens(prompts.of_tag_provider(project)))
    if not settings.interrogator.skip:
        seer = settings.interrogator.endpoint
        yield Stage(
            "Interrogator", seer, lambda: tokens(prompts.of_interrogator(project)) + picture, must_see=True
        )
    if not settings.interpreter.skip:
        writer = settings.interpreter.endpoint
        yield Stage("Interpreter", writer, lambda: tokens(prompts.of_interpreter(project)))


def _sparing(settings: EndpointSettings) -> EndpointSettings:
    """The settings of an endpoint that is asked once, for a short answer, and not waited for."""
    longest = min(settings.max_tokens or _LONGEST_ANSWER, _LONGEST_ANSWER)
    limit = None if settings.max_tokens is None else longest
    return settings.model_copy(update={"retries": 0, "wait_for_server": 0.0, "max_tokens": limit})


def _without_model(stage: Stage) -> Finding:
    if stage.settings.url == "builtin":
        return ok(f"[{stage.name}] url = builtin: no model is asked")
    if stage.name == "Interpreter":
        return warning(f"[Interpreter] {_NO_SERVER}, so captions are drafts from the tags alone", _START_ONE)
    return warning(f"[{stage.name}] {_NO_SERVER}, so this stage is passed over", _START_ONE)


def _of_answer(
    stage: Stage, endpoint: Endpoint, facts: Facts, answer: Reply | Exception
) -> Iterator[Finding]:
    place, model = f"[{stage.name}] {endpoint.url}", endpoint.model
    is_listed = not facts.models or model in facts.models
    if isinstance(answer, Reply):
        yield ok(f"{place} answers in {answer.seconds:.1f} s with the model {answer.model}")
        if not is_listed:
            another = "and may have answered with another one"
            yield warning(f"{place} does not list the model {model}, {another}", _choice(stage, facts))
        if stage.must_see:
            yield sight.judged(stage.name, answer)
    elif is_listed:
        yield problem(f"[{stage.name}] {answer}")
    else:
        yield problem(f"{place} has no model {model}", _choice(stage, facts))


def _choice(stage: Stage, facts: Facts) -> str:
    """Which model to write instead, and where."""
    near = difflib.get_close_matches(stage.settings.model, facts.models, n=1, cutoff=0.3) or facts.models
    listed = ", ".join(facts.models[:_MOST_LISTED])
    more = f" and {len(facts.models) - _MOST_LISTED} more" if len(facts.models) > _MOST_LISTED else ""
    return f"write model = {near[0]}; it has {listed}{more}"


def _of_context(stage: Stage, facts: Facts) -> Iterator[Finding]:
    try:
        prompt = round(stage.longest())
    except (UserError, ItemError):
        # The template or the tags cannot be used, of which the other examinations tell.
        return
    tokens = amount(prompt, "token")
    about = f"the longest prompt has about {tokens}, of {CHARACTERS_PER_TOKEN} characters each"
    if facts.context is None:
        yield ok(f"[{stage.name}] the server does not tell its context; {about}")
    elif facts.context < prompt + _USUAL_ANSWER:
        yield problem(
            f"[{stage.name}] the context of {facts.context:,} tokens is too short: {about}",
            f"load the model with a context of {_round_up(prompt + _USUAL_ANSWER):,} or more",
        )
    else:
        yield ok(f"[{stage.name}] context of {facts.context:,} tokens; {about}")


def _round_up(tokens: int) -> int:
    return -(-tokens // 1024) * 1024


def _of_slots(stage: Stage, facts: Facts) -> Iterator[Finding]:
    if facts.slots is None:
        return
    chosen = stage.settings.concurrency
    at_once = f"the server works on {amount(facts.slots, 'request')} at once"
    if chosen != "auto" and chosen > facts.slots:
        yield warning(
            f"[{stage.name}] {at_once}, and concurrency = {chosen}",
            f"write concurrency = auto or {facts.slots}, or start the server with more slots",
        )
    else:
        yield ok(f"[{stage.name}] {at_once}")
