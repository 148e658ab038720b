"""Whether a caption says a tag, by what readings.py says to look for."""

from bisect import bisect_left

from review.modifiers import described_as
from review.readings import Phrase, Reading
from review.sentences import Text

_BETWEEN = 4  # words from one of a phrase to the next
_TOGETHER = 7  # words from the first to the last of words that stand together


def says(text: Text, reading: Reading) -> bool:
    """Tell whether the caption says what there is to look for, in some form."""
    said = text.at.keys()
    if said.isdisjoint(reading.anchors):
        return False
    for word in reading.words:
        if word in said and not text.negated.issuperset(text.at[word]):
            return True
    for phrase in reading.phrases:
        if _in_order(text, phrase):
            return True
    for one, two in reading.halves:
        if one in said and two in said and _side_by_side(text, one, two):
            return True
    for bag in reading.together:
        if _stand_together(text, bag):
            return True
    return reading.noun in said and _described(text, reading)


def _in_order(text: Text, phrase: Phrase) -> bool:
    """Find one word of each slot, each within reach of the one before it, all in one sentence."""
    said = text.at.keys()
    for slot in phrase:
        if said.isdisjoint(slot):
            return False
    reached = [at for at in _places(text, phrase[0]) if at not in text.negated]
    for slot in phrase[1:]:
        ahead = _places(text, slot)
        reached = [at for at in ahead if _is_reached(text, reached, at)]
        if not reached:
            return False
    return bool(reached)


def _places(text: Text, slot: tuple[str, ...]) -> list[int]:
    """List where any of these words stands, in order."""
    if len(slot) == 1:
        return text.at.get(slot[0], [])
    return sorted(at for word in slot if word in text.at for at in text.at[word])


def _side_by_side(text: Text, first: str, second: str) -> bool:
    return any(text.stems[at - 1] == first for at in text.at[second] if at)


def _is_reached(text: Text, reached: list[int], at: int) -> bool:
    """Tell whether the nearest place before `at` is within reach of it."""
    found = bisect_left(reached, at)
    if not found:
        return False
    before = reached[found - 1]
    return at - before <= _BETWEEN + 1 and text.sentence[before] == text.sentence[at]


def _stand_together(text: Text, bag: tuple[str, ...]) -> bool:
    """Find all words near each other in one sentence, in any order: "a sword in her right hand"."""
    for word in bag:
        if word not in text.at:
            return False
    places = [[at for at in text.at[word] if at not in text.negated] for word in bag]
    if not all(places):
        return False
    anchor = min(places, key=len)
    return any(all(_has_near(text, others, at) for others in places) for at in anchor)


def _has_near(text: Text, places: list[int], at: int) -> bool:
    found = bisect_left(places, at)
    nearest = places[max(0, found - 1) : found + 1]
    return any(
        abs(other - at) <= _TOGETHER and text.sentence[other] == text.sentence[at] for other in nearest
    )


def _described(text: Text, reading: Reading) -> bool:
    said = text.at.keys()
    if not (said >= reading.strict and said >= reading.loose):
        return False
    nouns = [at for at in text.at[reading.noun] if at not in text.negated]
    return any(
        _has_all(text, noun, reading.strict) and _are_near(text, noun, reading.loose) for noun in nouns
    )


def _has_all(text: Text, noun: int, wanted: frozenset[str]) -> bool:
    return not wanted or wanted <= described_as(text, noun)


def _are_near(text: Text, noun: int, wanted: frozenset[str]) -> bool:
    return all(_has_near(text, text.at[word], noun) for word in wanted)
