"""Tags that name one place, thing or series of its own: Hyrule Castle is no castle among others.

proper_names.json has general tags by what they are: a place that somebody is in, a landmark, a thing, or a
part of a body; each with how a text says it, with its capitals and without "a" where it has none. Of
copyright tags, zootopia beside disney is the series, and bocchi_the_rock! beside kessoku_band: no_series.json
has the others by what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tags.spelling import without_qualifiers
from tags.tables import table

PLACE = "place"
_BETWEEN_WORDS = "_/:"
_KINDS = ("_(company)", "_(band)", "_(brand)", "_(publisher)", "_(studio)")


@cache
def proper_names() -> dict[str, tuple[str, str]]:
    """What each tag names and how it is said: {"hyrule_castle": ("landmark", "Hyrule Castle")}."""
    content: dict[str, dict[str, str]] = table("proper_names")
    return {tag: (kind, said) for kind, names in content.items() for tag, said in names.items()}


def told_series(titles: Sequence[str]) -> list[str]:
    """The copyright tags that say where somebody is from; all of them where none is a series.

    Left out are companies, bands and brands beside a series, and a series whose name stands in that of a part
    of it: gundam beside mobile_suit_gundam.
    """
    series = [title for title in titles if not _is_no_series(title)] or list(titles)
    spelled = {title: _spelled(title) for title in series}
    return [
        title
        for title in series
        if not any(spelled[title] in longer and spelled[title] != longer for longer in spelled.values())
    ]


def _is_no_series(title: str) -> bool:
    return title in _no_series() or title.endswith(_KINDS)


def _spelled(title: str) -> str:
    """The words of a title between spaces, so that only whole words are found in another one."""
    plain = without_qualifiers(title) or title
    return f" {plain.translate(str.maketrans(_BETWEEN_WORDS, ' ' * len(_BETWEEN_WORDS)))} "


@cache
def _no_series() -> frozenset[str]:
    return frozenset(tag for tags in table("no_series").values() for tag in tags.split())
