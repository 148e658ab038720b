"""How the tags of a picture are written in a style: which, in which order, and how each is spelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from styling.sections import ALL, SAFETY, SUBJECTS, TRIGGER, YEAR, YEAR_TAG, section_of
from styling.style import Style
from tags.categories import GENERAL, LORE, SPECIES
from tags.spelling import as_written

_RATINGS = {
    **dict.fromkeys(("g", "general", "safe", "sfw"), "general"),
    **dict.fromkeys(("s", "sensitive"), "sensitive"),
    **dict.fromkeys(("q", "questionable"), "questionable"),
    **dict.fromkeys(("e", "explicit"), "explicit"),
}

SubjectOf = Callable[[str], str]
"""The section of SUBJECTS to which a general tag belongs; "" for none."""


def no_subject(tag: str) -> str:
    """The `SubjectOf` that knows no subjects."""
    return ""


@dataclass(frozen=True, slots=True)
class Tagged:
    """The tags of a picture in canonical spelling, the categories that are known, and its rating.

    `whole` are the tags with those that are hidden, empty where none is, and `year` is when it was posted.
    """

    tags: Sequence[str]
    categories: Mapping[str, str]
    rating: str | None = None
    whole: Sequence[str] = ()
    year: int | None = None


def written(
    style: Style, tagged: Tagged, trigger: str = "", subject_of: SubjectOf = no_subject
) -> dict[str, str]:
    """The tags of a picture as each of the style's keys under [sections] has them, joined by commas.

    The `trigger` stands where the style has a place for it, and nowhere if it has none. `subject_of` tells in
    which section a general tag is, where the style has that section.
    """
    subjects = style.section_names.intersection(SUBJECTS)

    def section(tag: str) -> str:
        found = section_of(tag, tagged.categories.get(tag, GENERAL))
        if found == "general" and subjects and (subject := subject_of(tag)) in subjects:
            return subject
        return found

    sorted_tags = [(tag, section(tag)) for tag in tagged.tags]
    return {
        key: ", ".join(
            dict.fromkeys(
                spelled for names in groups for spelled in _group(style, names, sorted_tags, tagged, trigger)
            )
        )
        for key, groups in style.sections.items()
    }


def _group(
    style: Style, names: Sequence[str], sorted_tags: Sequence[tuple[str, str]], tagged: Tagged, trigger: str
) -> list[str]:
    found = []
    if TRIGGER in names and trigger:
        found.append(trigger)
    if SAFETY in names:
        found += _safety(style, sorted_tags, tagged)
    if YEAR in names:
        found += _year(style, sorted_tags, tagged.year)
    for tag, section in sorted_tags:
        if ALL in names or (section in names and section not in (SAFETY, YEAR)):
            found.append(_spelled(style, tag, section))
    return found


def _spelled(style: Style, tag: str, section: str) -> str:
    name = tag if style.has_underscores else as_written(tag)
    if style.escapes_brackets:
        name = name.replace("(", r"\(").replace(")", r"\)")
    frame = {"artists": style.artist, "characters": style.character}.get(section, "{name}")
    return frame.replace("{name}", name)


def _safety(style: Style, sorted_tags: Sequence[tuple[str, str]], tagged: Tagged) -> list[str]:
    rating = _rating_of(tagged)
    if style.safety is None:
        return [rating] if rating else []
    if rating:
        return [style.safety[rating]] if rating in style.safety else []
    # Without a rating, words of the style that stand among the tags.
    said = [as_written(tag) for tag, section in sorted_tags if section == SAFETY]
    return [word for word in said if word in style.safety.values()]


def _rating_of(tagged: Tagged) -> str | None:
    """general, sensitive, questionable or explicit; None where the tag file has none of them.

    "s" is "sensitive" on Danbooru and "safe" on e621, which alone has species and lore.
    """
    if tagged.rating == "s" and not {SPECIES, LORE}.isdisjoint(tagged.categories.values()):
        return "general"
    return _RATINGS.get(tagged.rating or "")


def _year(style: Style, sorted_tags: Sequence[tuple[str, str]], posted: int | None) -> list[str]:
    """The words for the year that a tag says, or else for the one in which the picture was posted."""
    tags = [tag for tag, section in sorted_tags if section == YEAR]
    if not style.years:
        return [as_written(tag) for tag in tags]
    numbers = [int(found[1]) for tag in tags if (found := YEAR_TAG.fullmatch(tag))]
    words = {each.words for each in style.years}
    # A style that says only the number knows no ranges for words such as "newest": they stay.
    has_ranges = any("{year}" not in each for each in words)
    said = [tag for tag in tags if (tag in words if has_ranges else not YEAR_TAG.fullmatch(tag))]
    year = max(numbers, default=None if has_ranges and said else posted)
    if year is None:
        return said
    of_year = [
        each.words.replace("{year}", str(year)) for each in style.years if each.first <= year <= each.last
    ]
    return of_year if has_ranges else [*of_year, *said]
