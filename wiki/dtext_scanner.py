"""Reads DText, the markup of Danbooru's and e621's wikis, into the blocks of its visible text.

It reads once from left to right: a search finds the next whole construct, and the handler with its name deals
with it. What is no construct is text. A closing tag that is missing is searched for only once, so the time
is linear in the length of the page.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable

from tags.spelling import as_written
from wiki import dtext_syntax as syntax
from wiki.dtext_blocks import CELL, LINK, LINK_END, POINTER, POINTER_END, ROW, Block, BlockBuilder, Kind

# These occur with numbers in prose too ("issue #3 of the comic"), so they are kept as words.
_COUNTED = ("issue", "note", "record", "set")
_PICTURES = ("thumb", "!")
_PARTNERS = {"[[": "]]", "{{": "}}"}
# After these, what is a construct only at the beginning of a line may begin.
_BEGIN_LINES = ("hr", "quote", "blockquote", "expand", "section", "table")


def read(body: str) -> list[Block]:
    """The blocks of a page, in order. Any text can be read."""
    return _Scanner(body).scan()


class _Scanner:
    """The state of reading: the position, the blocks so far, and the ends of the open links."""

    def __init__(self, body: str) -> None:
        self._text = syntax.CONTROLS.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))
        self._at = 0
        self._out = BlockBuilder()
        self._closers: dict[int, tuple[int, str]] = {}
        self._nearest_closer = 0
        self._unclosed = Counter[str]()
        self._missing_ends: set[str] = set()

    def scan(self) -> list[Block]:
        self._start_line()
        while token := syntax.TOKEN.search(self._text, self._at):
            self._out.write(self._text[self._at : token.start()])
            self._at = token.start()
            name = str(token.lastgroup)
            if closer := self._closers.pop(self._at, None):
                self._take(closer[1], closer[0])
            elif name in _REPLACEMENTS:
                self._take(_REPLACEMENTS[name](token), token.end())
            else:
                getattr(self, name)(token)
        self._out.write(self._text[self._at :])
        return self._out.finish()

    def _take(self, text: str, upto: int) -> None:
        self._out.write(text)
        self._at = upto

    # Lines

    def newline(self, token: re.Match[str]) -> None:
        if token.group().count("\n") > 1:
            self._out.end()
        else:
            self._out.break_line()
        self._at = token.end()
        self._start_line()

    def _start_line(self) -> None:
        start = syntax.LINE_START.match(self._text, self._at)
        if start is None:
            return
        self._at = start.end()
        if start["header"]:
            self._out.begin(Kind.HEADER)
        elif start["embed"]:
            self._out.begin(Kind.GALLERY_ITEM if start["star"] else Kind.CAPTION)
        elif start["item"]:
            self._out.begin(Kind.ITEM)
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
            self._out.write_block(Kind.CODE, content)
        else:
            self._out.write(content)

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
        run = syntax.ADDRESS_RUN.match(self._text, start)
        address = run.group() if run else ""
        if start < self._nearest_closer:
            address = address[: self._nearest_closer - start]
        return start + len(_without_punctuation(address.partition("[/")[0]))

    # Tags

    def tag(self, token: re.Match[str]) -> None:
        self._at = token.end()
        name = (token["name"] or token["html_name"]).lower()
        opens = not (token["end"] or token["html_end"])
        rest = token["rest"] or token["html_rest"] or ""
        if name in _BEGIN_LINES:
            self._block_tag(name, opens, rest)
            self._start_line()
        else:
            self._inline_tag(name, opens, rest)

    def _block_tag(self, name: str, opens: bool, rest: str) -> None:
        if name == "table":
            self._out.table(opens)
        elif name == "hr":
            self._out.end()
        elif name in ("quote", "blockquote"):
            self._out.nest("quote", opens)
        else:
            self._out.nest("fold", opens)
            title = rest.removeprefix(",expanded").strip(" \t=")
            if opens and title:
                self._out.write_block(Kind.TITLE, title)

    def _inline_tag(self, name: str, opens: bool, rest: str) -> None:
        if name == "br":
            self._out.write("\n" if self._out.kind is Kind.PARAGRAPH else " ")
        elif name in ("tr", "td", "th"):
            self._out.divide(ROW if name == "tr" else CELL)
        elif name == "s" and opens:
            self._out.write(" ")
        elif name == "url" and (rest or not opens):
            self._out.write(LINK if opens else LINK_END)
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


def _without_punctuation(address: str) -> str:
    """An address without what ends the sentence around it, such as a bracket that it did not open."""
    surplus = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    end = len(address)
    while end and (address[end - 1] in "\"':;,.?!" or surplus.get(address[end - 1], 0) > 0):
        if address[end - 1] in surplus:
            surplus[address[end - 1]] -= 1
        end -= 1
    return address[:end]
