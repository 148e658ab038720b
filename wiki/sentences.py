"""Cuts English prose into sentences, so that a definition can lose one of them or be its first one alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_WORDS = 40
_FEWEST_WORDS = 15

_END = re.compile(r"(?:[.!?…]+[\"'”’)\]»]*(?=\s|\Z)|[。！？]+[」』”’)]*)")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]+\Z")
_INITIAL = re.compile(r"(?:[A-Z]\.)+\Z")
_ABBREVIATION = re.compile(
    r"(?:e\.g|i\.e|cf|vs|viz|lit|approx|a\.k\.a|aka|esp|incl|resp|abbr|orig|est|feat|ft|var"
    r"|mrs?|ms|dr|st|mt|prof|sgt|capt|lt|gen|jr|sr|dept|vol|ch|ep|pp|fig|jap|jp|eng)\.\Z",
    re.IGNORECASE,
)
_BEFORE_A_NUMBER = re.compile(r"(?:nos?|p|art|ca?)\.\Z", re.IGNORECASE)


def first_sentence(text: str) -> str:
    """Say the gist of a definition: its first sentence, cut after about forty words; "" of nothing."""
    for sentence in sentences(text):
        return _shortened(sentence)
    return ""


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text, line by line, without the space around them."""
    for line in text.split("\n"):
        yield from _sentences_of_line(line.strip())


def _sentences_of_line(line: str) -> Iterator[str]:
    last_bracket, last_quote = line.rfind(")"), line.rfind('"')
    start = counted = depth = quotes = 0
    for end in _END.finditer(line):
        seen = line[counted : end.end()]
        counted = end.end()
        depth += seen.count("(") - seen.count(")")
        quotes += seen.count('"')
        enclosed = (depth > 0 and counted <= last_bracket) or (quotes % 2 == 1 and counted <= last_quote)
        if not enclosed and _is_end(line, start, end):
            yield line[start:counted].strip()
            start, depth, quotes = counted, 0, 0
    if rest := line[start:].strip():
        yield rest


def _is_end(line: str, start: int, end: re.Match[str]) -> bool:
    following = line[end.end() : end.end() + 40].lstrip()
    if following[:1].islower():
        return False
    if end.group() != ".":
        return True
    word = _LAST_WORD.search(line, max(start, end.end() - 40), end.end())
    if word is None or not following:
        return not following
    if following[:1].isdigit() and _BEFORE_A_NUMBER.match(word.group()):
        return False
    numbers_the_line = start == word.start() == 0 and word.group()[:-1].isdigit()
    return not (numbers_the_line or _ABBREVIATION.match(word.group()) or _INITIAL.match(word.group()))


def _shortened(sentence: str) -> str:
    words = sentence.split()
    if len(words) <= MOST_WORDS:
        return sentence
    kept = words[:MOST_WORDS]
    for count in range(MOST_WORDS, _FEWEST_WORDS, -1):
        if kept[count - 1].endswith((",", ";", ":")):
            kept = kept[:count]
            break
    return " ".join(kept).rstrip(",;:") + " …"
