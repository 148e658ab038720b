"""What can be wrong with a caption, and the faults that are not of people, names or colours.

These are tags left spelled as tags, what nobody can wear, and traits that a caption gives to the wrong one of
several characters: the red hair of Stark to Frieren. Of a trait only what a caption clearly says of a name
counts: behind "Frieren with", "Frieren has", "Frieren, an elf in" or "Frieren, whose", up to the first word
that is neither a trait of somebody here nor describes one.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from check.describing import modifiers
from check.text import COMMA, JOINED, Text, words_of
from check.vocabulary import concepts, is_adjective, word_set
from english import stem
from tags.categories import CATEGORIES, RATING
from tags.people_counts import NUMBERED
from tags.spelling import qualifiers, without_qualifiers, words

COUNT = "count"
HAIR_COLOUR = "hair colour"
EYE_COLOUR = "eye colour"
UNKNOWN_NAME = "unknown name"
TAG_SPELLING = "tag spelling"
UNSUPPORTED_PEOPLE = "unsupported people"
# Found only where it is known which of several characters has which traits.
WRONG_OWNER = "wrong owner"
# Found only where it is known that the caption should be sentences.
TAG_LIST = "tag list"
# What nobody can wear is worn: small models take all traits of somebody for clothes.
NOT_WORN = "not worn"
KINDS = (COUNT, HAIR_COLOUR, EYE_COLOUR, UNKNOWN_NAME, TAG_SPELLING, UNSUPPORTED_PEOPLE)

_UNDERSCORED = re.compile(r"[^\W_]_+[^\W_(]|[^\W_]_+\(")
_WORD = re.compile(r"[^\W_]{2}")
_DIGIT = re.compile(r"\d")
_COUNT_TAG = re.compile(rf"(?<![\w-]){NUMBERED}(?!\w)", re.IGNORECASE)
_WEIGHT = re.compile(r"\([^():\n]{1,80}:\d\.\d{1,2}\)")
_ESCAPED = re.compile(r"\\[()]")
_NAMESPACES = "|".join((*CATEGORIES, RATING, "score", "creator"))
_NAMESPACED = re.compile(rf"(?<!\w)(?:{_NAMESPACES}):\w{{1,40}}")
_BRACKETED = re.compile(r"\(([^()\n]{1,60})\)")
_PUNCTUATION = ",.;!?\"'“”‘’"
_WEARING = ("wear", "dressed")
# What is no garment, though "wearing her hair in a bun" is English; and what ends such a noun phrase.
_NEVER_WORN = word_set("faults", "never_worn")
_BEFORE_NOUNS = frozenset({"in", "a", "an", "the"})
_ENDS_PHRASE = word_set("wording", "grammar")
_LONGEST_PHRASE = 5  # words before its noun
_COMMON_QUALIFIERS = frozenset({"series", "character", "cosplay", "medium", "object", "symbol"})
# What binds a trait to the name before it, and what may stand between two traits.
_BINDING = word_set("who_is_who", "binding")
_BETWEEN = word_set("who_is_who", "between")
_PARTS = frozenset(map(stem, ("hair", "eyes")))
_PARTS_AS_ADJECTIVES = frozenset({"haired", "eyed"})
# "Frieren, an elf with": so many words may stand between the name and what binds.
_LONGEST_ASIDE = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a caption says wrong.

    `kind` is one of KINDS, WRONG_OWNER, NOT_WORN or TAG_LIST, `said` the words of the caption, and `message`
    one sentence on what is wrong, for the user and for a model that is asked to write the caption again.
    """

    kind: str
    said: str
    message: str


def list_fault(caption: str) -> Fault:
    """The fault of a caption that is tags with commas between them, where sentences are wanted."""
    return Fault(TAG_LIST, caption, "The caption is a list of tags, not a sentence.")


def contradiction(kind: str, said: str, tags: Iterable[str]) -> Fault:
    """The fault of a caption that says something else than these tags."""
    right = " and ".join(tag.replace("_", " ") for tag in tags)
    return Fault(kind, said, f'The caption says "{said}", but the tags say {right}.')


def not_worn_faults(text: Text) -> list[Fault]:
    """Find parts of the body and of the picture that somebody is said to wear: "wearing black hair"."""
    # "Her hair, worn in braids" is English.
    places = [
        at
        for stem in _WEARING
        for at in text.at.get(stem, ())
        if text.words[at] != "worn" and "hair" not in text.words[max(at - _LONGEST_PHRASE, 0) : at]
    ]
    found = [(at, noun) for at in sorted(places) if (noun := _never_worn(text, at)) is not None]
    return [
        Fault(NOT_WORN, said, f'The caption says "{said}", which nobody can wear.')
        for said in (text.span(at, noun) for at, noun in found)
    ]


def _never_worn(text: Text, verb: int) -> int | None:
    """The position of what is worn and cannot be, directly behind the verb."""
    start = verb + 1
    while text.word(start) in _BEFORE_NOUNS:
        start += 1
    for at in range(start, min(start + _LONGEST_PHRASE, len(text.words))):
        if text.gap(at) >= COMMA or text.words[at] in _ENDS_PHRASE:
            return None
        is_last = text.gap(at + 1) >= COMMA or text.word(at + 1) in _ENDS_PHRASE
        if text.words[at] in _NEVER_WORN and is_last:
            return at
    return None


def spelling_faults(caption: str, tags: Collection[str], series: Collection[str]) -> list[Fault]:
    """Find underscores, `(series)` qualifiers, 1girl and weights that were left in a caption.

    A list of words with commas between them is a style, not a fault.
    """
    # What is written in the picture may be spelled in any way: `a sign reads "open_24h"`.
    pieces = caption.replace("“", '"').replace("”", '"').split('"')
    text = " ".join(pieces[::2]) if len(pieces) % 2 else caption
    found = dict.fromkeys(_spellings(text, tags, series))
    return [Fault(TAG_SPELLING, said, f'Write "{said}" in words, not as a tag.') for said in found]


def _spellings(text: str, tags: Collection[str], series: Collection[str]) -> Iterator[str]:
    # Each search is skipped where the text has no sign of what it looks for.
    if "_" in text:
        for chunk in text.split():
            said = chunk.strip(_PUNCTUATION) if "_" in chunk else ""
            # A tag that has no words to write it in, such as `o_o`, has to stay as it is.
            is_emoticon = said in tags and not _WORD.search(said)
            if "://" not in said and _UNDERSCORED.search(said) and not is_emoticon:
                yield said
    if ":" in text:
        yield from (found[0] for found in _NAMESPACED.finditer(text))
    if _DIGIT.search(text):
        yield from (found[0] for found in _COUNT_TAG.finditer(text))
    if "(" in text:
        yield from (found[0] for found in _WEIGHT.finditer(text))
        yield from (found[0] for found in _ESCAPED.finditer(text))
        yield from _qualifiers(text, tags, series)


def _qualifiers(text: str, tags: Collection[str], series: Collection[str]) -> Iterator[str]:
    """Brackets whose words are the qualifier of a tag or the name of a series: "Saber (Fate)"."""
    known = {said.replace("_", " ") for tag in tags for said in qualifiers(tag)}
    known |= {without_qualifiers(name).replace("_", " ") for name in series}
    known |= _COMMON_QUALIFIERS
    for found in _BRACKETED.finditer(text):
        if found[1].strip("\\ ").lower().replace("_", " ") in known:
            yield found[0]


def owner_faults(
    text: Text, places: Mapping[str, Collection[int]], own_tags: Mapping[str, Sequence[str]]
) -> list[Fault]:
    """A fault for each trait of one character that the caption gives to another one.

    `places` has where each character is named, `own_tags` the tags of the picture that are one character's
    alone. Whether a trait is wrong is only known of characters that have such tags.
    """
    if len(own_tags) < 2:
        return []
    names = {at for found in places.values() for at in found}
    nouns = _PARTS.union(*(map(stem, words_of(tag)) for tags in own_tags.values() for tag in tags))
    faults: dict[str, Fault] = {}
    for character in own_tags:
        for at in places.get(character, ()):
            if at + 1 in names or _is_in_a_row(text, at, names):
                continue
            bound = list(_bound(text, at, names, nouns))
            for owner, tags in own_tags.items():
                for tag in tags if owner != character and bound else ():
                    if tag not in faults and (said := _said(text, tag, bound)):
                        faults[tag] = _fault(text, at, said, owner)
    return list(faults.values())


def _fault(text: Text, at: int, said: tuple[int, int], owner: str) -> Fault:
    trait, name = text.span(*said), words(without_qualifiers(owner)).title()
    message = f'The caption gives "{trait}" to {text.span(at, at)}, but that is {name}\'s.'
    return Fault(WRONG_OWNER, trait, message)


def _first_of_name(text: Text, at: int, names: set[int]) -> int:
    while at - 1 in names and text.gap(at) == JOINED:
        at -= 1
    return at


def _is_in_a_row(text: Text, at: int, names: set[int]) -> bool:
    """Whether another name stands right before: what follows "Frieren and Stark with" is of both."""
    first = _first_of_name(text, at, names)
    before = first - 2 if text.word(first - 1) in {"and", "or"} else first - 1
    return before in names and text.gap(first) <= COMMA


def _bound(text: Text, at: int, names: set[int], nouns: frozenset[str]) -> Iterator[int]:
    """The positions of the words that the caption says of the name that ends at `at`."""
    first = _first_of_name(text, at, names)
    if text.word(first - 1) in _PARTS_AS_ADJECTIVES and text.gap(first) == JOINED:
        yield from range(max(0, first - 3), first)  # "the red-haired Stark"
    position = _behind_binding(text, at, names)
    while position and position < len(text.words) and text.gaps[position] <= COMMA:
        word = text.words[position]
        is_trait = text.stems[position] in nouns or word in _BETWEEN or is_adjective(word)
        # "a red-haired boy" is somebody else.
        if position in names or position in text.negated or not is_trait or word in _PARTS_AS_ADJECTIVES:
            return
        yield position
        position += 1


def _behind_binding(text: Text, at: int, names: set[int]) -> int:
    """The position behind what binds, 0 where nothing does."""
    start = at + 1
    for word in ("who", "is"):
        start += text.word(start) == word and text.gap(start) <= COMMA
    is_aside = text.gap(start) == COMMA and text.word(start) in {"a", "an", "the"}
    for position in range(start, start + (_LONGEST_ASIDE if is_aside else 1)):
        if position in names or text.gap(position) > (JOINED if position > start else COMMA):
            return 0
        if text.word(position) in _BINDING:
            return position + 1
    return 0


def _said(text: Text, tag: str, bound: Sequence[int]) -> tuple[int, int] | None:
    """The first and last position of a tag among these words."""
    *front, noun = _stems(tag)
    for at in bound:
        if text.stems[at] != noun or at in text.possessive:
            continue
        describing = [position for position in modifiers(text, at) if position in bound]
        said = {concept: position for position in describing for concept in concepts(text.words[position])}
        if said.keys() >= set(front):
            found = [at, *(said[word] for word in front)]
            return min(found), max(found)
    return None


@lru_cache(maxsize=1 << 14)
def _stems(tag: str) -> Sequence[str]:
    return [stem(word) for word in words_of(without_qualifiers(tag))]
