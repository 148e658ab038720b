"""What those shown do and where, and how the picture shows it."""

from collections.abc import Collection

from composer.appearance import merged
from composer.phrasing import and_list, led, lists, or_list
from composer.picture import Picture

# The slots of places in the order in which they are said, by the word before them.
_PLACE_SLOTS = (
    ("", ("on", "inout")),
    ("among", ("among",)),
    ("", ("place",)),
    ("near", ("landmark", "feature")),
    ("in", ("weather",)),
    ("", ("time",)),
    ("under", ("sky",)),
    ("amid", ("frame",)),
)
_PLACES_WITHOUT_COMMA = 3
_WINDOWS = ("window", "windows", "stained glass")
# Weather that nobody has in a room.
_OUTDOOR_WEATHER = frozenset(
    ("the rain", "the snow", "the falling snow", "a storm", "a blizzard", "the wind")
)


def clauses(picture: Picture, *, several: bool) -> list[str]:
    """What goes on, clause by clause: "standing outdoors", "smiling", "with an open mouth"."""
    held = picture.phrases("held") if several else []
    holding = led("holding" if len(held) > 1 else "with one of them holding", held)
    alone = lists().words["of_one"].intersection(picture.phrases("pose")) if several else ()
    gestures = [holding, led("with one of them", sorted(alone)), led("with", picture.phrases("gesture"))]
    done, shown = _deeds(picture, alone, several=several), presentation(picture)
    # A clause that begins with "with" is no verb, so it does not come first.
    said = [*done, *gestures, *shown] if done else [*shown[:1], *gestures, *shown[1:]]
    return [clause for clause in said if clause]


def _deeds(picture: Picture, without: Collection[str], *, several: bool) -> list[str]:
    """Poses and acts, with the place behind a pose or a single act: "standing outdoors, smiling"."""
    poses = [said for said in picture.phrases("pose") if said not in without]
    acts, place = picture.phrases("act"), where(picture)
    if several:
        # Of several people one may sit and another stand.
        postures = [pose for pose in poses if pose.split(" ")[0].endswith("ing")]
        poses = [*filter(None, [or_list(postures)]), *(pose for pose in poses if pose not in postures)]
        busy = [act for act in acts if act.split(" ")[0] in lists().words["occupations"]]
        acts = [*filter(None, [or_list(busy)]), *(act for act in acts if act not in busy)]
    if not place:
        said = [and_list(poses + acts)]
    elif poses:
        said = [f"{and_list(poses)} {place}", and_list(acts)]
    else:
        said = [f"{acts[0]} {place}"] if len(acts) == 1 else [and_list(acts), place]
    return [clause for clause in said if clause]


def where(picture: Picture, without: Collection[str] = ()) -> str:
    """The places as one clause, without those of some slots: "outdoors in a forest at night"."""
    places: list[str] = []
    outside = weather_outside(picture)
    for lead, of_lead in _PLACE_SLOTS:
        if outside and "weather" in of_lead:
            continue
        said = [place for slot in of_lead if slot not in without for place in merged(picture, slot)]
        if lead:
            places += [led(lead, said)] if said else []
        else:
            places += sorted(said, key=_width)
    near, far = places[:_PLACES_WITHOUT_COMMA], places[_PLACES_WITHOUT_COMMA:]
    return ", ".join(filter(None, [" ".join(near), *far, outside and f"with {outside} outside"]))


def _width(place: str) -> int:
    """What to order places by, the smaller first: "on a street in an oasis in a desert"."""
    if not place.startswith("in "):
        return 0
    return 2 if place.rpartition(" ")[2] in lists().words["wide_places"] else 1


def weather_outside(picture: Picture) -> str:
    """The weather where it is that behind a window: nobody sits in a bookstore in the rain."""
    weather, inout = picture.phrases("weather"), picture.phrases("inout")
    is_seen_from_outside = "outdoors" in inout or picture.has("landmark", "sky")
    if is_seen_from_outside or not weather or not _OUTDOOR_WEATHER.issuperset(weather):
        return ""
    has_window = any(thing.endswith(_WINDOWS) for thing in picture.phrases("thing"))
    return and_list(each.split(" ", 1)[1] for each in weather) if "indoors" in inout or has_window else ""


def presentation(picture: Picture) -> list[str]:
    """How the picture shows it: "seen from below in profile", "as a sketch", "with English text"."""
    parts = (
        [("shown as", "as"), ("seen", "from"), ("in", "shot"), ("against", "backdrop")],
        [("in", "style")],
        [("painted", "painted"), ("drawn in", "drawn")],
        [("with", "text")],
    )
    said = (
        " ".join(filter(None, (led(lead, merged(picture, slot)) for lead, slot in part))) for part in parts
    )
    return [clause for clause in said if clause]
