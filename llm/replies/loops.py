"""Recognizing an answer that goes round in circles, as small models do at a low temperature."""

import re
from collections import Counter
from itertools import groupby, islice
from operator import eq

from llm.replies.characters import words
from llm.replies.quotations import without_quotations

_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*|\n+")
_STUTTER = re.compile(r"(\S{1,4}?)\1{11,}")
_LONGEST_CYCLE = 12
_SENTENCE_WORDS = 4
_MANY = 12
_MANY_SHARE = 0.3
_TAIL = 100
_TAIL_DISTINCT = 0.3
_SMALL = re.compile(r"an?|the|and|or|of|in|on|at|to|by|from|with|for|is|are|her|his|their|its|she|he|it|as")


def repeats_itself(text: str) -> bool:
    """Whether letters, words or a sentence come again and again; a sign in quotes may read "ha ha ha"."""
    told = without_quotations(text)
    if _STUTTER.search(told) or _has_a_sentence_twice(told):
        return True
    spoken = [word.lower() for word in words(told)]
    return (
        any(_has_cycle(spoken, length) for length in range(1, _LONGEST_CYCLE + 1))
        or _has_one_word_everywhere(spoken)
        or _has_a_poor_ending(spoken)
    )


def _has_a_sentence_twice(text: str) -> bool:
    seen: set[tuple[str, ...]] = set()
    for sentence in _SENTENCE_END.split(text.lower()):
        said = tuple(words(sentence))
        if len(said) >= _SENTENCE_WORDS and said in seen:
            return True
        seen.add(said)
    return False


def _has_cycle(spoken: list[str], length: int) -> bool:
    """Whether `length` words are said three times on end, or one word four times."""
    needed = 3 if length == 1 else 2 * length
    again = list(map(eq, spoken, islice(spoken, length, None)))
    return sum(again) >= needed and any(
        same and len(list(run)) >= needed for same, run in groupby(again)
    )


def _has_one_word_everywhere(spoken: list[str]) -> bool:
    counts = Counter(word for word in spoken if not _SMALL.fullmatch(word))
    return any(count >= _MANY and count >= _MANY_SHARE * len(spoken) for _, count in counts.most_common(1))


def _has_a_poor_ending(spoken: list[str]) -> bool:
    """Whether the last hundred words are few different ones: a loop with small changes, which begins late."""
    tail = spoken[-_TAIL:]
    return len(tail) == _TAIL and len(set(tail)) < _TAIL_DISTINCT * _TAIL
