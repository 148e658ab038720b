"""Makes pictures ready to be sent, in threads and ahead of the server, for the stages that send them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from dataset.pictures import Picture, Pictures
from dataset.preprocessing import prepare
from llm.prompts import Message, with_picture

Result = TypeVar("Result")

# Pictures that are prepared before a slot is free for them: enough that a fast server never waits, while
# each takes half a megabyte of memory.
_AHEAD = 24
# More threads would not be faster. Together they keep to the MEMORY_BUDGET of dataset/picture_file.py, which
# lets a large picture be decoded alone.
_THREADS = 4


class ReadyPictures:
    """The pictures of a data set as models are sent them, at most `max_side` pixels long."""

    def __init__(self, collection: Pictures, max_side: int) -> None:
        self._collection = collection
        self._max_side = max_side
        self._threads = ThreadPoolExecutor(_THREADS)

    @staticmethod
    def most_at_once(slots: int) -> int:
        """How many pictures a stage may work on: one for each slot, and some that are prepared meanwhile."""
        return slots + _AHEAD

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, such as `put_into`; the other pictures go on meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def put_into(self, prompts: Sequence[Sequence[Message]], picture: Picture) -> list[list[Message]]:
        """Each prompt with the picture in its last message; raises ItemError where it cannot be sent."""
        ready = prepare(self._collection.file(picture), self._max_side)
        return [with_picture(messages, ready.mime, ready.data) for messages in prompts]

    def close(self) -> None:
        """Stop preparing pictures; an interrupted run does not wait for a large one."""
        self._threads.shutdown(wait=False, cancel_futures=True)
