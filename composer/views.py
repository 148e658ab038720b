"""What is seen from where somebody is, and is no place for them: the land below, a mountain far away."""

from dataclasses import replace

from composer.phrasing import led, lists
from composer.picture import COUNTS, Picture, has_people
from composer.words import Role

SPACE_STATION = "space station"
_FLYING, _IN_SPACE, _STARS = "flying", "in space", "stars in the sky"
_INDOORS, _INSIDE, _CITYSCAPE, _WINDOW = "indoors", "inside ", "a cityscape", "window"


def see_from_the_air(picture: Picture) -> None:
    """Who falls from the sky is above the field, and not in it; nothing flies on a pier."""
    words = lists().words
    poses = picture.phrases("pose")
    is_ashore = _FLYING not in poses and any(pose.startswith(("sitting", "standing")) for pose in poses)
    if _FLYING in poses and not has_people(picture):
        _show(picture, "feature", picture.take("place", lambda role: role.phrase.startswith("on ")))
    if words["in_air"].isdisjoint([*poses, *picture.phrases("act")]) or is_ashore:
        return
    if _FLYING in poses:
        # Nobody flies on a rooftop.
        roofs = picture.take("place", lambda role: role.phrase.startswith("on "))
        picture.put("thing", [replace(role, slot="thing", phrase=_bare(role)) for role in roofs])
    if picture.has(*COUNTS) and picture.take("frame", lambda role: role.phrase == _CITYSCAPE):
        picture.put("place", [Role("place", "in a city")])
    if below := picture.take("place", lambda role: role.noun in words["seen_from_air"]):
        picture.put("place", [replace(below[0], phrase=led("above", map(_bare, below)))])


def see_from_space(picture: Picture) -> None:
    """In space there is no sky to be under."""
    inside = picture.take("place", lambda role: role.phrase.endswith(SPACE_STATION))
    if inside and any(thing.endswith(_WINDOW) for thing in picture.phrases("thing")):
        # What is told of space is what the window shows.
        picture.take("place", lambda role: role.phrase == _IN_SPACE)
        picture.put("place", [replace(role, phrase=f"{_INSIDE}a {SPACE_STATION}") for role in inside])
    else:
        picture.put("place", inside)
    places = picture.phrases("place")
    if _IN_SPACE in places and (has_people(picture) or picture.has("being", "kind", "quality")):
        # Who floats in space is not on board.
        _show(picture, "landmark", picture.take("place", lambda role: role.phrase.endswith(SPACE_STATION)))
    if any(place.startswith(_IN_SPACE) or place.endswith(SPACE_STATION) for place in places):
        stars = picture.take("sky", lambda role: role.phrase == _STARS)
        others = picture.take("sky", lambda role: True)
        picture.put("thing", [*others, *(replace(role, phrase="stars") for role in stars)])


def see_from_afar(picture: Picture) -> None:
    """Outdoors nobody is sure to be near a castle, a mountain or Mount Fuji, though they can be seen."""
    is_inside = _INDOORS in picture.phrases("inout") or any(
        place.startswith(_INSIDE) for place in picture.phrases("place")
    )
    if not is_inside and (has_people(picture) or picture.has("being", "kind", "quality")):
        for slot in ("landmark", "feature"):
            picture.put("thing", picture.take(slot, _is_far))
    parked = lists().words["parked"]
    is_of_vehicle = sum(role.noun not in parked for role in picture.roles.get("vehicle", ())) == 1
    if _CITYSCAPE in picture.phrases("frame") and not (has_people(picture) or is_of_vehicle):
        # An alley and the harbor are parts of the city.
        streets = lists().words["streets"] | lists().words["on_shore"]
        _show(picture, "thing", picture.take("place", lambda role: role.noun in streets))


def _is_far(role: Role) -> bool:
    name = role.phrase.removeprefix("the ")
    return name[0].isupper() or role.noun in lists().words["seen_afar"]


def _show(picture: Picture, slot: str, places: list[Role]) -> None:
    """Show places as things of a slot: "a pier" for "on a pier"."""
    picture.put(slot, [replace(role, slot=slot, phrase=_bare(role)) for role in places])


def _bare(role: Role) -> str:
    """A place without its preposition."""
    return role.phrase.partition(" ")[2]
