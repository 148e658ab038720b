"""How long the program takes to start: `python -m benchmarks.start`.

The shortest of several tries is held against the stated seconds. Where it is longer, the processor time tells
whether the program was slow, or waited while others had their turn. Exits with 1 where one is longer.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.cost import cost_of
from benchmarks.datasets import mixed, write_pictures
from tests.program.project import Project
from tests.program.starts import ROOT

_TRIES = 10
_PICTURES = 10
_LONGEST = {"--help": 0.2, "nothing to do on 10 pictures": 0.4}


def main() -> int:
    """Print the table; 1 where a start takes too long."""
    missed = False
    # As for users, Python may keep what it has compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as place:
        project = Project(Path(place))
        write_pictures(project.images, mixed(_PICTURES))
        cost_of(project.command(), project.folder)
        commands = ([sys.executable, str(ROOT / "caption.py"), "--help"], project.command())
        print(f"{'start':30} {'seconds':>9} {'stated':>8}")
        for (name, longest), command in zip(_LONGEST.items(), commands, strict=True):
            costs = [cost_of(command, project.folder) for _ in range(_TRIES)]
            best = min(costs, key=lambda cost: cost.seconds)
            missed |= best.seconds > longest
            verdict = "" if best.seconds <= longest else f"  missed; {best.busy}"
            print(f"{name:30} {best.seconds:7.3f} s {longest:6.1f} s{verdict}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
