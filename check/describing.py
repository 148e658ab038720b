"""Which words of a caption belong to a noun: its article, its adjectives, and colours that stand apart.

Everything here takes time in proportion to the length of the caption, whatever the caption is.
"""

from collections.abc import Collection, Iterator, Sequence

from check.text import ARTICLES_AND_DETERMINERS, CLAUSE, COMMA, JOINED, Text
from check.vocabulary import is_adjective, word_set
from tags.appearance import said_by

# What describes a noun is looked for in so many words before and behind it.
_REACH = 9
# What leads to a noun, such as an article, is looked for in so many words before it.
_LEAD_REACH = 4
_CONJUNCTIONS = frozenset({"and", "or", "but", "yet"})
# A noun phrase does not go beyond one of these.
_STOPS = word_set("modifiers", "stops")
_STOPS_AND_LIKE = _STOPS | {"like"}
# What may stand between a noun and what is said of it: "her eyes are a deep blue".
_LINKS = word_set("modifiers", "links")
_LINKS_OR_ADJECTIVES = _LINKS | word_set("modifiers", "adjectives")
_LINKS_BETWEEN_ADJECTIVES = word_set("modifiers", "goes_on")
_PLACE_ADVERBS = frozenset({"above", "below", "beyond", "behind", "overhead", "outside"})
_PRONOUNS = frozenset({"she", "he", "they"})
_WORN = frozenset({"wears", "wear", "wore"})
# Before what is said of several nouns alike.
_OF_ALL = frozenset({"are", "were", "both", "all"})
_MATERIALS = word_set("modifiers", "materials")
_AMOUNTS = word_set("modifiers", "amounts")
_NOUNS_AFTER_HAIR = word_set("modifiers", "nouns_of_hair")
_GRAMMAR = word_set("wording", "grammar")
_COLOURS = frozenset(said_by("shades")).union(*said_by("shades").values())
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


def modifiers(text: Text, noun: int) -> Sequence[int]:
    """The positions of the words that describe the noun at position `noun`.

    In "a long blue skirt and red shoes" the skirt is long and blue, the shoes are red. The words on both
    sides of the noun are read outwards up to the first one that cannot belong to it.
    """
    # Several tags ask for what describes the same hair.
    if noun not in text.described:
        is_hair = text.stems[noun] == "hair"
        is_led = is_hair and text.word(noun + 1) in _NOUNS_AFTER_HAIR and text.gap(noun + 1) == JOINED
        both = () if is_led else (*_modifiers_before(text, noun), *_modifiers_after(text, noun))
        text.described[noun] = both
    return text.described[noun]


def start_of_phrase(text: Text, noun: int, leads: Collection[str], *, may_follow_noun: bool) -> int:
    """Where the phrase of a noun begins: "a small dog" at "a", which is one of the `leads`.

    It is `noun` where none leads to it. Adjectives may stand between, and right before it another noun, if it
    `may_follow_noun`: "a calico cat".
    """
    for before in range(noun - 1, max(-1, noun - 1 - _LEAD_REACH), -1):
        if text.gap(before + 1) != JOINED:
            return noun
        word = text.words[before]
        if word in leads:
            return before
        is_noun = may_follow_noun and before == noun - 1 and word not in _GRAMMAR
        if not (is_noun or is_adjective(word)):
            return noun
    return noun


def _modifiers_before(text: Text, noun: int) -> Iterator[int]:
    in_a_list = False
    for position in range(noun - 1, max(-1, noun - 1 - _REACH), -1):
        gap, word = text.gaps[position + 1], text.words[position]
        if gap >= CLAUSE:
            return
        if word in _CONJUNCTIONS:
            in_a_list = True
            continue
        # "two red tails of hair"
        if word == "of" and text.word(position - 1) in _AMOUNTS:
            continue
        if word in _STOPS:
            # "eyes as red as her dress"
            if text.word(position - 1) == "as" == text.word(position - 3):
                yield position - 2
            return
        in_a_list = in_a_list or gap == COMMA
        if in_a_list and not is_adjective(word):
            return
        yield position


def _modifiers_after(text: Text, noun: int) -> Iterator[int]:
    position = _after_others(text, noun)
    if text.word(position) == "of":
        yield from _modifiers_of_material(text, position + 1)
        return
    first_gap = text.gap(position)
    if first_gap >= CLAUSE or (first_gap == JOINED and text.word(position) not in _LINKS_OR_ADJECTIVES):
        return
    yield from adjectives_from(text, position)


def adjectives_from(text: Text, position: int) -> list[int]:
    """The adjectives that are said of a noun from here on: "are a very deep blue"."""
    adjectives: list[int] = []
    limit = position + _REACH
    while position < limit and text.gap(position) < CLAUSE:
        word = text.word(position)
        if is_adjective(word) or _begins_colour(text, position):
            adjectives.append(position)
        elif not (
            word in _LINKS or word in _CONJUNCTIONS or (adjectives and word in _LINKS_BETWEEN_ADJECTIVES)
        ):
            break
        position += 1
    return _without_those_of_next_noun(text, adjectives, position)


def _begins_colour(text: Text, at: int) -> bool:
    """Whether this tells which colour the next word means: "steel blue", "leaf green"."""
    return text.word(at + 1) in _COLOURS and text.gap(at + 1) == JOINED and text.words[at] not in _STOPS


def _after_others(text: Text, noun: int) -> int:
    """Where what is said of the noun begins: behind "above" and behind others of which the same is said.

    "The sky above is blue", "the tunic he wears is red", "his robe and his hat are blue", "a blouse and a
    skirt, both black".
    """
    start = noun + 2 if text.word(noun + 1) in _PLACE_ADVERBS and text.gap(noun + 1) == JOINED else noun + 1
    if text.word(start) in _PRONOUNS and text.word(start + 1) in _WORN:
        return start + 2
    if text.word(start) not in _CONJUNCTIONS:
        return start
    for position in range(start + 1, start + _REACH):
        if text.gap(position) >= CLAUSE:
            break
        if text.word(position) in _OF_ALL:
            return position
        if text.word(position) in _STOPS - ARTICLES_AND_DETERMINERS:
            break
    return start


def _modifiers_of_material(text: Text, start: int) -> Iterator[int]:
    """The adjectives of what a thing is made of: "wings of white feathers" are white."""
    end = start
    while end < start + 3 and text.gap(end) == JOINED and is_adjective(text.word(end)):
        end += 1
    if text.word(end) in _MATERIALS and text.gap(end) == JOINED:
        yield from range(start, end)


def _without_those_of_next_noun(text: Text, adjectives: list[int], end: int) -> list[int]:
    """Leave out the last adjectives if they belong to the noun at `end`: "is long, red ribbons"."""
    kept = list(adjectives)
    next_word = text.word(end)
    is_of_next = bool(next_word) and next_word not in _STOPS_AND_LIKE and text.gap(end) == JOINED
    while is_of_next and kept and kept[-1] == end - 1:
        end = kept.pop()
        is_of_next = text.gap(end) == JOINED
    return kept


# What is said of hair and eyes away from their noun: "eyes, though tired, are green".


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
