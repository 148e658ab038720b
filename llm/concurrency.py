"""How many requests are in flight at once: a fixed number, or as many as pay.

`auto` climbs the hill of throughput, as the thread pool of .NET does (Hellerstein and others, 2010). It
doubles the number while that pays, as TCP does at its start, settles where Little's law says that all slots
of the server are taken and none waits, and from there tries a quarter more or less, ever more rarely.
Throughput is the signal, since local servers never refuse: they queue, and only the latency grows. A trial
has to earn a small price on each request in flight, a form of Kleinrock's power (1979), so that on a plateau
fewer win over more. A server that pushes back, or a deadline that passes, lowers the number at once.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import Literal

_FIRST, _MOST = 2, 512
# A quarter more requests have to bring 5.7 % more throughput. Servers that work on all requests as one batch
# gain less and less with each: at this price, three quarters of what they could give at most are had.
_PRICE = 0.25
# Doubling ends when it brings less than this: the slots are full, or nearly.
_FULL = 1.25
_LOSS = 0.8
_SMALL_STEP = 1.25
_BACK_OFF = 0.7
# A throughput is measured from at least so many requests; the difference that a small step makes takes more.
_FEWEST, _FEWEST_SMALL = 6, 32
# What arrives within this part of a latency after a measurement began belongs to the burst before it.
_ONE_BURST = 0.02
# Fewer in flight than this part of the limit: items come too slowly to tell what the server can do.
_BUSY_ENOUGH = 0.8
# Measurements between trials, at most; a throughput that differs by more than this factor ends the rest.
_LONGEST_REST = 8
_CHANGED = 1.4


class Concurrency:
    """A number of slots; whoever holds one may have a request in flight. First come, first served."""

    def __init__(self, setting: int | Literal["auto"]) -> None:
        self.limit = _FIRST if setting == "auto" else setting
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._climb = _Climb() if setting == "auto" else None

    @property
    def settled(self) -> int | None:
        """The best number that `auto` has found so far; None where the number is fixed."""
        return self._climb.best if self._climb else None

    def most_under_way(self) -> int:
        """How many questions there may be at once: those in flight, and as many that are being made ready."""
        return 2 * self.limit

    async def __aenter__(self) -> None:
        """Hold a slot."""
        await self.acquire()

    async def __aexit__(self, *error: object) -> None:
        """Hold it no longer."""
        self.release()

    async def acquire(self) -> None:
        """Take a slot, and wait for one where all are taken."""
        if not self._waiting and self.in_flight < self.limit:
            self._change(1)
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back."""
        self._change(-1)
        self._hand_out()

    def observe(self, seconds: float, *, ok: bool, pushed_back: bool = False) -> None:
        """Learn of a request that ended just now: how long it took, and whether it was answered.

        `pushed_back` is one that was too many: refused as such, or not through in time. Whoever observes
        still holds the slot.
        """
        if self._climb is None:
            return
        now = asyncio.get_running_loop().time()
        self._climb.pass_time(self.in_flight, now)
        if self.in_flight > self.limit:
            # They were sent before the limit was lowered, and say nothing of the lower one.
            self._climb.measure(now)
        elif pushed_back:
            self._climb.back_off(now - seconds, now)
        elif ok:
            self._climb.count(seconds, now)
        self.limit = self._climb.limit
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and self.in_flight < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._change(1)
                turn.set_result(None)

    def _change(self, by: int) -> None:
        if self._climb is not None:
            self._climb.pass_time(self.in_flight, asyncio.get_running_loop().time())
        self.in_flight += by


class _Climb:
    """Measures one limit after another: `_base` is the best so far, `limit` that or a trial."""

    def __init__(self) -> None:
        self.limit = self._base = _FIRST
        self._step, self._upwards, self._doubted = 2.0, True, False
        self._rest, self._next_rest = 0, 1
        # At the base: completed requests a second, and the mean latency; the latency at the base before.
        self._rate = self._latency = self._earlier = 0.0
        self._since = self._now = self._changed = -math.inf
        # Since the measurement began: requests, their latencies, and requests in flight times seconds.
        self._completed, self._seconds, self._occupied = 0, 0.0, 0.0

    @property
    def best(self) -> int:
        """The limit that has paid best so far, which is not the one that is on trial."""
        return self._base

    def pass_time(self, in_flight: int, now: float) -> None:
        """Note how many were in flight up to now."""
        if self._now == -math.inf:
            self._since = self._now = now
        self._occupied += in_flight * (now - self._now)
        self._now = now

    def measure(self, now: float) -> None:
        """Begin to measure anew."""
        self._since, self._completed, self._seconds, self._occupied = now, 0, 0.0, 0.0

    def back_off(self, started: float, now: float) -> None:
        """Take a trial back, or go lower, once for all requests that were sent under this limit."""
        if started < self._changed:
            return
        if self.limit <= self._base:
            self._base, self._rate = max(1, int(self.limit * _BACK_OFF)), 0.0
            self._upwards, self._next_rest = False, 1
        self._turn_back(now)

    def count(self, seconds: float, now: float) -> None:
        """Count a completed request, and judge the limit as soon as there are enough."""
        elapsed = now - self._since
        if elapsed < _ONE_BURST * seconds:
            return
        self._completed += 1
        self._seconds += seconds
        wanted = self._wanted()
        if self._completed < wanted and elapsed * self._needed() <= wanted:
            return
        if self._occupied >= _BUSY_ENOUGH * self.limit * elapsed:
            self._judge(self._completed / elapsed, self._seconds / self._completed, now)
        self.measure(now)

    def _wanted(self) -> int:
        """Whole rounds of those in flight, because answers may come in bursts."""
        low, high = sorted((self._base, self.limit))
        fewest = _FEWEST if self._step == 2 or high >= 2 * low else _FEWEST_SMALL
        return self.limit * max(math.ceil(fewest / self.limit), 1 if self._step == 2 and self._upwards else 2)

    def _needed(self) -> float:
        """The throughput that a trial has to reach; any will do for the base."""
        return self._rate * (self.limit / self._base) ** _PRICE if self.limit != self._base else 0.0

    def _judge(self, rate: float, latency: float, now: float) -> None:
        if self.limit == self._base:
            self._stay(rate, latency, now)
        elif self._step == 2 and self._upwards and rate < _FULL * self._rate:
            # Answers differ in length, so that few of them may mislead, once.
            if self._doubted or rate < _LOSS * self._rate:
                self._settle(rate, now)
            self._doubted = not self._doubted
        elif rate >= self._needed():
            self._base, self._rate, self._earlier, self._latency = self.limit, rate, self._latency, latency
            self._step = min(2.0, self._step**2) if self._upwards else self._step
            self._next_rest = 1
            self._try_next(now)
        else:
            self._turn_back(now)

    def _settle(self, rate: float, now: float) -> None:
        """Doubling is over: by Little's law, throughput times the latency without a queue are in flight."""
        latency = self._latency if rate >= self._needed() else self._earlier
        if latency:
            full = math.ceil(0.99 * max(rate, self._rate) * latency)
            self._base, self._rate = min(self.limit, max(self._base // 2, full)), 0.0
            self._upwards = False
        self._turn_back(now)

    def _stay(self, rate: float, latency: float, now: float) -> None:
        if self._rate and not 1 / _CHANGED < rate / self._rate < _CHANGED:
            self._step, self._upwards = 2.0, rate > self._rate
            self._rest, self._next_rest, self._rate = 0, 1, rate
        self._rate, self._latency = (self._rate + rate) / 2 if self._rate else rate, latency
        self._rest -= 1
        if self._rest < 0:
            self._try_next(now)

    def _try_next(self, now: float) -> None:
        further = max(self._base + 1, round(self._base * self._step))
        back = min(self._base - 1, round(self._base / self._step))
        self.limit = min(_MOST, further) if self._upwards else max(1, back)
        self._changed, self._doubted = now, False
        if self.limit == self._base:
            self._turn_back(now)

    def _turn_back(self, now: float) -> None:
        """Rest at the base, and try the other direction next."""
        self.limit, self._changed = self._base, now
        self._upwards = not self._upwards
        if self._step == 2 and self._base == _FIRST and self._rate and not self._upwards:
            # Not even the first doubling paid: perhaps one at a time is best.
            self._try_next(now)
            return
        self._step = _SMALL_STEP
        self._rest, self._next_rest = self._next_rest, min(_LONGEST_REST, 2 * self._next_rest)
