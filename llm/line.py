"""The line of requests that a server refused for their number: they try again one after the other.

Of many that come back together most would be refused again, which helps neither side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")

# A refusal comes about as fast as the fastest before it, and an answer may take minutes: so many times as
# long in flight without a refusal, in seconds at least and at most so many, and the next in line may try.
_TIMES, _SHORTEST, _LONGEST = 2.0, 0.02, 1.0


class Line:
    """Refused requests in the order of their refusal; new ones come after them."""

    def __init__(self) -> None:
        self._head = asyncio.Lock()
        self._fastest_refusal = _LONGEST

    def refused_after(self, seconds: float) -> None:
        """Learn how long a refusal took."""
        self._fastest_refusal = min(self._fastest_refusal, seconds)

    async def pass_by(self) -> None:
        """Wait, as a new request, until all have tried that stand in line now."""
        if self._head.locked():
            async with self._head:
                return

    async def again(
        self,
        wait: float,
        send: Callable[[], Coroutine[Any, Any, Outcome]],
        next_wait: Callable[[Outcome], float | None],
    ) -> Outcome:
        """Send once more when `wait` seconds have passed and it is this request's turn; what came of it.

        Who is refused then may try once more before the others: `next_wait` tells how long to wait for
        that, None for any other outcome. A second refusal is the outcome.
        """
        now = asyncio.get_running_loop().time
        not_before = now() + wait
        async with self._head:
            for may_try_again in (True, False):
                await asyncio.sleep(not_before - now())
                sending = asyncio.ensure_future(send())
                try:
                    await asyncio.wait({sending}, timeout=self._long_enough())
                except asyncio.CancelledError:
                    sending.cancel()
                    raise
                refused = next_wait(sending.result()) if sending.done() and may_try_again else None
                if refused is None:
                    break
                not_before = now() + refused
        return await sending

    def _long_enough(self) -> float:
        """The seconds after which a request that was not refused will not be refused any more."""
        return min(max(_TIMES * self._fastest_refusal, _SHORTEST), _LONGEST)
