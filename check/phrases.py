"""Whether a caption says a tag, by what readings.py says to look for."""

from bisect import bisect_left

from check.modifiers import described_as
from check.readings import Described, Phrase, Reading
from check.sentences import Text

_BETWEEN = 4  # words from one of a phrase to the next
_TOGETHER = 7  # words from the first to the last of words that stand together


def says(text: Text, reading: Reading) -> bool:
    """Tell whether the caption says what there is to look for, in some form."""
    if text.at.keys().isdisjoint(reading.anchors):
        return False
    if _says_a_word(text, reading):
        return True
    # Asked for each tag of each caption: to set up a search that finds nothing costs more than to ask.
    if reading.phrases and any(_in_order(text, phrase) for phrase in reading.phrases):
        return True
    if reading.together and any(_stand_together(text, slots) for slots in reading.together):
        return True
    return bool(reading.described) and any(_is_described(text, way) for way in reading.described)


def _says_a_word(text: Text, reading: Reading) -> bool:
    """Find one of the words, or a word that is written apart."""
    for word in reading.words:
        if word in text.at and not text.negated.issuperset(text.at[word]):
            return True
    halves = reading.halves
    return bool(halves) and any(_side_by_side(text, one, two) for one, two in halves)


def _in_order(text: Text, phrase: Phrase) -> list[int]:
    """Find one word of each slot, each within reach of the one before it, all in one sentence.

    Returns where the last words stand.
    """
    if not _has_all_slots(text, phrase):
        return []
    reached = [at for at in _places(text, phrase[0]) if at not in text.negated]
    for slot in phrase[1:]:
        reached = [at for at in _places(text, slot) if _is_reached(text, reached, at)]
    return reached


def _has_all_slots(text: Text, slots: Phrase) -> bool:
    return not any(map(text.at.keys().isdisjoint, slots))


def _places(text: Text, slot: tuple[str, ...]) -> list[int]:
    """List where any of these words stands, in order."""
    if len(slot) == 1:
        return text.at.get(slot[0], [])
    return sorted({at for word in slot if word in text.at for at in text.at[word]})


def _side_by_side(text: Text, first: str, second: str) -> bool:
    if first not in text.at or second not in text.at:
        return False
    return any(text.stems[at - 1] == first for at in text.at[second] if at)


def _is_reached(text: Text, reached: list[int], at: int) -> bool:
    """Tell whether the nearest place before `at` is within reach of it."""
    found = bisect_left(reached, at)
    if not found:
        return False
    before = reached[found - 1]
    return at - before <= _BETWEEN + 1 and text.sentence[before] == text.sentence[at]


def _stand_together(text: Text, slots: Phrase) -> bool:
    """Find a word of each slot near each other in one sentence, in any order: "a sword in her right hand"."""
    if not _has_all_slots(text, slots):
        return False
    places = [[at for at in _places(text, slot) if at not in text.negated] for slot in slots]
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


def _is_described(text: Text, way: Described) -> bool:
    said = text.at.keys()
    if not (said >= way.strict and said >= way.loose):
        return False
    return any(
        _has_all(text, noun, way.strict) and _are_near(text, noun, way.loose)
        for noun in _in_order(text, way.noun)
    )


def _has_all(text: Text, noun: int, wanted: frozenset[str]) -> bool:
    return not wanted or wanted <= described_as(text, noun)


def _are_near(text: Text, noun: int, wanted: frozenset[str]) -> bool:
    return all(_has_near(text, text.at[word], noun) for word in wanted)
