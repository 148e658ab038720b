"""The queue of refused requests, against servers simulated in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from llm.retries import RateLimitQueue
from tests.llm.test_concurrency import in_virtual_time, now

LATENCY, REFUSED_AFTER, RETRY_AFTER, SECONDS = 0.5, 0.01, 0.1, 20.0


@dataclass
class Server:
    """Refuses at once what `has_room` does not admit, and asks to come back a little later."""

    has_room: Callable[[Server], bool]
    answered: int = 0
    refused: int = 0
    busy: int = 0

    async def answers(self, queue: RateLimitQueue) -> bool:
        if not self.has_room(self):
            self.refused += 1
            await asyncio.sleep(REFUSED_AFTER)
            queue.refused_after(REFUSED_AFTER)
            return False
        self.busy += 1
        await asyncio.sleep(LATENCY)
        self.busy -= 1
        self.answered += 1
        return True


def pause_if_refused(is_answered: bool) -> float | None:
    return None if is_answered else RETRY_AFTER


def ask(server: Server, at_once: int) -> None:
    """Keep so many requests in flight for SECONDS."""
    queue = RateLimitQueue()

    async def one_after_the_other() -> None:
        while now() < SECONDS:
            await queue.let_others_go_first()
            is_answered = await server.answers(queue)
            while not is_answered and now() < SECONDS:
                is_answered = await queue.send_again(
                    RETRY_AFTER, lambda: server.answers(queue), pause_if_refused
                )

    async def all_of_them() -> None:
        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))

    in_virtual_time(all_of_them())


@pytest.mark.parametrize("too_many", [33, 48, 64])
def test_a_server_with_slots_is_kept_busy_although_more_is_sent_than_it_takes(too_many: int) -> None:
    server = Server(lambda server: server.busy < 32)
    ask(server, too_many)
    assert server.answered > 0.6 * 32 / LATENCY * SECONDS


def test_of_a_server_that_rations_requests_few_are_refused() -> None:
    server = Server(lambda server: server.answered + server.busy < 1 + now())
    ask(server, 32)
    assert server.answered > 0.9 * SECONDS
    # Two ask every RETRY_AFTER, whoever else waits; 32 that all ask would be refused 6,000 times.
    assert server.refused < 2 * SECONDS / RETRY_AFTER + 2 * 32
