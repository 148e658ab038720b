"""A wiki page in DText ─▶ the definition of its tag, in plain text.

Nearly every page is a definition of one or two paragraphs, then headers with examples, lists of related tags
and addresses. So the definition is the text before the first header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from dataclasses import replace
from itertools import dropwhile, takewhile, zip_longest
from pathlib import Path

from english import sentence_spans, sentences
from wiki.dtext_blocks import LINK, LINK_END, POINTER, POINTER_END, Block, Kind, read, unmarked

_MOST_ITEMS = 8
_MOST_CHARACTERS = 4000
_FEWEST_WORDS = 2
_AFTER_A_COLON = (Kind.ITEM, Kind.GALLERY_ITEM, Kind.CAPTION, Kind.TABLE)

# In place of an address or a post number while sentences are examined; no page contains it.
_POINTER_MARK = "\x00"
_POINTER = re.compile(rf"{POINTER}[^{POINTER_END}]*{POINTER_END}")
_LINK = re.compile(rf"{LINK}[^{LINK}{LINK_END}]*{LINK_END}")
_ONLY_A_LABEL = re.compile(r"(?:[^:]{0,60}:)?[\W_]*\Z")
_PARENTHESIS = re.compile(r"\s*\([^()]{0,400}\)")
_POINTER_WITH_ITS_WORDS = re.compile(
    rf"(?:\b(?:seen?|also|as|in|such|like|e\.g\.|for|example|and|or|at|from|on)[\s,;:]+){{0,6}}{_POINTER_MARK}",
    re.IGNORECASE,
)
_SPACE_BEFORE = re.compile(r"[\s,;:]+(?=[.,;:!?)]|\Z)")
_WORD = re.compile(r"\w+")

_PHRASES = ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";",))
_PHRASES.read(Path(__file__).with_name("phrases.ini"), encoding="utf-8")


def _phrase(name: str, form: str = "{}") -> re.Pattern[str]:
    alternatives = "|".join(filter(None, _PHRASES["phrases"][name].split("\n")))
    return re.compile(form.format(f"(?:{alternatives})"), re.IGNORECASE)


_USELESS_TAG = _phrase("useless tag", r"\W*(?:note:?\s*)?{}")
_HINT = _phrase("hint", r"\W*(?:note:?\s*|also,?\s*)?{}")
_SECTION_OF_LINKS = _phrase("section of links", r"\W*{}")
_CONFUSED_ASIDE = _phrase("confused aside")


def definition(body: str) -> str:
    """What a tag means, in the words of its page; "" when the page does not say.

    That is the text before the first header, or if there is none, the first paragraph after a header that
    does not announce links. It leaves out lists, tables, folded sections and quotes (unless there is nothing
    else), pictures, addresses, post numbers, sentences on how to use the wiki ("Do not confuse with …",
    "For … use …", "See …"), and what comes after about 4,000 characters. The page of a tag that must not be
    used has no definition.
    """
    blocks = read(body)
    if blocks and _USELESS_TAG.match(unmarked(blocks[0].text)):
        return ""
    lead = list(takewhile(lambda block: block.kind is not Kind.HEADER, blocks))
    return (
        "\n\n".join(_paragraphs(lead))
        or next(_paragraphs(_defining_sections(blocks)), "")
        or "\n\n".join(_paragraphs(replace(block, aside=False) for block in lead))
        or _introduced_list(lead)
    )


def _paragraphs(blocks: Iterable[Block]) -> Iterator[str]:
    """What is left of each paragraph that is not aside."""
    blocks = list(blocks)
    length = 0
    for block, following in zip_longest(blocks, blocks[1:]):
        if block.kind is Kind.PARAGRAPH and not block.aside:
            introduces = following is not None and following.kind in _AFTER_A_COLON
            if text := _defining_text(_beginning(block.text), introduces):
                yield text
                length += len(text)
        if length > _MOST_CHARACTERS:
            return


def _beginning(text: str) -> str:
    """The whole sentences in the first _MOST_CHARACTERS of a text."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    text = text[:_MOST_CHARACTERS]
    *whole_sentences, _cut_off = sentence_spans(text)
    return text[: whole_sentences[-1][1]] if whole_sentences else text


def _defining_sections(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks under headers that do not announce examples, links or other tags."""
    skipped = False
    for block in dropwhile(lambda block: block.kind is not Kind.HEADER, blocks):
        if block.kind is Kind.HEADER:
            skipped = _SECTION_OF_LINKS.match(unmarked(block.text)) is not None
        elif not skipped:
            yield block


def _introduced_list(blocks: list[Block]) -> str:
    """A definition that is itself a list: "A suit that consists of:", and its items."""
    items = [unmarked(block.text) for block in blocks if block.kind is Kind.ITEM]
    for block in blocks:
        if items and block.kind is Kind.PARAGRAPH and block.text.endswith(":"):
            return f"{unmarked(block.text)} {'; '.join(items[:_MOST_ITEMS])}"
    return ""


def _defining_text(paragraph: str, introduces: bool) -> str:
    """What a paragraph says about the tag; if it introduces a list, without its last sentence."""
    lines = []
    for line in paragraph.split("\n"):
        text = _POINTER.sub(_POINTER_MARK, line)
        rest = _LINK.sub(_POINTER_MARK, text)
        # A line of nothing but links, maybe with a label, such as "Official site: …", is left out.
        if _POINTER_MARK not in rest or not _ONLY_A_LABEL.match(unmarked(rest)):
            kept = map(_without_pointers, sentences(unmarked(text)))
            lines.append(" ".join(filter(None, kept)))
    lines = list(filter(None, lines))
    if lines and introduces and lines[-1].endswith(":"):
        *complete, _introduction = sentences(lines.pop())
        lines += [" ".join(complete)] if complete else []
    return "\n".join(lines)


def _without_pointers(sentence: str) -> str:
    """A sentence without addresses, post numbers and the words before them; "" for a hint to taggers."""
    if _HINT.match(sentence):
        return ""
    sentence = _CONFUSED_ASIDE.sub("", sentence)
    if _POINTER_MARK not in sentence:
        return sentence
    sentence = _PARENTHESIS.sub(_parenthesis_without_pointers, sentence)
    sentence = _SPACE_BEFORE.sub("", " ".join(_POINTER_WITH_ITS_WORDS.sub("", sentence).split()))
    return sentence if len(_WORD.findall(sentence)) >= _FEWEST_WORDS else ""


def _parenthesis_without_pointers(parenthesis: re.Match[str]) -> str:
    rest = _POINTER_WITH_ITS_WORDS.sub("", parenthesis.group())
    is_kept = rest == parenthesis.group() or len(_WORD.findall(rest)) >= _FEWEST_WORDS
    return rest if is_kept else ""
