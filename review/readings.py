"""What to look for in a caption to see whether it says a tag.

phrases.json has the ways for the tags whose own words are not what people write: words in this order with at
most a few others between them, "|" between words that serve alike, every form of a word. All other tags are
read: holding_sword is a verb and a thing, hand_on_own_hip words that stand together, white_dress a noun and
what describes it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from dataset.tags import words
from review.inflection import stem
from review.sentences import words_of
from review.word_lists import word_list

_LISTS = Path(__file__).with_name("phrases.json")
_TAGS_REMEMBERED = 1 << 16
_FILLERS = frozenset(word_list("phrases", "fillers"))
_RELATIONS = frozenset(word_list("phrases", "relations"))
_HOLDING = "hold"
_IN_HAND = tuple(stem(word) for word in word_list("phrases", "in_hand"))
# These words in front change nothing that is seen: fake_animal_ears are ears.
_IDLE = ("fake_", "unworn_", "oversized_")
_FOCUS = "_focus"
_SHORTEST_HALF = 3
# Most captions have these words, so that they are no hint at what a caption says.
_COMMONPLACE = frozenset(stem(word) for word in word_list("phrases", "commonplace"))
_COMMONPLACE_WEIGHT = 20
# These belong to their noun alone: long hair is not said by "a long skirt, and hair".
_STRICT = frozenset(stem(word) for word in word_list("phrases", "strict"))

Phrase = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The ways to say a tag, all words as stems; a caption without any of the `anchors` says none of them.

    One of the `words`; a word of each slot of one of the `phrases`, in order; both `halves` of a word; words
    that stand `together`; or a `noun` with words that describe it (`strict`) or stand near it (`loose`).
    """

    words: frozenset[str] = frozenset()
    phrases: tuple[Phrase, ...] = ()
    halves: tuple[tuple[str, str], ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    noun: str = ""
    strict: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    anchors: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=_TAGS_REMEMBERED)
def reading_of(tag: str) -> Reading:
    """Find out what to look for to see whether a caption says a tag."""
    own = _read(tag)
    listed = [_compiled(phrase) for phrase in _table().get(tag, ())]
    if listed and own.words and not own.noun:
        # The list knows better which forms of a single word say it: a bow is not "bows".
        own = Reading()
    single = frozenset(word for phrase in listed if len(phrase) == 1 for word in phrase[0])
    phrases = (*(phrase for phrase in listed if len(phrase) > 1), *own.phrases)
    reading = replace(own, words=own.words | single, phrases=phrases)
    return replace(reading, anchors=_anchors(reading))


def _read(tag: str) -> Reading:
    """Read the words of a tag."""
    tokens = [word for word in words_of(words(_without_idle_words(tag))) if word not in _FILLERS]
    spoken = [stem(word) for word in tokens]
    if not spoken:
        return Reading()
    if len(spoken) == 1:
        return Reading(words=frozenset(spoken), halves=_halves(tokens[0]))
    if spoken[0] == _HOLDING:
        return Reading(together=tuple((way, *spoken[1:]) for way in _IN_HAND))
    if spoken[0] == "no":
        return Reading(phrases=((("no", "without"), *((word,) for word in spoken[1:])),))
    if not _RELATIONS.isdisjoint(spoken) or _is_doing(tag):
        return Reading(together=(tuple(spoken),))
    modifiers = frozenset(spoken[:-1])
    return Reading(
        words=frozenset({stem("".join(tokens))}),
        noun=spoken[-1],
        strict=modifiers & _STRICT,
        loose=modifiers - _STRICT,
    )


def _without_idle_words(tag: str) -> str:
    for idle in _IDLE:
        tag = tag.removeprefix(idle)
    return tag.removesuffix(_FOCUS)


def _halves(word: str) -> tuple[tuple[str, str], ...]:
    """Cut a word in two wherever it may have been written apart: lamppost, "lamp post"."""
    cuts = range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
    return tuple((stem(word[:cut]), stem(word[cut:])) for cut in cuts)


def _compiled(phrase: str) -> Phrase:
    return tuple(
        tuple(dict.fromkeys(stem(part) for word in slot.split("|") for part in words_of(word)))
        for slot in phrase.split()
        if slot not in _FILLERS
    )


def _is_doing(tag: str) -> bool:
    first, _, rest = tag.partition("_")
    return bool(rest) and first.endswith("ing") and len(first) > 5


def _anchors(reading: Reading) -> frozenset[str]:
    """Choose of each way one word or slot that it cannot do without, the rarest of them."""
    bags = [*reading.halves, *reading.together, (*reading.strict, *reading.loose, reading.noun)]
    ways = [*reading.phrases, *([(word,) for word in bag] for bag in bags)]
    return reading.words.union(*(min(way, key=_plainness) for way in ways))


def _plainness(slot: Sequence[str]) -> int:
    """How many captions have one of these words, by a rough guess."""
    return sum(_COMMONPLACE_WEIGHT if word in _COMMONPLACE else 1 for word in slot)
