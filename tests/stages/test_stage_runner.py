"""What becomes of items: asked, kept, counted, given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from typing import TypeVar

import pytest

import stage_runner
from errors import ExcludedError, ItemError, Problem, StageError, UserError
from progress import Bar
from stage_runner import Due, Tally

Result = TypeVar("Result")


async def at_once(item: int) -> int:
    return item


class Numbers(stage_runner.Stage[int, int]):
    """A stage over numbers that remembers what was done with each."""

    title = "Numbers"

    def __init__(self, answer: Callable[[int], Awaitable[int]] = at_once, most: int = 4) -> None:
        self.asked: list[int] = []
        self.kept: list[int] = []
        self.failures: list[int] = []
        self.most = most
        self.most_under_way = 0
        self.under_way = 0
        self.closed = 0
        self._answer = answer

    def due(self) -> Due[range]:
        return Due(range(10), 10)

    def most_at_once(self) -> int:
        return self.most

    async def ask(self, item: int) -> int:
        self.asked.append(item)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._answer(item)
        finally:
            self.under_way -= 1

    def keep(self, item: int, answer: int) -> Iterable[Problem]:
        assert answer == item
        self.kept.append(item)
        return ()

    def failed(self, item: int, error: ItemError) -> None:
        self.failures.append(item)

    def name(self, item: int) -> str:
        return f"number {item}"

    def cost(self, answer: int) -> dict[str, object]:
        return {"tokens": 1}

    def close(self) -> None:
        self.closed += 1

    async def run(self, items: range | Iterator[int] | AsyncGenerator[int, None]) -> Tally:
        tally = Tally()
        try:
            await stage_runner.run(self, items, Bar("Numbers", None), tally)
        finally:
            assert self.closed == 1
        return tally


def failing(numbers: range | set[int], error: Exception) -> Callable[[int], Awaitable[int]]:
    async def answer(item: int) -> int:
        await asyncio.sleep(0)
        if item in numbers:
            raise error
        return item

    return answer


def refusal(*, passing: bool = False) -> ItemError:
    """A model was asked, and its answer is none."""
    error = ItemError("refused", "the model refused", passing=passing)
    error.asked = True
    return error


async def turns(count: int) -> None:
    """Let everybody else go on for so many turns of the event loop."""
    for _ in range(count):
        await asyncio.sleep(0)


async def slowly(numbers: range) -> AsyncGenerator[int, None]:
    for number in numbers:
        await asyncio.sleep(0)
        yield number


def test_every_item_is_asked_and_kept_once_in_order_of_start() -> None:
    stage = Numbers()
    tally = asyncio.run(stage.run(range(1000)))
    assert stage.asked == list(range(1000))
    assert sorted(stage.kept) == list(range(1000))
    assert (tally.done, tally.failures, tally.excluded) == (1000, [], [])
    assert stage.under_way == 0


def test_no_items_are_no_trouble() -> None:
    assert asyncio.run(Numbers().run(range(0))) == Tally()


def test_answers_are_kept_as_they_arrive() -> None:
    async def backwards() -> list[int]:
        events = [asyncio.Event() for _ in range(4)]

        async def answer(item: int) -> int:
            if item < 3:
                await events[item + 1].wait()
            events[item].set()
            return item

        stage = Numbers(answer)
        await stage.run(range(4))
        return stage.kept

    assert asyncio.run(backwards()) == [3, 2, 1, 0]


@pytest.mark.parametrize("most", [1, 3, 50])
def test_so_many_are_under_way_as_may_be_and_never_more(most: int) -> None:
    async def answer(item: int) -> int:
        # Long enough that all of them have begun before the first is through.
        await turns(2 * most + item % 5)
        return item

    stage = Numbers(answer, most)
    asyncio.run(stage.run(range(200)))
    assert stage.most_under_way == most
    assert len(stage.kept) == 200


def test_what_is_written_for_async_items_is_the_same() -> None:
    stage = Numbers()
    tally = asyncio.run(stage.run(slowly(range(100))))
    assert stage.asked == list(range(100))
    assert tally.done == 100


def test_an_item_is_drawn_no_sooner_than_its_turn_comes_near() -> None:
    async def draw() -> int:
        drawn: list[int] = []
        held = asyncio.Event()

        async def hold(item: int) -> int:
            await held.wait()
            return item

        def items() -> Iterator[int]:
            for number in range(100):
                drawn.append(number)
                yield number

        stage = Numbers(hold, most=3)
        running = asyncio.create_task(stage.run(items()))
        await turns(20)
        seen = len(drawn)
        held.set()
        await running
        return seen

    # Three are under way, and one waits until there is room.
    assert asyncio.run(draw()) == 4


def test_where_one_is_through_another_begins_while_others_are_still_busy() -> None:
    async def one_is_stuck() -> list[int]:
        stuck = asyncio.Event()

        async def answer(item: int) -> int:
            if item == 0:
                await stuck.wait()
            if item == 49:
                stuck.set()
            return item

        stage = Numbers(answer, most=2)
        await stage.run(range(50))
        return stage.kept

    assert asyncio.run(one_is_stuck()) == [*range(1, 50), 0]


def test_failures_are_counted_by_reason_and_the_rest_goes_on() -> None:
    async def answer(item: int) -> int:
        if item % 10 == 0:
            raise ItemError("cut off", f"the answer about {item} was cut off")
        if item % 25 == 1:
            raise ItemError("refused")
        return item

    stage = Numbers(answer)
    tally = asyncio.run(stage.run(range(100)))
    assert tally.done == 86
    assert tally.reasons() == [("cut off", 10), ("refused", 4)]
    assert tally.failures[0] == Problem("number 0", "cut off", "the answer about 0 was cut off")
    assert stage.failures == sorted({*range(0, 100, 10), 1, 26, 51, 76})


def test_an_answer_that_cannot_be_kept_is_a_failure_of_its_item() -> None:
    class Full(Numbers):
        def keep(self, item: int, answer: int) -> Iterable[Problem]:
            if item == 5:
                raise ItemError("file cannot be written")
            return super().keep(item, answer)

    stage = Full()
    tally = asyncio.run(stage.run(range(10)))
    assert (tally.done, stage.failures) == (9, [5])
    assert tally.reasons() == [("file cannot be written", 1)]


def test_what_is_never_sent_is_counted_apart_and_is_no_failure() -> None:
    stage = Numbers(failing(range(10, 60), ExcludedError("never sent")))
    tally = asyncio.run(stage.run(range(100)))
    assert (tally.done, len(tally.excluded), tally.failures, stage.failures) == (50, 50, [], [])


def test_a_stage_of_nothing_but_excluded_items_is_not_given_up() -> None:
    stage = Numbers(failing(range(100), ExcludedError("never sent")))
    tally = asyncio.run(stage.run(range(100)))
    assert (tally.done, len(tally.excluded)) == (0, 100)


def test_an_item_counts_for_its_size() -> None:
    class Parcels(Numbers):
        def size(self, item: int) -> int:
            return item

    assert asyncio.run(Parcels().run(iter([3, 4, 5]))).done == 12


def test_what_to_look_at_in_an_answer_is_noted() -> None:
    class Odd(Numbers):
        def keep(self, item: int, answer: int) -> Iterable[Problem]:
            return [Problem(self.name(item), "odd", "it is odd")] if item % 2 else []

    tally = asyncio.run(Odd().run(range(4)))
    assert (tally.done, [each.name for each in tally.noted]) == (4, ["number 1", "number 3"])


@pytest.mark.parametrize("error", [StageError("the server is gone"), UserError("the key is wrong")])
def test_what_ends_the_stage_ends_it_at_once_and_gives_up_what_is_under_way(error: Exception) -> None:
    async def end() -> Numbers:
        stopped: list[int] = []

        async def answer(item: int) -> int:
            if item == 5:
                await turns(3)
                raise error
            if item > 5:
                try:
                    await asyncio.Event().wait()
                finally:
                    stopped.append(item)
            return item

        stage = Numbers(answer, most=8)
        with pytest.raises(type(error), match=str(error)):
            await stage.run(range(1000))
        assert sorted(stopped) == [item for item in stage.asked if item > 5]
        return stage

    stage = asyncio.run(end())
    assert stage.kept == [0, 1, 2, 3, 4]
    assert len(stage.asked) < 20
    assert stage.under_way == 0


def test_a_fault_of_keeping_that_ends_the_stage_ends_it_too() -> None:
    class DiskFull(Numbers):
        def keep(self, item: int, answer: int) -> Iterable[Problem]:
            if item == 3:
                raise UserError("the disk is full")
            return super().keep(item, answer)

    stage = DiskFull(most=1)
    with pytest.raises(UserError, match="the disk is full"):
        asyncio.run(stage.run(range(100)))
    assert stage.kept == [0, 1, 2]


def test_the_error_that_came_first_is_the_one_that_is_raised() -> None:
    async def answer(item: int) -> int:
        await turns(100 - 5 * item)
        raise StageError(f"number {item}")

    with pytest.raises(StageError, match="number 9"):
        asyncio.run(Numbers(answer, most=10).run(range(10)))


def test_an_error_while_the_items_are_slow_to_come_ends_the_stage_without_waiting_for_the_next() -> None:
    async def two_and_never_another() -> AsyncGenerator[int, None]:
        yield 0
        yield 1
        await asyncio.Event().wait()
        yield 2

    async def end() -> None:
        stage = Numbers(failing({1}, StageError("the server is gone")))
        await asyncio.wait_for(stage.run(two_and_never_another()), 5)

    with pytest.raises(StageError, match="the server is gone"):
        asyncio.run(end())


def test_a_source_of_items_that_fails_ends_the_stage_and_gives_up_what_is_under_way() -> None:
    async def three_and_a_fault() -> AsyncGenerator[int, None]:
        for number in range(3):
            yield number
        raise UserError("the list is broken")

    async def end() -> Numbers:
        async def answer(item: int) -> int:
            await asyncio.Event().wait()
            return item

        stage = Numbers(answer)
        with pytest.raises(UserError, match="the list is broken"):
            await stage.run(three_and_a_fault())
        return stage

    assert asyncio.run(end()).under_way == 0


def test_a_source_of_items_is_closed_when_the_stage_ends_early() -> None:
    closed: list[bool] = []

    async def endless() -> AsyncGenerator[int, None]:
        number = 0
        try:
            while True:
                await asyncio.sleep(0)
                yield number
                number += 1
        finally:
            closed.append(True)

    async def end() -> list[bool]:
        with pytest.raises(StageError):
            await Numbers(failing({7}, StageError("over"))).run(endless())
        return list(closed)

    assert asyncio.run(end()) == [True]


@pytest.mark.parametrize("most", [1, 4, 64])
def test_when_the_first_twenty_are_asked_in_vain_the_stage_is_given_up(most: int) -> None:
    stage = Numbers(failing(range(1000), refusal()), most)
    with pytest.raises(StageError, match=r"the first 20 failed and none succeeded.*the model refused"):
        asyncio.run(stage.run(range(1000)))
    assert len(stage.failures) >= stage_runner.GIVE_UP_AFTER
    assert len(stage.asked) <= stage_runner.GIVE_UP_AFTER + most
    assert stage.under_way == 0


def test_what_never_reached_a_model_is_no_reason_to_give_up() -> None:
    tally = asyncio.run(Numbers(failing(range(99), ItemError("unreadable picture"))).run(range(100)))
    assert (tally.done, len(tally.failures)) == (1, 99)


def test_items_that_need_no_model_do_not_keep_a_stage_going_in_which_every_answer_fails() -> None:
    class Half(Numbers):
        def cost(self, answer: int) -> dict[str, object]:
            return {}

    with pytest.raises(StageError, match="none succeeded"):
        asyncio.run(Half(failing(set(range(0, 1000, 2)), refusal())).run(range(1000)))


def test_fewer_than_twenty_failures_are_no_reason_to_give_up() -> None:
    tally = asyncio.run(Numbers(failing(range(19), refusal())).run(range(19)))
    assert (tally.done, len(tally.failures)) == (0, 19)


def test_once_one_has_succeeded_the_stage_is_never_given_up() -> None:
    tally = asyncio.run(Numbers(failing(range(1, 500), refusal())).run(range(500)))
    assert (tally.done, len(tally.failures)) == (1, 499)


def test_what_failed_in_passing_is_asked_once_more_when_all_others_are_through() -> None:
    tried: list[int] = []

    async def answer(item: int) -> int:
        tried.append(item)
        if item in (3, 4) and tried.count(item) == 1:
            raise refusal(passing=True)
        return item

    stage = Numbers(answer, most=2)
    tally = asyncio.run(stage.run(range(50)))
    assert (tally.done, tally.failures, stage.failures) == (50, [], [])
    assert stage.asked == [*range(50), 3, 4]


def test_what_fails_in_passing_twice_is_one_failure() -> None:
    stage = Numbers(failing({3}, refusal(passing=True)))
    tally = asyncio.run(stage.run(range(10)))
    assert (tally.done, tally.reasons(), stage.failures) == (9, [("refused", 1)], [3])
    assert stage.asked == [*range(10), 3]


def test_of_very_many_that_fail_in_passing_only_some_are_held_back() -> None:
    stage = Numbers(failing(range(1, 1000), refusal(passing=True)))
    tally = asyncio.run(stage.run(range(1000)))
    assert (tally.done, len(tally.failures)) == (1, 999)
    assert sorted(stage.failures) == list(range(1, 1000))
    assert len(stage.asked) == 1000 + stage_runner.MOST_POSTPONED


def test_what_was_held_back_is_told_as_failed_when_the_stage_is_given_up() -> None:
    stage = Numbers(failing(range(1000), refusal(passing=True)))
    with pytest.raises(StageError, match="none succeeded"):
        asyncio.run(stage.run(range(1000)))
    assert set(range(20)) <= set(stage.failures) <= set(stage.asked)
    assert len(stage.asked) <= stage_runner.GIVE_UP_AFTER + stage.most


def test_what_was_kept_stays_kept_when_the_run_is_interrupted() -> None:
    async def interrupt() -> Numbers:
        half_done = asyncio.Event()

        async def answer(item: int) -> int:
            if item == 30:
                half_done.set()
            if item >= 30:
                await asyncio.Event().wait()
            return item

        stage = Numbers(answer, most=3)
        running = asyncio.create_task(stage.run(range(100)))
        await half_done.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return stage

    stage = asyncio.run(interrupt())
    assert stage.kept == list(range(30))
    assert stage.failures == []
    assert stage.under_way == 0


def test_more_begin_as_soon_as_more_may() -> None:
    async def grow() -> int:
        held = asyncio.Event()

        async def answer(item: int) -> int:
            if item >= 3:
                await held.wait()
            stage.most = 10
            return item

        stage = Numbers(answer, most=1)
        running = asyncio.create_task(stage.run(range(100)))
        await turns(50)
        seen = stage.under_way
        held.set()
        await running
        return seen

    assert asyncio.run(grow()) == 10


class BrokenBar(Bar):
    async def redraw_every_second(self) -> None:
        raise ZeroDivisionError


def test_an_unforeseen_error_of_the_bar_ends_the_stage_and_is_raised() -> None:
    stage = Numbers()
    with pytest.raises(ZeroDivisionError):
        asyncio.run(stage_runner.run(stage, range(1000), BrokenBar("Numbers", None), Tally()))
    assert stage.closed == 1
