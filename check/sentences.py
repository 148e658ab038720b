"""A caption cut into words once, so that every check afterwards is a look into tables.

Everything here takes time in proportion to the length of the caption, whatever the caption is.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from check.concepts import concepts
from english import is_abbreviation

# How much parts a word from the one before it.
JOINED, COMMA, CLAUSE, SENTENCE = range(4)

_POSSESSIVE = re.compile(r"(?<=\w)'s(?![^\W_])", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+")
# Splits a caption into what is before a word, the word, what is before the next one, and so on.
_PARTS = re.compile(r"([^\W_]+)")
_PARTS_OF_ASCII = re.compile("([A-Za-z0-9]+)")
# Begins with its only sign that is there each time: what begins with a condition is tried at every letter.
_OWNING = re.compile(r"'(?:(?<=[^\W_]')[sS](?![^\W_])|(?<=s')(?= ))")
# In a caption that is cut, the end of a possessive is one sign that no caption has.
_SIGNS = {"'s": "\x00", "'S": "\x01", "'": "\x02"}
_SIGNED = {ord(sign): ending for ending, sign in _SIGNS.items()}
_ANY_SIGN = "".join(_SIGNS.values())
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

    `words` are in lower case and `written` as they stand; `parts` are the caption without accents, cut
    around them. `gaps` tell how much parts a word from the one before it. `quoted`, `negated` and
    `possessive` are sets of positions; `at` has the positions of everything that the words say.
    """

    parts: list[str]
    written: list[str]
    words: list[str]
    stems: list[str]
    gaps: list[int]
    sentence: list[int]
    quoted: frozenset[int]
    negated: frozenset[int]
    possessive: frozenset[int]
    at: Mapping[str, list[int]]

    def span(self, first: int, last: int) -> str:
        """Give the caption's own words from the first to the last position."""
        return "".join(self.parts[2 * first + 1 : 2 * last + 2]).translate(_SIGNED)

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
    plain = caption if caption.isascii() and "`" not in caption else caption.translate(_FOLDED)
    cut = _PARTS_OF_ASCII if plain.isascii() else _PARTS
    possessives = 0
    if "'" in plain:
        plain, possessives = _OWNING.subn(lambda found: _SIGNS[found[0]], plain)
    parts = cut.split(plain)
    written = parts[1::2]
    words = " ".join(written).lower().split(" ") if written else []
    said = [concepts(word) for word in words]
    at: dict[str, list[int]] = {}
    for position, spoken in enumerate(said):
        for concept in spoken:
            places = at.get(concept)
            if places:
                places.append(position)
            else:
                at[concept] = [position]
    gaps = _gaps(parts[2:-1:2], written)
    return Text(
        parts,
        written,
        words,
        [spoken[0] for spoken in said],
        gaps,
        list(accumulate([gap == SENTENCE for gap in gaps])),
        _quoted(parts) if '"' in plain else frozenset(),
        frozenset() if _NEGATIONS.isdisjoint(words) else _negated(words, gaps),
        _possessive(parts) if possessives else frozenset(),
        at,
    )


def _gaps(between: list[str], written: list[str]) -> list[int]:
    """Tell how much parts each word from the one before it, by what stands between them."""
    gaps = [
        JOINED if marks == " " or (marks == ". " and is_abbreviation(before, word)) else _gap(marks, word[0])
        for before, marks, word in zip(written, between, written[1:], strict=False)
    ]
    return [SENTENCE, *gaps] if written else []


@lru_cache(maxsize=1 << 10)
def _gap(between: str, letter: str) -> int:
    """Tell how much these marks part two words, of which the second begins with this letter."""
    between = between.lstrip(_ANY_SIGN)
    if between in {" ", "-", "'"}:
        return JOINED
    if "\n" in between or any(mark in between for mark in "!?。"):
        return SENTENCE
    if "." in between and (between[-1:] != " " or not letter.islower()):
        return SENTENCE if " " in between else JOINED
    if any(mark in between for mark in ";:–—") or " - " in between or "(" in between or ")" in between:
        return CLAUSE
    return COMMA if "," in between or "." in between else JOINED


def _possessive(parts: list[str]) -> frozenset[int]:
    """Find the words with an 's, and those in s with an apostrophe behind: "the girls' hats"."""
    return frozenset(at for at, after in enumerate(parts[2::2]) if after and after[0] in _ANY_SIGN)


def _quoted(parts: list[str]) -> frozenset[int]:
    """Find the words between two quotation marks; a mark that nothing closes quotes nothing."""
    inside: set[int] = set()
    waiting: list[int] = []
    is_open = False
    for word, before in enumerate(parts[::2]):
        for _ in range(before.count('"') if before != " " else 0):
            if is_open:
                inside.update(waiting)
            is_open, waiting = not is_open, []
        if is_open:
            waiting.append(word)
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
