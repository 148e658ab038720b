"""The parts of things, said with what they are parts of: a hat with a ribbon, a bicycle with a basket."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from composer.phrasing import REMEMBERED_TAGS, and_list, in_plural, lists, with_article
from composer.picture import Picture
from composer.words import COLOUR_RANK, Role
from tags.families import names_of

_WORN = "clothes"
_WHOLES = (_WORN, "act", "vehicle", "landmark", "feature", "held", "thing")
_PARTS = ("thing", "clothes", "body", "mark")
_WITH, _RIDING = " with ", "riding "


def fit_parts(picture: Picture) -> None:
    """Say the parts of things with them where there is one such thing: "a bicycle with a basket"."""
    named = frozenset[str]().union(*map(_wholes_named, picture.phrases(*_WHOLES)))
    for whole, parts in lists().fittings.items() if named else ():
        if whole not in named:
            continue
        wholes = [(slot, role) for slot in _WHOLES for role in picture.roles.get(slot, ())]
        wholes = [(slot, role) for slot, role in wholes if whole in _wholes_named(role.phrase)]
        if len({role.noun for _, role in wholes}) != 1:
            continue
        slot, role = wholes[0]
        if slot == _WORN and picture.number > 1:
            continue  # One of them has the lanyard, and another the card.
        taken = _take_parts(picture, parts)
        if slot == _WORN:
            picture.put(_WORN, taken)
        elif taken:
            phrase = _with_parts(role.phrase, whole, [part.phrase for part in taken])
            picture.roles[slot] = [
                replace(each, phrase=phrase) if each is role else each for each in picture.roles[slot]
            ]


def _take_parts(picture: Picture, parts: frozenset[str]) -> list[Role]:
    return [part for at in _PARTS for part in picture.take(at, lambda each: _is_part(each.phrase, parts))]


def worn_with_parts(worn: Sequence[str]) -> list[str]:
    """What is worn, with the parts of a hat or a bag behind it: "a black hat with a flower"."""
    said = list(worn)
    named = frozenset[str]().union(*map(_wholes_named, said))
    for whole, parts in lists().fittings.items() if named else ():
        wholes = [each for each in said if whole in _wholes_named(each)]
        if len(wholes) == 1 and (theirs := [each for each in said if _is_part(each, parts)]):
            with_parts = _with_parts(wholes[0], whole, theirs)
            said = [with_parts if each is wholes[0] else each for each in said if each not in theirs]
    return said


@lru_cache(maxsize=REMEMBERED_TAGS)
def _wholes_named(phrase: str) -> frozenset[str]:
    """The names of a thing that has parts of which none is told yet: few have any."""
    if _WITH in phrase:
        return frozenset()
    names = names_of(_bare(phrase.removeprefix(_RIDING)).replace(" ", "_").lower())
    return names & lists().fittings.keys()


def _is_part(phrase: str, parts: frozenset[str]) -> bool:
    """Whether it is a part, of whatever colour: a red hat ribbon."""
    return _without_colour(phrase) in parts


@lru_cache(maxsize=REMEMBERED_TAGS)
def _without_colour(phrase: str) -> str:
    words, ranks = _bare(phrase).split(" "), lists().adjective_rank
    return "_".join(word.lower() for word in words if ranks.get(word) != COLOUR_RANK)


def _bare(phrase: str) -> str:
    """The phrase without its article."""
    return phrase.removeprefix("a ").removeprefix("an ")


def _with_parts(phrase: str, whole: str, parts: Sequence[str]) -> str:
    """A hat and its ribbon: "a straw hat with a ribbon"."""
    said = [_bare(f" {_bare(part)}".replace(f" {whole} ", " ").strip()) for part in parts]
    several = lists().words["parts_in_plural"]
    named = [in_plural(part) if part.rpartition(" ")[2] in several else with_article(part) for part in said]
    return f"{phrase}{_WITH}{and_list(named)}"
