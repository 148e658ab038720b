"""One coroutine over many items: concurrency, tally, give up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from errors import ExcludedError, ItemError, Problem, StageError
from events import happened
from progress import Bar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# When nothing has succeeded yet and this many items failed in a row, the rest would fail too.
GIVE_UP_AFTER = 20
# What failed for a passing reason is tried once more when all others are through. Of a server that fails
# for ever not everything is held until then.
MOST_POSTPONED = 64
# Seconds after which a task that goes on is told once more to stop.
_TOLD_AGAIN = 0.1

_log = logging.getLogger(__name__)


def counted(problems: Iterable[Problem]) -> list[tuple[str, int]]:
    """How often each reason was seen, the most common first; of equals the first in the alphabet."""
    counts = Counter(problem.reason for problem in problems)
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


@dataclass(slots=True)
class Tally:
    """What came of the items of one stage."""

    done: int = 0
    failures: list[Problem] = field(default_factory=list)
    excluded: list[Problem] = field(default_factory=list)
    noted: list[Problem] = field(default_factory=list)
    """Items that are done, each with something that its user should look at."""

    def reasons(self) -> list[tuple[str, int]]:
        """How often each reason of failure was seen, the most common first."""
        return counted(self.failures)

    def add_failure(self, name: str, error: ItemError) -> None:
        """Count an item that failed, or that is never sent."""
        kind = self.excluded if isinstance(error, ExcludedError) else self.failures
        kind.append(error.problem(name))


@dataclass(frozen=True, slots=True)
class Work(Generic[Item, Answer]):
    """What is done with each item: it is asked about, and the answer is kept.

    `ask` may run many times at once, and waits itself for a slot where it needs one; `keep` and `failed` run
    one at a time, in the order in which answers arrive; `size` is what an item counts for, `cost` what an
    answer took, for the log. `ask` and `keep` raise ItemError for this item, and StageError or UserError
    when no other can succeed.
    """

    title: str
    name: Callable[[Item], str]
    ask: Callable[[Item], Awaitable[Answer]]
    keep: Callable[[Item, Answer], None]
    failed: Callable[[Item, ItemError], None]
    size: Callable[[Item], int] = lambda item: 1
    cost: Callable[[Answer], Mapping[str, object]] = lambda answer: {}


async def run(
    items: Iterable[Item] | AsyncIterable[Item],
    work: Work[Item, Answer],
    most: Callable[[], int],
    bar: Bar,
    tally: Tally | None = None,
) -> Tally:
    """Ask about every item, at most `most` of them at once, and keep each answer as it arrives.

    An item that failed for a passing reason is asked about once more when all others are through.
    Whoever gives a `tally` can read from it what was done when the stage ends before its time.
    Raises StageError when nothing succeeds, and what `ask` or `keep` raise beyond ItemError; requests in
    flight are then given up, what was kept stays kept.
    """
    runner = _Runner(work, most, bar, tally or Tally())
    showing = asyncio.create_task(bar.keep_true())
    try:
        runner.feed(items)
        await runner.finish()
    finally:
        showing.cancel()
        await runner.stop()
    return runner.tally


async def _drawn(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncGenerator[Item, None]:
    if not isinstance(items, AsyncIterable):
        for item in items:
            yield item
        return
    source = items.__aiter__()
    try:
        async for item in source:
            yield item
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


class _Runner(Generic[Item, Answer]):
    """The tasks of one run, and what came of them."""

    def __init__(self, work: Work[Item, Answer], most: Callable[[], int], bar: Bar, tally: Tally) -> None:
        self.tally = tally
        self._work = work
        self._most = most
        self._bar = bar
        self._under_way = 0
        self._has_room = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._end: BaseException | None = None
        self._is_over = asyncio.Event()
        self._postponed: deque[tuple[Item, ItemError]] = deque()
        self._in_vain = 0

    def feed(self, items: Iterable[Item] | AsyncIterable[Item]) -> None:
        """Start the items in a task of its own: what ends the stage does not wait for the next item."""
        task = asyncio.create_task(self._start_all(items))
        self._tasks.add(task)
        task.add_done_callback(self._over)

    async def _start_all(self, items: Iterable[Item] | AsyncIterable[Item]) -> None:
        async with aclosing(_drawn(items)) as drawn:
            async for item in drawn:
                await self.start(item)

    async def start(self, item: Item, *, may_wait: bool = True) -> None:
        """Begin with one item once there is room; raises what ended the stage, if something did."""
        # Of many that could begin at once, each lets the one before it be sent first.
        await asyncio.sleep(0)
        while self._under_way >= self._most():
            self._has_room.clear()
            await self._has_room.wait()
        if self._end is not None:
            raise self._end
        self._under_way += 1
        task = asyncio.create_task(self._one(item, may_wait))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def finish(self) -> None:
        """Wait for all that is under way, and try once more what was put off."""
        await self._wait()
        self._bar.note("later", "")
        if not self.tally.done:
            self._fail_the_postponed()
        while self._postponed:
            await self.start(self._postponed.popleft()[0], may_wait=False)
        await self._wait()

    async def _wait(self) -> None:
        while self._tasks and self._end is None:
            self._is_over.clear()
            await self._is_over.wait()
        if self._end is not None:
            raise self._end

    async def stop(self) -> None:
        """Give up what is still under way."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            # A task misses a cancellation that comes together with its answer: then it is told again.
            await asyncio.wait(self._tasks, timeout=_TOLD_AGAIN)

    async def _one(self, item: Item, may_wait: bool) -> None:
        started = time.monotonic()
        try:
            answer = await self._work.ask(item)
            self._work.keep(item, answer)
        except ItemError as error:
            self._in_vain += error.asked
            is_put_off = may_wait and error.passing and len(self._postponed) < MOST_POSTPONED
            is_excluded = isinstance(error, ExcludedError)
            outcome = "excluded" if is_excluded else "put off" if is_put_off else "failed"
            self._tell(item, outcome, started, reason=error.reason, message=str(error))
            if is_put_off:
                self._postponed.append((item, error))
                self._bar.note("later", f"{len(self._postponed)} to be asked again")
            else:
                self._failed(item, error)
            self._give_up_if_in_vain(error)
        else:
            self._tell(item, "done", started, **self._work.cost(answer))
            self.tally.done += self._work.size(item)
            self._bar.advance(self._work.size(item))

    def _tell(self, item: Item, outcome: str, started: float, **further: object) -> None:
        fields = {"seconds": round(time.monotonic() - started, 3), **further}
        happened("outcome", stage=self._work.title, item=self._work.name(item), outcome=outcome, **fields)

    def _give_up_if_in_vain(self, error: ItemError) -> None:
        # A picture that cannot be read says nothing of the others: only what was asked in vain counts.
        if not self.tally.done and self._in_vain >= GIVE_UP_AFTER:
            self._fail_the_postponed()
            raise StageError(f"the first {self._in_vain} failed and none succeeded; the last one: {error}")

    def _fail_the_postponed(self) -> None:
        while self._postponed:
            self._failed(*self._postponed.popleft())

    def _failed(self, item: Item, error: ItemError) -> None:
        name = self._work.name(item)
        self.tally.add_failure(name, error)
        self._bar.failed = len(self.tally.failures)
        self._bar.advance(self._work.size(item))
        if isinstance(error, ExcludedError):
            return
        self._work.failed(item, error)
        _log.debug("%s: %s", name, error)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way -= 1
        self._has_room.set()
        self._over(task)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None and self._end is None:
            self._end = task.exception()
        if self._end is not None or not self._tasks:
            self._is_over.set()
