"""A question that is put to a model until the answer can be used."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from errors import ItemError
from events import happened
from llm.prompts import Message
from llm.usage import Reply, Usage

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Result]):
    """What came of a question: the accepted result, the model that gave it, and what all tries took."""

    result: Result
    model: str
    usage: Usage
    seconds: float

    @property
    def cost(self) -> dict[str, float]:
        """Tokens and seconds, by the names that the journal has for them."""
        return {
            "prompt_tokens": self.usage.prompt_tokens,
            "cached_tokens": self.usage.cached_tokens,
            "completion_tokens": self.usage.completion_tokens,
            "seconds": round(self.seconds, 3),
        }


async def ask(
    endpoint: Endpoint,
    messages: Sequence[Message],
    accept: Callable[[Reply], Result],
    *,
    retries: int | None = None,
    further: Mapping[str, object] | None = None,
) -> Answer[Result]:
    """Ask until `accept` takes the reply, with another seed each time, at most `retries` times more.

    `retries` is the endpoint's own unless given. `accept` raises ItemError for a reply that cannot be
    used; the last such error is raised in the end.
    """
    try:
        tries = (endpoint.settings.retries if retries is None else retries) + 1
        return await _ask(endpoint, messages, accept, tries, further)
    except ItemError as error:
        error.asked = True
        raise


async def _ask(
    endpoint: Endpoint,
    messages: Sequence[Message],
    accept: Callable[[Reply], Result],
    tries: int,
    further: Mapping[str, object] | None,
) -> Answer[Result]:
    usage, seconds = Usage(), 0.0
    for attempt in range(tries):
        reply = await endpoint.complete(messages, attempt=attempt, further=further)
        usage.add(reply)
        seconds += reply.seconds
        try:
            return Answer(accept(reply), reply.model, usage, seconds)
        except ItemError as error:
            _log.debug("answer not accepted: %s", error)
            happened("not accepted", attempt=attempt, reason=error.reason, message=str(error))
            refused = error
    raise refused


def total(answers: Sequence[Answer[Result]]) -> Answer[Sequence[Result]]:
    """Several answers as one: their results in order, and what they took together."""
    usage = Usage()
    for answer in answers:
        usage = usage.plus(answer.usage)
    results = [answer.result for answer in answers]
    return Answer(results, answers[-1].model, usage, sum(answer.seconds for answer in answers))
