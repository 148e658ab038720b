"""Ctrl-C and SIGTERM: a run ends in order, or at once where that takes too long."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, TypeVar

from errors import ExitCode

if TYPE_CHECKING:
    import asyncio

Result = TypeVar("Result")

# Seconds that an interrupted run has to let go of its connections and to write down what it holds.
_LONGEST_END = 1.0
_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last one is Ctrl-Break on Windows


class Interruption:
    """Ends the program with exit code 130 after `last_word`.

    The first signal of a run cancels it, so that it ends in order. What stands in the way for longer, a
    survey of many files or a library that waits, is left as it is: nothing on disk is ever in a state in
    which the program may not stop. A second signal, and one outside a run, ends the program at once.
    """

    def __init__(self, last_word: Callable[[], None]) -> None:
        self._last_word = last_word
        self._said = threading.Lock()
        self._heard_one = threading.Event()
        self._cancel: Callable[[], object] | None = None

    def listen(self) -> None:
        """Be called from now on when a signal comes."""
        for name in _SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._heard)

    async def watch(self, run: Coroutine[None, None, Result]) -> Result:
        """Run to the end; raises asyncio.CancelledError when a signal came meanwhile."""
        import asyncio

        threading.Thread(target=self._lose_patience, daemon=True).start()
        self._cancel = _cancelling(asyncio.get_running_loop(), asyncio.current_task())
        try:
            return await run
        finally:
            self._cancel = None

    def end(self) -> NoReturn:
        """Say the last word, once, and end: threads that wait for a wiki or a picture are not waited for."""
        if self._said.acquire(blocking=False):
            self._last_word()
        os._exit(ExitCode.INTERRUPTED)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        cancel, self._cancel = self._cancel, None
        if cancel is None:
            self.end()
        self._heard_one.set()
        cancel()

    def _lose_patience(self) -> None:
        self._heard_one.wait()
        time.sleep(_LONGEST_END)
        self.end()


def _cancelling(loop: asyncio.AbstractEventLoop, task: asyncio.Task[object] | None) -> Callable[[], object]:
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    return lambda: loop.call_soon_threadsafe(task.cancel)
