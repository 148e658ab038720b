"""Runs a stage: asks about many items at once, keeps each answer, counts, and stops when nothing succeeds."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from errors import ItemError, Problem, StageError, WaitingError
from events import happened
from progress import Bar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
AnyItems = TypeVar("AnyItems", covariant=True)

# When this many items failed and none succeeded, the rest would fail too.
GIVE_UP_AFTER = 20
# Items that failed for a passing reason are tried once more at the end. If the server fails for good, most
# items would be such: only this many are remembered.
MOST_POSTPONED = 64
# Seconds after which a task that goes on in spite of a cancellation is cancelled again.
_CANCEL_AGAIN = 0.1

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Due(Generic[AnyItems]):
    """What a stage has to do: `total` in all, while `existing` others are done already.

    `total` is the sum of the sizes of the items, which may not be known yet themselves.
    """

    items: AnyItems
    total: int
    existing: int = 0


class Stage(Protocol[Item, Answer]):
    """The shape of the three stages; an item is what one answer is about: a picture, or some wiki pages.

    `ask` runs many times at once, and waits for a slot of the server when it needs one. `keep` and `failed`
    run one at a time, in the order in which answers arrive. `ask` and `keep` raise ItemError when this item
    failed, and StageError or UserError when no other item can succeed; `ask` raises WaitingError when the
    answer comes later.
    """

    title: str

    def due(self) -> Due[Iterable[Item] | AsyncGenerator[Item, None]]:
        """What is to be done."""

    def most_at_once(self) -> int:
        """How many items may be asked about at once; this may change during a run."""

    async def ask(self, item: Item) -> Answer:
        """Get the answer for an item."""

    def keep(self, item: Item, answer: Answer) -> Iterable[Problem]:
        """Write the answer down; returns what the user should look at in it."""

    def failed(self, item: Item, error: ItemError) -> None:
        """Note that an item has no answer."""

    def waits(self, item: Item) -> None:
        """Note that the answer for an item comes later."""
        return

    def name(self, item: Item) -> str:
        """What the user knows an item by."""

    def size(self, item: Item) -> int:
        """How many of `Due.total` an item is."""
        return 1

    def cost(self, answer: Answer) -> Mapping[str, object]:
        """What an answer took, for the log; empty when no model was asked."""

    def close(self) -> None:
        """Finish; called once, also when the stage ended early."""
        return


def counted(problems: Iterable[Problem]) -> list[tuple[str, int]]:
    """How often each reason occurs: the most common first, those as common in alphabetical order."""
    counts = Counter(problem.reason for problem in problems)
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


@dataclass(slots=True)
class Tally:
    """What became of the items of one stage.

    `kept` are items whose texts somebody wrote meanwhile; `noted` is what to look at in items that are done.
    `waiting` are the names of items whose answers come later, and `waits` counts them by their sizes.
    """

    done: int = 0
    failures: list[Problem] = field(default_factory=list)
    excluded: list[Problem] = field(default_factory=list)
    kept: list[Problem] = field(default_factory=list)
    noted: list[Problem] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    waits: int = 0

    def reasons(self) -> list[tuple[str, int]]:
        """How often each reason of failure occurs, the most common first."""
        return counted(self.failures)

    def add_failure(self, name: str, error: ItemError) -> None:
        """Count an item that failed, is excluded, or has a text that somebody wrote meanwhile."""
        problems = {"failed": self.failures, "excluded": self.excluded, "kept": self.kept}
        problems[error.outcome].append(error.problem(name))


async def run(
    stage: Stage[Item, Answer], items: Iterable[Item] | AsyncGenerator[Item, None], bar: Bar, tally: Tally
) -> None:
    """Ask about every item and keep each answer as it arrives; close the stage in the end.

    An item that failed for a passing reason is asked about once more after all others. `tally` is complete
    at any time, also when the stage ends early. Raises StageError when nothing succeeds, and what the stage
    raises beyond ItemError; requests in flight are then abandoned.
    """
    runner = _Runner(stage, bar, tally)
    try:
        runner.begin(bar.redraw_every_second())
        runner.begin(runner.work(items))
        await runner.over
    finally:
        try:
            await runner.stop()
        finally:
            stage.close()


class _Runner(Generic[Item, Answer]):
    """The tasks of one run of a stage; `over` has the error that ended it early, if one did."""

    def __init__(self, stage: Stage[Item, Answer], bar: Bar, tally: Tally) -> None:
        self._stage = stage
        self._bar = bar
        self._tally = tally
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._items_under_way: set[asyncio.Task[None]] = set()
        self._one_is_done = asyncio.Event()
        self._postponed: deque[tuple[Item, ItemError]] = deque()
        # Items about which a model was asked, and what came of it.
        self._answered = 0
        self._unanswered = 0

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Begin a task whose error, however unexpected it is, ends the stage."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._is_done)
        return task

    def _is_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._items_under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self.over.done():
            self.over.set_exception(error)
        self._one_is_done.set()

    async def stop(self) -> None:
        """Cancel what is still under way."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            # A cancellation is lost when it comes together with the answer: then it is repeated.
            await asyncio.wait(self._tasks, timeout=_CANCEL_AGAIN)

    async def work(self, items: Iterable[Item] | AsyncGenerator[Item, None]) -> None:
        """Ask about every item, then about the postponed ones once more."""
        if isinstance(items, AsyncGenerator):
            async with aclosing(items):
                async for item in items:
                    await self._start(item)
        else:
            for item in items:
                await self._start(item)
        await self._until_all_are_done()
        self._bar.note("later", "")
        if not self._answered:
            self._fail_postponed()
        while self._postponed:
            await self._start(self._postponed.popleft()[0], may_postpone=False)
        await self._until_all_are_done()
        if not self.over.done():
            self.over.set_result(None)

    async def _start(self, item: Item, *, may_postpone: bool = True) -> None:
        """Begin with an item as soon as there is room."""
        # Let the item before this one send its request first.
        await asyncio.sleep(0)
        while len(self._items_under_way) >= self._stage.most_at_once():
            await self._until_one_is_done()
        self._items_under_way.add(self.begin(self._process(item, may_postpone)))

    async def _until_all_are_done(self) -> None:
        while self._items_under_way:
            await self._until_one_is_done()

    async def _until_one_is_done(self) -> None:
        self._one_is_done.clear()
        await self._one_is_done.wait()

    async def _process(self, item: Item, may_postpone: bool) -> None:
        started = time.monotonic()
        try:
            answer = await self._stage.ask(item)
            self._tally.noted += self._stage.keep(item, answer)
        except ItemError as error:
            self._handle_error(item, error, started, may_postpone)
            return
        except WaitingError as error:
            self._note_waiting(item, error, started)
            return
        cost, size = self._stage.cost(answer), self._stage.size(item)
        self._answered += bool(cost)
        self._log_outcome(item, "done", started, **cost)
        self._tally.done += size
        self._bar.n += size

    def _handle_error(self, item: Item, error: ItemError, started: float, may_postpone: bool) -> None:
        # A picture that cannot be read says nothing about the others, so only failed answers count here.
        self._unanswered += error.asked
        postpone = may_postpone and error.passing and len(self._postponed) < MOST_POSTPONED
        outcome = "put off" if postpone else error.outcome
        self._log_outcome(item, outcome, started, reason=error.reason, message=str(error))
        if postpone:
            self._postponed.append((item, error))
            self._bar.note("later", f"{len(self._postponed)} to be asked again")
        else:
            self._fail(item, error)
        if not self._answered and self._unanswered >= GIVE_UP_AFTER:
            self._fail_postponed()
            raise StageError(f"the first {self._unanswered} failed and none succeeded; the last one: {error}")

    def _note_waiting(self, item: Item, error: WaitingError, started: float) -> None:
        name, size = self._stage.name(item), self._stage.size(item)
        self._log_outcome(item, "waits", started, message=str(error))
        self._tally.waiting.append(name)
        self._tally.waits += size
        self._bar.note("waiting", f"{self._tally.waits:,} wait")
        self._bar.n += size
        self._stage.waits(item)

    def _log_outcome(self, item: Item, outcome: str, started: float, **further: object) -> None:
        fields = {"seconds": round(time.monotonic() - started, 3), **further}
        happened("outcome", stage=self._stage.title, item=self._stage.name(item), outcome=outcome, **fields)

    def _fail_postponed(self) -> None:
        while self._postponed:
            self._fail(*self._postponed.popleft())

    def _fail(self, item: Item, error: ItemError) -> None:
        name = self._stage.name(item)
        self._tally.add_failure(name, error)
        self._bar.failed = len(self._tally.failures)
        self._bar.n += self._stage.size(item)
        if error.outcome == "failed":
            self._stage.failed(item, error)
            _log.debug("%s: %s", name, error)
