"""What belongs to whom, where the words of a tag alone do not tell."""

from collections.abc import Sequence
from dataclasses import replace

from composer.bystanders import is_tiny
from composer.creatures import settle_creatures
from composer.fittings import fit_parts
from composer.idle import leave_out_idle
from composer.once import say_once
from composer.phrasing import lists, with_article
from composer.picture import COUNTS, LOOKS, Picture, has_people, number_of_people
from composer.places import settle_places
from composer.several import settle_several
from composer.subject import PAIR
from composer.words import Role
from tags.implications import broader_tags

_CLOTHED, _DIFFERENCE, _FLYING = "clothed", "difference", "flying"
_SOMETHING, _ON_LAP, _HUGGING = "something", "on a lap", "hugging "
_SCENERY, _NECK_BELL = "scenery", "a neck bell"
_DUO = "duo"
_FEASTS = frozenset(("feast", "banquet"))
_FISHING = frozenset(("fishing", "fishing_rod", "ice_fishing"))


def settle(picture: Picture, tags: Sequence[str]) -> None:
    """Move what the picture says to the slots of those whose it is; `tags` are all of the picture."""
    say_once(picture, is_of_one=_is_alone(picture))
    _look_at_dolls(picture)
    _serve(picture, tags)
    _put_down_bags(picture)
    _wear_nothing_of_others(picture)
    _leave_to_vehicles(picture)
    _boil_in_pots(picture)
    _have_meals(picture)
    _hold_nothing_vague(picture)
    settle_several(picture)
    settle_creatures(picture, tags)
    settle_places(picture)
    _fly_vehicles(picture)
    leave_out_idle(picture)
    fit_parts(picture)
    # Letters and marks are in the picture, and no way of showing it.
    picture.put("mark", picture.take("text", _is_mark))
    if picture.has("clothes"):
        for slot in ("act", "quality"):
            picture.take(slot, lambda role: role.phrase == _CLOTHED)
    families = lists().words["families"]
    if lists().words["animal_people"].intersection(picture.phrases("quality")):
        # An anthro wolf is a wolf itself, and not together with one, but a butterfly is nobody.
        beings = [role for role in picture.roles.get("being", ()) if role.noun not in families]
        are_all = _DUO in tags and len(beings) == PAIR
        if not are_all and any(role.noun not in lists().words["bystanders"] for role in beings):
            picture.put("thing", picture.take("being", lambda role: role.noun in lists().words["bystanders"]))
        picture.species += [being.partition(" ")[2] or being for being in picture.phrases("being")]
        picture.roles.pop("being", None)
    # A deer is a cervid.
    if species := [animal for animal in picture.species if animal.rpartition(" ")[2] not in families]:
        picture.species = species
    if _is_alone(picture) and _DUO not in tags:
        _tell_the_one(picture)
    if picture.species or any(role.noun not in families for role in picture.roles.get("being", ())):
        picture.take("being", lambda role: role.noun in families)
    if has_people(picture):
        picture.take("frame", lambda role: role.phrase == _SCENERY)


def _tell_the_one(picture: Picture) -> None:
    """Make small animals beside the one things in view (a mouse beside a dragon); drop coats (tabby)."""
    words = lists().words
    small = [animal for animal in picture.species if animal in words["bystanders"]]
    if len(small) == len(picture.species):
        # Of a frog and a snail it is the frog.
        small = [animal for animal in small if is_tiny(animal)]
    if len(small) < len(picture.species):
        picture.species = [animal for animal in picture.species if animal not in small]
        picture.put("thing", [Role("thing", with_article(animal)) for animal in small])
    if len(picture.species) > 1:
        picture.species = [animal for animal in picture.species if animal not in words["coats"]]


def _is_alone(picture: Picture) -> bool:
    """Whether everything worn or held can belong to one person or animal."""
    others = 1 if picture.has("alone") else len(picture.phrases("being", "company", "relation"))
    number = number_of_people(picture) or others
    return max(number, len(picture.names)) < PAIR


def _look_at_dolls(picture: Picture) -> None:
    """Where nobody else can have blonde hair, the doll has; the scarecrow wears the hat, and not the crow."""
    words, beings = lists().words, picture.roles.get("being", [])
    somebody = has_people(picture) or picture.has("kind", "quality")
    if not somebody and not beings and picture.has("frame") and not picture.has(*set(LOOKS) - {"clothes"}):
        # The headphones in a room are not the plushie's.
        worn = picture.take("clothes", lambda role: True)
        picture.put("thing", [replace(role, slot="thing", head="", modifiers=()) for role in worn])
    if somebody or not picture.has(*LOOKS) or any(role.noun not in words["bystanders"] for role in beings):
        return
    if dolls := picture.take("thing", lambda role: role.noun in words["figures"]):
        picture.put("thing", beings)
        picture.roles["being"] = dolls


def _serve(picture: Picture, tags: Sequence[str]) -> None:
    """Salmon beside sushi is no animal."""
    # Unless it is the cook itself.
    edible = lists().words["edible"]
    is_alone = all(role.noun in edible for role in picture.roles.get("being", ()))
    is_somebody = is_alone and picture.has(*LOOKS, "act") and not has_people(picture)
    is_caught = picture.has(*COUNTS, "quality") and not _FISHING.isdisjoint(tags)
    if (is_caught or not lists().words["dishes"].isdisjoint(tags)) and not is_somebody:
        picture.move("being", "thing", edible)


def _put_down_bags(picture: Picture) -> None:
    """A bag beside a cat is worn by nobody."""
    if not has_people(picture) and not picture.has("kind", "quality"):
        carried = lists().words["carried"]
        picture.put("thing", picture.take("clothes", lambda role: role.noun in carried))


def _wear_nothing_of_others(picture: Picture) -> None:
    """A fish in a city wears no neon trim, and the shepherd no bell of a sheep."""
    beings = picture.roles.get("being", [])
    if picture.has("empty") and beings and not picture.has("kind", "quality", "act", "pose"):
        if all(role.noun in lists().words["bystanders"] for role in beings):
            picture.put("thing", picture.take("clothes", lambda role: True))
    elif beings and picture.has(*COUNTS):
        picture.put("thing", picture.take("clothes", lambda role: role.phrase == _NECK_BELL))


def _is_mark(role: Role) -> bool:
    return role.noun in lists().words["marks"] and not role.phrase.startswith("a focus")


def _have_meals(picture: Picture) -> None:
    """A dinner of people is when something happens, and no thing on the table."""
    if has_people(picture):
        meals = lists().words["meals"]
        for role in picture.take("thing", lambda role: role.phrase.removeprefix("a ") in meals):
            # One is at dinner, but at a feast.
            meal = role.phrase if role.noun in _FEASTS else role.noun
            picture.put("time", [replace(role, slot="time", phrase=f"at {meal}")])


def _boil_in_pots(picture: Picture) -> None:
    """Beside a witch it is something else that bubbles."""
    if picture.has(*COUNTS):
        states = lists().words["never_of_people"]
        for role in picture.take("act", lambda role: role.phrase in states):
            picture.put("thing", [replace(role, slot="thing", phrase=f"something {role.phrase}")])
    if number_of_people(picture) < PAIR and not picture.has("company", "relation"):
        picture.put("mark", picture.take("body", lambda role: role.noun == _DIFFERENCE))


def _leave_to_vehicles(picture: Picture) -> None:
    """A spacecraft wears no rings."""
    vehicles = picture.roles.get("vehicle", [])
    if vehicles and not (has_people(picture) or picture.has("being", "kind", "quality")):
        picture.put("thing", picture.take("clothes", lambda role: True))


def _fly_vehicles(picture: Picture) -> None:
    """It is the plane that flies, and not the pilot in its cockpit."""
    vehicles = picture.roles.get("vehicle", [])
    flown = [at for at, role in enumerate(vehicles) if "aircraft" in broader_tags(role.noun) | {role.noun}]
    is_inside = any(role.noun in lists().words["inside_vehicles"] for role in picture.roles.get("place", ()))
    has_wings = any(role.noun == "wings" for role in picture.roles.get("body", ())) and not is_inside
    if (
        (has_people(picture) or picture.has("quality"))
        and flown
        and not has_wings
        and picture.take("pose", lambda role: role.phrase == _FLYING)
    ):
        at = flown[0]
        flying = f"{_FLYING} {vehicles[at].phrase.partition(' ')[2]}"
        vehicles[at] = replace(vehicles[at], phrase=with_article(flying))


def _hold_nothing_vague(picture: Picture) -> None:
    """Nobody reads that something is held where it is among the things that are named."""
    if picture.has("thing", "clothes"):
        picture.take("held", lambda role: role.phrase == _SOMETHING)
    if number_of_people(picture) == 1 and len(picture.names) < PAIR and not picture.has("being"):
        is_hugged = any(act.startswith(_HUGGING) for act in picture.phrases("act"))
        for role in picture.take("on", lambda role: role.phrase == _ON_LAP)[is_hugged:]:
            picture.put(
                "gesture",
                [replace(role, slot="gesture", phrase=f"something {role.phrase.replace(' a ', ' {her} ')}")],
            )
