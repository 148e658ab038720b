"""The blocks of a wiki page without its markup: paragraphs, headers, list items, tables.

The text of a block still has marks. They are control characters, which no page contains because the scanner
removes them from what it reads. They enclose an address or a post number (`POINTER`) and the title of a link
that leaves the wiki (`LINK`). `unmarked` removes them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum

POINTER, POINTER_END = "\x01", "\x02"
LINK, LINK_END = "\x03", "\x04"
CELL, ROW = "\x05", "\x06"

_MARKS = str.maketrans("", "", POINTER + POINTER_END + LINK + LINK_END)
_SPACES = re.compile(r"[^\S\n]+")
# Space behind marks, where there is a space before them already or a line begins.
_SPACE_BEHIND_MARKS = re.compile(
    rf"((?:^|[^\S\n])[{POINTER}{POINTER_END}{LINK}{LINK_END}]+)[^\S\n]+", re.MULTILINE
)


class Kind(Enum):
    """What a block is, as far as it matters for its plain text."""

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
    """One block of a page, and whether it is in a quote or in a folded section."""

    kind: Kind
    text: str
    quoted: bool = False
    folded: bool = False


def unmarked(text: str) -> str:
    """The text without its marks, and without the space that they leave."""
    return _SPACE_BEHIND_MARKS.sub(r"\1", text).translate(_MARKS).strip()


class BlockBuilder:
    """Collects text and cuts it into blocks; counts the open quotes, folded sections and tables."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.kind = Kind.PARAGRAPH
        self._chunks: list[str] = []
        self._open = Counter[str]()

    def write(self, text: str) -> None:
        """Add text to the block that is open."""
        self._chunks.append(text)

    def begin(self, kind: Kind) -> None:
        """End the open block and begin one of `kind`; in a table, all blocks but headers belong to it."""
        if kind is Kind.HEADER:
            # A header ends the tables that were never closed.
            self._open["table"] = 0
        if not self._open["table"]:
            self.end()
            self.kind = kind

    def end(self) -> None:
        """Close the open block; what follows is a paragraph. A table goes on until it is closed."""
        if self._open["table"]:
            self.write(" ")
            return
        text = _tidied(self.kind, "".join(self._chunks))
        if unmarked(text).strip():
            self.blocks.append(Block(self.kind, text, self._open["quote"] > 0, self._open["fold"] > 0))
        self._chunks.clear()
        self.kind = Kind.PARAGRAPH

    def write_block(self, kind: Kind, text: str) -> None:
        """Add a whole block."""
        self.begin(kind)
        self.write(text)
        self.end()

    def break_line(self) -> None:
        """Start a new line of the paragraph, or the paragraph after a header or a list item."""
        if self.kind is Kind.PARAGRAPH:
            self.write("\n")
        else:
            self.end()

    def nest(self, what: str, opens: bool) -> None:
        """Enter or leave a "quote", or a "fold": a section that readers click to see.

        To leave one that was never entered does nothing.
        """
        self.end()
        self._open[what] = max(0, self._open[what] + (1 if opens else -1))

    def table(self, opens: bool) -> None:
        """Enter or leave a table; a table in a table only adds cells."""
        if opens:
            self.begin(Kind.TABLE)
            self._open["table"] += 1
        elif self._open["table"]:
            self._open["table"] -= 1
            self.end()

    def divide(self, mark: str) -> None:
        """Begin another CELL or ROW, if a table is open."""
        self.write(mark if self._open["table"] else " ")

    def finish(self) -> list[Block]:
        """Close what is still open; returns all blocks."""
        self._open["table"] = 0
        self.end()
        return self.blocks


def _tidied(kind: Kind, text: str) -> str:
    if kind is Kind.CODE:
        return text.strip("\n")
    if kind is Kind.TABLE:
        rows = ([" ".join(cell.split()) for cell in row.split(CELL)] for row in text.split(ROW))
        return "\n".join(filter(None, ("; ".join(filter(_is_visible, cells)) for cells in rows)))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(filter(_is_visible, lines))


def _is_visible(text: str) -> bool:
    return bool(unmarked(text).strip())
