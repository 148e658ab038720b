"""The search for the number of requests in flight that pays: `concurrency = auto`.

It finds the number by trying, as the thread pool of .NET does (Hellerstein and others, 2010). It
measures how many requests a second are completed with one limit, then with another, and keeps the better
one. The throughput has to decide because local servers never refuse a request: they queue it, and only the
latency grows. More requests in flight also have to earn a small price each (after Kleinrock's power, 1979).
Otherwise, among limits that give about the same throughput, chance would lead to ever higher ones. If a
server refuses a request as one too many, or a request times out, the limit is lowered at once.
"""

from __future__ import annotations

import math

FIRST, _MOST = 2, 512
_SMALL_STEP = 1.25
# The price of more requests in flight: a limit that is higher by a factor f has to give a throughput that
# is higher by f ** _PRICE, so 5.7 % more for a quarter more requests. For servers that work on all requests
# as one batch, this price leads to about three quarters of what they could give at most.
_PRICE = 0.25
# If doubling brings less than this factor, all slots of the server are taken, or nearly.
_FULL = 1.25
# The limit is multiplied by this after a request was refused because there were too many.
BACK_OFF = 0.7
# The fewest requests that make a measurement; the small difference that a small step makes needs more.
_REQUESTS, _REQUESTS_OF_SMALL_STEP = 6, 32
# Answers often arrive in bursts. Those that arrive within this part of a latency after the begin of a
# measurement belong to the burst before it.
_BURST = 0.02
# If fewer requests than this part of the limit were in flight, there was not enough work to judge the limit.
_BUSY_ENOUGH = 0.8
# The most measurements between two trials, and the change of throughput that means that the server has
# changed.
_LONGEST_REST = 8
_CHANGED = 1.4


class Measurement:
    """Counts the requests that are completed under one limit."""

    def __init__(self) -> None:
        self.completed = 0
        self._latencies = 0.0
        # Requests in flight times seconds.
        self._occupied = 0.0
        self._since = self._now = -math.inf

    def restart(self, now: float) -> None:
        """Forget everything and begin now."""
        self.completed, self._latencies, self._occupied, self._since = 0, 0.0, 0.0, now

    def pass_time(self, in_flight: int, now: float) -> None:
        """Note that this many requests were in flight from the last call until now."""
        if self._now == -math.inf:
            self._since = self._now = now
        self._occupied += in_flight * (now - self._now)
        self._now = now

    def add(self, latency: float) -> None:
        """Count a completed request."""
        self.completed += 1
        self._latencies += latency

    @property
    def seconds(self) -> float:
        """How long it has lasted so far."""
        return self._now - self._since

    @property
    def throughput(self) -> float:
        """Completed requests a second."""
        return self.completed / self.seconds

    @property
    def latency(self) -> float:
        """The mean time that a request took."""
        return self._latencies / self.completed

    def was_busy(self, limit: int) -> bool:
        """Whether there was enough work to make use of the limit."""
        return self._occupied >= _BUSY_ENOUGH * limit * self.seconds


class Search:
    """Searches for the best limit: `best` is the best so far, and `limit` is either that or a trial.

    A trial is `best` multiplied or divided by `_factor`, and goes through these states:

    doubling   At first the limit is doubled until that pays no more. Then Little's law tells how many slots
               the server has, and that number is the best.
    resting    The limit is the best for some measurements, and twice as many after each trial that failed.
    trying     The limit is a quarter more or less. If that pays, it is the best and the next trial goes on in
               the same direction; if not, the next one goes in the other.

    If the throughput changes a lot while resting, the server has changed, and trials are by a factor of two
    again.
    """

    def __init__(self) -> None:
        self.limit = self.best = FIRST
        self.measurement = Measurement()
        self._factor, self._goes_up = 2.0, True
        # Whether one measurement has said that doubling pays no more.
        self._is_in_doubt = False
        self._rests_left, self._next_rests = 0, 1
        # As measured with the best limit; no throughput is known yet if it is 0.
        self._throughput = self._latency = 0.0
        # The latency with the limit that was the best before.
        self._earlier_latency = 0.0
        self._limit_since = -math.inf

    @property
    def _is_doubling(self) -> bool:
        return self._factor == 2 and self._goes_up

    def go_on_from(self, best: int) -> None:
        """Rest at a limit that was the best before, and try others from there in small steps."""
        self.limit = self.best = best
        self._factor = _SMALL_STEP

    def add(self, latency: float, now: float) -> None:
        """Count a completed request, and judge the limit if there were enough."""
        seen = self.measurement
        if seen.seconds < _BURST * latency:
            return
        seen.add(latency)
        wanted = self._wanted()
        is_hopeless = seen.seconds * self._throughput_wanted() > wanted
        if seen.completed < wanted and not is_hopeless:
            return
        if seen.was_busy(self.limit):
            self._judge(seen.throughput, seen.latency, now)
        seen.restart(now)

    def back_off(self, sent: float, now: float) -> None:
        """Give a trial up, or lower the best, after a request that was sent at that time was one too many."""
        if sent < self._limit_since:
            # Many requests fail together. Those sent before the limit was lowered do not lower it again.
            return
        if self.limit <= self.best:
            self.best, self._throughput = max(1, int(self.limit * BACK_OFF)), 0.0
            self._goes_up, self._next_rests = False, 1
        self._turn_back(now)

    def _wanted(self) -> int:
        """How many requests make a measurement: whole rounds of the limit, as answers come in bursts."""
        low, high = sorted((self.best, self.limit))
        is_small_step = self._factor != 2 and high < 2 * low
        fewest = _REQUESTS_OF_SMALL_STEP if is_small_step else _REQUESTS
        return self.limit * max(math.ceil(fewest / self.limit), 1 if self._is_doubling else 2)

    def _throughput_wanted(self) -> float:
        """The throughput that a trial has to reach; there is none for the best limit."""
        return 0.0 if self.limit == self.best else self._throughput * (self.limit / self.best) ** _PRICE

    def _judge(self, throughput: float, latency: float, now: float) -> None:
        if self.limit == self.best:
            self._rest(throughput, latency, now)
        elif self._is_doubling and throughput < _FULL * self._throughput:
            # Answers differ in length, so a few of them may mislead: a second measurement decides.
            if self._is_in_doubt:
                self._end_doubling(throughput, now)
            else:
                self._is_in_doubt = True
        elif throughput >= self._throughput_wanted():
            self.best, self._throughput = self.limit, throughput
            self._earlier_latency, self._latency = self._latency, latency
            if self._goes_up:
                self._factor = min(2.0, self._factor**2)
            self._next_rests = 1
            self._start_trial(now)
        else:
            self._turn_back(now)

    def _end_doubling(self, throughput: float, now: float) -> None:
        """Compute the slots of the server by Little's law: throughput times the latency without a queue.

        If the last doubling still paid, no request queued with the best limit; otherwise with the one before.
        """
        latency = self._latency if throughput >= self._throughput_wanted() else self._earlier_latency
        if latency:
            slots = math.ceil(0.99 * max(throughput, self._throughput) * latency)
            self.best, self._throughput = min(self.limit, max(self.best // 2, slots)), 0.0
            self._goes_up = False
        self._turn_back(now)

    def _rest(self, throughput: float, latency: float, now: float) -> None:
        if self._throughput and not 1 / _CHANGED < throughput / self._throughput < _CHANGED:
            self._factor, self._goes_up = 2.0, throughput > self._throughput
            self._rests_left, self._next_rests, self._throughput = 0, 1, throughput
        self._throughput = (self._throughput + throughput) / 2 if self._throughput else throughput
        self._latency = latency
        self._rests_left -= 1
        if self._rests_left < 0:
            self._start_trial(now)

    def _start_trial(self, now: float) -> None:
        if self._goes_up:
            self.limit = min(_MOST, max(self.best + 1, round(self.best * self._factor)))
        else:
            self.limit = max(1, min(self.best - 1, round(self.best / self._factor)))
        self._limit_since, self._is_in_doubt = now, False
        if self.limit == self.best:
            self._turn_back(now)

    def _turn_back(self, now: float) -> None:
        """Go back to the best limit, rest there, and then try the other direction."""
        self.limit, self._limit_since = self.best, now
        self._goes_up = not self._goes_up
        if self._factor == 2 and self.best == FIRST and self._throughput and not self._goes_up:
            # Not even the first doubling paid. Try one request at a time before anything else.
            self._start_trial(now)
            return
        self._factor = _SMALL_STEP
        self._rests_left, self._next_rests = self._next_rests, min(_LONGEST_REST, 2 * self._next_rests)
