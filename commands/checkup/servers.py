"""--check: for each stage, does its server answer, is the context long enough, can the model see?"""

from __future__ import annotations

import difflib
import math
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from captioning.project import Project
from commands import NO_SERVER, without_retries
from commands.checkup.findings import Finding, ok, problem, warning
from commands.checkup.prompts import longest_prompt
from english import amount
from errors import ItemError, StageError, UserError
from llm.answers import Reply
from llm.prompts import Message, with_picture
from llm.protocol import CHARACTERS_PER_TOKEN, Facts
from llm.servers import Endpoints
from settings import EndpointSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# Enough for a model that thinks a little before it names a colour.
_LONGEST_ANSWER = 256
_USUAL_ANSWER = 300
_MOST_LISTED = 5
_START_ONE = "start LM Studio, Ollama or another server, or write its address as url under [Endpoint]"
_HELLO = [Message("user", "Answer with one word: ready")]
_COLOUR_ASKED = [Message("user", "What colour is this picture? Answer with the name of the colour.")]
# Whether a model can see is tested with a plain picture. A model that only guesses seldom says orange.
_COLOUR, _COLOUR_NAMES = (255, 140, 0), ("orange", "tangerine", "amber")
_SIDE = 112
_LONGEST_QUOTE = 60


class Stage(NamedTuple):
    """A stage that asks a model."""

    name: str
    settings: EndpointSettings

    @property
    def must_see(self) -> bool:
        """Whether its model has to see pictures."""
        return self.name == "Interrogator"


@dataclass(slots=True)
class Servers:
    """Checks the endpoint of each stage; `writer` is the model that writes captions, "" if there is none."""

    connections: Endpoints = field(default_factory=Endpoints)
    writer: str = ""
    # Stages that share an endpoint also share the answer.
    _answers: dict[tuple[int, bool], Reply | Exception] = field(default_factory=dict)

    async def check(self, project: Project) -> AsyncIterator[Finding]:
        """Send one small request for each stage."""
        chosen = project.settings
        stages = {
            "TagProvider": chosen.tag_provider,
            "Interrogator": chosen.interrogator,
            "Interpreter": chosen.interpreter,
        }
        for name, settings in stages.items():
            if not settings.skip:
                async for finding in self._stage(project, Stage(name, settings.endpoint)):
                    yield finding

    async def _stage(self, project: Project, stage: Stage) -> AsyncIterator[Finding]:
        try:
            endpoint = await self.connections.endpoint(_for_short_answers(stage.settings))
        except UserError as error:
            yield problem(f"[{stage.name}] {error}")
            return
        if endpoint is None:
            yield _without_model(stage)
            return
        if stage.name == "Interpreter":
            self.writer = endpoint.model
        facts = await endpoint.client.facts(endpoint.model)
        if stage.must_see and facts.sees is False:
            yield problem(
                f"[{stage.name}] the model {endpoint.model} at {endpoint.url} cannot see pictures",
                f"write url and model of a vision model under [{stage.name}], or skip = True",
            )
            return
        answer = await self._ask(endpoint, stage.must_see)
        for finding in _of_answer(stage, endpoint, facts, answer):
            yield finding
        if isinstance(answer, Reply):
            for finding in [*_of_context(project, stage, facts), *_of_slots(stage, facts)]:
                yield finding

    async def _ask(self, endpoint: Endpoint, must_see: bool) -> Reply | Exception:
        key = (id(endpoint), must_see)
        if key not in self._answers:
            messages = with_picture(_COLOUR_ASKED, "image/png", _plain_picture()) if must_see else _HELLO
            try:
                self._answers[key] = await endpoint.complete(messages)
            except (UserError, StageError, ItemError) as error:
                self._answers[key] = error
        return self._answers[key]


def _for_short_answers(settings: EndpointSettings) -> EndpointSettings:
    limit = settings.max_tokens
    shorter = None if limit is None else min(limit, _LONGEST_ANSWER)
    return without_retries(settings).model_copy(update={"max_tokens": shorter})


def _without_model(stage: Stage) -> Finding:
    if stage.settings.url == "builtin":
        return ok(f"[{stage.name}] url = builtin: no model is asked")
    if stage.name == "Interpreter":
        return warning(f"[Interpreter] {NO_SERVER}, so captions are drafts from the tags alone", _START_ONE)
    return warning(f"[{stage.name}] {NO_SERVER}, so this stage is skipped", _START_ONE)


def _of_answer(
    stage: Stage, endpoint: Endpoint, facts: Facts, answer: Reply | Exception
) -> Iterator[Finding]:
    place, model = f"[{stage.name}] {endpoint.url}", endpoint.model
    is_listed = not facts.models or model in facts.models
    if isinstance(answer, Reply):
        yield ok(f"{place} answers in {answer.seconds:.1f} s with the model {answer.model}")
        if not is_listed:
            yield warning(
                f"{place} does not list the model {model}, and may have used another one",
                _which_model(stage, facts),
            )
        if stage.must_see:
            yield _of_colour(stage.name, answer)
    elif is_listed:
        yield problem(f"[{stage.name}] {answer}")
    else:
        yield problem(f"{place} has no model {model}", _which_model(stage, facts))


def _which_model(stage: Stage, facts: Facts) -> str:
    """What to write instead: the most similar name, and the models that the server has."""
    near = difflib.get_close_matches(stage.settings.model, facts.models, n=1, cutoff=0.3) or facts.models
    listed = ", ".join(facts.models[:_MOST_LISTED])
    more = f" and {len(facts.models) - _MOST_LISTED} more" if len(facts.models) > _MOST_LISTED else ""
    return f"write model = {near[0]}; the server has {listed}{more}"


def _of_context(project: Project, stage: Stage, facts: Facts) -> Iterator[Finding]:
    try:
        prompt = round(longest_prompt(project, stage.name))
    except (UserError, ItemError):
        # The checks of templates and tags have reported this already.
        return
    tokens = amount(prompt, "token")
    longest = f"the longest prompt has about {tokens}, at {CHARACTERS_PER_TOKEN} characters a token"
    if facts.context is None:
        yield ok(f"[{stage.name}] the server does not report its context length; {longest}")
    elif facts.context < prompt + _USUAL_ANSWER:
        enough = math.ceil((prompt + _USUAL_ANSWER) / 1024) * 1024
        yield problem(
            f"[{stage.name}] the context of {facts.context:,} tokens is too short: {longest}",
            f"load the model with a context of {enough:,} or more",
        )
    else:
        yield ok(f"[{stage.name}] context of {facts.context:,} tokens; {longest}")


def _of_slots(stage: Stage, facts: Facts) -> Iterator[Finding]:
    if facts.slots is None:
        return
    chosen = stage.settings.concurrency
    at_once = f"the server handles {amount(facts.slots, 'request')} at once"
    if chosen != "auto" and chosen > facts.slots:
        yield warning(
            f"[{stage.name}] {at_once}, but concurrency = {chosen}",
            f"write concurrency = auto or {facts.slots}, or start the server with more slots",
        )
    else:
        yield ok(f"[{stage.name}] {at_once}")


def _of_colour(stage: str, answer: Reply) -> Finding:
    """Whether the model sees: its answer must name the colour."""
    said = " ".join((answer.text or "").split())
    if any(name in said.lower() for name in _COLOUR_NAMES):
        return ok(f"[{stage}] the model {answer.model} can see")
    return warning(
        f"[{stage}] asked for the colour of a plain orange picture, {answer.model} answers: "
        f"{said[:_LONGEST_QUOTE] or 'nothing'}",
        "check that it is a vision model, and that it is loaded with its projector (mmproj)",
    )


def _plain_picture() -> bytes:
    """A PNG in one colour."""
    rows = (b"\0" + bytes(_COLOUR) * _SIDE) * _SIDE
    side = _SIDE.to_bytes(4, "big")
    chunks = ((b"IHDR", side + side + bytes((8, 2, 0, 0, 0))), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )
