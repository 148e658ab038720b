"""What a whole run would take: requests, tokens, money, hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from batch import Tally
from captioning.summary import by_reason
from english import amount
from settings import EndpointSettings

_MILLION = 1_000_000
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one stage would take; the tokens are those of all its requests together.

    `items` is the number of pictures or tags that would be asked about, as `noun` says, and `is_limit` says
    that there may be fewer. `seconds` is the time of the one request that was sent to measure it, None if
    there was no answer; `at_once` is the number of requests in flight.
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
        parts = [f"{items}; {_sums([self])}" if self.items else "nothing to do"]
        if self.left_out.failures:
            reasons = by_reason(self.left_out.reasons())
            parts.append(f"{len(self.left_out.failures):,} would fail ({reasons})")
        if self.left_out.excluded:
            parts.append(f"{len(self.left_out.excluded):,} excluded")
        return f"{self.stage}: {'; '.join(parts)}"


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
        parts.append(f"{sum(prices):,.2f} by price_in and price_out")
    times = [each.hours for each in estimates if each.hours is not None]
    if times and len(times) == len(estimates):
        parts.append(f"about {_duration(sum(times))}")
    return ", ".join(parts)


def _duration(hours: float) -> str:
    minutes = hours * 60
    if minutes < 1:
        return amount(minutes * 60, "second")
    return f"{hours:,.1f} hours" if hours >= 1 else amount(minutes, "minute")
