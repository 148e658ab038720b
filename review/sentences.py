"""A caption cut into words once, so that every check afterwards is a look into tables.

Everything here takes time in proportion to the length of the caption, whatever the caption is.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from review.concepts import concepts

# How much parts a word from the one before it.
JOINED, COMMA, CLAUSE, SENTENCE = range(4)

_POSSESSIVE = re.compile(r"(?<=\w)'s(?![^\W_])", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+")
_NEGATIONS = frozenset({"no", "without", "never", "not"})
_NEGATED_WORDS = 2
_LETTERS = (range(0xC0, 0x250), range(0x1E00, 0x1F00))
# Folded letter by letter: to decompose a whole hostile text takes time in proportion to its square.
_PLAIN_LETTERS = {
    code: unicodedata.normalize("NFKD", chr(code))[0]
    for letters in _LETTERS
    for code in letters
    if unicodedata.decomposition(chr(code)) and "<" not in unicodedata.decomposition(chr(code))
}
_FOLDED = _PLAIN_LETTERS | {ord(mark): "'" for mark in "‘’ʼ`"} | {ord(mark): '"' for mark in "“”«»„"}


@dataclass(frozen=True, slots=True)
class Text:
    """A caption and its words; all lists have one entry a word.

    `words` are in lower case and `written` as they stand; `starts` are offsets into `plain`, which is the
    caption without accents. `gaps` tell how much parts a word from the one before it. `quoted`, `negated`
    and `possessive` are sets of positions; `at` has the positions of everything that the words say.
    """

    plain: str
    written: list[str]
    words: list[str]
    stems: list[str]
    starts: list[int]
    gaps: list[int]
    sentence: list[int]
    quoted: frozenset[int]
    negated: frozenset[int]
    possessive: frozenset[int]
    at: Mapping[str, list[int]]

    def span(self, first: int, last: int) -> str:
        """Give the caption's own words from the first to the last position."""
        return self.plain[self.starts[first] : self.starts[last] + len(self.written[last])]

    def word(self, position: int) -> str:
        """Give the word at a position, or "" beyond either end."""
        return self.words[position] if 0 <= position < len(self.words) else ""

    def parted(self, position: int) -> int:
        """Tell how much parts the word here from the one before; the ends of the caption part fully."""
        return self.gaps[position] if 0 < position < len(self.words) else SENTENCE


@lru_cache(maxsize=1 << 16)
def words_of(tag: str) -> tuple[str, ...]:
    """Cut a tag into plain lower-case words as a caption is cut: "jeanne_d'arc" is jeanne, d, arc."""
    # A caption's possessive 's is no word of its own, so a tag's is none either: grimm's fairy tales.
    plain = _POSSESSIVE.sub("", tag.translate(_FOLDED))
    return tuple(word.lower() for word in _TOKEN.findall(plain))


def read(caption: str) -> Text:
    """Cut a caption into words, clauses and sentences, and look up what each word says."""
    plain = caption.translate(_FOLDED)
    written, starts, gaps, possessive = _cut(plain)
    words = [word.lower() for word in written]
    at: dict[str, list[int]] = {}
    said = [concepts(word) for word in words]
    for position, spoken in enumerate(said):
        for concept in spoken:
            at.setdefault(concept, []).append(position)
    negated = _negated(words, gaps)
    stems = [spoken[0] for spoken in said]
    sentence = _numbers(gaps)
    return Text(
        plain, written, words, stems, starts, gaps, sentence, _quoted(plain, starts), negated, possessive, at
    )


def _cut(plain: str) -> tuple[list[str], list[int], list[int], frozenset[int]]:
    written: list[str] = []
    starts: list[int] = []
    gaps: list[int] = []
    possessive: set[int] = set()
    end = 0
    for found in _TOKEN.finditer(plain):
        start, word = found.start(), found[0]
        between = plain[end:start]
        if between == "'" and word in {"s", "S"} and written:
            possessive.add(len(written) - 1)
            end = found.end()
            continue
        if between[:1] == "'" and written and written[-1][-1:] == "s" and between[1:2] == " ":
            possessive.add(len(written) - 1)
        if between == " ":
            gaps.append(JOINED if written else SENTENCE)
        else:
            gaps.append(_gap(between, plain, start) if written else SENTENCE)
        written.append(word)
        starts.append(start)
        end = found.end()
    return written, starts, gaps, frozenset(possessive)


def _gap(between: str, plain: str, start: int) -> int:
    if between in {" ", "-", "'"}:
        return JOINED
    if "\n" in between or any(mark in between for mark in "!?。"):
        return SENTENCE
    if "." in between and (between[-1:] != " " or not plain[start].islower()):
        return SENTENCE if " " in between else JOINED
    if any(mark in between for mark in ";:–—") or " - " in between or "(" in between or ")" in between:
        return CLAUSE
    return COMMA if "," in between or "." in between else JOINED


def _numbers(gaps: list[int]) -> list[int]:
    """Number the sentences, one number a word."""
    numbers: list[int] = []
    current = 0
    for gap in gaps:
        current += gap == SENTENCE
        numbers.append(current)
    return numbers


def _quoted(plain: str, starts: list[int]) -> frozenset[int]:
    marks = [at for at, letter in enumerate(plain) if letter == '"'] if '"' in plain else []
    inside: set[int] = set()
    word = 0
    for opening, closing in zip(marks[::2], marks[1::2], strict=False):
        while word < len(starts) and starts[word] < closing:
            if starts[word] > opening:
                inside.add(word)
            word += 1
    return frozenset(inside)


def _negated(words: list[str], gaps: list[int]) -> frozenset[int]:
    """Find the words that the caption denies: "no hat", "without her gloves"."""
    found: set[int] = set()
    for position, word in enumerate(words):
        if word in _NEGATIONS:
            for after in range(position + 1, min(position + 1 + _NEGATED_WORDS, len(words))):
                if gaps[after] != JOINED:
                    break
                found.add(after)
    return frozenset(found)
