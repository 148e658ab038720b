"""Colours of hair and eyes that stand away from their noun: "eyes, though tired, are green"."""

from collections.abc import Collection, Iterator

from check.describing import adjectives_from
from check.text import CLAUSE, COMMA, JOINED, Text
from check.vocabulary import is_adjective, word_set

HERS = frozenset({"her", "his", "their", "whose"})
_WORDS_FOR_COLOUR = frozenset({"colour", "color", "shade", "hue"})
_LINKS_TO_COLOUR = frozenset({"are", "is", "were", "was"})
# "Eyes gleam like sapphires" tells a colour, "hair flies like a flame" does not.
_BEFORE_LIKE = word_set("colours", "before_like") | _LINKS_TO_COLOUR
_LINKS_BEHIND_ASIDES = _BEFORE_LIKE | {"turn", "turns", "seem", "seems", "remain", "remains", "look", "looks"}
_BEGIN_ASIDES = word_set("people", "beside") | word_set("colours", "begin_asides")
_LONGEST_ASIDE = 12
_POOLS = word_set("colours", "pools")
_BEFORE_MATERIALS = frozenset({"a", "an", "the"})


def colours_apart(text: Text, noun: int, colours: Collection[str]) -> list[int]:
    """The positions of those `colours` that the caption says of the noun, but not right beside it."""
    said = [at for at in _behind_aside(text, noun) if text.words[at] in colours]
    return said or [*_colour_of_material(text, noun, colours)] or [*_apart(text, noun, colours)]


def likened(text: Text, noun: int, things: Collection[str]) -> int | None:
    """Where the thing is in "hair the colour of persimmons", "eyes like wet moss" and "eyes are emeralds"."""
    behind = noun + 2 if text.word(noun + 1) in _BEFORE_LIKE else noun + 1
    colour = next((at for at in range(noun + 1, noun + 5) if text.word(at) in _WORDS_FOR_COLOUR), 0)
    if colour and text.word(colour + 1) == "of":
        start = colour + 2
    elif text.word(behind) == "like":
        start = behind + 1
    elif text.word(noun + 1) in _LINKS_TO_COLOUR and text.word(behind) in things:
        start = behind
    else:
        return None
    end = min(start + 3, len(text.words))
    return next(
        (
            at
            for at in range(start, end)
            if text.words[at] in things and text.sentence[at] == text.sentence[noun]
        ),
        None,
    )


def _behind_aside(text: Text, noun: int) -> Iterator[int]:
    """What "is" says behind an aside: "eyes behind the lenses are brown", "eyes: they are blue"."""
    if text.words[noun + 1 : noun + 3] == ["they", "are"]:
        yield from adjectives_from(text, noun + 3)
        return
    end = min(noun + 1 + _LONGEST_ASIDE, len(text.words))
    if noun + 1 >= end or not (text.gap(noun + 1) == COMMA or text.words[noun + 1] in _BEGIN_ASIDES):
        return
    is_clause = text.gap(noun + 1) == COMMA
    for at in range(noun + 2, end):
        if text.gaps[at] > (COMMA if is_clause else JOINED):
            return
        if text.words[at] in _LINKS_BEHIND_ASIDES and (text.gaps[at] == COMMA) == is_clause:
            yield from adjectives_from(text, at + 1)
            return


def _apart(text: Text, noun: int, colours: Collection[str]) -> Iterator[int]:
    """The colour in "hair is cut short and as red as rust", "the green in her eyes", "pools of jade"."""
    pools = [at for at in range(noun + 1, noun + 5) if text.word(at) in _POOLS and text.gap(at) < CLAUSE]
    if pools and text.word(pools[0] + 1) == "of":
        yield from (at for at in range(pools[0] + 2, pools[0] + 5) if text.word(at) in colours)
    if text.words[noun - 2 : noun - 1] == ["in"] and text.word(noun - 1) in HERS:
        yield from (at for at in (noun - 3,) if text.word(at) in colours)
    for at in range(noun + 2, min(noun + _LONGEST_ASIDE, len(text.words) - 1)):
        if text.gaps[at] >= CLAUSE:
            return
        if text.words[at - 1] == "as" == text.words[at + 1] and text.words[at] in colours:
            yield at
            return


def _colour_of_material(text: Text, noun: int, colours: Collection[str]) -> Iterator[int]:
    """The colour in "eyes of pale gold", "hair the colour of honey" and "eyes have the green of leaves"."""
    start = noun + 1
    if text.words[start : start + 2] == ["have", "the"] or text.word(start) == "the":
        start += 2 if text.word(start) == "have" else 1
        if text.word(start) in _WORDS_FOR_COLOUR:
            start += 1
        elif text.word(start) in colours:
            yield start
            return
    elif text.word(start) in _LINKS_TO_COLOUR:
        start += 3 if text.word(start + 2) in _WORDS_FOR_COLOUR else 1
    if text.word(start) != "of":
        return
    for at in range(start + 1, start + 6):
        word = text.word(at)
        # "Of the clearest, palest blue"
        if text.gap(at) > (COMMA if is_adjective(word) else JOINED):
            return
        if word in colours:
            yield at
            return
        if not (is_adjective(word) or word in _BEFORE_MATERIALS or at <= start + 2):
            return
