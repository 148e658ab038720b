"""Captions with their tags as a reader judged them, and how often the checks judge alike.

`corpus/coverage.jsonl` holds one caption a line: `caption`, `tags`, the `categories` that are not "general",
the tags that it has `missed` and `contradicted`, and the kinds of its `faults`. The lines were labelled
before there were checks; where these differ, the lines stay. Words and rules were tuned on TUNED alone.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.coverage import Coverage, check
from review.faults import KINDS
from wiki.glossary import load

_LINES = (Path(__file__).parent / "corpus" / "coverage.jsonl").read_text(encoding="utf-8").splitlines()
_OTHERS_OF_THE_DATA_SET = (
    "daiyousei",
    "emilia_(re:zero)",
    "inubashiri_momiji",
    "kamado_nezuko",
    "kawashiro_nitori",
)
MEASURED = (*KINDS, "missed", "contradicted")


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the corpus."""

    caption: str
    tags: tuple[str, ...]
    categories: dict[str, str]
    missed: frozenset[str]
    contradicted: frozenset[str]
    faults: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """How a check does: found rightly, found wrongly, not found."""

    right: int
    wrong: int
    overlooked: int

    @property
    def precision(self) -> float:
        """The share of what was found that a reader finds too."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """The share of what a reader finds that was found."""
        return self.right / max(1, self.right + self.overlooked)


def _example(line: str) -> Example:
    raw = json.loads(line)
    return Example(
        raw["caption"],
        tuple(raw["tags"].split()),
        raw["categories"],
        frozenset(raw["missed"]),
        frozenset(raw["contradicted"]),
        frozenset(raw["faults"]),
    )


CORPUS = [_example(line) for line in _LINES]
TUNED, HELD_OUT = CORPUS[0::2], CORPUS[1::2]
KNOWN_NAMES = frozenset(
    [
        *(tag for tag, entry in load().items() if entry.category == "character"),
        *(tag for each in CORPUS for tag, kind in each.categories.items() if kind == "character"),
        *_OTHERS_OF_THE_DATA_SET,
    ]
)


def judge(example: Example) -> Coverage:
    """Hold one caption against its tags, with the names of the whole corpus known."""
    return check(example.caption, example.tags, example.categories, known_names=KNOWN_NAMES)


def measure(examples: Sequence[Example]) -> dict[str, Figure]:
    """Count for each kind of fault, and for missed and contradicted tags, where checks and reader agree."""
    right, wrong, overlooked = Counter[str](), Counter[str](), Counter[str]()
    for example in examples:
        coverage = judge(example)
        kinds = {fault.kind for fault in coverage.faults}
        pairs: dict[str, tuple[Collection[str], Collection[str]]] = {
            "missed": (set(coverage.missed), example.missed),
            "contradicted": (set(coverage.contradicted), example.contradicted),
            **{kind: ({kind} & kinds, {kind} & example.faults) for kind in KINDS},
        }
        for name, (found, wanted) in pairs.items():
            right[name] += len(set(found) & set(wanted))
            wrong[name] += len(set(found) - set(wanted))
            overlooked[name] += len(set(wanted) - set(found))
    return {name: Figure(right[name], wrong[name], overlooked[name]) for name in MEASURED}
