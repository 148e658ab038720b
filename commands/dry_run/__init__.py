"""--dry-run: what would be sent, word for word, and what the whole run would take. Nothing is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from captioning.models import needs_of
from captioning.project import Project
from captioning.run_summary import NO_SENTENCES, RunSummary
from captioning.shard_sample import ShardSample, sample_project
from captioning.templates import refuse_broken_templates
from commands.dry_run.preview import Estimate, Preview, total_line
from commands.dry_run.stage_previews import BUILTIN, StagePreviews
from dataset.pictures import Picture
from deferred.batches import Batches, files_needed
from english import amount
from errors import ExcludedError, ItemError
from interpreter import Interpreter
from llm.prompts import CHARACTERS_PER_TOKEN, Message, Prompt, estimated_prompt_tokens
from llm.servers import Endpoints
from page_summaries import summarizing
from reading.costs import costs
from settings import Settings
from wiki.tag_meanings import glossary_sentence, is_no_tag
from writing import PAGE_VARIABLES

# Tokens that the model writes about each tag.
_USUAL_ANSWER = 35.0
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
    _connections: Endpoints = field(init=False)
    _without_model: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is sent yet."""
        self._connections = Endpoints.of(self.settings, needs_of(self.settings), Batches().endpoint)

    async def run(self) -> None:
        """Print everything; raises UserError if the run itself could not start either."""
        refuse_broken_templates(self.settings)
        project = sample_project(self.settings, limit=self.limit)
        project.refuse_empty()
        self.say("Dry run: nothing is written.")
        if isinstance(project, ShardSample):
            self.say(f"{project.sentence}, as if it had no captions yet; all figures are of this shard.")
        RunSummary(self.say).found(project.collection.folder)
        try:
            found = StagePreviews(project, self._connections, self.say)
            previews, self._without_model = await found.all(), found.without_model
            if any(preview.is_measured and preview.pictures for preview in previews):
                self.say("One request per stage is sent to measure its time.")
            # The pictures that are due, or all that may be sent if none is.
            due = (preview.pictures for preview in reversed(previews) if preview.pictures)
            for picture in islice(next(map(iter, due), _not_excluded(project)), self.count):
                await self._show(project, picture, previews)
            await self._show_estimates(project, previews)
        finally:
            await self._connections.close()

    async def _show(self, project: Project, picture: Picture, previews: Sequence[Preview]) -> None:
        self._begin(f"=== {picture.name}: {self._state(project, picture)}")
        for preview in previews:
            try:
                for messages in preview.stage.messages(picture):
                    await self._show_prompt(picture, preview, messages)
            except ItemError as error:
                self._begin(f"--- {preview.stage.title}: nothing is sent ({error.reason}): {error}")
        for title, why in self._without_model.items():
            self._begin(f"--- {title}: nothing is sent: {why}")

    def _state(self, project: Project, picture: Picture) -> str:
        """What there is for a picture already."""
        name = picture.stem_name
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

    async def _show_estimates(self, project: Project, previews: Sequence[Preview]) -> None:
        self._begin("=== Estimate for the whole run, without retries")
        estimates: list[Estimate] = []
        for preview in previews:
            if estimates and previews[0].pictures:
                # The descriptions that the first stage writes become part of the prompts of the second.
                described, written = len(previews[0].pictures), len(preview.pictures)
                preview.further = previews[0].answer * described / max(1, written)
            estimates.append(await preview.estimate())
        if project.makes_lists_only:
            self._without_model = {"TagProvider": NO_SENTENCES, **self._without_model}
        elif not self.settings.tag_provider.skip:
            estimates = [*self._of_tags(project, estimates), *estimates]
        for estimate in estimates:
            self.say(estimate.line())
        self._say_cost_of_reading(previews)
        self._say_how_many_files(previews)
        self._list_left_out(previews)
        for title, why in self._without_model.items():
            self.say(f"{title}: no request: {why}")
        if not estimates:
            return
        self.say(total_line(estimates))
        self.say(
            f"Tokens are estimated at {CHARACTERS_PER_TOKEN} characters each unless the server counts them. "
            "Answers are taken to be as long as those in the journal, or as the one that came just now."
        )
        for why in dict.fromkeys(each.why_unknown for each in estimates if each.why_unknown):
            self.say(f"The duration cannot be estimated: {why}")

    def _say_cost_of_reading(self, previews: Sequence[Preview]) -> None:
        mode, folder = self.settings.interpreter.reading, self.settings.tag_provider.cache.parent
        for preview in previews:
            is_read = isinstance(preview.stage, Interpreter) and preview.pictures and mode != "never"
            if is_read and preview.endpoint and preview.is_measured:
                self.say(costs(folder, preview.endpoint.model, mode, len(preview.pictures)))

    def _say_how_many_files(self, previews: Sequence[Preview]) -> None:
        for preview in previews:
            if preview.pictures and preview.endpoint and preview.endpoint.answers_later:
                count, size = len(preview.pictures), round(preview.text_bytes) + preview.picture_bytes
                self.say(f"{preview.stage.title}: {files_needed(count, size, preview.settings)}")

    def _list_left_out(self, previews: Sequence[Preview]) -> None:
        """Name the pictures that would not be asked about, each once even if two stages leave it out."""
        failures = {each.name: each for preview in previews for each in preview.left_out.failures}
        excluded = {each.name: each for preview in previews for each in preview.left_out.excluded}
        summary = RunSummary(self.say)
        summary.listing("Would fail", list(failures.values()))
        summary.listing("Excluded, and not captioned", list(excluded.values()))

    def _of_tags(self, project: Project, others: Sequence[Estimate]) -> list[Estimate]:
        """The TagProvider. This is a limit: for many pages no model is asked, but they are not known yet."""
        chosen = self.settings.tag_provider
        if chosen.endpoint.url == "builtin":
            self._without_model = {"TagProvider": BUILTIN, **self._without_model}
            return []
        asked = (tag for tag in project.tags() if not is_no_tag(tag))
        due = project.cache.wanted(asked, date.today())
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
                completion_tokens=unexplained * _USUAL_ANSWER,
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
