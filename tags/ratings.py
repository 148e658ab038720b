"""What sites and programs call the rating of a picture, and whether it says that the picture is sexual.

    rating: e | "R-18" | ["safe", "questionable"]        a word, or several
    rating: {"explicit": 0.97, "general": 0.03}          the scores of a tagger
    rating_id: 2, x_restrict: 1, age_limit: "18+"        a number
    is_nsfw: true, mature: "yes", sfw: false             yes or no

What a rating says that no list knows counts as sexual: these ratings only matter beside a minor. The words
are in ratings.json.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from tags.lookalikes import plain_letters, seen_as
from tags.tables import table

_LISTS: dict[str, str] = table("ratings")


def _listed(name: str) -> frozenset[str]:
    return frozenset(" ".join(entry.split()) for entry in _LISTS[name].split(","))


_CLASS_KEYS = _listed("keys of ratings")
_YES_NO_KEYS = _listed("keys that say yes or no")
_SAFE_KEYS = _listed("keys that say the opposite")
_AGE_KEYS = _listed("keys of ages")
_ANY_KEY = _CLASS_KEYS | _YES_NO_KEYS | _SAFE_KEYS | _AGE_KEYS
_COUNTING = _listed("words in keys of votes")
_YES, _NO = _listed("yes"), _listed("no")
_MILD, _STRONG = _listed("mild"), _listed("strong")
_FILLING = _listed("words around mild ones")
_MILD_SIGNS = tuple(_listed("mild in scripts without spaces"))
_HOLDERS = _listed("keys of the word in an object")
_SCORES = _listed("keys of the score in an object")

# From mild to strong. What is not here is stronger than all that is.
_ORDER = {"g": 0, "general": 0, "safe": 1, "s": 1, "sensitive": 2, "q": 3, "questionable": 3, "mature": 4}
_NUMBER = re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?%?")
_KEY_WORD = re.compile(r"[a-z]+|[0-9]+|[A-Z]+(?![a-z])|[A-Z][a-z]*|\+")
# The share of sexual ratings among the scores of a tagger from which they count.
_SHARE = 0.25
# From which age a limit counts, which level of pixiv, and which of Civitai.
_ADULT_AGE, _SANITY_LEVEL, _NSFW_LEVEL = 15, 4, 2
_DEEPEST, _LONGEST = 8, 200


class Rating(NamedTuple):
    """A rating as it was found: the key, and what stands there, as JSON has it; an object is its pairs."""

    key: str
    value: object

    def __str__(self) -> str:
        shown = self.value if isinstance(self.value, str) else json.dumps(self.value, default=str)
        return shown if self.key == "rating" else f"{self.key}: {shown}"


class Pairs(tuple[tuple[str, object], ...]):
    """The pairs of a JSON object, a key that stands there twice included."""


def strongest(ratings: Iterable[str]) -> str | None:
    """The strongest of the words of ratings; None where there are none."""
    return max(filter(None, ratings), key=lambda word: _ORDER.get(word, len(_ORDER)), default=None)


def is_rating_key(key: str) -> bool:
    """Whether a key of JSON, or what stands before a colon, is one under which a rating stands."""
    return len(key) <= 40 and _name_of(key) is not None


def is_yes_no_key(key: str) -> bool:
    """Whether a key is an everyday word ("adult", "safe") that could also be a tag with a weight."""
    return _name_of(key) in _YES_NO_KEYS | _SAFE_KEYS


def is_sexual(rating: Rating) -> bool:
    """Whether a rating says that the picture is sexual, or may say so."""
    name = _name_of(rating.key) or "rating"
    return _says(name, rating.value, 0)


def _name_of(key: str) -> str | None:
    """The key as the lists have it; None for a key of something else."""
    plain = key if key.isascii() else "".join(plain_letters(key).split())
    words = [word.lower() for word in _KEY_WORD.findall(plain)]
    if words and words[0] in ("is", "has", "contains"):
        words = words[1:]
    name = " ".join(words)
    if name in _ANY_KEY:
        return name
    if "".join(words) in _ANY_KEY:
        return "".join(words)
    about_ratings = not {"rating", "ratings", "rated"}.isdisjoint(words) and _COUNTING.isdisjoint(words)
    return "rating" if about_ratings else None


def _says(name: str, value: object, depth: int) -> bool:
    if depth > _DEEPEST:
        return True
    if isinstance(value, bool):
        return not value if name in _SAFE_KEYS else value
    if isinstance(value, (int, float)):
        return _number_says(name, float(value))
    if isinstance(value, str):
        return _text_says(name, value)
    if isinstance(value, Pairs):
        return _object_says(name, value, depth)
    if isinstance(value, list):
        return _list_says(name, value, depth)
    return False


def _text_says(name: str, text: str) -> bool:
    text = text.strip()[:_LONGEST]
    if _NUMBER.fullmatch(text):
        return _number_says(name, float(text.rstrip("%")))
    plain = " ".join(seen_as(text)[-1])
    if plain in _YES:
        return name not in _SAFE_KEYS
    if plain in _NO or not any(map(str.isalnum, text)):
        return name in _SAFE_KEYS and bool(text)
    return _word_says(text)


def _word_says(text: str) -> bool:
    """Whether the words of a rating are not all mild."""
    ages = [int(number) for number in re.findall(r"\d{1,4}", text)]
    if any(_ADULT_AGE <= age <= 21 for age in ages):
        return True
    words = [word for word in seen_as(text)[-1] if not word.isdigit()]
    while words and words[0] in ("rating", "rated"):
        words = words[1:]
    if not words:
        # Votes ("4 / 5") and ages for children have no words; other scripts have no Latin letters.
        return not (text.isascii() or any(sign in text for sign in _MILD_SIGNS))
    if "not" in words and not _MILD.isdisjoint(words):
        return "rated" not in words
    telling = set(words) - _FILLING
    return not telling or not _MILD.issuperset(telling)


def _number_says(name: str, number: float) -> bool:
    if name in _SAFE_KEYS:
        return number <= 1 - _SHARE
    if name in _AGE_KEYS:
        return number >= _ADULT_AGE
    if name == "sanity level":
        return number >= _SANITY_LEVEL
    if name == "nsfw level":
        return number >= _NSFW_LEVEL
    if 0 < number < 1:
        return number >= _SHARE
    if name in _YES_NO_KEYS:
        return number >= 1
    # 4.7 is the mean of votes.
    return number >= 1 and (number.is_integer() or math.isinf(number))


def _object_says(name: str, pairs: Pairs, depth: int) -> bool:
    scored = _scored_in(pairs)
    if scored is not None:
        return _share_says([scored])
    scores = []
    for key, value in pairs:
        if key.lower() in _HOLDERS:
            if _says(name, value, depth + 1):
                return True
        elif (score := float(value) if isinstance(value, bool) else _number_in(value)) is not None:
            scores.append((key, score))
        elif isinstance(value, (str, list, Pairs)) and _says(name, value, depth + 1):
            return True
    return _share_says(scores)


def _list_says(name: str, values: list[object], depth: int) -> bool:
    scores = []
    for value in values:
        scored = _scored_in(value)
        if scored is not None:
            scores.append(scored)
        elif _says(name, value, depth + 1):
            return True
    return _share_says(scores)


def _scored_in(value: object) -> tuple[str, float] | None:
    """The word and the score in ["explicit", 0.9] or {"label": "explicit", "score": 0.9}."""
    word: object = None
    score = None
    if isinstance(value, list) and len(value) == 2:
        word, score = value[0], _number_in(value[1])
    elif isinstance(value, Pairs):
        fields = {key.lower(): inner for key, inner in value}
        word = next((fields[key] for key in _HOLDERS if isinstance(fields.get(key), str)), None)
        score = next((found for key in _SCORES if (found := _number_in(fields.get(key))) is not None), None)
        word = None if _number_in(word) is not None else word
    return (word, score) if isinstance(word, str) and score is not None else None


def _share_says(scores: list[tuple[str, float]]) -> bool:
    """Whether the scores of sexual words are a large share; some programs write 97 for 0.97."""
    strong = [score for word, score in scores if not _STRONG.isdisjoint(map(" ".join, seen_as(word)))]
    whole = 100.0 if any(score > 1 for _, score in scores) else 1.0
    return sum(strong) / whole >= _SHARE


def _number_in(value: object) -> float | None:
    if isinstance(value, str):
        return float(value.rstrip("%")) if _NUMBER.fullmatch(value) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
