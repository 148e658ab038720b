"""Words as prose has them: nouns with their articles, names as titles, and lists with an "and".

Articles come from inflect. Its singulars do not serve (it takes bus, canvas and hibiscus for plurals), so
plurals are told by ending and by lists.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from composer.lists import TAGS_REMEMBERED, lists

_QUALIFIED = re.compile(r"(.+?)((?:_?\([^()]*\))+)")
_WORD = re.compile(r"[^\W_]{2}|^[^\W_]$")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_ROMAN = re.compile(r"[ivx]{2,4}")
_LETTER_AND_NUMBER = re.compile(r"([a-z])\d", re.IGNORECASE)  # m16, which inflect takes for a word
_LETTERS_WITH_AN = frozenset("aefhilmnorsx")


def without_qualifier(tag: str) -> str:
    """Drop the qualifier: star_(symbol) ─▶ star."""
    match = _QUALIFIED.fullmatch(tag)
    return match[1].rstrip("_") if match else tag


def plain(tag: str) -> str:
    """Say a tag as it is written: words without underscores, an emoticon unchanged."""
    if not _WORD.search(tag):
        return tag
    capitals = lists().capitals
    return " ".join(capitals.get(word, word) for word in tag.split("_") if word)


@lru_cache(maxsize=TAGS_REMEMBERED)
def noun_phrase(tag: str) -> str:
    """Give the nouns of a tag their articles: cat_on_lap ─▶ "a cat on the lap"."""
    if not _WORD.search(tag):
        return tag
    said: list[str] = []
    chunk: list[str] = []
    for word in without_qualifier(tag).split("_"):
        if word in lists().words["prepositions"]:
            said += [_determined(chunk, first=not said), word]
            chunk = []
        elif word:
            chunk.append(word)
    said.append(_determined(chunk, first=not said))
    return " ".join(part for part in said if part)


def _determined(chunk: list[str], *, first: bool) -> str:
    if not chunk:
        return ""
    phrase = " ".join(lists().capitals.get(word, word) for word in chunk)
    if chunk[0] == "own":
        return "{her} " + phrase.removeprefix("own ")
    if chunk[0] == "viewer" or (not first and chunk[-1] in lists().words["parts"]):
        return f"the {phrase}"
    return phrase if chunk[0] in lists().words["as_written"] else with_article(phrase)


@lru_cache(maxsize=TAGS_REMEMBERED)
def with_article(phrase: str) -> str:
    """Put "a" or "an" before a singular that can be counted; leave plurals and substances alone."""
    if _uncounted(phrase.split(" ")[-1].lower()) or not phrase[:1].isalnum():
        return phrase
    return f"{_article(phrase.split(' ')[0])} {phrase}"


@lru_cache(maxsize=TAGS_REMEMBERED)
def _article(word: str) -> str:
    letter = _LETTER_AND_NUMBER.match(word)
    if letter:
        return "an" if letter[1].lower() in _LETTERS_WITH_AN else "a"
    return "an" if _inflect().a(word).startswith("an ") else "a"


@lru_cache(maxsize=1)
def _inflect() -> Any:  # noqa: ANN401  the library is imported here and nowhere else
    import inflect  # takes a second or more to import, so only the first article pays

    return inflect.engine()


def _uncounted(noun: str) -> bool:
    words = lists().words
    if noun in words["mass"] or noun in words["plural"]:
        return True
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is")) and noun not in words["singular"]


@lru_cache(maxsize=TAGS_REMEMBERED)
def display_name(tag: str) -> str:
    """Write a name as a title, without its qualifier: rem_(re:zero) ─▶ Rem."""
    words = [word for word in without_qualifier(tag).split("_") if word]
    particles = lists().words["particles"]
    return " ".join(
        word if at and word in particles else _titled(word, first=not at) for at, word in enumerate(words)
    )


def _titled(word: str, *, first: bool) -> str:
    if _ORDINAL.fullmatch(word):
        return word
    if any(map(str.isdigit, word)) and sum(map(str.isalpha, word)) <= 3 and word.isalnum():
        return word.upper()
    if not first and _ROMAN.fullmatch(word):
        return word.upper()
    return re.sub(r"(?:^|(?<=[^\w']))[^\W\d_]", lambda letter: letter[0].upper(), word)


def and_list(items: Iterable[str], comma: str = " and ") -> str:
    """Join items as prose does: "a, b and c"; with one comma more where an item has an "and" of its own."""
    listed = list(items)
    if len(listed) < 2:
        return listed[0] if listed else ""
    said = ", ".join(listed[:-1])
    return said + (", and " if comma in said or comma in listed[-1] else " and ") + listed[-1]
