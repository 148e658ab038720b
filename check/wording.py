"""How a text is worded: whether it is a list instead of sentences, and which of its words stand in no source.

Neither is a matter of single tags. A list of tags with commas between them says everything and is no caption,
and a model that rewrites a draft should find hardly a word that is not in what it was given.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from check.text import words_in
from check.vocabulary import concepts, stem_set, word_list, word_set
from english import NUMBER_WORDS, stem

_PIECES = re.compile(r"[,;.\n]+")
_BULLET = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s")
_WORD = re.compile(r"[^\W\d_]+")
# The words that make a sentence of things, and how many words a bare thing has at most.
_GRAMMAR = word_set("wording", "grammar")
# Verbs that make a sentence of any number of bare things.
_LISTING_VERBS = word_set("wording", "lists_things")
_LONGEST_BARE = 4
_FEWEST_BARE = 3
_MOST_GRAMMAR = 0.25

# Words that say nothing of the picture, and those that say how it is shown.
_FRAMING = _GRAMMAR.union(NUMBER_WORDS, word_list("wording", "framing"))
_FRAMING_STEMS = frozenset(map(stem, _FRAMING))
# Words for kinds of things: a text that names one of a kind says more than a source that names the kind.
_KINDS = stem_set("wording", "kinds")
_SHORTEST_PART = 3
_REMEMBERED_TEXTS = 1 << 12
_LONGEST_SHARED = 300  # characters
_DIGITS = "0123456789"
# What people write for the girl of 1girl and the boy of 1boy.
_PEOPLE = {
    **dict.fromkeys(("girl", "girls"), ("girl", "woman", "women", "lady", "female")),
    **dict.fromkeys(("boy", "boys"), ("boy", "man", "men", "guy", "male")),
}


def is_list(text: str) -> bool:
    """Whether a text is a list of words, as tag files and weak models have it, and no sentence.

    Most of what stands between its commas is bare ("train, night sky, puddle"), without an article, a
    preposition or a verb such as "is", and few of its words are of that sort. "Visible details include blunt
    bangs, red eyes and wings." is a sentence.
    """
    if sum(_BULLET.match(line) is not None for line in text.split("\n")) > 1:
        return True
    pieces = [words for piece in _PIECES.split(text.lower()) if (words := _WORD.findall(piece))]
    bare = sum(len(words) <= _LONGEST_BARE and _GRAMMAR.isdisjoint(words) for words in pieces)
    if bare < _FEWEST_BARE or 2 * bare <= len(pieces):
        return False
    all_words = [word for words in pieces for word in words]
    if text.rstrip().endswith(".") and not _LISTING_VERBS.isdisjoint(all_words):
        return False
    return sum(word in _GRAMMAR for word in all_words) < _MOST_GRAMMAR * len(all_words)


def is_grammar(word: str) -> bool:
    """Whether a lower-case word only joins others, such as "the", "with" or "is"."""
    return word in _GRAMMAR


def new_words(text: str, *sources: str) -> tuple[str, ...]:
    """The words of a text that none of the sources bears out, in lower case, each once, in order.

    A source is anything the writer was given: tags in any spelling, a draft, meanings of tags, a description.
    Words of grammar and of framing ("in the background") do not count.
    """
    given = Sources(sources)
    said = dict.fromkeys(words_in(text))
    return tuple(word for word in said if not _is_framing(word) and not given.bear_out(word))


class _Spoken(NamedTuple):
    """The words of a text, with what they may stand for; their stems; and all that they say, as stems."""

    words: frozenset[str]
    stems: frozenset[str]
    said: frozenset[str]


def _spoken_once(text: str) -> _Spoken:
    words = set(words_in(text))
    words |= {word.lstrip(_DIGITS) for word in words}
    words = words.union(*(_PEOPLE[word] for word in _PEOPLE.keys() & words))
    said = frozenset(chain.from_iterable(map(concepts, words)))
    return _Spoken(frozenset(words), frozenset(map(stem, words)), said)


# Tags, and what they mean, are told of many pictures.
_spoken_in = lru_cache(maxsize=_REMEMBERED_TEXTS)(_spoken_once)


class Sources:
    """The words of texts, which bear out the words of another one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._given = texts

    def bear_out(self, word: str) -> bool:
        """Whether a lower-case word stands in a text: in any form, as a synonym, as a part of a compound
        ("bookshelf", "shelf"), or as the word for a wider kind (a wolf is an animal).
        """
        if word in self._words:
            return True
        base, *broader = concepts(word)
        if base in self._said or any(each in self.stems and each not in _KINDS for each in broader):
            return True
        if len(base) > _SHORTEST_PART and (f" {base}" in self._row or f"{base} " in self._row):
            return True
        cuts = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        return any(stem(word[:cut]) in self._said and stem(word[cut:]) in self._said for cut in cuts)

    def quote(self, spoken: Sequence[str]) -> bool:
        """Whether these lower-case words stand in a text in a row."""
        row = f" {' '.join(spoken)} "
        return any(row in f" {' '.join(words_in(text))} " for text in self._given)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words."""
        return frozenset().union(*(spoken.stems for spoken in self._spoken))

    @cached_property
    def _row(self) -> str:
        """The stems with a space before and behind each."""
        return f" {' '.join(self.stems)} "

    @cached_property
    def _spoken(self) -> list[_Spoken]:
        return [(_spoken_in if len(text) < _LONGEST_SHARED else _spoken_once)(text) for text in self._given]

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset().union(*(spoken.words for spoken in self._spoken))

    @cached_property
    def _said(self) -> frozenset[str]:
        return frozenset().union(*(spoken.said for spoken in self._spoken))


@lru_cache(maxsize=1 << 14)
def _is_framing(word: str) -> bool:
    return len(word) < _SHORTEST_PART or word.isdigit() or word in _FRAMING or stem(word) in _FRAMING_STEMS
