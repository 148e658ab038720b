"""What a caption says beyond its tags: names, animals, people and quoted words that no source supports.

A word is borne out by a tag, another name of a tag, or a text that the writer was given: meanings of tags, a
description of the picture. Only what can be told for sure is reported: garments, poses and things are not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from check.capitals import Place
from check.describing import start_of_phrase
from check.mentions import Mention
from check.names import Names
from check.text import ARTICLES_AND_DETERMINERS, COMMA, JOINED, Text
from check.vocabulary import TRADES, concepts, is_adjective, is_known, stem_set, word_set
from check.wording import Sources
from english import NUMBER_WORDS, may_be_plural

NAME, ANIMAL, PERSON, QUOTATION = "name", "animal", "person", "quoted text"

_ANIMALS = stem_set("adds", "animals")
# Singulars that are mostly something else: a baseball bat, a computer mouse, a crane on a site.
_NO_ANIMALS = word_set("adds", "no_animals")
# With an article they are animals after all: "a bear", "a mouse", but not beside a computer.
_WITH_ARTICLE = word_set("adds", "with_article")
_ARTICLES = frozenset({"a", "an", "another", *NUMBER_WORDS[1:]})
_NO_NAMES = word_set("names", "before_titles").union(TRADES, NUMBER_WORDS)
# What an insect does that is heard and not seen: "cicadas drone".
_HEARD = frozenset({"drone", "shrill", "chirp", "hum"})
_PLACE_ENDINGS = ("ian", "ese", "ean", "alpine")
_ALSO_VERBS = frozenset({"bears", "ducks", "flies", "swallows", "cranes", "seals", "rams"})
# Words behind or before an animal's that make a thing of it: "cat ears", "a stuffed bear".
_AFTER_ANIMALS = word_set("adds", "after_animals")
_BEFORE_ANIMALS = word_set("adds", "before_animals")
_MADE = word_set("adds", "made")
_MATERIALS = word_set("modifiers", "materials") | {"marble", "bronze", "clay", "ice", "porcelain", "snow"}
_LEADS = frozenset({"a", "an", "the", "her", "his", "their", "its", "another", "some", *NUMBER_WORDS})
_COMPARISONS = word_set("mentions", "no_leads")
_PICTURES = word_set("mentions", "pictures", "self_pictures")
_REACH = 4


@dataclass(frozen=True, slots=True)
class Addition:
    """Something that a caption says and nothing bears out: its kind, and the words of the caption."""

    kind: str
    said: str

    def __str__(self) -> str:
        return f'"{self.said}"'


def find_additions(
    text: Text, people: Sequence[Mention], names: Names, known: Sources
) -> tuple[Addition, ...]:
    """What the caption says beyond what is known, in its order.

    `people` are those of whom no tag speaks.
    """
    places = [
        *((PERSON, (mention.first, mention.last)) for mention in people),
        *((NAME, place) for place in (*names.foreign, *names.foreign_titles)),
        *((NAME, place) for place in _unlisted_names(text, names.capitals, known)),
        *((ANIMAL, place) for place in _animals(text, known)),
        *((QUOTATION, place) for place in _quotations(text, known)),
    ]
    found: list[Addition] = []
    end = -1
    for kind, (first, last) in sorted(places, key=lambda place: place[1]):
        if first > end:
            found.append(Addition(kind, text.span(first, last)))
        end = max(end, last)
    return tuple(dict.fromkeys(found))


def _unlisted_names(text: Text, capitals: Sequence[Place], known: Sources) -> Iterator[Place]:
    """Names of which no word stands in a source."""
    for first, last in capitals:
        spoken = text.words[first : last + 1]
        # The first word of a sentence has its capital anyway: "Tufted Eevee".
        if first < last and text.gap(first) > COMMA and is_adjective(spoken[0]):
            spoken = spoken[1:]
        # "High School" is the name of no particular school, and "Team Seven" that of no team.
        telling = [word for word in spoken if not (is_known(word) or word in _NO_NAMES)]
        is_adjective_of_place = last == first and spoken[0].endswith(_PLACE_ENDINGS)
        if telling and not (is_adjective_of_place or any(map(known.bear_out, telling))):
            yield first, last


def _animals(text: Text, known: Sources) -> Iterator[Place]:
    places = sorted({at for animal in _ANIMALS.intersection(text.at) for at in text.at[animal]})
    for at in places:
        word = text.words[at]
        # "Sealed" and "aping" say an animal by their stem only, "starling" and "duckling" are some.
        is_verb = word.endswith(("ed", "ing")) and not word.endswith("ling")
        if is_verb or at in text.quoted or at in text.negated or text.word(at + 1) in _HEARD:
            continue
        # A sparrow is borne out by a bird, and by "animal" where nothing tells which animals there are.
        if _is_given(word, known) or known.bear_out(word) or _is_thing(text, at):
            continue
        # "The hall swallows the columns" does something: only adjectives stand before a bird.
        is_verb = word in _ALSO_VERBS and text.word(at + 1) in ARTICLES_AND_DETERMINERS
        first = start_of_phrase(text, at, _LEADS, may_follow_noun=word not in _ALSO_VERBS)
        if is_verb:
            continue
        if word in _NO_ANIMALS and not (word in _WITH_ARTICLE and text.words[first] in _ARTICLES):
            continue
        if first < at or (may_be_plural(word) and word not in _ALSO_VERBS):
            yield first, at


def _is_given(word: str, known: Sources) -> bool:
    """Whether a source has an animal, or "animal" and nothing of which animals there are."""
    said = known.stems.intersection(concepts(word))
    if said != {"animal"}:
        return bool(said)
    return sum(not _ANIMALS.isdisjoint(concepts(stem)) for stem in known.stems) < 2


def _is_thing(text: Text, at: int) -> bool:
    """Whether a word for an animal is one in a comparison, on a picture, or part of a thing's name."""
    after = text.word(at + 1)
    if text.gap(at + 1) == JOINED and (after in _AFTER_ANIMALS or at in text.possessive):
        return True
    # "heron-thin", "cat-eared"
    if text.is_hyphenated(at):
        return True
    # "two lions of stone"
    if after == "of" and text.word(at + 2) in _MATERIALS:
        return True
    reach = range(max(0, at - _REACH), at)
    near = [text.words[before] for before in reach if text.sentence[before] == text.sentence[at]]
    if not _MADE.isdisjoint([*near, *text.words[at + 1 : at + 1 + _REACH]]):
        return True
    return not (_COMPARISONS.isdisjoint(near) and _PICTURES.isdisjoint(near)) or bool(
        near and near[-1] in _BEFORE_ANIMALS
    )


def _quotations(text: Text, known: Sources) -> Iterator[Place]:
    """Quoted words that stand in no source as they are."""
    for _, run in groupby(enumerate(sorted(text.quoted)), key=lambda each: each[1] - each[0]):
        places = [at for _, at in run]
        if not known.quote([text.words[at] for at in places]):
            yield places[0], places[-1]
