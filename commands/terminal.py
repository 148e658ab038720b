"""The terminal: stdout and stderr that can always be written to, and questions to the user.

A message that cannot be shown must not stop a run: on a full disk, in a pipe that nobody reads any more, or
in a window that was closed, only the message is lost.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

_STDERR = 2


class _Unfailing(io.TextIOWrapper):
    """A text stream that drops what cannot be written."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


def prepare_streams() -> None:
    """Make sure that stdout and stderr exist and can show any name, and that stderr never fails.

    Both may be missing: closed by the shell (`2>&-`), or because the program has no window (pythonw). What
    the console cannot show, such as names of pictures on Windows with an old code page, is escaped.
    """
    _occupy_descriptors()
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open to the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stderr, io.TextIOWrapper):
        encoding = sys.stderr.encoding
        sys.stderr = _Unfailing(
            sys.stderr.detach(), encoding=encoding, errors="backslashreplace", line_buffering=True
        )


def _occupy_descriptors() -> None:
    """Open the null device for standard streams that are closed.

    Otherwise the next file that is opened, such as the journal, would get the number of stderr, and a
    library in C would write its warnings into it.
    """
    for number in range(_STDERR + 1):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


class Asking:
    """Asks a yes-or-no question on a terminal; without a terminal the answer is no, and with --yes it is yes.

    `ask` shows a question and returns what was typed. `typed` are the arguments of the command line.
    """

    def __init__(
        self, ask: Callable[[str], str], typed: Sequence[str], *, agreed: bool, on_terminal: bool
    ) -> None:
        self._ask = ask
        self._agreed = agreed
        self._on_terminal = on_terminal
        self.command = shlex.join(["python", "caption.py", *typed, "--yes"])

    def __call__(self, question: str) -> bool:
        """Whether the user agrees."""
        if self._agreed or not self._on_terminal:
            return self._agreed
        return self._ask(f"{question} [y/N] ").strip().lower() in ("y", "yes")
