"""What one stage would send and what it would take: requests, tokens, money, hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from captioning.run_summary import by_reason
from dataset.pictures import Picture
from dataset.preprocessing import Prepared
from dataset.tagged_pictures import TaggedPictures
from english import amount
from errors import ItemError, StageError, UserError
from interpreter import Interpreter
from interrogator import Interrogator
from llm.answers import Reply
from llm.prompts import Message, estimated_picture_tokens, estimated_prompt_tokens, with_picture
from settings import EndpointSettings
from stage_runner import Tally

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# The mean length of prompts is taken over this many.
_LARGEST_SAMPLE = 200
_MILLION = 1_000_000
# Base64 makes four bytes of three.
_AS_BASE64 = 4
# Services that answer batch files charge half the price for them.
_PRICE_IN_BATCHES = 0.5
_LATER = "services answer batch files within 24 hours."
_SECONDS_PER_HOUR = 3600
# The tokens of an answer if neither the journal nor the probe has one; for stage 1 those about each tag.
USUAL_ANSWER = {"TagProvider": 35.0, "Interrogator": 150.0, "Interpreter": 90.0}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one stage would take; the tokens are those of all its requests together.

    `items` is the number of pictures or tags that would be asked about, as `noun` says, and `is_limit` says
    that there may be fewer. `seconds` is the time of the one request that was sent to measure it, None if
    there was no answer, and then `why_unknown` says why; `at_once` is the number of requests in flight.
    """

    stage: str
    items: int
    noun: str
    requests: int
    prompt_tokens: float
    completion_tokens: float
    settings: EndpointSettings
    seconds: float | None = None
    at_once: int = 1
    is_limit: bool = False
    why_unknown: str = ""
    left_out: Tally = field(default_factory=Tally)

    @property
    def money(self) -> float | None:
        """What the tokens cost, None if no price is set."""
        chosen = self.settings
        if chosen.price_in is None and chosen.price_out is None:
            return None
        cost = self.prompt_tokens * (chosen.price_in or 0) + self.completion_tokens * (chosen.price_out or 0)
        return cost / _MILLION

    @property
    def hours(self) -> float | None:
        """How long the stage would take, None if the time of a request is unknown."""
        if self.seconds is None:
            return None
        return self.requests * self.seconds / self.at_once / _SECONDS_PER_HOUR

    def line(self) -> str:
        """The stage in one line."""
        at_most = " at most" if self.is_limit else ""
        items = f"{amount(self.items, self.noun)}{at_most}"
        first = f"{items}; {_sums([self])}" if self.items else "nothing to do"
        return f"{self.stage}: {'; '.join([first, *_counts(self.left_out)])}"


@dataclass(frozen=True, slots=True)
class WithoutModel:
    """The captions that stage 3 would write about `pictures` without a model; `left_out` as in `Preview`."""

    stage: Interpreter
    pictures: Sequence[Picture]
    left_out: Tally

    def caption(self, picture: Picture, collection: TaggedPictures) -> list[str]:
        """What would be written about a picture of the collection, or why nothing would be, in lines."""
        try:
            lines = self.stage.finished(picture, self.stage.compose(picture))[0].split("\n")
            collection.admit(picture, *lines)
        except ItemError as error:
            return [f"    nothing is written ({error.reason}): {error}"]
        return ["[caption]", *lines]

    @property
    def request(self) -> str:
        """For how many captions no request is needed, and how many pictures get none."""
        captions = amount(len(self.pictures), "caption")
        return "; ".join([f"no request for {captions}", *_counts(self.left_out)])


def _counts(left_out: Tally) -> Iterator[str]:
    if left_out.failures:
        yield f"{len(left_out.failures):,} would fail ({by_reason(left_out.reasons())})"
    if left_out.excluded:
        yield f"{len(left_out.excluded):,} excluded"


def total_line(estimates: Sequence[Estimate]) -> str:
    """All stages together, in one line."""
    return f"Total: {_sums([each for each in estimates if each.items])}"


def _sums(estimates: Sequence[Estimate]) -> str:
    prompt = sum(each.prompt_tokens for each in estimates)
    completion = sum(each.completion_tokens for each in estimates)
    parts = [
        amount(sum(each.requests for each in estimates), "request"),
        f"about {amount(prompt, 'token')} in and {completion:,.0f} out",
    ]
    prices = [each.money for each in estimates if each.money is not None]
    if prices:
        # A small cost is shown as "less than 0.01", not as 0.00.
        cost = sum(prices)
        half = _money(_PRICE_IN_BATCHES * cost)
        parts.append(f"{_money(cost)} by price_in and price_out ({half} in batch files at half the price)")
    times = [each.hours for each in estimates if each.hours is not None]
    if times and len(times) == len(estimates):
        parts.append(_duration(sum(times) * 60))
    return ", ".join(parts)


def _money(cost: float) -> str:
    return "less than 0.01" if 0 < cost < 0.005 else f"{cost:,.2f}"


def _duration(minutes: float) -> str:
    if minutes * 60 < 1:
        return "less than a second"
    if minutes < 1:
        return f"about {amount(minutes * 60, 'second')}"
    return f"about {amount(minutes, 'minute')}" if minutes < 60 else f"about {minutes / 60:,.1f} hours"


@dataclass(slots=True)
class Preview:
    """What a stage would ask about `pictures`; `left_out` has those that would fail or are excluded.

    `prepared` gives a picture as it is sent, or None if the stage sends only text. `endpoint` is None where
    there is no server, and `absence` says why. `answer` is the number of tokens that an answer has, None
    until it is measured or assumed; `further` is the number that each prompt will have beyond those of now.
    `text_bytes` and `picture_bytes` are estimates for a request, after `estimate`.
    """

    stage: Interrogator | Interpreter
    endpoint: Endpoint | None
    settings: EndpointSettings
    pictures: Sequence[Picture]
    left_out: Tally
    prepared: Callable[[Picture], Prepared | None]
    answer: float | None
    absence: str
    further: float = 0.0
    _characters_counted: int = 0
    _tokens_counted: int = 0
    _picture_tokens: float = 0.0
    picture_bytes: int = 0
    text_bytes: float = 0.0

    @property
    def is_measured(self) -> bool:
        """Whether a request is sent to measure its time."""
        return self.endpoint is not None and not self.endpoint.answers_later

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
            return estimated_prompt_tokens(text), "estimated from its length"
        self._characters_counted += len(text)
        self._tokens_counted += counted
        return counted, "counted by the server"

    def picture_tokens(self, picture: Prepared) -> int:
        """About how many tokens a picture has."""
        tokens = estimated_picture_tokens(picture.width, picture.height)
        self._picture_tokens = max(self._picture_tokens, tokens)
        self.picture_bytes = max(self.picture_bytes, _AS_BASE64 * len(picture.data) // 3)
        return tokens

    async def estimate(self) -> Estimate:
        """What the stage would take; one prompt is sent to measure the time."""
        reply, why = (None, self.absence or _LATER)
        if self.endpoint and self.is_measured:
            reply, why = await self._probe(self.endpoint)
        limit, slots = self.settings.concurrency, self.endpoint.catalogue.slots if self.endpoint else None
        at_once = slots or 1 if limit == "auto" else min(limit, slots or limit)
        measured = reply.usage.completion_tokens if reply else 0
        self.answer = self.answer or measured or USUAL_ANSWER[self.stage.title]
        prompts: list[Sequence[Sequence[Message]]] = []
        for picture in self.pictures[:_LARGEST_SAMPLE]:
            with suppress(ItemError):
                prompts.append(self.stage.messages(picture))
        requests = len(self.pictures) * (len(prompts[0]) if prompts else 1)
        # The server has counted some prompts: their ratio of tokens to characters is used for the others.
        counted, texts = self._characters_counted, list(map(_text_of, chain.from_iterable(prompts)))
        lengths = [
            len(text) * self._tokens_counted / counted if counted else estimated_prompt_tokens(text)
            for text in texts
        ]
        mean = sum(lengths) / max(1, len(lengths))
        self.text_bytes = sum(len(text.encode()) for text in texts) / max(1, len(texts))
        return Estimate(
            stage=self.stage.title,
            items=len(self.pictures),
            noun="picture",
            requests=requests,
            prompt_tokens=requests * (mean + self._picture_tokens + self.further),
            completion_tokens=requests * self.answer,
            settings=self.settings,
            seconds=reply.seconds if reply else None,
            at_once=max(1, at_once),
            why_unknown=why,
            left_out=self.left_out,
        )

    async def _probe(self, endpoint: Endpoint) -> tuple[Reply | None, str]:
        """Send the first prompt that can be made: the reply, or why there is none."""
        for picture in self.pictures:
            try:
                messages = list(self.stage.messages(picture)[0])
                if ready := self.prepared(picture):
                    messages = with_picture(messages, ready.mime, ready.data)
            except ItemError:
                continue
            try:
                return await endpoint.complete(messages), ""
            except (ItemError, StageError, UserError) as error:
                return None, str(error)
        return None, ""


def _text_of(messages: Sequence[Message]) -> str:
    return "\n".join(message.text for message in messages)
