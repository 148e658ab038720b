"""--dry-run: what would be sent, word for word, and what the whole run would take. Nothing is written."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from captioning.amounts import amount
from captioning.project import Project
from captioning.summary import Summary
from captioning.templates import refuse_broken
from commands.rehearsal.estimate import Estimate, in_all
from commands.rehearsal.part import Part
from commands.rehearsal.sorting import sorted_out
from dataset.file_names import printable
from dataset.images import Picture
from dataset.picture import describe, prepare
from dataset.results import Results
from errors import ItemError
from llm.connecting import Connections
from llm.facts import CHARACTERS_PER_TOKEN, estimated_tokens
from llm.prompts import Message, Prompt
from settings import EndpointSettings, Settings
from summaries import gist
from wiki import glossary
from writing.variables import OF_PAGES

# How long answers are where neither the journal nor the probe tells; that of the TagProvider is for a tag.
_USUAL_ANSWER = {"TagProvider": 35.0, "Interrogator": 150.0, "Interpreter": 90.0}
_USUAL_PAGE = {"name": "tag", "category": "general", "text": "x" * 600}


@dataclass(slots=True)
class Rehearsal:
    """Shows the first `count` pictures that are due, and counts the rest; `say` is given each line.

    `limit` is how many of the pictures that are due the run would do, None for all.
    """

    settings: Settings
    count: int
    limit: int | None
    say: Callable[[str], None]
    _connections: Connections = field(default_factory=Connections)
    _without_model: list[str] = field(default_factory=list)

    async def through(self) -> None:
        """Say all of it; raises UserError where a run could not begin either."""
        refuse_broken(self.settings)
        project = Project(self.settings)
        project.refuse_nothing()
        self.say("Dry run: nothing is written. One request a stage is sent, to see how long it takes.")
        Summary(self.say).problems(project.collection.folder)
        try:
            parts = [part async for part in self._parts(project)]
            for picture in self._shown(project, parts):
                await self._show(project, picture, parts)
            await self._say_estimates(project, parts)
        finally:
            await self._connections.close()

    async def _parts(self, project: Project) -> AsyncIterator[Part]:
        """The stages that ask about pictures."""
        seeing, writing = self.settings.interrogator, self.settings.interpreter
        collection = project.collection
        if not seeing.skip:
            seer = project.interrogator()
            part = await self._part(
                *("Interrogator", project, seeing.endpoint, project.descriptions),
                prompts=lambda picture: [seer.messages(picture)],
                fingerprint=seer.fingerprint,
                look_at=lambda picture: (collection.tags(picture), describe(collection.path(picture))),
            )
            if part is not None:
                part.prepared = lambda picture: prepare(collection.path(picture), seeing.max_image_side)
                yield part
        if not writing.skip:
            writer = project.interpreter()
            part = await self._part(
                *("Interpreter", project, writing.endpoint, project.captions),
                prompts=writer.messages,
                fingerprint=writer.fingerprint,
                look_at=collection.tags,
            )
            if part is not None:
                yield part

    async def _part(
        self,
        title: str,
        project: Project,
        settings: EndpointSettings,
        results: Results,
        *,
        prompts: Callable[[Picture], Sequence[Sequence[Message]]],
        fingerprint: Callable[[Picture, str], str],
        look_at: Callable[[Picture], object],
    ) -> Part | None:
        """A stage with its endpoint; None where no model is to be asked.

        `look_at` raises ItemError for a picture that the stage would not ask about.
        """
        if settings.url == "builtin":
            self._without_model.append(title)
            return None
        # Asked once, and not waited for.
        hasty = settings.model_copy(update={"retries": 0, "wait_for_server": 0.0})
        endpoint = await self._connections.endpoint(hasty)
        model = endpoint.model if endpoint else settings.model
        due = project.due(results, title == "Interpreter", lambda each: fingerprint(each, model))
        counted, answer = sorted_out(due[: self.limit], look_at), results.mean_answer()
        return Part(
            *(title, endpoint, settings, counted, prompts, lambda picture: None),
            *(answer or _USUAL_ANSWER[title], answer is not None),
        )

    def _shown(self, project: Project, parts: Sequence[Part]) -> Sequence[Picture]:
        """The first pictures that are due, or just the first where none is."""
        due = (part.due.pictures for part in reversed(parts) if part.due.pictures)
        return next(due, project.collection.pictures)[: self.count]

    async def _show(self, project: Project, picture: Picture, parts: Sequence[Part]) -> None:
        self.say(f"\n=== {printable(picture.name)}: {self._what_is_there(project, picture)}")
        for part in parts:
            try:
                for messages in part.prompts(picture):
                    await self._show_prompt(picture, part, messages)
            except ItemError as error:
                self.say(f"\n--- {part.title}: nothing is sent ({error.reason}): {printable(str(error))}")
        for title in self._without_model:
            self.say(f"\n--- {title}: nothing is sent, as url = builtin asks no model")

    def _what_is_there(self, project: Project, picture: Picture) -> str:
        name = picture.stem_name
        parts = ["captioned already" if project.captions.texts.read(name) else "no caption yet"]
        if not self.settings.interrogator.skip:
            parts.append(
                "described already"
                if project.descriptions.texts.read(name)
                else "no description yet, so that what follows lacks it"
            )
        try:
            tags = project.collection.tags(picture).tags
        except ItemError:
            return ", ".join(parts)
        cache = self.settings.tag_provider.cache.name
        known = sum(project.cache.get(tag) is not None for tag in tags)
        return ", ".join([*parts, f"{cache} knows {known} of its {amount(len(tags), 'tag')}"])

    async def _show_prompt(self, picture: Picture, part: Part, messages: Sequence[Message]) -> None:
        count, how = await part.tokens(messages)
        self.say(f"\n--- {part.title} asks {part.asked}")
        self.say(f"    {amount(count, 'token')} of text, {how}")
        ready = part.prepared(picture)
        if ready is not None:
            self.say(
                f"    the picture as {ready.mime}, {ready.width} x {ready.height} pixels, "
                f"{len(ready.data):,} bytes, perhaps {amount(part.picture_tokens(ready), 'token')}"
            )
        for message in messages:
            self.say(f"[{message.role}]\n{message.text}")

    async def _say_estimates(self, project: Project, parts: Sequence[Part]) -> None:
        self.say("\n=== The whole run, without what is asked for again")
        found: list[tuple[Estimate, str]] = []
        for part in parts:
            if found and parts[0].due.pictures:
                # What the first one will say of each picture is part of what the second one asks.
                described, written = len(parts[0].due.pictures), len(part.due.pictures)
                part.further = parts[0].answer * described / max(1, written)
            found.append(await part.estimate())
        estimates = [estimate for estimate, _ in found]
        if not self.settings.tag_provider.skip:
            estimates = [*self._of_tags(project, estimates), *estimates]
        for estimate in estimates:
            self.say(estimate.line())
        self._list_apart(parts)
        for title in self._without_model:
            self.say(f"{title}: no request, as url = builtin asks no model")
        self.say(in_all(estimates))
        self.say(
            f"Text counts as a token for {CHARACTERS_PER_TOKEN} characters where the server does not count, "
            "answers as their mean in the journal, or as the one that came just now."
        )
        for why in dict.fromkeys(why for _, why in found if why):
            self.say(f"How long it takes cannot be told: {why}")

    def _list_apart(self, parts: Sequence[Part]) -> None:
        """Name the pictures that would not be asked about, those that two stages have in common once."""
        failures = {each.name: each for part in parts for each in part.due.apart.failures}
        excluded = {each.name: each for part in parts for each in part.due.apart.excluded}
        summary = Summary(self.say)
        summary.listing("Would fail", list(failures.values()))
        summary.listing("Excluded, and never sent", list(excluded.values()))

    def _of_tags(self, project: Project, others: Sequence[Estimate]) -> list[Estimate]:
        """Stage 1, at most: of many pages the first sentence will do. Its pages are not known yet."""
        chosen = self.settings.tag_provider
        if chosen.endpoint.url == "builtin":
            self._without_model.insert(0, "TagProvider")
            return []
        asked = (tag for tag in project.tags(self.limit) if not glossary.is_no_tag(tag))
        due = len(project.cache.wanted(asked, date.today()))
        requests = math.ceil(due / gist.PAGES_PER_REQUEST)
        pages = [_USUAL_PAGE] * gist.PAGES_PER_REQUEST
        messages = Prompt(chosen.prompt_template_file, OF_PAGES).messages({"pages": pages})
        tokens = sum(estimated_tokens(message.text) for message in messages)
        # It is not rehearsed itself: a page would have to be fetched.
        like = others[-1] if others else None
        return [
            Estimate(
                *("TagProvider", due, "tag", requests, requests * tokens),
                *(due * _USUAL_ANSWER["TagProvider"], chosen.endpoint),
                seconds=like.seconds if like else None,
                at_once=like.at_once if like else 1,
                is_limit=True,
            )
        ]
