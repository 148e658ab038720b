"""What one tag says about another: a grin is a smile, and a white dress is a dress.

The implications of a wiki are rules that its editors agreed on, so they come first: the words of a tag's
name are only compared where its implications are not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from tags.categories import GENERAL
from tags.spelling import words

Implied = Callable[[str], Iterable[str]]
"""The tags that a tag implies, as far as they are known, perhaps without those that they imply in turn."""

# A tag that begins like this says that something is not there.
_DENYING = ("no", "without")


def said_along(tag: str, implied: Implied) -> set[str]:
    """All tags that a tag implies, directly or through others; with itself only where they form a circle."""
    found: set[str] = set()
    new = [tag]
    while new:
        further = set(implied(new.pop())) - found
        found |= further
        new += further
    return found


def without_implied(tags: Sequence[str], categories: Mapping[str, str], implied: Implied) -> list[str]:
    """The tags without those that another one says: `smile` beside `grin`, `dress` beside `white_dress`.

    A tag replaces only tags of its own category, so that leaving out a category removes nothing of the
    others: a character in another form replaces the character, a part of a series the series. A general tag
    whose implications are not known says the last words of its name, so `witch` stays beside `witch_hat`,
    and `no_shoes` does not say `shoes`. Tags that imply each other all stay.
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
        first, *rest = words(tag).split() or [""]
        # black_witch_hat says "witch hat" and "hat", but no_hat does not say "hat".
        ends = (" ".join(rest[at:]) for at in range(len(rest) if first not in _DENYING else 0))
        return [other for end in ends for other in by_words.get(end, ())]

    said = {tag: said_along(tag, says) for tag in kinds}
    gone = {
        tag
        for speaker, others in said.items()
        for tag in others
        if kinds.get(tag) == kinds[speaker] and speaker not in said[tag]
    }
    return [tag for tag in tags if tag not in gone]


def speakers(tags: Sequence[str], implied: Implied) -> dict[str, list[str]]:
    """The tags that other tags of the list imply, each with those that do."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for speaker in tags:
        for tag in said_along(speaker, implied).intersection(tags):
            found[tag].append(speaker)
    return dict(found)
