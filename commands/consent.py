"""Asking the user before gigabytes are fetched."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence


class Asking:
    """Asks on a terminal; without one, or with --yes, nobody is asked.

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
