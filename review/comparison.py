"""Two configurations compared by figures; `review/comparison_page.py` shows their captions side by side.

Each caption is checked against the tags that its own configuration shows to the model, as in its report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from check import Coverage
from dataset.journal import INTERPRETER, INTERROGATOR
from dataset.pictures import Picture
from dataset.text_folder import Texts
from errors import ItemError
from printing import printable
from review.history import Past, read_history
from review.pages import NOT_CHECKED, Sources, coverage_of, marks
from tags.spelling import words

Row = tuple[str, Sequence[str]]

_NONE = "–"
_GAP = "   "


@dataclass(frozen=True, slots=True)
class Cost:
    """What a configuration took for all its pictures, retries included."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Side:
    """One configuration and its pictures, which are in the same order on both sides.

    `writer` and `seer` are the models that it asked, "" for none; `names` the characters of its data set;
    `own` the captions of the user that it leaves as they are.
    """

    label: str
    writer: str
    seer: str
    sources: Sources
    own: Texts
    names: frozenset[str]
    pictures: Sequence[Picture]
    cost: Cost


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one configuration made of one picture: `caption` is "" if there is none.

    `tags` are pairs of the words of a tag and its mark.
    """

    caption: str
    description: str
    tags: Sequence[tuple[str, str]]
    coverage: Coverage | None
    past: Past

    @property
    def score(self) -> float:
        """The coverage, 0 without a caption."""
        return self.coverage.score if self.coverage else 0.0

    @property
    def words(self) -> int:
        """How many words the caption has; of several variants the first."""
        return len(self.caption.partition("\n")[0].split())


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides with their outcomes, and the table: rows of a name and two cells.

    `failed` is the number of captions and descriptions that are missing.
    """

    sides: Sequence[Side]
    outcomes: Sequence[Sequence[Outcome]]
    rows: Sequence[Row]
    failed: int


def compare(sides: Sequence[Side]) -> Compared:
    """Read what both sides made, and compute the table."""
    both = []
    for side in sides:
        pasts = read_history(side.sources.journal, {each.stem_name for each in side.pictures}).pictures
        both.append([_outcome(side, each, pasts.get(each.stem_name) or Past()) for each in side.pictures])
    reasons = [_reasons(outcomes) for outcomes in both]
    word_counts = [[each.words for each in outcomes if each.words] for outcomes in both]
    seers = [printable(side.seer) or _NONE for side in sides]
    rows: list[Row] = [
        ("model", [_model(side, each) for side, each in zip(sides, both, strict=True)]),
        *([("vision model", seers)] if any(side.seer for side in sides) else []),
        ("captions", [f"{len(_coverages(each)):,} of {len(each):,}" for each in both]),
        *_coverage_rows(both),
        ("contradicted tags per caption", [_mean(each, lambda it: len(it.contradicted)) for each in both]),
        ("faults per caption", [_mean(each, lambda it: len(it.faults)) for each in both]),
        ("words per caption, median", [_shown(each, median, "{:g}") for each in word_counts]),
        *_failure_rows(reasons),
        *_cost_rows(sides),
    ]
    return Compared(sides, both, rows, sum(sum(each.values()) for each in reasons))


def in_columns(compared: Compared) -> list[str]:
    """The table as lines of text with aligned columns."""
    table: list[Row] = [("", [side.label for side in compared.sides]), *compared.rows]
    first = max(len(name) for name, _ in table)
    widths = [max(len(cells[at]) for _, cells in table) for at in range(len(compared.sides))]
    return [_GAP.join([name.ljust(first), *map(str.rjust, cells, widths)]).rstrip() for name, cells in table]


def _outcome(side: Side, picture: Picture, past: Past) -> Outcome:
    try:
        found = side.sources.collection.tags(picture)
    except ItemError:
        # A description or a changed tag file has excluded it since it was chosen.
        return Outcome("", "", [], None, past)
    description = side.sources.descriptions.read(picture.stem_name)
    # A caption of an earlier comparison that somebody edited is kept, but is not a result of this one.
    caption = side.sources.captions.read(picture.stem_name) if past.caption.text else ""
    if not caption:
        return Outcome("", description, [(words(tag), NOT_CHECKED) for tag in found.tags], None, past)
    categories = {**side.sources.categories(found.tags), **found.categories}
    coverage, _ = coverage_of(side.sources, caption, description, found.tags, categories, side.names)
    if past.caption.sees:
        coverage = coverage.borne_out_by_picture()
    tags = [(words(tag), mark) for tag, mark in zip(found.tags, marks(coverage, found.tags), strict=True)]
    return Outcome(caption, description, tags, coverage, past)


def _coverages(outcomes: Sequence[Outcome]) -> list[Coverage]:
    return [each.coverage for each in outcomes if each.coverage is not None]


def _model(side: Side, outcomes: Sequence[Outcome]) -> str:
    """The models by the names in their answers, or the model that was asked if none answered."""
    answered = dict.fromkeys(each.past.caption.model for each in outcomes if each.past.caption.model)
    return printable(", ".join(answered) or side.writer or _NONE)


def _coverage_rows(both: Sequence[Sequence[Outcome]]) -> list[Row]:
    captioned = [[it for it in each if it.coverage] for each in both]
    pairs = [pair for pair in zip(*both, strict=True) if all(it.coverage for it in pair)]
    compared = {"coverage, mean": captioned}
    if pairs and any(len(pairs) < len(each) for each in captioned):
        # A side that fails at the hard pictures has a higher mean over the rest.
        compared["coverage where both have a caption"] = list(map(list, zip(*pairs, strict=True)))
    return [
        (name, [_shown([100 * it.score for it in each], mean, "{:.1f} %") for each in columns])
        for name, columns in compared.items()
    ]


def _shown(numbers: Iterable[float], average: Callable[[Sequence[float]], float], form: str) -> str:
    """The mean or median of some numbers as text; a dash if there are none."""
    numbers = list(numbers)
    return form.format(average(numbers)) if numbers else _NONE


def _mean(outcomes: Sequence[Outcome], count: Callable[[Coverage], int]) -> str:
    return _shown(map(count, _coverages(outcomes)), mean, "{:.2f}")


def _reasons(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """How often each stage failed for each reason."""
    found: Counter[tuple[str, str]] = Counter()
    for each in outcomes:
        found.update((stage, failure.reason) for stage, failure in each.past.failures.items())
        if not each.caption and INTERPRETER not in each.past.failures:
            found[INTERPRETER, "not tried"] += 1
    return found


def _failure_rows(reasons: Sequence[Counter[tuple[str, str]]]) -> list[Row]:
    """For each stage a row with its failures, and one for each reason; the row for captions may be 0."""
    rows: list[Row] = []
    for stage, name in ((INTERROGATOR, "descriptions failed"), (INTERPRETER, "captions failed")):
        total = sum(reasons, Counter[tuple[str, str]]())
        seen = [reason for (where, reason), _ in total.most_common() if where == stage]
        if seen or stage == INTERPRETER:
            sums = (sum(each[stage, reason] for reason in seen) for each in reasons)
            rows.append((name, [f"{count:,}" for count in sums]))
        rows += [
            (f"  {printable(reason)}", [f"{each[stage, reason]:,}" for each in reasons]) for reason in seen
        ]
    return rows


def _cost_rows(sides: Sequence[Side]) -> list[Row]:
    def row(name: str, form: str, of: Callable[[Cost], float]) -> Row:
        each = [(of(side.cost), len(side.pictures)) for side in sides]
        return name, [format(value / count, form) if value else _NONE for value, count in each]

    return [
        row("requests per picture", ",.2f", lambda cost: cost.requests),
        row("tokens in per picture", ",.1f", lambda cost: cost.prompt_tokens),
        row("tokens out per picture", ",.1f", lambda cost: cost.completion_tokens),
        row("seconds per picture", ",.2f", lambda cost: cost.seconds),
    ]
