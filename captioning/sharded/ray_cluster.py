"""The machines of a Ray cluster, and tasks that run on them.

A task runs on the machine that was chosen for it. If the machine or the process is lost, the caller gets
`Lost` and chooses another machine: Ray's own retries stay on the machine that is gone. Actors are not used,
because the work of one that died waits until it is back (ray-project/ray, issue 41029).
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeVar

from errors import UserError

Message = TypeVar("Message")

_PROGRAM = Path(__file__).resolve().parents[2]
# Seconds for the cluster's port to answer. Ray itself tries for two minutes, in which nothing interrupts it.
_LONGEST_CONNECT = 10


class Machine(NamedTuple):
    """A node of the cluster: its id, which is new each time it is started, and its name."""

    id: str
    name: str


class Lost(NamedTuple):
    """A task has ended before its time; `is_gone` says that its machine is no longer there."""

    why: str
    is_gone: bool


class RayCluster:
    """The cluster of [Cluster] ray, until it is left."""

    def __init__(self, address: str) -> None:
        """Raises UserError where Ray is not installed, or no cluster can be used."""
        self._ray = _library()
        if address != "auto":
            _refuse_no_answer(address)
        before = signal.getsignal(signal.SIGTERM)
        try:
            self._ray.init(
                address=address,
                logging_level=logging.CRITICAL,
                log_to_driver=False,
                # The program is at the same place on all machines.
                runtime_env={"env_vars": {"PYTHONPATH": str(_PROGRAM)}},
            )
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            raise UserError(refusal(address, error)) from error
        # Ray sets a handler of its own, which prints a trace and ends the program with another code.
        signal.signal(signal.SIGTERM, before)

    def leave(self) -> None:
        """Leave the cluster; tasks that are under way end."""
        self._ray.shutdown()

    def machines(self) -> list[Machine]:
        """The machines of the cluster, without a head node that has no CPU and so is not meant to work."""
        found = [node for node in self._ray.nodes() if node["Alive"]]
        working = [node for node in found if node["Resources"].get("CPU")] or found
        return [Machine(node["NodeID"], node["NodeManagerHostname"]) for node in working]

    def share(self, value: object) -> Any:  # noqa: ANN401 - a reference, which stands for the value in `run`
        """Send a value to all machines once; what is returned stands for it in the arguments of `run`."""
        return self._ray.put(value)

    async def run(
        self, machine: Machine, work: Callable[..., Iterator[Message]], *arguments: object
    ) -> AsyncGenerator[Message | Lost, None]:
        """Run a generator on a machine and yield what it yields, and `Lost` at the end if it was lost."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        # Ray reserves no CPU for it: it mostly waits for a server, which may have reserved all of them.
        task = self._ray.remote(work).options(
            num_cpus=0,
            max_retries=0,
            num_returns="streaming",
            scheduling_strategy=NodeAffinitySchedulingStrategy(machine.id, soft=False),
        )
        try:
            async for message in task.remote(*arguments):
                yield await message
        except self._ray.exceptions.TaskUnschedulableError:
            yield Lost("the machine is gone", is_gone=True)
        except self._ray.exceptions.RayError as error:
            # The first line is about Ray; the last one is that of the exception there.
            yield Lost(str(error).strip().rpartition("\n")[2].strip(), is_gone=False)


def _library() -> ModuleType:
    # Ray reports how it is used to its makers unless this says no, and it prints the last twenty lines of the
    # log of a machine that is lost. It looks at both when it is imported.
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_DEDUP_LOGS_SKIP_REGEX=".*")
    try:
        import ray
    except ModuleNotFoundError as error:
        raise UserError(
            "[Cluster] ray needs the library Ray, which is not installed: "
            "pip install -r requirements-cluster.txt, or leave ray empty"
        ) from error
    return ray  # type: ignore[no-any-return,unused-ignore] # Ray has no types where it is not installed


def _refuse_no_answer(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), _LONGEST_CONNECT):
            return
    except OSError as error:
        raise UserError(refusal(address, error)) from error


def refusal(address: str, error: Exception) -> str:
    """The message for an error that Ray raises when a cluster cannot be joined."""
    words = " ".join(str(error).split())
    if "ersion mismatch" in words:
        return f"the Ray cluster has other versions than this computer, install the same on all: {words}"
    if address == "auto":
        return (
            "this computer belongs to no Ray cluster: start one with ray start --head, or join one with "
            "ray start --address=HOST:6379"
        )
    with suppress(AttributeError):
        words = getattr(error, "strerror", None) or words
    return (
        f"no Ray cluster answers at {address} ({words}): start it there with ray start --head, and let this "
        f"computer join it with ray start --address={address}"
    )
