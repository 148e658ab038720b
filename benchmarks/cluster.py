"""Pictures a second with one, two and three nodes of a Ray cluster on this computer.

    python -m benchmarks.cluster [--pictures 120]

Twelve shards are captioned by the mock endpoint, which takes a second for each answer and any number at once,
with eight requests in flight per node: so waiting, not the processors, is what takes the time. With one
node 8 pictures a second are the most, and with three 24. The time from the first request to the last answer
counts, without the start of Ray and of its workers, which is shown beside it. Needs requirements-cluster.txt.
Prints a table, and ends with 1 where two or three nodes have less than 0.95 of what two or three times one
node would have.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.mock import course_of, mock
from tests.program.project import Project, png
from tests.shards.tars import tar

_SHARDS, _LATENCY, _IN_FLIGHT = 12, 1.0, 8
_STATED = 0.95


def _project(folder: Path, url: str, address: str, pictures: int) -> Project:
    made = Project(folder, url, Endpoint__concurrency=str(_IN_FLIGHT))
    made.set |= {"Dataset.images": str(made.images / "*.tar"), "Cluster.ray": address}
    for shard in range(_SHARDS):
        files = []
        for number in range(pictures):
            tags = f"1girl, solo, smile, hat, badge {shard * pictures + number}"
            files += [(f"{number:05}.png", png()), (f"{number:05}.txt", tags.encode())]
        tar(made.images / f"{shard:05}.tar", files)
    return made


def _rate(address: str, pictures: int) -> tuple[float, float]:
    """Pictures a second from the first answer to the last, and the seconds of the whole run."""
    with TemporaryDirectory() as folder, mock(_LATENCY, 0) as server:
        run = _project(Path(folder), server.url, address, pictures)
        code, course = course_of(run.command(), run.folder, server)
        if code:
            raise SystemExit(f"the program ended with {code}")
        answered = course.seen[-1].answered
        first = next(each for each in course.seen if each.answered)
        last = next(each for each in course.seen if each.answered == answered)
        # The first answers came a latency after they were asked for.
        return answered / (last.time - first.time + _LATENCY), course.seconds


def main() -> None:
    """Print the table; exit with 1 where less than what is stated was reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=120, help="in each shard")
    pictures = parser.parse_args().pictures
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    options = {"num_cpus": 1, "object_store_memory": 80 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=options)
    alone, missed = 0.0, False
    print("nodes  pictures/s  of one node  of the best  whole run")
    for nodes in (1, 2, 3):
        if nodes > 1:
            cluster.add_node(**options)
        rate, seconds = _rate(cluster.address, pictures)
        alone = alone or rate
        share = rate / (alone * nodes)
        is_missed = share < _STATED
        missed |= is_missed
        print(
            f"{nodes:5}  {rate:10.1f}  {rate / alone:11.2f}  {share:11.2f}  {seconds:7.1f} s"
            f"{'  missed' if is_missed else ''}",
            flush=True,
        )
    cluster.shutdown()
    sys.exit(missed)


if __name__ == "__main__":
    main()
