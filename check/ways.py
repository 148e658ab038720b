"""Which ways there are to say a tag.

phrases.json has the ways for the tags whose own words are not what people write. A phrase is words in this
order with at most a few others between them; "|" stands between words of which any will do, and each word
stands for all its forms. The ways to say other tags follow from their words: holding_sword is a verb and a
thing, hand_on_own_hip words that stand together, white_dress a noun and what describes it.

told.json has, in the same form, what only tells a reader of a long caption that something is so: the moon
that it is night. A word stands there if nearly every caption with it, of a picture with the tag, means it.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from check.matching import Apart, Described, InOrder, Phrase, Together, Way, Ways
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
_IN_HAND = stem_set("phrases", "in_hand")
# In front of a tag these words change nothing that is seen: fake_animal_ears are ears.
_IDLE_PREFIXES = ("fake_", "unworn_", "oversized_")
_PRINTED = stem_set("phrases", "printed")
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


@lru_cache(maxsize=_REMEMBERED_TAGS)
def ways_to_say(tag: str) -> Ways:
    """The ways to say a tag: those of phrases.json, and those that follow from its words."""
    words_alone, others = _from_words(tag)
    listed = _listed(tag)
    if listed and words_alone and not any(isinstance(way, Described) for way in others):
        # The list knows better which forms of a single word say it: a bow is not "bows".
        words_alone, others = frozenset(), ()
    return _anchored(words_alone, listed, others)


@lru_cache(maxsize=_REMEMBERED_TAGS)
def told_by(tag: str) -> Ways:
    """What tells a reader of a long caption a tag without saying it: the moon tells that it is night."""
    listed = [parsed(phrase) for phrase in table("told").get(tag, ())]
    tokens = [word for word in words_of(words(tag)) if word not in _FILLERS]
    stems = [stem(word) for word in tokens]
    if len(stems) < 2:
        return _anchored(frozenset(), listed, ())
    if stems[0] in _STRICT:
        # "Hooded in green, she pulls the cape around her."
        return _anchored(frozenset(), listed, [Together(_slots_of_colour(tokens))])
    others = frozenset(stems[:-1])
    words_alone = frozenset[str]()
    if others.isdisjoint(_STRICT | _MATERIALS) and stems[-1] not in _COMMONPLACE:
        # "The gloves of a boxer" are boxing gloves: few writers repeat what a thing is for.
        words_alone = frozenset({stems[-1]})
    described = Described(_slots(stems[-1:]), loose=others, anywhere=others - _MATERIALS)
    return _anchored(words_alone, listed, [described])


def _slots_of_colour(tokens: Sequence[str]) -> Phrase:
    """The words of a tag such as brown_hair, each with all words that mean it."""
    is_of_body = tokens[-1] in _PARTS
    of_colour = said_by("shades", *(("hair", "perhaps", "perhaps_hair", "things") if is_of_body else ()))
    return [frozenset(map(stem, (word, *of_colour.get(word, ()), *_PARTS.get(word, ())))) for word in tokens]


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
    return [frozenset(map(stem, slot)) for slot in slots]


def _slots(stems: Iterable[str]) -> Phrase:
    """These words, each as a slot."""
    return [frozenset({word}) for word in stems]


def _from_words(tag: str) -> tuple[frozenset[str], Sequence[Way]]:
    """The ways that follow from the words of a tag: words that say it alone, and others."""
    seen = tag
    for prefix in _IDLE_PREFIXES:
        seen = seen.removeprefix(prefix)
    spelled = words(seen.removesuffix("_focus"))
    tokens = [word for word in words_of(spelled) if word not in _FILLERS]
    stems = [stem(word) for word in tokens]
    if not stems:
        return frozenset(), ()
    if len(stems) == 1:
        # It may be written apart: lamppost, "lamp post".
        (word,) = tokens
        cuts = range(_MIN_HALF, len(word) - _MIN_HALF + 1)
        return frozenset(stems), [Apart(stem(word[:cut]), stem(word[cut:])) for cut in cuts]
    slots = _slots(stems)
    if stems[-1] == "print" and len(stems) == 2:
        return frozenset(), [Together((slots[0], _PRINTED))]
    if stems[-1] == "fur" and len(stems) == 2 and stems[0] in _STRICT:
        # An animal is said to have the colour of its fur: "a ginger cat".
        of_hair = said_by("shades", "hair", "perhaps", "perhaps_hair").get(tokens[0], ())
        colours = dict.fromkeys(map(stem, (tokens[0], *of_hair)))
        nouns = _slots(("fur", "animal"))
        return frozenset(), [Described([noun], frozenset({colour})) for noun in nouns for colour in colours]
    if stems[0] == _HOLDING_STEM:
        held = spelled.partition(" ")[2].replace(" ", "_")
        # A hand that holds a katana holds a sword.
        things = (slots[1:], *_listed(held), *_narrower(held))
        return frozenset(), [Together((_IN_HAND, *thing)) for thing in things]
    if stems[0] == "no":
        return frozenset(), [InOrder((frozenset({"no", "without"}), *slots[1:]))]
    if not _RELATIONS.isdisjoint(stems) or re.match(r"[^_]{3,}ing_", tag):
        # Whoever is in a jar is in a container.
        place = tag.removeprefix(_INSIDE) if tag.startswith(_INSIDE) else ""
        return frozenset(), [
            Together(slots),
            *(Together((slots[0], *thing)) for thing in _narrower(place)),
        ]
    return frozenset({stem("".join(tokens))}), _described(spelled.split(" "), stems)


def _narrower(tag: str) -> Iterable[Phrase]:
    """The words of the narrower tags, each of which says the tag too."""
    return (_slots(map(stem, words_of(words(thing)))) for thing in narrower_tags(tag))


def _described(spelled: list[str], stems: list[str]) -> Sequence[Described]:
    """The last words as a noun: black_pantyhose is pantyhose, in all ways to say it, that is black."""
    nouns: list[tuple[Phrase, list[str]]] = [(_slots(stems[-1:]), stems[:-1])]
    for at in range(1, len(spelled)):
        before = [stem(word) for word in words_of(" ".join(spelled[:at])) if word not in _FILLERS]
        nouns += [(noun, before) for noun in _listed("_".join(spelled[at:]))]
    wanted = [(noun, frozenset(before)) for noun, before in nouns]
    # A slice in a caption of a tart need not be one of the tart.
    near_only = _NEAR_ONLY.union(stems) if stems[-1] in _NEAR_ONLY else _NEAR_ONLY
    return [
        Described(noun, before & _STRICT, before - _STRICT, before - _STRICT - near_only)
        for noun, before in wanted
    ]


def _anchored(words_alone: frozenset[str], listed: Sequence[Phrase], others: Sequence[Way]) -> Ways:
    """The ways, found by the rarest slot of each."""
    words_alone = words_alone.union(*(phrase[0] for phrase in listed if len(phrase) == 1))
    by_word: dict[str, list[Way]] = {}
    for way in (*others, *(InOrder(phrase) for phrase in listed if len(phrase) > 1)):
        for word in min(way.slots, key=frequency):
            by_word.setdefault(word, []).append(way)
    return Ways(words_alone, by_word, words_alone.union(by_word))


def frequency(slot: frozenset[str]) -> int:
    """A rough guess of how many captions have one of these words."""
    return sum(_COMMONPLACE_WEIGHT if word in _COMMONPLACE else 1 for word in slot)
