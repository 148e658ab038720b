"""What one tag says about another: a grin is a smile, and a white dress is a dress.

The implications of a wiki are rules that its editors agreed on. To leave tags out, they come first: the words
of a tag's name are only compared where its implications are not known. Captions are composed and checked
without a wiki, so alike on every computer: by the words of a name and by broader.json, which has for each
broader tag the narrower ones, and species.json, which has the animals as e621's editors order them. To teach
the program that one tag says another, add it to broader.json; "cracked_" for "broken_" is any first word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from tags.categories import GENERAL
from tags.spelling import words
from tags.tables import table

Implied = Callable[[str], Iterable[str]]
"""The tags that a tag implies, as far as they are known, perhaps without those that they imply in turn."""

# A tag that begins like this says that something is not there.
_DENYING = ("no", "without")
_HOLDING = "holding"
# As pocky is food, pocky_in_mouth says food_in_mouth, and cat_ears say animal_ears.
_BEHIND_WORDS = (
    "_in_mouth _on_head _on_lap _on_shoulder _on_hand _on_arm _on_back _in_hand _ears _tail _horns _hood "
    "_hat _girl _boy _costume _mask _print _ornament _hair_ornament _case _interior _background "
    "_around_neck _under_arm _removed _clothes"
)
_BEFORE_WORDS = (
    "holding_ carrying_ hugging_ riding_ playing_ eating_ drinking_ petting_ feeding_ in_ on_ under_ "
    "behind_ against_ sitting_on_ lying_on_ reading_ unworn_ stuffed_ flying_ oversized_ robot_ toy_ "
    "throwing_ looking_at_ driving_ removing_ giant_"
)
_BEHIND, _BEFORE = tuple(_BEHIND_WORDS.split()), tuple(_BEFORE_WORDS.split())
_REMEMBERED_TAGS = 1 << 16


def said_along(tag: str, implied: Implied) -> set[str]:
    """All tags that a tag implies, directly or through others; with itself only where they form a circle."""
    found = set(implied(tag))
    new = list(found)
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
    if len(tags) < 2:
        return list(tags)
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


@lru_cache(maxsize=_REMEMBERED_TAGS)
def _last_words(tag: str) -> tuple[str, ...]:
    """What the last words of a tag say: black_witch_hat "witch hat" and "hat", but no_hat no "hat"."""
    first, *rest = words(tag).split(" ")
    return () if first in _DENYING else tuple(" ".join(rest[at:]) for at in range(len(rest)))


def speakers(tags: Sequence[str], implied: Implied) -> dict[str, list[str]]:
    """The tags that other tags of the list imply, each with those that do."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    there = set(tags)
    for speaker in tags:
        for tag in said_along(speaker, implied) & there:
            found[tag].append(speaker)
    return dict(found)


@lru_cache(maxsize=_REMEMBERED_TAGS)
def broader_tags(tag: str) -> frozenset[str]:
    """All other tags that `tag` says without a wiki: torn_jeans says jeans, pants and clothed."""
    return frozenset(said_along(tag, _broader_directly)) - {tag}


def narrower_tags(tag: str) -> Sequence[str]:
    """The tags of which broader.json has `tag` as the broader one: beer and wine for alcohol."""
    return _narrower_by_broader().get(tag, ())


def _broader_directly(tag: str) -> Iterable[str]:
    ends = [end.replace(" ", "_") for end in _last_words(tag)]
    held = [_HOLDING] if ends and tag.startswith(f"{_HOLDING}_") else []
    behind = [end for end in _BEHIND if tag.endswith(end)] if tag.endswith(_BEHIND) else []
    before = [start for start in _BEFORE if tag.startswith(start)] if tag.startswith(_BEFORE) else []
    alike = (
        *(wide + end for end in behind for wide in broader_tags(tag.removesuffix(end))),
        *(start + wide for start in before for wide in broader_tags(tag[len(start) :])),
    )
    # A cracked mirror is a broken mirror, by the entry "cracked_" of broader.json.
    first, _, rest = tag.partition("_")
    same = [wide + rest for wide in _broader_by_narrower().get(f"{first}_", ())] if rest else []
    return (*ends, *held, *same, *alike, *_broader_by_narrower().get(tag, ()))


@cache
def _broader_by_narrower() -> dict[str, list[str]]:
    broader: defaultdict[str, list[str]] = defaultdict(list)
    for said, narrower in _narrower_by_broader().items():
        for tag in narrower:
            broader[tag].append(said)
    return dict(broader)


@cache
def _narrower_by_broader() -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in ("broader", "species"):
        for tag, narrower in table(name).items():
            found[tag] += narrower.split()
    return found
