"""How many requests are in flight at once: a fixed number, or as many as make it faster.

`auto` finds the number by trying, see `concurrency_search`. A fixed number is lowered only where the model
crashes, as some do when several requests come at once.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Literal

from llm.concurrency_search import BACK_OFF, FIRST, Search


class Concurrency:
    """A number of slots; a request may be in flight while it holds one. First come, first served."""

    def __init__(self, setting: int | Literal["auto"]) -> None:
        self.limit = FIRST if setting == "auto" else setting
        self._lowered_at = -math.inf
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._search = Search() if setting == "auto" else None

    @property
    def settled(self) -> int | None:
        """The best number that `auto` has found so far; None if the number is fixed."""
        return self._search.best if self._search else None

    def go_on_from(self, settled: int) -> None:
        """Let `auto` begin with a number that it settled on before, at the same server."""
        if self._search is not None:
            self._search.go_on_from(settled)
            self.limit = self._search.limit

    def most_under_way(self) -> int:
        """How many items may be worked on: those in flight, and as many that are prepared meanwhile."""
        return 2 * self.limit

    async def acquire(self) -> None:
        """Take a slot, and wait for one if all are taken."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                # The slot was handed out just before.
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back."""
        self._change_in_flight(-1)
        self._hand_out()

    __aenter__ = acquire

    async def __aexit__(self, *error: object) -> None:
        """Give the slot back."""
        self.release()

    def lower_after_crash(self, seconds: float) -> bool:
        """Lower a fixed number after a crash of the model in a request of `seconds`; whether it was lowered.

        Requests that were sent before the number was lowered do not lower it again.
        """
        now = asyncio.get_running_loop().time()
        if self._search is not None or self.limit == 1 or now - seconds < self._lowered_at:
            return False
        self.limit, self._lowered_at = int(self.limit * BACK_OFF), now
        return True

    def observe(self, seconds: float, *, ok: bool, pushed_back: bool = False) -> None:
        """Learn from a request that ended just now, before its slot is given back.

        `seconds` is how long it took, and `ok` whether it was answered. `pushed_back` says that it was one
        too many: the server refused it as such, or did not answer in time.
        """
        if self._search is None:
            return
        now = asyncio.get_running_loop().time()
        self._search.measurement.pass_time(self.in_flight, now)
        if self.in_flight > self.limit:
            # The limit was lowered after these requests were sent, so they tell nothing about it.
            self._search.measurement.restart(now)
        elif pushed_back:
            self._search.back_off(now - seconds, now)
        elif ok:
            self._search.add(seconds, now)
        self.limit = self._search.limit
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self.in_flight < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._change_in_flight(1)
                turn.set_result(None)

    def _change_in_flight(self, by: int) -> None:
        if self._search is not None:
            self._search.measurement.pass_time(self.in_flight, asyncio.get_running_loop().time())
        self.in_flight += by
