"""How trainers read the text of a picture, as it stands on disk.

People edit texts, with a byte order mark, a first line that is empty, or one caption over two lines, and
trainers do not all read that as it is meant. The lines of their sources are in docs/trainers.md.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence

Reader = Callable[[str], Sequence[str]]
"""The captions that a trainer finds in a text; its line ends are as they stand in the file."""


def each_line(text: str) -> list[str]:
    """Each line is a caption (OneTrainer)."""
    return [line for line in map(str.strip, _lines(text)) if line]


def first_line_counts(text: str) -> list[str]:
    """As `each_line`, but where the first line is empty there is no caption (sd-scripts, and to be safe)."""
    return each_line(text) if _lines(text)[0].strip() else []


def first_line_and_choices(text: str) -> list[str]:
    """As `first_line_counts`, where braces are a choice (sd-scripts with enable_wildcard)."""
    return [] if "{" in text or "}" in text else first_line_counts(text)


def lines_as_they_are(text: str) -> list[str]:
    """Each line is a caption, with the spaces and carriage returns around it (SimpleTuner)."""
    return [line for line in text.split("\n") if line] if "\n" in text else [text]


def whole(text: str) -> list[str]:
    """All of it is one caption (NewbieLoraTrainer)."""
    return ["\n".join(_lines(text)).strip()]


def why_misread(data: bytes, captions: Sequence[str], meant: Sequence[str], read: Reader | None) -> str:
    """Why a trainer reads other captions in the bytes of a text than are meant; "" where it reads these.

    `captions` are those in the text, and `meant` the same as this trainer wants them. `read` is None for a
    trainer that does not read texts.
    """
    if any("{{" in caption and "}}" in caption for caption in captions):
        return "doubled braces, as an earlier version wrote them for sd-scripts"
    if read is None:
        return ""
    try:
        found = list(read(data.decode("utf-8")))
    except UnicodeDecodeError:
        return "not UTF-8"
    if found == list(meant):
        return ""
    if captions != meant and [" ".join(each.split()) for each in found] == list(captions):
        return "written for another trainer"
    return _why_lines_are_misread(data, captions, found)


def _why_lines_are_misread(data: bytes, captions: Sequence[str], found: Sequence[str]) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return "byte order mark"
    lines = _lines(data.decode("utf-8"))
    if not lines[0].strip():
        return "first line is empty"
    if len(each_line("\n".join(lines))) > len(captions):
        return "one caption on several lines"
    if len(captions) > len(found) == 1:
        return "several captions, which are read as one"
    if not found:
        return "braces, which are read as a choice"
    return "spaces or other line ends around a line"


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
