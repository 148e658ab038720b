"""A caption cut into words once, so that all checks afterwards look words up.

Everything here takes time in proportion to the length of the caption, whatever the caption is.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, compress, count, pairwise

from check.vocabulary import concepts, is_adjective, word_set
from english import is_abbreviation, stem
from tags.appearance import said_by

# What separates a word from the one before it, from the weakest to the strongest.
JOINED, COMMA, CLAUSE, SENTENCE = range(4)

_POSSESSIVE = re.compile(r"(?<=\w)'s(?![^\W_])", re.IGNORECASE)
_WORD, _WORD_ASCII = re.compile(r"[^\W_]+"), re.compile("[a-z0-9]+")
# Splitting by these gives in turn what is before a word, and the word.
_SPLIT = re.compile(r"([^\W_]+)")
_SPLIT_ASCII = re.compile("([A-Za-z0-9]+)")
# Begins with the apostrophe, which is rare: a pattern that begins with a condition is tried at every letter.
_POSSESSIVE_ENDING = re.compile(r"'(?:(?<=[^\W_]')[sS](?![^\W_])|(?<=s')(?= ))")
# While a caption is cut, each ending of a possessive is one sign that no caption has.
_SIGNS = {"'s": "\x00", "'S": "\x01", "'": "\x02"}
_ENDINGS_BY_SIGN = {ord(sign): ending for ending, sign in _SIGNS.items()}
_ALL_SIGNS = "".join(_SIGNS.values())
_NEGATIONS = word_set("modifiers", "negations")
_NEGATED_WORDS = 3
# "Not a trace of snow" denies the snow.
_TRACES = word_set("modifiers", "traces")
# "She isn't smiling" is cut into "isn" and "t".
_BEFORE_T = frozenset({"isn", "aren", "wasn", "weren", "doesn", "don", "didn", "hasn", "haven"})
_GRAMMAR = word_set("wording", "grammar")
_COLOURS = frozenset(said_by("shades"))
ARTICLES_AND_DETERMINERS = word_set("mentions", "determiners") | {"a", "an"}
_ACCENTED_LETTERS = (range(0xC0, 0x250), range(0x1E00, 0x1F00))
# A table of letters, because to decompose a long hostile text takes time in proportion to its square.
_PLAIN_LETTERS = {
    code: unicodedata.normalize("NFKD", chr(code))[0]
    for letters in _ACCENTED_LETTERS
    for code in letters
    if unicodedata.decomposition(chr(code)) and "<" not in unicodedata.decomposition(chr(code))
}
_PLAIN = _PLAIN_LETTERS | {ord(mark): "'" for mark in "‘’ʼ`"} | {ord(mark): '"' for mark in "“”«»„"}


@dataclass(frozen=True, slots=True)
class Text:
    """A caption and its words; each list has one entry a word.

    `words` are in lower case, `vocabulary` has each once, and `written` is without accents; `parts` is the
    caption split into what is before each word and the word. `gaps` tell what separates each word from the
    one before it. `quoted`, `negated` and `possessive` are sets of positions. `has_capitals` is whether any
    letter is one. `at` has the positions of words by the stem of what they say: "roses" stands under rose,
    flower and plant. `described` keeps by what each noun is described, once that was asked for; it depends
    on words and gaps alone, so copies share it.
    """

    parts: list[str]
    written: list[str]
    words: list[str]
    vocabulary: frozenset[str]
    stems: list[str]
    gaps: list[int]
    sentence: list[int]
    quoted: frozenset[int]
    negated: frozenset[int]
    possessive: frozenset[int]
    has_capitals: bool
    at: Mapping[str, list[int]]
    described: dict[int, Sequence[int]] = field(default_factory=dict)

    def span(self, first: int, last: int) -> str:
        """The caption's own words from the first to the last position."""
        return "".join(self.parts[2 * first + 1 : 2 * last + 2]).translate(_ENDINGS_BY_SIGN)

    def without(self, positions: Collection[int]) -> "Text":
        """The same text, in which the words at these positions say nothing and deny nothing.

        They are names: "Riding Hood" is no hood, and the "no" of a title denies nothing.
        """
        if not positions:
            return self
        at = dict(self.at)
        for concept in {said for position in positions for said in concepts(self.words[position])}:
            left = [position for position in at.pop(concept, ()) if position not in positions]
            if left:
                at[concept] = left
        return replace(self, at=at).where_no_is_a_name(positions)

    def where_no_is_a_name(self, positions: Iterable[int]) -> "Text":
        """The same text, in which a "no" at these positions denies nothing: "otoko no ko"."""
        denied = {
            position + 1 + more for position in positions if self.words[position] == "no" for more in (0, 1)
        }
        return replace(self, negated=self.negated - denied) if denied else self

    def where(self, words: Collection[str]) -> list[int]:
        """Where any of these lower-case words stands."""
        return list(compress(count(), map(words.__contains__, self.words)))

    def places_of(self, spoken: Sequence[str]) -> list[int]:
        """Where these lower-case words stand in a row: the positions of the first."""
        starts = self.at.get(stem(spoken[0]), ()) if spoken else ()
        return [at for at in starts if tuple(self.words[at : at + len(spoken)]) == tuple(spoken)]

    def has_words(self, spoken: Sequence[str]) -> bool:
        """Whether these lower-case words stand in a row within one sentence, and are not denied."""
        return any(
            self.sentence[at] == self.sentence[at + len(spoken) - 1] and at not in self.negated
            for at in self.places_of(spoken)
        )

    def is_hyphenated(self, position: int) -> bool:
        """Whether a hyphen joins this word with the next one: "heron-thin"."""
        return self.parts[2 * position + 2] == "-"

    def word(self, position: int) -> str:
        """The word at a position, or "" beyond either end."""
        return self.words[position] if 0 <= position < len(self.words) else ""

    def start_of_sentence(self, position: int) -> int:
        """Where the sentence of the word at a position begins."""
        return bisect_left(self.sentence, self.sentence[position])

    def gap(self, position: int) -> int:
        """What separates the word here from the one before; beyond either end, the end of a sentence."""
        return self.gaps[position] if 0 < position < len(self.words) else SENTENCE


@lru_cache(maxsize=1 << 16)
def words_of(tag: str) -> tuple[str, ...]:
    """Cut a tag into plain lower-case words as a caption is cut: "jeanne_d'arc" is jeanne, d, arc."""
    return tuple(words_in(tag))


def words_in(text: str) -> list[str]:
    """Cut any text into plain lower-case words as `words_of` cuts a tag."""
    # A caption's possessive 's is no word of its own, so a tag's is none either: grimm's fairy tales.
    plain = text if text.isascii() and "`" not in text else text.translate(_PLAIN)
    plain = _POSSESSIVE.sub("", plain) if "'" in plain else plain
    return (_WORD_ASCII if plain.isascii() else _WORD).findall(plain.lower())


def read(caption: str) -> Text:
    """Cut a caption into words, clauses and sentences, and look up what each word says."""
    plain = caption if caption.isascii() and "`" not in caption else caption.translate(_PLAIN)
    split = _SPLIT_ASCII if plain.isascii() else _SPLIT
    possessives = 0
    if "'" in plain:
        plain, possessives = _POSSESSIVE_ENDING.subn(lambda found: _SIGNS[found[0]], plain)
    parts = split.split(plain)
    written = parts[1::2]
    # One call of lower for all words is faster than one for each.
    words = " ".join(written).lower().split(" ") if written else []
    said = list(map(concepts, words))
    stems = [all_said[0] for all_said in said]
    # "Sky-blue" and "rose-pink" are no sky and no rose.
    for position in _shades(words, parts) if "-" in plain else ():
        said[position] = ()
    at: dict[str, list[int]] = {}
    for position, all_said in enumerate(said):
        for concept in all_said:
            at.setdefault(concept, []).append(position)
    gaps = _gaps(parts[2:-1:2], written)
    return Text(
        parts if plain.isascii() and caption.isascii() else _own_parts(caption, parts),
        written,
        words,
        frozenset(words),
        stems,
        gaps,
        list(accumulate([gap == SENTENCE for gap in gaps])),
        _quoted(parts) if '"' in plain else frozenset(),
        frozenset() if _NEGATIONS.isdisjoint(words) else _negated(words, written, gaps),
        frozenset(at for at, after in enumerate(parts[2::2]) if after and after[0] in _ALL_SIGNS)
        if possessives
        else frozenset(),
        not plain.islower(),
        at,
    )


def _shades(words: list[str], parts: list[str]) -> set[int]:
    """Where words stand that a hyphen joins with a colour."""
    hyphens = (at for at, mark in enumerate(parts[2:-1:2]) if mark == "-")
    return {at for at in hyphens if words[at + 1] in _COLOURS}


def _own_parts(caption: str, parts: list[str]) -> list[str]:
    """The parts of a caption as it writes them, with accents and curved quotation marks."""
    ends = accumulate(len(part.translate(_ENDINGS_BY_SIGN)) for part in parts)
    return [caption[start:end] for start, end in pairwise((0, *ends))]


def _gaps(between: list[str], written: list[str]) -> list[int]:
    """What separates each word from the one before it, by the characters between them."""
    gaps = [SENTENCE, *[JOINED] * len(between)] if written else []
    for at in [at for at, marks in enumerate(between, start=1) if marks != " "]:
        is_cut = between[at - 1] == ". " and _is_cut(written[at - 1], written[at])
        gaps[at] = JOINED if is_cut else _gap(between[at - 1], written[at][0])
    return gaps


def _is_cut(before: str, word: str) -> bool:
    """Whether a full stop cuts a word short, as in "Dr. Fox", and ends no sentence: "are lit. She smiles"."""
    begins = word[0].isupper() and word.lower() in _GRAMMAR
    return not begins and is_abbreviation(before, word)


@lru_cache(maxsize=1 << 10)
def _gap(between: str, letter: str) -> int:
    """What these characters separate, before a word that begins with this letter."""
    between = between.lstrip(_ALL_SIGNS)
    if between in {" ", "-", "'"}:
        return JOINED
    if "\n" in between or any(mark in between for mark in "!?。"):
        return SENTENCE
    if "." in between and (between[-1:] != " " or not letter.islower()):
        return SENTENCE if " " in between else JOINED
    if any(mark in between for mark in ";:–—") or " - " in between or "(" in between or ")" in between:
        return CLAUSE
    return COMMA if "," in between or "." in between else JOINED


def _quoted(parts: list[str]) -> frozenset[int]:
    """The words between two quotation marks; a mark that nothing closes quotes nothing."""
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


def _negated(words: list[str], written: list[str], gaps: list[int]) -> frozenset[int]:
    """The words that the caption denies: "no hat", "without her gloves"."""
    found: set[int] = set()
    for position, word in enumerate(words):
        if word == "t" and words[position - 1] not in _BEFORE_T:
            continue
        if word in _NEGATIONS and not _is_particle(written, position):
            limit = (
                position + 1 + _NEGATED_WORDS + 2 * (not _TRACES.isdisjoint(words[position : position + 4]))
            )
            for after in range(position + 1, min(limit, len(words))):
                if gaps[after] != JOINED:
                    break
                if words[after] in _TRACES or words[after] in {"one", "of"}:
                    continue
                found.add(after)
                is_verb = word == "t" and after == position + 1
                if not (is_verb or words[after] in ARTICLES_AND_DETERMINERS or is_adjective(words[after])):
                    break
    return frozenset(found)


def _is_particle(written: list[str], at: int) -> bool:
    """Whether a "no" between two capitals is one of a Japanese title: "Sousou no Frieren"."""
    near = (*written[at - 1 : at], *written[at + 1 : at + 2]) if at else ()
    return written[at] == "no" and len(near) == 2 and all(word[0].isupper() for word in near)
