"""Which places somebody is in, and which are only seen: nobody in the street is on a balcony."""

from dataclasses import replace

from composer.phrasing import and_list, lists
from composer.picture import COUNTS, LOOKS, VEHICLE_FOCUS, Picture, has_people
from composer.views import SPACE_STATION, see_from_afar, see_from_space, see_from_the_air
from composer.words import Role
from tags.families import names_of

_WET, _FROZEN, _TRAIN, _PLANETARIUM = "wet", "frozen", "train", "planetarium"
_ANY_ROADS = frozenset(("on a road", "on a street", "on a coast"))
_BATHTUB = frozenset(("bathtub",))
_ON_FEET = frozenset(("crouching", "kneeling", "squatting", "standing", "walking"))
_TANKS, _FAR_OFF, _SCENERY = frozenset(("aquarium",)), frozenset(("island",)), "scenery"
_SUMMER, _SNOW, _CITY = "summer", "snow", frozenset(("city",))
_ROOFTOP, _BUILDING = "rooftop", frozenset(("building",))
_WINDOW, _SKYSCRAPER = "window", "skyscraper"
_MURAL, _SPARKLER, _FIREWORKS = "mural", "sparkler", "fireworks"
_STILL_LIFE, _SUBMERGED = "a still life", "partially submerged"
_INDOORS, _OUTDOORS, _UNDERWATER = "indoors", "outdoors", "underwater"


def settle_places(picture: Picture) -> None:
    """Move what is no place for those shown to the things, the landmarks, or what is near."""
    _see_far_off(picture)
    _paint_on_walls(picture)
    _give_parts_to_buildings(picture)
    _give_land_to_the_shore(picture)
    see_from_the_air(picture)
    _stand_in_doors(picture)
    _see_lights_close_by(picture)
    _leave_trains_to_stations(picture)
    _do_nothing_in_still_lifes(picture)
    _go_inside(picture)
    _run_over_bridges(picture)
    _keep_one_road(picture)
    _list_in_scenes(picture)
    _leave_bathtub(picture)
    _stand_on_docks(picture)
    _show_stations(picture)
    see_from_space(picture)
    see_from_afar(picture)
    if _UNDERWATER in picture.phrases("inout") and not has_people(picture):
        # The boat above the whale is not underwater.
        picture.put("thing", picture.take("vehicle", lambda role: role.noun != "submarine"))


def _see_far_off(picture: Picture) -> None:
    """What lies far off: the snow in summer, the city of a field, and the skyscraper outside a window."""
    if _SUMMER in " ".join(picture.phrases("time")):
        picture.put("thing", [replace(role, phrase=_SNOW) for role in _take_snow(picture)])
    if any(role.noun == _ROOFTOP for role in picture.roles.get("place", ())):
        picture.move("place", "thing", _BUILDING)
    if any(role.noun in lists().words["in_the_country"] for role in picture.roles.get("place", ())):
        picture.move("place", "thing", _CITY)
    if any(thing.endswith(_WINDOW) for thing in picture.phrases("thing")):
        picture.put("thing", picture.take("landmark", lambda role: role.noun == _SKYSCRAPER))


def _take_snow(picture: Picture) -> list[Role]:
    return picture.take("weather", lambda role: role.phrase == f"the {_SNOW}")


def _paint_on_walls(picture: Picture) -> None:
    """The mountain in a bathhouse is painted on its wall."""
    murals = [role for role in picture.roles.get("thing", ()) if role.noun == _MURAL]
    if _INDOORS in picture.phrases("inout") and len(murals) == 1:
        painted = [*picture.take("landmark", _is_any), *picture.take("feature", _is_any)]
        if painted:
            picture.take("thing", lambda role: role is murals[0])
            shown = and_list(role.phrase for role in painted)
            picture.put("thing", [replace(murals[0], phrase=f"{murals[0].phrase} of {shown}")])


def _is_any(role: Role) -> bool:
    return True


def _stand_in_doors(picture: Picture) -> None:
    """Of two panels, or of a door between them, nobody is both indoors and outdoors."""
    if {_INDOORS, _OUTDOORS}.issubset(picture.phrases("inout")):
        picture.take("inout", lambda role: role.phrase in (_INDOORS, _OUTDOORS))


def _give_parts_to_buildings(picture: Picture) -> None:
    """Outdoors a shop is no place to be in, and where nobody is, a balcony is a part of the building."""
    words = lists().words
    if any(role.noun in words["streets"] for role in picture.roles.get("place", ())):
        picture.move("place", "thing", words["parts_of_buildings"])
    in_open_air = any(role.noun in words["open_air"] for role in picture.roles.get("place", ()))
    if has_people(picture):
        if in_open_air or _OUTDOORS in picture.phrases("inout"):
            picture.move("place", "landmark", words["buildings"])
    elif picture.has("landmark") and not picture.has("clothes", "act", "pose") and not _is_indoors(picture):
        picture.move("place", "landmark", words["buildings"])
        picture.move("place", "thing", words["parts_of_buildings"])
    elif (picture.has("sky") and not _is_indoors(picture)) or in_open_air:
        picture.move("place", "thing", words["buildings"])


def _see_lights_close_by(picture: Picture) -> None:
    """The stars of a planetarium are on its dome, and the fireworks of a sparkler in somebody's hand."""
    if any(_SPARKLER in thing for thing in picture.phrases("thing", "held")):
        picture.put("thing", picture.take("sky", lambda role: role.noun == _FIREWORKS))
    if any(role.noun == _PLANETARIUM for role in picture.roles.get("place", ())):
        picture.put("thing", picture.take("sky", lambda role: True))


def _leave_trains_to_stations(picture: Picture) -> None:
    """Nobody is both on a platform and in a train: both are in view."""
    trains = picture.take("place", lambda role: role.phrase == f"inside a {_TRAIN}")
    at = picture.take("place", _is_train_station) if trains else []
    picture.put("thing", [replace(role, slot="thing", phrase=role.phrase.partition(" ")[2]) for role in at])
    picture.put("thing" if at else "place", [_of_train(role) if at else role for role in trains])


def _is_train_station(role: Role) -> bool:
    return role.phrase.startswith("at ") and _TRAIN in role.phrase


def _of_train(role: Role) -> Role:
    return replace(role, slot="thing", phrase=f"a {_TRAIN} interior")


def _is_indoors(picture: Picture) -> bool:
    return _INDOORS in picture.phrases("inout")


def _keep_one_road(picture: Picture) -> None:
    """Who is on a wet street is on the crosswalk too, which is told as a thing."""
    roads = [role for role in picture.roles.get("place", ()) if role.phrase.startswith("on ")]
    roads.sort(key=lambda role: role.phrase in _ANY_ROADS)
    picture.take("place", lambda role: role in roads[1:])
    picture.put("thing", [replace(role, phrase=role.phrase.partition(" ")[2]) for role in roads[1:]])


def _go_inside(picture: Picture) -> None:
    """Indoors one is in the castle, and not near it; where nobody is, a cockpit is a part of the ship."""
    words = lists().words
    if any(role.noun in words["inside_vehicles"] for role in picture.roles.get("place", ())):
        # From a cockpit an island is seen.
        on_ground = picture.take("place", lambda role: role.phrase.startswith("on "))
        picture.put("thing", [replace(role, phrase=role.phrase.partition(" ")[2]) for role in on_ground])
    said = " ".join(picture.phrases("thing", "pose")).split(" ")
    has_furniture = has_people(picture) and not words["found_indoors"].isdisjoint(said)
    in_room = has_people(picture) and any(
        said.endswith(" room") or said.rpartition(" ")[2] in words["halls"]
        for said in picture.phrases("place")
    )
    if has_furniture or in_room or _is_indoors(picture):
        for role in picture.take("landmark", lambda role: role.noun in words["enterable"]):
            picture.put("place", [replace(role, slot="place", phrase=f"in {role.phrase}")])
    if has_people(picture) and any(role.noun in _TANKS for role in picture.roles.get("place", ())):
        # People in an aquarium stand before the tank, in which the water and the bubbles are.
        for slot in ("inout", "among"):
            picture.take(slot, lambda role: role.phrase in (_UNDERWATER, "bubbles", "air bubbles"))
    if any(role.noun in words["rooms"] for role in picture.roles.get("place", ())):
        # In a bedroom an aquarium is a fish tank, and no place.
        picture.move("place", "thing", _TANKS)
    is_empty = not (has_people(picture) or picture.has("being", "kind", "quality"))
    if is_empty:
        _leave_states_to_things(picture)
    if (
        picture.has("empty")
        and picture.has("vehicle")
        and not picture.has("clothes", "held", "pose", "act", "quality")
    ):
        # The ship is shown, with a skeleton on board.
        picture.put("thing", picture.take("kind", lambda role: True))
    alive = [role for role in picture.roles.get("being", ()) if role.noun not in words["machines"]]
    if picture.has("vehicle", "being") and not (has_people(picture) or alive or picture.has("kind")):
        # The cockpit is a part of the plane or the mecha.
        picture.move("place", "thing", words["inside_vehicles"])


def _do_nothing_in_still_lifes(picture: Picture) -> None:
    """In a still life and in ruins nobody sews or stands in the water, and clothes are things."""
    beings = [role for role in picture.roles.get("being", ()) if role.noun not in lists().words["figures"]]
    if not picture.has("empty", "frame") or picture.has("kind", "quality") or has_people(picture):
        return
    picture.take("pose", lambda role: role.phrase == _SUBMERGED)
    if _STILL_LIFE in picture.phrases("frame") and not beings:
        picture.roles.pop("act", None)
        picture.put("thing", picture.take("clothes", lambda role: True))


def _run_over_bridges(picture: Picture) -> None:
    """A train that the picture is of runs over the bridge, and not near it."""
    is_main = not picture.has("frame") or VEHICLE_FOCUS in picture.phrases("text")
    is_train = any(_TRAIN in names_of(role.noun) for role in picture.roles.get("vehicle", ()))
    if is_train and is_main and picture.has("empty"):
        bridges = picture.take("landmark", lambda role: role.noun in lists().words["bridges"])
        picture.put("on", [replace(role, slot="on", phrase=f"on {role.phrase}") for role in bridges])


def _leave_states_to_things(picture: Picture) -> None:
    """Where nobody is, rain wets the street, and what else is wet or frozen is unknown."""
    states = picture.take("act", lambda role: role.phrase in (_WET, _FROZEN))
    is_on_road = any(role.noun in lists().words["streets"] for role in picture.roles.get("place", ()))
    if is_on_road and any(role.phrase == _WET for role in states):
        picture.put("thing", [Role("thing", "wet ground")])


def _give_land_to_the_shore(picture: Picture) -> None:
    """A ship on the ocean is near an island, and not on it."""
    words = lists().words
    if picture.has(*COUNTS) or picture.names:
        return
    if _SCENERY in picture.phrases("frame") and len(picture.phrases("place")) > 1:
        # From a train station the island is seen far off.
        picture.move("place", "feature", _FAR_OFF)
    if not any(role.noun in words["waters"] for role in picture.roles.get("on", ())):
        return
    ashore = words["on_shore"]
    nouns = {noun for role in picture.roles.get("place", ()) if (noun := role.noun) not in ashore}
    picture.move("place", "feature", nouns)


def _leave_bathtub(picture: Picture) -> None:
    """Who kneels in a bathroom is not in the bathtub."""
    is_empty = not (has_people(picture) or picture.has("being", "kind", "quality"))
    is_on_feet = not _ON_FEET.isdisjoint(picture.phrases("pose"))
    if len(picture.phrases("place")) > 1 and (is_empty or is_on_feet):
        picture.move("place", "thing", _BATHTUB)


def _stand_on_docks(picture: Picture) -> None:
    """Who sits on a dock is not in the river, and a boat lies at the dock."""
    if picture.has("vehicle") and not (has_people(picture) or picture.has("being", "kind", "quality")):
        picture.move("place", "feature", lists().words["platforms"])
    if any(role.noun in lists().words["platforms"] for role in picture.roles.get("place", ())):
        picture.move("on", "feature", lists().words["waters"])


def _show_stations(picture: Picture) -> None:
    """Where nobody is, nothing is at the space station: the station is shown."""
    if not (has_people(picture) or picture.has("being", "kind", "quality")):
        for role in picture.take("place", lambda role: role.phrase.endswith(SPACE_STATION)):
            picture.put("landmark", [replace(role, slot="landmark", phrase=f"a {SPACE_STATION}")])


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
        roads = picture.take("place", lambda role: inside and role.phrase.startswith("on "))
        picture.put("thing", [replace(role, phrase=role.phrase.partition(" ")[2]) for role in roads])
    beings, bystanders = picture.roles.get("being", ()), lists().words["bystanders"]
    has_being = any(role.noun not in bystanders for role in beings) or not picture.has("frame")
    if has_people(picture) or has_vehicle or picture.has("kind", "quality", *LOOKS, "act"):
        return
    if beings and has_being:
        return
    # Of a room, the stage is no view.
    part = "thing" if _is_indoors(picture) else "feature"
    grounds = picture.take("place", lambda role: role.phrase.startswith("on "))
    picture.put(part, [replace(role, slot=part, phrase=role.phrase.partition(" ")[2]) for role in grounds])
    if (
        len(picture.phrases("place")) + len(grounds) > 1
        and picture.has("place")
        and picture.has("frame")
        and not _is_indoors(picture)
    ):
        # Of a landscape, the forest and the field are parts.
        picture.move("place", "feature", {role.noun for role in picture.roles["place"]})
    # Sparkles are in a scene, and nothing is among them.
    picture.put("thing", picture.take("among", lambda role: True))
