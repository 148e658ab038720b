"""Reading the text of an answer: its characters, spacing, words, and what it only quotes.

All other steps rely on `normalize_spacing` having run. After it no white space is longer than one blank
line, so a pattern with white space in it cannot take long.
"""

import html
import re
from functools import lru_cache
from itertools import accumulate

_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters, but for tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphen, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction of writing, byte order mark
    "\ufff9-\ufffc"  # annotations
    "\ud800-\udfff\U000e0000-\U000e007f]"  # halves of characters, which no file can hold; invisible tags
)
_BLANK_LINES = re.compile(r"\n{3,}")

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
"""Han characters and kana, as the inside of a regular expression's character class."""

_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+(?:['’-][^\W{CJK}]+)*")
_ASCII_WORD = re.compile(r"\w+(?:['-]\w+)*", re.ASCII)

# An opening mark may not occur inside a quotation. Otherwise, from each of a thousand opening marks in a row
# the text would be searched to its end.
_QUOTATION = re.compile(
    r'"[^"\n]{0,300}"|“[^“”\n]{0,300}”|„[^„“”\n]{0,300}[“”]|«[^«»\n]{0,300}»|「[^「」\n]{0,300}」|『[^『』\n]{0,300}』'
    r"|(?<![\w'])'(?=\S)(?:[^'\n]|(?<=\w)'(?=\w)){1,100}'(?!\w)|‘(?=\S)(?:[^‘’\n]"
    r"|(?<=\w)’(?=\w)){1,100}’(?!\w)"
)
_PAIRS = {"“": "”", "‘": "’", "«": "»", "「": "」", "『": "』", "„": "“", "《": "》"}
_INNER_QUOTE = re.compile(r"(?<!\w)'|'(?!\w)")


BROKEN = "\ufffd"
"""What a decoder puts in place of bytes that are no text: a tokenizer has cut a character in two."""

# How tokenizers write a space: those that go by bytes, as GPT-2 does, and those of SentencePiece.
_SPACE_OF_BYTES, _SPACE_OF_PIECES = "Ġ", "▁"
_FEWEST_SPACES = 3
# The tokenizers that go by bytes show the bytes that cannot be printed as the letters from U+0100 on.
_PRINTABLE = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
_OTHERS = [byte for byte in range(0x100) if byte not in _PRINTABLE]
_BYTES = {chr(byte): byte for byte in _PRINTABLE} | {chr(0x100 + at): byte for at, byte in enumerate(_OTHERS)}

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")


def remove_invisible(text: str) -> str:
    """The text without what an editor would not show: control and zero-width characters, half characters."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", _LINE_BREAKS.sub("\n", text))


def normalize_spacing(text: str) -> str:
    """One space between words, no space at either end of a line, at most one blank line between lines."""
    if _is_one_line(text):
        return text.strip()
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def in_one_line(text: str) -> str:
    """The text with one space between words, and no line break."""
    return text.strip() if _is_one_line(text) else " ".join(text.split())


def _is_one_line(text: str) -> bool:
    # The space is the only white space that counts as printable.
    return text.isprintable() and "  " not in text


def words(text: str) -> list[str]:
    """The words of a text. Each Han character or kana counts as one, as there are no spaces between them."""
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


# Most steps ask for the same text, so the last few results are kept.
@lru_cache(maxsize=8)
def mask_quotations(text: str) -> str:
    """The text with everything inside quotation marks replaced by dots, and with straight apostrophes.

    A sign that reads "sorry" is no apology, and a Japanese shop sign no answer in Japanese. The result is as
    long as the text, so a position in one is the same position in the other.
    """
    return (_QUOTATION.sub(_blank, text) if _quotes(text) else text).replace("’", "'")


def _blank(quotation: re.Match[str]) -> str:
    whole = quotation.group()
    return f"{whole[0]}{'·' * (len(whole) - 2)}{whole[-1]}"


@lru_cache(maxsize=8)
def without_quotations(text: str) -> str:
    """The text without what it quotes."""
    return _QUOTATION.sub(" ", text) if _quotes(text) else text


@lru_cache(maxsize=8)
def _quotes(text: str) -> bool:
    """Whether a text quotes anything, which few do."""
    is_plain = text.isascii() and '"' not in text and "'" not in text
    return not is_plain and _QUOTATION.search(text) is not None


def strip_quotes_around(text: str) -> str:
    """The text without quotation marks around all of it; `"Stop" and "go"` keeps its four."""
    if text.startswith('"') and text.count('"') == 1:
        return text[1:].lstrip()
    if len(text) < 3 or not _encloses(text):
        return text
    return text[1:-1].strip()


def _encloses(text: str) -> bool:
    first, last, inner = text[0], text[-1], text[1:-1]
    if first in _PAIRS:
        return last == _PAIRS[first] and _stays_open(inner, first, last)
    if first != last or first not in "\"'`":
        return False
    if first == "'":
        return _INNER_QUOTE.search(inner) is None
    return first not in inner or (first == '"' and _opens_first(inner))


def _stays_open(inner: str, opening: str, closing: str) -> bool:
    depths = accumulate((character == opening) - (character == closing) for character in inner)
    return min(depths, default=0) >= 0 and inner.count(opening) == inner.count(closing)


def _opens_first(inner: str) -> bool:
    """Whether the first mark inside begins a quotation of its own, as in `"A sign "Stop"."`."""
    at = inner.index('"')
    return inner.count('"') % 2 == 0 and inner[max(at - 1, 0)] in " (" and inner[at + 1] not in " .,;)"


def with_spaces(text: str) -> str:
    """The text with spaces, where a server has left the letters that its tokenizer writes for them."""
    if _is_space(_SPACE_OF_PIECES, text):
        return normalize_spacing(text.replace(_SPACE_OF_PIECES, " "))
    if not _is_space(_SPACE_OF_BYTES, text):
        return text
    parts = (bytes([_BYTES[mark]]) if mark in _BYTES else mark.encode("utf-8", "replace") for mark in text)
    return normalize_spacing(remove_invisible(b"".join(parts).decode("utf-8", "replace")))


def without_entities(text: str) -> str:
    """The text with the characters that HTML entities (`&#39;`, `&amp;`) stand for."""
    if "&" not in text or _ENTITY.search(text) is None:
        return text
    return normalize_spacing(remove_invisible(_ENTITY.sub(lambda entity: html.unescape(entity[0]), text)))


def _is_space(mark: str, text: str) -> bool:
    found = text.count(mark)
    return found >= _FEWEST_SPACES and found > text.count(" ")
