"""What several rooms need to know of English: sentences, the forms of a word, tokens, numbers with nouns.

None of this is a grammar. Each function is a few rules and a list of exceptions, fast enough to be asked for
every word of every caption.
"""

import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

_LONGEST_FIRST_SENTENCE = 40
_SHORTEST_CUT = 15
# Names that are shown; of the others only the number.
_MOST_NAMED = 3
_MOST_LINES = 20
# What can end a sentence, with the quotation marks and brackets that close behind it.
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]»]*(?=\s|\Z)|[。！？]+[」』”’)]*")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]+\Z")
# Characters before a full stop in which an abbreviation is looked for, which bounds the time on any text.
_LONGEST_ABBREVIATION = 40
_INITIALS = re.compile(r"[A-Z](?:\.[A-Z])*")
_ABBREVIATION = re.compile(
    r"e\.g|i\.e|cf|vs|viz|lit|approx|a\.k\.a|aka|esp|incl|resp|abbr|orig|est|feat|ft|var"
    r"|mrs?|ms|dr|st|mt|prof|sgt|capt|lt|gen|jr|sr|dept|vol|ch|ep|pp|fig|jap|jp|eng",
    re.IGNORECASE,
)
# These are words of their own unless a number follows: "No. 5", but "She says no. He leaves."
_ABBREVIATION_BEFORE_NUMBER = re.compile(r"nos?|p|art|ca?", re.IGNORECASE)

_NUMBERS_FROM_ZERO = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = tuple(_NUMBERS_FROM_ZERO.split())

# What is alike in both numbers; an ending of it too, as in reindeer.
_ALIKE = ("deer", "fish", "koi", "salmon", "sheep", "squid", "trout")
_PLURAL_WORDS = "abs antennae children dice feet geese koi men mice oxen panties people skis teeth women"
_SINGULAR_WORDS = (
    "asparagus atlas bass bus cactus campus canvas chess christmas circus citrus compass cross cyclops"
    " dress focus fortress gas glass goddess grass harness headdress hibiscus iris lens lotus mattress"
    " moss narcissus octopus pancreas princess thermos torus waitress walrus"
)
_PLURALS, _SINGULARS = frozenset(_PLURAL_WORDS.split()), frozenset(_SINGULAR_WORDS.split())
_VOWELS = frozenset("aeiouy")
_DOUBLED_CONSONANTS = frozenset("bdgmnprt")
_SHORTEST_STEM = 3


# Several checks of one answer ask for the sentences of the same text.
@lru_cache(maxsize=8)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where each sentence begins and ends, without white space around it; a line break always ends one.

    A full stop inside brackets or quotation marks ends none, nor does one before a small letter, unless the
    whole text is written in small letters.
    """
    spans: list[tuple[int, int]] = []
    start_of_line = 0
    only_small_letters = text.islower()
    for line in text.split("\n"):
        spans += _spans_in_line(line, start_of_line, only_small_letters)
        start_of_line += len(line) + 1
    return tuple(spans)


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the white space around them."""
    return [text[start:end] for start, end in sentence_spans(text)]


def first_sentence(text: str) -> str:
    """The first sentence of a text, cut after about forty words; "" where there is none."""
    spans = sentence_spans(text)
    if not spans:
        return ""
    sentence = text[slice(*spans[0])]
    words = sentence.split()
    if len(words) <= _LONGEST_FIRST_SENTENCE:
        return sentence
    possible_cuts = range(_LONGEST_FIRST_SENTENCE, _SHORTEST_CUT, -1)
    at_a_comma = (count for count in possible_cuts if words[count - 1].endswith((",", ";", ":")))
    return " ".join(words[: next(at_a_comma, _LONGEST_FIRST_SENTENCE)]).rstrip(",;:") + " …"


def is_abbreviation(word: str, following: str) -> bool:
    """Whether the full stop behind `word` ends no sentence: "Dr. Stone", "J. R. R. Doe", "No. 5"."""
    if _ABBREVIATION.fullmatch(word) or _INITIALS.fullmatch(word):
        return True
    return following[:1].isdigit() and _ABBREVIATION_BEFORE_NUMBER.fullmatch(word) is not None


def _spans_in_line(line: str, offset: int, only_small_letters: bool) -> Iterator[tuple[int, int]]:
    # An opening bracket or quotation mark without a closing one, as in a smiley, encloses nothing.
    last_bracket, last_quote = line.rfind(")"), line.rfind('"')
    start = _skip_space(line, 0)
    counted = depth = quotes = 0
    for mark in _SENTENCE_END.finditer(line):
        seen = line[counted : mark.end()]
        counted = mark.end()
        depth += seen.count("(") - seen.count(")")
        quotes += seen.count('"')
        is_enclosed = (depth > 0 and counted <= last_bracket) or (quotes % 2 == 1 and counted <= last_quote)
        if not is_enclosed and _ends_sentence(line, start, mark, only_small_letters):
            yield offset + start, offset + counted
            start, depth, quotes = _skip_space(line, counted), 0, 0
    if start < len(line):
        yield offset + start, offset + len(line.rstrip())


def _skip_space(line: str, at: int) -> int:
    while at < len(line) and line[at].isspace():
        at += 1
    return at


def _ends_sentence(line: str, start: int, mark: re.Match[str], only_small_letters: bool) -> bool:
    next_word = _skip_space(line, mark.end())
    if next_word == len(line):
        return True
    following = line[next_word]
    if following.islower() and not only_small_letters:
        return False
    if mark.group() != ".":
        return True
    stop = mark.start()
    word = _LAST_WORD.search(line, max(start, stop - _LONGEST_ABBREVIATION), stop)
    if word is None:
        return False
    is_number_of_the_line = word.start() == start == _skip_space(line, 0) and word.group().isdigit()
    return not (is_number_of_the_line or is_abbreviation(word.group(), following))


def singular(word: str) -> str:
    """A lower-case word without the s of a plural; what is no plural may lose its s too ("clematis").

    Look up the word itself as well.
    """
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "su" else word


def is_plural(noun: str) -> bool:
    """Whether a lower-case noun is a plural and no singular: "teeth" and "cats", but not "glass"."""
    ends_like_plural = noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    return noun in _PLURALS or (ends_like_plural and noun not in _SINGULARS)


def may_be_plural(noun: str) -> bool:
    """Whether a lower-case noun is a plural or alike in both numbers: "cats" and "deer"."""
    return is_plural(noun) or noun.endswith(_ALIKE)


def plural(noun: str) -> str:
    """The plural of a lower-case noun, by its ending: wolves, foxes, deer."""
    if noun.endswith(_ALIKE):
        return noun
    if noun.endswith(("lf", "ife")):
        return noun.removesuffix("e").removesuffix("f") + "ves"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "z", "ch", "sh")) else "s")


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """What all forms of a lower-case word share: "smil" for smile, smiles, smiled and smiling.

    It need not be a word: it only has to be the same in tags and captions.
    """
    if base := _irregular_forms().get(word):
        return base
    if len(word) <= _SHORTEST_STEM or word.isdigit():
        return word
    base = _without_ending(word)
    if base.endswith("e") and len(base) > _SHORTEST_STEM:
        base = base[:-1]
    return base[:-1] + "i" if base.endswith("y") and len(base) > 2 else base


@lru_cache(maxsize=1)
def _irregular_forms() -> dict[str, str]:
    """The stem of each form in english.json, which has for each stem the forms that share it.

    Some entries only keep a word from being cut like a form of another one: a ceiling, an evening and a king.
    """
    entries: dict[str, str] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {form: base for base, forms in entries.items() for form in (base, *forms.split())}


def _without_ending(word: str) -> str:
    if word.endswith("ings"):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and not word.endswith("eed"):
            rest = word[: -len(ending)]
            if len(rest) > 1 and not _VOWELS.isdisjoint(rest):
                return rest[:-1] if rest[-1] in _DOUBLED_CONSONANTS and rest[-2] == rest[-1] else rest
            return word
    if not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ses", "xes", "zes", "ches", "shes")) else word[:-1]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What may be meant by a name that is none of those known: the nearest one, or else all of them."""
    names = list(known)
    near = nearest(name, names)
    return f"did you mean {near}?" if near else f"there are {', '.join(names)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of these names that is most like another name, "" where none is like it."""
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else ""


def first_few(names: Sequence[str]) -> str:
    """How many names there are, and the first few of them: "5 (a.png, b.png, c.png, 2 more)"."""
    more = [f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return f"{len(names):,} ({', '.join([*names[:_MOST_NAMED], *more])})"


def first_lines(lines: Sequence[str]) -> list[str]:
    """The lines; of very many the first, and how many more there are."""
    more = [f"… and {len(lines) - _MOST_LINES:,} more"] if len(lines) > _MOST_LINES else []
    return [*lines[:_MOST_LINES], *more]


def share(part: float) -> str:
    """A share from 0 to 1 in words that go before "of": "none", "47 %", "all"."""
    percent = f"{part:.0%}".replace("%", " %")
    return {0.0: "none", 1.0: "all"}.get(part, percent)


def estimated_tokens(text: str, letters_per_token: float = 4) -> int:
    """About how many tokens a language model reads in a text.

    That is one for so many letters of English, and one for each character of another script.
    """
    plain = len(text) if text.isascii() else sum(map(str.isascii, text))
    return math.ceil(plain / letters_per_token) + len(text) - plain


def amount(number: float, noun: str) -> str:
    """A whole number with its noun: "1 caption", "2,000 captions"; the plural of `noun` must end in s."""
    shown = f"{number:,.0f}"
    return f"{shown} {noun}" if shown == "1" else f"{shown} {noun}s"
