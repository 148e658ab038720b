"""What a model answered, and what the answers cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from operator import sub
from typing import Generic, TypeVar

Result = TypeVar("Result")

# The finish_reason of a reply whose text is the server's own words for a refusal.
REFUSED_BY_SERVER = "refusal"


@dataclass(frozen=True, slots=True)
class Usage:
    """How many requests were answered, and how many tokens they took."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        """The sum of both."""
        return Usage(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def __sub__(self, other: Usage) -> Usage:
        """The difference from `other`, an earlier sum."""
        return Usage(*map(sub, astuple(self), astuple(other)))

    def cost(self, seconds: float) -> dict[str, float]:
        """Tokens, and the seconds that they took, under the names that they have in the journal."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "cached_tokens": self.cached_tokens,
            "completion_tokens": self.completion_tokens,
            "seconds": round(seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request; `text` is as it came, or None if there was no text.

    `first_token` are the texts that it could have begun with, each with its probability from 0 to 1; empty
    unless they were asked for, and where the server does not tell them. `reasoned` is whether the model
    reasoned before it answered, as far as it shows.
    """

    text: str | None
    finish_reason: str | None
    model: str
    usage: Usage
    seconds: float
    first_token: Mapping[str, float] = field(default_factory=dict)
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
