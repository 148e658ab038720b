"""Reads DText, the markup of Danbooru's and e621's wikis, into the blocks of its visible text.

It reads once from left to right: a search finds the next whole construct, and the handler with its name deals
with it. What is no construct is text. A closing tag that is missing is searched for only once, so the time
is linear in the length of the page.

The text of a block still has marks. They are control characters, which no page contains because they are
removed from what is read. They enclose an address or a post number (`POINTER`) and the title of a link that
leaves the wiki (`LINK`). `unmarked` removes them.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from tags.spelling import as_written
from wiki import dtext_syntax as syntax

POINTER, POINTER_END = "\x01", "\x02"
LINK, LINK_END = "\x03", "\x04"

_MARKS = str.maketrans("", "", POINTER + POINTER_END + LINK + LINK_END)
_SPACES = re.compile(r"[^\S\n]+")
# Space behind marks, where there is a space before them already or a line begins.
_SPACE_BEHIND_MARKS = re.compile(
    rf"((?:^|[^\S\n])[{POINTER}{POINTER_END}{LINK}{LINK_END}]+)[^\S\n]+", re.MULTILINE
)
# These occur with numbers in prose too ("issue #3 of the comic"), so they are kept as words.
_COUNTED = ("issue", "note", "record", "set")
_PICTURES = ("thumb", "!")
_PARTNERS = {"[[": "]]", "{{": "}}"}
# After these, what is a construct only at the beginning of a line may begin.
_BEGIN_LINES = ("hr", "quote", "blockquote", "expand", "section", "table")


class Kind(Enum):
    """What a block is, as far as it matters for the definition of a tag; all of a table is one kind."""

    PARAGRAPH = "paragraph"
    HEADER = "header"
    ITEM = "list item"
    CAPTION = "caption of a picture"
    GALLERY_ITEM = "caption in a gallery"
    TABLE = "table"
    CODE = "code"
    TITLE = "title of a folded section"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page, and whether it is `aside`: in a quote, or in a section that readers unfold."""

    kind: Kind
    text: str
    aside: bool = False


def unmarked(text: str) -> str:
    """The text without its marks, and without the space that they leave."""
    return _SPACE_BEHIND_MARKS.sub(r"\1", text).translate(_MARKS).strip()


def read(body: str) -> list[Block]:
    """The blocks of a page, in order. Any text can be read."""
    return _Scanner(body).scan()


class _Scanner:
    """The state of reading: the position, the blocks so far, and the ends of the open links."""

    def __init__(self, body: str) -> None:
        self._text = syntax.CONTROLS.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))
        self._at = 0
        self._blocks: list[Block] = []
        # The block that is open.
        self._kind = Kind.PARAGRAPH
        self._chunks: list[str] = []
        self._nested = Counter[str]()
        self._closers: dict[int, tuple[int, str]] = {}
        self._nearest_closer = 0
        self._unclosed = Counter[str]()
        self._missing_ends: set[str] = set()

    def scan(self) -> list[Block]:
        self._start_line()
        while token := syntax.TOKEN.search(self._text, self._at):
            self._take(self._text[self._at : token.start()], token.start())
            name = str(token.lastgroup)
            if closer := self._closers.pop(self._at, None):
                self._take(closer[1], closer[0])
            elif name in _REPLACEMENTS:
                self._take(_REPLACEMENTS[name](token), token.end())
            else:
                getattr(self, name)(token)
        self._chunks.append(self._text[self._at :])
        self._nested["table"] = 0
        self._end_block()
        return self._blocks

    def _take(self, text: str, upto: int) -> None:
        """Add text to the open block for what the page has up to there."""
        self._chunks.append(text)
        self._at = upto

    # Blocks

    def _begin_block(self, kind: Kind) -> None:
        """End the open block and begin one of `kind`; in a table, all blocks but headers belong to it."""
        if kind is Kind.HEADER:
            # A header ends the tables that were never closed.
            self._nested["table"] = 0
        self._end_block()
        if not self._nested["table"]:
            self._kind = kind

    def _end_block(self) -> None:
        """Close the open block; what follows is a paragraph. A table goes on until it is closed."""
        if self._nested["table"]:
            self._chunks.append(" ")
            return
        lines = (_SPACES.sub(" ", line).strip() for line in "".join(self._chunks).split("\n"))
        if text := "\n".join(filter(unmarked, lines)):
            self._blocks.append(Block(self._kind, text, bool(self._nested["quote"] or self._nested["fold"])))
        self._chunks.clear()
        self._kind = Kind.PARAGRAPH

    def _whole_block(self, kind: Kind, text: str) -> None:
        self._begin_block(kind)
        self._chunks.append(text)
        self._end_block()

    def _nest(self, what: str, opens: bool) -> None:
        """Enter a quote or a folded section, or leave it if it was entered."""
        self._end_block()
        self._nested[what] = max(0, self._nested[what] + (1 if opens else -1))

    def _table(self, opens: bool) -> None:
        if opens:
            self._begin_block(Kind.TABLE)
            self._nested["table"] += 1
        elif self._nested["table"]:
            self._nested["table"] -= 1
            self._end_block()

    # Lines

    def newline(self, token: re.Match[str]) -> None:
        if token.group().count("\n") == 1 and self._kind is Kind.PARAGRAPH:
            self._chunks.append("\n")
        else:
            self._end_block()
        self._at = token.end()
        self._start_line()

    def _start_line(self) -> None:
        start = syntax.LINE_START.match(self._text, self._at)
        if start is None:
            return
        self._at = start.end()
        if start["header"]:
            self._begin_block(Kind.HEADER)
        elif start["embed"]:
            self._begin_block(Kind.GALLERY_ITEM if start["star"] else Kind.CAPTION)
        elif start["item"]:
            self._begin_block(Kind.ITEM)
        else:
            self._at -= 1
            self._verbatim("fence")

    def _verbatim(self, name: str) -> None:
        end = None if name in self._missing_ends else syntax.VERBATIM_END[name].search(self._text, self._at)
        if end is None:
            self._missing_ends.add(name)
            return
        content = self._text[self._at : end.start()]
        self._at = end.end()
        if "\n" in content.strip("\n") or name == "fence":
            self._whole_block(Kind.CODE, content)
        else:
            self._chunks.append(content)

    # Links: the opening is dropped and the title is read like any text, up to the end that is noted here.

    def _open_link(self, title: int, close: int, end: int, marked: bool = True) -> None:
        self._take(LINK if marked else "", title)
        self._nearest_closer = close
        self._closers[close] = (end, LINK_END if marked else "")

    def wiki_link(self, token: re.Match[str]) -> None:
        self._link_to_tags(token, "wiki", [syntax.ANCHOR.sub("", token["wiki_target"].strip())])

    def search_link(self, token: re.Match[str]) -> None:
        self._link_to_tags(token, "search", token["search_target"].split())

    def _link_to_tags(self, token: re.Match[str], kind: str, tags: Iterable[str]) -> None:
        """Show the title or the tags, with an empty title without their qualifiers."""
        title = token[f"{kind}_title"]
        if title:
            start, close = token.start(f"{kind}_title"), token.start(f"{kind}_close")
            self._open_link(start, close, token.end(), marked=False)
        else:
            shown = tags if title is None else (syntax.QUALIFIER.sub("", tag) for tag in tags)
            # long_hair is "long hair", but a face such as o_o stays as it is.
            self._take(" ".join(map(as_written, shown)), token.end())

    def unclosed(self, token: re.Match[str]) -> None:
        self._unclosed[_PARTNERS[token.group()]] += 1
        self._at = token.end()

    def closing(self, token: re.Match[str]) -> None:
        pair = token.group() * 2
        if self._unclosed[pair] and self._text.startswith(pair, self._at):
            self._unclosed[pair] -= 1
            self._at += 2
        else:
            self._take(token.group(), token.end())

    def textile_link(self, token: re.Match[str]) -> None:
        end = token.end("boxed") if token["boxed"] else self._address_end(token.start("textile_address"))
        self._open_link(token.end(), token.start("textile_close"), end)

    def backwards_link(self, token: re.Match[str]) -> None:
        close = token.start("backwards_close")
        self._open_link(token.end(), close, close + 1)

    def markdown_link(self, token: re.Match[str]) -> None:
        self._open_link(token.end(), token.start("markdown_close"), token.end("markdown_address"))

    def address(self, token: re.Match[str]) -> None:
        end = self._address_end(self._at)
        self._take(_pointer(self._text[self._at : end]), end)

    def _address_end(self, start: int) -> int:
        closer = self._nearest_closer
        return syntax.address_end(self._text, start, closer if start < closer else len(self._text))

    # Tags

    def tag(self, token: re.Match[str]) -> None:
        self._at = token.end()
        name = (token["name"] or token["html_name"]).lower()
        opens = not (token["end"] or token["html_end"])
        rest = token["rest"] or token["html_rest"] or ""
        if name not in _BEGIN_LINES:
            self._inline_tag(name, opens, rest)
            return
        if name == "table":
            self._table(opens)
        elif name == "hr":
            self._end_block()
        elif name in ("quote", "blockquote"):
            self._nest("quote", opens)
        else:
            self._nest("fold", opens)
            title = rest.removeprefix(",expanded").strip(" \t=")
            if opens and title:
                self._whole_block(Kind.TITLE, title)
        self._start_line()

    def _inline_tag(self, name: str, opens: bool, rest: str) -> None:
        if name == "br":
            self._chunks.append("\n" if self._kind is Kind.PARAGRAPH else " ")
        elif name in ("tr", "td", "th") or (name == "s" and opens):
            self._chunks.append(" ")
        elif name == "url" and (rest or not opens):
            self._chunks.append(LINK if opens else LINK_END)
        elif name in ("code", "nodtext") and opens:
            self._verbatim(name)


def _pointer(address: str) -> str:
    return f"{POINTER}{address}{POINTER_END}"


def _number(token: re.Match[str]) -> str:
    word = token.group().lower()
    if word.startswith(_PICTURES):
        return ""
    return token.group() if word.startswith(_COUNTED) else _pointer(token.group())


# What replaces a construct.
_REPLACEMENTS: dict[str, Callable[[re.Match[str]], str]] = {
    "invisible": lambda _: "",
    "angle_address": lambda token: _pointer(token["angle"]),
    "mention": lambda token: token["mentioned"],
    "html_link": lambda token: LINK_END if token.group().startswith("</") else LINK,
    "entity": lambda token: html.unescape(token.group()),
    "inline_code": lambda token: token["code"].replace("\\`", "`"),
    "escaped_tick": lambda _: "`",
    "number": _number,
}
