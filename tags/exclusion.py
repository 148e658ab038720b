"""Which pictures are never sent and never captioned: a minor together with sexual content.

All tags of a picture are read word by word, so that `female_child`, "two children" and a trigger phrase all
name a minor. Word lists cannot judge a case, so they would rather exclude too much than too little; the
`HARMLESS` phrases are the exceptions that only sound like it. No setting turns this off, and nothing but
dataset/admission.py calls `judge`.

The words are in exclusion.json. To extend a list, add words in the singular and phrases in plain words, in
alphabetical order.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from english import singular

_LISTS: dict[str, list[str]] = json.loads(
    Path(__file__).with_name("exclusion.json").read_text(encoding="utf-8")
)


def _listed(name: str) -> frozenset[str]:
    entries = (" ".join(entry.split()) for line in _LISTS[name] for entry in line.split(","))
    return frozenset(filter(None, entries))


# Found anywhere in a tag, in the plural too.
MINORS = _listed("minors")
SEXUAL = _listed("sexual")
# These mean it only as a whole tag; inside other tags they mean something else.
MINOR_TAGS = _listed("minors as whole tags")
SEXUAL_TAGS = _listed("sexual as whole tags")
# In scripts without spaces: found anywhere in a tag.
MINOR_SIGNS = _listed("minors in scripts without spaces")
SEXUAL_SIGNS = _listed("sexual in scripts without spaces")
# Phrases that contain one of these words and are harmless.
HARMLESS_MINORS = _listed("no minors")
HARMLESS_SEXUAL = _listed("not sexual")
HARMLESS_SIGNS = _listed("harmless in scripts without spaces")
# What Danbooru, e621 and other sites call their strong ratings.
_STRONG_RATINGS = _listed("strong ratings")

_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    "|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
)
_UNDER_18 = rf"(?:1[0-7]|0?[0-9]|{_NUMBER_WORDS})"
_ORDINAL = (
    r"(?:1 st|2 nd|3 rd|[4-9] th|1[0-2] th"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)"
)
# Searched in the words of a tag, where "12yo" has become "12 yo" and "years" has become "year".
_AGE = re.compile(
    rf"\b(?:{_UNDER_18} (?:(?:year|yr|yrs) old|yo|y o|yr|yrs|sai)"
    r"|\w+ (?:month|week|day) old"
    rf"|{_UNDER_18} year of age|(?:age|age of|aged) {_UNDER_18}"
    r"|(?:below|less than|not yet|under|under age|under age of|under the age of|u) 1[0-8]"
    rf"|{_ORDINAL} (?:grade|grader))\b"
)
_AGE_SIGN = re.compile(r"(?<!\d)(?:1[0-7]|[0-9])\s?[歳才岁歲살세]")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Listed phrases, harmless exceptions, and the first words of both, so that most words are skipped."""

    listed: frozenset[str]
    harmless: frozenset[str]
    starts: frozenset[str]

    @classmethod
    def of(cls, listed: frozenset[str], harmless: frozenset[str]) -> _Vocabulary:
        return cls(listed, harmless, frozenset(phrase.split()[0] for phrase in listed | harmless))


_MINOR_WORDS = _Vocabulary.of(MINORS, HARMLESS_MINORS)
_SEXUAL_WORDS = _Vocabulary.of(SEXUAL, HARMLESS_SEXUAL)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Why a picture is excluded, None when it is not; and whether its tags or its rating are sexual."""

    excluded_because: str | None
    explicit: bool


_PIECE = re.compile(r"[^\s_]{1,200}")
_LONGEST_PHRASE = 4
_LONGEST_SHOWN = 60
# Pictures have the same tags over and over, so what was found for a tag is kept: for how many, and how long.
_REMEMBERED, _LONGEST_REMEMBERED = 1 << 15, 100


def judge(tags: Iterable[str], rating: str | None = None) -> Judgement:
    """Judge a picture by all its tags, in any spelling, and by the rating of its site ("e", "explicit").

    The reason for excluding it reads: tags combine "loli" with "nude".
    """
    minor = sexual = None
    for tag in tags:
        # Long texts are not kept, since many of them would fill the memory.
        names_minor, names_sexual = _known(tag) if len(tag) <= _LONGEST_REMEMBERED else _named(tag)
        if minor is None and names_minor:
            minor = _shown(tag)
        if sexual is None and names_sexual:
            sexual = _shown(tag)
    if sexual is None and rating is not None and _is_strong(rating):
        sexual = f"the rating {_shown(rating)}"
    because = f"tags combine {minor} with {sexual}" if minor and sexual else None
    return Judgement(because, explicit=sexual is not None)


def _named(tag: str) -> tuple[bool, bool]:
    """Whether a tag names a minor, and whether it names something sexual."""
    words = _words(tag)
    return _names_minor(tag, words), _names_sexual(tag, words)


_known = lru_cache(_REMEMBERED)(_named)


def _shown(tag: str) -> str:
    return f'"{tag}"' if len(tag) <= _LONGEST_SHOWN else f'"{tag[:_LONGEST_SHOWN]}..."'


def _names_minor(tag: str, words: list[str]) -> bool:
    return (
        " ".join(words) in MINOR_TAGS
        or _mentions(words, _MINOR_WORDS)
        or _AGE.search(" ".join(map(singular, words))) is not None
        or _has_sign(tag, MINOR_SIGNS)
        or _AGE_SIGN.search(tag) is not None
    )


def _names_sexual(tag: str, words: list[str]) -> bool:
    return " ".join(words) in SEXUAL_TAGS or _mentions(words, _SEXUAL_WORDS) or _has_sign(tag, SEXUAL_SIGNS)


def _is_strong(rating: str) -> bool:
    words = _words(rating)
    return " ".join(words) in _STRONG_RATINGS or _names_sexual(rating, words)


def _words(tag: str) -> list[str]:
    """The words and numbers of a tag without accents and full-width letters; "12yo" is "12" and "yo"."""
    if not tag.isascii():
        # In pieces, because Unicode normalization of a long hostile text is slow.
        tag = " ".join(_without_accents(piece) for piece in _PIECE.findall(tag))
    return re.findall(r"[a-z]+|[0-9]+", tag.casefold())


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _mentions(words: list[str], vocabulary: _Vocabulary) -> bool:
    """Whether a listed phrase is among the words; the words of a harmless phrase are skipped."""
    at = 0
    while at < len(words):
        step = 1
        if words[at] in vocabulary.starts or singular(words[at]) in vocabulary.starts:
            for length in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
                phrases = _phrases(words[at : at + length])
                if not phrases.isdisjoint(vocabulary.harmless):
                    step = length
                    break
                if not phrases.isdisjoint(vocabulary.listed):
                    return True
        at += step
    return False


def _phrases(words: list[str]) -> set[str]:
    """The words as one phrase: as they are, all in the singular, and only the last in the singular."""
    return {" ".join(words), " ".join(map(singular, words)), " ".join([*words[:-1], singular(words[-1])])}


def _has_sign(tag: str, signs: frozenset[str]) -> bool:
    if tag.isascii():
        return False
    for harmless in HARMLESS_SIGNS:
        tag = tag.replace(harmless, " ")
    return any(sign in tag for sign in signs)
