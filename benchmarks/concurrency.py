"""What `concurrency = auto` settles on, beside the best fixed number: `python -m benchmarks.concurrency`.

Servers with 4, 32 and 128 slots, whose latencies differ by 30 % either way, are asked through the program's
own endpoint for thirty latencies. From the twentieth on, `auto` has to reach 85 % of the throughput of the
best fixed number. Exits with 1 where it does not.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from dataclasses import dataclass

from benchmarks.mock import Mock, mock
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from llm.prompts import Message
from settings import EndpointSettings

LATENCY, JITTER, SHARE = 0.5, 0.3, 0.85
_SETTLED, _END = 20 * LATENCY, 30 * LATENCY
# Fixed numbers need no time to settle.
_FIXED_FROM, _FIXED_TO = 2 * LATENCY, 8 * LATENCY


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second between two times, and the limit at the end."""

    rate: float
    limit: int


async def measure(server: Mock, concurrency: Concurrency, begin: float, end: float) -> Measured:
    """Keep all slots of `concurrency` in use until `end`, and measure from `begin` on, in seconds."""
    settings = EndpointSettings(url=server.url, model="mock")
    endpoint = Endpoint(settings, server.url, "mock", concurrency)
    asking = asyncio.create_task(_ask_on_and_on(endpoint))
    await asyncio.sleep(begin)
    first = await asyncio.to_thread(server.seen)
    await asyncio.sleep(end - begin)
    last = await asyncio.to_thread(server.seen)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await endpoint.close()
    return Measured((last.answered - first.answered) / (last.time - first.time), concurrency.limit)


async def _ask_on_and_on(endpoint: Endpoint) -> None:
    tasks: set[asyncio.Task[None]] = set()

    async def ask(number: int) -> None:
        try:
            await endpoint.complete([Message("user", f"Describe number {number}. " * 60)])
        finally:
            endpoint.concurrency.release()

    try:
        for number in itertools.count():
            await endpoint.concurrency.acquire()
            task = asyncio.create_task(ask(number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def best_fixed(slots: int, refuses: bool) -> Measured:
    """The best of some fixed numbers around the slots."""
    found = []
    for number in (slots // 2, slots, 2 * slots):
        with mock(LATENCY, slots, jitter=JITTER, refuses=refuses) as server:
            found.append(asyncio.run(measure(server, Concurrency(number), _FIXED_FROM, _FIXED_TO)))
    return max(found, key=lambda each: each.rate)


def main() -> int:
    """Print the table; 1 where auto is too slow."""
    missed = False
    print(f"{'slots':>5} {'too many':9} {'auto':>5} {'rate':>8} {'best fixed':>11} {'rate':>8} {'share':>6}")
    for slots, refuses in ((4, False), (32, False), (128, False), (32, True)):
        best = best_fixed(slots, refuses)
        with mock(LATENCY, slots, jitter=JITTER, refuses=refuses) as server:
            auto = asyncio.run(measure(server, Concurrency("auto"), _SETTLED, _END))
        share = auto.rate / best.rate
        missed |= share < SHARE
        print(
            f"{slots:5} {'refused' if refuses else 'queue':9} {auto.limit:5} {auto.rate:6.1f}/s "
            f"{best.limit:11} {best.rate:6.1f}/s {share:6.2f}{'' if share >= SHARE else '  missed'}",
            flush=True,
        )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
