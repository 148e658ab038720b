"""The categories of tags: their names here, what others call them, and the numbers that wikis give them.

Some tags no caption says, whatever their category: those of the file, its makers, its rating and its quality.
unsaid.json has them by subject, with "*" for any letters.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache

from english import did_you_mean
from tags.tables import table

GENERAL = "general"
ARTIST = "artist"
COPYRIGHT = "copyright"
CHARACTER = "character"
META = "meta"
# The last three are e621's alone.
SPECIES = "species"
CONTRIBUTOR = "contributor"
LORE = "lore"
CATEGORIES = (GENERAL, ARTIST, COPYRIGHT, CHARACTER, META, SPECIES, CONTRIBUTOR, LORE)

# A rating is written like a tag of this category (`rating:explicit`), and is kept apart from the tags.
RATING = "rating"

# The series of characters that belong to none, as Danbooru writes it.
NO_SERIES = "original"

# Tags of these categories name nothing that a viewer of the picture sees.
UNSEEN = frozenset({ARTIST, CONTRIBUTOR, LORE, META})

_REMEMBERED_TAGS = 1 << 16

DANBOORU_NUMBERS = {0: GENERAL, 1: ARTIST, 3: COPYRIGHT, 4: CHARACTER, 5: META}
E621_NUMBERS = {
    0: GENERAL,
    1: ARTIST,
    2: CONTRIBUTOR,
    3: COPYRIGHT,
    4: CHARACTER,
    5: SPECIES,
    7: META,
    8: LORE,
}

# Sankaku has studios as 2; what differs between the sites is left out.
_AGREED = {0: GENERAL, 1: ARTIST, 2: ARTIST, 3: COPYRIGHT, 4: CHARACTER, 9: META}

# The categories that only e621 has, and what Danbooru would count their tags as.
_ON_DANBOORU = {SPECIES: GENERAL, CONTRIBUTOR: ARTIST, LORE: META}
# Other names of the categories, at Zerochan, E-Hentai, in Hydrus and elsewhere.
_OTHER_NAMES = {
    **dict.fromkeys(("art", "circle", "creator", "cosplayer", "group", "mangaka", "studio"), ARTIST),
    **dict.fromkeys(("copy", "franchise", "game", "parody", "series"), COPYRIGHT),
    **dict.fromkeys(("language", "medium", "metadata", "reclass"), META),
    **dict.fromkeys(("clothing", "female", "gen", "location", "male", "mixed", "other", "theme"), GENERAL),
    "char": CHARACTER,
}
# Programs write facts about the file in the form of tags of these namespaces.
_ABOUT_THE_FILE = frozenset(
    {"chapter", "filename", "page", "site", "source", "timestamp", "title", "uploader", "url"} | {"volume"}
)


def category_called(name: str) -> str | None:
    """The category that a site or a program means by a name in lower case; None for other names."""
    return name if name in CATEGORIES else _OTHER_NAMES.get(name)


def category_numbered(number: int) -> str | None:
    """The category that all sites mean by a number; None where they differ, as with 5."""
    return _AGREED.get(number)


def is_about_the_file(namespace: str) -> bool:
    """Whether what stands behind this namespace, in lower case, is no tag of a picture: `page:3`."""
    return namespace in _ABOUT_THE_FILE


def on_danbooru(category: str) -> str:
    """The category that Danbooru would use: a species of e621 is a general tag there."""
    return _ON_DANBOORU.get(category, category)


def without_categories(
    tags: Iterable[str], categories: Mapping[str, str], left_out: Collection[str]
) -> list[str]:
    """The tags that are not of the categories `left_out`; a tag of unknown category is general."""
    return [tag for tag in tags if categories.get(tag, GENERAL) not in left_out]


@lru_cache(maxsize=_REMEMBERED_TAGS)
def is_unsaid(tag: str) -> bool:
    """Whether no caption says this tag: signature, hi_res, 2024."""
    return _any_unsaid().fullmatch(tag) is not None


def subject_of_unsaid(tag: str) -> str | None:
    """The subject in unsaid.json of a tag that no caption says; None for other tags."""
    if not is_unsaid(tag):
        return None
    return next(subject for subject, pattern in _unsaid().items() if pattern.fullmatch(tag))


@cache
def _unsaid() -> dict[str, re.Pattern[str]]:
    return {
        subject: re.compile("|".join(map(fnmatch.translate, globs.split())))
        for subject, globs in table("unsaid").items()
    }


@cache
def _any_unsaid() -> re.Pattern[str]:
    return re.compile("|".join(pattern.pattern for pattern in _unsaid().values()))


def misspelled_category(name: str) -> str:
    """The message that a name is no category, with a suggestion; "" when it is one."""
    if name in CATEGORIES:
        return ""
    return f"{name[:40]} is no category; {did_you_mean(name, CATEGORIES)}"
