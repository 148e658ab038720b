"""Which pictures are never sent and never captioned: a minor together with sexual content.

Everything that is known of a picture is read word by word, so that `female_child`, "two children" and a
trigger phrase all name a minor. Word lists cannot judge a case, so they would rather exclude too much than
too little; the harmless phrases are the exceptions that only sound like it. A schoolgirl's clothes name a
minor too, unless a tag says that the only person of the picture is a grown woman. No setting turns this off,
and nothing but dataset/admission.py calls `judge`.

The words are in exclusion.json. To extend a list, add words in the singular and phrases in plain words, in
alphabetical order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from english import singular
from tags.lookalikes import joined_words, seen_as, signs_of
from tags.people_counts import fewest_people
from tags.ratings import Rating, is_sexual
from tags.tables import table

_LISTS: dict[str, list[str]] = table("exclusion")


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
MINOR_SIGNS = re.compile("|".join(map(re.escape, _listed("minors in scripts without spaces"))))
SEXUAL_SIGNS = re.compile("|".join(map(re.escape, _listed("sexual in scripts without spaces"))))
# Phrases that contain one of these words and are harmless.
HARMLESS_MINORS = _listed("no minors")
HARMLESS_SEXUAL = _listed("not sexual")
HARMLESS_SIGNS = _listed("harmless in scripts without spaces")
# What a grown woman may wear too.
CLOTHES = _listed("clothes of schoolgirls")
_WOMEN = _listed("grown women as whole tags")
_SEVERAL = _listed("several people as whole tags")

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
    rf"\b(?:{_UNDER_18} (?:(?:year|yr|yrs) (?:old|young)|years?old|years?young|yo|y o|yr|yrs|sai|ans|anos)"
    r"|\w+ (?:month|week|day) old"
    rf"|{_UNDER_18} year of age|(?<!dragon )(?<!ice )(?:age|age of|aged) {_UNDER_18}"
    r"|(?:below|less than|not yet|under|under age|under age of|under the age of|u|younger than) 1[0-8]"
    rf"|{_ORDINAL} (?:grade|grader))\b"
)
# Whatever _AGE finds has one of these words, or the plural of one.
_ABOUT_AGE = (
    "age aged an anos ano ans below grade grader less not old sai u under y year yearold yearsold yearsyoung "
    "yearyoung yo young younger yr yrs"
)
_AGE_SIGN = re.compile(
    r"(?<!\d)(?:1[0-7]|[0-9])\s?(?:[歳才岁歲살]|세(?![기대트계]))"
    r"|(?<![一二三四五六七八九十百千0-9])(?:十[一二三四五六七]?|[一二三四五六七八九])[歳岁歲]"
)
_FOR_ADULTS = re.compile(r"(?<!\d)(?:(?:18|21)\s?[+＋](?![a-z])|[+＋](?:18|21)(?!\d))")


@cache
def _forms(word: str) -> tuple[str, ...]:
    """A word, and the plural of which `singular` makes it."""
    return (word, plural) if singular(plural := f"{word}s") == word else (word,)


class _Vocabulary:
    """Listed phrases and their harmless exceptions.

    Most texts have no listed phrase, which is seen without a search: none of the `words` that are listed by
    themselves, and none of the `pairs` of words with which longer phrases begin. `longest` has by its first
    word how many words the longest phrase has, listed or harmless. All of these have the plurals too.
    """

    def __init__(self, listed: frozenset[str], harmless: frozenset[str]) -> None:
        self.listed, self.harmless = listed, harmless
        self.words = frozenset(form for phrase in listed if " " not in phrase for form in _forms(phrase))
        beginnings = (map(_forms, phrase.split()[:2]) for phrase in listed if " " in phrase)
        self.pairs = frozenset(pair for forms in beginnings for pair in product(*forms))
        self.longest: dict[str, int] = {}
        for phrase in sorted(listed | harmless, key=lambda phrase: phrase.count(" ")):
            first, *rest = phrase.split()
            self.longest.update(dict.fromkeys(_forms(first), len(rest) + 1))

    def may_begin_in(self, words: list[str]) -> bool:
        """Whether a listed phrase may be among the words."""
        return not (self.words.isdisjoint(words) and self.pairs.isdisjoint(pairwise(words)))


_AGE_WORDS = frozenset(form for word in _ABOUT_AGE.split() for form in _forms(word))
_MINOR_WORDS = _Vocabulary(MINORS, HARMLESS_MINORS | CLOTHES)
_SEXUAL_WORDS = _Vocabulary(SEXUAL, HARMLESS_SEXUAL)
_CLOTHES_WORDS = _Vocabulary(CLOTHES, frozenset())
_ANY_WORDS = _Vocabulary(MINORS | SEXUAL | CLOTHES, frozenset())


@dataclass(frozen=True, slots=True)
class Judgement:
    """What names a minor, and what is sexual, in words for the user; None where nothing does.

    `clothes` are those of a schoolgirl. They name a minor too, unless there is one person, `grown`.
    """

    minor: str | None = None
    sexual: str | None = None
    clothes: str | None = None
    grown: bool = False
    several: bool = False

    @property
    def excluded_because(self) -> str | None:
        """Why the picture is excluded, None when it is not."""
        minor = self.minor
        if minor is None and (self.several or not self.grown):
            minor = self.clothes
        if minor and minor == self.sexual:
            return f"{minor} combines a minor with sexual content"
        return f"tags combine {minor} with {self.sexual}" if minor and self.sexual else None

    @property
    def explicit(self) -> bool:
        """Whether tags, ratings or texts are sexual."""
        return self.sexual is not None

    def __add__(self, other: Judgement) -> Judgement:
        """What is known from both."""
        return Judgement(
            self.minor or other.minor,
            self.sexual or other.sexual,
            self.clothes or other.clothes,
            self.grown or other.grown,
            self.several or other.several,
        )


class _Findings(NamedTuple):
    """What one text names."""

    minor: bool = False
    sexual: bool = False
    clothes: bool = False
    grown: bool = False
    several: bool = False


NOTHING_FOUND = Judgement()
_LONGEST_SHOWN = 60
# Pictures have the same tags over and over, so what was found for a tag, or for what is known of it, is kept:
# for how many, and how long.
_REMEMBERED, _LONGEST_REMEMBERED = 1 << 15, 250


def judge(texts: Iterable[str], ratings: Iterable[Rating] = ()) -> Judgement:
    """Judge a picture by all that is known of it: tags in any spelling, other texts, and its ratings.

    The reason for excluding it reads: tags combine "loli" with "nude".
    """
    minor = sexual = clothes = None
    grown = several = False
    texts = list(texts)
    for text in texts:
        # Long texts are not kept, since many of them would fill the memory.
        found = _known(text) if len(text) <= _LONGEST_REMEMBERED else _named(text)
        if found is _NOTHING:
            continue
        if found.minor and minor is None:
            minor = _shown(text)
        if found.sexual and sexual is None:
            sexual = _shown(text)
        if found.clothes and clothes is None:
            clothes = _shown(text)
        grown, several = grown or found.grown, several or found.several
    if sexual is None:
        strong = next((rating for rating in ratings if is_sexual(rating)), None)
        sexual = f"the rating {_shown(str(strong))}" if strong else None
    if clothes and grown:
        several = several or fewest_people(texts) > 1
    if not (minor or sexual or clothes or grown or several):
        return NOTHING_FOUND
    return Judgement(minor, sexual, clothes, grown, several)


_NOTHING = _Findings()


def _named(text: str) -> _Findings:
    readings = seen_as(text)
    telling = list(filter(_ANY_WORDS.may_begin_in, readings))
    signs, joined = signs_of(text), joined_words(text)
    wholes = {" ".join(words) for words in readings}
    without_numbers = {" ".join(filter(str.isalpha, words)) for words in readings}
    found = _Findings(
        minor=not MINOR_TAGS.isdisjoint(wholes)
        or any(_mentions(words, _MINOR_WORDS) for words in telling)
        or any(map(_has_age, readings))
        or not _MINOR_WORDS.words.isdisjoint(joined)
        or any(_has_sign(each, MINOR_SIGNS) or _AGE_SIGN.search(each) for each in signs),
        sexual=not SEXUAL_TAGS.isdisjoint(wholes)
        or (("+" in text or "＋" in text) and _FOR_ADULTS.search(text) is not None)
        or any(_mentions(words, _SEXUAL_WORDS) for words in telling)
        or not _SEXUAL_WORDS.words.isdisjoint(joined)
        or any(_has_sign(each, SEXUAL_SIGNS) for each in signs),
        clothes=any(_mentions(words, _CLOTHES_WORDS) for words in telling),
        grown=not _WOMEN.isdisjoint(without_numbers),
        several=not _SEVERAL.isdisjoint(without_numbers),
    )
    return found if any(found) else _NOTHING


_known = lru_cache(_REMEMBERED)(_named)


def _shown(tag: str) -> str:
    return f'"{tag}"' if len(tag) <= _LONGEST_SHOWN else f'"{tag[:_LONGEST_SHOWN]}..."'


def _has_age(words: list[str]) -> bool:
    return not _AGE_WORDS.isdisjoint(words) and _AGE.search(" ".join(map(singular, words))) is not None


def _mentions(words: list[str], vocabulary: _Vocabulary) -> bool:
    """Whether a listed phrase is among the words; the words of a harmless phrase are skipped."""
    if not vocabulary.may_begin_in(words):
        return False
    singulars = list(map(singular, words))
    at = 0
    while at < len(words):
        step = 1
        for length in range(min(vocabulary.longest.get(words[at], 0), len(words) - at), 0, -1):
            phrases = _phrases(words[at : at + length], singulars[at : at + length])
            if not phrases.isdisjoint(vocabulary.harmless):
                step = length
                break
            if not phrases.isdisjoint(vocabulary.listed):
                return True
        at += step
    return False


def _phrases(words: list[str], singulars: list[str]) -> set[str]:
    """The words as one phrase: as they are, all in the singular, and only the last in the singular."""
    return {" ".join(words), " ".join(singulars), " ".join([*words[:-1], singulars[-1]])}


def _has_sign(text: str, signs: re.Pattern[str]) -> bool:
    if not signs.search(text):
        return False
    for harmless in HARMLESS_SIGNS:
        text = text.replace(harmless, " ")
    return signs.search(text) is not None
