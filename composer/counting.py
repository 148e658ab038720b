"""How many people the tags of a picture count, in words."""

import math

from composer.picture import Picture
from english import NUMBER_WORDS
from tags.people import BOYS, GIRLS, MULTIPLE, OTHERS

# Python refuses to make a number of thousands of digits.
_MOST_DIGITS = 4
_PLURALS = {GIRLS: "girls", BOYS: "boys", OTHERS: "people"}


def counted_people(picture: Picture) -> tuple[list[str], int]:
    """Those whom tags count, in words, and how many they are at least: ["two girls", "a boy"] and 3.

    Of two counts of one sex the larger holds.
    """
    said: list[str] = []
    number = 0
    for sex, plural in _PLURALS.items():
        counts = [role.phrase for role in picture.roles.get(sex, ())]
        if counts:
            count = max(counts, key=_size)
            number += math.ceil(_size(count))
            other = "other " if sex == OTHERS and said else ""
            singular = "person" if sex == OTHERS else sex
            if sex == OTHERS and picture.has("empty"):
                # Robots, for example, which no caption should call people.
                singular, plural = "character", "characters"
            said.append(_counted(count, other + singular, other + plural))
    return said, number


def _size(count: str) -> float:
    """What to compare counts by: several are more than one, and "2+" is more than "2"."""
    if count == MULTIPLE:
        return 1.5
    return int(count.rstrip("+")[:_MOST_DIGITS]) + (0.5 if count.endswith("+") else 0)


def _counted(count: str, one: str, many: str) -> str:
    """("6+", "girl", "girls") ─▶ "six or more girls"."""
    if count == "1":
        return f"one {one}" if one.startswith("other") else f"a {one}"
    digits = count.rstrip("+")
    is_short = digits.isdigit() and len(digits) <= _MOST_DIGITS and int(digits) < len(NUMBER_WORDS)
    number = digits
    if is_short:
        number = NUMBER_WORDS[int(digits)] if int(digits) else "no"
    return f"{number} or more {many}" if count.endswith("+") else f"{number} {many}"
