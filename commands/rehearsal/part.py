"""One stage of a rehearsal: the prompts it would send, counted, and one that is sent to take the time."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from commands.rehearsal.estimate import Estimate
from commands.rehearsal.sorting import Due
from dataset.images import Picture
from dataset.picture import Prepared
from errors import ItemError, StageError, UserError
from llm.facts import Facts, count_tokens, estimated_tokens, facts_of
from llm.prompts import Message
from llm.usage import Reply
from settings import EndpointSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# A patch of 28 by 28 pixels is a token for many vision models; others take fewer.
_PIXELS_PER_TOKEN = 28 * 28
# So many prompts tell what they come to on average.
_LARGEST_SAMPLE = 200
_NO_SERVER = "no model server answers on this computer"


@dataclass(slots=True)
class Part:
    """A stage that asks about pictures.

    `prompts` gives the prompts about a picture, `prepared` the picture as it is sent, None where it is not.
    `endpoint` is None where no server is there. `answer` is how many tokens an answer is known or thought
    to have, `further` how many a prompt will have beside those that it has now.
    """

    title: str
    endpoint: Endpoint | None
    settings: EndpointSettings
    due: Due
    prompts: Callable[[Picture], Sequence[Sequence[Message]]]
    prepared: Callable[[Picture], Prepared | None]
    answer: float
    answer_is_known: bool
    further: float = 0.0
    _characters_said: int = 0
    _tokens_counted: int = 0
    _picture_tokens: float = 0.0

    @property
    def asked(self) -> str:
        """Who is asked."""
        there = self.endpoint
        return f"{there.url}, model {there.model}" if there else "the model, once a server is there,"

    async def tokens(self, messages: Sequence[Message]) -> tuple[int, str]:
        """How many tokens the text of a prompt has, and who says so."""
        text = "\n".join(message.text for message in messages)
        counted = await count_tokens(self.endpoint, text) if self.endpoint else None
        if counted is None:
            return estimated_tokens(text), "estimated from its length"
        self._characters_said += len(text)
        self._tokens_counted += counted
        return counted, "counted by the server"

    def picture_tokens(self, picture: Prepared) -> int:
        """About how many tokens a picture has."""
        found = round(picture.width * picture.height / _PIXELS_PER_TOKEN)
        self._picture_tokens = max(self._picture_tokens, found)
        return found

    async def estimate(self) -> tuple[Estimate, str]:
        """What the stage would take, and why no time can be told, "" where it can.

        One prompt is sent for it.
        """
        reply, why = await self._probe(self.endpoint) if self.endpoint else (None, _NO_SERVER)
        facts = await facts_of(self.endpoint) if self.endpoint else Facts()
        limit = self.settings.concurrency
        at_once = facts.slots or 1 if limit == "auto" else min(limit, facts.slots or limit)
        if reply is not None and not self.answer_is_known:
            self.answer = reply.completion_tokens or self.answer
        pictures = self.due.pictures
        prompts = [prompt for picture in pictures[:_LARGEST_SAMPLE] for prompt in self._prompts_of(picture)]
        requests = len(pictures) * (len(self.prompts(pictures[0])) if prompts else 1)
        mean = sum(map(self._estimated, prompts)) / len(prompts) if prompts else 0.0
        estimate = Estimate(
            *(self.title, len(pictures), "picture", requests),
            *(requests * (mean + self._picture_tokens + self.further), requests * self.answer, self.settings),
            seconds=reply.seconds if reply else None,
            at_once=max(1, at_once),
            apart=self.due.apart,
        )
        return estimate, why

    def _estimated(self, messages: Sequence[Message]) -> float:
        """Tokens of a prompt, corrected by what the server has counted so far."""
        text = "\n".join(message.text for message in messages)
        if self._characters_said:
            return len(text) * self._tokens_counted / self._characters_said
        return estimated_tokens(text)

    def _prompts_of(self, picture: Picture) -> Sequence[Sequence[Message]]:
        try:
            return self.prompts(picture)
        except ItemError:
            return []

    async def _probe(self, endpoint: Endpoint) -> tuple[Reply | None, str]:
        for picture in self.due.pictures:
            try:
                messages = self._with_picture(picture, self.prompts(picture)[0])
            except ItemError:
                continue
            try:
                return await endpoint.complete(messages), ""
            except (ItemError, StageError, UserError) as error:
                return None, str(error)
        return None, ""

    def _with_picture(self, picture: Picture, messages: Sequence[Message]) -> list[Message]:
        ready = self.prepared(picture)
        if ready is None:
            return list(messages)
        url = f"data:{ready.mime};base64,{base64.b64encode(ready.data).decode('ascii')}"
        return [*messages[:-1], replace(messages[-1], picture=url)]
