"""What an answer says itself and what it only quotes: signs, titles and speech bubbles are quoted.

A sign that reads "sorry" is not an apology, and a Japanese shop sign is not an answer in Japanese.
"""

import re
from functools import lru_cache

# An opening mark may not occur inside, so that a thousand of them in a row are not each read to the end.
_QUOTATION = re.compile(
    r'"[^"\n]{0,300}"|“[^“”\n]{0,300}”|„[^„“”\n]{0,300}[“”]|«[^«»\n]{0,300}»|「[^「」\n]{0,300}」|『[^『』\n]{0,300}』'
    r"|(?<![\w'])'(?=\S)(?:[^'\n]|(?<=\w)'(?=\w)){1,100}'(?!\w)|‘(?=\S)(?:[^‘’\n]"
    r"|(?<=\w)’(?=\w)){1,100}’(?!\w)"
)
_PAIRS = {"“": "”", "‘": "’", "«": "»", "「": "」", "『": "』", "„": "“", "《": "》"}
_INNER_QUOTE = re.compile(r"(?<!\w)'|'(?!\w)")


# Every other step asks for them.
@lru_cache(maxsize=8)
def own_words(text: str) -> str:
    """The text with what it quotes blanked and curly apostrophes straight; as long as the text itself.

    The marks stay, so a position found in the result is the same position in the text.
    """
    return _QUOTATION.sub(_blank, text).replace("’", "'")


def _blank(quotation: re.Match[str]) -> str:
    whole = quotation.group()
    return f"{whole[0]}{'·' * (len(whole) - 2)}{whole[-1]}"


@lru_cache(maxsize=8)
def without_quotations(text: str) -> str:
    """The text without what it quotes."""
    return _QUOTATION.sub(" ", text)


def strip_quotes_around(text: str) -> str:
    """Takes off the quotes around a whole answer; `"Stop" and "go"` keeps its four."""
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
    depth = 0
    for character in inner:
        depth += (character == opening) - (character == closing)
        if depth < 0:
            return False
    return depth == 0


def _opens_first(inner: str) -> bool:
    """Whether the first quote inside begins a quotation, not ends the one before it: `"A sign "Stop"."`."""
    at = inner.index('"')
    return inner.count('"') % 2 == 0 and inner[max(at - 1, 0)] in " (" and inner[at + 1] not in " .,;)"
