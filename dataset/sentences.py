"""Sentences in a tag file: how to recognise them, and how to leave them out of a text with tags.

Each function takes time in proportion to the length of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import filterfalse

from tags.lookalikes import EAST_ASIAN

# A word of a booru's tag: long_hair, saber_(fate).
UNDERSCORED = re.compile(r"[^\W_]_[^\W_(]|[^\W_]_\(.")

# Words that sentences need and tags do not have. "the" is in names of series too, so it counts for less.
_ARTICLE_OF_NAMES = "the"
_PRONOUNS = {"he", "her", "his", "it", "its", "she", "that", "their", "they", "this", "which", "who"}
_SENTENCE_WORDS = frozenset(
    _PRONOUNS | {"a", "an", "are", "has", "have", "is", "there", "was", "were", "while"}
)
_AROUND_WORDS = "\"'().!?"
_BREAKS = {ord(","): " ", ord(";"): " "}
_CLAUSE_END = re.compile(r"[,;\n]|[.!?](?=\s|$)")
_SENTENCE_END = re.compile(r"((?<=[.!?])\s+|\n)")


def is_sentences(text: str) -> bool:
    """Whether a text is a caption that somebody wrote, and no list of tags.

    Where it may be either it is tags, as with a sentence after many tags or a long name of a series.
    """
    tokens = text.split()
    underscored = sum(1 for token in tokens if "_" in token and UNDERSCORED.search(token))
    if not tokens or underscored * 10 > len(tokens):
        return False
    if "。" in text and 2 * sum(1 for _ in re.finditer(EAST_ASIAN, text)) > sum(map(len, tokens)):
        return True
    if not may_be_sentences(text):
        return False
    text = text.strip()
    begins_and_ends = _has_capital_and_end(text)
    clauses = list(_clauses(text))
    return _has_english_sentences(clauses) or (begins_and_ends and _has_clauses_of_sentences(clauses))


def may_be_sentences(text: str) -> bool:
    """Whether a text needs a closer look, which most tags do not."""
    return _has_words_of_sentences(text) or _has_capital_and_end(text.strip()) or "。" in text


def _has_capital_and_end(text: str) -> bool:
    return text[:1].isupper() and text[-1] in ".!?"


def _clauses(text: str) -> Iterator[list[str]]:
    for piece in _CLAUSE_END.split(text.lower()):
        if clause := [word.strip("\"'()") for word in piece.split()]:
            yield clause


def _has_english_sentences(clauses: list[list[str]]) -> bool:
    marks = articles = prose_clauses = prose_length = 0
    for clause in clauses:
        found = sum(1 for word in clause if word in _SENTENCE_WORDS)
        the = clause.count(_ARTICLE_OF_NAMES)
        if len(clause) > 1 and found + the:
            marks, articles = marks + found, articles + the
            prose_clauses, prose_length = prose_clauses + 1, prose_length + len(clause)
    length = sum(map(len, clauses))
    enough = marks > 0 and (marks + articles > 1 or length > 5)
    return enough and prose_clauses * 5 >= len(clauses) * 2 and prose_length * 2 >= length


def _has_clauses_of_sentences(clauses: list[list[str]]) -> bool:
    """Whether the clauses of a text, in any language, are longer than tags are."""
    length = sum(map(len, clauses))
    return length > 3 and 2 * length >= 7 * len(clauses)


def without_sentences(text: str) -> str:
    """A text of tags without the sentences before, between and behind them.

        1girl, solo, A girl stands in a field, looking up. smile      ─▶      1girl, solo, smile

    A sentence begins with a capital or ends with a mark, and has one of the words that sentences need.
    """
    parts = _SENTENCE_END.split(text)
    # Every second part is what divides the others.
    parts[::2] = [_tags_before_sentence(part) for part in parts[::2]]
    return "".join(parts)


def _tags_before_sentence(part: str) -> str:
    ends = part.rstrip().endswith((".", "!", "?"))
    if not _has_words_of_sentences(part) or not (ends or part[:1].isupper()):
        return part
    begin = _beginning(part) if ends else 0
    if begin and is_sentences(part[begin:]):
        part = part[:begin]
    return "" if _has_words_of_sentences(part) and is_sentences(part) else part


def _beginning(part: str) -> int:
    """Where a sentence may begin behind a comma; 0 for nowhere."""
    begin = 0
    for piece in part.split(","):
        words = piece.strip()
        if begin and words[:1].isupper() and len(words.split()) > 2 and _has_words_of_sentences(words):
            return begin
        begin += len(piece) + 1
    return 0


def _has_words_of_sentences(text: str) -> bool:
    words = text.lower().translate(_BREAKS).split()
    if not _SENTENCE_WORDS.isdisjoint(words):
        return True
    # Marks can only be taken off a word that has some, as few have.
    marked = filterfalse(str.isalpha, words)
    return not _SENTENCE_WORDS.isdisjoint(word.strip(_AROUND_WORDS) for word in marked)
