"""What a caption leaves out, as it tells nothing beside the rest: "under the sky", "an owl with feathers"."""

import re
from dataclasses import replace

from composer.phrasing import lists
from composer.picture import COUNTS, Picture, has_people, number_of_people
from composer.subject import SEXES
from composer.words import COLOUR_RANK, REST, Role
from tags.implications import broader_tags
from tags.people_counts import BOYS, GIRLS

_CITYSCAPE, _IN_CITY, _INDOORS = "a cityscape", "in a city", "indoors"
_BUTTONS, _HAT, _BRIM, _TWO_WORDS = "buttons", "hat", "brim", 2
_GENERAL = frozenset(("food", "drink", "beverage", "tool", "weapon", "instrument", "fruit", "container"))
_OF_ALL_ANIMALS = ("a tail", "a mane")
_SOLO_FOCUS, _INSIDE = "the focus on one person", "inside "
_SKY, _OF_NO_SEX = "the sky", "of ambiguous gender"
_MULTICOLORED, _GLOW = "multicolored", "a glow"
_ANY_ANIMALS = ("an animal", "animals", "a herd")
_CROWD = "a crowd"
_EXPRESSIONS, _EXPRESSION_CHART = "several expressions", "an expression chart"
_BAREFOOT, _SHOES = "barefoot", frozenset(("footwear", "shoes"))
_ABOVE_CLOUDS, _CLOUDS = "above the clouds", frozenset(("a cloudy sky", "clouds"))
_HETEROCHROMIA = "heterochromia"
_CLOSED_EYES, _ONE_EYE_CLOSED = "closed eyes", "one eye closed"
_UPRIGHT, _LYING = ("standing", "squatting", "kneeling", "sitting", "walking", "running"), "lying"
_OF_KIN = re.compile("(?:father|mother) and (?:son|daughter)")
_PARENT = re.compile("parent and ")
_ANY_KIN = re.compile("(?:parent and .*|(?:father|mother) and child)")
_SILHOUETTE = "silhouette"
_STANDING, _GOING = "standing", ("walking", "running")
_ONE_WING, _ON_FACE = "a single wing", " on {her} face"
_IN_FACE = tuple(
    f" on {whose} {part}" for whose in ("the", "{her}") for part in ("cheek", "nose", "forehead", "chin")
)
_HAS_BEING = ("being", "kind", "quality")


def leave_out_idle(picture: Picture) -> None:
    """Take out what no reader misses."""
    _leave_out_of_places(picture)
    _tell_whose_silhouette(picture)
    _leave_out_of_animals(picture)
    _leave_out_general(picture)
    for slot in ("thing", "mark", "text", REST):
        # Music can be heard, and dialogue is what the text is.
        picture.take(slot, lambda role: role.phrase.replace(" ", "_") in lists().words["idle_things"])
    if all("+" in "".join(picture.phrases(sex)) for sex in (GIRLS, BOYS)):
        picture.take("thing", lambda role: role.phrase == _CROWD)
    _tell_relation_once(picture)
    _tell_one_wing(picture)
    _tell_scar_once(picture)
    _tell_parts_of_hair(picture)
    _tell_each_eye(picture)
    if _EXPRESSIONS in picture.phrases("gesture") or _EXPRESSION_CHART in picture.phrases("as"):
        # Each of these moods is that of one drawing.
        words = lists().words
        picture.take("act", lambda role: role.phrase in words["moods"] or role.phrase in lists().faces)
        picture.take("gesture", lambda role: role.phrase.replace(" ", "_") in words["idle_gestures"])
    if number_of_people(picture) < _TWO_WORDS and _CLOSED_EYES in picture.phrases("gesture"):
        picture.take("gesture", lambda role: role.phrase == _ONE_EYE_CLOSED)
    _do_one_thing(picture)
    if any(place.startswith(_ABOVE_CLOUDS) for place in picture.phrases("place")):
        picture.take("sky", lambda role: role.phrase in _CLOUDS)
    if any(slot != REST for slot in picture.roles) or picture.names or picture.species:
        picture.roles.pop(REST, None)


def _do_one_thing(picture: Picture) -> None:
    """Leave one person one posture and what goes with it."""
    is_one = number_of_people(picture) == 1
    if not is_one and _SOLO_FOCUS not in picture.phrases("text"):
        return
    if any(pose.startswith(_UPRIGHT) for pose in picture.phrases("pose")):
        # It is the sword that is on the back of who squats.
        picture.take("pose", lambda role: role.phrase.startswith(_LYING))
    if _STANDING in picture.phrases("pose"):
        # In a crowd it is the others who walk.
        picture.take("pose", lambda role: role.phrase in _GOING)
    if is_one:
        picture.take("text", lambda role: role.phrase == _SOLO_FOCUS)
    if _BAREFOOT in picture.phrases("act"):
        # Who is barefoot wears no slippers.
        shoes = picture.take("clothes", lambda role: not _SHOES.isdisjoint({role.noun} | role.covers))
        picture.put("thing", [replace(role, slot="thing") for role in shoes])


def _leave_out_of_places(picture: Picture) -> None:
    """Under a sky everybody is outdoors, and inside a train indoors."""
    is_person = has_people(picture) or picture.has("kind", "quality")
    # A cityscape may lie far below, or outside the window.
    is_view = is_person or _INDOORS in picture.phrases("inout")
    cityscapes = picture.take("frame", lambda role: is_view and role.phrase == _CITYSCAPE)
    if _IN_CITY not in picture.phrases("place"):
        picture.put("thing", [replace(role, slot="thing") for role in cityscapes])
    has_others = len(picture.phrases("sky")) > 1 or picture.has("thing", "feature", "landmark")
    if is_person or has_others or picture.has("being"):
        picture.take("sky", lambda role: role.phrase == _SKY)
    if any(place.startswith(_INSIDE) for place in picture.phrases("place")):
        picture.take("inout", lambda role: True)


def _tell_whose_silhouette(picture: Picture) -> None:
    """Only a crowd is in silhouette, and not who stands in it; in a scene the cat is, and not the scene."""
    is_person = has_people(picture) or picture.has("kind", "quality")
    if is_person and _CROWD in picture.phrases("thing"):
        picture.take("style", lambda role: role.phrase == _SILHOUETTE)
    elif not is_person and picture.has("frame") and picture.has("being"):
        silhouettes = picture.take("style", lambda role: role.phrase == _SILHOUETTE)
        picture.put("thing", [Role("thing", f"a {_SILHOUETTE}") for _ in silhouettes])


def _leave_out_of_animals(picture: Picture) -> None:
    """An owl has feathers, a fox has a tail, and of several each has its own."""
    idle = lists().words["idle_coats"]
    if (has_people(picture) or picture.has(*_HAS_BEING)) and not picture.has(*COUNTS):
        for slot in ("body", "thing"):
            picture.take(slot, lambda role: role.phrase.replace(" ", "_") in idle)
    for slot in ("thing",) if picture.has(*COUNTS) else ("thing", "kind"):
        # Nobody calls a pangolin a pholidote.
        picture.take(slot, lambda role: role.phrase.partition(" ")[2] in lists().words["families"])
    if picture.species or picture.has("being"):
        is_of_no_sex = picture.take("kind", lambda role: role.phrase == _OF_NO_SEX)
        if is_of_no_sex and picture.has("company") and len(SEXES.keys() & picture.phrases("quality")) == 1:
            # One of two is male, and of the other nobody knows.
            picture.take("quality", lambda role: role.phrase in SEXES)
    if not picture.has(*COUNTS) and len(picture.phrases("being")) > 1:
        picture.take("body", lambda role: role.phrase in _OF_ALL_ANIMALS)


def _leave_out_general(picture: Picture) -> None:
    """Who holds food holds what is named of it, and the wide brim is the hat's; what glows is named too."""
    for slot in ("text", "mark"):
        picture.take(slot, lambda role: role.phrase == _GLOW)
    if len(picture.phrases("being")) > 1 or (picture.has("thing") and picture.has("being")):
        for slot in ("being", "thing"):
            picture.take(slot, lambda role: role.phrase in _ANY_ANIMALS)
    things = {role.noun for slot in ("thing", "held") for role in picture.roles.get(slot, ())}
    broader = {general for thing in things for general in broader_tags(thing) if general in _GENERAL}
    picture.take("held", lambda role: role.noun in broader and role.phrase.count(" ") < _TWO_WORDS)
    if any(role.noun == _HAT for role in picture.roles.get("clothes", ())):
        picture.take("clothes", lambda role: role.noun == _BRIM)
    worn = picture.phrases("clothes")
    if any(each.endswith("school uniform") and each.count(" ") > _TWO_WORDS for each in worn):
        # The uniform of a certain school is told by its name.
        picture.take("clothes", lambda role: role.phrase in ("a serafuku", "a gakuran"))
    if len(picture.phrases("clothes")) > 1:
        picture.take("clothes", lambda role: role.phrase == _BUTTONS)


def _tell_relation_once(picture: Picture) -> None:
    """Father and son are parent and child too."""
    relations = picture.phrases("relation")
    if any(_OF_KIN.fullmatch(relation) for relation in relations):
        picture.take("relation", lambda role: bool(_ANY_KIN.fullmatch(role.phrase)))
    elif any(_ANY_KIN.fullmatch(relation) and not _PARENT.match(relation) for relation in relations):
        picture.take("relation", lambda role: bool(_PARENT.match(role.phrase)))


def _tell_one_wing(picture: Picture) -> None:
    """Whoever has a single wing has no wings."""
    if _ONE_WING in picture.phrases("body"):
        picture.take("body", lambda role: role.noun == "wings")


def _tell_scar_once(picture: Picture) -> None:
    """The scar on the cheek is the one on the face."""
    parts = [*picture.phrases("body"), *picture.phrases("clothes")]
    told = {said for part in parts for place in _IN_FACE if (said := part.removesuffix(place)) != part}
    picture.take("body", lambda role: role.phrase.removesuffix(_ON_FACE) in told)


def _tell_parts_of_hair(picture: Picture) -> None:
    """Multicolored hair that is black and white is told by these, and white alone is a part of it."""
    hair = picture.roles.get("hair", [])
    colours = {said for role in hair for rank, said in role.modifiers if rank == COLOUR_RANK}
    is_told = colours and picture.take("hair", lambda role: role.phrase.startswith(_MULTICOLORED))
    if is_told and len(colours) == 1:
        colour = colours.pop()
        in_part = f"{_MULTICOLORED}, partly {colour}"
        picture.roles["hair"] = [_recoloured(role, colour, in_part) for role in picture.roles["hair"]]


def _tell_each_eye(picture: Picture) -> None:
    """Eyes of two colours of one person: "one blue eye and one yellow eye"."""
    eyes = picture.roles.get("eyes", [])
    colours = [said for role in eyes for rank, said in role.modifiers if rank == COLOUR_RANK]
    is_one = number_of_people(picture) == 1 or picture.has("alone")
    if (
        is_one
        and len(colours) == _TWO_WORDS
        and picture.take("body", lambda role: role.noun == _HETEROCHROMIA)
    ):
        like = [said for role in eyes for rank, said in role.modifiers if rank != COLOUR_RANK]
        each = (" ".join(["one", *dict.fromkeys(like), colour, "eye"]) for colour in colours)
        picture.roles["eyes"] = [Role("eyes", " and ".join(each))]


def _recoloured(role: Role, colour: str, told: str) -> Role:
    modifiers = tuple((rank, told if said == colour else said) for rank, said in role.modifiers)
    return replace(role, phrase=role.phrase.replace(colour, told), modifiers=modifiers)
