"""The looks of characters beside the tags of a picture: which tags are whose, and what they contradict."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from composer.looks import Looks, Phrase, all_said, colours_in, is_person, read_looks
from composer.phrasing import REMEMBERED_TAGS, lists
from composer.words import role_of
from english import stem
from tags.categories import GENERAL, SPECIES
from tags.people_counts import BOYS, GIRLS, Count, count_in
from tags.spelling import without_qualifiers

# A description is cut here into pieces, each with the words that lead up to it.
_LEADS = re.compile(r"((?:,? and with |, with |, and | and | with |, |\. ))")
_LENGTHS = frozenset(map(stem, ("long", "short", "medium")))
_PARTS = (stem("hair"), stem("eyes"))
# What one character can have. Places, acts and how the picture is drawn belong to the whole picture.
_SLOTS = frozenset(
    ("hair", "hairstyle", "fringe", "eyes", "body", "clothes", "held", "thing", "being", "kind", "rest")
)
_NEVER_DESCRIBE = frozenset(("hair", "hairstyle", "eyes", "body", "being", "thing", "rest"))
_NO_WORDS = frozenset(("", "one"))
_CATEGORIES = frozenset((GENERAL, SPECIES))


def assign(
    tags: Sequence[str], categories: Mapping[str, str], looks: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The tags that are one character's alone, in the order of the picture, by character.

    `looks` has for each character what is known of its looks, in sentences, "" where nothing is. A tag is
    somebody's if the looks of this character say it and those of no other do, `1boy` also if only one of
    them can be meant. A tag that nobody's looks decide is nobody's.
    """
    if len(looks) < 2:
        return {}
    read = {character: read_looks(text) for character, text in looks.items()}
    owners = {tag: owner for tag in tags if (owner := _owner(tag, categories.get(tag, GENERAL), read))}
    owners |= _counted(tags, read)
    found = {character: tuple(tag for tag in tags if owners.get(tag) == character) for character in looks}
    return {character: theirs for character, theirs in found.items() if theirs}


def _owner(tag: str, category: str, read: Mapping[str, Looks]) -> str | None:
    if tag in read or category not in _CATEGORIES or (asked := _asked(tag)) is None:
        return None
    having = [character for character, looks in read.items() if _says(looks, asked)]
    return having[0] if len(having) == 1 else None


def _counted(tags: Sequence[str], read: Mapping[str, Looks]) -> dict[str, str]:
    """Who `1girl` and `1boy` mean: the only one of that sex, or the only one that the other count leaves."""
    counts = {count.kind: (tag, count) for tag in tags if (count := count_in(tag))}
    found: dict[str, str] = {}
    for sex, other in ((GIRLS, BOYS), (BOYS, GIRLS)):
        tag, count = counts.get(sex, ("", None))
        if count is None or not _is_one(count):
            continue
        meant = [character for character, looks in read.items() if looks.sex == sex]
        if not meant and other in counts and _is_everybody(counts.values(), read):
            others = sum(looks.sex == other for looks in read.values())
            if others == counts[other][1].fewest:
                meant = [character for character, looks in read.items() if looks.sex != other]
        if len(meant) == 1:
            found[tag] = meant[0]
    return found


def _is_one(count: Count) -> bool:
    return count.fewest == 1 and not count.is_open


def _is_everybody(counts: Iterable[tuple[str, Count]], read: Mapping[str, Looks]) -> bool:
    """Whether the tags count as many people as there are characters."""
    people = [count for _, count in counts]
    return not any(count.is_open for count in people) and sum(count.fewest for count in people) == len(read)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for to know whether looks say a tag.

    `words` are its stems. `is_placed` is whether a preposition is among them, as in `hair_over_one_eye`, and
    `may_describe` whether it may stand before another noun: a "tiger print dress" has a tiger print, but a
    "fox tail charm" is no tail.
    """

    words: tuple[str, ...]
    is_placed: bool
    is_kind: bool
    may_describe: bool


@lru_cache(maxsize=REMEMBERED_TAGS)
def _asked(tag: str) -> _Asked | None:
    """What to look for; None for a tag that is never one character's."""
    slot = role_of(tag).slot
    written = [word for word in without_qualifiers(tag).replace("-", "_").split("_") if word not in _NO_WORDS]
    if written[:1] == ["holding"]:
        del written[0]
    if slot not in _SLOTS or not written:
        return None
    is_placed = not lists().words["prepositions"].isdisjoint(written[1:-1])
    is_kind = slot == "kind" and len(written) == 1
    return _Asked(
        tuple(map(stem, written)), is_placed, is_kind, len(written) > 1 and slot not in _NEVER_DESCRIBE
    )


def _says(looks: Looks, asked: _Asked) -> bool:
    """Whether this is how somebody looks whom the tag fits: "long white hair" fits `white_hair`."""
    words = asked.words
    if asked.is_placed:
        return any(_stand_in_row(sentence, words) for sentence in looks.sentences)
    return any(_fits(phrase, asked) for phrase in looks.phrases.get(words[-1], ()))


def _fits(phrase: Phrase, asked: _Asked) -> bool:
    """Whether a phrase whose noun is the last of the words says all of them."""
    if phrase.of and not (asked.may_describe or (asked.is_kind and is_person(phrase.of))):
        return False
    words = asked.words
    return phrase.said.issuperset(words[:-1]) or phrase.words[-len(words) :] == words


def _stand_in_row(sentence: Sequence[str], words: Sequence[str]) -> bool:
    last = len(sentence) - len(words)
    return any(
        all(word in all_said(sentence[at + step]) for step, word in enumerate(words))
        for at in range(last + 1)
    )


def without_contradicted(text: str, tags: Sequence[str]) -> str:
    """The text without the pieces in which hair or eyes are of another colour or length than the tags say.

    "A witch with long red hair and blue eyes." becomes "A witch with blue eyes." for a picture with
    `black_hair`. The whole text is given back where the tags contradict none of it.
    """
    said = _said_by(tags)
    if not said:
        return text
    first, *rest = _LEADS.split(text.removesuffix("."))
    kept = [] if _is_contradicted(first, said) else [first]
    left_out = ""
    for lead, piece in zip(rest[::2], rest[1::2], strict=True):
        if _is_contradicted(piece, said):
            left_out = left_out or lead
        else:
            kept += [left_out or lead if kept else "", piece]
            left_out = ""
    whole = "".join(kept)
    return f"{whole}." if whole and text.endswith(".") else whole


def _said_by(tags: Sequence[str]) -> Mapping[tuple[str, str], frozenset[str]]:
    """The colours and lengths that tags say, by the part of the body and what is said of it."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for tag in tags:
        for kind, words in _told(tag.replace("_", " ")):
            found[kind] = found.get(kind, frozenset()) | words
    return found


def _is_contradicted(piece: str, said: Mapping[tuple[str, str], frozenset[str]]) -> bool:
    return any(kind in said and said[kind].isdisjoint(words) for kind, words in _told(piece))


@lru_cache(maxsize=REMEMBERED_TAGS)
def _told(text: str) -> Sequence[tuple[tuple[str, str], frozenset[str]]]:
    return list(_colours_and_lengths(text))


def _colours_and_lengths(text: str) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """What a text says of hair and eyes: ("hair", "colour") and the colours, as stems."""
    for part in _PARTS:
        for phrase in read_looks(text).phrases.get(part, ()):
            if phrase.of:
                continue
            if colours := colours_in(phrase.said):
                yield (part, "colour"), frozenset(colours)
            if lengths := _LENGTHS & phrase.said:
                yield (part, "length"), lengths
