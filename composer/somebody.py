"""Somebody alone, by a name and the noun that tells most: "Frieren, an elf girl", "a young boy"."""

from collections.abc import Collection, Sequence

from composer.kin import CHILD, GROWN
from composer.naming import from_series, one_name
from composer.phrasing import and_list, lists, with_article
from composer.picture import Picture
from composer.subject import Subject, sex_of
from tags.people_counts import BOYS, GIRLS

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
    kind = "it" if picture.has("empty") else sex_of(picture)
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
