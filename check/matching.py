"""The forms of ways to say a tag (see ways.py), and whether a caption says it in one of them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from check.describing import modifiers
from check.text import Text
from check.vocabulary import concepts

_MOST_BETWEEN = 4  # other words between one word of a phrase and the next
_TOGETHER = 7  # words from the first to the last of those that stand together

# Stems in slots: one of each slot has to be there.
Phrase = Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class InOrder:
    """Words in this order: "hair falls to her waist"."""

    slots: Phrase

    def is_said(self, text: Text) -> bool:
        """Whether the caption says it."""
        return bool(ends_in_order(text, self.slots))


@dataclass(frozen=True, slots=True)
class Apart:
    """The two halves of a word side by side: "lamp post"."""

    one: str
    two: str

    @property
    def slots(self) -> Phrase:
        """The words that have to be there."""
        return frozenset({self.one}), frozenset({self.two})

    def is_said(self, text: Text) -> bool:
        """Whether the caption says it."""
        return self.one in text.at and any(
            at and text.stems[at - 1] == self.one for at in text.at.get(self.two, ())
        )


@dataclass(frozen=True, slots=True)
class Together:
    """Words near each other in one sentence, in any order: "a sword in her right hand"."""

    slots: Phrase

    def is_said(self, text: Text) -> bool:
        """Whether the caption says it."""
        if any(map(text.at.keys().isdisjoint, self.slots)):
            return False
        positions = [[at for at in _positions(text, slot) if at not in text.negated] for slot in self.slots]
        rarest = min(positions, key=len)
        return any(all(_has_near(text, others, at) for others in positions) for at in rarest)


@dataclass(frozen=True, slots=True)
class Described:
    """A noun, and the words that must describe it (`strict`) or stand near it (`loose`).

    Those `anywhere` may stand anywhere in the caption: the wings in a caption of a dragon are dragon wings.
    """

    noun: Phrase
    strict: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    anywhere: frozenset[str] = frozenset()

    @property
    def slots(self) -> Phrase:
        """The words that have to be there."""
        return *self.noun, *(frozenset({word}) for word in (*self.strict, *self.loose))

    def is_said(self, text: Text) -> bool:
        """Whether the caption says it."""
        said = text.at.keys()
        if not (said >= self.strict and said >= self.loose):
            return False
        near = self.loose - self.anywhere
        for noun in ends_in_order(text, self.noun):
            if self.strict and not self.strict <= _concepts_of_modifiers(text, noun):
                continue
            if not near or all(_has_near(text, text.at[word], noun) for word in near):
                return True
        return False


Way = InOrder | Apart | Together | Described


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to say a tag, all words as stems: one of the `words`, or one of the others.

    These are found by the words of one slot that they cannot do without. A caption without any of the
    `anchors` says the tag in no way.
    """

    words: frozenset[str]
    others: Mapping[str, Sequence[Way]]
    anchors: frozenset[str]


def says(text: Text, ways: Ways) -> bool:
    """Whether the caption says what these are the ways to say."""
    said = text.at.keys()
    # This runs for each tag of each caption, where even a search through nothing costs time.
    if said.isdisjoint(ways.anchors):
        return False
    words = said & ways.words
    if words and not (text.negated and all(text.negated.issuperset(text.at[word]) for word in words)):
        return True
    for word in said & ways.others.keys():
        for way in ways.others[word]:
            if way.is_said(text):
                return True
    return False


def ends_in_order(text: Text, phrase: Phrase) -> Sequence[int]:
    """Where the phrase ends: one word of each slot, each within reach of the last, all in one sentence."""
    if len(phrase) > 1 and any(map(text.at.keys().isdisjoint, phrase)):
        return ()
    ends = _positions(text, phrase[0])
    if text.negated:
        ends = [at for at in ends if at not in text.negated]
    for slot in phrase[1:]:
        ends = [at for at in _positions(text, slot) if _is_within_reach(text, ends, at)]
    return ends


def _positions(text: Text, slot: frozenset[str]) -> list[int]:
    """Where any of these words stands, in order."""
    if len(slot) == 1:
        (word,) = slot
        return text.at.get(word, [])
    found = [text.at[word] for word in text.at.keys() & slot]
    return found[0] if len(found) == 1 else sorted({at for places in found for at in places})


def _is_within_reach(text: Text, ends: list[int], at: int) -> bool:
    """Whether `at` is near behind one of these positions, which are sorted."""
    found = bisect_left(ends, at)
    if not found:
        return False
    before = ends[found - 1]
    return at - before <= _MOST_BETWEEN + 1 and text.sentence[before] == text.sentence[at]


def _has_near(text: Text, positions: list[int], at: int) -> bool:
    """Whether one of these positions, which are sorted, is near and in the same sentence."""
    found = bisect_left(positions, at)
    nearest = positions[max(0, found - 1) : found + 1]
    return any(
        abs(other - at) <= _TOGETHER and text.sentence[other] == text.sentence[at] for other in nearest
    )


def _concepts_of_modifiers(text: Text, noun: int) -> set[str]:
    """What the words say that describe a noun: "crimson" says red too."""
    return {said for position in modifiers(text, noun) for said in concepts(text.words[position])}
