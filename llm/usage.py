"""What a model answered, and what the answers took."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model answered; `text` is as it came, None where there was none."""

    text: str | None
    finish_reason: str | None
    model: str
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    seconds: float


@dataclass(slots=True)
class Usage:
    """What a number of requests took together."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def add(self, reply: Reply) -> None:
        """Count one reply."""
        self.requests += 1
        self.prompt_tokens += reply.prompt_tokens
        self.cached_tokens += reply.cached_tokens
        self.completion_tokens += reply.completion_tokens

    def copy(self) -> Usage:
        """What was counted up to now."""
        return replace(self)

    def plus(self, other: Usage) -> Usage:
        """What both took together."""
        return Usage(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def since(self, before: Usage) -> Usage:
        """What was counted after `before`."""
        return Usage(
            self.requests - before.requests,
            self.prompt_tokens - before.prompt_tokens,
            self.cached_tokens - before.cached_tokens,
            self.completion_tokens - before.completion_tokens,
        )
