"""The terminal: stdout and stderr that can always be written to, questions to the user, and Ctrl-C.

A message that cannot be shown must not stop a run: on a full disk, in a pipe that nobody reads any more, or
in a window that was closed, only the message is lost.
"""

from __future__ import annotations

import io
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import NoReturn, TypeVar

from errors import ExitCode

Result = TypeVar("Result")

_STDERR = 2
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last one is Ctrl-Break on Windows


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


class Interruption:
    """Calls `last_word` and ends the program with exit code 130.

    The first signal cancels the run, so that it closes its connections and saves what it has. If that takes
    longer than `longest_end` seconds, for example because a library waits for a server, the program ends at
    once: files are written so that it may stop at any time. A second signal, and one outside a run, also ends
    it at once.
    """

    def __init__(self, last_word: Callable[[], None], longest_end: float = 1.0) -> None:
        self.last_word = last_word
        self.longest_end = longest_end
        self._has_ended = threading.Lock()
        self._was_signalled = threading.Event()
        self._cancel: Callable[[], object] | None = None

    def listen(self) -> None:
        """Handle signals from now on."""
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # Under nohup the program goes on when its terminal is closed.
            is_nohup = name == "SIGHUP" and number and signal.getsignal(number) is signal.SIG_IGN
            if number is not None and not is_nohup:
                signal.signal(number, self._handle)

    async def watch(self, run: Coroutine[None, None, Result]) -> Result:
        """Run to the end; raises asyncio.CancelledError if a signal came."""
        import asyncio

        threading.Thread(target=self._end_after_a_while, daemon=True).start()
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._cancel = partial(loop.call_soon_threadsafe, task.cancel)
        try:
            return await run
        finally:
            self._cancel = None

    def end(self) -> NoReturn:
        """Call `last_word` once and end, without waiting for threads that ask a wiki or decode a picture."""
        if self._has_ended.acquire(blocking=False):
            self.last_word()
        os._exit(ExitCode.INTERRUPTED)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        cancel, self._cancel = self._cancel, None
        if cancel is None:
            self.end()
        self._was_signalled.set()
        cancel()

    def _end_after_a_while(self) -> None:
        self._was_signalled.wait()
        time.sleep(self.longest_end)
        self.end()
