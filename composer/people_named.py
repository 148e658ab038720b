"""The people whom a caption is about, by their names and their count."""

from collections.abc import Sequence
from dataclasses import replace

from composer import appearance
from composer.phrasing import and_list, in_plural, lists, with_article
from composer.picture import COUNTS, Picture, counted_people
from composer.somebody import BORN_TOGETHER, CHILD, GROWN, OF_NO_SEX, grown, somebody, told_by_kinds
from composer.subject import MANY, PAIR, PRONOUNS, SEXES, Subject, from_series, names_with_series, sex_of
from composer.words import Role
from tags.people_counts import BOYS, GIRLS, OTHERS

_FURRY = frozenset(f"{word}{sex}" for word in ("anthro", "furry") for sex in ("", " male", " female"))
_CROWD = "a group of other people"
_CROWDS = ("a group", "a crowd")
_SOLO_FOCUS = "the focus on one person"
_ELDERS = ("father and", "mother and", "parent and", "grand", "uncle and", "aunt and")
_OF_A_SEX = tuple(f" {sex}" for sex in SEXES)


def named_or_counted(picture: Picture, people: list[str], number: int) -> Subject:
    """People who have names or are counted, at least `number`: "Hatsune Miku from Vocaloid, a girl"."""
    several_names = len(picture.names) > 1 and (picture.has("namesake") or not picture.has("alone"))
    if not (number > 1 or several_names or picture.has("company", "relation")):
        return somebody(picture, people)
    ones = [sex for sex in (GIRLS, BOYS) if "1" in picture.phrases(sex)]
    is_in_crowd = people[-1:] == [_CROWD] and number > PAIR and len(people) == PAIR
    is_focused = _SOLO_FOCUS in picture.phrases("text") or is_in_crowd
    if is_focused and len(ones) == 1 and not several_names:
        picture.take("text", lambda role: role.phrase == _SOLO_FOCUS)
        focused = somebody(picture, [f"a {ones[0]}"])
        others = and_list(who for who in people if who != f"a {ones[0]}")
        return replace(focused, text=f"{focused.text}, among {others}", ends_in_aside=True)
    return _several(picture, people, number)


def _several(picture: Picture, people: list[str], number: int) -> Subject:
    """Several people, or those who have names: "Anya and Bond, a girl and a dog"."""
    several_names = len(picture.names) > 1 and not picture.has("alone")
    creatures = picture.phrases("namesake")
    is_furry = number == 1 and several_names and not _FURRY.isdisjoint(picture.phrases("quality"))
    if not is_furry:
        people = _with_qualities(picture, grown(picture, people))
    elif len(picture.names) == PAIR:
        creatures.append("a furry character")
    if picture.portraits:
        return _portrayed(picture, people, number)
    text, told = _named(picture, people, creatures, number)
    asides = _asides(picture, number)
    is_bare_name = text == names_with_series(picture.names) and not (asides or told)
    is_bare = len(picture.names) > 1 and is_bare_name
    is_long = bool(asides or told or is_bare) or text.endswith(" them") or " who are " in text
    has_others = several_names and len(picture.names) > number
    text = ", ".join([text, *([*told, *asides] if has_others else [*asides, *told])])
    if number and has_others and not is_furry:
        # The others are no people, so what people wear and do is said of these.
        return Subject(text, sex_of(picture), number, reference=_the(people))
    count = max(number, len(picture.names)) if number > 1 or several_names else MANY
    return Subject(text, sex_of(picture), count, is_long, is_bare_name)


def _named(
    picture: Picture, people: list[str], creatures: Sequence[str], number: int
) -> tuple[str, list[str]]:
    """Names and counts, and what some of them are: "Frieren and Fern, two girls", ["one of them an elf"]."""
    among, names = _among(picture), names_with_series(picture.names)
    if names and (number < 2 or len(picture.names) > number + len(creatures)) and not creatures:
        # An old man is one of the men who are counted.
        among = [kind for kind in among if kind.rpartition(" ")[2] not in lists().words["of_ages"]]
        return names, [f"{and_list(people + among)} among them"] if people + among else []
    who = _who(picture, [*people, *creatures])
    if OF_NO_SEX in picture.phrases("kind"):
        who += f" {OF_NO_SEX}"
    if together := _what_all_are(picture, among):
        who += f" who are {in_plural(together.partition(' ')[2])}"
        picture.put("together", picture.take("kind", lambda role: role.phrase == together))
        among = [kind for kind in among if kind != together]
    told = _what_some_are(picture, among, number)
    if names and len(picture.names) < number:
        return f"{who}, {names} among them", told
    return f"{names}, {who}" if names else who + from_series(picture), told


def _with_qualities(picture: Picture, people: list[str]) -> list[str]:
    """The people with what is said of all of them, or of the only one of a sex: "a muscular boy"."""
    told = [_count_and_noun(who) for who in people]
    for quality in picture.phrases("quality"):
        word, _, sex = quality.rpartition(" ") if quality.endswith(_OF_A_SEX) else (quality, "", "")
        ones = [who for who in told if sex and who[0] == "a" and who[1].endswith(SEXES[sex])]
        is_told = word == "mature" and any(who[1].endswith(GROWN[SEXES[sex]]) for who in told)
        if len(ones) == 1 and not is_told:
            noun = ones[0][1].replace(SEXES[sex], GROWN[SEXES[sex]]) if word == "mature" else ones[0][1]
            ones[0][1] = f"{word} {noun}"
        elif word in lists().words["of_all"]:
            told = [[who[0], f"{word} {who[1]}"] for who in told]
    return [with_article(who[1]) if who[0] == "a" else " ".join(who) for who in told]


def _count_and_noun(who: str) -> list[str]:
    """What is before the adjectives of people, and what behind: ["a group of", "girls"], ["two", "boys"]."""
    crowd, of, noun = who.partition(" of ")
    return [f"{crowd}{of.rstrip()}", noun] if crowd in _CROWDS else who.split(" ", 1)


def _related(picture: Picture, number: int) -> str:
    """How people are related, said of some where they are more than two: "twin sisters among them"."""
    relations = picture.phrases("relation")
    alike = next((relation for relation in relations if relation in BORN_TOGETHER), "")
    if alike:
        siblings = [relation for relation in relations if relation in ("sisters", "brothers")]
        said = f"{alike.removesuffix('s')} {siblings[0]}" if len(siblings) == 1 else alike
        left_out = ("siblings", *siblings)
        relations = [said if each == alike else each for each in relations if each not in left_out]
    said_of_all = lists().words["all_related"].intersection(" ".join(picture.phrases("relation")).split(" "))
    # A father with a baby and his wife are of two relations.
    pairs = [relation for relation in relations if " and " in relation]
    is_of_some = (number > PAIR or len(pairs) > 1) and relations and not said_of_all
    return and_list(relations) + (" among them" if is_of_some else "")


def _among(picture: Picture) -> list[str]:
    """What some of several people are: "an elf"."""
    kinds = [*picture.phrases("kind"), *map(with_article, picture.species)]
    if any(relation.startswith(_ELDERS) for relation in picture.phrases("relation")):
        # A grandfather is old, and his grandson a child.
        kinds = [kind for kind in kinds if kind.rpartition(" ")[2] not in lists().words["of_ages"]]
    kinds = [kind for kind in kinds if kind != OF_NO_SEX]
    if len(picture.names) > 1:
        # That one of five is a magical girl is said of none: all are.
        casts = lists().words["of_casts"]
        kinds = [kind for kind in kinds if kind.partition(" ")[2].replace(" ", "_") not in casts]
    told = [
        next(filter(None, (lists().one_kind.get(word) for word in kind.split(" "))), kind) for kind in kinds
    ]
    return [kind for at, kind in enumerate(kinds) if told[at] not in told[:at]]


def _what_some_are(picture: Picture, among: Sequence[str], number: int) -> list[str]:
    """What is said of kinds that only some of several people may be: "an elf among them".

    What the only girl or boy is goes to the slot "theirs": "the boy", "is a salaryman".
    """
    for sex, noun, other in ((GIRLS, "women", BOYS), (BOYS, "men", GIRLS)):
        is_only = picture.phrases(sex) == ["1"]
        if CHILD in among and is_only and number == PAIR and picture.has(f"grown {other}"):
            _be(picture, sex, CHILD)
        ones = [kind for kind in among if kind.rpartition(" ")[2] in lists().words[noun]]
        if len(ones) == 1 and number > 1 and is_only:
            _be(picture, sex, ones[0])
            among = [kind for kind in among if kind not in ones]
            are_told = {role.head for role in picture.roles.get("theirs", ())}
            is_free = f"the {name_of(picture, other)}" not in are_told
            if number == PAIR and len(among) == 1 and picture.phrases(other) == ["1"] and is_free:
                _be(picture, other, among[0])
                return []
    among = [kind for kind in among if kind != CHILD]
    if number > PAIR:
        # Those who wear maid aprons are the maids.
        worn = [role.phrase.removeprefix("a ") for role in picture.roles.get("clothes", ())]
        among = [kind for kind in among if not any(each.startswith(f"{kind[2:]} ") for each in worn)]
    races = [
        kind
        for kind in among
        if kind.partition(" ")[2] in lists().words["races"] or kind.partition(" ")[2] in picture.species
    ]
    if 0 < len(races) < len(among):
        # The elf may be the bartender.
        among = max(races, [kind for kind in among if kind not in races], key=len)
    if number == PAIR == len(among) and picture.has(GIRLS) and picture.has(BOYS) and not races:
        # Which of them is the knight, no tag tells.
        picture.put("told", [Role("told", f"one is {among[0]} and the other is {among[1]}")])
        return []
    if among and len(among) == number and len(races) in ((0, PAIR) if number == PAIR else (number,)):
        return [and_list(among)]  # One may be both an elf and a maid, but not both an elf and a dwarf.
    return [f"{and_list(among)} among them"] if among else []


def _be(picture: Picture, sex: str, kind: str) -> None:
    picture.put("theirs", [Role("theirs", f"is {kind}", head=f"the {name_of(picture, sex)}")])


def _what_all_are(picture: Picture, among: Sequence[str]) -> str:
    """What all of several people are, as three girls beside the tag of a maid are maids; "" for nothing."""
    name = "trades_of_all" if picture.has(GIRLS) and picture.has(BOYS) else "trades_of_a_sex"
    is_pair_of_sexes = name == "trades_of_all" and picture.number == PAIR
    if picture.has(OTHERS) or is_pair_of_sexes:
        return ""  # Of a girl and a boy one may be the firefighter who carries the other.
    shared = [
        kind for kind in among if kind.lower().partition(" ")[2].replace(" ", "_") in lists().words[name]
    ]
    if (
        picture.names
        and not picture.has("empty")
        and set(BORN_TOGETHER).isdisjoint(picture.phrases("relation"))
    ):
        return ""  # Of five that have names, one may be the miko.
    if len(among) == 1 and picture.has("empty") and among[0].partition(" ")[2] in lists().words["races"]:
        return among[0]  # Where no human is, both brothers are skeletons.
    # One of two is the pirate and the other the shark girl.
    are_alike = len(among) == 1 or picture.number > PAIR
    return shared[0] if len(shared) == 1 and are_alike else ""


def _who(picture: Picture, people: Sequence[str]) -> str:
    """The people in words, a boy and a girl in the order of their names as far as that is known."""
    names = list(picture.names)
    if len(names) != PAIR or len(people) != PAIR:
        return and_list(people)
    words = lists().words
    is_sure = [
        not words[titles].isdisjoint(name.lower().split(" "))
        for titles, name in zip(("titles_of_women", "titles_of_men"), names, strict=True)
    ]
    is_reversed = [
        not words[titles].isdisjoint(name.lower().split(" "))
        for titles, name in zip(("titles_of_men", "titles_of_women"), names, strict=True)
    ]
    if any(is_reversed):
        return and_list(reversed(people))
    if any(is_sure):
        return and_list(people)
    # Two nouns after two names would be read in the order of these.
    related = picture.take("relation", lambda role: " and " in role.phrase)
    return f"a pair of {related[0].phrase if related else and_list(people)}"


def name_of(picture: Picture, sex: str) -> str:
    """What the only one of a sex is called: "man"."""
    if sex == BOYS and "mature male" in picture.phrases("quality"):
        return GROWN[sex]
    grown_up = (role.phrase for role in picture.roles.get(f"grown {sex}", ()))
    return next((phrase.removeprefix("an ").removeprefix("a ") for phrase in grown_up), sex)


def _the(people: Sequence[str]) -> str:
    """ "The two girls and the boy"."""
    said = and_list(f"the {who.removeprefix('a ').removeprefix('an ')}" for who in people)
    return f"T{said[1:]}"


def _asides(picture: Picture, number: int) -> list[str]:
    """How those in the picture are related and what group they are: "sisters", "a trio"."""
    return [*filter(None, [_related(picture, number), and_list(picture.phrases("company"))])]


def _portrayed(picture: Picture, people: list[str], number: int) -> Subject:
    """Named characters whose traits are known: "Rem, a maid with blue hair, and Ram with pink hair"."""
    titles = {tuple(found) for found in picture.names.values()}
    common = next(iter(titles)) if len(titles) == 1 else ()
    told = []
    for name, series in picture.names.items():
        said = name if common or not series else f"{name} from {and_list(series)}"
        portrait = picture.portraits.get(name, Picture())
        # Whether somebody is a fox or has one with them, no tag tells.
        picture.put("seen", portrait.take("being", lambda role: True))
        told.append(said + _portrait(picture, portrait))
    if sum(portrait.number for portrait in picture.portraits.values()) == number:
        people = []  # Each of them was called a girl or a boy already.
        picture.series.extend(common)
    source = f" from {and_list(common)}" if common and people else ""
    kinds = [*_among(picture), *picture.phrases("namesake")]
    asides = [*_asides(picture, number), *_what_some_are(picture, kinds, number)]
    group = ", ".join([and_list(people) + source, *asides]).strip(", ")
    reference = ", ".join([f"{_the(people) if people else 'They'}{source}", *asides])
    text = f"{', '.join(told[:-1])}, and {told[-1]}"
    return Subject(text, sex_of(picture), max(number, len(told)), reference=reference, group=group)


def _portrait(picture: Picture, portrait: Picture) -> str:
    """What follows the name of one of several: ", an elf with green eyes"."""
    people, _ = counted_people(portrait)
    kinds = portrait.phrases("kind") + [with_article(species) for species in portrait.species]
    if people:
        people, kinds = told_by_kinds(portrait, people[0], kinds)
    who = people[:1] + kinds
    said = (f", {and_list(who)}" if who else "") + appearance.of_each(portrait)
    sexes = [sex for sex in COUNTS if (portrait if people else picture).has(sex)]
    return said.replace("{her}", PRONOUNS[sexes[0]][1] if len(sexes) == 1 else "the")
