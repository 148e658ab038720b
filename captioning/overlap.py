"""Stages 2 and 3 side by side, where each asks a server of its own: a caption waits for one description."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from typing import TypeVar

from dataset.images import Picture

Result = TypeVar("Result")


class Relay:
    """Hands pictures on from the stage that describes them to the stage that writes their captions."""

    def __init__(self, to_caption: Sequence[Picture], to_describe: Iterable[Picture]) -> None:
        """`to_caption` and `to_describe` are the pictures that either stage has to do."""
        described_first = {picture.name for picture in to_describe}
        self._waiting = {picture.name: picture for picture in to_caption if picture.name in described_first}
        self._ready: asyncio.Queue[Picture | None] = asyncio.Queue()
        for picture in to_caption:
            if picture.name not in self._waiting:
                self._ready.put_nowait(picture)
        self._close_if_none_waits()

    def finished(self, picture: Picture) -> None:
        """Hand on a picture that has its description, or will have none."""
        if self._waiting.pop(picture.name, None) is not None:
            self._ready.put_nowait(picture)
            self._close_if_none_waits()

    async def until_described(self, describing: Coroutine[None, None, Result]) -> Result:
        """Let the stage that describes run to its end, and hand on what it never spoke of."""
        result = await describing
        for picture in list(self._waiting.values()):
            self.finished(picture)
        return result

    async def pictures(self) -> AsyncIterator[Picture]:
        """The pictures to caption, as they come."""
        while (picture := await self._ready.get()) is not None:
            yield picture

    def _close_if_none_waits(self) -> None:
        if not self._waiting:
            self._ready.put_nowait(None)


async def side_by_side(*stages: Coroutine[None, None, Result]) -> list[Result]:
    """Run the stages at once, and give what each gives; what ends one of them ends the others, in order."""
    tasks = [asyncio.create_task(stage) for stage in stages]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
            raise end
    return [task.result() for task in tasks]
