"""--dry-run: what would be sent, word for word, and what the whole run would take. Nothing is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from captioning.models import needs_of
from captioning.project import Project
from captioning.run_summary import NO_SENTENCES, RunSummary
from captioning.sampling import ShardSample, sample_project
from captioning.templates import misfits, refuse_broken_templates, sends_pictures
from commands.dry_run.preview import USUAL_ANSWER, Estimate, Preview, WithoutModel, total_line
from dataset.pictures import Picture
from dataset.preprocessing import describe, prepare
from dataset.results import FileResults
from deferred.batches import Batches, files_needed
from english import amount
from errors import ExcludedError, ItemError
from interpreter import Interpreter
from interrogator import Interrogator
from llm.prompts import CHARACTERS_PER_TOKEN, Message, Prompt, estimated_prompt_tokens
from llm.servers import Endpoints
from page_summaries import summarizing
from reading.examination import costs
from settings import Settings, StageSettings
from stage_runner import Tally
from wiki.tag_meanings import glossary_sentence, is_no_tag
from writing import PAGE_VARIABLES

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

_BUILTIN = "with url = builtin no model is asked"
_USUAL_PAGE = {"name": "tag", "category": "general", "text": "x" * 600}


@dataclass(slots=True)
class DryRun:
    """Shows the prompts for the first `count` pictures that are due, and estimates the whole run.

    `limit` is how many of the pictures that are due the run would do, None for all. Each line is passed to
    `say`.
    """

    settings: Settings
    count: int
    limit: int | None
    say: Callable[[str], None]
    _project: Project = field(init=False)
    _connections: Endpoints = field(init=False)
    # Why stages that do something ask no model, by their titles.
    _without_model: dict[str, str] = field(default_factory=dict)
    # The captions that are made so, if they are.
    _composed: WithoutModel | None = None

    def __post_init__(self) -> None:
        """Nothing is sent yet; raises UserError if the run itself could not start either."""
        refuse_broken_templates(self.settings)
        self._project = sample_project(self.settings, limit=self.limit)
        self._project.refuse_empty()
        self._connections = Endpoints.of(self.settings, needs_of(self.settings), Batches().endpoint)

    async def run(self) -> None:
        """Print everything; raises UserError if the run itself could not start either."""
        project = self._project
        self.say("Dry run: nothing is written.")
        if isinstance(project, ShardSample):
            self.say(f"{project.sentence}, as if it had no captions yet; all figures are of this shard.")
        RunSummary(self.say).found(project.collection.folder)
        try:
            previews = await self._previews()
            if any(preview.is_measured and preview.pictures for preview in previews):
                self.say("One request per stage is sent to measure its time.")
            # The pictures that are due, or all that may be sent if none is.
            stages = (self._composed, *reversed(previews))
            due = (each.pictures for each in stages if each and each.pictures)
            for picture in islice(next(map(iter, due), _not_excluded(project)), self.count):
                await self._show(picture, previews)
            await self._show_estimates(previews)
        finally:
            await self._connections.close()

    async def _previews(self) -> list[Preview]:
        """The previews of the stages that ask a model about pictures; raises UserError as these do."""
        found, project = list[Preview](), self._project
        if self._asks_a_model("Interrogator", self.settings.interrogator):
            endpoint = await self._endpoint(self.settings.interrogator)
            describer = Interrogator(project, endpoint)
            found.append(self._preview(describer, endpoint, project.descriptions, sees=True))
        if project.makes_lists_only:
            self._without_model["Interpreter"] = NO_SENTENCES
        elif self._asks_a_model("Interpreter", self.settings.interpreter):
            endpoint = await self._endpoint(self.settings.interpreter)
            sees = sends_pictures(self.settings, endpoint)
            for misfit in misfits(project, sees=sees):
                self.say(misfit.sentence)
            writer = Interpreter(project, endpoint, sees=sees)
            found.append(self._preview(writer, endpoint, project.captions, sees=sees))
        if "Interpreter" in self._without_model:
            composer = Interpreter(project)
            self._composed = WithoutModel(composer, *self._due(composer, sees=False))
        return found

    async def _endpoint(self, chosen: StageSettings) -> Endpoint | None:
        return await self._connections.endpoint(chosen.endpoint.asked_once, must_see=chosen.must_see)

    def _asks_a_model(self, title: str, chosen: StageSettings) -> bool:
        if chosen.endpoint.url == "builtin" and not chosen.skip:
            self._without_model[title] = _BUILTIN
        return chosen.endpoint.url != "builtin" and not chosen.skip

    def _preview(
        self,
        stage: Interrogator | Interpreter,
        endpoint: Endpoint | None,
        results: FileResults,
        *,
        sees: bool,
    ) -> Preview:
        """The preview of a stage over the pictures that are due and would not fail."""
        settings = self.settings.stages[stage.title].endpoint
        pictures, left_out = self._due(stage, sees=sees)
        most = self.settings.interrogator.max_image_side
        return Preview(
            stage,
            endpoint,
            settings,
            pictures,
            left_out,
            lambda picture: prepare(self._project.collection.file(picture), most) if sees else None,
            answer=results.outcomes.mean_answer(),
            absence=self._connections.absence(settings),
        )

    def _due(self, stage: Interrogator | Interpreter, *, sees: bool) -> tuple[list[Picture], Tally]:
        """The pictures that are due in a stage, and apart from them those at which it would fail."""
        pictures, left_out = list[Picture](), Tally()
        for picture in stage.due().items:
            try:
                self._refuse_failing(picture, described=isinstance(stage, Interpreter), sees=sees)
            except ItemError as error:
                left_out.add_failure(picture.name, error)
            else:
                pictures.append(picture)
        return pictures, left_out

    def _refuse_failing(self, picture: Picture, *, described: bool, sees: bool) -> None:
        """Raise ItemError for a picture that a stage would fail at; it may be `described` in its prompt."""
        collection = self._project.collection
        collection.tags(picture)
        if described:
            collection.admit(picture, self._project.descriptions.read(picture.stem_name))
        if sees:
            describe(collection.file(picture))

    async def _show(self, picture: Picture, previews: Sequence[Preview]) -> None:
        self._begin(f"=== {picture.name}: {self._state(picture)}")
        for preview in previews:
            try:
                for messages in preview.stage.messages(picture):
                    await self._show_prompt(picture, preview, messages)
            except ItemError as error:
                self._begin(f"--- {preview.stage.title}: nothing is sent ({error.reason}): {error}")
        for title, why in self._without_model.items():
            self._begin(f"--- {title}: nothing is sent: {why}")
            if title == "Interpreter" and self._composed:
                for line in self._composed.caption(picture, self._project.collection):
                    self.say(line)

    def _state(self, picture: Picture) -> str:
        """What there is for a picture already."""
        project, name = self._project, picture.stem_name
        parts = ["has a caption" if project.captions.read(name) else "no caption yet"]
        if not self.settings.interrogator.skip:
            parts.append(
                "has a description"
                if project.descriptions.read(name)
                else "no description yet (the prompt of the Interpreter below lacks it)"
            )
        try:
            tags = project.collection.tags(picture).tags
        except ItemError:
            return ", ".join(parts)
        cache = self.settings.tag_provider.cache.name
        known = sum(project.cache.get(tag) is not None for tag in tags)
        return ", ".join([*parts, f"{cache} knows {known} of its {amount(len(tags), 'tag')}"])

    async def _show_prompt(self, picture: Picture, preview: Preview, messages: Sequence[Message]) -> None:
        count, how = await preview.tokens(messages)
        self._begin(f"--- {preview.stage.title} asks {preview.model}")
        self.say(f"    {amount(count, 'token')} of text, {how}")
        ready = preview.prepared(picture)
        if ready is not None:
            self.say(
                f"    the picture as {ready.mime}, {ready.width} x {ready.height} pixels, "
                f"{len(ready.data):,} bytes, about {amount(preview.picture_tokens(ready), 'token')}"
            )
        for message in messages:
            self.say(f"[{message.role}]")
            for line in message.text.split("\n"):
                self.say(line)

    def _begin(self, heading: str) -> None:
        self.say("")
        self.say(heading)

    async def _show_estimates(self, previews: Sequence[Preview]) -> None:
        self._begin("=== Estimate for the whole run, without retries")
        estimates: list[Estimate] = []
        for preview in previews:
            if estimates and previews[0].pictures:
                # The descriptions that the first stage writes become part of the prompts of the second.
                described, written = len(previews[0].pictures), len(preview.pictures)
                preview.further = (previews[0].answer or 0) * described / max(1, written)
            estimates.append(await preview.estimate())
        if self._project.makes_lists_only:
            self._without_model = {"TagProvider": NO_SENTENCES, **self._without_model}
        elif not self.settings.tag_provider.skip:
            estimates = [*self._of_tags(estimates), *estimates]
        for estimate in estimates:
            self.say(estimate.line())
        self._say_further_costs(previews)
        self._list_left_out(previews)
        for title, why in self._without_model.items():
            composed = self._composed if title == "Interpreter" else None
            self.say(f"{title}: {composed.request if composed else 'no request'}: {why}")
        if not estimates:
            return
        self.say(total_line(estimates))
        self.say(
            f"Tokens are estimated at {CHARACTERS_PER_TOKEN} characters each unless the server counts them. "
            "Answers are taken to be as long as those in the journal, or as the one that came just now."
        )
        for why in dict.fromkeys(each.why_unknown for each in estimates if each.why_unknown):
            self.say(f"The duration cannot be estimated: {why}")

    def _say_further_costs(self, previews: Sequence[Preview]) -> None:
        """Say what reading captions again takes, or how many files of requests there will be."""
        mode, folder = self.settings.interpreter.reading, self.settings.tag_provider.cache.parent
        asking = [(each, each.endpoint) for each in previews if each.pictures and each.endpoint]
        for preview, endpoint in asking:
            if isinstance(preview.stage, Interpreter) and mode != "never" and preview.is_measured:
                self.say(costs(folder, endpoint.model, mode, len(preview.pictures)))
        for preview, endpoint in asking:
            if endpoint.answers_later:
                count, size = len(preview.pictures), round(preview.text_bytes) + preview.picture_bytes
                self.say(f"{preview.stage.title}: {files_needed(count, size, preview.settings)}")

    def _list_left_out(self, previews: Sequence[Preview]) -> None:
        """Name the pictures that would not be asked about, each once even if two stages leave it out."""
        left_out = [each.left_out for each in (*previews, self._composed) if each]
        failures = {each.name: each for tally in left_out for each in tally.failures}
        excluded = {each.name: each for tally in left_out for each in tally.excluded}
        summary = RunSummary(self.say)
        summary.listing("Would fail", list(failures.values()))
        summary.listing("Excluded, and not captioned", list(excluded.values()))

    def _of_tags(self, others: Sequence[Estimate]) -> list[Estimate]:
        """The TagProvider. This is a limit: for many pages no model is asked, but they are not known yet."""
        chosen = self.settings.tag_provider
        if chosen.endpoint.url == "builtin":
            self._without_model = {"TagProvider": _BUILTIN, **self._without_model}
            return []
        asked = (tag for tag in self._project.tags() if not is_no_tag(tag))
        due = self._project.cache.wanted(asked, date.today())
        unexplained = sum(not glossary_sentence(tag) for tag in due)
        requests = math.ceil(unexplained / summarizing.PAGES_PER_REQUEST)
        pages = [_USUAL_PAGE] * summarizing.PAGES_PER_REQUEST
        messages = Prompt(chosen.prompt_template_file, PAGE_VARIABLES).messages({"pages": pages})
        tokens = sum(estimated_prompt_tokens(message.text) for message in messages)
        # A request of its own would need a wiki page, so it is assumed to take as long as those above.
        like = others[-1] if others else None
        return [
            Estimate(
                stage="TagProvider",
                items=len(due),
                noun="tag",
                requests=requests,
                prompt_tokens=requests * tokens,
                completion_tokens=unexplained * USUAL_ANSWER["TagProvider"],
                settings=chosen.endpoint,
                seconds=like.seconds if like else None,
                at_once=like.at_once if like else 1,
                is_limit=True,
            )
        ]


def _not_excluded(project: Project) -> Iterator[Picture]:
    for picture in project.collection.pictures:
        try:
            project.collection.admit(picture)
        except ExcludedError:
            continue
        except ItemError:
            pass
        yield picture
