"""Stage 3: the caption. Tags, meanings and description ─▶ prompt ─▶ model ─▶ checks ─▶ captions/."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import batch
from composer import compose
from dataset.collection import Collection
from dataset.images import Picture
from dataset.results import Results
from dataset.store import Texts, digest
from llm.asking import Answer, ask
from llm.concurrency import Concurrency
from llm.prompts import Message, Prompt, fingerprint
from llm.replies import Form, clean
from llm.usage import Reply, Usage
from material import VARIABLES, Material
from settings import InterpreterSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

TITLE = "Interpreter"
COMPOSER = "composer"


@dataclass(frozen=True, slots=True)
class Written:
    """A caption and the fingerprint of the prompt that it was made from."""

    prompt: str
    answer: Answer[str]


class Interpreter:
    """Writes a caption for each picture: a model does, or the composer where there is none."""

    def __init__(
        self,
        settings: InterpreterSettings,
        trigger: str,
        collection: Collection,
        material: Material,
        descriptions: Texts,
        results: Results,
    ) -> None:
        """Raises UserError when the template cannot be used."""
        self._trigger = trigger
        self._collection = collection
        self._material = material
        self._descriptions = descriptions
        self._results = results
        self._prompt = Prompt(settings.prompt_template_file[0], VARIABLES)

    def fingerprint(self, picture: Picture, model: str) -> str:
        """What the journal knows the prompt of a picture by; raises ItemError where there can be none."""
        if model == COMPOSER:
            return _composed_from(self._collection.tags(picture).tags)
        return fingerprint(model, self._messages(picture))

    async def run(
        self, pictures: Sequence[Picture], endpoint: Endpoint | None, bar: batch.Bar
    ) -> batch.Tally:
        """Write the captions: the endpoint's model does, or the composer where there is no endpoint.

        Raises StageError or UserError when no further caption can succeed.
        """
        model = endpoint.model if endpoint else COMPOSER
        work: batch.Work[Picture, Written] = batch.Work(
            title=TITLE,
            name=lambda picture: picture.name,
            ask=partial(self._ask, endpoint) if endpoint else self._compose,
            keep=partial(self._keep, model),
            failed=lambda picture, error: self._results.failed(picture.stem_name, error),
        )
        return await batch.run(pictures, work, endpoint.concurrency if endpoint else Concurrency(1), bar)

    async def _ask(self, endpoint: Endpoint, picture: Picture) -> Written:
        self._results.make_room(picture.stem_name)
        messages = self._messages(picture)
        return Written(fingerprint(endpoint.model, messages), await ask(endpoint, messages, _caption))

    async def _compose(self, picture: Picture) -> Written:
        tags = self._collection.tags(picture).tags
        caption = compose(tags, self._material.meanings.categories(tags))
        return Written(_composed_from(tags), Answer(caption, COMPOSER, Usage(), 0.0))

    def _messages(self, picture: Picture) -> list[Message]:
        tags = self._collection.tags(picture)
        description = self._descriptions.read(picture.stem_name) or ""
        return self._prompt.messages(self._material.values(picture, tags, description))

    def _keep(self, model: str, picture: Picture, written: Written) -> None:
        self._results.keep(
            picture.stem_name,
            with_trigger(written.answer.result, self._trigger),
            prompt=written.prompt,
            model=written.answer.model,
            draft=model == COMPOSER,
            cost=written.answer.cost,
        )


def with_trigger(caption: str, trigger: str) -> str:
    """The caption with the trigger word in front, exactly once."""
    if not trigger:
        return caption
    rest = re.sub(rf"(?<!\w){re.escape(trigger)}(?!\w)[,:]?\s*", "", caption, flags=re.IGNORECASE).strip()
    return f"{trigger}, {rest}" if rest else trigger


def _composed_from(tags: Sequence[str]) -> str:
    return digest("\0".join((COMPOSER, *tags)))


def _caption(reply: Reply) -> str:
    return clean(reply.text, reply.finish_reason, Form())
