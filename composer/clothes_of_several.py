"""What several people wear: what all of them do, what the only girl or boy does, and what somebody does."""

from collections.abc import Sequence
from functools import lru_cache

from composer.appearance import merged
from composer.fittings import with_parts_of_uniform
from composer.people_named import name_of
from composer.phrasing import REMEMBERED_TAGS, and_list, lists
from composer.picture import COUNTS, Picture, count_of
from composer.somebody import BORN_TOGETHER
from composer.subject import SEXES
from composer.wholes import ON_GROUND
from composer.words import NOUN_RANK, Role
from tags.implications import broader_tags
from tags.people_counts import BOYS, GIRLS, OTHERS

_SUIT, _TEACHER = "suit", "teacher"
_OF_TRACK = "track "
_ALIKE = frozenset((*BORN_TOGETHER, "matching", "wearing matching outfits"))


def share_clothes(picture: Picture, *, is_pair: bool) -> None:
    """Leave what all wear; what the only girl wears goes to the slot "theirs", and the rest to "pooled"."""
    picture.put("thing", picture.take("clothes", lambda role: role.phrase.endswith(ON_GROUND)))
    worn = picture.take("clothes", lambda role: True)
    sexes = [sex for sex in COUNTS if picture.has(sex)]
    qualities = picture.phrases("quality")
    is_mixed = len(sexes) > 1 or set(SEXES).issubset(qualities)
    for sex, other, name in ((GIRLS, BOYS, "clothes_of_women"), (BOYS, GIRLS, "clothes_of_men")):
        if not (is_mixed and count_of(picture, sex) == "1"):
            continue
        theirs = [role for role in worn if is_among(role, name) and not is_among(role, "gowns_of_one")]
        worn = [role for role in worn if role not in theirs]
        _give(picture, sex, theirs)
        if is_pair and picture.phrases(other) == ["1"] and any(is_among(role, "outfits") for role in theirs):
            # Who of a girl and a boy wears no dress wears the kimono.
            whole = [role for role in worn if _is_whole(role) or role.noun == _SUIT]
            worn = [role for role in worn if role not in whole]
            _give(picture, other, whole)
    if not (sexes or picture.names or qualities):
        return  # A hat beside two cats is worn by one of them or by none.
    of_all = [] if OTHERS in sexes else _worn_by_all(picture, worn, is_mixed=is_mixed)
    picture.put("clothes", of_all)
    picture.put("pooled", [role for role in worn if role not in of_all and not _is_no_garment(role)])


def _worn_by_all(picture: Picture, worn: Sequence[Role], *, is_mixed: bool) -> list[Role]:
    """The clothes of all: uniforms with their parts, what is worn for a sport, and what those alike wear."""
    # Not all cooks wear the tall hat.
    shared = [
        role for role in worn if is_among(role, "shared_clothes") and not is_among(role, "hats_of_trades")
    ]
    no_trades = lists().words["of_ages"] | lists().words["races"]
    kinds = picture.roles.get("kind", ())
    trades = [role.noun for role in kinds if role.phrase.partition(" ")[2] not in no_trades]
    differ = bool(trades) or len(picture.species) > 1
    if differ:
        # A police officer and a thief do not both wear a police uniform, nor both animals a uniform.
        shared = [role for role in shared if not _is_of_trade(role, trades)]
    are_alike = picture.has("together") or not _ALIKE.isdisjoint(picture.phrases("relation", "act"))
    if not are_alike:
        # A red kimono may be that of one, and of a girl and a boy one may wear the uniform.
        shared = [role for role in shared if _is_extra(role) or (is_among(role, "uniforms") and not is_mixed)]
    left = [role for role in worn if role not in shared]
    whole = [role for role in shared if not _is_extra(role)]
    broader = set[str]().union(*(broader_tags(role.noun) for role in whole))
    has_uniform = any(is_among(role, "uniforms") for role in shared) and not (is_mixed or differ)
    parts = {role.noun for role in whole if has_uniform and _is_part(role)}
    are_several = len({role.noun for role in whole} - broader - parts) > 1
    others = any(
        (_is_outfit(role) and role.noun not in broader)
        or is_among(role, "shared_clothes")
        or is_among(role, "worn_at_leisure")
        or (bool(picture.names) and is_among(role, "worn_over_uniforms"))
        for role in left
    )
    if are_several or others:
        # One wears the yukata and another the jinbei, or one a uniform and another a Hawaiian shirt.
        return [role for role in shared if role not in whole]
    # One of them may wear a jacket over the uniform.
    parts_of_all = [role for role in left if _is_part(role) and not is_among(role, "worn_over_uniforms")]
    return [*shared, *(parts_of_all if has_uniform else ())]


def _is_part(role: Role) -> bool:
    """Whether it is a part of a uniform of several: a skirt, but not the kimono of another."""
    return is_among(role, "uniform_parts") and not is_among(role, "kimonos")


def _is_no_garment(role: Role) -> bool:
    """Whether a tag tells what clothes are like and not which: "polka dot clothes", "long sleeves"."""
    words = lists().words
    told, _, noun = role.phrase.rpartition(" ")
    is_told = told.replace(" ", "_") in words["clothes_states"] | words["of_outerwear"]
    return (noun == "clothes" and is_told) or (noun == "sleeves" and not told.startswith("detached"))


def _is_of_trade(role: Role, trades: Sequence[str]) -> bool:
    """Whether it is what one of several wears by whose trade they differ."""
    if _is_whole(role):
        return _TEACHER in trades or not is_among(role, "school_clothes")
    return not set(trades).isdisjoint(role.phrase.split(" "))


def _is_whole(role: Role) -> bool:
    """Whether it is all that somebody wears: a kimono, but no ice skates."""
    return is_among(role, "shared_clothes") and not _is_extra(role)


def _is_extra(role: Role) -> bool:
    """Whether all wear it for what they do: ice skates, winter clothes."""
    return is_among(role, "shared_extras")


def _is_outfit(role: Role) -> bool:
    is_tracksuit = role.phrase.removeprefix("a ").startswith(_OF_TRACK)
    return is_tracksuit or is_among(role, "outfits") or (is_kind(role) and is_among(role, "tops"))


def is_among(role: Role, name: str) -> bool:
    """Whether what is said ends like something in a list of words.json: "a white chef hat" like chef_hat."""
    return not lists().words[name].isdisjoint(_endings(role.phrase))


@lru_cache(maxsize=REMEMBERED_TAGS)
def _endings(phrase: str) -> Sequence[str]:
    words = phrase.removeprefix("a ").removeprefix("an ").split(" ")
    return ["_".join(words[at:]) for at in range(len(words))]


def is_kind(role: Role) -> bool:
    """Whether it is told by another noun alone: "a cat tail", but not "a long tail"."""
    return [rank for rank, _ in role.modifiers] == [NOUN_RANK]


def _give(picture: Picture, sex: str, worn: Sequence[Role]) -> None:
    """Put what the only one of a sex wears to the slot "theirs": "the girl", "wears a red dress"."""
    if worn:
        said = merged(Picture(roles={"clothes": [*worn]}), "clothes", of_one=True)
        wears = f"wears {and_list(with_parts_of_uniform(said))}"
        picture.put("theirs", [Role("theirs", wears, head=f"the {name_of(picture, sex)}")])
