"""Hands out shards to the machines of a cluster, and adds up what comes of them."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from captioning.run_summary import RunSummary
from captioning.sharded import node
from captioning.sharded.data_set import KnownOfShards
from captioning.sharded.node import AtOnce, Broadcast, Looked, Told
from captioning.sharded.ray_cluster import Lost, Machine, RayCluster
from captioning.sharded.work import Totals, locks_of
from config import VERSION
from english import amount
from errors import StageError, UserError
from progress import Bar
from settings import Settings
from shards.finding import OnDisk, Shard

# Seconds between two looks at which machines are there.
_LOOK_EVERY = 1.0
_PAUSE = 0.2
# Seconds to wait for another machine once none is left.
_LONGEST_WITHOUT = 60.0
# If this many processes ended while they captioned a shard, it is left out: it would end the next one too.
_MOST_LOSSES = 3


class HandingOut:
    """A run over shards by all machines of a cluster, each of which captions one shard at a time."""

    def __init__(self, settings: Settings, summary: RunSummary, limit: int | None) -> None:
        """Join the cluster; raises UserError where that fails, or the settings are for one machine."""
        _refuse_settings_for_one_machine(settings, limit)
        self._cluster = RayCluster(settings.cluster.ray)
        self._settings = settings
        self._summary = summary
        self._totals = Totals()
        self._paths: list[Path] = []
        self._broadcast: Any = None
        self._shards: deque[Shard] = deque()
        # A lane is a task that captions one shard after another on a machine. If a url names several servers,
        # a machine may have several lanes.
        self._lanes: dict[asyncio.Task[None], Machine] = {}
        self._under_way: set[str] = set()
        # How many machines ask each server now, and how many shards it has been given.
        self._asking: Counter[int] = Counter()
        self._given: Counter[int] = Counter()
        self._fit: dict[str, Machine] = {}
        self._unfit: set[str] = set()
        self._gone: set[str] = set()
        self._losses: Counter[str] = Counter()
        self._told: dict[str, Told] = {}
        # How many requests at once each machine has found best for each server.
        self._at_once: dict[tuple[str, int], AtOnce] = {}
        self._bar: Bar | None = None
        self._alone_since = monotonic()

    def leave(self) -> None:
        """Leave the cluster; shards that are under way end, and what is done of them is kept."""
        self._cluster.leave()

    async def count(self, known: KnownOfShards, shards: Sequence[Shard], among: int) -> None:
        """Have machines count the tags of these shards, of `among` in all; some may be left out."""
        broadcast = self._cluster.share(Broadcast.of(self._settings, known))
        machines = self._cluster.machines()[: len(shards)]

        async def part(number: int, machine: Machine) -> None:
            some = shards[number :: len(machines)]
            async for _ in self._cluster.run(machine, node.count, broadcast, some, among):
                pass

        await asyncio.gather(*(part(number, machine) for number, machine in enumerate(machines)))

    async def caption(self, known: KnownOfShards, shards: Sequence[Shard], totals: Totals) -> None:
        """Caption all shards, and add what comes of them to `totals`.

        Raises StageError where no machine can go on; what is done is kept.
        """
        if not shards:
            return
        self._broadcast, self._totals = self._cluster.share(Broadcast.of(self._settings, known)), totals
        self._shards, first = deque(shards), shards[0].place
        # Each machine must see the locks, which were written for this run where captions go, and the shards.
        self._paths = [locks_of(self._settings), *([first.path] if isinstance(first, OnDisk) else [])]
        stages = sum(not stage.skip for stage in (self._settings.interrogator, self._settings.interpreter))
        total = stages * sum(known.shards.pictures.get(shard.name, 0) for shard in shards)
        self._bar = bar = Bar("All shards", total, lambda: sum(each.tokens for each in self._told.values()))
        bar.in_flight = lambda: sum(each.in_flight for each in self._told.values())
        redrawing = asyncio.create_task(bar.redraw_every_second())
        try:
            while self._shards or self._under_way:
                self._start_lanes()
                await self._wait()
        finally:
            redrawing.cancel()
            for lane in self._lanes:
                lane.cancel()
            await asyncio.gather(*self._lanes, return_exceptions=True)
            bar.close()
            self._bar = None
            if begun := sum(told.handled for told in self._told.values() if told.ended is None):
                self._say(f"{begun:,} texts of unfinished shards are kept for the next run.")

    def _start_lanes(self) -> None:
        """Start a lane on each machine, and further ones until each server has one."""
        there = [machine for machine in self._cluster.machines() if machine.id not in self._gone]
        busy = {machine.id for machine in self._lanes.values()}
        for machine in there:
            if machine.id not in busy and machine.id not in self._unfit:
                self._start_lane(machine)
        ready = [machine for machine in there if machine.id in self._fit]
        unfinished = len(self._shards) + len(self._under_way)
        while ready and len(self._lanes) < min(self._settings.servers, unfinished):
            self._start_lane(min(ready, key=lambda each: [*self._lanes.values()].count(each)))
        if self._lanes:
            self._alone_since = monotonic()
        elif there or monotonic() - self._alone_since > _LONGEST_WITHOUT:
            raise StageError("no machine of the cluster can caption shards: see above why, and run again")

    def _start_lane(self, machine: Machine) -> None:
        self._lanes[asyncio.create_task(self._work(machine))] = machine

    async def _wait(self) -> None:
        if not self._lanes:
            await asyncio.sleep(_LOOK_EVERY)
            return
        await asyncio.wait(self._lanes, timeout=_LOOK_EVERY)
        for lane in [lane for lane in self._lanes if lane.done()]:
            del self._lanes[lane]
            lane.result()

    async def _work(self, machine: Machine) -> None:
        """Have a machine caption shard after shard, as long as it is there."""
        if machine.id not in self._fit and not await self._fits(machine):
            return
        while self._shards or self._under_way:
            if not self._shards:
                # The machines that caption the last ones may be lost.
                await asyncio.sleep(_PAUSE)
                continue
            shard = self._shards.popleft()
            server = min(
                range(self._settings.servers), key=lambda each: (self._asking[each], self._given[each])
            )
            self._under_way.add(shard.name)
            self._asking[server] += 1
            self._given[server] += 1
            try:
                lost = await self._caption(machine, shard, server)
            finally:
                self._asking[server] -= 1
                self._under_way.discard(shard.name)
            if lost is not None:
                self._give_back(machine, shard, lost)
            if machine.id in self._gone:
                return

    async def _fits(self, machine: Machine) -> bool:
        """Whether a machine has the program and the files; the user is told what it lacks."""
        async with aclosing(self._cluster.run(machine, node.look, self._paths)) as messages:
            async for looked in messages:
                if isinstance(looked, Lost) and looked.is_gone:
                    self._gone.add(machine.id)
                    return False
                if (why := _unfit(looked)) == "":
                    self._fit[machine.id] = machine
                    self._say(f"{machine.name} captions shards; {amount(len(self._fit), 'machine')} so far.")
                    return True
                self._say(f"{machine.name} is left out: {why}.")
                break
        self._unfit.add(machine.id)
        return False

    async def _caption(self, machine: Machine, shard: Shard, server: int) -> Lost | None:
        """Have a shard captioned; returns how it was lost, None where it was not. Raises StageError."""
        learnt = self._at_once.get((machine.id, server), {})
        messages = self._cluster.run(machine, node.caption, self._broadcast, shard, server, learnt)
        async with aclosing(messages):
            async for told in messages:
                if isinstance(told, Lost):
                    return told
                self._told[shard.name] = told
                if told.ended is not None:
                    self._at_once[machine.id, server] = told.ended.at_once or learnt
                    self._take_in(machine, told.ended)
                self._show()
        return None

    def _take_in(self, machine: Machine, ended: node.Ended) -> None:
        self._totals.merge(ended.totals)
        self._summary.merge(ended.summary)
        for line in ended.introductions:
            self._say(line)
        for line in ended.lines:
            self._say(line, again=True)
        if ended.error:
            raise StageError(f"{ended.error} (reported by {machine.name})")

    def _give_back(self, machine: Machine, shard: Shard, lost: Lost) -> None:
        if lost.is_gone:
            self._gone.add(machine.id)
        else:
            self._losses[shard.name] += 1
        if self._losses[shard.name] >= _MOST_LOSSES:
            self._summary.incomplete(
                f"{shard.name} is left out, because {_MOST_LOSSES} processes ended at it ({lost.why}): "
                "look whether its pictures are whole and the machines have memory left."
            )
            return
        self._shards.appendleft(shard)
        self._say(f"{machine.name} was lost at {shard.name} ({lost.why}): another machine goes on with it.")

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.n = sum(each.handled for each in self._told.values())
            self._bar.failed = sum(each.failed for each in self._told.values())

    def _say(self, line: str, *, again: bool = False) -> None:
        if self._bar is not None:
            self._bar.clear()
        with suppress(OSError):
            self._summary.say(line) if again else self._summary.once(line)


def _unfit(looked: Looked | Lost) -> str:
    """Why a machine cannot caption shards; "" where it can."""
    if isinstance(looked, Lost):
        return f"it cannot run the program ({looked.why}): put program and libraries at the same place there"
    if looked.version != VERSION:
        return f"it has version {looked.version} of the program, and this is {VERSION}: install the same"
    if looked.missing:
        return f"it does not see {looked.missing[0]}: give all machines the same shared disk"
    return ""


def _refuse_settings_for_one_machine(settings: Settings, limit: int | None) -> None:
    """Raise UserError where something is for a run on one machine only."""
    for stage in settings.stages.values():
        if not stage.skip and stage.endpoint.url in ("auto", "batch", "embedded"):
            raise UserError(
                f"url = {stage.endpoint.url} is for one machine: with [Cluster] ray, write the address of a "
                "server that all machines reach"
            )
    if limit is not None:
        raise UserError("--limit is for one machine: leave it out, or [Cluster] ray empty")
