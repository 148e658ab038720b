"""Whom or what a caption is about: people, a character, an animal, or a scene."""

from collections.abc import Sequence
from dataclasses import replace

from composer.creatures import COUNTED_AS_MANY, is_trade
from composer.people_named import named_or_counted
from composer.phrasing import and_list, lists, with_article
from composer.picture import NAMED, VEHICLE_FOCUS, Picture, counted_people
from composer.subject import (
    DEEDS,
    GROUPS,
    MANY,
    PAIR,
    SEXES,
    TRAITS,
    Subject,
    from_series,
    names_with_series,
    sex_of,
)
from composer.words import Role
from english import NUMBER_WORDS, plural

_TWO_RELATED = [f"{one} and {two}" for one in ("mother", "father") for two in ("son", "daughter")]
_ANIMAL_FOCUS = "a focus on the animal"
_HUMAN = "human"
_OF_BOTH_SEXES = " of both sexes"
_FERAL, _STILL_LIFE, _RIDING = "feral", "a still life", "riding "
_DUO = "a duo"
_PAIRS = frozenset((_DUO, "a couple", *_TWO_RELATED))


def find_subject(picture: Picture) -> Subject:
    """Whom or what the picture shows: people, a character that is described, an animal, or else a scene."""
    people, number = counted_people(picture)
    if picture.has("company") and picture.has("quality") and not people:
        return _described(picture)  # "Simba and Nala, a duo of feral lions"
    if picture.names or people:
        return named_or_counted(picture, people, number)
    is_group = picture.has(*GROUPS)
    has_beings_alone = picture.has("being") and (picture.has("empty") or not picture.has("kind", "quality"))
    if picture.species or (picture.has("kind", "quality", *GROUPS) and not has_beings_alone):
        return _described(picture)
    place_is_shown = picture.has("frame", "landmark") and VEHICLE_FOCUS not in picture.phrases("text")
    if _is_about_beings(picture) or (picture.has("vehicle") and not place_is_shown):
        beings = picture.phrases("being") or picture.phrases("vehicle")
        groups, qualities = picture.phrases(*GROUPS), picture.phrases("quality")
        counted, _, noun = beings[0].partition(" ")
        if len(beings) == 1 and qualities:
            told = " ".join([*qualities, noun])
            beings = [f"{counted} {told}" if counted in NUMBER_WORDS else with_article(told)]
        kinds = and_list(picture.phrases("kind"))
        is_dressed = len(beings) == 1 and all(map(is_trade, picture.roles.get("kind", ())))
        dressed_as = f" as {kinds}" if kinds and is_dressed else ""
        if kinds and not is_dressed and len(beings) == 1:
            groups.append(kinds)
        text = ", ".join([and_list(beings) + dressed_as + from_series(picture), *groups])
        are_many = any(being.partition(" ")[0] in COUNTED_AS_MANY for being in beings)
        number = MANY if is_group or are_many else len(beings)
        if counted in NUMBER_WORDS:
            number = NUMBER_WORDS.index(counted)
        return Subject(text, "it", number, ends_in_aside=bool(groups))
    if picture.has(*TRAITS, *DEEDS, "held", "alone") and not picture.has("empty"):
        return _described(picture)
    return Subject("", "scene")


def _is_about_beings(picture: Picture) -> bool:
    """Whether animals are what is looked at, and not a lighthouse with a seagull."""
    if not picture.has("being"):
        return False
    if _STILL_LIFE in picture.phrases("frame") and not picture.has(*DEEDS):
        return False
    if _ANIMAL_FOCUS in picture.phrases("text"):
        return True
    is_described = picture.has("eyes", "body", "clothes", "held", *DEEDS)
    return is_described or not picture.has("frame", "landmark")


def _described(picture: Picture) -> Subject:
    """A character that is neither named nor counted: "a male anthro fox", "an elf", "a character"."""
    qualities, kinds = picture.phrases("quality"), picture.phrases("kind")
    groups = picture.phrases(*GROUPS)
    if groups or set(SEXES).issubset(qualities):
        return _group(picture, groups)
    noun = picture.species[0] if len(picture.species) == 1 else "character"
    if qualities or picture.species or not kinds:
        text = with_article(" ".join([*_in_order(qualities), noun]))
    else:
        text, kinds = and_list(kinds), []
    if len(picture.species) > 1:
        text += f" ({', '.join(picture.species)})"
    text += from_series(picture) + (f", {and_list(kinds)}" if kinds else "")
    if picture.species and not (qualities or kinds):
        return Subject(text, "it")
    kind = "it" if _FERAL in qualities and not SEXES.keys() & qualities else sex_of(picture)
    return Subject(text, kind, ends_in_aside=bool(kinds))


def _in_order(qualities: Sequence[str]) -> list[str]:
    """A male anthro wolf is no anthro male wolf, and muscular first."""
    of_all = lists().words["of_all"]
    return sorted(qualities, key=lambda quality: 2 if quality in of_all else int(quality in SEXES))


def _group(picture: Picture, groups: Sequence[str]) -> Subject:
    """Several that are neither named nor counted: "a duo of anthro wolves, brothers"."""
    sexes = [quality for quality in picture.phrases("quality") if quality in SEXES]
    # A muscular lion beside a slim one makes no muscular and slim lions, nor are both anthro and feral.
    of_all = [quality for quality in picture.phrases("quality") if quality in lists().words["of_all"]]
    left = [
        quality for quality in picture.phrases("quality") if quality not in of_all and quality not in SEXES
    ]
    of_a_sex = [with_article(quality) for quality in left if quality.rpartition(" ")[2] in SEXES]
    has_human = any(map(_is_human, picture.roles.get("kind", ())))
    if not has_human:
        _count_beings_as_species(picture)
    if has_human:
        # A human beside a feral dragon is neither feral nor a dragon, and nobody tells the dragon's sex.
        of_all, sexes = [], sexes if len(sexes) > 1 else []
        _count_human_as_species(picture)
    species, noun = picture.species, _noun_of_group(picture)
    of_one_sex = sexes if len(sexes) == 1 else []
    them = " ".join([*of_one_sex, *(of_all if len(of_all) == 1 else ()), noun])
    company, relation = and_list(picture.phrases("company")), and_list(picture.phrases("relation"))
    is_named = bool(of_all or left or sexes or species)
    text = f"{company} of {them}" if company and is_named else company or (them if is_named else relation)
    kinds = and_list(picture.phrases("kind", "namesake"))
    are_named = len(picture.names) > 1
    if are_named and _tell_in_no_order(picture):
        kinds, species = "", []
    of_both = _OF_BOTH_SEXES if len(sexes) == PAIR and (are_named or len(species) == PAIR) else ""
    asides = [
        relation if text != relation else "",
        and_list(of_all) if len(of_all) > 1 else "",
        and_list(sexes) if not (of_both or of_one_sex) else "",
        and_list(map(with_article, species)) if len(species) > 1 else "",
        # A waitress is one of three animals of three kinds.
        f"{kinds} among them" if kinds and (len(species) > 1 or has_human) else kinds,
        f"{and_list(of_a_sex)} among them" if of_a_sex else "",
    ]
    told = [aside for aside in asides if aside]
    names = names_with_series(picture.names)
    text = f"{names}, {text}{of_both}" if names else f"{text}{of_both}"
    series = "" if names else from_series(picture)
    number = PAIR if _DUO in groups or set(groups) <= _PAIRS else MANY
    return Subject(
        ", ".join([text + series, *told]),
        sex_of(picture),
        number,
        bool(told or names),
    )


def _count_beings_as_species(picture: Picture) -> None:
    """Tell what a group of animals are: a horse and a foal, where nobody has a name or a trade."""
    has_trades = any(role.noun not in lists().words["of_ages"] for role in picture.roles.get("kind", ()))
    if not (picture.species or picture.names or has_trades):
        picture.species = [_bare(role) for role in picture.take("being", _is_of_a_kind)]


def _count_human_as_species(picture: Picture) -> None:
    """Tell a human beside a dragon as one of two kinds, where the dragon's is known."""
    if not picture.species:
        picture.species = [_bare(role) for role in _other_than_human(picture)]
    if picture.species:
        humans = picture.take("kind", _is_human)
        picture.species = [*(role.phrase.partition(" ")[2] for role in humans), *picture.species]


def _other_than_human(picture: Picture) -> list[Role]:
    """Take out the dragon that a human is shown with, or rides, of which two are one."""
    found = picture.take("being", _is_of_a_kind)
    ridden = picture.take("act", lambda role: not found and role.phrase.startswith(_RIDING))
    picture.put("act", [replace(role, phrase=f"{_RIDING}the other") for role in ridden])
    return found or [replace(role, phrase=role.phrase.removeprefix(_RIDING)) for role in ridden]


def _bare(role: Role) -> str:
    """What it is without "a"."""
    return role.phrase.removeprefix("a ").removeprefix("an ")


def _is_of_a_kind(role: Role) -> bool:
    """Whether it is no animal that has a name."""
    return role.head != NAMED


def _is_human(role: Role) -> bool:
    return role.noun == _HUMAN


def _noun_of_group(picture: Picture) -> str:
    """What all are called: "wolves", or "pirates" where one tag of a pirate stands beside several animals."""
    species, trades = picture.species, picture.phrases("kind")
    if len(species) > 1 == len(trades) and trades[0].partition(" ")[2] in lists().words["trades_of_all"]:
        return plural(picture.take("kind", lambda role: True)[0].phrase.partition(" ")[2])
    return plural(species[0]) if len(species) == 1 else "characters"


def _tell_in_no_order(picture: Picture) -> bool:
    """Tell the kinds of named animals apart from their names, in whose order they would be read.

    Returns whether there are several kinds to tell.
    """
    kinds = [*map(with_article, picture.species), *picture.phrases("kind", "namesake")]
    if len(kinds) == PAIR:
        picture.put("told", [Role("told", f"one is {kinds[0]} and the other is {kinds[1]}")])
    elif len(kinds) > PAIR:
        picture.put("seen", [Role("seen", each) for each in kinds])
    return len(kinds) > 1
