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

from check.sentences import words_of
from check.word_lists import word_list
from english import stem
from tags.spelling import words

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
class Described:
    """A noun, and the words that must describe it (`strict`) or stand near it (`loose`)."""

    noun: Phrase
    strict: frozenset[str]
    loose: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """The ways to say a tag, all words as stems; a caption without any of the `anchors` says none of them.

    One of the `words`; a word of each slot of one of the `phrases`, in order; both `halves` of a word; a word
    of each slot of one of `together`, near each other; or a noun that is `described`.
    """

    words: frozenset[str] = frozenset()
    phrases: tuple[Phrase, ...] = ()
    halves: tuple[tuple[str, str], ...] = ()
    together: tuple[Phrase, ...] = ()
    described: tuple[Described, ...] = ()
    anchors: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = json.loads(_LISTS.read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=_TAGS_REMEMBERED)
def reading_of(tag: str) -> Reading:
    """Find out what to look for to see whether a caption says a tag."""
    own = _read(tag)
    listed = _listed(tag)
    if listed and own.words and not own.described:
        # The list knows better which forms of a single word say it: a bow is not "bows".
        own = Reading()
    single = frozenset(word for phrase in listed if len(phrase) == 1 for word in phrase[0])
    phrases = (*(phrase for phrase in listed if len(phrase) > 1), *own.phrases)
    reading = replace(own, words=own.words | single, phrases=phrases)
    return replace(reading, anchors=_anchors(reading))


def _listed(tag: str) -> list[Phrase]:
    return [_compiled(phrase) for phrase in _table().get(tag, ())]


def _read(tag: str) -> Reading:
    """Read the words of a tag."""
    spelled = words(_without_idle_words(tag))
    tokens = [word for word in words_of(spelled) if word not in _FILLERS]
    spoken = [stem(word) for word in tokens]
    if not spoken:
        return Reading()
    if len(spoken) == 1:
        return Reading(words=frozenset(spoken), halves=_halves(tokens[0]))
    slots = tuple((word,) for word in spoken)
    if spoken[0] == _HOLDING:
        held = (slots[1:], *_listed(spelled.partition(" ")[2].replace(" ", "_")))
        return Reading(together=tuple((_IN_HAND, *thing) for thing in held))
    if spoken[0] == "no":
        return Reading(phrases=((("no", "without"), *slots[1:]),))
    if not _RELATIONS.isdisjoint(spoken) or _is_doing(tag):
        return Reading(together=(slots,))
    return Reading(words=frozenset({stem("".join(tokens))}), described=_described(spelled.split(" "), spoken))


def _described(spelled: list[str], spoken: list[str]) -> tuple[Described, ...]:
    """Read the last words as a noun: of black_pantyhose the pantyhose in all ways to say them, and black."""
    ways = [_describe((spoken[-1:],), spoken[:-1])]
    for at in range(1, len(spelled)):
        before = [stem(word) for word in words_of(" ".join(spelled[:at])) if word not in _FILLERS]
        ways += [_describe(noun, before) for noun in _listed("_".join(spelled[at:]))]
    return tuple(ways)


def _describe(noun: Sequence[Sequence[str]], modifiers: Sequence[str]) -> Described:
    wanted = frozenset(modifiers)
    return Described(tuple(tuple(slot) for slot in noun), wanted & _STRICT, wanted - _STRICT)


def _without_idle_words(tag: str) -> str:
    for idle in _IDLE:
        tag = tag.removeprefix(idle)
    return tag.removesuffix(_FOCUS)


def _halves(word: str) -> tuple[tuple[str, str], ...]:
    """Cut a word in two wherever it may have been written apart: lamppost, "lamp post"."""
    cuts = range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
    return tuple((stem(word[:cut]), stem(word[cut:])) for cut in cuts)


def _compiled(phrase: str) -> Phrase:
    """Read a phrase of the list; a word written with a hyphen is said as two."""
    slots: list[Sequence[str]] = []
    for slot in phrase.split():
        if "|" in slot:
            slots.append(slot.split("|"))
        elif slot not in _FILLERS:
            slots += [[word] for word in words_of(slot)]
    return tuple(tuple(dict.fromkeys(map(stem, slot))) for slot in slots)


def _is_doing(tag: str) -> bool:
    first, _, rest = tag.partition("_")
    return bool(rest) and first.endswith("ing") and len(first) > 5


def _anchors(reading: Reading) -> frozenset[str]:
    """Choose of each way one word or slot that it cannot do without, the rarest of them."""
    nouns = [(*way.noun, *((word,) for word in (*way.strict, *way.loose))) for way in reading.described]
    halves = [((one,), (two,)) for one, two in reading.halves]
    ways = [*reading.phrases, *halves, *reading.together, *nouns]
    return reading.words.union(*(min(way, key=_plainness) for way in ways))


def _plainness(slot: Sequence[str]) -> int:
    """How many captions have one of these words, by a rough guess."""
    return sum(_COMMONPLACE_WEIGHT if word in _COMMONPLACE else 1 for word in slot)
