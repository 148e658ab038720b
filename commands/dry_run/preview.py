"""What one stage would send: its prompts with their tokens, and an estimate from one request that is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batch import Tally
from commands import NO_SERVER
from commands.dry_run.estimate import Estimate
from dataset.images import Picture
from dataset.picture import Prepared
from errors import ItemError, StageError, UserError
from llm.answers import Reply
from llm.prompts import Message, with_picture
from llm.protocol import Facts, estimated_picture_tokens, estimated_tokens
from settings import EndpointSettings

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# The mean length of prompts is taken over this many.
_LARGEST_SAMPLE = 200


@dataclass(slots=True)
class Preview:
    """What a stage would ask about `pictures`; `left_out` has those that would fail or are excluded.

    `prompts` gives the prompts about a picture; `prepared` gives the picture as it is sent, or None if the
    stage sends only text. `endpoint` is None if there is no server. `answer` is the number of tokens that an
    answer has or is assumed to have; `further` is the number that each prompt will have beyond those of now.
    """

    title: str
    endpoint: Endpoint | None
    settings: EndpointSettings
    pictures: Sequence[Picture]
    left_out: Tally
    prompts: Callable[[Picture], Sequence[Sequence[Message]]]
    prepared: Callable[[Picture], Prepared | None]
    answer: float
    answer_is_known: bool
    further: float = 0.0
    _characters_counted: int = 0
    _tokens_counted: int = 0
    _picture_tokens: float = 0.0

    @property
    def model(self) -> str:
        """Which model is asked, and where."""
        endpoint = self.endpoint
        return f"{endpoint.url}, model {endpoint.model}" if endpoint else "the model, once there is a server"

    async def tokens(self, messages: Sequence[Message]) -> tuple[int, str]:
        """The number of tokens in the text of a prompt, and where that number comes from."""
        text = _text_of(messages)
        counted = await self.endpoint.client.count_tokens(text) if self.endpoint else None
        if counted is None:
            return estimated_tokens(text), "estimated from its length"
        self._characters_counted += len(text)
        self._tokens_counted += counted
        return counted, "counted by the server"

    def picture_tokens(self, picture: Prepared) -> int:
        """About how many tokens a picture has."""
        tokens = estimated_picture_tokens(picture.width, picture.height)
        self._picture_tokens = max(self._picture_tokens, tokens)
        return tokens

    async def estimate(self) -> tuple[Estimate, str]:
        """What the stage would take, and why its time is unknown, "" if it is known.

        One prompt is sent to measure the time.
        """
        reply, why = await self._probe(self.endpoint) if self.endpoint else (None, NO_SERVER)
        facts = await self.endpoint.facts() if self.endpoint else Facts()
        limit = self.settings.concurrency
        at_once = facts.slots or 1 if limit == "auto" else min(limit, facts.slots or limit)
        if reply is not None and not self.answer_is_known:
            self.answer = reply.usage.completion_tokens or self.answer
        sample = self.pictures[:_LARGEST_SAMPLE]
        prompts = [prompt for picture in sample for prompt in self._prompts_of(picture)]
        requests = len(self.pictures) * (len(self.prompts(sample[0])) if prompts else 1)
        mean = sum(map(self._estimated, prompts)) / len(prompts) if prompts else 0.0
        estimate = Estimate(
            stage=self.title,
            items=len(self.pictures),
            noun="picture",
            requests=requests,
            prompt_tokens=requests * (mean + self._picture_tokens + self.further),
            completion_tokens=requests * self.answer,
            settings=self.settings,
            seconds=reply.seconds if reply else None,
            at_once=max(1, at_once),
            left_out=self.left_out,
        )
        return estimate, why

    def _estimated(self, messages: Sequence[Message]) -> float:
        """The tokens of a prompt, in the ratio that the server has counted so far."""
        text = _text_of(messages)
        if self._characters_counted:
            return len(text) * self._tokens_counted / self._characters_counted
        return estimated_tokens(text)

    def _prompts_of(self, picture: Picture) -> Sequence[Sequence[Message]]:
        try:
            return self.prompts(picture)
        except ItemError:
            return []

    async def _probe(self, endpoint: Endpoint) -> tuple[Reply | None, str]:
        """Send the first prompt that can be made: the reply, or why there is none."""
        for picture in self.pictures:
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
        return list(messages) if ready is None else with_picture(messages, ready.mime, ready.data)


def usable(pictures: Iterable[Picture], check: Callable[[Picture], object]) -> tuple[list[Picture], Tally]:
    """The pictures that a stage would ask about, and a tally of the others.

    `check` raises ItemError for a picture that would fail.
    """
    found, others = [], Tally()
    for picture in pictures:
        try:
            check(picture)
        except ItemError as error:
            others.add_failure(picture.name, error)
        else:
            found.append(picture)
    return found, others


def _text_of(messages: Sequence[Message]) -> str:
    return "\n".join(message.text for message in messages)
