"""When a request that failed is sent again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from llm.trouble import Trouble
from settings import EndpointSettings

Outcome = TypeVar("Outcome")

# Seconds between tries: doubled each time up to the longest, and up to half as long again by chance, so that
# requests that failed together do not come back together.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
# If the server is busy, there are this many more tries than `retries`, if they fit into `wait_for_server`.
_EXTRA_BUSY_TRIES = 20

# If a request has been in flight twice as long as the fastest refusal, it is assumed to be admitted and the
# next one is sent. The limits are in seconds.
_TIMES_FASTEST_REFUSAL = 2.0
_MIN_WATCH, _MAX_WATCH = 0.02, 1.0


@dataclass(slots=True)
class Retries:
    """Decides for one request whether it is sent again, from what went wrong so far."""

    settings: EndpointSettings
    _failed: int = 0
    _busy: int = 0
    _paused: float = 0.0
    _last: Trouble | None = None

    def pause(self, seen: Trouble) -> float | None:
        """Seconds until the next try, or None if there should be none."""
        if not self._may_try_again(seen):
            return None
        if seen.retry_after is not None:
            return seen.retry_after
        doubled = _FIRST_PAUSE * 2.0 ** (self._failed + self._busy - 1)
        pause = min(doubled, _LONGEST_PAUSE) * random.uniform(1.0, 1.5)  # noqa: S311 - it only spreads load
        self._paused += pause
        return pause

    def _may_try_again(self, seen: Trouble) -> bool:
        is_same_again, self._last = self._last == seen, seen
        retries = self.settings.retries
        if seen.kind == "busy":
            self._busy += 1
            return self._busy <= retries + _EXTRA_BUSY_TRIES and self._paused < self.settings.wait_for_server
        self._failed += 1
        # A server that fails twice in exactly the same way will fail on this request every time.
        if seen.kind == "refused" or (seen.kind == "broken" and is_same_again):
            return False
        return self._failed <= (min(retries, 1) if seen.kind == "slow" else retries)


class RateLimitQueue:
    """Requests that the server refused because there were too many, in the order of their refusal.

    They are sent again one after the other: if all came back at once, most would be refused again. New
    requests let those in the queue go first.
    """

    def __init__(self) -> None:
        # asyncio's lock serves those who wait for it in the order in which they came.
        self._turn = asyncio.Lock()
        self._fastest_refusal = _MAX_WATCH

    def refused_after(self, seconds: float) -> None:
        """Note how long a refusal took."""
        self._fastest_refusal = min(self._fastest_refusal, seconds)

    async def let_others_go_first(self) -> None:
        """Wait until every request that is in the queue now has been sent again."""
        if self._turn.locked():
            async with self._turn:
                return

    async def send_again(
        self,
        pause: float,
        send: Callable[[], Coroutine[Any, Any, Outcome]],
        pause_if_refused: Callable[[Outcome], float | None],
    ) -> Outcome:
        """Send when it is this request's turn and `pause` seconds have passed, and return what came of it.

        `pause_if_refused` says how long to pause if the outcome is a refusal again, and None for any other.
        The request then keeps its turn for one more try; the outcome of that is returned whatever it is.
        """
        now = asyncio.get_running_loop().time
        not_before = now() + pause
        async with self._turn:
            for may_try_again in (True, False):
                await asyncio.sleep(not_before - now())
                request = asyncio.ensure_future(send())
                await self._wait_until_admitted(request)
                next_pause = pause_if_refused(request.result()) if request.done() and may_try_again else None
                if next_pause is None:
                    break
                not_before = now() + next_pause
        return await request

    async def _wait_until_admitted(self, request: asyncio.Future[Outcome]) -> None:
        """Wait until the request is done, or has been in flight for longer than a refusal takes."""
        seconds = min(max(_TIMES_FASTEST_REFUSAL * self._fastest_refusal, _MIN_WATCH), _MAX_WATCH)
        try:
            await asyncio.wait({request}, timeout=seconds)
        except asyncio.CancelledError:
            request.cancel()
            raise
