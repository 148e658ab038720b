"""What a caption leaves out, as it tells nothing beside the rest: "under the sky", "an owl with feathers"."""

from dataclasses import replace

from composer.phrasing import lists
from composer.picture import COUNTS, Picture, has_people
from composer.words import COLOUR_RANK, REST, Role

_CITYSCAPE, _IN_CITY = "a cityscape", "in a city"
_BUTTONS = "buttons"
_SKY, _OF_NO_SEX = "the sky", "of ambiguous gender"
_MULTICOLORED = "multicolored"
_HAS_BEING = ("being", "kind", "quality")


def leave_out_idle(picture: Picture) -> None:
    """Take out what no reader misses."""
    words = lists().words
    is_somebody = has_people(picture) or picture.has(*_HAS_BEING)
    is_person = has_people(picture) or picture.has("kind", "quality")
    if is_person and picture.take("frame", lambda role: role.phrase == _CITYSCAPE):
        _be_in_city(picture)
    if len(picture.phrases("sky")) > 1 or is_somebody or picture.has("thing", "feature", "landmark"):
        picture.take("sky", lambda role: role.phrase == _SKY)
    if is_somebody and not picture.has(*COUNTS):
        for slot in ("body", "thing"):
            picture.take(slot, lambda role: role.phrase.replace(" ", "_") in words["idle_coats"])
    if picture.species or picture.has("being"):
        picture.take("kind", lambda role: role.phrase == _OF_NO_SEX)
    if any(slot != REST for slot in picture.roles) or picture.names or picture.species:
        picture.roles.pop(REST, None)
    if len(picture.phrases("clothes")) > 1:
        picture.take("clothes", lambda role: role.phrase == _BUTTONS)
    _tell_parts_of_hair(picture)


def _be_in_city(picture: Picture) -> None:
    """Whoever is amid a cityscape is in a city."""
    if _IN_CITY not in picture.phrases("place"):
        picture.put("place", [Role("place", _IN_CITY)])


def _tell_parts_of_hair(picture: Picture) -> None:
    """Multicolored hair that is black and white is told by these, and white alone is a part of it."""
    hair = picture.roles.get("hair", [])
    colours = {word for role in hair for rank, word in role.modifiers if rank == COLOUR_RANK}
    if (
        not colours
        or not picture.take("hair", lambda role: role.phrase.startswith(_MULTICOLORED))
        or len(colours) > 1
    ):
        return
    part = f"{_MULTICOLORED}, partly "
    picture.roles["hair"] = [
        replace(
            role,
            phrase=role.phrase.replace(word, part + word),
            modifiers=tuple(
                (rank, part + said if rank == COLOUR_RANK else said) for rank, said in role.modifiers
            ),
        )
        if (word := next((said for rank, said in role.modifiers if rank == COLOUR_RANK), ""))
        else role
        for role in picture.roles["hair"]
    ]
