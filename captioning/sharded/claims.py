"""Who works on what, where several processes caption the same shards: a lock for each shard.

A lock ends with its process, so that the shards of one that was killed are taken by the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from dataset.locks import claim
from english import amount
from settings import Settings
from shards.finding import Shard

_FOLDER = ".locks"
# Seconds after which a lock of another process is tried again.
_PAUSE = 1.0


def locks_of(settings: Settings) -> Path:
    """The folder of the locks."""
    return settings.dataset.captions / _FOLDER


async def claim_preparation(settings: Settings, say: Callable[[str], None]) -> ExitStack:
    """Hold the lock under which tags are counted and looked up, once no other process has it."""
    place = locks_of(settings) / "tags.lock"
    while (held := claim(place)) is None:
        say("Another process counts the tags and looks up what they mean: waiting for it.")
        await asyncio.sleep(_PAUSE)
    return held


async def shards_in_turn(
    settings: Settings, shards: Sequence[Shard], say: Callable[[str], None]
) -> AsyncGenerator[Shard, None]:
    """Yield each shard while its lock is held; those of other processes come last, when they are free."""
    waiting, left = False, list(shards)
    while left:
        others = []
        for shard in left:
            held = claim(locks_of(settings) / f"{shard.name}.lock")
            if held is None:
                others.append(shard)
                continue
            with held:
                yield shard
        left = others
        if left and not waiting:
            waiting = True
            say(f"Other processes caption {amount(len(left), 'shard')}: waiting, to finish what they leave.")
        if left:
            await asyncio.sleep(_PAUSE)
