"""What came of all shards of a run together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from captioning.run_summary import Product, by_reason
from captioning.stage_result import StageResult
from english import amount


@dataclass(slots=True)
class Totals:
    """Sums, which take the same memory for a thousand shards as for one.

    `captioned` and `passed_over` count shards, and `there` the texts in those that were done before.
    """

    captioned: int = 0
    passed_over: int = 0
    there: int = 0
    done: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    excluded: Counter[str] = field(default_factory=Counter)

    def add(self, product: Product, result: StageResult) -> None:
        """Add what came of a stage over one shard."""
        self.done[product.noun] += result.tally.done
        self.failures.update(dict(result.tally.reasons()))
        self.excluded[product.noun] += len(result.tally.excluded)
        self.there += result.existing if product.noun == "caption" else 0

    def merge(self, other: Totals) -> None:
        """Add what another process has summed up."""
        self.captioned += other.captioned
        self.passed_over += other.passed_over
        self.there += other.there
        self.done.update(other.done)
        self.failures.update(other.failures)
        self.excluded.update(other.excluded)

    def line(self) -> str:
        """All of it in one line."""
        parts = [f"{amount(self.captioned, 'shard')} done"]
        if self.passed_over:
            parts.append(f"{self.passed_over:,} done before")
        if self.done["picture"]:
            parts.append(f"{amount(self.done['picture'], 'picture')} described")
        parts.append(f"{amount(self.done['caption'], 'caption')} written")
        if self.there:
            parts.append(f"{self.there:,} there already")
        if self.failures:
            parts.append(f"{self.failures.total():,} failed ({by_reason(self.failures.most_common())})")
        # Two stages leave out the same pictures.
        if excluded := max(self.excluded.values(), default=0):
            parts.append(f"{excluded:,} excluded")
        return f"All shards: {'; '.join(parts)}"
