"""What those shown do and where, and how the picture shows it."""

from collections.abc import Iterable

from composer.appearance import merged
from composer.phrasing import and_list, led
from composer.picture import Picture

PLACES = ("on", "inout", "among", "place", "feature", "time", "sky", "weather", "frame")
_PLACE_LEADS = {"among": "among", "feature": "near", "sky": "under", "weather": "in", "frame": "amid"}
_PLACES_WITHOUT_COMMA = 3


def clauses(picture: Picture, *, several: bool) -> list[str]:
    """What goes on, clause by clause: "standing outdoors", "smiling", "with an open mouth"."""
    held = picture.phrases("held") if several else []
    holding = led("holding" if len(held) > 1 else "with one of them holding", held)
    said = [*deeds(picture), holding, led("with", picture.phrases("gesture")), *presentation(picture)]
    return [clause for clause in said if clause]


def deeds(picture: Picture) -> list[str]:
    """Poses and acts, with the place behind a pose or a single act: "standing outdoors, smiling"."""
    pose, acts, place = picture.phrases("pose"), picture.phrases("act"), where(picture, PLACES)
    if not place:
        return [and_list(pose + acts)]
    if pose:
        return [f"{and_list(pose)} {place}", and_list(acts)]
    return [f"{acts[0]} {place}"] if len(acts) == 1 else [and_list(acts), place]


def where(picture: Picture, slots: Iterable[str]) -> str:
    """The places of these slots as one clause: "outdoors in a forest at night"."""
    places: list[str] = []
    for slot in slots:
        said = merged(picture, slot)
        places += [led(_PLACE_LEADS[slot], said)] if slot in _PLACE_LEADS and said else said
    near, far = places[:_PLACES_WITHOUT_COMMA], places[_PLACES_WITHOUT_COMMA:]
    return ", ".join([" ".join(near), *far]) if near else ""


def presentation(picture: Picture) -> list[str]:
    """How the picture shows it: "seen from below in profile", "as a sketch", "with English text"."""
    parts = (
        [("seen", "from"), ("in", "shot"), ("against", "backdrop")],
        [("as", "as"), ("in", "style")],
        [("painted in", "painted"), ("drawn in", "drawn")],
        [("with", "text")],
    )
    said = (
        " ".join(filter(None, (led(lead, merged(picture, slot)) for lead, slot in part))) for part in parts
    )
    return [clause for clause in said if clause]
