"""Traits that a caption gives to the wrong one of several characters: the red hair of Stark to Frieren.

Only what a caption clearly says of a name counts: behind "Frieren with", "Frieren has", "Frieren, an elf in"
or "Frieren, whose", up to the first word that is neither a trait of somebody here nor describes one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from check.describing import modifiers
from check.faults import WRONG_OWNER, Fault
from check.text import COMMA, JOINED, Text, words_of
from check.vocabulary import concepts, is_adjective, word_set
from english import stem
from tags.spelling import without_qualifiers, words

# What binds a trait to the name before it, and what may stand between two traits.
_BINDING = word_set("who_is_who", "binding")
_BETWEEN = word_set("who_is_who", "between")
_PARTS = frozenset(map(stem, ("hair", "eyes")))
_PARTS_AS_ADJECTIVES = frozenset({"haired", "eyed"})
# "Frieren, an elf with": so many words may stand between the name and what binds.
_LONGEST_ASIDE = 5


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
