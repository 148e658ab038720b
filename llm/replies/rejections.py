"""Recognizing an answer that refuses, saw no picture, or repeats itself or the prompt.

A refusal is recognized in English and in the languages that models fall back to. In English the first person
shows a refusal: a caption has no "I" outside quotation marks. So "I cannot describe" counts anywhere in the
text, while "sorry" and "cannot" alone never do.
"""

import re
from collections import Counter
from itertools import groupby, islice
from operator import eq

from english import sentence_spans, sentences
from llm.replies.patterns import pattern
from llm.replies.text import mask_quotations, without_quotations, words

# These four expect text in lower case.
REFUSAL = pattern("refusals", "refusal", flags=0)
_QUESTION_BACK = pattern("refusals", "question_back", flags=0)
REFUSING_SENTENCE = pattern("refusals", "refusing_sentence", flags=0)
NO_PICTURE = pattern("refusals", "no_picture", flags=0)
# The same few letters at least twelve times in a row.
_STUTTER, _LONG_CHUNK = re.compile(r"(\S{1,4}?)\1{11,}"), re.compile(r"\S{12,}")
# In words: the longest group that is looked for again and again, and the shortest sentence.
_MAX_CYCLE, _MIN_SENTENCE = 12, 4
# A run of this many words that occurs three times, wherever, shows a model that comes back to it.
_RUN = 7
# One word that occurs this often and makes up this share of the text.
_MANY, _MANY_SHARE = 12, 0.3
# The number of last words that are looked at, and the least share of them that should be different.
_TAIL, _DISTINCT_SHARE = 100, 0.3
_SMALL = re.compile(r"an?|the|and|or|of|in|on|at|to|by|from|with|for|is|are|her|his|their|its|she|he|it|as")
_ECHO = pattern("repetition", "echo")
PLACEHOLDER = pattern("repetition", "placeholder")


def refuses(text: str) -> bool:
    """Whether the model refuses, at the beginning or later on; quoted words do not count."""
    said = mask_quotations(text).lower()
    if REFUSAL.matches(said) or _QUESTION_BACK.pattern.match(said):
        return True
    return REFUSING_SENTENCE.may_match(said) and any(
        REFUSING_SENTENCE.pattern.match(said, first, end) for first, end in sentence_spans(said)
    )


def saw_no_picture(text: str) -> bool:
    """Whether the model says that it got no picture."""
    return NO_PICTURE.matches(mask_quotations(text).lower())


def repeats_itself(text: str) -> bool:
    """Whether letters, words or a sentence are repeated; quoted text, such as on a sign, does not count."""
    unquoted = without_quotations(text).lower()
    if any(map(_STUTTER.search, _LONG_CHUNK.findall(unquoted))):
        return True
    all_words = words(unquoted)
    if _has_cycle(all_words, 1):
        return True
    runs = list(zip(*(all_words[at:] for at in range(_MIN_SENTENCE)), strict=False))
    # A sentence that occurs twice, and a group of two words or more that occurs three times, repeats a run.
    if len(set(runs)) < len(runs) and _repeats_a_part(unquoted, all_words):
        return True
    # In a loop with small changes that begins late, the last words are few different ones.
    tail = all_words[-_TAIL:]
    has_poor_ending = len(tail) == _TAIL and len(set(tail)) < _DISTINCT_SHARE * _TAIL
    return has_poor_ending or _has_dominant_word(all_words)


def _repeats_a_part(unquoted: str, all_words: list[str]) -> bool:
    """Whether a sentence occurs twice, or a group of words three times: in a row, or a long one anywhere."""
    by_sentence = [tuple(words(sentence)) for sentence in sentences(unquoted)]
    long = [sentence for sentence in by_sentence if len(sentence) >= _MIN_SENTENCE]
    # Three times the same group of words means twice as many repeated words as it has.
    longest_cycle = min(_MAX_CYCLE, (len(all_words) - len(set(all_words))) // 2)
    runs = Counter(zip(*(all_words[at:] for at in range(_RUN)), strict=False))
    return (
        len(set(long)) < len(long)
        or any(count > 2 for count in runs.values())
        or any(_has_cycle(all_words, length) for length in range(2, longest_cycle + 1))
    )


def _has_cycle(all_words: list[str], length: int) -> bool:
    """Whether `length` words occur three times in a row, or a single word four times."""
    needed = 3 if length == 1 else 2 * length
    same_as_before = list(map(eq, all_words, islice(all_words, length, None)))
    return sum(same_as_before) >= needed and any(
        same and len(list(run)) >= needed for same, run in groupby(same_as_before)
    )


def _has_dominant_word(all_words: list[str]) -> bool:
    least = max(_MANY, _MANY_SHARE * len(all_words))
    frequent = [word for word, count in Counter(all_words).items() if count >= least]
    return not all(map(_SMALL.fullmatch, frequent))


def repeats_the_prompt(text: str) -> bool:
    """Whether the answer contains parts of the prompt: labels, instructions, an unfilled placeholder."""
    said = mask_quotations(text)
    return PLACEHOLDER.matches(said) or any(
        _ECHO.pattern.match(said, first) for first, _ in sentence_spans(said)
    )
