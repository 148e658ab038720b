"""What others wrote, made fit for a terminal: names of files and models, answers, errors, settings.

Everything that the program says goes through `printable` where it is printed: in `caption.py`, and in
`progress.py` for the bar and for warnings. It imports nothing, because `caption.py` needs it before it has
checked the version of Python.
"""

from __future__ import annotations


def printable(line: str) -> str:
    """A text that can be shown on one line.

    Line breaks, escape sequences, marks that change the direction of writing, and bytes that cannot be
    decoded are spelled out: the terminal is not to obey them.
    """
    if line.isprintable():
        return line
    shown = line.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in shown)
