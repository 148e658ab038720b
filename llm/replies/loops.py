"""Recognizing an answer that goes round in circles, as small models do at a low temperature."""

import re
from collections import Counter
from itertools import groupby, islice
from operator import eq

from llm.replies.characters import words
from llm.replies.quotations import without_quotations

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*|\n+")
_STUTTER = re.compile(r"(\S{1,4}?)\1{11,}")
_SHORTEST_STUTTER = 12
_LONGEST_CYCLE = 12
_SENTENCE_WORDS = 4
_MANY = 12
_MANY_SHARE = 0.3
_TAIL = 100
_TAIL_DISTINCT = 0.3
_SMALL = re.compile(r"an?|the|and|or|of|in|on|at|to|by|from|with|for|is|are|her|his|their|its|she|he|it|as")


def repeats_itself(text: str) -> bool:
    """Whether letters, words or a sentence come again and again; a sign in quotes may read "ha ha ha"."""
    told = without_quotations(text).lower()
    if any(len(chunk) >= _SHORTEST_STUTTER and _STUTTER.search(chunk) for chunk in told.split()):
        return True
    sentences = [words(sentence) for sentence in _SENTENCE_END.split(told)]
    spoken = [word for sentence in sentences for word in sentence]
    return (
        _has_a_sentence_twice(sentences)
        or any(_has_cycle(spoken, length) for length in _possible_cycles(spoken))
        or _has_one_word_everywhere(spoken)
        or _has_a_poor_ending(spoken)
    )


def _has_a_sentence_twice(sentences: list[list[str]]) -> bool:
    seen: set[tuple[str, ...]] = set()
    for said in map(tuple, sentences):
        if len(said) >= _SENTENCE_WORDS and said in seen:
            return True
        seen.add(said)
    return False


def _possible_cycles(spoken: list[str]) -> range:
    """The lengths of cycles that as many words as are said again would allow."""
    again = len(spoken) - len(set(spoken))
    return range(1, min(_LONGEST_CYCLE, again // 2) + 1)


def _has_cycle(spoken: list[str], length: int) -> bool:
    """Whether `length` words are said three times on end, or one word four times."""
    needed = 3 if length == 1 else 2 * length
    again = list(map(eq, spoken, islice(spoken, length, None)))
    return sum(again) >= needed and any(same and len(list(run)) >= needed for same, run in groupby(again))


def _has_one_word_everywhere(spoken: list[str]) -> bool:
    return any(
        count >= max(_MANY, _MANY_SHARE * len(spoken)) and not _SMALL.fullmatch(word)
        for word, count in Counter(spoken).items()
    )


def _has_a_poor_ending(spoken: list[str]) -> bool:
    """Whether the last hundred words are few different ones: a loop with small changes, which begins late."""
    tail = spoken[-_TAIL:]
    return len(tail) == _TAIL and len(set(tail)) < _TAIL_DISTINCT * _TAIL
