"""What two configurations made of the same pictures: each caption beside its tags, and the figures of both.

Each caption is held against the tags that its own configuration lets a model see, as in its own report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from check import Coverage
from dataset.file_names import printable
from dataset.images import Picture
from review.gathering import Sources, judged, marks
from review.history import SEER, WRITER, Past, read_history
from tags.spelling import words

Row = tuple[str, Sequence[str]]

_NONE = "–"
_GAP = "   "


@dataclass(frozen=True, slots=True)
class Cost:
    """What the run of one configuration took, over all its pictures and all tries; seconds by the clock."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Side:
    """One configuration and the pictures that it was to caption, in the same order on both sides.

    `writer` and `seer` are the models that it asked, "" for none; `names` the characters of its data set.
    """

    label: str
    writer: str
    seer: str
    sources: Sources
    names: frozenset[str]
    pictures: Sequence[Picture]
    cost: Cost


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one configuration made of one picture.

    `caption` is "" where there is none, `tags` are their words and marks, `failures` reason and message by
    stage.
    """

    caption: str
    description: str
    tags: Sequence[tuple[str, str]]
    coverage: Coverage | None
    past: Past

    @property
    def score(self) -> float:
        """The coverage; a caption that is not there says nothing."""
        return self.coverage.score if self.coverage else 0.0


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides, the outcomes of each, and the table: rows of a name and two cells.

    `failed` counts captions that are missing, and descriptions that should have been there.
    """

    sides: Sequence[Side]
    outcomes: Sequence[Sequence[Outcome]]
    rows: Sequence[Row]
    failed: int


def _outcomes_of(side: Side) -> list[Outcome]:
    """What became of each picture, in order."""
    history = read_history(side.sources.journal, {each.stem_name for each in side.pictures})
    return [_outcome(side, each, history.pictures.get(each.stem_name) or Past()) for each in side.pictures]


def _outcome(side: Side, picture: Picture, past: Past) -> Outcome:
    found = side.sources.collection.tags(picture)
    description = side.sources.descriptions.read(picture.stem_name) or ""
    # A text of an earlier comparison that somebody edited is still there, and is none of this one.
    caption = (side.sources.captions.read(picture.stem_name) or "") if past.text else ""
    if not caption:
        return Outcome("", description, [(words(tag), "-") for tag in found.tags], None, past)
    categories = {**side.sources.categories(found.tags), **found.categories}
    coverage = judged(side.sources, caption, found.tags, categories, side.names)
    tags = [(words(tag), mark) for tag, mark in zip(found.tags, marks(coverage, found.tags), strict=True)]
    return Outcome(caption, description, tags, coverage, past)


def compare(sides: Sequence[Side]) -> Compared:
    """Both sides and their figures, in the order in which somebody would ask for them."""
    both = [_outcomes_of(side) for side in sides]
    reasons = [_reasons(outcomes) for outcomes in both]
    rows: list[Row] = [
        ("model", [printable(_model(side, each)) for side, each in zip(sides, both, strict=True)]),
        *_vision_models(sides),
        ("captions", [f"{len(_written(each)):,} of {len(each):,}" for each in both]),
        *_coverages(both),
        ("contradicted tags per caption", [_mean(each, lambda it: len(it.contradicted)) for each in both]),
        ("faults per caption", [_mean(each, lambda it: len(it.faults)) for each in both]),
        ("words per caption, median", [_median_words(each) for each in both]),
        *_failures(reasons),
        *_costs(sides),
    ]
    return Compared(sides, both, rows, sum(sum(each.values()) for each in reasons))


def in_columns(compared: Compared) -> list[str]:
    """The table as lines of text, its columns one below the other."""
    table: list[Row] = [("", [side.label for side in compared.sides]), *compared.rows]
    first = max(len(name) for name, _ in table)
    widths = [max(len(cells[at]) for _, cells in table) for at in range(len(compared.sides))]
    return [_GAP.join([name.ljust(first), *map(str.rjust, cells, widths)]).rstrip() for name, cells in table]


def _written(outcomes: Sequence[Outcome]) -> list[Coverage]:
    return [each.coverage for each in outcomes if each.coverage is not None]


def _model(side: Side, outcomes: Sequence[Outcome]) -> str:
    """The models that answered, by the names that they gave; the one that was asked where none did."""
    answered = dict.fromkeys(each.past.model for each in outcomes if each.past.model)
    return ", ".join(answered) or side.writer or _NONE


def _vision_models(sides: Sequence[Side]) -> list[Row]:
    if not any(side.seer for side in sides):
        return []
    return [("vision model", [printable(side.seer) or _NONE for side in sides])]


def _coverages(both: Sequence[Sequence[Outcome]]) -> list[Row]:
    rows: list[Row] = [("coverage, mean", [_percent([it.score for it in _written(each)]) for each in both])]
    pairs = [pair for pair in zip(*both, strict=True) if all(each.coverage for each in pair)]
    if pairs and any(len(pairs) < len(_written(each)) for each in both):
        # Whoever gives up on what is hard has a higher mean of the rest.
        columns = zip(*pairs, strict=True)
        rows.append(
            ("coverage where both have a caption", [_percent([it.score for it in each]) for each in columns])
        )
    return rows


def _percent(scores: Sequence[float]) -> str:
    return f"{100 * mean(scores):.1f} %" if scores else _NONE


def _mean(outcomes: Sequence[Outcome], count: Callable[[Coverage], int]) -> str:
    counts = [count(seen) for seen in _written(outcomes)]
    return f"{mean(counts):.2f}" if counts else _NONE


def _median_words(outcomes: Sequence[Outcome]) -> str:
    lengths = [len(each.caption.partition("\n")[0].split()) for each in outcomes if each.caption]
    return f"{median(lengths):g}" if lengths else _NONE


def _reasons(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """How often each stage failed for each reason."""
    found: Counter[tuple[str, str]] = Counter()
    for each in outcomes:
        found.update((stage, reason) for stage, (reason, _) in each.past.failures.items())
        if not each.caption and WRITER not in each.past.failures:
            found[WRITER, "not tried"] += 1
    return found


def _failures(reasons: Sequence[Counter[tuple[str, str]]]) -> list[Row]:
    """A row for each stage that failed, always one for captions, and below it one for each reason."""
    rows: list[Row] = []
    for stage, name in ((SEER, "descriptions failed"), (WRITER, "captions failed")):
        total = sum(reasons, Counter[tuple[str, str]]())
        seen = [reason for (where, reason), _ in total.most_common() if where == stage]
        if seen or stage == WRITER:
            sums = (sum(each[stage, reason] for reason in seen) for each in reasons)
            rows.append((name, [f"{count:,}" for count in sums]))
        rows += [
            (f"  {printable(reason)}", [f"{each[stage, reason]:,}" for each in reasons]) for reason in seen
        ]
    return rows


def _costs(sides: Sequence[Side]) -> list[Row]:
    def row(name: str, form: str, of: Callable[[Cost], float]) -> Row:
        each = [(of(side.cost), len(side.pictures)) for side in sides]
        return name, [format(value / count, form) if value else _NONE for value, count in each]

    return [
        row("requests per picture", ",.2f", lambda cost: cost.requests),
        row("tokens in per picture", ",.1f", lambda cost: cost.prompt_tokens),
        row("tokens out per picture", ",.1f", lambda cost: cost.completion_tokens),
        row("seconds per picture", ",.2f", lambda cost: cost.seconds),
    ]
