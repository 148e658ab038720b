"""Words as prose has them: nouns with their articles, names as titles, lists with an "and"; and words.json.

words.json has all that the composer knows of tags. Whether a noun takes "a" or "an" is told by its beginning.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from english import is_plural, plural
from tags.proper_names import PLACE, proper_names
from tags.spelling import without_qualifiers

T = TypeVar("T")

REMEMBERED_TAGS = 1 << 17  # about as many as Danbooru has
_WORDS_FILE = Path(__file__).with_name("words.json")
_HAS_WORD = re.compile(r"[^\W_]{2}|^[^\W_]$")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
# The number of a robot or a weapon, with up to three letters: 2b, rx-78-2, ump45.
_MODEL = re.compile(r"(?=[^a-z]*(?:[a-z][^a-z]*){0,3}$)[a-z\d-]+")
_ROMAN_NUMERAL = re.compile(r"[ivx]{2,4}")
# A word whose first letter is said by its name: m16, X-ray, T-shirt, UFO.
_SPELLED_OUT = re.compile(r"([A-Za-z])(?:\d|-|$|(?<=[A-Z])[A-Z]+$)")
_HONORIFIC = re.compile(r"-(?:Chan|Dono|Hen|Kun|Sama|San|Sensei|Senpai|Tachi)\b")
_SINGULAR = ("a ", "an ", "the ")
_ARTICLES = ("a_", "an_")
_MOST_IN_A_SENTENCE = 9
_LETTERS_WITH_AN = frozenset("aefhilmnorsx")
# Most vowels that are written are spoken, but for those as in "unicorn", "European" and "one"; and most of
# "h", but for those as in "hour".
_SOUNDS_LIKE_VOWEL = re.compile(r"[aeiou]|h(?:eir|erb|onest|onou?r|our(?!i))", re.IGNORECASE)
_SOUNDS_LIKE_CONSONANT = re.compile(
    r"e[uw]|onc?e(?![a-z])|ouija|u(?:ni(?!n|m(?!o))|biq|k[aeiou]|[rt][aeio]|s[aeiu]|fo(?![a-z]))",
    re.IGNORECASE,
)


class Remembered(dict[str, T]):
    """What is made of each phrase, made once: a look-up costs a third of that in an `lru_cache`."""

    def __init__(self, make: Callable[[str], T]) -> None:
        """`make` makes it; all is forgotten when there are very many."""
        super().__init__()
        self._make = make

    def __missing__(self, phrase: str) -> T:
        if len(self) >= REMEMBERED_TAGS:
            self.clear()
        self[phrase] = made = self._make(phrase)
        return made


@dataclass(frozen=True, slots=True)
class Lists:
    """words.json, turned around so that one look answers one question."""

    form: dict[str, str]
    tag_slot: dict[str, str]
    head_slot: dict[str, str]
    phrases: dict[str, tuple[str, str]]
    patterns: tuple[tuple[str, str, str, str], ...]
    adjective_rank: dict[str, int]
    capitals: dict[str, str]
    broad: dict[str, tuple[str, frozenset[str], bool]]
    objects: dict[str, frozenset[str]]
    parts_of: dict[str, frozenset[str]]
    beside: dict[str, set[str]]
    wholes: dict[str, frozenset[str]]
    members: dict[str, frozenset[str]]
    fittings: dict[str, frozenset[str]]
    said_as: dict[str, tuple[frozenset[str], str]]
    qualifier_slot: dict[str, str]
    faces: dict[str, str]
    games: dict[str, frozenset[str]]
    of_two: dict[str, str]
    compared: dict[str, str]
    second_names: dict[str, str]
    one_kind: dict[str, str]
    words: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def lists() -> Lists:
    """The content of words.json, read once."""
    raw: dict[str, Any] = json.loads(_WORDS_FILE.read_text(encoding="utf-8"))
    slots: dict[str, dict[str, Any]] = raw["slots"]
    beside: dict[str, set[str]] = {}
    for left_out, others in raw["beside"].items():
        for other in others.split():
            beside.setdefault(other, set()).add(left_out)
    return Lists(
        form={slot: entry["form"] for slot, entry in slots.items()},
        tag_slot={tag: slot for slot, entry in slots.items() for tag in _split(entry.get("tags", []))},
        head_slot={head: slot for slot, entry in slots.items() for head in _split(entry.get("heads", []))},
        phrases={
            tag: (slot, said)
            for slot, entry in slots.items()
            for tag, said in entry.get("phrases", {}).items()
        },
        patterns=tuple((*glob.split("*"), slot, said) for glob, slot, said in raw["patterns"]),
        adjective_rank={
            word.replace("_", " "): rank
            for rank, lines in enumerate(raw["adjectives"])
            for word in _split(lines)
        },
        capitals=raw["capitals"],
        broad={
            noun: (entry["else"], frozenset(entry["narrower"].split()), entry.get("of_one", False))
            for noun, entry in raw["broad"].items()
        },
        objects={verb: frozenset(things.split()) for verb, things in raw["objects"].items()},
        beside=beside,
        parts_of={part: frozenset(animals.split()) for part, animals in raw["parts_of"].items()},
        wholes={whole: frozenset(parts.split()) for whole, parts in raw["wholes"].items()},
        members={place: frozenset(members.split()) for place, members in raw["members"].items()},
        fittings={whole: frozenset(parts.split()) for whole, parts in raw["fittings"].items()},
        said_as={tag: (frozenset(beside.split()), said) for tag, (beside, said) in raw["said_as"].items()},
        qualifier_slot={word: slot for slot, words in raw["qualifiers"].items() for word in words.split()},
        faces=raw["faces"],
        games={game: frozenset(things.split()) for game, things in raw["games"].items()},
        of_two=raw["of_two"],
        compared=raw["compared"],
        second_names=raw["second_names"],
        one_kind={kind: name for name, kinds in raw["one_kind"].items() for kind in kinds.split()},
        words={name: frozenset(_split(lines)) for name, lines in raw["words"].items()},
    )


def _split(lines: list[str]) -> Iterator[str]:
    return (word for line in lines for word in line.split())


def as_words(tag: str) -> str:
    """A tag in words without underscores; an emoticon stays as it is."""
    if not _HAS_WORD.search(tag):
        return tag
    capitals = lists().capitals
    return " ".join(capitals.get(word, word) for word in tag.split("_") if word)


@lru_cache(maxsize=REMEMBERED_TAGS)
def noun_phrase(tag: str) -> str:
    """A tag with articles before its nouns: cat_on_lap ─▶ "a cat on the lap"."""
    if not _HAS_WORD.search(tag):
        return tag
    known = proper_names()
    kind, name = known.get(tag) or known.get(without_qualifiers(tag)) or (PLACE, "")
    if kind != PLACE:
        return name
    said: list[str] = []
    chunk: list[str] = []
    for word in without_qualifiers(tag).split("_"):
        if word in lists().words["prepositions"]:
            said += [_with_determiner(chunk, is_first=not said), word]
            chunk = []
        elif word:
            chunk.append(word)
    # What something is made of, or belongs to, has no article: a string of fate, a pile of gold.
    is_of = bool(said) and said[-1] == "of"
    said.append(as_words("_".join(chunk)) if is_of else _with_determiner(chunk, is_first=not said))
    return " ".join(part for part in said if part)


def without_article(tag: str) -> str:
    """A tag that begins with "a" without it, as prose has its own articles: a_red_hat ─▶ red_hat."""
    return (tag.partition("_")[2] or tag) if tag.startswith(_ARTICLES) else tag


def _with_determiner(chunk: list[str], *, is_first: bool) -> str:
    if not chunk:
        return ""
    chunk = without_article("_".join(chunk)).split("_")
    phrase = " ".join(lists().capitals.get(word, word) for word in chunk)
    if chunk[0] == "own":
        return "{her} " + phrase.removeprefix("own ")
    if chunk[0] in lists().words["as_written"]:
        return phrase
    is_part = not is_first and chunk[-1] in lists().words["parts"]
    return f"the {phrase}" if is_part or chunk[0] == "viewer" else with_article(phrase)


@lru_cache(maxsize=REMEMBERED_TAGS)
def with_article(phrase: str) -> str:
    """Put "a" or "an" before a singular that can be counted; plurals and substances have no article."""
    noun = phrase.split(" ")[-1].lower()
    if is_plural(noun) or noun in lists().words["mass"] or not phrase[:1].isalnum():
        return phrase
    return f"{_article(phrase.split(' ')[0])} {phrase}"


@lru_cache(maxsize=REMEMBERED_TAGS)
def _article(word: str) -> str:
    if spelled_out := _SPELLED_OUT.match(word):
        return "an" if spelled_out[1].lower() in _LETTERS_WITH_AN else "a"
    return "an" if _SOUNDS_LIKE_VOWEL.match(word) and not _SOUNDS_LIKE_CONSONANT.match(word) else "a"


@lru_cache(maxsize=REMEMBERED_TAGS)
def display_name(tag: str) -> str:
    """Write a name as a title, without its qualifier: rem_(re:zero) ─▶ Rem."""
    words = [word for word in without_qualifiers(tag).split("_") if word]
    particles = lists().words["particles"]
    return " ".join(
        word if at and word in particles else _capitalized(word, is_first=not at)
        for at, word in enumerate(words)
    )


def _capitalized(word: str, *, is_first: bool) -> str:
    if _ORDINAL.fullmatch(word):
        return word
    if any(map(str.isdigit, word)) and _MODEL.fullmatch(word):
        return word.upper()
    if word in lists().words["initials"] or (not is_first and _ROMAN_NUMERAL.fullmatch(word)):
        return word.upper()
    title = re.sub(r"(?:^|(?<=[^\w']))[^\W\d_]", lambda letter: letter[0].upper(), word)
    return _HONORIFIC.sub(lambda said: said[0].lower(), title)


def and_list(items: Iterable[str]) -> str:
    """Join items as prose does: "a, b and c"; with one more comma if an item has an "and" or a comma."""
    listed = list(items)
    if len(listed) < 2:
        return listed[0] if listed else ""
    first = ", ".join(listed[:-1])
    has_more_commas = " and " in first or " and " in listed[-1] or any(", " in item for item in listed)
    return first + (", and " if has_more_commas else " and ") + listed[-1]


def sentence_list(deeds: Sequence[str]) -> str:
    """Join what somebody does: "wears a hat and holds a cup", "wears a hat and gloves, and holds a cup"."""
    return and_list(deeds) if len(deeds) != 2 or " and " not in deeds[0] else f"{deeds[0]}, and {deeds[1]}"


def in_plural(noun: str) -> str:
    """What several have one each of: dresses, gloves, headwear, samurai."""
    words = lists().words
    last = noun.rpartition(" ")[2]
    is_told = is_plural(last) or last in words["mass"] or last in words["alike_in_plural"]
    return noun if is_told else plural(noun)


def led(lead: str, things: Iterable[str]) -> str:
    """A list with a word before it: "wearing a hat and gloves"; "" where there is nothing to list."""
    listed = and_list(things)
    return f"{lead} {listed}" if listed else ""


def is_or_are(things: Sequence[str]) -> str:
    """The verb for a list of things: "is" for "a pair of shoes", "are" for "arms up"."""
    if len(things) != 1:
        return "are"
    words = things[0].partition(", among")[0].split(" ")
    end = next((at for at, word in enumerate(words) if at and word in lists().words["prepositions"]), None)
    head = words[1] if words[0] == "the" and len(words) > 1 else words[:end][-1]
    return "is" if words[0] in ("a", "an") or not is_plural(head) else "are"


# Tells the sentences that `there_is_also` writes.
IN_VIEW = re.compile(r"\bin view\b|\bbe seen\b|^There (?:is|are) also\b")


def there_is_also(things: Sequence[str]) -> list[str]:
    """Sentences on what else there is, for which the number of things gives the form; none for nothing.

    "also in view are a tree and grass", "a tree, grass and a pond are in view too".
    """
    # What has no article does not stand first: "there are also magic".
    things = sorted(things, key=lambda thing: not thing.startswith(_SINGULAR))
    if len(things) > _MOST_IN_A_SENTENCE:
        half = (len(things) + 1) // 2
        return [led("also in view are", things[:half]), f"{and_list(things[half:])} can be seen as well"]
    if len(things) < 2:
        return [led(f"there {is_or_are(things)} also", things)] if things else []
    listed = and_list(things)
    forms = (f"also in view are {listed}", f"{listed} can also be seen", f"{listed} are in view too")
    return [forms[len(things) % len(forms)]]
