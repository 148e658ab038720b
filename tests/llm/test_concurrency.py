"""How many requests are in flight: slots in order, and `auto` against servers simulated in virtual time."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, TypeVar

import pytest

from llm.concurrency import Concurrency

Result = TypeVar("Result")


class _Clock(selectors.SelectSelector):
    """Waits no real second: time jumps to when the next timer is due."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for somebody else"
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop on such a clock."""

    def __init__(self) -> None:
        self._own_clock = _Clock()
        super().__init__(self._own_clock)

    def time(self) -> float:
        return self._own_clock.now


def in_virtual_time(work: Coroutine[Any, Any, Result]) -> Result:
    loop = VirtualTime()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def now() -> float:
    return asyncio.get_running_loop().time()


@dataclass
class Server:
    """A server whose latency is 1 when it has nothing else to do.

    `slots` are the requests worked on at once, by the time; the others queue, or are refused where it
    `refuses`. `jitter` shakes each latency by up to that part of it, `spread` is the deviation of the
    lengths of answers, `slowness` is how much longer a request takes when so many are worked on.
    """

    slots: Callable[[float], int] = lambda time: 10_000
    jitter: float = 0.0
    spread: float = 0.0
    slowness: Callable[[int], float] | None = None
    refuses: bool = False
    seed: int = 1
    busy: int = 0
    refused: int = 0
    queue: deque[asyncio.Future[None]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    async def answer(self) -> bool:
        if self.busy >= self.slots(now()):
            if self.refuses:
                self.refused += 1
                return False
            turn = asyncio.get_running_loop().create_future()
            self.queue.append(turn)
            await turn
        self.busy += 1
        try:
            parts = 10 if self.slowness else 1
            work = self._work() / parts
            for _ in range(parts):
                await asyncio.sleep(work * (self.slowness(self.busy) if self.slowness else 1))
        finally:
            self.busy -= 1
            while self.queue and self.busy < self.slots(now()):
                turn = self.queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    break
        return True

    def _work(self) -> float:
        work = 1 + self.random.uniform(-self.jitter, self.jitter)
        if self.spread:
            work *= self.random.gammavariate(self.spread**-2, self.spread**2)
        return work


@dataclass
class Course:
    """What happened: when requests were done, and the limits with the time from which each was in force."""

    done: list[float]
    limits: list[tuple[float, int]]

    def throughput(self, begin: float, end: float) -> float:
        return sum(begin < time <= end for time in self.done) / (end - begin)

    def limit(self, begin: float, end: float) -> float:
        """The limit on average between two times."""
        changes = [*self.limits, (end, 0)]
        spans = (
            (max(since, begin), min(until, end), limit) for (since, limit), (until, _) in pairwise(changes)
        )
        return sum(limit * max(0.0, until - since) for since, until, limit in spans) / (end - begin)


class Client:
    """Asks a server as the program does, with the slots of a Concurrency."""

    def __init__(self, server: Server, setting: int | Literal["auto"], deadline: float | None = None) -> None:
        self.slots = Concurrency(setting)
        self.course = Course([], [(0.0, self.slots.limit)])
        self._server = server
        self._deadline = deadline

    async def run(self, items: int, until: float, every: float) -> Course:
        """Ask about so many items until that time; a new item comes `every` so many latencies."""
        tasks: set[asyncio.Task[None]] = set()
        for _ in range(items):
            await asyncio.sleep(every)
            await self.slots.acquire()
            if now() >= until:
                break
            tasks.add(asyncio.create_task(self._one()))
            tasks = {task for task in tasks if not task.done()} if len(tasks) > 2000 else tasks
        if now() < until < float("inf"):
            await asyncio.sleep(until - now())
        if until == float("inf"):
            await asyncio.gather(*tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return self.course

    async def _one(self) -> None:
        try:
            while not await self._try():
                await asyncio.sleep(0.5)
            self.course.done.append(now())
        finally:
            self.slots.release()

    async def _try(self) -> bool:
        started = now()
        try:
            # A deadline takes a task for each request, and these tests send half a million.
            answer = self._server.answer()
            ok = await (asyncio.wait_for(answer, self._deadline) if self._deadline else answer)
        except asyncio.TimeoutError:
            ok = False
        self.slots.observe(now() - started, ok=ok, pushed_back=not ok)
        if self.slots.limit != self.course.limits[-1][1]:
            self.course.limits.append((now(), self.slots.limit))
        return ok


def course(
    server: Server,
    until: float = float("inf"),
    *,
    items: int = 1_000_000,
    setting: int | Literal["auto"] = "auto",
    every: float = 0.0,
    deadline: float | None = None,
) -> Course:
    return in_virtual_time(Client(server, setting, deadline).run(items, until, every))


@pytest.mark.parametrize(("jitter", "seed"), [(0.0, 1), (0.3, 1), (0.3, 2), (0.3, 3)])
@pytest.mark.parametrize("slots", [4, 32, 128])
def test_auto_finds_the_slots_within_twenty_latencies(slots: int, jitter: float, seed: int) -> None:
    seen = course(Server(lambda time: slots, jitter=jitter, seed=seed), 60)
    for begin in range(20, 60, 10):
        assert seen.throughput(begin, begin + 10) >= 0.85 * slots
    assert 0.8 * slots <= seen.limit(20, 60) <= 1.5 * slots + 1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("slots", [4, 32, 128])
def test_auto_finds_the_slots_where_answers_differ_in_length(slots: int, seed: int) -> None:
    seen = course(Server(lambda time: slots, jitter=0.3, spread=0.5, seed=seed), 60)
    assert seen.throughput(20, 60) >= 0.85 * slots
    assert seen.limit(20, 60) <= 3 * slots


@pytest.mark.parametrize("slots", [1, 2, 3, 7, 20, 50, 100])
def test_slots_that_are_no_power_of_two_are_found_too(slots: int) -> None:
    seen = course(Server(lambda time: slots, jitter=0.3), 60)
    assert seen.throughput(20, 60) >= 0.85 * slots
    assert seen.limit(40, 60) <= 2 * slots + 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_server_that_is_twelve_times_slower_with_four_in_flight_is_asked_one_at_a_time(seed: int) -> None:
    seen = course(Server(slowness=lambda busy: busy**1.79, jitter=0.3, seed=seed), 140)
    assert seen.limits[-1][1] == 1
    assert seen.throughput(40, 140) >= 0.85


def test_the_number_that_auto_settled_on_can_be_read() -> None:
    async def settled() -> int | None:
        client = Client(Server(lambda time: 32, jitter=0.3), "auto")
        await client.run(1_000_000, 60, 0.0)
        return client.slots.settled

    found = in_virtual_time(settled())
    assert found is not None
    assert 24 <= found <= 48
    assert Concurrency(32).settled is None


@pytest.mark.parametrize(("known", "slots"), [(4, 4), (32, 32), (128, 128), (32, 4), (4, 32)])
def test_auto_goes_on_from_a_number_that_was_found_before(known: int, slots: int) -> None:
    async def again() -> Course:
        client = Client(Server(lambda time: slots, jitter=0.3), "auto")
        client.slots.go_on_from(known)
        client.course.limits[0] = 0.0, client.slots.limit
        return await client.run(1_000_000, 60, 0.0)

    seen = in_virtual_time(again())
    assert seen.limit(0, 1) == known
    assert seen.throughput(1 if known == slots else 30, 60) >= 0.85 * slots
    fixed = Concurrency(3)
    fixed.go_on_from(known)
    assert fixed.limit == 3


def test_a_server_that_thrashes_beyond_sixteen_is_kept_near_them() -> None:
    seen = course(Server(slowness=lambda busy: max(1.0, (busy / 16) ** 2), jitter=0.3), 100)
    assert seen.throughput(20, 100) >= 0.85 * 16


def test_a_server_that_works_on_a_batch_is_given_many_as_long_as_that_pays() -> None:
    seen = course(Server(slowness=lambda busy: 1 + 0.02 * busy, jitter=0.3), 80)
    assert seen.throughput(40, 80) >= 0.8 * 50


@pytest.mark.parametrize("slots", [4, 32, 128])
def test_a_server_that_refuses_what_is_too_much_is_seldom_asked_too_much(slots: int) -> None:
    server = Server(lambda time: slots, jitter=0.3, refuses=True)
    seen = course(server, 60)
    assert seen.throughput(20, 60) >= 0.85 * slots
    assert server.refused <= 0.05 * len(seen.done)


def test_a_limit_that_is_refused_again_and_again_goes_down_to_what_is_taken() -> None:
    seen = course(Server(lambda time: 32 if time < 30 else 3, jitter=0.3, refuses=True), 90)
    assert seen.limit(60, 90) <= 6
    assert seen.throughput(60, 90) >= 0.85 * 3


def test_requests_that_time_out_lower_the_limit() -> None:
    seen = course(Server(lambda time: 32 if time < 30 else 4, jitter=0.3), 100, deadline=3.0)
    assert seen.limit(60, 100) <= 10
    assert seen.throughput(60, 100) >= 0.6 * 4


@pytest.mark.parametrize(("before", "after"), [(8, 32), (32, 8), (64, 4), (4, 64)])
def test_a_server_that_changes_is_followed(before: int, after: int) -> None:
    seen = course(Server(lambda time: before if time < 60 else after, jitter=0.3), 300)
    assert seen.throughput(130, 300) >= 0.85 * after
    assert 0.7 * after <= seen.limit(200, 300) <= 3 * after


def test_twenty_pictures_do_not_wait_for_the_best_limit_to_be_found() -> None:
    assert max(course(Server(jitter=0.3), items=20).done) <= 7
    assert max(course(Server(jitter=0.3), items=20, setting=2).done) >= 9


def test_items_that_come_slowly_do_not_raise_the_limit() -> None:
    seen = course(Server(jitter=0.3), 200, every=1 / 5)
    assert seen.limit(20, 200) <= 16


def test_a_pause_between_two_stages_does_not_lower_the_limit() -> None:
    async def two_stages() -> Course:
        client = Client(Server(lambda time: 32, jitter=0.3), "auto")
        await client.run(600, float("inf"), 0.0)
        await asyncio.sleep(1000)
        return await client.run(200, float("inf"), 0.0)

    seen = in_virtual_time(two_stages())
    before = next(limit for time, limit in reversed(seen.limits) if time < 1000)
    after = [limit for time, limit in seen.limits if time > 1000]
    assert min([before, *after]) >= 24


def test_all_requests_that_were_too_many_at_one_time_lower_the_limit_once() -> None:
    async def fail_together() -> tuple[int, int]:
        client = Client(Server(lambda time: 32, jitter=0.3), "auto")
        await client.run(600, float("inf"), 0.0)
        slots = client.slots
        before = slots.limit
        for _ in range(before):
            await slots.acquire()
        await asyncio.sleep(5)
        for _ in range(before):
            slots.observe(5, ok=False, pushed_back=True)
            slots.release()
        return before, slots.limit

    before, after = in_virtual_time(fail_together())
    assert 0.6 * before <= after < before


def test_requests_that_fail_for_their_own_reasons_do_not_change_the_limit() -> None:
    async def fail_often() -> int:
        slots = Concurrency("auto")
        await slots.acquire()
        for _ in range(1000):
            await asyncio.sleep(0.1)
            slots.observe(0.1, ok=False)
        return slots.limit

    assert in_virtual_time(fail_often()) == 2


@pytest.mark.parametrize("number", [1, 7, 1000])
def test_a_fixed_number_never_changes(number: int) -> None:
    seen = course(Server(lambda time: 4, jitter=0.3, refuses=True), 5, setting=number)
    assert seen.limits == [(0.0, number)]


def test_there_are_never_more_requests_in_flight_than_slots() -> None:
    async def most() -> tuple[int, int]:
        slots, under_way, seen = Concurrency(3), 0, list[int]()

        async def hold() -> None:
            nonlocal under_way
            await slots.acquire()
            under_way += 1
            seen.append(under_way)
            await asyncio.sleep(1)
            under_way -= 1
            slots.release()

        await asyncio.gather(*(hold() for _ in range(20)))
        return max(seen), slots.in_flight

    assert in_virtual_time(most()) == (3, 0)


def test_the_longest_waiter_is_served_first_even_if_another_one_asks_at_that_moment() -> None:
    async def order() -> list[str]:
        slots, served = Concurrency(1), []

        async def ask(name: str) -> None:
            await slots.acquire()
            served.append(name)

        await slots.acquire()
        waiting = [asyncio.create_task(ask(name)) for name in "abc"]
        await asyncio.sleep(0)
        slots.release()
        late = asyncio.create_task(ask("late"))
        for _ in "abc":
            await asyncio.sleep(0)
            slots.release()
        await asyncio.gather(*waiting, late)
        return served

    assert in_virtual_time(order()) == ["a", "b", "c", "late"]


@pytest.mark.parametrize("served_first", [False, True])
def test_a_waiter_that_is_cancelled_loses_no_slot(served_first: bool) -> None:
    async def cancel_one() -> tuple[bool, int]:
        slots = Concurrency(1)
        await slots.acquire()
        gone, stays = asyncio.create_task(slots.acquire()), asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        if served_first:
            slots.release()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        if not served_first:
            slots.release()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return stays.done(), slots.in_flight

    assert in_virtual_time(cancel_one()) == (True, 1)


def test_after_all_waiters_were_cancelled_a_free_slot_is_given_at_once() -> None:
    async def take() -> int:
        slots = Concurrency(1)
        await slots.acquire()
        gone = asyncio.create_task(slots.acquire())
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        slots.release()
        await slots.acquire()
        return slots.in_flight

    assert in_virtual_time(take()) == 1


def test_twenty_thousand_waiters_are_served_in_a_moment() -> None:
    async def queue() -> int:
        slots = Concurrency(1)

        async def pass_through() -> None:
            await slots.acquire()
            slots.release()

        await slots.acquire()
        waiting = [asyncio.create_task(pass_through()) for _ in range(20_000)]
        await asyncio.sleep(0)
        slots.release()
        await asyncio.gather(*waiting)
        return slots.in_flight

    assert in_virtual_time(queue()) == 0
