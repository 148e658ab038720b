"""compare.html: the captions of two configurations side by side, opened from disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from dataset.disk import write_whole
from dataset.file_names import printable
from dataset.images import Picture
from review.comparison import Compared, Outcome
from review.gathering import address, source_of
from review.report import fill

NAME = "compare.html"
_WORDS = {"s": "said", "m": "missed", "c": "contradicted", "-": "not looked for"}
# In the order in which they ask for attention.
_ORDER = "cms-"

Values = dict[str, object]


def write_page(folder: Path, compared: Compared) -> Path:
    """Write the page into a folder, and return where it is; raises UserError where it cannot be written."""
    path = folder / NAME
    write_whole(path, _shown(_render(folder, compared)))
    return path


def _render(folder: Path, compared: Compared) -> str:
    """The page, as it would stand in a folder; the pictures that the two differ most about stand first."""
    first = compared.sides[0]
    images = address(first.sources.collection.root, folder)
    pairs = list(zip(*compared.outcomes, strict=True))
    entries = [
        _entry(at, images, picture, pair)
        for at, (picture, pair) in enumerate(zip(first.pictures, pairs, strict=True))
    ]
    entries.sort(key=lambda entry: -abs(float(str(entry["difference"]))))
    return fill(
        "compare",
        ("elements", "theme", "compare"),
        ("report", "compare"),
        made=f"{datetime.now(timezone.utc):%d %B %Y, %H:%M} UTC",
        labels=[side.label for side in compared.sides],
        rows=compared.rows,
        entries=entries,
        has_other_tags=any(_tags(one) != _tags(other) for one, other in pairs),
        legend=[(mark, _WORDS[mark]) for mark in "smc"],
    )


def _entry(at: int, images: str, picture: Picture, pair: Sequence[Outcome]) -> Values:
    source = source_of(picture)
    first, second = (each.score for each in pair)
    return {
        "at": at,
        "file": printable(picture.name),
        "src": f"{images}{source}" if source else "",
        "first": f"{first:.4f}",
        "second": f"{second:.4f}",
        "difference": f"{second - first:.4f}",
        "points": round(100 * second) - round(100 * first),
        "sides": [_values(each) for each in pair],
    }


def _values(outcome: Outcome) -> Values:
    seen, past = outcome.coverage, outcome.past
    return {
        "caption": outcome.caption,
        "description": outcome.description,
        "percent": f"{100 * seen.score:.0f} %" if seen else "",
        "faults": [fault.message for fault in seen.faults] if seen else [],
        "failures": [(reason, message) for reason, message in past.failures.values()],
        "tags": [
            (words, mark, _WORDS[mark])
            for words, mark in sorted(outcome.tags, key=lambda tag: _ORDER.index(tag[1]))
        ],
        "facts": [
            (name, value)
            for name, value in (
                ("Words", len(outcome.caption.partition("\n")[0].split())),
                ("Tokens", past.tokens),
                ("Seconds", round(past.seconds, 2)),
            )
            if value
        ],
    }


def _tags(outcome: Outcome) -> list[str]:
    return [words for words, _ in outcome.tags]


def _shown(page: str) -> str:
    """The page without what no file can hold: halves of characters that a model or a name left over."""
    return page.encode("utf-8", "replace").decode("utf-8")
