"""What one person wears, with the parts of a garment behind it: "a soccer uniform with a yellow shirt"."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from composer.phrasing import REMEMBERED_TAGS, and_list, lists
from english import singular

_SLEEVES, _DRESS = " sleeves", "dress"
# What some garment has, though no tag tells which: a floral print, gold trim.
_ON_GARMENTS = (" print", " pattern", " trim", " high collar", " cutout")
_UNIFORM = ("uniform", "uniforms")
_CLOTHES, _LONG_SLEEVES, _DETACHED = " clothes", "long sleeves", "detached "


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
