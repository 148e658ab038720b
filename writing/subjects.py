"""What a tag is about: somebody's looks, clothes or doing, or the place. The composer's slots tell it."""

from __future__ import annotations

from collections.abc import Mapping

from composer.words import role_of
from styling.sections import ACTIONS, CLOTHES, LOOKS, PLACES, section_of

_PLACES = frozenset(
    {"place", "inout", "feature", "landmark", "sky", "weather", "time", "backdrop", "among", "frame", "empty"}
)
# The keys of NewBie's blocks.
_OF_A_CHARACTER: Mapping[str, str] = {
    **dict.fromkeys(("hair", "hairstyle", "fringe", "eyes", "body", "kind", "quality"), "appearance"),
    "clothes": "clothing",
    "gesture": "expression",
    **dict.fromkeys(("act", "pose", "held"), "action"),
}
_OF_ALL: Mapping[str, str] = {
    **dict.fromkeys(("place", "inout", "feature", "landmark", "sky", "backdrop", "among"), "background"),
    **dict.fromkeys(("weather", "time"), "atmosphere"),
    **dict.fromkeys(("drawn", "painted", "style"), "style"),
    **dict.fromkeys(("thing", "vehicle", "being"), "objects"),
    "alone": "count",
}
_FACES = frozenset(
    {"smile", "grin", "blush", "angry", "crying", "frown", "laughing", "expressionless", "sad"}
)
_SUBJECTS = {"appearance": LOOKS, "clothing": CLOTHES, "expression": ACTIONS, "action": ACTIONS}


def subject_of(tag: str) -> str:
    """One of the sections LOOKS, CLOTHES, ACTIONS and PLACES; "" for what is about none of these."""
    return PLACES if is_place(tag) else _SUBJECTS.get(_about_a_character(tag), "")


def is_place(tag: str) -> bool:
    """Whether a tag says where a picture is, and when."""
    return role_of(tag).slot in _PLACES


def character_key(tag: str, category: str) -> str:
    """The key of NewBie's block of a character for a tag; "" for one that is about no character, as names."""
    return _about_a_character(tag) if section_of(tag, category) == "general" else ""


def _about_a_character(tag: str) -> str:
    return "expression" if tag in _FACES else _OF_A_CHARACTER.get(role_of(tag).slot, "")


def general_key(tag: str, category: str) -> str:
    """The key of NewBie's general block for a tag."""
    section = section_of(tag, category)
    if section in ("count", "artists", "quality"):
        return section
    return _OF_ALL.get(role_of(tag).slot, "other") if section == "general" else "other"
