"""What can be wrong with a caption, and the fault that shows without grammar: tags left spelled as tags."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from check.text import COMMA, Text
from check.vocabulary import word_set
from tags.categories import CATEGORIES, RATING
from tags.people_counts import NUMBERED
from tags.spelling import qualifiers, without_qualifiers

COUNT = "count"
HAIR_COLOUR = "hair colour"
EYE_COLOUR = "eye colour"
UNKNOWN_NAME = "unknown name"
TAG_SPELLING = "tag spelling"
UNSUPPORTED_PEOPLE = "unsupported people"
# Found only where it is known which of several characters has which traits.
WRONG_OWNER = "wrong owner"
# Found only where it is known that the caption should be sentences.
TAG_LIST = "tag list"
# What nobody can wear is worn: small models take all traits of somebody for clothes.
NOT_WORN = "not worn"
KINDS = (COUNT, HAIR_COLOUR, EYE_COLOUR, UNKNOWN_NAME, TAG_SPELLING, UNSUPPORTED_PEOPLE)

_UNDERSCORED = re.compile(r"[^\W_]_+[^\W_(]|[^\W_]_+\(")
_WORD = re.compile(r"[^\W_]{2}")
_DIGIT = re.compile(r"\d")
_COUNT_TAG = re.compile(rf"(?<![\w-]){NUMBERED}(?!\w)", re.IGNORECASE)
_WEIGHT = re.compile(r"\([^():\n]{1,80}:\d\.\d{1,2}\)")
_ESCAPED = re.compile(r"\\[()]")
_NAMESPACES = "|".join((*CATEGORIES, RATING, "score", "creator"))
_NAMESPACED = re.compile(rf"(?<!\w)(?:{_NAMESPACES}):\w{{1,40}}")
_BRACKETED = re.compile(r"\(([^()\n]{1,60})\)")
_PUNCTUATION = ",.;!?\"'“”‘’"
_WEARING = ("wear", "dressed")
# What is no garment, though "wearing her hair in a bun" is English; and what ends such a noun phrase.
_NEVER_WORN = word_set("faults", "never_worn")
_BEFORE_NOUNS = frozenset({"in", "a", "an", "the"})
_ENDS_PHRASE = word_set("wording", "grammar")
_LONGEST_PHRASE = 5  # words before its noun
_COMMON_QUALIFIERS = frozenset({"series", "character", "cosplay", "medium", "object", "symbol"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a caption says wrong.

    `kind` is one of KINDS, WRONG_OWNER, NOT_WORN or TAG_LIST, `said` the words of the caption, and `message`
    one sentence on what is wrong, for the user and for a model that is asked to write the caption again.
    """

    kind: str
    said: str
    message: str


def list_fault(caption: str) -> Fault:
    """The fault of a caption that is tags with commas between them, where sentences are wanted."""
    return Fault(TAG_LIST, caption, "The caption is a list of tags, not a sentence.")


def contradiction(kind: str, said: str, tags: Iterable[str]) -> Fault:
    """The fault of a caption that says something else than these tags."""
    right = " and ".join(tag.replace("_", " ") for tag in tags)
    return Fault(kind, said, f'The caption says "{said}", but the tags say {right}.')


def not_worn_faults(text: Text) -> list[Fault]:
    """Find parts of the body and of the picture that somebody is said to wear: "wearing black hair"."""
    # "Her hair, worn in braids" is English.
    places = [
        at
        for stem in _WEARING
        for at in text.at.get(stem, ())
        if text.words[at] != "worn" and "hair" not in text.words[max(at - _LONGEST_PHRASE, 0) : at]
    ]
    found = [(at, noun) for at in sorted(places) if (noun := _never_worn(text, at)) is not None]
    return [
        Fault(NOT_WORN, said, f'The caption says "{said}", which nobody can wear.')
        for said in (text.span(at, noun) for at, noun in found)
    ]


def _never_worn(text: Text, verb: int) -> int | None:
    """The position of what is worn and cannot be, directly behind the verb."""
    start = verb + 1
    while text.word(start) in _BEFORE_NOUNS:
        start += 1
    for at in range(start, min(start + _LONGEST_PHRASE, len(text.words))):
        if text.gap(at) >= COMMA or text.words[at] in _ENDS_PHRASE:
            return None
        is_last = text.gap(at + 1) >= COMMA or text.word(at + 1) in _ENDS_PHRASE
        if text.words[at] in _NEVER_WORN and is_last:
            return at
    return None


def spelling_faults(caption: str, tags: Collection[str], series: Collection[str]) -> list[Fault]:
    """Find underscores, `(series)` qualifiers, 1girl and weights that were left in a caption.

    A list of words with commas between them is a style, not a fault.
    """
    # What is written in the picture may be spelled in any way: `a sign reads "open_24h"`.
    pieces = caption.replace("“", '"').replace("”", '"').split('"')
    text = " ".join(pieces[::2]) if len(pieces) % 2 else caption
    found = dict.fromkeys(_spellings(text, tags, series))
    return [Fault(TAG_SPELLING, said, f'Write "{said}" in words, not as a tag.') for said in found]


def _spellings(text: str, tags: Collection[str], series: Collection[str]) -> Iterator[str]:
    # Each search is skipped where the text has no sign of what it looks for.
    if "_" in text:
        for chunk in text.split():
            said = chunk.strip(_PUNCTUATION) if "_" in chunk else ""
            # A tag that has no words to write it in, such as `o_o`, has to stay as it is.
            is_emoticon = said in tags and not _WORD.search(said)
            if "://" not in said and _UNDERSCORED.search(said) and not is_emoticon:
                yield said
    if ":" in text:
        yield from (found[0] for found in _NAMESPACED.finditer(text))
    if _DIGIT.search(text):
        yield from (found[0] for found in _COUNT_TAG.finditer(text))
    if "(" in text:
        yield from (found[0] for found in _WEIGHT.finditer(text))
        yield from (found[0] for found in _ESCAPED.finditer(text))
        yield from _qualifiers(text, tags, series)


def _qualifiers(text: str, tags: Collection[str], series: Collection[str]) -> Iterator[str]:
    """Brackets whose words are the qualifier of a tag or the name of a series: "Saber (Fate)"."""
    known = {said.replace("_", " ") for tag in tags for said in qualifiers(tag)}
    known |= {without_qualifiers(name).replace("_", " ") for name in series}
    known |= _COMMON_QUALIFIERS
    for found in _BRACKETED.finditer(text):
        if found[1].strip("\\ ").lower().replace("_", " ") in known:
            yield found[0]
