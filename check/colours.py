"""The colours of hair and eyes: whether the caption says the colours of the tags.

Faults are only found where the tags colour the hair or eyes of everybody: else nobody knows whose they mean.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from check.census import Census
from check.describing import adjectives_from, modifiers
from check.faults import EYE_COLOUR, HAIR_COLOUR, Fault, contradiction
from check.text import CLAUSE, COMMA, JOINED, Text
from check.vocabulary import concepts, is_adjective, word_list, word_set
from english import stem
from tags.appearance import said_by

_HAIR, _EYES, _ANY = "hair", "eyes", "any"


def _colours_by_word(*tables: str) -> dict[str, frozenset[str]]:
    """The colours of tags that each word can mean by these tables.

    A word between two colours stands with both.
    """
    colours: dict[str, frozenset[str]] = {}
    for colour, words in said_by("shades", "perhaps", *tables).items():
        for word in words if colour == _ANY else (colour, *words):
            colours[word] = colours.get(word, frozenset()) | {colour}
    return colours


_PARTS = (_HAIR, _EYES)
_COLOURS_OF_THINGS = _colours_by_word("things")
_WORDS_FOR_COLOUR = frozenset({"colour", "color", "shade", "hue"})
_LINKS_TO_COLOUR = frozenset({"are", "is", "were", "was"})
# "Eyes gleam like sapphires" tells a colour, "hair flies like a flame" does not.
_BEFORE_LIKE = word_set("colours", "before_like") | _LINKS_TO_COLOUR
_LINKS_BEHIND_ASIDES = _BEFORE_LIKE | {"turn", "turns", "seem", "seems", "remain", "remains", "look", "looks"}
_BEGIN_ASIDES = frozenset({"behind", "beneath", "under", "of", "below", "above", "on", "in", "that", "with"})
_LONGEST_ASIDE = 12
# "Irises" may be flowers, and these show it.
_FLOWERS = word_set("colours", "flowers")
# "Green eye shadow" is no eye, and "black orbs" are eyes only where they are hers.
_BEHIND_EYE = word_set("colours", "behind_eye")
_HERS = frozenset({"her", "his", "their", "whose"})
_CRYING = frozenset(
    {"crying", "tears", "weeping", "fatigue", "exhaustion", "sleep", "sleeplessness", "fever"}
)
_POOLS = word_set("colours", "pools")
_LEADS_TO_LOOKS = _HERS | {"a", "an", "with"}
_ONLY_HERS = frozenset({"orbs", "stare", "glance"})
_BEFORE_MATERIALS = frozenset({"a", "an", "the"})
_ALSO_VERBS = word_set("colours", "also_verbs")
_BEFORE_CURLS = frozenset({"her", "his", "the", "a", "drill", "corkscrew", "spiral", "of", "and", "hair"})
# Colours of clothes and other things, and what each word can mean.
_OF_THINGS = said_by("shades", "perhaps").keys() - {_ANY}
_COLOURS = {_HAIR: _colours_by_word("hair", "perhaps_hair"), _EYES: _colours_by_word("perhaps_eyes")}
_OF_THINGS_BY_WORD = _colours_by_word()
_LISTED = {part: frozenset[str]().union(*_COLOURS[part].values()) for part in _PARTS}
# The nouns that say hair and eyes.
_HEADS = {part: tuple(map(stem, word_list("colours", part))) for part in _PARTS}
_PEOPLE_CALLED_BY_HAIR = ("blond", "brunett", "redhead")
_OF_SEVERAL_COLOURS = {part: word_set("colours", f"several_{part}") for part in _PARTS}
_KINDS = {_HAIR: HAIR_COLOUR, _EYES: EYE_COLOUR}
# Animals and things that may have hair or eyes of their own, and words for people.
_OTHER_OWNERS = word_set("colours", "other_owners")
_OWNERS = word_set("colours", "owners")
_OWNER_REACH = 8
# Beside a colour these only say how light it is: "dark brown" is brown.
_SHADES = frozenset({"dark", "fair"})


# Each place where hair or eyes have a colour in the caption: first and last position, and what it can mean.
ColoursSaid = Mapping[str, Sequence[tuple[tuple[int, int], frozenset[str]]]]


@lru_cache(maxsize=1 << 16)
def colour_of(tag: str) -> tuple[str, frozenset[str]] | None:
    """The part that a tag colours, and the colours it can mean: hair and blue for light_blue_hair.

    A word that is no colour of the list, such as the silver of silver_hair, means all that it can mean in a
    caption.
    """
    rest, _, part = tag.rpartition("_")
    word = rest.rpartition("_")[2]
    # What rainbow and multicolored mean fits every colour that the tags say.
    if part not in _PARTS or _ANY in _COLOURS[part].get(word, {_ANY}):
        return None
    return part, frozenset({word}) if word in _LISTED[part] else _COLOURS[part][word]


def is_colour(word: str) -> bool:
    """Whether a word of a tag is a colour."""
    return any(word in _COLOURS[part] for part in _PARTS)


def find_colours(text: Text, coloured: Mapping[str, tuple[str, frozenset[str]]]) -> ColoursSaid:
    """Where the caption says colours of hair and eyes, as far as tags colour these.

    `coloured` has what `colour_of` says of each tag.
    """
    parts = {part for part, _ in coloured.values()}
    return {part: list(_mentions(text, part)) for part in _PARTS if part in parts}


def colour_faults(
    text: Text,
    tags: Sequence[str],
    coloured: Mapping[str, tuple[str, frozenset[str]]],
    said: ColoursSaid,
    census: Census,
) -> tuple[list[Fault], set[str]]:
    """Colours of the caption that are none of the tags', and the tags that they contradict.

    Where the tags colour fewer parts than there are people, those of the others may have any colour.
    """
    if census.persons is None:
        return [], set()
    faults: list[Fault] = []
    contradicted: set[str] = set()
    for part, places in said.items():
        colours = {tag: colour for tag, (of_part, colour) in coloured.items() if of_part == part}
        is_open = len(colours) < census.persons[1]
        if is_open or (len(colours) < 2 and not _OF_SEVERAL_COLOURS[part].isdisjoint(tags)):
            continue
        allowed = {_ANY}.union(*colours.values())
        for (first, last), meant in places:
            # Where nobody is counted, an animal or a robot is who has the eyes of the tags.
            is_of_others = any(census.tags.values()) and _is_of_others(text, first, last)
            if meant.isdisjoint(allowed) and not is_of_others and not _is_cried(text, last):
                faults.append(contradiction(_KINDS[part], text.span(first, last), colours))
                # Of two people one may still have the colour of a tag.
                found = set().union(*(other for _, other in places))
                contradicted.update(tag for tag, colour in colours.items() if colour.isdisjoint(found))
                break
    return faults, contradicted


def _mentions(text: Text, part: str) -> Iterator[tuple[tuple[int, int], frozenset[str]]]:
    """Where a colour is said, first and last position, and what it can mean."""
    colours = _COLOURS[part]
    for head in _HEADS[part]:
        for noun in text.at.get(head, ()):
            if text.stems[noun] != head or noun in text.quoted or not _is_part(text, noun):
                continue
            said = [at for at in modifiers(text, noun) if text.words[at] in colours]
            said = said or [at for at in _behind_aside(text, noun) if text.words[at] in colours]
            likened = _likened(text, noun) if not said else None
            if likened:
                yield (noun, likened), _COLOURS_OF_THINGS[text.words[likened]]
            said = said or list(_colour_of_material(text, noun, colours))
            said = said or list(_apart(text, noun, colours))
            # Of "eyes shine in the golden light" the light is golden.
            said = [at for at in said if text.word(at + 1) != "light" or is_adjective(text.word(at + 2))]
            # "dark" alone is any dark colour.
            said = [at for at in said if text.words[at] not in _SHADES or len(said) == 1]
            if said:
                meant = frozenset().union(*(colours[text.words[at]] for at in said))
                if text.words[max(said)] in _LISTED[part] and text.word(max(said) - 1) in colours:
                    # "A warm hazel brown" is a brown, though hazel alone may be green.
                    meant = colours[text.words[max(said)]]
                yield (min(*said, noun), max(*said, noun)), meant
    # "a blonde", "the brunette" and "a blonde woman" are only said of hair.
    for head in _PEOPLE_CALLED_BY_HAIR if part == _HAIR else ():
        for at in text.at.get(head, ()):
            if at not in text.quoted and text.words[at] in colours:
                yield (at, at), colours[text.words[at]]


def _likened(text: Text, noun: int) -> int | None:
    """The thing in "hair the colour of ripe persimmons", "eyes like wet moss" and "eyes are emeralds"."""
    behind = noun + 2 if text.word(noun + 1) in _BEFORE_LIKE else noun + 1
    colour = next((at for at in range(noun + 1, noun + 5) if text.word(at) in _WORDS_FOR_COLOUR), 0)
    if colour and text.word(colour + 1) == "of":
        start = colour + 2
    elif text.word(behind) == "like":
        start = behind + 1
    elif text.word(noun + 1) in _LINKS_TO_COLOUR and text.word(behind) in _COLOURS_OF_THINGS:
        start = behind
    else:
        return None
    end = min(start + 3, len(text.words))
    return next(
        (
            at
            for at in range(start, end)
            if text.words[at] in _COLOURS_OF_THINGS and text.sentence[at] == text.sentence[noun]
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


def _apart(text: Text, noun: int, colours: Mapping[str, frozenset[str]]) -> Iterator[int]:
    """The colour in "hair is cut short and as red as rust", "the green in her eyes", "pools of jade"."""
    pools = [at for at in range(noun + 1, noun + 5) if text.word(at) in _POOLS and text.gap(at) < CLAUSE]
    if pools and text.word(pools[0] + 1) == "of":
        yield from (at for at in range(pools[0] + 2, pools[0] + 5) if text.word(at) in colours)
    if text.words[noun - 2 : noun - 1] == ["in"] and text.word(noun - 1) in _HERS:
        yield from (at for at in (noun - 3,) if text.word(at) in colours)
    for at in range(noun + 2, min(noun + _LONGEST_ASIDE, len(text.words) - 1)):
        if text.gaps[at] >= CLAUSE:
            return
        if text.words[at - 1] == "as" == text.words[at + 1] and text.words[at] in colours:
            yield at
            return


def _colour_of_material(text: Text, noun: int, colours: Mapping[str, frozenset[str]]) -> Iterator[int]:
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


def _is_part(text: Text, at: int) -> bool:
    """Whether a word means hair or eyes here: not in "a white ghost bobs", nor "a vase of blue irises"."""
    word, before = text.words[at], text.word(at - 1)
    if word in _ALSO_VERBS:
        is_led = is_adjective(before) or before in _BEFORE_CURLS or before in _COLOURS[_HAIR]
        return is_led and text.gap(at) == JOINED
    if word in _ONLY_HERS:
        return not _LEADS_TO_LOOKS.isdisjoint(text.words[max(0, at - 3) : at])
    if word in {"iris", "irises"}:
        return _FLOWERS.isdisjoint(text.words)
    return not (text.word(at + 1) in _BEHIND_EYE and text.gap(at + 1) == JOINED)


def contradicted_colours(text: Text, tags: Collection[str], unsaid: Iterable[str]) -> set[str]:
    """The tags of coloured things that have only other colours in the caption: white_dress, "a red dress"."""
    found: set[str] = set()
    for tag in unsaid:
        colour, _, thing = tag.partition("_")
        if colour not in _OF_THINGS or not thing or thing.endswith(_PARTS):
            continue
        allowed = {colour, _ANY, *(other.partition("_")[0] for other in tags if other.endswith(f"_{thing}"))}
        meant = [
            _OF_THINGS_BY_WORD[text.words[said]]
            for at in text.at.get(stem(thing.rpartition("_")[2]), ())
            if at not in text.quoted
            for said in modifiers(text, at)
            if text.words[said] in _OF_THINGS_BY_WORD
        ]
        if meant and all(each.isdisjoint(allowed) for each in meant):
            found.add(tag)
    return found


def _is_of_others(text: Text, first: int, last: int) -> bool:
    """Whether the hair or eyes are those of a cat, a doll or a poster: "a cat with yellow eyes"."""
    if text.words[last] in {"eyed", "haired"}:
        # "a yellow-eyed black cat"
        behind = range(last + 1, min(last + 3, len(text.words)))
        if any(text.gaps[at] == JOINED and _is_other(text, at) for at in behind):
            return True
    for at in range(first - 1, max(-1, first - 1 - _OWNER_REACH), -1):
        if text.gap(at + 1) >= COMMA and not is_adjective(text.words[at + 1]):
            return False
        if _is_other(text, at):
            return text.words[at + 1] not in _OWNERS
        if text.words[at] in _OWNERS:
            return False
    return False


def _is_cried(text: Text, last: int) -> bool:
    """Whether eyes have their colour from tears or a lack of sleep: "red from crying"."""
    return text.word(last + 1) in {"from", "with"} and not _CRYING.isdisjoint(text.words[last + 2 : last + 5])


def _is_other(text: Text, at: int) -> bool:
    return not _OTHER_OWNERS.isdisjoint(concepts(text.words[at])) and text.word(at + 1) not in _OWNERS
