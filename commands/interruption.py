"""Ctrl-C, SIGTERM and a terminal that is closed: a run ends in order, or at once if that takes too long."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from types import FrameType
from typing import NoReturn, TypeVar

from errors import ExitCode

Result = TypeVar("Result")

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last one is Ctrl-Break on Windows


class Interruption:
    """Calls `last_word` and ends the program with exit code 130.

    The first signal cancels the run, so that it closes its connections and saves what it has. If that takes
    longer than `longest_end` seconds, for example because a library waits for a server, the program ends at
    once: files are written so that it may stop at any time. A second signal, and one outside a run, also ends
    it at once.
    """

    def __init__(self, last_word: Callable[[], None], longest_end: float = 1.0) -> None:
        self._last_word = last_word
        self._longest_end = longest_end
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
            self._last_word()
        os._exit(ExitCode.INTERRUPTED)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        cancel, self._cancel = self._cancel, None
        if cancel is None:
            self.end()
        self._was_signalled.set()
        cancel()

    def _end_after_a_while(self) -> None:
        self._was_signalled.wait()
        time.sleep(self._longest_end)
        self.end()
