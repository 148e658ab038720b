"""To which section of a list of tags each tag belongs.

quality      masterpiece, best quality, score_7     only where the tag file has them: none is made up
special      source_anime, style_cluster_12
meta         highres, watercolor (medium)
year         year 2024, newest                      in the words of the style
safety       safe, nsfw                             from the rating, in the words of the style
count        1girl, 2boys, no humans
trigger      the trigger word, if the style has a place for it
characters   hatsune miku
series       vocaloid
artists      example artist
origin       commentary request, bad id             where a picture is from: no shipped style has it
general      long hair, smile, outdoors

A style may take out of the general tags those of some subjects:

looks        long hair, blue eyes, tail
clothes      school uniform, hat
actions      smile, sitting, holding sword
places       outdoors, night, white background
"""

from __future__ import annotations

import re
from functools import lru_cache

from tags.categories import (
    ARTIST,
    CHARACTER,
    COPYRIGHT,
    GENERAL,
    META,
    on_danbooru,
    subject_of_unsaid,
)
from tags.people_counts import count_in

QUALITY, SPECIAL, YEAR, SAFETY, COUNT = "quality", "special", "year", "safety", "count"
TRIGGER, ORIGIN = "trigger", "origin"
_BY_CATEGORY = {
    CHARACTER: "characters",
    COPYRIGHT: "series",
    ARTIST: "artists",
    META: "meta",
    GENERAL: "general",
}
LOOKS, CLOTHES, ACTIONS, PLACES = SUBJECTS = ("looks", "clothes", "actions", "places")
SECTIONS = (QUALITY, SPECIAL, YEAR, SAFETY, COUNT, TRIGGER, ORIGIN, *_BY_CATEGORY.values(), *SUBJECTS)
# All tags as the tag file has them.
ALL = "all"

_SPECIAL = re.compile(r"source_(?:anime|cartoon|furry|pony)|style_cluster_\d+")
YEAR_TAG = re.compile(r"(?:year_)?((?:19|20)\d\d)")
_YEAR_WORDS = frozenset({"newest", "recent", "mid", "early", "old", "oldest", "modern"})
_SUBJECTS = {
    "quality": QUALITY,
    "file": "meta",
    "how it was made": "meta",
    "where it is from": ORIGIN,
}
_REMEMBERED = 1 << 16


@lru_cache(_REMEMBERED)
def section_of(tag: str, category: str) -> str:
    """The section of a tag of this category; one of unknown category is general."""
    if _SPECIAL.fullmatch(tag):
        return SPECIAL
    if count_in(tag) or tag == "no_humans":
        return COUNT
    # A character may be called as a year or a quality is.
    if on_danbooru(category) not in (CHARACTER, COPYRIGHT, ARTIST):
        if YEAR_TAG.fullmatch(tag) or tag in _YEAR_WORDS:
            return YEAR
        subject = subject_of_unsaid(tag)
        if subject == "year and rating":
            return SAFETY
        if subject in _SUBJECTS:
            return _SUBJECTS[subject]
    return _BY_CATEGORY[on_danbooru(category)]
