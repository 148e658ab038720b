"""Whether a caption says a tag in one of its ways (see ways.py)."""

from bisect import bisect_left

from check.describing import modifiers
from check.text import Text
from check.vocabulary import concepts
from check.ways import Described, Phrase, Ways

_MOST_BETWEEN = 4  # other words between one word of a phrase and the next
_TOGETHER = 7  # words from the first to the last of those that stand together


def says(text: Text, ways: Ways) -> bool:
    """Whether the caption says what these are the ways to say."""
    said = text.at.keys()
    # This runs for each tag of each caption, where even a search through nothing costs time.
    if said.isdisjoint(ways.anchors):
        return False
    words = said & ways.words
    if words and not (text.negated and all(text.negated.issuperset(text.at[word]) for word in words)):
        return True
    if ways.by_anchor:
        for word in said & ways.by_anchor.keys():
            if any(ends_in_order(text, phrase) for phrase in ways.by_anchor[word]):
                return True
    if ways.halves and any(_is_written_apart(text, *halves) for halves in ways.halves):
        return True
    if ways.together and any(_stand_together(text, slots) for slots in ways.together):
        return True
    return bool(ways.described) and any(_is_described(text, way) for way in ways.described)


def _is_written_apart(text: Text, one: str, two: str) -> bool:
    return one in text.at and any(at and text.stems[at - 1] == one for at in text.at.get(two, ()))


def ends_in_order(text: Text, phrase: Phrase) -> list[int]:
    """Where the phrase ends: one word of each slot, each within reach of the last, all in one sentence."""
    if any(map(text.at.keys().isdisjoint, phrase)):
        return []
    ends = _positions(text, phrase[0])
    if text.negated:
        ends = [at for at in ends if at not in text.negated]
    for slot in phrase[1:]:
        ends = [at for at in _positions(text, slot) if _is_within_reach(text, ends, at)]
    return ends


def _positions(text: Text, slot: tuple[str, ...]) -> list[int]:
    """Where any of these words stands, in order."""
    found = [text.at[word] for word in slot if word in text.at]
    return found[0] if len(found) == 1 else sorted({at for places in found for at in places})


def _is_within_reach(text: Text, ends: list[int], at: int) -> bool:
    """Whether `at` is near behind one of these positions, which are sorted."""
    found = bisect_left(ends, at)
    if not found:
        return False
    before = ends[found - 1]
    return at - before <= _MOST_BETWEEN + 1 and text.sentence[before] == text.sentence[at]


def _stand_together(text: Text, slots: Phrase) -> bool:
    """Whether words of all slots are near each other in one sentence: "a sword in her right hand"."""
    if any(map(text.at.keys().isdisjoint, slots)):
        return False
    positions = [[at for at in _positions(text, slot) if at not in text.negated] for slot in slots]
    if not all(positions):
        return False
    rarest = min(positions, key=len)
    return any(all(_has_near(text, others, at) for others in positions) for at in rarest)


def _has_near(text: Text, positions: list[int], at: int) -> bool:
    found = bisect_left(positions, at)
    nearest = positions[max(0, found - 1) : found + 1]
    return any(
        abs(other - at) <= _TOGETHER and text.sentence[other] == text.sentence[at] for other in nearest
    )


def _is_described(text: Text, way: Described) -> bool:
    said = text.at.keys()
    if not (said >= way.strict and said >= way.loose):
        return False
    return any(
        (not way.strict or way.strict <= _concepts_of_modifiers(text, noun))
        and all(word in way.anywhere or _goes_with(text, text.at[word], noun) for word in way.loose)
        for noun in ends_in_order(text, way.noun)
    )


def _goes_with(text: Text, positions: list[int], noun: int) -> bool:
    """Whether one of these is near a noun, and no other thing begins between."""
    found = bisect_left(positions, noun)
    return any(
        abs(at - noun) <= _TOGETHER and text.sentence[at] == text.sentence[noun]
        for at in positions[max(0, found - 1) : found + 1]
    )


def _concepts_of_modifiers(text: Text, noun: int) -> set[str]:
    """What the words say that describe a noun: "crimson" says red too."""
    return {said for position in modifiers(text, noun) for said in concepts(text.words[position])}
