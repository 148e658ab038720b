"""How the picture shows what it shows: seen from where, as what, in which style, with which effects."""

from collections.abc import Sequence
from itertools import groupby

from composer.appearance import merged
from composer.phrasing import and_list, led, lists, with_article
from composer.picture import COUNTS, VEHICLE_FOCUS, Picture
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
    parts = (*([views, sheets + backdrops] if is_sheet else [sheets + views + backdrops]),)
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
