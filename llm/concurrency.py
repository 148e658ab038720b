"""How many requests are in flight at once."""

from __future__ import annotations

import asyncio
from typing import Literal


class Concurrency:
    """A number of slots; whoever holds one may have a request in flight."""

    def __init__(self, setting: int | Literal["auto"]) -> None:
        self.limit = 4 if setting == "auto" else setting
        self.in_flight = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def acquire(self) -> None:
        """Take a slot, and wait for one where all are taken."""
        while self.in_flight >= self.limit:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self.in_flight += 1

    def release(self) -> None:
        """Give a slot back."""
        self.in_flight -= 1
        self._wake()

    def observe(self, seconds: float, *, ok: bool) -> None:
        """Learn how long one request took, and whether it was answered."""

    def _wake(self) -> None:
        for turn in self._waiting[: max(0, self.limit - self.in_flight)]:
            if not turn.done():
                turn.set_result(None)
        self._waiting = [turn for turn in self._waiting if not turn.done()]
