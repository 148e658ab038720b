"""Who people are to each other: a father and his daughter are a man and a girl, and twins are of one age."""

from collections.abc import Sequence

from composer.phrasing import lists
from composer.picture import Picture, counted_people
from composer.subject import PAIR
from composer.words import COLOUR_RANK, Role
from tags.people_counts import BOYS, GIRLS

GROWN = {GIRLS: "woman", BOYS: "man"}
BORN_TOGETHER = ("twins", "triplets", "quadruplets")
CHILD = "a child"
_GREY = frozenset(("grey", "white"))
_MARRIED = frozenset(("husband and wife", "wife and wife", "husband and husband"))
_ONE_OTHER = "one other person"
_ALIKE_IN_AGE = frozenset((*BORN_TOGETHER, "sisters", "brothers", "friends", "a couple"))
KIN = {
    **dict.fromkeys(("father", "grandfather", "uncle", "husband"), (BOYS, "man")),
    **dict.fromkeys(("mother", "grandmother", "aunt", "wife"), (GIRLS, "woman")),
    **dict.fromkeys(("son", "grandson", "nephew", "brother"), (BOYS, "boy")),
    **dict.fromkeys(("daughter", "granddaughter", "niece", "sister"), (GIRLS, "girl")),
}


def grown(picture: Picture, people: list[str]) -> list[str]:
    """The people, where a kind or a relation tells more of them: "a cat girl", "a man and a girl"."""
    people = _of_kin(picture, people)
    for sex, noun in GROWN.items():
        kinds = [role for role in picture.roles.get("kind", ()) if role.noun in (sex, noun)]
        called = next((who for who in (f"a {noun}", f"a {sex}") if who in people), "")
        if len(kinds) == 1 and called:
            picture.put(f"grown {sex}", picture.take("kind", lambda role: role is kinds[0]))  # noqa: B023
            people = [kinds[0].phrase if who == called else who for who in people]
    if not picture.has("relation", "differing") or not _ALIKE_IN_AGE.isdisjoint(picture.phrases("relation")):
        people = _with_the_old(picture, people)
    if (
        picture.phrases(BOYS) == ["1"]
        and "a boy" in people
        and any(role.noun in lists().words["of_men"] for role in picture.roles.get("body", ()))
    ):
        picture.put(f"grown {BOYS}", [Role("grown", GROWN[BOYS])])
        people = ["a man" if who == "a boy" else who for who in people]
    others = [role for role in picture.roles.get("kind", ()) if role.noun in lists().words["of_no_people"]]
    if len(others) == 1 and people[-1:] == [_ONE_OTHER]:
        picture.take("kind", lambda role: role is others[0])
        people = [*people[:-1], others[0].phrase]
    return people


def _with_the_old(picture: Picture, people: list[str]) -> list[str]:
    """Two old women, or an old woman and a young girl where a child is told of."""
    kinds = picture.phrases("kind")
    for sex, noun in GROWN.items():
        old = f"an old {noun}"
        if people == [f"two {sex}s"] and old in kinds:
            told = [old, CHILD] if CHILD in kinds else [old]
            picture.put(f"grown {sex}", picture.take("kind", lambda role: role.phrase in told))  # noqa: B023
            if CHILD in told:
                return [old, f"a young {sex}"]
            if _has_young_hair(picture):
                picture.put("kind", [Role("kind", old)])
                return people
            return [f"two old {'women' if sex == GIRLS else 'men'}"]
    return people


def _has_young_hair(picture: Picture) -> bool:
    """Whether hair of another colour stands beside grey hair, so that not all are old."""
    hair = [role for role in picture.roles.get("hair", ()) if COLOUR_RANK in dict(role.modifiers)]
    grey = [role for role in hair if any(word in _GREY for _, word in role.modifiers)]
    return 0 < len(grey) < len(hair)


def _of_kin(picture: Picture, people: list[str]) -> list[str]:
    """Two people by how they are related, in that order: a father and his daughter are a man and a girl."""
    # Parents are told before their child, who may be a baby that no tag counts.
    for relation in sorted(picture.phrases("relation"), key=lambda each: each not in _MARRIED):
        kin = [KIN[one] for one in relation.split(" and ") if one in KIN]
        counts = [sex for sex in (GIRLS, BOYS) for _ in range(sum(of == sex for of, _ in kin))]
        said, number = counted_people(picture)
        if len(kin) == PAIR == number and said == people and _counted_as(counts) == people:
            if kin[0] == kin[1]:
                return [f"two {'women' if kin[0][0] == GIRLS else 'men'}"]
            for sex, noun in kin:
                picture.put(f"grown {sex}", [Role("grown", noun)] if noun == GROWN[sex] else [])
            return [f"a {noun}" for _, noun in kin]
    return people


def _counted_as(sexes: Sequence[str]) -> list[str]:
    """What two of these sexes are called where only they are counted: ["a girl", "a boy"]."""
    return [f"two {sexes[0]}s"] if len(set(sexes)) == 1 else [f"a {sex}" for sex in sexes]
