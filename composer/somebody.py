"""Who people are: somebody alone by the noun that tells most, and who two are to each other."""

from collections.abc import Collection, Sequence

from composer.phrasing import and_list, lists, with_article
from composer.picture import Picture, counted_people
from composer.subject import PAIR, Subject, from_series, one_name, sex_of
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
OF_NO_SEX = "of ambiguous gender"
_MATURE, _WHO = "mature", " who is "
_ARTICLES = ("a ", "an ")
_MOST = 3  # of kinds that a noun phrase has: "a pirate and captain"
_SEX_WORDS = {GIRLS: "female", BOYS: "male"}
_SEXED_TRADES = {GIRLS: "women", BOYS: "men"}


def somebody(picture: Picture, people: list[str]) -> Subject:
    """Somebody alone who has a name or is counted: "Hatsune Miku from Vocaloid, a girl"."""
    kinds = picture.phrases("kind")
    is_of_no_sex = bool(people) and OF_NO_SEX in kinds
    kinds = [kind for kind in kinds if not (is_of_no_sex and kind == OF_NO_SEX)]
    sexed: list[str] = []
    if people:
        sexed, _ = told_by_kinds(picture, people[0], kinds)
        people, kinds = told_by_kinds(picture, people[0], kinds, can_leave_sex=True)
        people = [f"{who} {OF_NO_SEX}" for who in people] if is_of_no_sex else people
    elif picture.has("quality"):
        people = [f"({', '.join(picture.phrases('quality'))})"]
    kinds += [with_article(species) for species in picture.species]
    names = one_name(picture.names)

    def told(people: Sequence[str]) -> str:
        text = ", ".join([names, *people]) if names else people[0] + from_series(picture)
        if not kinds:
            return text
        return text + (_WHO if people else ", who is ") + and_list(kinds)

    text = f"{names}, {and_list(kinds)}" if names and not people and kinds else told(people)
    is_nobody = picture.has("empty") and not picture.has(GIRLS, BOYS)
    kind = "it" if is_nobody else sex_of(picture)
    return Subject(
        text,
        kind,
        ends_in_aside=bool(kinds) or not people,
        is_bare_name=not (people or kinds),
        sexed=told(sexed) if sexed and sexed != people and not is_of_no_sex else "",
    )


def told_by_kinds(
    picture: Picture, person: str, kinds: list[str], *, can_leave_sex: bool = False
) -> tuple[list[str], list[str]]:
    """Who it is by the kinds, and the kinds that are left for "who is …".

    A girl tagged tall and cat_girl is "a tall cat girl", a boy with a beard a man, a girl tagged child "a
    young girl", and one tagged witch "a witch". `can_leave_sex` is whether a pronoun tells that the knight is
    female.
    """
    noun = person.split(" ", 1)[1]
    qualities = [
        quality.removesuffix(" male").removesuffix(" female") for quality in picture.phrases("quality")
    ]
    told, kinds = _with_noun(picture, noun, kinds, is_mature=_MATURE in qualities)
    are_nouns = 0 < len(kinds) < _MOST and all(kind.startswith(_ARTICLES) for kind in kinds)
    if told in (noun, GROWN.get(noun)) and are_nouns:
        qualities = [quality for quality in qualities if quality != _MATURE]
        told, kinds = " and ".join(kind.partition(" ")[2] for kind in kinds), []
        qualities += [] if can_leave_sex or noun not in _SEX_WORDS else [_SEX_WORDS[noun]]
    return [with_article(" ".join([*dict.fromkeys(qualities), told]))], kinds


def _with_noun(picture: Picture, noun: str, kinds: list[str], *, is_mature: bool) -> tuple[str, list[str]]:
    """The girl or boy by a kind that tells the sex too, or by a race or an age; and the other kinds."""
    words = lists().words
    races = [kind for kind in kinds if kind.partition(" ")[2] in words["races_of_girls"]]
    if named := _of(words.get(f"{noun}s", frozenset()), kinds):
        return named.split(" ", 1)[1], [kind for kind in kinds if kind != named]
    if named := _of(words.get(_SEXED_TRADES.get(noun, ""), frozenset()), kinds):
        race = f"{races[0].split(' ', 1)[1]} " if len(races) == 1 and named not in races else ""
        left = [kind for kind in kinds if kind != named and not (race and kind in races)]
        return race + named.split(" ", 1)[1], left
    if noun not in GROWN:
        return noun, kinds
    if len(races) == 1:
        kinds = [kind for kind in kinds if kind not in (*races, CHILD)]
        if not kinds:
            return f"{races[0].partition(' ')[2]} {noun}", []
        return noun, [f"{races[0]} {kinds[0].partition(' ')[2]}", *kinds[1:]]
    if CHILD in kinds:
        return f"young {noun}", [kind for kind in kinds if kind != CHILD]
    of_men = any(role.noun in words["of_men"] for role in picture.roles.get("body", ()))
    return GROWN[noun] if is_mature or (noun == BOYS and of_men) else noun, kinds


def _of(nouns: Collection[str], kinds: Sequence[str]) -> str:
    return next((kind for kind in kinds if kind.rpartition(" ")[2] in nouns), "")


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
