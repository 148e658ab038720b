"""How long the program takes to start: `python -m benchmarks.start`.

A start is work of the processor, so that is what is held against the stated seconds: the clock also counts
what other programs do meanwhile. Both are the least of several tries. Exits with 1 where one takes longer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.cost import cost_of
from benchmarks.datasets import mixed, write_pictures
from tests.program import ROOT, Project

_TRIES = 10
_PICTURES = 10
_LONGEST = {"--help": 0.2, "nothing to do on 10 pictures": 0.4}


def main() -> int:
    """Print the table; 1 where a start takes too long."""
    missed = False
    with tempfile.TemporaryDirectory() as place:
        project = Project(Path(place))
        write_pictures(project.images, mixed(_PICTURES))
        cost_of(project.command(), project.folder)
        commands = ([sys.executable, str(ROOT / "caption.py"), "--help"], project.command())
        print(f"{'start':30} {'processor':>10} {'clock':>9} {'stated':>8}")
        for (name, longest), command in zip(_LONGEST.items(), commands, strict=True):
            costs = [cost_of(command, project.folder) for _ in range(_TRIES)]
            processor, clock = min(cost.processor for cost in costs), min(cost.seconds for cost in costs)
            missed |= processor > longest
            verdict = "" if processor <= longest else "  missed"
            print(f"{name:30} {processor:8.3f} s {clock:7.3f} s {longest:6.1f} s{verdict}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
