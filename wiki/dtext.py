"""DText ─▶ plain text: what a wiki page says, and what of it tells a captioner the meaning of the tag.

A page is, nearly always, a definition of one or two paragraphs, then headers with examples, lists of
related tags and addresses. The definition is what stands before the first header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import dropwhile, takewhile, zip_longest

from english import sentence_spans, sentences
from wiki.dtext_blocks import LINK, LINK_END, POINTER, POINTER_END, Block, Kind, unmarked
from wiki.dtext_scanner import read

_MOST_ITEMS = 8
_MOST_CHARACTERS = 4000
_FEWEST_WORDS = 2
_LISTED = (Kind.ITEM, Kind.GALLERY_ITEM)
_AFTER_A_COLON = (*_LISTED, Kind.CAPTION, Kind.TABLE)

# Stands for an address or a post number while sentences are weighed; no page contains it.
_ELSEWHERE = "\x00"
_POINTER = re.compile(rf"{POINTER}[^{POINTER_END}]*{POINTER_END}")
_LINK = re.compile(rf"{LINK}[^{LINK}{LINK_END}]*{LINK_END}")
_ONLY_A_LABEL = re.compile(r"(?:[^:]{0,60}:)?[\W_]*\Z")
_PARENTHESIS = re.compile(r"\s*\([^()]{0,400}\)")
_POINTER_WITH_ITS_WORDS = re.compile(
    rf"(?:\b(?:seen?|also|as|in|such|like|e\.g\.|for|example|and|or|at|from|on)[\s,;:]+){{0,6}}{_ELSEWHERE}",
    re.IGNORECASE,
)
_SPACE_BEFORE = re.compile(r"[\s,;:]+(?=[.,;:!?)]|\Z)")
_WORD = re.compile(r"\w+")

_USELESS_TAG = re.compile(
    r"\W*(?:note:?\s*)?(?:(?:this|the)\s+tag\s+(?:is|was|has been)\s+(?:an?\s+|now\s+|too\s+)?"
    r"(?:ambiguous|deprecated|obsolete|retired|invalid)\b"
    r"|(?:this\s+is\s+an?\s+)?(?:ambiguous|deprecated|obsolete|retired|invalid)(?:\s+(?:tag|term)s?\b|\s*[.,;:!]|\s*\Z)"
    r"|(?:please\s+)?(?:do not|don't)\s+use(?:\s+this(?:\s+tag)?)?\s*[.!])",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\W*(?:note:?\s*|also,?\s*)?(?:"
    r"(?:it\s|this\s|this tag\s|these\s|they\s)?(?:is\s|are\s)?"
    r"(?:not|should not|shouldn't|must not|do not|don't|never)\s(?:to\s)?(?:be\s)?confuse"
    r"|(?:please\s)?(?:do not|don't|never)\s(?:use|tag|add|apply)\b"
    r"|(?:this|these|it|they)\s(?:tag\s)?(?:is|are|should)\s(?:not|never)\s(?:be\s)?(?:used|tagged|confused)\b"
    r"|(?:please\s)?see(?:\salso)?[\s:]+(?!through\b)"
    r"|(?:see|use|tag|add|check)\salso\b|also\s(?:see|use|tag|add|check)\b"
    r"|compare\s?(?:with\b|to\b|:)"
    r"|(?:please\s)?use\b.{1,200}\binstead\b"
    r"|(?:if|when|in case)\b.{1,250}?(?:,|\sthen)\s(?:please\s|also\s|you should\s)?"
    r"(?:use|see|tag|try|consider)\b"
    r"|for\b(?!\s(?:example|instance)\b).{1,200}?(?:,|(?<!\bto)(?<!\bwho)(?<!\bthat)(?<!\bcan)(?<!\bin))"
    r"\s(?:please\s)?(?:use|see|try)\s(?!of\b|in\b|as\b|by\b|with\b)"
    r")",
    re.IGNORECASE,
)
_CONFUSED_ASIDE = re.compile(
    r"\s*\((?:which is\s)?not to be confused with [^()]{1,300}\)"
    r"|(?:,|;|\s[–—-])\s*(?:and\s)?(?:which is\s)?not to be confused with [^.;()]{1,300}(?=[.;]?\s*\Z)",
    re.IGNORECASE,
)
_POINTING_SECTION = re.compile(
    r"\W*(?:examples?|see also|external|links?|related|gallery|not to be confused|similar|references?)",
    re.IGNORECASE,
)


def plain_text(body: str) -> str:
    """Say all that a page says, without its markup: blank lines between paragraphs, list items as "* …".

    Pictures are left out, their captions are kept; so are addresses and post numbers, which are text to a
    reader. Never fails; takes time linear in the length of the page.
    """
    pieces: list[str] = []
    in_list = False
    for block in read(body):
        was_in_list, in_list = in_list, block.kind in _LISTED
        if pieces:
            pieces.append("\n" if was_in_list and in_list else "\n\n")
        pieces.append(("* " if in_list else "") + unmarked(block.text))
    return "".join(pieces)


def definition(body: str) -> str:
    """Say what a tag means, in the words of its page; "" when the page does not tell.

    That is the prose before the first header, or else the first paragraph after one that does not merely
    point elsewhere. Left out: lists, tables, folded sections and quotes (unless there is nothing
    else), pictures, addresses, post numbers, and sentences on how to use the wiki ("Do not confuse
    with …", "For … use …", "See …"), and what comes after some 4,000 characters. The page of a tag that
    must not be used has no definition.
    """
    blocks = read(body)
    if blocks and _USELESS_TAG.match(unmarked(blocks[0].text)):
        return ""
    lead = list(takewhile(lambda block: block.kind is not Kind.HEADER, blocks))
    return (
        "\n\n".join(_prose(lead))
        or next(_prose(_telling_sections(blocks)), "")
        or "\n\n".join(_prose(replace(block, quoted=False, folded=False) for block in lead))
        or _introduced_list(lead)
    )


def _prose(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield what is left of each paragraph that stands in the open."""
    blocks = list(blocks)
    length = 0
    for block, following in zip_longest(blocks, blocks[1:]):
        if block.kind is Kind.PARAGRAPH and not block.quoted and not block.folded:
            introduces = following is not None and following.kind in _AFTER_A_COLON
            if text := _telling(_beginning(block.text), introduces):
                yield text
                length += len(text)
        if length > _MOST_CHARACTERS:
            return


def _beginning(text: str) -> str:
    """Keep as many whole sentences as anyone would read."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    text = text[:_MOST_CHARACTERS]
    *whole_sentences, _cut_off = sentence_spans(text)
    return text[: whole_sentences[-1][1]] if whole_sentences else text


def _telling_sections(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks under those headers that do not announce examples, links or other tags."""
    pointing = False
    for block in dropwhile(lambda block: block.kind is not Kind.HEADER, blocks):
        if block.kind is Kind.HEADER:
            pointing = _POINTING_SECTION.match(unmarked(block.text)) is not None
        elif not pointing:
            yield block


def _introduced_list(blocks: list[Block]) -> str:
    """Say a definition that is itself a list: "A suit that consists of:", and its items."""
    items = [unmarked(block.text) for block in blocks if block.kind is Kind.ITEM]
    for block in blocks:
        if items and block.kind is Kind.PARAGRAPH and block.text.endswith(":"):
            return f"{unmarked(block.text)} {'; '.join(items[:_MOST_ITEMS])}"
    return ""


def _telling(paragraph: str, introduces: bool) -> str:
    """Say what a paragraph tells of the tag; when it introduces a list, without its last words."""
    lines = []
    for line in paragraph.split("\n"):
        if not _only_points(line):
            told = (_without_pointers(one) for one in sentences(unmarked(_POINTER.sub(_ELSEWHERE, line))))
            lines.append(" ".join(filter(None, told)))
    lines = [line for line in lines if line]
    if lines and introduces and lines[-1].endswith(":"):
        *complete, _introduction = sentences(lines.pop())
        lines += [" ".join(complete)] if complete else []
    return "\n".join(lines)


def _only_points(line: str) -> bool:
    """Tell whether a line is nothing but links to elsewhere, maybe with a label: "Official site: …"."""
    rest = _LINK.sub(_ELSEWHERE, _POINTER.sub(_ELSEWHERE, line))
    return _ELSEWHERE in rest and _ONLY_A_LABEL.match(unmarked(rest)) is not None


def _without_pointers(sentence: str) -> str:
    """Take addresses and post numbers out of a sentence, and the words that led to them; "" of a hint."""
    if _HINT.match(sentence):
        return ""
    sentence = _CONFUSED_ASIDE.sub("", sentence)
    if _ELSEWHERE not in sentence:
        return sentence
    sentence = _PARENTHESIS.sub(_parenthesis_that_tells, sentence)
    sentence = _SPACE_BEFORE.sub("", " ".join(_POINTER_WITH_ITS_WORDS.sub("", sentence).split()))
    return sentence if len(_WORD.findall(sentence)) >= _FEWEST_WORDS else ""


def _parenthesis_that_tells(parenthesis: re.Match[str]) -> str:
    text = parenthesis.group()
    if _ELSEWHERE not in text:
        return text
    rest = _POINTER_WITH_ITS_WORDS.sub("", text)
    return rest if len(_WORD.findall(rest)) >= _FEWEST_WORDS else ""
