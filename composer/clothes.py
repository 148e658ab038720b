"""What one person wears, with the parts of a garment behind it: "a soccer uniform with a yellow shirt"."""

from collections.abc import Iterable, Sequence

from composer.phrasing import and_list, lists

_SLEEVES, _PRINT, _UNIFORM = " sleeves", " print", "uniform"


def with_their_parts(worn: Sequence[str]) -> list[str]:
    """What is worn, with sleeves, trimmings, prints and the parts of a uniform behind what has them."""
    words = lists().words
    prints = [each for each in worn if each.endswith(_PRINT)]
    trimmings = [each for each in worn if _is_sleeves(each) or each in prints or each in words["trimmings"]]
    uniforms = _of_nouns(worn, "uniforms")
    # That of a school says more than a serafuku.
    uniforms.sort(key=lambda each: not each.endswith(_UNIFORM))
    parts = _of_nouns(worn, "uniform_parts")
    worn = _joined(worn, uniforms[:1], [*uniforms[1:], *parts, *(trimmings if parts else [])])
    garments = _of_nouns(worn, "upper_garments")
    if _of_nouns(garments[:1], "tops"):
        # The skirt may have it as well as the shirt.
        trimmings = [each for each in trimmings if each not in prints]
    if len(garments) == 1:
        worn = _joined(worn, garments, [each for each in trimmings if each in worn])
    return [f"clothes with {each}" if each in prints else each for each in worn]


def _is_sleeves(phrase: str) -> bool:
    return phrase.startswith("sleeves ") or (phrase.endswith(_SLEEVES) and not phrase.startswith("detached "))


def _of_nouns(phrases: Iterable[str], name: str) -> list[str]:
    """The phrases whose noun is in a list of words.json."""
    return [phrase for phrase in phrases if phrase.rpartition(" ")[2] in lists().words[name]]


def _joined(worn: Sequence[str], wholes: Sequence[str], parts: Sequence[str]) -> list[str]:
    """What is worn, with the parts behind the one whole, which then stands last."""
    if not (wholes and parts):
        return list(worn)
    others = [each for each in worn if each not in parts and each not in wholes]
    return [*others, f"{wholes[0]} with {and_list(parts)}"]
