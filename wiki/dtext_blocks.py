"""The blocks of a wiki page without its markup: paragraphs, headers, list items, tables.

The text of a block still has marks. They are control characters, which no page contains because the scanner
removes them from what it reads. They enclose an address or a post number (`POINTER`) and the title of a link
that leaves the wiki (`LINK`). `unmarked` removes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

POINTER, POINTER_END = "\x01", "\x02"
LINK, LINK_END = "\x03", "\x04"
_CELL, _ROW = "\x05", "\x06"

_MARKS = str.maketrans("", "", POINTER + POINTER_END + LINK + LINK_END)
_SPACES = re.compile(r"[^\S\n]+")


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
    """The text without its marks."""
    return text.translate(_MARKS)


class BlockBuilder:
    """Collects text and cuts it into blocks; counts the open quotes, folded sections and tables."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.kind = Kind.PARAGRAPH
        self._chunks: list[str] = []
        self._quotes = 0
        self._folds = 0
        self._tables = 0

    @property
    def in_table(self) -> bool:
        """Whether a table is open."""
        return self._tables > 0

    def write(self, text: str) -> None:
        """Add text to the block that is open."""
        self._chunks.append(text)

    def begin(self, kind: Kind) -> None:
        """End the open block and begin one of `kind`; in a table, all blocks belong to the table."""
        if not self.in_table:
            self.end()
            self.kind = kind

    def end(self) -> None:
        """Close the open block; what follows is a paragraph. A table goes on until it is closed."""
        if self.in_table:
            self.write(" ")
        else:
            self._keep()

    def write_block(self, kind: Kind, text: str) -> None:
        """Add a whole block."""
        self.begin(kind)
        self.write(text)
        self.end()

    def break_line(self) -> None:
        """Start a new line of the paragraph, or the paragraph after a header or a list item."""
        if self.kind is Kind.PARAGRAPH and not self.in_table:
            self.write("\n")
        else:
            self.end()

    def quote(self, opens: bool) -> None:
        """Enter or leave a quote; to leave one that was never entered does nothing."""
        self.end()
        self._quotes = max(0, self._quotes + (1 if opens else -1))

    def fold(self, opens: bool) -> None:
        """Enter or leave a folded section, which readers click to see."""
        self.end()
        self._folds = max(0, self._folds + (1 if opens else -1))

    def table(self, opens: bool) -> None:
        """Enter or leave a table; a table in a table only adds cells."""
        if opens:
            self.begin(Kind.TABLE)
            self._tables += 1
        elif self._tables:
            self._tables -= 1
            self.end()

    def leave_tables(self) -> None:
        """Close every table: a header ends those that were never closed."""
        self._tables = 0

    def next_row(self) -> None:
        """Begin another row, if a table is open."""
        self.write(_ROW if self.in_table else " ")

    def next_cell(self) -> None:
        """Begin another cell, if a table is open."""
        self.write(_CELL if self.in_table else " ")

    def finish(self) -> list[Block]:
        """Close what is still open; returns all blocks."""
        self.leave_tables()
        self.end()
        return self.blocks

    def _keep(self) -> None:
        text = _tidied(self.kind, "".join(self._chunks))
        if unmarked(text).strip():
            self.blocks.append(Block(self.kind, text, self._quotes > 0, self._folds > 0))
        self._chunks.clear()
        self.kind = Kind.PARAGRAPH


def _tidied(kind: Kind, text: str) -> str:
    if kind is Kind.CODE:
        return text.strip("\n")
    if kind is Kind.TABLE:
        return "\n".join(filter(None, map(_row, text.split(_ROW))))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if unmarked(line).strip())


def _row(text: str) -> str:
    cells = (" ".join(cell.split()) for cell in text.split(_CELL))
    return "; ".join(cell for cell in cells if unmarked(cell).strip())
