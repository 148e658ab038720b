"""What belongs to whom, where the words of a tag alone do not tell."""

from collections.abc import Sequence
from dataclasses import replace

from composer.bystanders import is_tiny
from composer.creatures import settle_creatures
from composer.fittings import fit_parts
from composer.idle import leave_out_idle
from composer.once import say_once
from composer.phrasing import lists, with_article
from composer.picture import COUNTS, LOOKS, Picture, has_people
from composer.places import settle_places
from composer.rules import follow
from composer.several import settle_several
from composer.subject import PAIR
from composer.words import Role
from tags.implications import broader_tags

_FLYING, _DUO = "flying", "duo"
_FEASTS = frozenset(("feast", "banquet"))
_FISHING = frozenset(("fishing", "fishing_rod", "ice_fishing"))


def settle(picture: Picture, tags: Sequence[str]) -> None:
    """Move what the picture says to the slots of those whose it is; `tags` are all of the picture."""
    say_once(picture, is_of_one=_is_alone(picture))
    _look_at_dolls(picture)
    _serve(picture, tags)
    _have_meals(picture)
    follow(picture, "of nobody")
    settle_several(picture)
    settle_creatures(picture, tags)
    settle_places(picture)
    _fly_vehicles(picture)
    leave_out_idle(picture)
    fit_parts(picture)
    follow(picture, "settled")
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
    follow(picture, "at last")


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
    number = picture.number or others
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
        dishes = picture.take("being", lambda role: role.noun in edible)
        bare = [replace(role, slot="thing", phrase=role.phrase.partition(" ")[2]) for role in dishes]
        picture.put("thing", bare)


def _have_meals(picture: Picture) -> None:
    """A dinner of people is when something happens, and no thing on the table."""
    if has_people(picture):
        meals = lists().words["meals"]
        for role in picture.take("thing", lambda role: role.phrase.removeprefix("a ") in meals):
            # One is at dinner, but at a feast.
            meal = role.phrase if role.noun in _FEASTS else role.noun
            picture.put("time", [replace(role, slot="time", phrase=f"at {meal}")])


def _fly_vehicles(picture: Picture) -> None:
    """It is the plane that flies, and not the pilot in its cockpit."""
    if not picture.has("vehicle"):
        return
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
