"""Reads DText, the markup of Danbooru's and e621's wikis, into the blocks of its visible text.

It reads once from left to right: a search finds the next place where a construct may begin, and the handler
for it tries to match the whole construct there. If it does not match, it is text. A closing tag that is
missing is searched for only once, so the time is linear in the length of the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from tags.spelling import as_written
from wiki import dtext_syntax as syntax
from wiki.dtext_blocks import LINK, LINK_END, POINTER, POINTER_END, Block, BlockBuilder, Kind

# These occur with numbers in prose too ("issue #3 of the comic"), so they are kept as words.
_COUNTED = ("issue", "note", "record", "set")
_PICTURES = ("thumb", "!")


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
        self._unclosed = {"]": 0, "}": 0}
        self._missing_ends: set[str] = set()

    def scan(self) -> list[Block]:
        self._start_line()
        while token := syntax.TOKEN.search(self._text, self._at):
            self._out.write(self._text[self._at : token.start()])
            self._at = token.start()
            if not self._close_link():
                _HANDLERS[str(token.lastgroup)](self, token)
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
            self._out.leave_tables()
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

    def _open_link(self, title: int, close: int, end: int, marked: bool) -> None:
        self._take(LINK if marked else "", title)
        self._nearest_closer = close
        self._closers[close] = (end, LINK_END if marked else "")

    def _close_link(self) -> bool:
        closer = self._closers.pop(self._at, None)
        if closer is None:
            return False
        self._take(closer[1], closer[0])
        return True

    def wiki_link(self, token: re.Match[str]) -> None:
        link = syntax.WIKI_LINK.match(self._text, self._at)
        if link is None:
            self._drop_unclosed("]", token)
        elif link["title"]:
            self._open_link(link.start("title"), link.start("close"), link.end(), marked=False)
        else:
            target = syntax.ANCHOR.sub("", link["target"].strip())
            self._take(_shown(target, link["title"] is not None), link.end())

    def search_link(self, token: re.Match[str]) -> None:
        link = syntax.SEARCH_LINK.match(self._text, self._at)
        if link is None:
            self._drop_unclosed("}", token)
        elif link["title"]:
            self._open_link(link.start("title"), link.start("close"), link.end(), marked=False)
        else:
            tags = link["target"].split()
            self._take(" ".join(_shown(tag, link["title"] is not None) for tag in tags), link.end())

    def _drop_unclosed(self, closing: str, token: re.Match[str]) -> None:
        self._unclosed[closing] += 1
        self._at = token.end()

    def closing(self, token: re.Match[str]) -> None:
        mark = token.group()
        if self._unclosed.get(mark) and self._text.startswith(mark * 2, self._at):
            self._unclosed[mark] -= 1
            self._at += 2
        else:
            self._take(mark, token.end())

    def quotation(self, token: re.Match[str]) -> None:
        link = syntax.TEXTILE_LINK.match(self._text, self._at)
        if link is None:
            self._take('"', token.end())
        else:
            end = link.end("boxed") if link["boxed"] else self._address_end(link.start("address"))
            self._open_link(token.end(), link.start("close"), end, marked=True)

    def address(self, token: re.Match[str]) -> None:
        end = self._address_end(self._at)
        self._take(POINTER + self._text[self._at : end] + POINTER_END, end)

    def _address_end(self, start: int) -> int:
        run = syntax.ADDRESS_RUN.match(self._text, start)
        address = run.group() if run else ""
        if start < self._nearest_closer:
            address = address[: self._nearest_closer - start]
        return start + len(_without_punctuation(address.partition("[/")[0]))

    def number(self, token: re.Match[str]) -> None:
        word = token.group().lower()
        if word.startswith(_PICTURES):
            self._take("", token.end())
        elif word.startswith(_COUNTED):
            self._take(token.group(), token.end())
        else:
            self._take(POINTER + token.group() + POINTER_END, token.end())

    # Brackets

    def bracket(self, token: re.Match[str]) -> None:
        if self._apply_tag():
            return
        if backwards := syntax.BACKWARDS_LINK.match(self._text, self._at):
            close = backwards.start("close")
            self._open_link(backwards.end(), close, close + 1, marked=True)
        elif markdown := syntax.MARKDOWN_LINK.match(self._text, self._at):
            self._open_link(token.end(), markdown.start("close"), markdown.end("address"), marked=True)
        elif invisible := syntax.INVISIBLE.match(self._text, self._at):
            self._at = invisible.end()
        else:
            self._take("[", token.end())

    def angle(self, token: re.Match[str]) -> None:
        if address := syntax.ANGLE_ADDRESS.match(self._text, self._at):
            self._take(POINTER + address[1] + POINTER_END, address.end())
        elif mention := syntax.ANGLE_MENTION.match(self._text, self._at):
            self._take(mention[1], mention.end())
        elif link := syntax.HTML_LINK.match(self._text, self._at):
            self._take(LINK_END if link.group().startswith("</") else LINK, link.end())
        elif not self._apply_tag():
            self._take("<", token.end())

    def _apply_tag(self) -> bool:
        tag = syntax.TAG.match(self._text, self._at)
        if tag is None:
            return False
        name = (tag["name"] or tag["html_name"]).lower()
        rest = tag["rest"] or tag["html_rest"] or ""
        if name not in syntax.MAY_FOLLOW or (rest and rest[0] not in syntax.MAY_FOLLOW[name]):
            return False
        self._at = tag.end()
        if name in _TAG_ACTIONS:
            _TAG_ACTIONS[name](self, name, not (tag["end"] or tag["html_end"]), rest)
        return True

    def _tag_line_break(self, _name: str, _opens: bool, _rest: str) -> None:
        self._out.write("\n" if self._out.kind is Kind.PARAGRAPH else " ")

    def _tag_rule(self, _name: str, _opens: bool, _rest: str) -> None:
        self._out.end()
        self._start_line()

    def _tag_quote(self, _name: str, opens: bool, _rest: str) -> None:
        self._out.quote(opens)
        self._start_line()

    def _tag_fold(self, _name: str, opens: bool, rest: str) -> None:
        self._out.fold(opens)
        title = rest.removeprefix(",expanded").strip(" \t=")
        if opens and title:
            self._out.write_block(Kind.TITLE, title)
        self._start_line()

    def _tag_table(self, _name: str, opens: bool, _rest: str) -> None:
        self._out.table(opens)
        self._start_line()

    def _tag_row(self, _name: str, _opens: bool, _rest: str) -> None:
        self._out.next_row()

    def _tag_cell(self, _name: str, _opens: bool, _rest: str) -> None:
        self._out.next_cell()

    def _tag_address(self, _name: str, opens: bool, rest: str) -> None:
        if rest or not opens:
            self._out.write(LINK if opens else LINK_END)

    def _tag_verbatim(self, name: str, opens: bool, _rest: str) -> None:
        if opens:
            self._verbatim(name)

    # Characters

    def tick(self, token: re.Match[str]) -> None:
        code = syntax.INLINE_CODE.match(self._text, self._at)
        if code is None:
            self._take("`", token.end())
        else:
            self._take(code["code"].replace("\\`", "`"), code.end())

    def entity(self, token: re.Match[str]) -> None:
        entity = syntax.ENTITY.match(self._text, self._at)
        if entity is None:
            self._take("&", token.end())
        else:
            self._take(html.unescape(entity.group()), entity.end())


_HANDLERS: dict[str, Callable[[_Scanner, re.Match[str]], None]] = {
    name: getattr(_Scanner, name) for name in syntax.TOKEN.groupindex
}
_TAG_ACTIONS: dict[str, Callable[[_Scanner, str, bool, str], None]] = {
    "br": _Scanner._tag_line_break,
    "hr": _Scanner._tag_rule,
    "quote": _Scanner._tag_quote,
    "blockquote": _Scanner._tag_quote,
    "expand": _Scanner._tag_fold,
    "section": _Scanner._tag_fold,
    "table": _Scanner._tag_table,
    "tr": _Scanner._tag_row,
    "td": _Scanner._tag_cell,
    "th": _Scanner._tag_cell,
    "url": _Scanner._tag_address,
    "code": _Scanner._tag_verbatim,
    "nodtext": _Scanner._tag_verbatim,
}


def _shown(tag: str, unqualified: bool) -> str:
    """A tag as words: long_hair is "long hair", but a face such as o_o stays as it is."""
    if unqualified:
        tag = syntax.QUALIFIER.sub("", tag)
    return as_written(tag)


def _without_punctuation(address: str) -> str:
    """An address without what ends the sentence around it, such as a bracket that it did not open."""
    surplus = {")": address.count(")") - address.count("("), "]": address.count("]") - address.count("[")}
    end = len(address)
    while end and (address[end - 1] in "\"':;,.?!" or surplus.get(address[end - 1], 0) > 0):
        if address[end - 1] in surplus:
            surplus[address[end - 1]] -= 1
        end -= 1
    return address[:end]
