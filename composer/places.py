"""Which places somebody is in, and which are only seen: nobody in the street is on a balcony.

The land below and a mountain far away are seen from where somebody is, and are no places for them.
"""

from collections.abc import Sequence
from dataclasses import replace

from composer.phrasing import and_list, led, lists
from composer.picture import COUNTS, LOOKS, VEHICLE_FOCUS, Picture, has_people
from composer.rules import follow
from composer.words import Role
from tags.families import names_of

_TRAIN, _INDOORS, _INSIDE = "train", "indoors", "inside "
_ANY_ROADS = frozenset(("on a road", "on a street", "on a coast"))
_MURAL, _WINDOW = "mural", "window"
_SPACE_STATION, _IN_SPACE, _STARS = "space station", "in space", "stars in the sky"
_FLYING, _CITYSCAPE = "flying", "a cityscape"


def settle_places(picture: Picture) -> None:
    """Move what is no place for those shown to the things, the landmarks, or what is near."""
    follow(picture, "far off")
    _paint_on_walls(picture)
    follow(picture, "buildings")
    _see_from_the_air(picture)
    follow(picture, "lights")
    _leave_trains_to_stations(picture)
    _go_inside(picture)
    follow(picture, "inside")
    _run_over_bridges(picture)
    _keep_one_road(picture)
    _list_in_scenes(picture)
    follow(picture, "water")
    _see_from_space(picture)
    _see_from_afar(picture)
    follow(picture, "under water")


def _paint_on_walls(picture: Picture) -> None:
    """The mountain in a bathhouse is painted on its wall."""
    murals = [role for role in picture.roles.get("thing", ()) if role.noun == _MURAL]
    if _is_indoors(picture) and len(murals) == 1 and picture.has("landmark", "feature"):
        shown = and_list(picture.phrases("landmark", "feature"))
        for slot in ("landmark", "feature"):
            picture.roles.pop(slot, None)
        picture.take("thing", lambda role: role is murals[0])
        picture.put("thing", [replace(murals[0], phrase=f"{murals[0].phrase} of {shown}")])


def _see_from_the_air(picture: Picture) -> None:
    """Who falls from the sky is above the field, and not in it; nothing flies on a pier."""
    words = lists().words
    if not picture.has("pose", "act"):
        return
    poses = picture.phrases("pose")
    is_ashore = _FLYING not in poses and any(pose.startswith(("sitting", "standing")) for pose in poses)
    if _FLYING in poses and not has_people(picture):
        _show(picture, "feature", _take_on_ground(picture))
    if words["in_air"].isdisjoint([*poses, *picture.phrases("act")]) or is_ashore:
        return
    if _FLYING in poses:
        # Nobody flies on a rooftop.
        _show(picture, "thing", _take_on_ground(picture))
    if picture.has(*COUNTS) and picture.take("frame", lambda role: role.phrase == _CITYSCAPE):
        picture.put("place", [Role("place", "in a city")])
    if below := picture.take("place", lambda role: role.noun in words["seen_from_air"]):
        picture.put("place", [replace(below[0], phrase=led("above", map(_bare, below)))])


def _leave_trains_to_stations(picture: Picture) -> None:
    """Nobody is both on a platform and in a train: both are in view."""
    trains = picture.take("place", lambda role: role.phrase == f"{_INSIDE}a {_TRAIN}")
    at = picture.take("place", _is_train_station) if trains else []
    _show(picture, "thing", at)
    picture.put("thing" if at else "place", [_of_train(role) if at else role for role in trains])


def _is_train_station(role: Role) -> bool:
    return role.phrase.startswith("at ") and _TRAIN in role.phrase


def _of_train(role: Role) -> Role:
    return replace(role, slot="thing", phrase=f"a {_TRAIN} interior")


def _is_indoors(picture: Picture) -> bool:
    return _INDOORS in picture.phrases("inout")


def _go_inside(picture: Picture) -> None:
    """Indoors one is in the castle, and not near it."""
    words = lists().words
    if not picture.has("landmark"):
        return
    said = " ".join(picture.phrases("thing", "pose")).split(" ")
    has_furniture = has_people(picture) and not words["found_indoors"].isdisjoint(said)
    in_room = has_people(picture) and any(
        said.endswith(" room") or said.rpartition(" ")[2] in words["halls"]
        for said in picture.phrases("place")
    )
    if has_furniture or in_room or _is_indoors(picture):
        for role in picture.take("landmark", lambda role: role.noun in words["enterable"]):
            picture.put("place", [replace(role, slot="place", phrase=f"in {role.phrase}")])


def _run_over_bridges(picture: Picture) -> None:
    """A train that the picture is of runs over the bridge, and not near it."""
    is_main = not picture.has("frame") or VEHICLE_FOCUS in picture.phrases("text")
    is_train = any(_TRAIN in names_of(role.noun) for role in picture.roles.get("vehicle", ()))
    if is_train and is_main and picture.has("empty"):
        bridges = picture.take("landmark", lambda role: role.noun in lists().words["bridges"])
        picture.put("on", [replace(role, slot="on", phrase=f"on {role.phrase}") for role in bridges])


def _keep_one_road(picture: Picture) -> None:
    """Who is on a wet street is on the crosswalk too, which is told as a thing."""
    roads = [role for role in picture.roles.get("place", ()) if role.phrase.startswith("on ")]
    if len(roads) > 1:
        roads.sort(key=lambda role: role.phrase in _ANY_ROADS)
        picture.take("place", lambda role: role in roads[1:])
        _show(picture, "thing", roads[1:])


def _list_in_scenes(picture: Picture) -> None:
    """Where nobody and no vehicle is, nothing is on a road: the road is shown."""
    parked = lists().words["parked"] if picture.has("frame") else frozenset[str]()
    has_vehicle = any(role.noun not in parked for role in picture.roles.get("vehicle", ())) and (
        VEHICLE_FOCUS in picture.phrases("text") or not picture.has("landmark")
    )
    figures = [role for role in picture.roles.get("being", ()) if role.noun in lists().words["figures"]]
    if figures and not picture.has(*COUNTS, "pose", "act", "vehicle") and picture.has("place"):
        # A scarecrow in a field does not stand on the road.
        inside = any(role.phrase.startswith("in ") for role in picture.roles["place"])
        _show(picture, "thing", _take_on_ground(picture) if inside else ())
    beings, bystanders = picture.roles.get("being", ()), lists().words["bystanders"]
    has_being = any(role.noun not in bystanders for role in beings) or not picture.has("frame")
    if has_people(picture) or has_vehicle or picture.has("kind", "quality", *LOOKS, "act"):
        return
    if beings and has_being:
        return
    # Of a room, the stage is no view.
    part = "thing" if _is_indoors(picture) else "feature"
    grounds = _take_on_ground(picture)
    _show(picture, part, grounds)
    if (
        len(picture.phrases("place")) + len(grounds) > 1
        and picture.has("place")
        and picture.has("frame")
        and not _is_indoors(picture)
    ):
        # Of a landscape, the forest and the field are parts.
        _show(picture, "feature", picture.take("place", lambda role: True))
    # Sparkles are in a scene, and nothing is among them.
    picture.put("thing", picture.take("among", lambda role: True))


def _see_from_space(picture: Picture) -> None:
    """In space there is no sky to be under."""
    inside = picture.take("place", lambda role: role.phrase.endswith(_SPACE_STATION))
    if inside and any(thing.endswith(_WINDOW) for thing in picture.phrases("thing")):
        # What is told of space is what the window shows.
        picture.take("place", lambda role: role.phrase == _IN_SPACE)
        picture.put("place", [replace(role, phrase=f"{_INSIDE}a {_SPACE_STATION}") for role in inside])
    else:
        picture.put("place", inside)
    places = picture.phrases("place")
    if _IN_SPACE in places and (has_people(picture) or picture.has("being", "kind", "quality")):
        # Who floats in space is not on board.
        _show(picture, "landmark", picture.take("place", lambda role: role.phrase.endswith(_SPACE_STATION)))
    if any(place.startswith(_IN_SPACE) or place.endswith(_SPACE_STATION) for place in places):
        stars = picture.take("sky", lambda role: role.phrase == _STARS)
        others = picture.take("sky", lambda role: True)
        picture.put("thing", [*others, *(replace(role, phrase="stars") for role in stars)])


def _see_from_afar(picture: Picture) -> None:
    """Outdoors nobody is sure to be near a castle, a mountain or Mount Fuji, though they can be seen."""
    is_inside = _is_indoors(picture) or any(place.startswith(_INSIDE) for place in picture.phrases("place"))
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


def _show(picture: Picture, slot: str, places: Sequence[Role]) -> None:
    """Show places as things of a slot: "a pier" for "on a pier"."""
    picture.put(slot, [replace(role, slot=slot, phrase=_bare(role)) for role in places])


def _take_on_ground(picture: Picture) -> list[Role]:
    """Take out the places that somebody is on, and not in."""
    return picture.take("place", lambda role: role.phrase.startswith("on "))


def _bare(role: Role) -> str:
    """A place without its preposition."""
    return role.phrase.partition(" ")[2]
