"""What a tag says in a caption and where it belongs there, read from the lists in words.json.

A tag is looked up as a whole, then by the patterns, then by its last word, then by "…ing"; a tag that none
of them knows goes to the slot "rest" and is said as it is written. Articles come from inflect. Its singulars
do not serve (it takes bus, canvas and hibiscus for plurals), so plurals are told by ending and by lists.
"""

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

REST = "rest"
META = "meta"
COLOUR_RANK = 2
NOUN_RANK = 4

_LISTS = Path(__file__).with_name("words.json")
_TAGS_REMEMBERED = 1 << 17  # about as many as Danbooru has
_COUNT = re.compile(r"(\d+|multiple_)(\+?)(girl|boy|other)s?")
_QUALIFIED = re.compile(r"(.+?)((?:_?\([^()]*\))+)")
_LONGEST_NOUN = 4  # words; a longer tag is a sentence of somebody's, not a noun
_WORD = re.compile(r"[^\W_]{2}|^[^\W_]$")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_ROMAN = re.compile(r"[ivx]{2,4}")
_LETTER_AND_NUMBER = re.compile(r"([a-z])\d", re.IGNORECASE)  # m16, which inflect takes for a word
_LETTERS_WITH_AN = frozenset("aefhilmnorsx")


@dataclass(frozen=True, slots=True)
class Role:
    """What one tag says: `phrase` in `slot`; `{her}` in it stands for her, his or their.

    Tags of one slot and one `head` can share it: black_skirt and pleated_skirt are "a black pleated skirt".
    `modifiers` are the words before the head with their rank in the usual order of adjectives.
    `covers` are tags that need no saying beside this one.
    """

    slot: str
    phrase: str
    head: str = ""
    modifiers: tuple[tuple[int, str], ...] = ()
    covers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Lists:
    """words.json, turned around so that one look answers one question."""

    form: dict[str, str]
    tag_slot: dict[str, str]
    head_slot: dict[str, str]
    phrases: dict[str, tuple[str, str]]
    patterns: tuple[tuple[re.Pattern[str], str, str], ...]
    meta: re.Pattern[str]
    implies: dict[str, frozenset[str]]
    adjective_rank: dict[str, int]
    capitals: dict[str, str]
    words: dict[str, frozenset[str]]


def _split(lines: list[str]) -> Iterator[str]:
    return (word for line in lines for word in line.split())


def _any_of(globs: Iterator[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(glob) for glob in globs))


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    raw: dict[str, Any] = json.loads(_LISTS.read_text(encoding="utf-8"))
    slots: dict[str, dict[str, Any]] = raw["slots"]
    named = (
        "unmerged",
        "prefix_folds",
        "mass",
        "plural",
        "singular",
        "parts",
        "prepositions",
        "not_verbs",
        "as_written",
        "particles",
    )
    return _Lists(
        form={slot: entry["form"] for slot, entry in slots.items()},
        tag_slot={tag: slot for slot, entry in slots.items() for tag in _split(entry.get("tags", []))},
        head_slot={head: slot for slot, entry in slots.items() for head in _split(entry.get("heads", []))},
        phrases={
            tag: (slot, said)
            for slot, entry in slots.items()
            for tag, said in entry.get("phrases", {}).items()
        },
        patterns=tuple(
            (re.compile(re.escape(glob).replace(r"\*", "(.+)")), slot, said)
            for glob, slot, said in raw["patterns"]
        ),
        meta=_any_of(_split(raw["meta"])),
        implies={tag: frozenset(implied.split()) for tag, implied in raw["implies"].items()},
        adjective_rank={
            word.replace("_", " "): rank
            for rank, lines in enumerate(raw["adjectives"])
            for word in _split(lines)
        },
        capitals=raw["capitals"],
        words={name: frozenset(_split(raw[name])) for name in named},
    )


@lru_cache(maxsize=_TAGS_REMEMBERED)
def role_of(tag: str) -> Role:
    """Tell what `tag` says and in which slot; the slot is "meta" for what no caption says."""
    if _lists().meta.fullmatch(tag):
        return Role(META, "")
    count = _COUNT.fullmatch(tag)
    if count:
        return Role(count[3], count[1].rstrip("_") + count[2])
    slot, phrase = _listed(tag) or _matching(tag) or _headed(tag) or _doing(tag) or (REST, plain(tag))
    head, modifiers = _parts(tag) if _may_merge(tag, slot) else ("", ())
    return Role(slot, phrase, head, modifiers, _covers(tag))


def _listed(tag: str) -> tuple[str, str] | None:
    lists = _lists()
    if tag in lists.phrases:
        return lists.phrases[tag]
    slot = lists.tag_slot.get(tag)
    return (slot, _said(tag, slot)) if slot else None


def _matching(tag: str) -> tuple[str, str] | None:
    for pattern, slot, said in _lists().patterns:
        match = pattern.fullmatch(tag)
        if match:
            rest = match[1]
            if said == "{verb}":
                return slot, _verb_phrase(tag)
            filled = said.replace("{a0}", noun_phrase(tag)) if "{a0}" in said else said
            filled = filled.replace("{a1}", noun_phrase(rest)) if "{a1}" in filled else filled
            filled = filled.replace("{name1}", display_name(rest)) if "{name1}" in filled else filled
            return slot, filled.replace("{0}", plain(tag)).replace("{1}", plain(rest))
    return None


def _headed(tag: str) -> tuple[str, str] | None:
    """Place a tag by its last word before a preposition: cat_on_lap is a cat."""
    words = _bare(tag).split("_")
    if _is_verb(words[0]) and len(words) > 1:
        return None
    end = next((at for at, word in enumerate(words) if word in _lists().words["prepositions"]), len(words))
    if not end:
        return None
    heads = ("_".join(words[max(0, end - 2) : end]), words[end - 1], words[end - 1].removesuffix("s"))
    slot = next((slot for slot in map(_lists().head_slot.get, heads) if slot), None)
    return (slot, _said(tag, slot)) if slot and end <= _LONGEST_NOUN else None


def _doing(tag: str) -> tuple[str, str] | None:
    words = tag.split("_")
    if _is_verb(words[0]):
        return "act", _verb_phrase(tag)
    return ("act", plain(tag)) if _is_verb(words[-1]) and len(words) < _LONGEST_NOUN else None


def _is_verb(word: str) -> bool:
    return len(word) > 4 and word.endswith("ing") and word not in _lists().words["not_verbs"]


def _verb_phrase(tag: str) -> str:
    """hugging_own_legs ─▶ "hugging {her} own legs"."""
    verb, _, rest = tag.partition("_")
    if verb == "playing":  # one plays guitar and volleyball, not a guitar and a volleyball
        return plain(tag)
    return f"{verb} {noun_phrase(rest)}" if rest else verb


def _said(tag: str, slot: str) -> str:
    form = _lists().form[slot]
    if form == "words":
        return plain(tag)
    return f"in {noun_phrase(tag)}" if form == "in" else noun_phrase(tag)


def _bare(tag: str) -> str:
    """Drop the qualifier: star_(symbol) ─▶ star."""
    match = _QUALIFIED.fullmatch(tag)
    return match[1].rstrip("_") if match else tag


def plain(tag: str) -> str:
    """Say a tag as it is written: words without underscores, an emoticon unchanged."""
    if not _WORD.search(tag):
        return tag
    capitals = _lists().capitals
    return " ".join(capitals.get(word, word) for word in tag.split("_") if word)


@lru_cache(maxsize=_TAGS_REMEMBERED)
def noun_phrase(tag: str) -> str:
    """Give the nouns of a tag their articles: cat_on_lap ─▶ "a cat on the lap"."""
    if not _WORD.search(tag):
        return tag
    bare = _bare(tag)
    said: list[str] = []
    chunk: list[str] = []
    for word in bare.split("_"):
        if word in _lists().words["prepositions"]:
            said += [_determined(chunk, first=not said), word]
            chunk = []
        elif word:
            chunk.append(word)
    said.append(_determined(chunk, first=not said))
    qualifier = tag[len(bare) :].replace("_", " ")
    return (
        " ".join(part for part in said if part)
        + (qualifier if qualifier.startswith(" ") else f" {qualifier}").rstrip()
    )


def _determined(chunk: list[str], *, first: bool) -> str:
    if not chunk:
        return ""
    phrase = " ".join(_lists().capitals.get(word, word) for word in chunk)
    if chunk[0] == "own":
        return "{her} " + phrase
    if chunk[0] == "viewer" or (not first and chunk[-1] in _lists().words["parts"]):
        return f"the {phrase}"
    return phrase if chunk[0] in _lists().words["as_written"] else with_article(phrase)


@lru_cache(maxsize=_TAGS_REMEMBERED)
def with_article(phrase: str) -> str:
    """Put "a" or "an" before a singular that can be counted; leave plurals and substances alone."""
    if _uncounted(phrase.split(" ")[-1].lower()) or not phrase[:1].isalnum():
        return phrase
    return f"{_article(phrase.split(' ')[0])} {phrase}"


@lru_cache(maxsize=_TAGS_REMEMBERED)
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
    words = _lists().words
    if noun in words["mass"] or noun in words["plural"]:
        return True
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is")) and noun not in words["singular"]


def _may_merge(tag: str, slot: str) -> bool:
    return (
        slot in {"hair", "eyes", "clothes", "body", "sky", "backdrop"}
        and tag not in _lists().phrases
        and "(" not in tag
        and _lists().words["prepositions"].isdisjoint(tag.split("_"))
        and not tag.startswith(("no_", "own_"))
    )


def _parts(tag: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """white_frilled_dress ─▶ "dress", ((2, "white"), (3, "frilled"))."""
    *words, head = tag.split("_")
    found: list[tuple[int, str]] = []
    ranks = _lists().adjective_rank
    while words:
        size = 2 if " ".join(words[:2]) in ranks else 1
        adjective = " ".join(words[:size])
        if adjective not in ranks:
            found.append((NOUN_RANK, " ".join(_lists().capitals.get(word, word) for word in words)))
            break
        found.append((ranks[adjective], adjective))
        del words[:size]
    return head, tuple(found)


def merges(head: str) -> bool:
    """Tell whether two tags with this head are likely to mean one thing: two shirts yes, two bows no."""
    return head not in _lists().words["unmerged"]


def _covers(tag: str) -> frozenset[str]:
    """Name the tags that `tag` says too: white_dress says dress, cat_on_lap says cat and lap."""
    words = tag.split("_")
    tails = {"_".join(words[at:]) for at in range(1, len(words))} | {words[-1].strip("()")} - {tag}
    singulars = {tail[:-1] for tail in tails if tail.endswith("s")}
    on = next((at for at, word in enumerate(words) if at and word in _lists().words["prepositions"]), 0)
    tails |= {"_".join(words[at:on]) for at in range(on)}
    first = {words[0]} & _lists().words["prefix_folds"] if len(words) > 1 else set()
    return frozenset(tails | singulars | first) | _lists().implies.get(tag, frozenset())


@lru_cache(maxsize=_TAGS_REMEMBERED)
def display_name(tag: str) -> str:
    """Write a name as a title, without its qualifier: rem_(re:zero) ─▶ Rem."""
    words = [word for word in _bare(tag).split("_") if word]
    particles = _lists().words["particles"]
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
