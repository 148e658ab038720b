"""Animals in a picture of somebody or something else: a bee beside a beekeeper, a cat on a lap."""

from dataclasses import replace

from composer.phrasing import lists, with_article
from composer.picture import COUNTS, LOOKS, VEHICLE_FOCUS, Picture, has_people
from composer.rules import follow
from composer.subject import PAIR
from composer.words import Role
from tags.implications import broader_tags
from tags.people_counts import BOYS, GIRLS, OTHERS

_TINY = frozenset(("insect", "snail", "spider", "worm"))
_AN_ANIMAL, _FLYING, _AIRCRAFT = " an animal", "flying", "aircraft"
_AT_ANOTHER = "looking at another person"
_COMPANIES = ("a group", "a duo", "a trio")
_BIRD, _WINGS = "bird", ("wings", "feathers", "beak")
_ANY_KIND = frozenset(("fish", "bird", "insect"))
_ON_LAP = " on {her} lap"
_THEMED = "animal-themed"
_STATUE = "a statue"
_FACELESS, _NO_FACE, _A_CROWD = "faceless", "no visible face", "a crowd"
_GIANT, _DAMAGED = "giant", "damaged"


def settle_bystanders(picture: Picture) -> None:
    """Move small animals to the things in view, where the picture is of somebody or something else."""
    _set_small_animals_apart(picture)
    follow(picture, "bystanders")
    _name_the_animal_on_a_lap(picture)
    follow(picture, "deeds of animals")
    _leave_flying_to_birds(picture)
    _shape_food(picture)
    _do_it_to_the_animal(picture)
    follow(picture, "passing by")
    _tell_of_machines(picture)
    _hide_face(picture)
    _carve_statue(picture)


def _name_the_animal_on_a_lap(picture: Picture) -> None:
    """The animal on her lap is the sleeping cat."""
    beings = picture.roles.get("being", [])
    if len(beings) == 1 and beings[0].phrase.startswith(("a ", "an ")):
        on_lap = picture.take("body", lambda role: role.phrase == f"an animal{_ON_LAP}")
        picture.put("body", [replace(role, phrase=beings[0].phrase + _ON_LAP) for role in on_lap])
        if on_lap:
            picture.take("being", lambda role: True)


def _leave_flying_to_birds(picture: Picture) -> None:
    """Over a ferry the gulls fly, and not its passengers, unless somebody has wings or a broom."""
    if not picture.has(*COUNTS) or _FLYING not in picture.phrases("pose"):
        return
    animals = [role for slot in ("being", "thing") for role in picture.roles.get(slot, ())]
    is_winged = any(role.noun == "wings" for role in picture.roles.get("body", ()))
    has_broom = any("broom" in thing for thing in picture.phrases("held", "thing", "act"))
    can_fly = picture.number == 1 and (is_winged or has_broom or picture.has("kind"))
    if any(map(_is_bird, animals)) and not can_fly:
        picture.take("pose", lambda role: role.phrase == _FLYING)


def is_tiny(animal: str) -> bool:
    """Whether it is an insect, a snail or the like."""
    return bool(_TINY & (broader_tags(animal) | {animal}))


def _shape_food(picture: Picture) -> None:
    """A bear beside food in the shape of an animal is that food."""
    foods = [role for role in picture.roles.get("thing", ()) if role.phrase.startswith(_THEMED)]
    beings = picture.roles.get("being", [])
    if len(foods) == len(beings) == 1:
        picture.take("being", lambda role: True)
        shaped = replace(foods[0], phrase=with_article(f"{beings[0].noun}-themed {foods[0].noun}"))
        picture.roles["thing"] = [shaped if role is foods[0] else role for role in picture.roles["thing"]]


def _set_small_animals_apart(picture: Picture) -> None:
    """Fish beside turtles and birds beside a deer are in view, and none of their duo or group."""
    beings = picture.roles.get("being", [])
    if len(beings) > 1 and any(role.noun not in _ANY_KIND for role in beings) and not has_people(picture):
        passing = picture.take("being", lambda role: role.noun in _ANY_KIND)
        if passing and len(picture.phrases("being")) == 1:
            # A deer with birds is no group of deer, and of a duo the bird may be one.
            picture.take("company", lambda role: role.phrase in _COMPANIES)
        _put_in_view(picture, passing)


def let_birds_pass(picture: Picture) -> None:
    """A ship with a seagull is a picture of the ship, and beside a bear in an apron a bee wears none."""
    words, beings = lists().words["bystanders"], picture.roles.get("being", [])
    if not beings:
        return
    insects = {role.noun for role in beings if is_tiny(role.noun)}
    others = [role for role in beings if role.noun not in words]
    if not others and insects and len(insects) < len(beings):
        # Beside a frog in a cape a dragonfly wears none.
        others = [role for role in beings if role.noun not in insects]
        words = frozenset(insects)
    is_beside = picture.has("clothes", "held", "act", "pose") if others else picture.has("vehicle")
    looks = [slot for slot in LOOKS if picture.has(slot) and not _flies_only(picture, slot)]
    is_described = bool(looks) and not others and VEHICLE_FOCUS not in picture.phrases("text")
    is_anthro = not lists().words["animal_people"].isdisjoint(picture.phrases("quality"))
    if is_beside and not (is_described or is_anthro or has_people(picture)):
        flies = _flies_only(picture, "pose")
        passing = picture.take("being", lambda role: role.noun in words)
        if passing and flies:
            picture.take("pose", lambda role: role.phrase == _FLYING)
            passing = [_flying(role) for role in passing]
        _put_in_view(picture, passing)


def _put_in_view(picture: Picture, passing: list[Role]) -> None:
    """Make animals things in view, with the wings that are no cat's."""
    if any(map(_is_bird, passing)):
        for slot in ("gesture", "body"):
            picture.take(slot, lambda role: role.phrase.endswith(_WINGS))
    picture.put("thing", [replace(role, slot="thing") for role in passing])


def _is_bird(role: Role) -> bool:
    return _BIRD in broader_tags(role.noun) | {role.noun}


def _flies_only(picture: Picture, slot: str) -> bool:
    """Whether all that is told of a pose is that a bird flies, beside a ship that cannot."""
    vehicles = picture.roles.get("vehicle", ())
    can_fly = any(_AIRCRAFT in broader_tags(role.noun) | {role.noun} for role in vehicles)
    return slot == "pose" and bool(vehicles) and not can_fly and set(picture.phrases("pose")) == {_FLYING}


def _flying(role: Role) -> Role:
    article, _, animal = role.phrase.partition(" ")
    is_one = article in ("a", "an")
    return replace(role, phrase=f"a {_FLYING} {animal}" if is_one else f"{_FLYING} {role.phrase}")


def _do_it_to_the_animal(picture: Picture) -> None:
    """Who looks at an animal beside a bee looks at the bee, and who rides a dragon rides the white one."""
    beings = picture.roles.get("being", [])
    if not picture.has("act"):
        return
    is_one = picture.number == 1 and len(picture.names) < PAIR
    looks = picture.take("act", lambda role: is_one and role.phrase == _AT_ANOTHER)
    if looks and len(beings) == 1:
        # Nobody else is there but the elephant.
        picture.put("act", [replace(role, phrase=f"looking at the {beings[0].noun}") for role in looks])
    if len(beings) != 1 or not beings[0].phrase.startswith(("a ", "an ")) or not picture.has(*COUNTS):
        return
    ends = (_AN_ANIMAL, f" {with_article(beings[0].noun)}")
    acts = [role for role in picture.roles.get("act", ()) if role.phrase.endswith(ends)]
    if len(acts) == 1:
        end = next(end for end in ends if acts[0].phrase.endswith(end))
        done = replace(acts[0], phrase=acts[0].phrase.removesuffix(end[1:]) + beings[0].phrase)
        picture.roles["act"] = [done if role is acts[0] else role for role in picture.roles["act"]]
        picture.take("being", lambda role: True)


def _tell_of_machines(picture: Picture) -> None:
    """The only one of a picture may be a robot, and a mecha that is a giant is a giant mecha."""
    machines = lists().words["machines"]
    beings = picture.roles.get("being", [])
    if len(beings) == 1 and beings[0].phrase.startswith(f"a {_GIANT} "):
        picture.take("kind", lambda role: role.phrase == f"a {_GIANT}")
    if len(beings) != 1 or beings[0].noun not in machines or picture.names:
        return
    if not picture.has(*COUNTS):
        is_giant = picture.take("kind", lambda role: role.phrase == f"a {_GIANT}")
        picture.put("quality", [Role("quality", _GIANT)] if is_giant else [])
        is_damaged = picture.take("act", lambda role: role.phrase == _DAMAGED)
        if is_damaged and not picture.has("empty"):
            told = with_article(f"{_DAMAGED} {beings[0].phrase.partition(' ')[2]}")
            picture.roles["being"] = [replace(beings[0], phrase=told)]
        elif is_damaged:
            picture.roles["quality"] = [Role("quality", _DAMAGED), *picture.roles.get("quality", ())]
    elif picture.has("alone") and not picture.has(GIRLS, BOYS, "kind", "empty") and picture.number == 1:
        picture.put("kind", picture.take("being", lambda role: True))


def _carve_statue(picture: Picture) -> None:
    """Where nobody is, a mermaid beside a statue is what the statue shows."""
    kinds = picture.roles.get("kind", [])
    if not picture.has("empty") or len(kinds) != 1 or picture.has(*COUNTS, *LOOKS, "act", "quality"):
        return
    for slot in ("landmark", "thing"):
        for at, role in enumerate(picture.roles.get(slot, ())):
            if role.phrase == _STATUE:
                picture.roles[slot][at] = replace(role, phrase=f"{_STATUE} of {kinds[0].phrase}")
                picture.take("kind", lambda role: True)
                return


def _hide_face(picture: Picture) -> None:
    """A helmet hides the face of a faceless boy: that none can be seen is true of both."""
    if not picture.has("quality"):
        return
    has_others = picture.has(OTHERS) and picture.has(GIRLS, BOYS)
    is_in_crowd = has_others or _A_CROWD in picture.phrases("thing", "company")
    is_one = picture.number == 1
    if is_one or (is_in_crowd and picture.has(GIRLS, BOYS)):
        faceless = picture.take("quality", lambda role: role.phrase.startswith(_FACELESS))
        # In a crowd it is the others who have no face.
        is_hidden = faceless and not is_in_crowd
        picture.put("body", [Role("body", _NO_FACE)] if is_hidden else [])
