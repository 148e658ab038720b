"""The parts of things, said with what they are parts of: a hat with a ribbon, a uniform with a shirt."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from composer.phrasing import REMEMBERED_TAGS, and_list, in_plural, lists, with_article
from composer.picture import Picture
from composer.words import COLOUR_RANK, Role
from english import singular
from tags.families import names_of

_SLEEVES, _DRESS = " sleeves", "dress"
# What some garment has, though no tag tells which: a floral print, gold trim.
_ON_GARMENTS = (" print", " pattern", " trim", " high collar", " cutout")
_UNIFORM = ("uniform", "uniforms")
_CLOTHES, _LONG_SLEEVES, _DETACHED = " clothes", "long sleeves", "detached "
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


def with_their_parts(worn: Sequence[str]) -> list[str]:
    """What is worn, with sleeves, trimmings, prints and the parts of a uniform behind what has them."""
    prints = [each for each in worn if each.endswith(_ON_GARMENTS)]
    trimmings = _trimmings(worn)
    worn = _with_parts_of_costume(with_parts_of_uniform(_without_vague(worn)))
    garments = _of_nouns(worn, "upper_garments")
    if _of_nouns(garments[:1], "tops"):
        # The skirt may have it as well as the shirt.
        trimmings = [each for each in trimmings if each not in prints]
    if len(garments) == 1:
        worn = _joined(worn, garments, [each for each in trimmings if each in worn])
    coats, long_sleeves = _of_nouns(worn, "outer_garments"), [each for each in worn if each == _LONG_SLEEVES]
    if len(coats) == 1 and not garments:
        worn = _joined(worn, coats, long_sleeves)
    sleeves = [each for each in trimmings if _is_sleeves(each)]
    bare = [*prints, *(() if garments or coats else sleeves)]
    return [f"clothes with {each}" if each in bare else each for each in worn]


def with_parts_of_uniform(worn: Sequence[str]) -> list[str]:
    """What is worn, with the parts of a uniform behind it: "a serafuku with a pleated skirt"."""
    uniforms = _of_nouns(worn, "uniforms")
    # That of a school says more than a serafuku.
    uniforms.sort(key=lambda each: not each.endswith(_UNIFORM))
    parts = _of_nouns(worn, "uniform_parts")
    if uniforms and not uniforms[0].endswith(_UNIFORM):
        # A nurse uniform may be a dress, but no suit is.
        parts = [part for part in parts if _noun(part) != _DRESS]
    # A gym uniform is no part of a school uniform, and of several people each may wear one.
    parts = [*(each for each in uniforms[1:] if not each.endswith(_UNIFORM)), *parts]
    return _joined(worn, uniforms[:1], [*parts, *(_trimmings(worn) if parts else [])])


def _without_vague(worn: Sequence[str]) -> list[str]:
    """What is worn without what says no more: casual clothes beside a hoodie."""
    is_told = bool(_of_nouns(worn, "main_clothes"))
    vague = lists().words["vague_clothes"] if is_told else frozenset[str]()
    return [each for each in worn if each.replace(" ", "_") not in vague]


def _with_parts_of_costume(worn: Sequence[str]) -> list[str]:
    """What is worn, with its garments behind a costume: "Roman clothes with a red tunic"."""
    costumes = [each for each in worn if each.endswith(_CLOTHES) and each[0].isupper()]
    return _joined(worn, costumes[:1], _of_nouns(worn, "costume_parts"))


def _trimmings(worn: Sequence[str]) -> list[str]:
    """What a garment has: sleeves, frills, a floral print."""
    return [each for each in worn if _is_trimming(each)]


@lru_cache(maxsize=REMEMBERED_TAGS)
def _is_trimming(phrase: str) -> bool:
    return _is_sleeves(phrase) or phrase.endswith(_ON_GARMENTS) or phrase in lists().words["trimmings"]


def _is_sleeves(phrase: str) -> bool:
    return phrase.startswith("sleeves ") or (phrase.endswith(_SLEEVES) and _DETACHED not in phrase)


def _of_nouns(phrases: Iterable[str], name: str) -> list[str]:
    """The phrases whose noun is in a list of words.json."""
    nouns = lists().words[name]
    return [phrase for phrase in phrases if not nouns.isdisjoint(_nouns(phrase))]


@lru_cache(maxsize=REMEMBERED_TAGS)
def _nouns(phrase: str) -> tuple[str, str]:
    noun = _noun(phrase)
    return noun, singular(noun)


def _noun(phrase: str) -> str:
    return phrase.rpartition(" ")[2].lower()


def _joined(worn: Sequence[str], wholes: Sequence[str], parts: Sequence[str]) -> list[str]:
    """What is worn, with the parts behind the one whole, which then stands last."""
    if not (wholes and parts):
        return [*worn]
    others = [each for each in worn if each not in parts and each not in wholes]
    return [*others, f"{wholes[0]} with {and_list(parts)}"]
