"""What a large data set takes, the composer being the writer: `python -m benchmarks.scale [--million]`.

For each size: seconds and memory of the first run, of a second one that has nothing to do, of one that
looks whether a caption is outdated (existing = refresh), and of one that finds all captions to be drafts and
has a model write one of them anew. Exits with 1 where time grows by more than the stated share beyond the
number of pictures, or another limit is missed. Growth is that of processor time, which does not depend on
what else the computer does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.cost import Cost, cost_of
from benchmarks.datasets import mixed, write_pictures
from benchmarks.mock import mock
from tests.program.project import Project

_SIZES, _MILLION = (1_000, 10_000, 100_000), 1_000_000
_MOST_GROWTH = 1.3
_MOST_MEGABYTES = 500
# Seconds that a run with nothing to do may take at 100,000 pictures.
_LONGEST_IDLE, _IDLE_SIZE = 2.0, 100_000
_TRIES = 3


def costs(folder: Path, pictures: int) -> dict[str, Cost]:
    """What each kind of run costs."""
    project = Project(folder)
    write_pictures(project.images, mixed(pictures))
    first = cost_of(project.command(), folder)
    idle = min((cost_of(project.command(), folder) for _ in range(_TRIES)), key=lambda cost: cost.seconds)
    project.set["Dataset.existing"] = "refresh"
    refresh = cost_of(project.command(), folder)
    project.set["Dataset.existing"] = "keep"
    with mock(0.0, 1) as server:
        project.set["Endpoint.url"] = server.url
        drafts = cost_of(project.command("--limit", "1"), folder)
    return {"first run": first, "nothing to do": idle, "refresh": refresh, "drafts": drafts}


def _misses(pictures: int, now: dict[str, Cost], before: tuple[int, dict[str, Cost]] | None) -> list[str]:
    found = [
        f"{kind}: {cost.megabytes:.0f} MB are more than {_MOST_MEGABYTES}"
        for kind, cost in now.items()
        if cost.megabytes > _MOST_MEGABYTES
    ]
    if pictures == _IDLE_SIZE and now["nothing to do"].seconds > _LONGEST_IDLE:
        found.append(f"nothing to do: more than {_LONGEST_IDLE} s; {now['nothing to do'].busy}")
    if before is not None:
        linear = pictures / before[0]
        for kind, cost in now.items():
            growth = cost.processor / before[1][kind].processor / linear
            if growth > _MOST_GROWTH:
                found.append(f"{kind}: {growth:.2f} times what is linear")
    return found


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description="what a large data set takes")
    parser.add_argument("--million", action="store_true", help="a million pictures too: 10 GB on disk")
    parser.add_argument("--folder", type=Path, help="where the data sets are made for the while")
    options, _ = parser.parse_known_args()
    missed, before = False, None
    print(f"{'pictures':>9}  {'run':14} {'wall s':>8} {'cpu s':>8} {'ms each':>8} {'MB':>5}")
    for pictures in (*_SIZES, *((_MILLION,) if options.million else ())):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            found = costs(Path(folder), pictures)
        for kind, cost in found.items():
            each = cost.processor * 1000 / pictures
            print(
                f"{pictures:9,}  {kind:14} {cost.seconds:8.2f} {cost.processor:8.2f} {each:8.3f} "
                f"{cost.megabytes:5.0f}",
                flush=True,
            )
        for miss in _misses(pictures, found, before):
            print(f"  missed: {miss}")
            missed = True
        before = pictures, found
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
