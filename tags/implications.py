"""What tags say of one another: a grin is a smile, and a white dress is a dress.

A wiki's implications are rules that its people agreed on, so they go before words: where those of a tag are
known, nothing is read out of its name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tags.categories import GENERAL
from tags.spelling import words

Implied = Callable[[str], Iterable[str]]
"""The tags that a tag implies, as far as they are known; those that they imply in turn need not be told."""

# "no shoes" says that there are none.
_DENYING = ("no", "without")


def said_along(tag: str, implied: Implied) -> set[str]:
    """All that a tag implies, and that implies in turn; the tag itself only where that goes in a circle."""
    found: set[str] = set()
    new = [tag]
    while new:
        further = set(implied(new.pop())) - found
        found |= further
        new += further
    return found


def without_implied(tags: Sequence[str], categories: Mapping[str, str], implied: Implied) -> list[str]:
    """The tags without those that another one says: `smile` beside `grin`, `dress` beside `white_dress`.

    A tag speaks only for its own category, so that whoever leaves out a category loses nothing of the others:
    a character in another form for the character, a part of a series for the series. A general tag whose
    implications are not known says its last words, so `witch` stays beside `witch_hat`; what a tag denies
    (`no_shoes`) it does not say. Of tags that imply each other all stay.
    """
    kinds = {tag: categories.get(tag, GENERAL) for tag in tags}
    by_words: defaultdict[str, list[str]] = defaultdict(list)
    for tag, kind in kinds.items():
        if kind == GENERAL:
            by_words[words(tag)].append(tag)

    def says(tag: str) -> Iterable[str]:
        known = tuple(implied(tag))
        if known or kinds.get(tag) != GENERAL:
            return known
        return [other for end in _last_words(tag) for other in by_words.get(end, ())]

    said = {tag: said_along(tag, says) for tag in kinds}
    gone = {
        tag
        for speaker, others in said.items()
        for tag in others
        if kinds.get(tag) == kinds[speaker] and speaker not in said[tag]
    }
    return [tag for tag in tags if tag not in gone]


def speakers(tags: Sequence[str], implied: Implied) -> dict[str, list[str]]:
    """Those of the tags that others of them imply, each with the ones that do."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for speaker in tags:
        for tag in said_along(speaker, implied).intersection(tags):
            found[tag].append(speaker)
    return dict(found)


def _last_words(tag: str) -> Iterator[str]:
    """black_witch_hat ─▶ "witch hat", "hat"."""
    first, *rest = words(tag).split() or [""]
    if first not in _DENYING:
        yield from (" ".join(rest[start:]) for start in range(len(rest)))
