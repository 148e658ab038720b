"""Reads words that are spelled so that people read them and programs do not.

Such a spelling has letters of another alphabet, full width, circles or small capitals; invisible marks;
separators inside a word (`w.o.r.d`, `wo-rd`, `w o r d`); digits for letters (`w0rd`); or words that only
capitals separate (`TwoWords`). Which letters look alike is in lookalikes.json. Each function takes time in
proportion to the length of its text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from tags.tables import table

_LETTERS: dict[str, str] = table("lookalikes")
_SAME_LOOK = {ord(alike): latin for latin, alikes in _LETTERS.items() for alike in alikes}
# Letters in squares and circles, and those of flags, which Unicode does not decompose.
for _first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6):
    _SAME_LOOK |= {_first + number: chr(ord("a") + number) for number in range(26)}
# A Cyrillic letter that stands for y, and for u.
_LOOKS_LIKE_TWO = "у"
# Letters by their category, but they show nothing.
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_UNSEEN_CATEGORIES = frozenset({"Cf", "Mn", "Me", "Cs", "Co", "Cn"})

# In pieces, because Unicode normalization of a long hostile text is slow.
_PIECE = re.compile(r"[^\s_]{1,200}")
_WORD_OR_NUMBER = re.compile(r"[a-z]+|[0-9]+")
# A capital I, or a bar, that stands for an l. Patterns that begin with a letter are searched for much faster
# than those that begin with a look at the letter before.
_LIKE_L = re.compile(r"I(?<=[a-z]I)|\|(?:(?=[a-z])|(?<=[a-z]\|))")
_CAPITAL_INSIDE = re.compile(r"[A-Z](?<=[a-z][A-Z])")
_POSSESSIVE = re.compile(r"['’]s?(?![a-z])")
_BEHIND_WORDS = ",.;:!?"
_DIGITS_AS_I = str.maketrans("013457", "oieast")
_DIGITS_AS_L = str.maketrans("013457", "oleast")
EAST_ASIAN = r"[぀-ヿ㐀-鿿가-힯]"
# Compiled when it is needed, which takes as long as the rest of the module: most texts are ASCII.
_SIGNS_APART = rf"(?<!{EAST_ASIAN}){EAST_ASIAN}(?:[\s_・·.\-/*]+{EAST_ASIAN})+(?!{EAST_ASIAN})"
_NOT_EAST_ASIAN = re.compile(r"[\s_・·.\-/*]+")
# The longest word that is joined, and the longest run of single letters that is looked at.
_LONGEST_JOINED, _LONGEST_RUN = 40, 16
# Halves of a word that a space divides are only joined where one of them is no word of its own.
_SHORT = (
    "a h s ad ae ah am an as at ax be by dh do eh ex go ha he hh hi if in is it me my no of oh ok on or ow "
    "ox pi re sh so to uh um up us vs we wo ye yo"
)
_SHORT_WORDS = frozenset(_SHORT.split())


# The readings of one text are often the same. Nobody may change the list that is shared.
@lru_cache(maxsize=4)
def _words_in(plain: str) -> list[str]:
    return _WORD_OR_NUMBER.findall(plain)


def words_of(text: str) -> list[str]:
    """The words and numbers of a text, in small letters and without accents; "12yo" is "12" and "yo"."""
    return _words_in(_without_accents(text).casefold())


def seen_as(text: str) -> list[list[str]]:
    """All ways to read the words of a text, the plain one first."""
    readings = [words_of(text)]
    if "&" in text:
        text = html.unescape(text)
        readings.append(words_of(text))
    if not text.isascii():
        unmapped, text = text.casefold(), plain_letters(text)
        if _LOOKS_LIKE_TWO in unmapped:
            readings.append(_words_in(plain_letters(unmapped.replace(_LOOKS_LIKE_TWO, "u"))))
        readings.append(_words_in(text.casefold()))
    if _LIKE_L.search(text):
        readings.append(_words_in(_LIKE_L.sub("l", text).casefold()))
    if _CAPITAL_INSIDE.search(text):
        readings.append(_words_in(_CAPITAL_INSIDE.sub(r" \g<0>", text).casefold()))
    return readings


def joined_words(text: str) -> list[str]:
    """Words that separators or digits in a text may hide; most of them are no words."""
    text = html.unescape(text) if "&" in text else text
    plain = plain_letters(text).casefold()
    if "'" in plain or "’" in plain:
        plain = _POSSESSIVE.sub("", plain)
    hidden = [
        word for token in plain.replace("_", " ").split() if not token.isalpha() for word in _hidden_in(token)
    ]
    words = _words_in(plain)
    short = [at for at, word in enumerate(words) if len(word) <= 2]
    return [*hidden, *_spelled_out(words, short), *_halves(words, short)]


def _hidden_in(token: str) -> tuple[str, ...]:
    letters = token.rstrip(_BEHIND_WORDS)
    if not (letters.isalpha() and letters.isascii()):
        letters = "".join(_WORD_OR_NUMBER.findall(token))
    if not 3 <= len(letters) <= _LONGEST_JOINED or letters.isdigit():
        return ()
    if letters.isalpha():
        return (letters,) if len(letters) > 3 else ()
    return letters.translate(_DIGITS_AS_I), letters.translate(_DIGITS_AS_L)


def _spelled_out(words: list[str], short: list[int]) -> Iterator[str]:
    """The words that single letters make; other letters may stand before them."""
    run = ""
    for at in short:
        if len(words[at]) == 1 and words[at].isalpha():
            run = run + words[at] if at and len(words[at - 1]) == 1 else words[at]
            yield from (run[start:] for start in range(max(0, len(run) - _LONGEST_RUN), len(run) - 2))


def _halves(words: list[str], short: list[int]) -> Iterator[str]:
    """Two words as one where the shorter is no word of its own."""
    for at in short:
        if words[at] not in _SHORT_WORDS:
            for pair in (words[max(at - 1, 0) : at + 1], words[at : at + 2]):
                joined = "".join(pair)
                if 4 <= len(joined) <= _LONGEST_JOINED:
                    yield joined


def signs_of(text: str) -> list[str]:
    """The text in which to look for words of scripts without spaces, in each way to read it."""
    if text.isascii():
        return []
    plain = _without(_in_pieces("NFKC", html.unescape(text)).casefold(), _is_unseen)
    together = re.sub(_SIGNS_APART, lambda found: _NOT_EAST_ASIAN.sub("", found[0]), plain)
    return list(dict.fromkeys((text, plain, together)))


# Several readings of one text begin with this.
@lru_cache(maxsize=4)
def plain_letters(text: str) -> str:
    """The text with Latin letters for those that look like them, and without what cannot be seen."""
    if text.isascii():
        return text
    # Look-alikes are replaced before accents are taken away too: ø and й are letters of their own.
    decomposed = _in_pieces("NFKD", _replaced(text.casefold(), _SAME_LOOK))
    return _replaced(_without(decomposed, _is_unseen).casefold(), _SAME_LOOK)


def _is_unseen(sign: str) -> bool:
    return not sign.isascii() and (sign in _BLANKS or unicodedata.category(sign) in _UNSEEN_CATEGORIES)


def _without_accents(text: str) -> str:
    return text if text.isascii() else _without(_in_pieces("NFKD", text), unicodedata.combining)


def _without(text: str, is_left_out: Callable[[str], object]) -> str:
    return _replaced(text, dict.fromkeys(ord(sign) for sign in set(text) if is_left_out(sign)))


def _replaced(text: str, table: Mapping[int, str | None]) -> str:
    """As `str.translate`, which takes long for a text in which there may be nothing to replace."""
    return text if table.keys().isdisjoint(map(ord, set(text))) else text.translate(table)


def _in_pieces(form: Literal["NFKC", "NFKD"], text: str) -> str:
    return " ".join(unicodedata.normalize(form, piece) for piece in _PIECE.findall(text))
