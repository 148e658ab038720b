"""Which ways there are to say a tag.

phrases.json has the ways for the tags whose own words are not what people write. A phrase is words in this
order with at most a few others between them; "|" stands between words of which any will do, and each word
stands for all its forms. The ways to say other tags follow from their words: holding_sword is a verb and a
thing, hand_on_own_hip words that stand together, white_dress a noun and what describes it.

told.json has, in the same form, what only tells a reader of a long caption that something is so: the moon
that it is night. A word stands there if nearly every caption with it, of a picture with the tag, means it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from check.text import words_of
from check.vocabulary import stem_set, table, word_list, word_set
from english import stem
from tags.appearance import said_by
from tags.implications import narrower_tags
from tags.spelling import words

_REMEMBERED_TAGS = 1 << 16
_FILLERS = word_set("phrases", "fillers")
_RELATIONS = word_set("phrases", "relations")
_HOLDING_STEM = "hold"
_IN_HAND = tuple(stem(word) for word in word_list("phrases", "in_hand"))
# In front of a tag these words change nothing that is seen: fake_animal_ears are ears.
_IDLE_PREFIXES = ("fake_", "unworn_", "oversized_")
_PRINTED = tuple(stem(word) for word in word_list("phrases", "printed"))
_MIN_HALF = 3
_INSIDE = "in_"
_SEXES = {"male": "boy|man|male", "man": "boy|man|male", "female": "girl|woman|female"}
# Most captions have these words, so a caption that has one need not say the tag.
_COMMONPLACE = stem_set("phrases", "commonplace")
_COMMONPLACE_WEIGHT = 20
# These belong to their noun alone: "a long skirt, and hair" does not say long hair.
_STRICT = stem_set("phrases", "strict")
# These belong to a noun that is near, if not right beside it: the shoulder of a bag is not any shoulder.
_NEAR_ONLY = stem_set("phrases", "near_only") | _COMMONPLACE

_MATERIALS = stem_set("modifiers", "materials")
# What else says hair and eyes.
_PARTS = {part: word_list("colours", part) for part in ("hair", "eyes")}

# One word of each slot has to be there.
Phrase = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Described:
    """A noun, and the words that must describe it (`strict`) or stand near it (`loose`).

    Those `anywhere` may stand anywhere in the caption: the wings in a caption of a dragon are dragon wings.
    """

    noun: Phrase
    strict: frozenset[str]
    loose: frozenset[str]
    anywhere: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to say a tag, all words as stems.

    Any of these will do: one of the `words`; one of the `phrases` in order; both `halves` of a word side by
    side; one of `together`, its words near each other in any order; a noun that is `described`. A caption
    without any of the `anchors` says the tag in none of these ways, and the phrases are found `by_anchor`.
    """

    words: frozenset[str] = frozenset()
    phrases: tuple[Phrase, ...] = ()
    halves: tuple[tuple[str, str], ...] = ()
    together: tuple[Phrase, ...] = ()
    described: tuple[Described, ...] = ()
    anchors: frozenset[str] = frozenset()
    by_anchor: Mapping[str, Sequence[Phrase]] = field(default_factory=dict)


@lru_cache(maxsize=_REMEMBERED_TAGS)
def ways_to_say(tag: str) -> Ways:
    """The ways to say a tag: those of phrases.json, and those that follow from its words."""
    own = _from_words(tag)
    listed = _listed(tag)
    if listed and own.words and not own.described:
        # The list knows better which forms of a single word say it: a bow is not "bows".
        own = Ways()
    single_words = frozenset(word for phrase in listed if len(phrase) == 1 for word in phrase[0])
    phrases = (*(phrase for phrase in listed if len(phrase) > 1), *own.phrases)
    ways = replace(own, words=own.words | single_words, phrases=phrases)
    return _anchored(ways)


@lru_cache(maxsize=_REMEMBERED_TAGS)
def told_by(tag: str) -> Ways:
    """What tells a reader of a long caption a tag without saying it: the moon tells that it is night."""
    listed = [parsed(phrase) for phrase in table("told").get(tag, ())]
    words_alone = frozenset(word for phrase in listed if len(phrase) == 1 for word in phrase[0])
    together: tuple[Phrase, ...] = ()
    described: tuple[Described, ...] = ()
    tokens = [word for word in words_of(words(tag)) if word not in _FILLERS]
    stems = [stem(word) for word in tokens]
    if len(stems) > 1 and stems[0] in _STRICT:
        # "Hooded in green, she pulls the cape around her."
        together = (_slots_of_colour(tokens),)
    elif len(stems) > 1:
        others = frozenset(stems[:-1])
        described = (Described(((stems[-1],),), frozenset(), others, others - _MATERIALS),)
        if others.isdisjoint(_STRICT | _MATERIALS) and stems[-1] not in _COMMONPLACE:
            # "The gloves of a boxer" are boxing gloves: few writers repeat what a thing is for.
            words_alone |= {stems[-1]}
    phrases = tuple(phrase for phrase in listed if len(phrase) > 1)
    ways = Ways(words_alone, phrases, together=together, described=described)
    return _anchored(ways)


def _slots_of_colour(tokens: Sequence[str]) -> Phrase:
    """The words of a tag such as brown_hair, each with all words that mean it."""
    is_of_body = tokens[-1] in _PARTS
    of_colour = said_by("shades", *(("hair", "perhaps", "perhaps_hair", "things") if is_of_body else ()))
    return tuple(tuple(map(stem, (word, *of_colour.get(word, ()), *_PARTS.get(word, ())))) for word in tokens)


def listed_ways(tag: str) -> Sequence[str]:
    """What phrases.json has for a tag: words in order, "|" between those of which any will do.

    A toned_female is a toned girl too.
    """
    ways: Sequence[str] = table("phrases").get(tag, ())
    quality, _, sex = tag.rpartition("_")
    return [*ways, f"{words(quality)} {_SEXES[sex]}"] if quality and sex in _SEXES else ways


def _listed(tag: str) -> list[Phrase]:
    return [parsed(phrase) for phrase in listed_ways(tag)]


def parsed(phrase: str) -> Phrase:
    """A phrase of the list as slots of stems; a word written with a hyphen is said as two."""
    slots: list[Sequence[str]] = []
    for slot in phrase.split():
        if "|" in slot:
            slots.append(slot.split("|"))
        elif slot not in _FILLERS:
            slots += [[word] for word in words_of(slot)]
    return tuple(tuple(dict.fromkeys(map(stem, slot))) for slot in slots)


def _from_words(tag: str) -> Ways:
    seen = tag
    for prefix in _IDLE_PREFIXES:
        seen = seen.removeprefix(prefix)
    spelled = words(seen.removesuffix("_focus"))
    tokens = [word for word in words_of(spelled) if word not in _FILLERS]
    stems = [stem(word) for word in tokens]
    if not stems:
        return Ways()
    if len(stems) == 1:
        # It may be written apart: lamppost, "lamp post".
        (word,) = tokens
        cuts = range(_MIN_HALF, len(word) - _MIN_HALF + 1)
        return Ways(
            words=frozenset(stems), halves=tuple((stem(word[:cut]), stem(word[cut:])) for cut in cuts)
        )
    slots = tuple((word,) for word in stems)
    if stems[-1] == "print" and len(stems) == 2:
        return Ways(together=((slots[0], _PRINTED),))
    if stems[-1] == "fur" and len(stems) == 2 and stems[0] in _STRICT:
        # An animal is said to have the colour of its fur: "a ginger cat".
        of_hair = said_by("shades", "hair", "perhaps", "perhaps_hair").get(tokens[0], ())
        colours = dict.fromkeys(map(stem, (tokens[0], *of_hair)))
        described = (
            Described(((noun,),), frozenset({colour}), frozenset(), frozenset())
            for noun in ("fur", "animal")
            for colour in colours
        )
        return Ways(described=tuple(described))
    if stems[0] == _HOLDING_STEM:
        held = spelled.partition(" ")[2].replace(" ", "_")
        # A hand that holds a katana holds a sword.
        narrower = (tuple((stem(word),) for word in words_of(words(thing))) for thing in narrower_tags(held))
        things = (slots[1:], *_listed(held), *narrower)
        return Ways(together=tuple((_IN_HAND, *thing) for thing in things))
    if stems[0] == "no":
        return Ways(phrases=((("no", "without"), *slots[1:]),))
    if not _RELATIONS.isdisjoint(stems) or re.match(r"[^_]{3,}ing_", tag):
        # Whoever is in a jar is in a container.
        place = tag.removeprefix(_INSIDE) if tag.startswith(_INSIDE) else ""
        narrower = (tuple((stem(word),) for word in words_of(words(thing))) for thing in narrower_tags(place))
        return Ways(together=(slots, *((slots[0], *thing) for thing in narrower)))
    return Ways(words=frozenset({stem("".join(tokens))}), described=_described(spelled.split(" "), stems))


def _described(spelled: list[str], stems: list[str]) -> tuple[Described, ...]:
    """The last words as a noun: black_pantyhose is pantyhose, in all ways to say it, that is black."""
    nouns: list[tuple[Phrase, list[str]]] = [(((stems[-1],),), stems[:-1])]
    for at in range(1, len(spelled)):
        before = [stem(word) for word in words_of(" ".join(spelled[:at])) if word not in _FILLERS]
        nouns += [(noun, before) for noun in _listed("_".join(spelled[at:]))]
    wanted = [(noun, frozenset(before)) for noun, before in nouns]
    # A slice in a caption of a tart need not be one of the tart.
    near_only = _NEAR_ONLY.union(stems) if stems[-1] in _NEAR_ONLY else _NEAR_ONLY
    return tuple(
        Described(noun, before & _STRICT, before - _STRICT, before - _STRICT - near_only)
        for noun, before in wanted
    )


def _anchored(ways: Ways) -> Ways:
    """The ways, with of each one word or slot that it cannot do without, the rarest of them."""
    nouns = [(*way.noun, *((word,) for word in (*way.strict, *way.loose))) for way in ways.described]
    halves = [((one,), (two,)) for one, two in ways.halves]
    by_anchor: dict[str, list[Phrase]] = {}
    for phrase in ways.phrases:
        for word in min(phrase, key=frequency):
            by_anchor.setdefault(word, []).append(phrase)
    rarest = (min(phrase, key=frequency) for phrase in (*halves, *ways.together, *nouns))
    return replace(ways, anchors=ways.words.union(by_anchor, *rarest), by_anchor=by_anchor)


def frequency(slot: Sequence[str]) -> int:
    """A rough guess of how many captions have one of these words."""
    return sum(_COMMONPLACE_WEIGHT if word in _COMMONPLACE else 1 for word in slot)
