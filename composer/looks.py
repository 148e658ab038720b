"""What a text says of how somebody looks, as noun phrases: "long white hair" is hair that is long and white.

This is no grammar. A text is cut at commas, prepositions and articles. What stands between two cuts is a noun
and what describes it, so the blue of "a blue dress and hair clips" says nothing of hair.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from composer.phrasing import REMEMBERED_TAGS, lists
from english import stem
from tags.appearance import said_by

_TOKEN = re.compile(r"[^\W_]+|[,.;:()]")
_ENDS = frozenset(".;:()")
_PART_AS_ADJECTIVE = re.compile(r"\b(hair|eye)d\b|\b(hair|eye)ed\b")
_LINK_SIGNS = frozenset(",")
_AND = frozenset({"and", "or", ","})
_IS = frozenset({"is", "are"})
_WHO = frozenset({"who", "whose", "which"})
_ENDS_ABSENT = frozenset({"and", "but", "with"})
_HAIR, _HAIRSTYLE = "hair", "hairstyle"
_WEAR = ("headwear", "footwear", "legwear", "eyewear")

_Chunk = tuple[list[str], list[str]]
"""What cuts it off from the words before, and its words as stems."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun and what is said of it, as stems: hair, and long and white.

    `words` are the stems in order. `of` is the noun of the whole phrase where this is only its beginning:
    jacket for the "high collar" of "high collar jacket".
    """

    head: str
    said: frozenset[str]
    words: tuple[str, ...]
    of: str = ""


@dataclass(frozen=True, slots=True)
class Looks:
    """How somebody looks.

    `phrases` are found by each stem that their nouns say, `sentences` have all words as stems, and `sex` is
    "girl", "boy" or "".
    """

    phrases: Mapping[str, Sequence[Phrase]]
    sentences: Sequence[Sequence[str]]
    sex: str


@dataclass(frozen=True, slots=True)
class _Lists:
    """looks.json and the shared words of looks, turned around: what each stem says too."""

    says: dict[str, frozenset[str]]
    colours: frozenset[str]
    hair_colours: frozenset[str]
    hairstyles: frozenset[str]
    kinds: frozenset[str]
    known: frozenset[str]
    adjectives: frozenset[str]
    also: dict[str, tuple[str, ...]]
    sexes: dict[str, str]
    sets: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    raw: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    says: dict[str, set[str]] = {}
    narrower = {word: others.split() for word, others in raw["said_by"].items()}
    for word, others in chain(said_by("shades", "hair", "same").items(), narrower.items()):
        for other in others:
            says.setdefault(stem(other), set()).add(stem(word))
    for noun in _WEAR:
        for other in lists().broad[noun][1]:
            says.setdefault(stem(other), set()).add(noun)
    shades = said_by("shades", "hair").items()
    colours = {stem(word) for colour, others in shades for word in (colour, *others)}
    known = [*lists().tag_slot.items(), *lists().head_slot.items()]
    nouns = {word for word, _ in known}  # a turtleneck is both
    ranked = {word for phrase in lists().adjective_rank for word in phrase.split()}
    adjectives = {stem(word) for word in ranked - nouns}
    names = ("links", "determiners", "placing", "before_other", "absent")
    return _Lists(
        {word: frozenset(others) for word, others in says.items()},
        frozenset(colours),
        frozenset(map(stem, raw["hair_colours"].split())),
        frozenset(stem(word) for word, slot in known if slot == _HAIRSTYLE),
        frozenset(stem(word) for word, slot in known if slot == "kind"),
        frozenset(stem(word) for word in nouns),
        frozenset(adjectives | colours | {stem("spiky")}),
        {stem(word): tuple(map(stem, said.split())) for word, said in raw["also"].items()},
        {stem(word): sex for sex, words in raw["person"].items() for word in words.split()},
        {name: frozenset(raw[name].split()) for name in names},
    )


def all_said(word: str) -> frozenset[str]:
    """A stem and what it says too: crimson says red, and cat says animal."""
    return _lists().says.get(word, frozenset()) | {word}


def is_person(word: str) -> bool:
    """Whether a stem names a person: a girl, a witch, an elf."""
    return word in _lists().sexes or word in _lists().kinds


def colours_in(stems: Set[str]) -> Set[str]:
    """Those of the stems that are colours."""
    return _lists().colours & stems


@lru_cache(maxsize=REMEMBERED_TAGS)
def read_looks(text: str) -> Looks:
    """Read what a text says of how somebody looks."""
    # "a red-haired, blue-eyed boy" has red hair and blue eyes.
    plain = _PART_AS_ADJECTIVE.sub(lambda found: f"{found[1] or found[2]},", text.lower())
    words = _TOKEN.findall(plain)
    sentences = [list(_without_others(sentence)) for sentence in _sentences(words)]
    phrases = [phrase for sentence in sentences for phrase in _phrases(sentence)]
    by_noun: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        for noun in all_said(phrase.head):
            by_noun.setdefault(noun, []).append(phrase)
    determiners = _lists().sets["determiners"]
    stems = [[stem(word) for word in sentence if word not in determiners] for sentence in sentences]
    return Looks(by_noun, stems, _sex(phrases, words))


def _sex(phrases: Iterable[Phrase], words: Iterable[str]) -> str:
    """The sex that the first word for a person tells, or else the first pronoun."""
    sexes = _lists().sexes
    people = (word for phrase in phrases if is_person(phrase.head) for word in reversed(phrase.words))
    return next((sexes[word] for word in chain(people, map(stem, words)) if word in sexes), "")


def _sentences(words: Iterable[str]) -> Iterator[list[str]]:
    sentence: list[str] = []
    for word in words:
        if word not in _ENDS:
            sentence.append(word)
        elif sentence:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _without_others(sentence: Sequence[str]) -> Iterator[str]:
    """The words without what somebody else has, what was once so, and what is absent."""
    sets, is_left_out, is_absent = _lists().sets, False, False
    for word, following in zip(sentence, [*sentence[1:], ""], strict=True):
        if word in _LINK_SIGNS:
            # "unlike her sister, who has red eyes, she has …"
            is_left_out, is_absent = is_left_out and following in _WHO, False
        is_left_out = is_left_out or word in sets["before_other"]
        is_absent = word in sets["absent"] or (is_absent and word not in _ENDS_ABSENT)
        if not (is_left_out or is_absent):
            yield word


def _phrases(words: Sequence[str]) -> Iterator[Phrase]:
    """The noun phrases of one sentence."""
    nouns = list(_nouns(_chunks(words)))
    for at, (cuts, stems) in enumerate(nouns):
        said = set(stems[:-1])
        is_beside_hair = at and cuts[0] == "with" and _is_hair(nouns[at - 1][1][-1])
        if is_beside_hair or _is_hair(stems[-1]):
            said.add(_HAIR)  # "twintails with ribbons"
        if at + 1 < len(nouns) and nouns[at + 1][0][0] in _lists().sets["placing"]:
            said.add(nouns[at + 1][1][-1])  # "a tattoo on her shoulder"
        yield from _of_noun(stems, said)


def _chunks(words: Sequence[str]) -> Iterator[_Chunk]:
    cuts, stems = list[str](), list[str]()
    for word in words:
        if word not in _LINK_SIGNS and word not in _lists().sets["links"]:
            stems.append(stem(word))
            # A "lab coat" is a labcoat.
            if len(stems) > 1 and "".join(stems[-2:]) in _lists().known:
                stems[-2:] = ["".join(stems[-2:])]
        else:
            if stems:
                yield cuts, stems
                cuts, stems = [], []
            cuts.append(word)
    if stems:
        yield cuts, stems


def _nouns(chunks: Iterable[_Chunk]) -> Iterator[_Chunk]:
    """The chunks with a noun, each with all its adjectives: "red and white dress", "her hair is black"."""
    found: list[_Chunk] = []
    left: _Chunk = [], []
    is_predicate = False
    for cuts, stems in chunks:
        goes_on = _AND.issuperset(cuts)
        if not goes_on:
            left = [], []
        is_predicate = bool(found) and (not _IS.isdisjoint(cuts) or (is_predicate and goes_on))
        if not _lists().adjectives.issuperset(stems):
            found.append((left[0] or cuts or [""], left[1] + stems))
            left = [], []
            is_predicate = False
        elif is_predicate:
            found[-1] = found[-1][0], stems + found[-1][1]
        elif not _lists().hair_colours.isdisjoint(stems):
            found.append((cuts or [""], [*stems, _HAIR]))
        else:
            left = left[0] or cuts, left[1] + stems
    return iter(found)


def _of_noun(stems: Sequence[str], said: Set[str]) -> Iterator[Phrase]:
    """The phrase of one noun, and what it says of hair, eyes and more general things."""
    head, words = stems[-1], tuple(stems)
    for end in range(1, len(stems)):
        if not _lists().adjectives.issuperset(stems[:end]):
            yield Phrase(stems[end - 1], _all(stems[: end - 1]), words[:end], of=head)
    yield Phrase(head, _all(said), words)
    colours = _lists().colours.intersection(stems)
    if head != _HAIR and _is_hair(head) and colours:
        yield Phrase(_HAIR, _all(colours), ())
    if head in _lists().sexes and not _lists().hair_colours.isdisjoint(stems):
        yield Phrase(_HAIR, _all(_lists().hair_colours.intersection(stems)), ())
    if more := _lists().also.get(head):
        yield Phrase(more[-1], frozenset(more[:-1]), more)


def _all(stems: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(all_said, stems))


def _is_hair(head: str) -> bool:
    return head == _HAIR or head in _lists().hairstyles
