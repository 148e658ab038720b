"""The colours of hair and eyes: whether the caption says the colours of the tags.

Faults are only found where the tags colour the hair or eyes of everybody: else nobody knows whose they mean.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from check.census import Census
from check.describing import HERS, colours_apart, likened, modifiers
from check.faults import EYE_COLOUR, HAIR_COLOUR, Fault, contradiction
from check.text import COMMA, JOINED, Text
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
# "Irises" may be flowers, and these show it.
_FLOWERS = word_set("colours", "flowers")
# "Green eye shadow" is no eye, and "black orbs" are eyes only where they are hers.
_BEHIND_EYE = word_set("colours", "behind_eye")
_CRYING = word_set("colours", "crying")
_LEADS_TO_LOOKS = HERS | {"a", "an", "with"}
_ONLY_HERS = frozenset({"orbs", "stare", "glance"})
_ALSO_VERBS = word_set("colours", "also_verbs")
_PARTICIPLES = frozenset({"cropped", "curled", "curling", "locked", "locking"})
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
    *,
    is_counted: bool,
) -> tuple[list[Fault], set[str]]:
    """Colours of the caption that are none of the tags', and the tags that they contradict.

    Where the tags colour fewer parts than there are people, or the people of the caption are not as
    `is_counted` by the tags, those of the others may have any colour, unless it tells no more than the tags.
    """
    if census.persons is None:
        return [], set()
    faults: list[Fault] = []
    contradicted: set[str] = set()
    for part, places in said.items():
        colours = {tag: colour for tag, (of_part, colour) in coloured.items() if of_part == part}
        are_more = len({meant for _, meant in places}) > len(colours)
        is_open = are_more and (len(colours) < census.persons[1] or not is_counted)
        if len(colours) < 2 and not _OF_SEVERAL_COLOURS[part].isdisjoint(tags):
            continue
        allowed = {_ANY}.union(*colours.values())
        for (first, last), meant in places:
            # Where nobody is counted, an animal or a robot is who has the eyes of the tags.
            is_of_others = any(census.tags.values()) and _is_of_others(text, first, last)
            if is_open:
                continue
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
    for head in filter(text.at.__contains__, _HEADS[part]):
        for noun in text.at[head]:
            if text.stems[noun] != head or noun in text.quoted or not _is_part(text, noun):
                continue
            said = _said_of(text, noun, colours)
            likeness = likened(text, noun, _COLOURS_OF_THINGS) if not said else None
            if likeness:
                yield (noun, likeness), _COLOURS_OF_THINGS[text.words[likeness]]
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


def _said_of(text: Text, noun: int, colours: Collection[str]) -> list[int]:
    """Where one of these colours is said of a noun."""
    said = [at for at in modifiers(text, noun) if text.words[at] in colours]
    said = said or colours_apart(text, noun, colours)
    # Of "eyes shine in the golden light" the light is golden.
    return [at for at in said if text.word(at + 1) != "light" or is_adjective(text.word(at + 2))]


def _is_part(text: Text, at: int) -> bool:
    """Whether a word means hair or eyes here: not in "a white ghost bobs", nor "a vase of blue irises"."""
    word, before = text.words[at], text.word(at - 1)
    if word in _PARTICIPLES:
        return False
    if word in _ALSO_VERBS:
        is_led = is_adjective(before) or before in _BEFORE_CURLS or before in _COLOURS[_HAIR]
        return is_led and text.gap(at) == JOINED
    if word in _ONLY_HERS:
        return not _LEADS_TO_LOOKS.isdisjoint(text.words[max(0, at - 3) : at])
    if word in {"iris", "irises"}:
        return _FLOWERS.isdisjoint(text.vocabulary)
    return not (text.word(at + 1) in _BEHIND_EYE and text.gap(at + 1) == JOINED)


def contradicted_colours(
    text: Text, tags: Collection[str], unsaid: Iterable[str], *, is_of_one: bool
) -> set[str]:
    """The tags of coloured things that have only other colours in the caption: white_dress, "a red dress".

    Of several people, another one may wear such a thing too: the caption has to call it by the tag's own word
    and tell of no more of them than the tags.
    """
    found: set[str] = set()
    for tag in unsaid:
        if not (known := _coloured_thing(tag)) or known[1] not in text.at:
            continue
        thing, noun = known
        coloured = [other for other in tags if other.endswith(thing) and _coloured_thing(other)]
        allowed = {_ANY, *(other.partition("_")[0] for other in coloured)}
        nouns = (at for at in text.at[noun] if is_of_one or text.stems[at] == noun)
        meant = [colour for at in nouns if at not in text.quoted for colour in _of_thing(text, at)]
        is_open = not is_of_one and len(meant) > len(coloured)
        if meant and not is_open and all(each.isdisjoint(allowed) for each in meant):
            found.add(tag)
    return found


def _of_thing(text: Text, noun: int) -> list[frozenset[str]]:
    """What each colour that is said of a thing can mean: "a coat the colour of rust"."""
    if said := _said_of(text, noun, _OF_THINGS_BY_WORD):
        return [_OF_THINGS_BY_WORD[text.words[at]] for at in said]
    likeness = likened(text, noun, _COLOURS_OF_THINGS)
    return [_COLOURS_OF_THINGS[text.words[likeness]]] if likeness else []


@lru_cache(maxsize=1 << 16)
def _coloured_thing(tag: str) -> tuple[str, str] | None:
    """Of a tag that colours a thing, how tags of such a thing end, and the stem of its noun."""
    colour, _, thing = tag.partition("_")
    if colour not in _OF_THINGS or not thing or thing.endswith(_PARTS):
        return None
    return f"_{thing}", stem(thing.rpartition("_")[2])


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
