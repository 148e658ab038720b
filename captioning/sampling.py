"""What is known by a sample of pictures: the first of the shards, and how long the prompts of a run get."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property

from captioning.project import Project
from dataset.pictures import evenly_spread
from english import amount
from errors import ItemError, UserError
from interpreter import Interpreter
from interrogator import Interrogator
from llm.embedded import Demand
from llm.prompts import Message, Prompt, estimated_picture_tokens, estimated_prompt_tokens
from page_summaries import summarizing
from settings import Settings
from shards.finding import Shard, find_shards
from shards.results import descriptions_of
from shards.stored import ShardPictures
from writing import PAGE_VARIABLES

# At most this many pictures are read before a run with an embedded model, which takes a second.
_SAMPLE = 500
# Tokens that a description of stage 2 will add to the prompt of stage 3.
_DESCRIPTION = 300


class ShardSample(Project):
    """The pictures of the first shard that can be read; captions that exist are not looked for."""

    def open_collection(self) -> None:
        """List the pictures of the shard; raises UserError where no shard can be read."""
        self.own_files, self.in_the_way, refused = None, None, ""
        for shard in self.shards:
            descriptions = descriptions_of(shard, self.settings.dataset)
            try:
                self.collection = ShardPictures(shard, self.settings, self.said_along, descriptions)
                self.shard = shard
                return
            except ItemError as error:
                refused = str(error)
        raise UserError(f"no shard can be read; the last one: {refused}")

    @cached_property
    def shards(self) -> list[Shard]:
        """All shards."""
        return find_shards(self.settings.dataset)

    @property
    def sentence(self) -> str:
        """Which shard is looked at, of how many."""
        return f"{amount(len(self.shards), 'shard')}; this looks at {self.shard.name}"


def sample_project(
    settings: Settings, *, limit: int | None = None, most_surveyed: int | None = None
) -> Project:
    """The folder of pictures, or the first of the shards; raises UserError where it cannot be used."""
    kind = ShardSample if settings.dataset.is_sharded else Project
    return kind(settings, limit=limit, most_surveyed=most_surveyed)


def longest_prompt(project: Project, stage: str, *, sees: bool, most: int) -> int:
    """About how many tokens the longest prompt of a stage has, for which at most `most` pictures are read."""
    side = project.settings.interrogator.max_image_side
    picture = estimated_picture_tokens(side, side) if sees else 0
    if stage == "TagProvider":
        page = {"name": "tag", "category": "general", "text": "x" * summarizing.CHARACTERS_PER_REQUEST}
        prompt = Prompt(project.settings.tag_provider.prompt_template_file, PAGE_VARIABLES)
        return _tokens_of(prompt.messages({"pages": [page]}))
    asking = Interrogator(project) if stage == "Interrogator" else Interpreter(project, sees=sees)
    lengths = list[int]()
    for each in evenly_spread(project.collection.pictures, most):
        with suppress(ItemError):
            lengths += map(_tokens_of, asking.messages(each))
    return max(lengths, default=0) + picture


def demands_of_run(settings: Settings, *, sees: bool) -> list[Demand]:
    """The demand of each stage that asks an embedded model; `sees` is whether that model sees pictures."""
    # Stage 1 may change what is known of tags, so the project of the run cannot be asked yet.
    project = sample_project(settings, most_surveyed=_SAMPLE)
    described = 0 if settings.interrogator.skip else _DESCRIPTION
    may_see = settings.interpreter.sees is not False
    demands = []
    for name, stage in settings.stages.items():
        asks = not stage.skip and not (project.makes_lists_only and name != "Interrogator")
        if asks and stage.endpoint.url == "embedded":
            sends = stage.must_see or (may_see and name == "Interpreter")
            prompt = longest_prompt(project, name, sees=sends and sees, most=_SAMPLE)
            demands.append(Demand(stage.endpoint, prompt + described))
    return demands


def _tokens_of(messages: Iterable[Message]) -> int:
    return sum(estimated_prompt_tokens(message.text) for message in messages)
