"""Stage 2: what a vision model sees. Pictures ─▶ JPEG ─▶ vision model ─▶ descriptions/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dataset.pictures import Picture
from errors import Problem
from llm.answers import Answer
from llm.prompts import Message, Prompt, fingerprint
from llm.replies import Form, clean
from stage_runner import Due
from writing import PICTURE_VARIABLES
from writing.picture_stage import DataSet, PictureStage

if TYPE_CHECKING:
    from llm.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Described:
    """What the model said about a picture, and the digest of the prompt."""

    prompt: str
    answer: Answer[str]


class Interrogator(PictureStage[Described]):
    """Has a vision model describe each picture."""

    title = "Interrogator"

    def __init__(self, data_set: DataSet, endpoint: Endpoint | None = None) -> None:
        """Without an endpoint there are prompts, but no answers.

        Raises UserError when the template cannot be used.
        """
        super().__init__(data_set, data_set.descriptions, endpoint, sees=True)
        self._form = Form(language=data_set.settings.interpreter.language)
        template = data_set.settings.interrogator.prompt_template_file
        self._prompt = Prompt(template, PICTURE_VARIABLES)

    def due(self) -> Due[list[Picture]]:
        """The pictures without a description that is up to date."""
        model = self._endpoint.model if self._endpoint else ""
        pictures, existing = self._wanted.due(self._results, lambda each: self.fingerprint(each, model))
        return Due(pictures, len(pictures), existing)

    async def ask(self, picture: Picture) -> Described:
        """Have the picture described."""
        # A stage that only shows its prompts is not run.
        assert self._endpoint is not None  # noqa: S101
        self._results.make_room(picture.stem_name)
        messages, prompt = await self._in_thread(partial(self._request, picture, self._endpoint.model))
        async with self._endpoint.concurrency:
            answer = await self._endpoint.ask(
                messages,
                lambda reply: clean(reply.text, reply.finish_reason, self._form),
                may_send=partial(self._collection.admit, picture),
            )
        return Described(prompt, answer)

    def keep(self, picture: Picture, described: Described) -> Iterable[Problem]:
        """Write the description; raises ExcludedError where the picture is not to be captioned by it."""
        answer = described.answer
        self._collection.admit_seen(picture, [answer.result])
        self._results.keep(
            picture.stem_name,
            answer.result,
            prompt=described.prompt,
            model=answer.model,
            draft=False,
            details=answer.cost,
        )
        return ()

    def cost(self, described: Described) -> Mapping[str, object]:
        """Tokens and seconds of the answer."""
        return described.answer.cost

    def fingerprint(self, picture: Picture, model: str) -> str:
        """The digest of what `model` is asked about a picture; raises ItemError where it cannot be made."""
        shown = Message("picture", self._collection.file(picture).fingerprint())
        return fingerprint(model, [shown, *self.messages(picture)[0]])

    def messages(self, picture: Picture) -> list[list[Message]]:
        """What is sent with a picture, for the one template; raises ItemError where it cannot be made."""
        tags = self._collection.tags(picture)
        return [self._prompt.messages(self._material.values(picture, tags, "", self._prompt.uses))]

    def _request(self, picture: Picture, model: str) -> tuple[list[Message], str]:
        """The messages with the picture, and their digest."""
        prompt = self.fingerprint(picture, model)
        return self._with_picture(self.messages(picture), picture)[0], prompt
