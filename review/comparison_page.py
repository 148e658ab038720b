"""compare.html: the captions of two configurations side by side, with the figures of both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from dataset.pictures import Picture
from dataset.text_digests import digest
from dataset.text_folder import Texts
from printing import printable
from review.comparison import Compared, Outcome
from review.pages import (
    CONTRADICTED,
    MISSED,
    NOT_CHECKED,
    PERHAPS,
    SAID,
    Values,
    fill,
    folder_address,
    json_in_html,
    picture_address,
    save_page,
)

Pair = tuple[Picture, Sequence[Outcome]]

NAME = "compare.html"
# In the order in which tags are listed: what needs attention comes first.
_MEANINGS = {
    CONTRADICTED: "contradicted",
    MISSED: "missed",
    PERHAPS: "perhaps unsaid",
    SAID: "said",
    NOT_CHECKED: "not checked",
}


def write_page(folder: Path, compared: Compared) -> Path:
    """Write compare.html into a folder, and return its path; raises UserError if it cannot be written."""
    first = compared.sides[0]
    pairs = list(zip(first.pictures, zip(*compared.outcomes, strict=True), strict=True))
    images = folder_address(first.sources.collection.root, folder)
    # Where the two differ most comes first; `at` is the place in the folder.
    order = sorted(range(len(pairs)), key=lambda at: -abs(pairs[at][1][1].score - pairs[at][1][0].score))
    page = fill(
        "compare",
        ("elements", "theme", "compare_data", "corrections", "compare"),
        ("report", "compare"),
        made=f"{datetime.now(timezone.utc):%d %B %Y, %H:%M} UTC",
        labels=[side.label for side in compared.sides],
        rows=compared.rows,
        entries=[_entry(at, images, pairs[at]) for at in order],
        # Captions that are taken become corrections of the first configuration's captions.
        own=json_in_html(_own(first.own, pairs)),
        has_other_tags=any(list(dict(one.tags)) != list(dict(other.tags)) for _, (one, other) in pairs),
        legend=[(mark, _MEANINGS[mark]) for mark in (SAID, MISSED, PERHAPS, CONTRADICTED)],
    )
    path = folder / NAME
    # A model or a file name may contain half a surrogate pair, which no file can hold.
    save_page(path, page.encode("utf-8", "replace").decode("utf-8"))
    return path


def _own(captions: Texts, pairs: Sequence[Pair]) -> Values:
    """What corrections need: the captions that the user has, and their digests."""
    names = [picture.stem_name for picture, outcomes in pairs if any(each.caption for each in outcomes)]
    texts = [(name, captions.read(name)) for name in names]
    return {
        "id": digest(str(captions.root.resolve())),
        "pictures": [
            {"name": name, "caption": text, "seen": digest(text) if text else ""} for name, text in texts
        ],
    }


def _entry(at: int, images: str, pair: Pair) -> Values:
    picture, outcomes = pair
    address = picture_address(picture)
    first, second = (each.score for each in outcomes)
    points = round(100 * second) - round(100 * first)
    one, other = outcomes
    is_same = bool(one.caption) and (one.caption, list(one.tags)) == (other.caption, list(other.tags))
    has_winner = bool(one.caption and other.caption and points)
    return {
        "name": picture.stem_name,
        "is_same": is_same,
        "winner": int(points > 0) if has_winner else None,
        "at": at,
        "file": printable(picture.name),
        "src": f"{images}{address}" if address else "",
        "first": f"{first:.4f}",
        "second": f"{second:.4f}",
        "points": points,
        "sides": [_values(each) for each in outcomes],
    }


def _values(outcome: Outcome) -> Values:
    coverage, past = outcome.coverage, outcome.past
    facts = {
        "Words": outcome.words,
        "Tokens": past.caption.tokens,
        "Seconds": round(past.caption.seconds, 2),
    }
    return {
        "caption": outcome.caption,
        "description": outcome.description,
        "percent": f"{100 * coverage.score:.0f} %" if coverage else "",
        "faults": [fault.message for fault in coverage.faults] if coverage else [],
        "adds": ", ".join(map(str, coverage.adds)) if coverage else "",
        "failures": [(failure.reason, failure.message) for failure in past.failures.values()],
        "tags": [
            (tag_words, mark, _MEANINGS[mark])
            for mark in _MEANINGS
            for tag_words, its_mark in outcome.tags
            if its_mark == mark
        ],
        "facts": [(name, value) for name, value in facts.items() if value],
    }
