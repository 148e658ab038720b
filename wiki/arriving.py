"""Pages as they arrive: the wiki is read in a thread of its own, however busy the reader of the pages is."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterable

from errors import StageError, UserError
from wiki.source import Page


async def arriving(pages: Iterable[Page], at_once: Callable[[Page], None]) -> AsyncGenerator[Page, None]:
    """Yield pages in order; `at_once` is given each as soon as it is there, maybe long before it is yielded.

    Raises what `pages` and `at_once` raise, after the pages that came before.
    """
    arrivals = _Arrivals(pages, at_once)
    # Whoever interrupts the run does not wait for the wiki.
    threading.Thread(target=arrivals.read, name="wiki", daemon=True).start()
    try:
        while (item := await arrivals.queue.get()) is not None:
            if not isinstance(item, Page):
                raise item
            yield item
    finally:
        arrivals.stopped.set()


class _Arrivals:
    """What the thread that reads hands over to the loop: pages, then an error or None."""

    def __init__(self, pages: Iterable[Page], at_once: Callable[[Page], None]) -> None:
        self.queue: asyncio.Queue[Page | StageError | UserError | None] = asyncio.Queue()
        self.stopped = threading.Event()
        self._pages = pages
        self._at_once = at_once
        self._loop = asyncio.get_running_loop()

    def read(self) -> None:
        """Read to the end; runs in the thread."""
        try:
            for page in self._pages:
                if self.stopped.is_set():
                    return
                self._hand_over(page)
        except (StageError, UserError) as error:
            self._hand_over(error)
        finally:
            self._hand_over(None)

    def _hand_over(self, item: Page | StageError | UserError | None) -> None:
        # The loop is gone where the run has ended before the wiki answered.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._arrive, item)

    def _arrive(self, item: Page | StageError | UserError | None) -> None:
        try:
            if isinstance(item, Page) and not self.stopped.is_set():
                self._at_once(item)
        except UserError as error:
            self.stopped.set()
            item = error
        self.queue.put_nowait(item)
