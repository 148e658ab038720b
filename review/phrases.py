"""How a tag is said in a sentence, and whether a caption says it.

phrases.json has the ways for the tags whose own words are not what people write: words in this order with at
most a few others between them, "|" between words that serve alike, every form of a word. All other tags are
read: holding_sword is a verb and a thing, hand_on_own_hip words that stand together, white_dress a noun and
what describes it.
"""

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dataset.tags import words
from review.inflection import stem
from review.modifiers import described_as
from review.sentences import Text, words_of
from review.word_lists import word_list

_LISTS = Path(__file__).with_name("phrases.json")
_TAGS_REMEMBERED = 1 << 16
_BETWEEN = 4  # words from one of a phrase to the next
_TOGETHER = 7  # words from the first to the last of words that stand together
_FILLERS = frozenset(word_list("phrases", "fillers"))
_RELATIONS = frozenset(word_list("phrases", "relations"))
_HOLDING = "hold"
_IN_HAND = tuple(stem(word) for word in word_list("phrases", "in_hand"))
# These words in front change nothing that is seen: fake_animal_ears are ears.
_IDLE = ("fake_", "unworn_", "oversized_")
_FOCUS = "_focus"
_SHORTEST_HALF = 3
# These belong to their noun alone: long hair is not said by "a long skirt, and hair".
_STRICT = frozenset(stem(word) for word in word_list("phrases", "strict"))

Ways = tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What to look for: phrases in order, words that stand together, or a noun with what describes it."""

    phrases: Ways = ()
    compounds: Ways = ()
    together: tuple[tuple[str, ...], ...] = ()
    noun: str = ""
    modifiers: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=_TAGS_REMEMBERED)
def _reading(tag: str) -> _Reading:
    listed = tuple(_compiled(phrase) for phrase in _table().get(tag, ()))
    tokens = [word for word in words_of(words(_without_idle_words(tag))) if word not in _FILLERS]
    spoken = [stem(word) for word in tokens]
    if not spoken or (listed and len(spoken) == 1):
        return _Reading(phrases=listed)
    if len(spoken) == 1:
        return _Reading(phrases=(*listed, ((spoken[0],),)), compounds=_halves(tokens[0]))
    if spoken[0] == _HOLDING:
        return _Reading(phrases=listed, together=tuple((way, *spoken[1:]) for way in _IN_HAND))
    if spoken[0] == "no":
        return _Reading(phrases=((("no", "without"), *((word,) for word in spoken[1:])),))
    if not _RELATIONS.isdisjoint(spoken) or _is_doing(tag):
        return _Reading(phrases=listed, together=(tuple(spoken),))
    joined = ((stem("".join(tokens)),),)
    return _Reading(phrases=(*listed, joined), noun=spoken[-1], modifiers=frozenset(spoken[:-1]))


def _without_idle_words(tag: str) -> str:
    for idle in _IDLE:
        tag = tag.removeprefix(idle)
    return tag.removesuffix(_FOCUS)


def _halves(word: str) -> Ways:
    """Cut a word in two wherever it may have been written apart: lamppost, "lamp post"."""
    cuts = range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
    return tuple(((stem(word[:cut]),), (stem(word[cut:]),)) for cut in cuts)


def _compiled(phrase: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(dict.fromkeys(stem(part) for word in slot.split("|") for part in words_of(word)))
        for slot in phrase.split()
        if slot not in _FILLERS
    )


def _is_doing(tag: str) -> bool:
    first, _, rest = tag.partition("_")
    return bool(rest) and first.endswith("ing") and len(first) > 5


def says(text: Text, tag: str, aliases: Sequence[str] = ()) -> bool:
    """Tell whether the caption says a tag, or one of its aliases, in some form."""
    return any(_says(text, _reading(spelled)) for spelled in (tag, *aliases))


def _says(text: Text, reading: _Reading) -> bool:
    if any(_in_order(text, phrase) for phrase in reading.phrases):
        return True
    if reading.compounds and any(_side_by_side(text, one[0], two[0]) for one, two in reading.compounds):
        return True
    if reading.together and any(_stand_together(text, bag) for bag in reading.together):
        return True
    return bool(reading.noun) and _described(text, reading)


def _in_order(text: Text, phrase: tuple[tuple[str, ...], ...]) -> bool:
    """Find one word of each slot, each within reach of the one before it, all in one sentence."""
    if not phrase or any(map(text.at.keys().isdisjoint, phrase)):
        return False
    reached = sorted(at for word in phrase[0] for at in text.at.get(word, ()) if at not in text.negated)
    for slot in phrase[1:]:
        ahead = sorted(at for word in slot for at in text.at.get(word, ()))
        reached = [at for at in ahead if _is_reached(text, reached, at)]
        if not reached:
            return False
    return bool(reached)


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


def _stand_together(text: Text, bag: Sequence[str]) -> bool:
    """Find all words near each other in one sentence, in any order: "a sword in her right hand"."""
    places = [[at for at in text.at.get(word, ()) if at not in text.negated] for word in bag]
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


def _described(text: Text, reading: _Reading) -> bool:
    nouns = [at for at in text.at.get(reading.noun, ()) if at not in text.negated]
    if not nouns or any(word not in text.at for word in reading.modifiers):
        return False
    strict = reading.modifiers & _STRICT
    loose = reading.modifiers - strict
    return any(_has_all(text, noun, strict) and _are_near(text, noun, loose) for noun in nouns)


def _has_all(text: Text, noun: int, wanted: frozenset[str]) -> bool:
    return not wanted or wanted <= described_as(text, noun)


def _are_near(text: Text, noun: int, wanted: frozenset[str]) -> bool:
    return all(_has_near(text, text.at[word], noun) for word in wanted)
