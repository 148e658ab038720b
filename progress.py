"""How far a stage is, on one line of the terminal: counted, not hoped.

tqdm counts and draws; what the line says is made here, because its own guesses from the last few answers,
which come in bursts where many are in flight, and cuts off on a narrow terminal what matters most.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tqdm import tqdm

# Rate and time left are those of the last minute, or of a longer time where answers come more rarely.
_WINDOW = 60.0
_FEWEST = 10
_REFRESH_EVERY = 1.0
_USUAL_WIDTH = 80
_NARROW = 70
_SHORTEST_BAR, _LONGEST_BAR = 8, 40


@dataclass(frozen=True, slots=True)
class _Moment:
    """What was done, and what tokens were written, up to some time in monotonic seconds."""

    time: float
    done: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Word:
    """A part of the line; the lowest `rank` stays longest where there is no room."""

    rank: int
    text: str


class Bar:
    """One progress bar on stderr, with rate and time left; nothing at all when stderr is piped.

    `tokens` tells how many the model has written since the program began.
    """

    def __init__(self, title: str, total: int | None, tokens: Callable[[], int] = lambda: 0) -> None:
        self.failed = 0
        self.in_flight: Callable[[], int] = lambda: 0
        self._title = title
        self._total = total
        self._tokens = tokens
        self._done = 0
        self._notes: dict[str, str] = {}
        self._began = _Moment(time.monotonic(), 0, tokens())
        self._moments = deque([self._began])
        self._is_over = False
        self._bar = _Meter(self._line, total)

    def advance(self, by: int = 1) -> None:
        """Count what is through."""
        self._done += by
        self._bar.update(by)

    def note(self, kind: str, words: str) -> None:
        """Show a few words behind the bar, or take them away again with ""."""
        self._notes[kind] = words

    async def keep_true(self) -> None:
        """Draw the bar anew every second until cancelled, so that a standstill is seen as one."""
        while not self._bar.disable:
            await asyncio.sleep(_REFRESH_EVERY)
            self._bar.refresh()

    def close(self) -> None:
        """Leave the bar as it stands, with what the whole stage took."""
        self._is_over = True
        self._bar.close()

    def _line(self, width: int) -> str:
        return fitted(self._words(time.monotonic()), self._share(), width)

    def _share(self) -> float | None:
        return min(1.0, self._done / self._total) if self._total else None

    def _words(self, now: float) -> list[Word]:
        since = self._since(now)
        seconds = max(now - since.time, 0.001)
        rate = (self._done - since.done) / seconds
        tokens = (self._tokens() - since.tokens) / seconds
        words = [
            Word(6, self._title),
            Word(0, f"{self._done:,}" + (f"/{self._total:,}" if self._total else "")),
            Word(3, _rate(rate)),
            Word(2, self._time(now, rate)),
            Word(4, "" if self._is_over else f"{self.in_flight()} in flight"),
            Word(5, f"{tokens:,.0f} tok/s" if tokens else ""),
            Word(1 if self.failed else 5, f"{self.failed:,} failed"),
            *(Word(1, note) for note in self._notes.values()),
        ]
        return [word for word in words if word.text]

    def _since(self, now: float) -> _Moment:
        """From when on rates are counted: the beginning of the window, or of the stage once it is over."""
        if now - self._moments[-1].time >= _REFRESH_EVERY:
            self._moments.append(_Moment(now, self._done, self._tokens()))
        while len(self._moments) > 2 and self._is_long_ago(self._moments[1], now):
            self._moments.popleft()
        return self._began if self._is_over else self._moments[0]

    def _is_long_ago(self, moment: _Moment, now: float) -> bool:
        return now - moment.time >= _WINDOW and self._done - moment.done >= _FEWEST

    def _time(self, now: float, rate: float) -> str:
        if self._is_over:
            return f"in {tqdm.format_interval(now - self._began.time)}"
        if self._total is None:
            return ""
        left = max(0, self._total - self._done)
        return f"{tqdm.format_interval(left / rate)} left" if rate else "? left"


class _Meter(tqdm):  # type: ignore[type-arg]
    """tqdm with a line of ours; it has a type argument only for those who check types."""

    # The bar is drawn every second by `keep_true`, so nobody needs to watch for a standstill.
    monitor_interval = 0

    def __init__(self, line: Callable[[int], str], total: int | None) -> None:
        self._line = line
        super().__init__(
            total=total, dynamic_ncols=True, disable=not sys.stderr.isatty(), file=sys.stderr, leave=True
        )

    def __str__(self) -> str:
        # The last column stays free: some terminals begin a new line as soon as it is written.
        return self._line((self.format_dict["ncols"] or _USUAL_WIDTH) - 1)


class AboveTheBar(logging.Handler):
    """Writes log lines to stderr without breaking a bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line above the bar."""
        tqdm.write(self.format(record), file=sys.stderr)


def fitted(words: Sequence[Word], share: float | None, width: int) -> str:
    """The words that fit into `width` columns, the most important ones; a bar where room is left for one."""
    kept, gap = list(words), "  " if width >= _NARROW else " "

    def length() -> int:
        return len(gap.join(word.text for word in kept))

    while len(kept) > 1 and length() > width:
        kept.remove(max(kept, key=lambda word: word.rank))
    room = min(_LONGEST_BAR, width - length() - len(gap))
    if share is not None and room >= _SHORTEST_BAR:
        at = next(place for place, word in enumerate(kept) if word.rank == 0)
        full = int(share * (room - 2))
        kept.insert(at, Word(0, f"|{'#' * full}{'.' * (room - 2 - full)}|"))
    return gap.join(word.text for word in kept)[:width]


def _rate(per_second: float) -> str:
    """A rate in the unit in which it can be read."""
    if per_second >= 1 or per_second == 0:
        return f"{per_second:.1f}/s"
    per_minute = per_second * 60
    return f"{per_minute:.1f}/min" if per_minute >= 1 else f"{per_minute * 60:.1f}/h"
