"""The text of a tag file: cut into the tags that are written there, or told from sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tags.people import count_in
from tags.spelling import PLAIN, Tag, parse_tag, rating_tag

_BARE_RATINGS = frozenset({"general", "sensitive", "questionable", "explicit"})
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")

_BLOCK_END = re.compile(r"\|\|\||;;;|(?<![^\s,])BREAK(?![^\s,])")
_NETWORK = re.compile(r"<(?:lora|lyco|locon|hypernet):[^<>\n]*>")
_UNDERSCORED = re.compile(r"[^\W_]_[^\W_(]|[^\W_]_\(.")

# Words that sentences cannot do without and that tags do not use. "the" stands in names of series too.
_ARTICLE_OF_NAMES = "the"
_PRONOUNS = {"he", "her", "his", "it", "its", "she", "that", "their", "they", "this", "which", "who"}
_SENTENCE_WORDS = frozenset(
    _PRONOUNS | {"a", "an", "are", "has", "have", "is", "there", "was", "were", "while"},
)
_AROUND_WORDS = "\"'().!?"
_BREAKS = {ord(","): " ", ord(";"): " "}
_CLAUSE_END = re.compile(r"[,;\n]|[.!?](?=\s|$)")
_EAST_ASIAN = re.compile(r"[぀-ヿ㐀-鿿가-힯]")


def split_tags(text: str) -> list[str]:
    """Cut the text of a tag file into its written tags, in order, repeats and all.

    Commas separate where there is one; else lines; and a line of underscored words is separated by spaces.
    `|||`, `;;;` (trainers' separators) and `BREAK` separate too; `<lora:...>` is left out.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(PLAIN)
    plain = _NETWORK.sub(" ", plain)
    has_commas = "," in plain
    pieces = (
        piece
        for block in _BLOCK_END.split(plain)
        for line in block.split("\n")
        for piece in (line.split(",") if has_commas else _split_line(line))
    )
    return [stripped for piece in pieces if (stripped := piece.strip())]


def _split_line(line: str) -> list[str]:
    tokens = line.split()
    if any(_UNDERSCORED.search(token) or count_in(token) for token in tokens):
        return tokens
    return [line]


def parse_all(written: Iterable[str]) -> list[Tag]:
    """Parse written tags; taggers put a bare rating first or last, and elsewhere the word is a tag."""
    tags = [parse_tag(one) for one in dict.fromkeys(written)]
    for end in (0, -1):
        if len(tags) > 1 and tags[end].name in _BARE_RATINGS and tags[end].category is None:
            tags[end] = rating_tag(tags[end].name)
    return tags


def is_number(text: str) -> bool:
    """Whether a text is a number, as the scores of taggers are."""
    return _NUMBER.fullmatch(text) is not None


def is_sentences(text: str) -> bool:
    """Tell a file of sentences, which somebody captioned already, from a file of tags.

    In doubt it is tags: a sentence behind many tags, a long name of a series or a single tag is no caption.
    """
    tokens = text.split()
    underscored = sum(1 for token in tokens if "_" in token and _UNDERSCORED.search(token))
    if not tokens or underscored * 10 > len(tokens):
        return False
    if "。" in text and 2 * sum(1 for _ in _EAST_ASIAN.finditer(text)) > sum(map(len, tokens)):
        return True
    text = text.strip()
    begins_and_ends = text[0].isupper() and text[-1] in ".!?"
    if not begins_and_ends and _SENTENCE_WORDS.isdisjoint(_rough_words(text)):
        # Most files of tags, which need not be taken apart.
        return False
    clauses = list(_clauses(text))
    return _has_english_sentences(clauses) or (begins_and_ends and _has_clauses_of_sentences(clauses))


def _rough_words(text: str) -> Iterator[str]:
    return (word.strip(_AROUND_WORDS) for word in text.lower().translate(_BREAKS).split())


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
    """Whether text of any language that begins and ends as sentences do has clauses longer than tags."""
    length = sum(map(len, clauses))
    return length > 3 and 2 * length >= 7 * len(clauses)
