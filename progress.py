"""How far a stage is, on one line of the terminal: a tqdm bar with what matters most at its left."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from printing import printable

# tqdm cuts off the right end of a line that is too long.
_COUNTS = "{title}{n_fmt}/{total_fmt}{failures}"
_RUNNING = f"{_COUNTS}  {{remaining}} left{{notes}}  {{rate_fmt}}{{in_flight}}{{tokens}}  |{{bar}}|"
_OVER = f"{_COUNTS}  in {{elapsed}}{{notes}}  {{rate_fmt}}{{tokens}}  |{{bar}}|"
# Below this width the title is left out, since the figures need the room.
_NARROW = 60
_USUAL_WIDTH = 80
_REDRAW_EVERY = 1.0
# With many requests in flight, answers come in bursts. The rate is a mean of about the last 20 measurements,
# and each of them lasts a second, or as long as no answer comes: so bursts even out.
_SMOOTHING = 0.05


class Bar(tqdm):  # type: ignore[type-arg] # it takes type arguments only in its stubs
    """The progress bar of one stage on stderr; nothing is shown when stderr is no terminal.

    `n` counts the items that are done or failed; they show when the bar is redrawn. `tokens` tells how many
    tokens the model has written so far.
    """

    # The bar redraws itself, so tqdm need not start a thread that watches for a standstill.
    monitor_interval = 0

    def __init__(self, title: str, total: int | None, tokens: Callable[[], int] = lambda: 0) -> None:
        self.failed = 0
        self.in_flight: Callable[[], int] = lambda: 0
        self._title = title
        self._tokens = tokens
        self._tokens_before = tokens()
        self._notes: dict[str, str] = {}
        super().__init__(
            total=total,
            bar_format=_RUNNING,
            ascii=".#",
            smoothing=_SMOOTHING,
            mininterval=0,
            miniters=0,
            dynamic_ncols=True,
            disable=not sys.stderr.isatty(),
            file=sys.stderr,
        )

    @property
    def format_dict(self) -> dict[str, Any]:
        """What tqdm can put into the line, and our own figures beside it."""
        shown = super().format_dict
        # The last column stays free: some terminals begin a new line as soon as it is written.
        shown["ncols"] = (shown["ncols"] or _USUAL_WIDTH) - 1
        tokens = (self._tokens() - self._tokens_before) / max(shown["elapsed"], 0.001)
        return {
            **shown,
            "title": f"{self._title}  " if shown["ncols"] >= _NARROW else "",
            "failures": f"  {self.failed} failed" if self.failed else "",
            "in_flight": f"  {self.in_flight()} in flight",
            "tokens": f"  {tokens:,.0f} tok/s" if tokens else "",
            "notes": "".join(f"  {note}" for note in self._notes.values() if note),
        }

    def note(self, kind: str, words: str) -> None:
        """Show a few words in the bar, or take them away again with ""."""
        self._notes[kind] = printable(words)

    async def redraw_every_second(self) -> None:
        """Redraw until cancelled, so that a standstill is seen as one."""
        while not self.disable:
            await asyncio.sleep(_REDRAW_EVERY)
            if self.n > self.last_print_n:
                # tqdm measures the rate in `update`, since the last update that had something new.
                self.update(0)
            else:
                self.refresh()

    def close(self) -> None:
        """Leave the bar as it is, with the mean rate and the time of the whole stage."""
        self.bar_format = _OVER
        super().close()


class AboveTheBar(logging.Handler):
    """Writes log lines to stderr without breaking a bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line above the bar."""
        said = [record.getMessage()]
        if record.exc_info:
            said += logging.Formatter().formatException(record.exc_info).split("\n")
        tqdm.write("\n".join(map(printable, said)), file=sys.stderr)
