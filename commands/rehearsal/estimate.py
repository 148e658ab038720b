"""What a whole run would take: requests, tokens, money, hours."""

from __future__ import annotations

from dataclasses import dataclass, field

from batch import Tally
from captioning.amounts import amount, by_reason
from settings import EndpointSettings

_MILLION = 1_000_000
_SECONDS_PER_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one stage would take; tokens are those of all its requests together.

    `items` are those that would be asked about, `noun` says what they are, and `is_limit` whether there may
    be fewer; those that would not are counted `apart`. `seconds` is what one request took that was sent
    to find out, None where none was answered; `at_once` is how many are worked on at one time.
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
    apart: Tally = field(default_factory=Tally)

    @property
    def money(self) -> float | None:
        """What the tokens cost, None where no price is set."""
        chosen = self.settings
        if chosen.price_in is None and chosen.price_out is None:
            return None
        paid = self.prompt_tokens * (chosen.price_in or 0) + self.completion_tokens * (chosen.price_out or 0)
        return paid / _MILLION

    @property
    def hours(self) -> float | None:
        """How long the stage would take, None where nobody answered to tell."""
        return (
            None if self.seconds is None else self.requests * self.seconds / self.at_once / _SECONDS_PER_HOUR
        )

    def line(self) -> str:
        """The stage in one line."""
        at_most = " at most" if self.is_limit else ""
        items = f"{amount(self.items, self.noun)}{at_most}"
        parts = [f"{items}; {_taken([self])}" if self.items else "nothing to do"]
        if self.apart.failures:
            parts.append(f"{len(self.apart.failures):,} would fail ({by_reason(self.apart.reasons())})")
        if self.apart.excluded:
            parts.append(f"{len(self.apart.excluded):,} excluded")
        return f"{self.stage}: {'; '.join(parts)}"


def in_all(estimates: list[Estimate]) -> str:
    """All stages in one line."""
    return f"In all: {_taken([each for each in estimates if each.items])}"


def _taken(estimates: list[Estimate]) -> str:
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
        parts.append(f"about {_time(sum(times))}")
    return ", ".join(parts)


def _time(hours: float) -> str:
    minutes = hours * 60
    if minutes < 1:
        return amount(minutes * 60, "second")
    return f"{hours:,.1f} hours" if hours >= 1 else amount(minutes, "minute")
