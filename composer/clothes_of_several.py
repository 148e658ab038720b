"""What several people wear: what all of them do, those of one sex, one of them, and two between them."""

from collections.abc import Sequence

from composer.appearance import merged
from composer.clothes import with_parts_of_uniform
from composer.people_named import name_of
from composer.phrasing import and_list, lists
from composer.picture import COUNTS, Picture, count_of
from composer.subject import SEXES
from composer.words import NOUN_RANK, Role
from tags.implications import broader_tags
from tags.people_counts import BOYS, GIRLS, OTHERS


def share_clothes(picture: Picture, *, is_pair: bool) -> list[str]:
    """Leave what all wear, and put what a sex wears to the slot "theirs"; returns what one wears."""
    worn = picture.take("clothes", lambda role: True)
    sexes = [sex for sex in COUNTS if picture.has(sex)]
    qualities = picture.phrases("quality")
    is_mixed = len(sexes) > 1 or set(SEXES).issubset(qualities)
    for sex, other, name in ((GIRLS, BOYS, "clothes_of_women"), (BOYS, GIRLS, "clothes_of_men")):
        theirs = [role for role in worn if is_mixed and is_among(role, name)]
        is_one = count_of(picture, sex) == "1"
        never = "gowns_of_one" if is_one else "dresses_of_one"
        theirs = [role for role in theirs if not is_among(role, never)]
        if not is_one and any(is_among(role, "main_clothes") for role in worn if role not in theirs):
            # Of several girls, one wears the sundress and another jeans.
            theirs = [role for role in theirs if not is_among(role, "main_clothes")]
        worn = [role for role in worn if role not in theirs]
        _give(picture, sex, theirs)
        if is_pair and picture.has(other) and any(is_among(role, "outfits") for role in theirs):
            # Who of a girl and a boy wears no dress wears the kimono.
            whole = [
                role
                for role in worn
                if is_among(role, "shared_clothes") and not is_among(role, "shared_extras")
            ]
            worn = [role for role in worn if role not in whole]
            _give(picture, other, whole)
    if not (sexes or picture.names or qualities):
        return []  # A hat beside two cats is worn by one of them or by none.
    of_trade: list[Role] = []
    no_trades = lists().words["of_ages"] | lists().words["races"]
    differ = any(role.phrase.partition(" ")[2] not in no_trades for role in picture.roles.get("kind", ()))
    if differ:
        # A police officer and a thief do not both wear a police uniform.
        of_trade = [
            role for role in worn if is_among(role, "uniforms") and not is_among(role, "school_clothes")
        ]
        worn = [role for role in worn if role not in of_trade]
    of_all, pooled = _worn_by_all(
        worn, is_pair=is_pair, is_mixed=is_mixed or differ, has_others=OTHERS in sexes
    )
    picture.put("clothes", of_all)
    picture.put("pooled", pooled)
    of_one = [role for role in worn if role not in (*of_all, *pooled)]
    of_one = [*of_trade, *(role for role in of_one if is_among(role, "clothes_of_one"))]
    return [f"one of them wearing {role.phrase}" for role in of_one]


def _worn_by_all(
    worn: Sequence[Role], *, is_pair: bool, is_mixed: bool, has_others: bool
) -> tuple[list[Role], list[Role]]:
    """What all wear, and what two wear between them, of which each has a part: a dress and a suit."""
    shared = [role for role in worn if is_among(role, "shared_clothes") and not has_others]
    left = [role for role in worn if role not in shared]
    main = [role for role in left if is_among(role, "main_clothes")]
    if shared:
        # Where one of two has a uniform and the other a dress or a Hawaiian shirt, not both have the uniform.
        whole = [role for role in shared if not is_among(role, "shared_extras")]
        broader = set[str]().union(*(broader_tags(role.noun) for role in whole))
        other = [role for role in left if _is_outfit(role) and role.noun not in broader]
        if whole and other:
            return [role for role in shared if role not in whole], [*whole, *other] if is_pair else []
        has_uniform = any(is_among(role, "uniforms") for role in shared) and not is_mixed
        return [*shared, *(role for role in left if has_uniform and is_among(role, "uniform_parts"))], []
    if len({role.head for role in main}) == 1:
        are_alike = not is_mixed or len(main) > 1
        return [role for role in main if are_alike and is_among(role, "clothes_of_all")], []
    return [], main if is_pair else []


def _is_outfit(role: Role) -> bool:
    return is_among(role, "outfits") or (is_kind(role) and is_among(role, "tops"))


def is_among(role: Role, name: str) -> bool:
    """Whether what is said ends like something in a list of words.json: "a white chef hat" like chef_hat."""
    words = role.phrase.removeprefix("a ").removeprefix("an ").split(" ")
    return any("_".join(words[at:]) in lists().words[name] for at in range(len(words)))


def is_kind(role: Role) -> bool:
    """Whether it is told by another noun alone: "a cat tail", but not "a long tail"."""
    return [rank for rank, _ in role.modifiers] == [NOUN_RANK]


def _give(picture: Picture, sex: str, worn: Sequence[Role]) -> None:
    """Put what those of one sex wear to the slot "theirs": "the girl wearing a red dress"."""
    if worn and picture.has(sex):
        is_one = count_of(picture, sex) == "1"
        said = merged(Picture(roles={"clothes": [*worn]}), "clothes", is_each=not is_one, of_one=is_one)
        who = name_of(picture, sex) if is_one else f"{sex}s"
        told = f"the {who} wearing {and_list(with_parts_of_uniform(said))}"
        picture.put("theirs", [Role("theirs", told)])
