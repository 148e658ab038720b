"""What a caption leaves out, as it tells nothing beside the rest: "under the sky", "an owl with feathers"."""

from dataclasses import replace

from composer.picture import Picture
from composer.rules import follow
from composer.words import COLOUR_RANK, REST, Role
from tags.implications import broader_tags

_GENERAL = frozenset(("food", "drink", "beverage", "tool", "weapon", "instrument", "fruit", "container"))
_SOLO_FOCUS, _MULTICOLORED = "the focus on one person", "multicolored"
_BAREFOOT, _SHOES = "barefoot", frozenset(("footwear", "shoes"))
_HETEROCHROMIA, _ON_FACE = "heterochromia", " on {her} face"
_IN_FACE = tuple(
    f" on {whose} {part}" for whose in ("the", "{her}") for part in ("cheek", "nose", "forehead", "chin")
)
_UNIFORM, _SCHOOL_UNIFORMS = "school uniform", ("a serafuku", "a gakuran")


def leave_out_idle(picture: Picture) -> None:
    """Take out what no reader misses."""
    _name_uniform(picture)
    follow(picture, "idle")
    _tell_held_once(picture)
    _tell_scar_once(picture)
    _tell_parts_of_hair(picture)
    _tell_each_eye(picture)
    _take_off_shoes(picture)
    if any(slot != REST for slot in picture.roles) or picture.names or picture.species:
        picture.roles.pop(REST, None)


def _name_uniform(picture: Picture) -> None:
    """The uniform of a certain school is told by its name."""
    worn = picture.phrases("clothes")
    if any(each.endswith(_UNIFORM) and each.count(" ") > 2 for each in worn):
        picture.take("clothes", lambda role: role.phrase in _SCHOOL_UNIFORMS)


def _tell_held_once(picture: Picture) -> None:
    """Who holds food holds what is named of it."""
    if any(role.noun in _GENERAL for role in picture.roles.get("held", ())):
        things = {role.noun for slot in ("thing", "held") for role in picture.roles.get(slot, ())}
        broader = frozenset[str]().union(*(_GENERAL & broader_tags(thing) for thing in things))
        picture.take("held", lambda role: role.noun in broader and role.phrase.count(" ") < 2)


def _take_off_shoes(picture: Picture) -> None:
    """Who is barefoot wears no slippers."""
    is_one = picture.number == 1 or _SOLO_FOCUS in picture.phrases("text")
    if is_one and _BAREFOOT in picture.phrases("act"):
        shoes = picture.take("clothes", lambda role: not _SHOES.isdisjoint({role.noun} | role.covers))
        picture.put("thing", [replace(role, slot="thing") for role in shoes])


def _tell_scar_once(picture: Picture) -> None:
    """The scar on the cheek is the one on the face."""
    if not picture.has("body"):
        return
    parts = picture.phrases("body", "clothes")
    told = {
        said
        for part in parts
        if part.endswith(_IN_FACE)
        for place in _IN_FACE
        if (said := part.removesuffix(place)) != part
    }
    picture.take("body", lambda role: role.phrase.removesuffix(_ON_FACE) in told)


def _tell_parts_of_hair(picture: Picture) -> None:
    """Multicolored hair that is black and white is told by these, and white alone is a part of it."""
    hair = picture.roles.get("hair", [])
    colours = {said for role in hair for rank, said in role.modifiers if rank == COLOUR_RANK}
    if all(role.phrase.startswith(_MULTICOLORED) for role in hair) and len(colours) < 2:
        return
    is_told = colours and picture.take("hair", lambda role: role.phrase.startswith(_MULTICOLORED))
    if is_told and len(colours) == 1:
        colour = colours.pop()
        in_part = f"{_MULTICOLORED}, partly {colour}"
        picture.roles["hair"] = [_recoloured(role, colour, in_part) for role in picture.roles["hair"]]


def _tell_each_eye(picture: Picture) -> None:
    """Eyes of two colours of one person: "one blue eye and one yellow eye"."""
    eyes = picture.roles.get("eyes", [])
    colours = [said for role in eyes for rank, said in role.modifiers if rank == COLOUR_RANK]
    is_one = picture.number == 1 or picture.has("alone")
    if is_one and len(colours) == 2 and picture.take("body", lambda role: role.noun == _HETEROCHROMIA):
        like = [said for role in eyes for rank, said in role.modifiers if rank != COLOUR_RANK]
        each = (" ".join(["one", *dict.fromkeys(like), colour, "eye"]) for colour in colours)
        picture.roles["eyes"] = [Role("eyes", " and ".join(each))]


def _recoloured(role: Role, colour: str, told: str) -> Role:
    modifiers = tuple((rank, told if said == colour else said) for rank, said in role.modifiers)
    return replace(role, phrase=role.phrase.replace(colour, told), modifiers=modifiers)
