"""--check: for each stage, does its server answer, is the context long enough, can the model see?"""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from captioning.project import Project
from captioning.sampling import longest_prompt
from captioning.templates import roles_of, sends_pictures
from commands.checkup import LARGEST_SAMPLE, Finding, ok, problem, warning
from deferred.folder import BatchFolder
from english import amount
from errors import ItemError, StageError, UserError
from interpreter import COMPOSER
from llm.choosing import instead
from llm.finding import Server, server_at
from llm.listings import Model
from llm.notices import CHECK_SIGHT, REASONING_OFF, Look, blind, blindness, look, reasons_all_the_same
from llm.prompts import CHARACTERS_PER_TOKEN, question_in_shape
from llm.servers import Endpoints
from settings import EndpointSettings, Settings, StageSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

_USUAL_ANSWER = 300
_START_ONE = "start LM Studio, Ollama or another server, or write its address as url under [Endpoint]"
_HELLO = "Answer with one word: ready"


class Stage(NamedTuple):
    """A stage that asks a model, and whether its model has to see pictures."""

    name: str
    settings: EndpointSettings
    must_see: bool


@dataclass(slots=True)
class Servers:
    """Checks the endpoint of each stage.

    `writer` is the model that writes captions, or COMPOSER, and `sees` whether it is sent pictures. It is ""
    where no captions are written, or it is not known by whom.
    """

    connections: Endpoints
    writer: str = ""
    sees: bool = False
    # Stages that share an endpoint also share the answer.
    _answers: dict[tuple[object, ...], Look | Exception] = field(default_factory=dict)

    async def check(self, project: Project) -> AsyncIterator[Finding]:
        """Send one small request for each stage; a problem of several stages is reported once."""
        stages: dict[Finding, list[str]] = {}
        for name, settings in project.settings.stages.items():
            async for finding in self._stage(project, name, settings):
                if finding.level == "ok":
                    yield replace(finding, text=f"[{name}] {finding.text}")
                else:
                    stages.setdefault(finding, []).append(name)
        for finding, names in stages.items():
            yield replace(finding, text=f"[{', '.join(names)}] {finding.text}")

    async def _stage(self, project: Project, name: str, settings: StageSettings) -> AsyncIterator[Finding]:
        """What there is to say of a stage, without its name."""
        if settings.skip:
            return
        if project.makes_lists_only and name != "Interrogator":
            self.writer = COMPOSER
            yield ok("the captions are lists of tags: no model is asked")
            return
        stage = Stage(name, settings.endpoint, settings.must_see)
        try:
            endpoint = await self.connections.endpoint(stage.settings.asked_once, must_see=stage.must_see)
        except UserError as error:
            yield problem(str(error))
            return
        if endpoint is None:
            self.writer = COMPOSER if name == "Interpreter" else self.writer
            yield _without_model(stage, self.connections.absence(stage.settings))
            return
        for finding in _of_host(endpoint):
            yield finding
        if stage.name == "Interpreter":
            self.writer, self.sees = endpoint.model, sends_pictures(project.settings, endpoint)
            stage = stage._replace(must_see=self.sees)
        if endpoint.answers_later:
            for finding in _check_batch_files(stage.settings):
                yield finding
            return
        async for finding in self._of_server(project, stage, endpoint):
            yield finding

    async def _of_server(self, project: Project, stage: Stage, endpoint: Endpoint) -> AsyncIterator[Finding]:
        if stage.must_see and endpoint.about.sees is False:
            otherwise = "sees = False" if stage.name == "Interpreter" else "skip = True"
            remedy = f"write url and model of a vision model under [{stage.name}], or {otherwise}"
            yield problem(blind(endpoint.model, endpoint.url), remedy)
            return
        answer = await self._ask(endpoint, stage, roles_of(project.settings, stage.name, sees=self.sees))
        if (
            stage.name == "Interpreter"
            and project.settings.interpreter.sees == "auto"
            and (why := blindness(answer))
        ):
            yield warning(f"captions are made without the pictures, as with sees = False: {why}")
            self.sees, stage = False, stage._replace(must_see=False)
            answer = await self._ask(endpoint, stage, roles_of(project.settings, stage.name, sees=False))
        elif stage.name == "Interpreter" and (sent := _what_is_sent(project.settings, endpoint, self.sees)):
            yield ok(sent)
        # Once it has answered, the model is loaded, and some servers report its context only then.
        server = await server_at(endpoint.url, endpoint.settings)
        for finding in _of_answer(stage, endpoint, server, answer):
            yield finding
        if isinstance(answer, Look):
            about = server.catalogue.model(endpoint.model) or endpoint.about
            for finding in [*_of_context(project, stage, server, about), *_of_slots(stage, server)]:
                yield finding

    async def _ask(self, endpoint: Endpoint, stage: Stage, roles: Sequence[str]) -> Look | Exception:
        """One question in the shape of the stage's template, about a picture where the stage sends some."""
        key = (id(endpoint), stage.must_see, *roles)
        if key not in self._answers:
            try:
                if stage.must_see:
                    self._answers[key] = await look(endpoint.complete_shortly, roles)
                else:
                    reply = await endpoint.complete_shortly(question_in_shape(roles, _HELLO))
                    self._answers[key] = Look(reply, None)
            except (UserError, StageError, ItemError) as error:
                self._answers[key] = error
        return self._answers[key]


def _of_host(endpoint: Endpoint) -> Iterator[Finding]:
    """Say where an embedded model runs, and how it would be faster."""
    if endpoint.host is not None:
        yield ok(endpoint.introduction)
        if endpoint.host.faster_with:
            yield warning(
                "this computer seems to have a graphics card, which llama.cpp does not use",
                endpoint.host.faster_with,
            )


def _what_is_sent(settings: Settings, endpoint: Endpoint, sees: bool) -> str:
    """A sentence that pictures are sent for captions, or could be; "" if the model is not known to see."""
    if sees:
        return "each picture is sent along with its tags"
    if endpoint.about.sees and settings.interpreter.sees == "auto" and settings.interrogator.skip:
        return "the model can see, but is sent no pictures: sees = True under [Interpreter] sends them"
    return ""


def _without_model(stage: Stage, why: str) -> Finding:
    if not why:
        return ok("url = builtin: no model is asked")
    if stage.name == "Interpreter":
        return warning(f"{why}, so captions are drafts from the tags alone", _START_ONE)
    return warning(f"{why}, so this stage is skipped", _START_ONE)


def _of_answer(stage: Stage, endpoint: Endpoint, server: Server, seen: Look | Exception) -> Iterator[Finding]:
    place, wanted = server.place, stage.settings.model
    is_listed = wanted == "auto" or not server.catalogue.models or server.catalogue.model(wanted) is not None
    if isinstance(seen, Look):
        answer = seen.answer
        yield ok(
            f"{place} answers in {answer.seconds:.1f} s with the model {answer.model} "
            f"({', '.join(_abilities(endpoint.about))})"
        )
        if answer.reasoned and stage.settings.reasoning == "off":
            yield warning(reasons_all_the_same(answer.model), REASONING_OFF)
        if not is_listed:
            used = f"has no model {wanted}, so {endpoint.model} answers in its place"
            unsure = f"does not list the model {wanted}, and may have used another one"
            yield warning(f"{place} {unsure if endpoint.model == wanted else used}", instead(server, wanted))
        if stage.must_see:
            yield _of_look(seen)
    elif is_listed:
        yield problem(str(seen))
    else:
        yield problem(f"{place} has no model {wanted}", instead(server, wanted))


def _of_look(seen: Look) -> Finding:
    if seen.sees:
        return ok(f"the model {seen.answer.model} can see")
    say = warning if seen.sees is None else problem
    return say(seen.doubt, CHECK_SIGHT)


def _abilities(model: Model) -> Iterator[str]:
    """What the server reported about a model before the request."""
    known = {
        ("loaded", "not loaded before", "is loaded"): model.loaded,
        ("sees pictures", "does not see pictures", "sees"): model.sees,
        ("can reason", "does not reason", "reasons"): model.reasons,
    }
    for (yes, no, _), told in known.items():
        if told is not None:
            yield yes if told else no
    not_known = [question for (_, _, question), told in known.items() if told is None]
    if not_known:
        yield f"the server does not tell whether it {' or '.join(not_known)}"


def _of_context(project: Project, stage: Stage, server: Server, about: Model) -> Iterator[Finding]:
    try:
        prompt = longest_prompt(project, stage.name, sees=stage.must_see, most=LARGEST_SAMPLE)
    except (UserError, ItemError):
        # The checks of templates and tags have reported this already.
        return
    tokens = amount(prompt, "token")
    longest = f"the longest prompt has about {tokens}, at {CHARACTERS_PER_TOKEN} characters a token"
    if about.context is None:
        yield ok(f"the server does not report its context length; {longest}")
    elif about.context < prompt + _USUAL_ANSWER:
        enough = math.ceil((prompt + _USUAL_ANSWER) / 1024) * 1024
        yield problem(
            f"the context of {about.context:,} tokens is too short: {longest}",
            f"{server.catalogue.program.longer_context}: {enough:,} tokens or more",
        )
    else:
        yield ok(f"context of {about.context:,} tokens; {longest}")


def _of_slots(stage: Stage, server: Server) -> Iterator[Finding]:
    slots = server.catalogue.slots
    if slots is None:
        return
    chosen = stage.settings.concurrency
    at_once = f"the server works on {amount(slots, 'request')} at once"
    if chosen != "auto" and chosen > slots:
        yield warning(
            f"{at_once}, but concurrency = {chosen}",
            f"write concurrency = auto or {slots}, or start the server with more slots",
        )
    else:
        yield ok(f"{at_once}; a run keeps one or more waiting there, so that it never rests")


def _check_batch_files(chosen: EndpointSettings) -> Iterator[Finding]:
    """Look at the folder, and say what will be written there and sent; raises UserError for a broken file."""
    folder = BatchFolder(chosen.batch)
    path = folder.path
    if path.exists() and not path.is_dir():
        yield problem(f"{path} is no folder", "write batch = FOLDER under [Endpoint]")
        return
    if path.is_dir() and not os.access(path, os.W_OK):
        yield problem(f"{path} is read-only", "change its permissions or name another folder")
        return
    yield ok(
        f"url = batch: no server is asked; requests to {chosen.model} go into files in {path}, in "
        f"the form {chosen.batch_form}, at most {chosen.batch_lines:,} requests and "
        f"{chosen.batch_megabytes:g} MB in each"
    )
    yield ok(folder.summary())
    if chosen.reasoning == "off" and not chosen.extra_body:
        field = 'extra_body = {"reasoning_effort": "none"}'
        yield ok(f"a model that reasons is not told to stop: {field} does it at many services")
    if not chosen.batch_service:
        yield ok("you send the files: with batch_service = ADDRESS, --batch-submit does it")
    elif chosen.batch_form == "short":
        only = (
            f"--batch-submit sends files of the form openai only, and none of these to {chosen.batch_service}"
        )
        yield warning(only, "send them yourself")
    elif not chosen.api_key.get_secret_value() and not chosen.headers:
        remedy = "put it into the environment as TAGSCRIBE_API_KEY"
        yield warning(f"there is no api_key for {chosen.batch_service}", remedy)
    else:
        yield ok(f"--batch-submit sends the files to {chosen.batch_service}")
