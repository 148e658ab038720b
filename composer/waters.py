"""Where somebody sits or stands, and whether what is shown is on the water or in it."""

from collections.abc import Sequence

from composer.kinds import ON, narrowest, only_one
from composer.phrasing import lists
from composer.words import role_of
from tags.implications import broader_tags
from tags.people_counts import count_in, fewest_people

SITTING = "sitting"
SKY = "sky"
_CLOUDY_SKY, _CLOUDS = "cloudy_sky", frozenset(("cloud", "clouds"))
_ANIMALS_ALONE = frozenset(("no_humans", "animal_focus"))
_ANTHRO = "anthro"
_ASHORE, _MARINE = frozenset(("canine", "feline", "equine", "rodent")), "marine"
DRIVING = "driving"
_MOORINGS = frozenset(("harbor", "port", "marina", "dock", "pier"))
_SIDES = frozenset(("on_side", "on_back", "on_stomach"))


def seated(tag: str, tags: Sequence[str]) -> str:
    """Sitting: sitting_on_log."""
    if any(other.startswith(ON) for other in tags):
        return ""
    words = lists().words
    seats = words["seats" if tag == SITTING else "boats"].intersection(tags)
    if DRIVING in tags:
        seats |= lists().objects[DRIVING].intersection(tags)
    if not _ANIMALS_ALONE.isdisjoint(tags):
        seats -= words["boats"]  # The cats may sit on the pier.
    seat = only_one(seats.difference(*map(broader_tags, seats)))
    are_several = fewest_people(tags) > 1 or any(role_of(other).slot == "company" for other in tags)
    if seat in words["boats"] and not _MOORINGS.isdisjoint(tags):
        return ""  # In a harbor there are other things to sit on.
    if seat in words["one_seat"] and are_several:
        return ""
    is_deep = seat in words["deep_seats"] or seat in lists().objects[DRIVING]
    where = "in" if is_deep else "on"
    return f"{tag}_{where}_{narrowest(seat, tags)}" if seat else ""


def lying_on_floor(tag: str, tags: Sequence[str]) -> str:
    """wooden_floor: on_wooden_floor, of who lies where no bed is."""
    can_lie = lists().words["beds"].union(lists().words["seats"])
    is_on_floor = "lying" in tags and can_lie.isdisjoint(tags) and fewest_people(tags) == 1
    is_elsewhere = any(other.startswith(ON) and other not in _SIDES for other in tags)
    return f"{ON}{tag}" if is_on_floor and not is_elsewhere else ""


def in_nature(tag: str, tags: Sequence[str]) -> str:
    """Sky: cloudy_sky, ocean: on_ocean."""
    if tag in lists().words["waters"]:
        return _on_or_in(tags) + tag
    if _CLOUDS.isdisjoint(tags) or any(other.endswith(f"_{SKY}") for other in tags):
        return ""
    return _CLOUDY_SKY


def _on_or_in(tags: Sequence[str]) -> str:
    """Whether what is shown is on the water or in it: "on_", "in_", or "" where it is only near."""
    afloat, inside = (lists().words[name] for name in ("on_water", "in_water"))
    if not inside.isdisjoint(tags) and _ANTHRO not in tags:
        return "in_"
    sits_in_boat = (
        SITTING in tags and _ANIMALS_ALONE.isdisjoint(tags) and not lists().words["boats"].isdisjoint(tags)
    )
    if sits_in_boat or not afloat.isdisjoint(tags):
        return "on_"
    slots = {role_of(tag).slot for tag in tags}
    # Cats in a harbor are not on the sea.
    are_ashore = any(_ASHORE & broader_tags(tag) and _MARINE not in broader_tags(tag) for tag in tags)
    are_shown = "animal_focus" in tags or "landmark" not in slots
    if are_ashore or not are_shown or any(map(count_in, tags)):
        return ""
    if "frame" not in slots and not lists().words["fish"].isdisjoint(tags):
        return "in_"
    return "on_" if any("watercraft" in broader_tags(tag) for tag in tags) else ""
