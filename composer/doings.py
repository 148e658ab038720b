"""What those shown do and where, and how the picture shows it: seen from where, as what, in which style."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import NamedTuple

from composer.appearance import merged
from composer.phrasing import and_list, led, lists, with_article
from composer.picture import COUNTS, VEHICLE_FOCUS, Picture
from composer.subject import PAIR
from composer.words import COLOUR_RANK
from tags.people_counts import BOYS, OTHERS

VIEWS = ("from", "shot")
_FOCUS = "focus"
_FOCUSES = (
    ("the focus on a male character", (BOYS,)),
    ("a focus on another character", (OTHERS,)),
    ("a focus on the animal", ("being", "kind", "quality")),
    (VEHICLE_FOCUS, ("vehicle",)),
)
_TRADITIONAL = "with traditional media"
_PORTRAIT, _MOST_ALIKE = "portrait", 5
_FACING_EACH_OTHER, _FROM_BEHIND = "facing each other", "from behind"
_SETTING, _THEME = " setting", " theme"
# "A medieval fantasy setting": these stand last.
_BROAD_SETTINGS = ("fantasy", "science fiction", "steampunk", "cyberpunk")
# The slots of places in the order in which they are said, by the word before them.
_PLACE_SLOTS = (
    ("", ("on", "inout")),
    ("among", ("among",)),
    ("", ("place",)),
    ("near", ("landmark", "feature")),
    ("in", ("weather",)),
    ("", ("time",)),
    ("under", ("sky",)),
)
_PLACES_WITHOUT_COMMA = 3
# What somebody in a room sees through a window, in the order in which it is said.
_OUTSIDE = ("landmark", "feature", "among", "sky", "weather")
_COMIC = "comic"
_LOOKING_OUT = "looking outside"


class Doings(NamedTuple):
    """What goes on in a picture.

    `said` are its clauses: "standing outdoors", "smiling", "with an open mouth"; `place` is where that is.
    `by_some` is what one of several does alone, where they do nothing together, else "". `shown` is how the
    picture shows all this.
    """

    place: str
    by_some: str
    said: list[str]
    shown: list[str]


def doings(picture: Picture, number: int) -> Doings:
    """What goes on, and how it is shown; `number` is how many those are who do it, or at least are."""
    poses, acts, gestures = (picture.phrases(slot) for slot in ("pose", "act", "gesture"))
    by_some = and_list(picture.phrases("one_does"))
    has_panels = picture.has("views") or any(_COMIC in each for each in picture.phrases("as"))
    if number < PAIR and has_panels and len(poses) + len(acts) > 1:
        # Of somebody who is shown several times no picture shows all that is done.
        picture.roles.pop("on", None)
        # Nobody is barefoot by turns.
        states = [act for act in acts if _is_state(act) and act not in lists().words["moods"]]
        done = [act for act in poses + acts if act not in states]
        poses, acts = [], [f"{and_list(done)} by turns" if len(done) > 1 else and_list(done), *states]
    place = where(picture)
    done, shown = _deeds(place, poses, acts), presentation(picture)
    # A clause that begins with "with" is no verb, so it does not come first.
    # It is the scene that is a comic, and not the two in it.
    is_sheet = picture.has("as") and picture.has(*VIEWS)
    is_own = not is_sheet and ((number > 1 and picture.has("as")) or done)
    first = 0 if is_own or not shown or shown[0].startswith("with ") else 1
    # "A hand pulling {her} mask and a bag" would pull both.
    gestures = sorted(gestures, key=lambda gesture: "ing {her} " in gesture)
    said = [*done, by_some if done else "", *shown[:first], led("with", gestures)]
    return Doings(place, "" if done else by_some, [clause for clause in said if clause], shown[first:])


def _deeds(place: str, poses: Sequence[str], acts: Sequence[str]) -> list[str]:
    """Poses and acts, with the place behind a pose or a single act: "standing outdoors, smiling"."""
    # "Smiling and looking up, barefoot".
    states = [act for act in acts if _is_state(act)]
    if len(poses) + len(acts) > len(states) or place:
        acts = [act for act in acts if act not in states]
    else:
        states = []
    if not place:
        said = [_joined([*poses, *acts])]
    elif poses:
        said = [f"{_joined(poses)} {place}", _joined(acts)]
    else:
        is_one = len(acts) == 1 and not place.startswith("with ")
        said = [f"{acts[0]} {place}"] if is_one else [_joined(acts), place]
    return [clause for clause in (*said, and_list(states)) if clause]


def _joined(deeds: Sequence[str]) -> str:
    """Deeds as a list, with what is no verb behind them: "standing in a fighting stance"."""
    within = [deed for deed in deeds if deed.startswith("in a ") or deed == "in battle"]
    return " ".join([and_list(deed for deed in deeds if deed not in within), *within]).strip()


def _is_state(act: str) -> bool:
    """Whether an act is none: "serious", but "smiling" and "in battle" are some."""
    words = act.split(" ")
    has_verb = any(word.endswith("ing") for word in words)
    return not has_verb and words[0] not in lists().words["prepositions"] | {"at"}


def where(picture: Picture, without: Collection[str] = ()) -> str:
    """The places as one clause, without those of some slots: "outdoors in a forest at night"."""
    places: list[str] = []
    outside = seen_outside(picture, without)
    for lead, of_lead in _PLACE_SLOTS:
        slots = [slot for slot in of_lead if slot in picture.roles and slot not in without]
        if not slots:
            continue
        said = [place for slot in slots for place in merged(picture, slot) if place not in outside]
        if lead:
            places += [led(lead, _weathers(said) if "weather" in slots else said)] if said else []
        else:
            places += _by_panels(sorted(said, key=_width))
    near, far = places[:_PLACES_WITHOUT_COMMA], places[_PLACES_WITHOUT_COMMA:]
    seen = and_list(_without_the(view.removeprefix("in ")) for view in outside)
    through_window = f"with {seen} outside" if seen else ""
    return ", ".join(filter(None, [" ".join(near), *far, through_window]))


def _by_panels(said: Sequence[str]) -> Sequence[str]:
    """Join times of day, of which only several panels have more than one: "by day and at night"."""
    times = [each for each in said if each.replace(" ", "_") in lists().words["times_of_day"]]
    return [and_list(times), *(each for each in said if each not in times)] if len(times) > 1 else said


def _weathers(said: Sequence[str]) -> Sequence[str]:
    """Several weathers without articles: "in the rain", but "in mist and rain"."""
    return [_without_the(each) for each in said] if len(said) > 1 else said


def _without_the(phrase: str) -> str:
    return phrase.removeprefix("the ") if phrase.endswith(tuple(lists().words["mass_weather"])) else phrase


def _width(place: str) -> int:
    """What to order places by, the smaller first: "on a street in a city in a desert"."""
    if place.startswith("on ") and place.rpartition(" ")[2] in lists().words["wide_places"]:
        return 5  # "In a wheat field on a farm".
    if place.startswith("inside "):
        return 2  # "In a corridor inside a spaceship".
    if not place.startswith("in "):
        return 5 if place.startswith("above ") else 1 if place.startswith("at ") else 0
    words, noun = lists().words, place.rpartition(" ")[2]
    if noun in words["narrow_places"]:
        return 1
    return 3 if noun not in words["wide_places"] else 4 if noun in words["settlements"] else 5


def is_only_when(picture: Picture) -> bool:
    """Whether where those shown are is told by the time and the sky alone: "at night"."""
    return not any(picture.has(*slots) for lead, slots in _PLACE_SLOTS if slots[0] not in ("time", "sky"))


def seen_outside(picture: Picture, without: Collection[str]) -> list[str]:
    """What is behind a window: nobody sits in a bookstore in the rain, nor in a train under clouds."""
    words = lists().words
    inout, places = picture.phrases("inout"), picture.phrases("place")
    looks_out = _LOOKING_OUT in picture.phrases("act") and "outdoors" not in inout
    interiors = [place for place in places if place.startswith("inside ")]
    is_inside = "indoors" in inout or bool(interiors) or any(each.endswith(" bridge") for each in places)
    if is_inside or looks_out:
        views = [view for slot in _OUTSIDE if slot not in without for view in merged(picture, slot)]
        far = [place for place in places if place.rpartition(" ")[2] in words["far_views"]]
        return far + [view for view in views if view.rpartition(" ")[2] not in words["indoor_views"]]
    has_window = any(thing.endswith(tuple(words["windows"])) for thing in picture.phrases("thing"))
    is_open_air = any(place.rpartition(" ")[2] in words["open_air"] for place in places)
    if not has_window or is_open_air or "outdoors" in inout or picture.has("landmark", "sky"):
        return []
    return [
        weather
        for weather in picture.phrases("weather")
        if words["outdoor_weather"].issuperset(_without_the(weather).split(" "))
    ]


def presentation(picture: Picture) -> list[str]:
    """How the picture shows it, in clauses: "seen from below in profile", "as a sketch", "with bokeh"."""
    if len(picture.phrases("from")) > 1:
        # Only one of several drawings is a headshot.
        picture.take("shot", lambda role: role.phrase.endswith(_PORTRAIT))
    if _FACING_EACH_OTHER in picture.phrases("act") or picture.number > _MOST_ALIKE:
        # Of two who face each other only one is seen from behind, and before an orchestra its conductor.
        picture.take("from", lambda role: role.phrase == _FROM_BEHIND)
    sheets = [("shown as", "as"), ("in", "views")]
    views, backdrops = [("seen", "from"), ("in", "shot")], [("against", "backdrop")]
    # It is she who is seen from behind, and not the sheet.
    is_sheet = picture.has("as") and picture.has(*VIEWS)
    parts = [views, sheets + backdrops] if is_sheet else [sheets + views + backdrops]
    said = [
        " ".join(filter(None, (led(lead, merged(picture, slot)) for lead, slot in part))) for part in parts
    ]
    said += _styles(picture)
    painted = picture.phrases("painted")
    # Traditional media may be pencils.
    verb = "made" if painted == [_TRADITIONAL] else "painted"
    said += [led(verb, painted), led("drawn in", picture.phrases("drawn"))]
    texts = _texts(picture)
    said.append(led("with", texts or _nobody(picture)))
    return [clause for clause in said if clause]


def nobody_in_sight(picture: Picture) -> str:
    """The sentence that no people are in sight, "" where a clause tells it or where it is not told."""
    nobody = _nobody(picture) if _texts(picture) else ()
    return "no people are in sight" if nobody else ""


def _nobody(picture: Picture) -> list[str]:
    return picture.phrases("empty") if not picture.has(*COUNTS) else []


def _texts(picture: Picture) -> list[str]:
    """What the picture has besides things, the focus last: "depth of field", "a focus on the text"."""
    told = [text for text in picture.phrases("text") if not _is_told(text, picture)]
    themes = [style for style in picture.phrases("style") if style.endswith(_THEME)]
    told += [theme for theme in themes if not _colour_of_theme(theme)]
    if colours := [colour for theme in themes if (colour := _colour_of_theme(theme))]:
        told.append(with_article(f"{and_list(colours)} color{_THEME}"))
    return sorted(told, key=lambda text: _FOCUS in text)


def _styles(picture: Picture) -> list[str]:
    """The styles and settings, clause by clause: "in pixel art", "in a medieval fantasy setting"."""
    styles = [style for style in picture.phrases("style") if not style.endswith(_THEME)]
    settings = [style for style in styles if style.endswith(_SETTING)]
    # "In pixel art, in a retro style": what has an article is listed by itself.
    others = sorted(
        (style for style in styles if style not in settings),
        key=lambda style: style.startswith(("a ", "an ")),
    )
    said = [
        led("in", group) for _, group in groupby(others, key=lambda style: style.startswith(("a ", "an ")))
    ]
    return [*said, f"in {_joined_settings(settings)}"] if settings else said


def _joined_settings(settings: Sequence[str]) -> str:
    """Several settings as one: "a medieval fantasy setting"."""
    kinds = [each.partition(" ")[2].removesuffix(_SETTING) for each in settings]
    kinds.sort(key=lambda kind: kind in _BROAD_SETTINGS)
    return with_article(" ".join(kinds) + _SETTING)


def _colour_of_theme(style: str) -> str:
    """The colour that all of the picture has: "blue" of "a blue theme", "" for other themes."""
    colour = style.partition(" ")[2].removesuffix(_THEME)
    return colour if lists().adjective_rank.get(colour) == COLOUR_RANK else ""


def _is_told(text: str, picture: Picture) -> bool:
    """Whether the subject tells what the focus is on: a boy, an animal, a car."""
    return any(text == focus and picture.has(*slots) for focus, slots in _FOCUSES)
