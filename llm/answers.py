"""What a model answered, and what the answers cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import add, sub
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

Result = TypeVar("Result")

# The finish_reason of a reply whose text is the server's own words for a refusal.
REFUSED_BY_SERVER = "refusal"


class Usage(NamedTuple):
    """How many requests were answered, and how many tokens they took."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:  # type: ignore[override]
        """The sum of both."""
        return Usage(*map(add, self, other))

    def __sub__(self, other: Usage) -> Usage:
        """The difference from `other`, an earlier sum."""
        return Usage(*map(sub, self, other))

    def cost(self, seconds: float) -> dict[str, float]:
        """Tokens, and the seconds that they took, under the names that they have in the journal."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "completion_tokens": self.completion_tokens,
            "seconds": round(seconds, 3),
        }


class Reply(NamedTuple):
    """The answer to one request; `text` is as it came, or None if there was no text.

    `first_token` are the texts that it could have begun with, each with its probability from 0 to 1; empty
    unless they were asked for, and where the server does not tell them. `reasoned` is whether the model
    reasoned before it answered, as far as it shows.
    """

    text: str | None
    finish_reason: str | None
    model: str
    usage: Usage
    seconds: float = 0.0
    first_token: Mapping[str, float] = MappingProxyType({})
    reasoned: bool = False


@dataclass(frozen=True, slots=True)
class Answer(Generic[Result]):
    """An accepted result, the model that gave it, and what all tries together took."""

    result: Result
    model: str
    usage: Usage
    seconds: float

    @property
    def cost(self) -> dict[str, float]:
        """Tokens and seconds, under the names that they have in the journal."""
        return self.usage.cost(self.seconds)
