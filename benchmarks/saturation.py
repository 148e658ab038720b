"""How much of what a server could give the program takes: `python -m benchmarks.saturation`.

A server with N slots and a latency of L seconds can answer N/L requests a second. In the steady part of a run
the program has to keep that share of the slots busy which the table states; the last case is a whole run with
start-up. Beside it stands for how much of the time the program worked, and stood in line for a processor:
where other programs are busy, that is what the share lacks. Exits with 1 where a share is missed.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.mock import Watched, mock, project, steady, watched

_SIDE = 1024


@dataclass(frozen=True, slots=True)
class Case:
    """So many slots, the latency in seconds, the pictures, and the share of the slots to be kept busy.

    `sees` is the stage that sends pictures, "" if none does and the Interpreter alone runs.
    """

    name: str
    slots: int
    latency: float
    pictures: int
    share: float
    whole: bool = False
    sees: str = ""


CASES = (
    Case("text", 1, 0.5, 16, 0.97),
    Case("text", 8, 0.5, 128, 0.97),
    Case("text", 64, 0.5, 1024, 0.97),
    Case("text", 256, 1.0, 2048, 0.95),
    Case("pictures", 16, 0.5, 256, 0.95, sees="Interrogator"),
    Case("whole run", 16, 0.5, 512, 0.9, whole=True),
)


def share_taken(case: Case, folder: Path) -> tuple[float, Watched]:
    """The share of the slots that the program kept busy, and its run."""
    with mock(case.latency, case.slots) as server:
        describes = case.sees == "Interrogator"
        only = {"Interrogator__skip": str(not describes), "Interpreter__skip": str(describes)}
        only["Interpreter__sees"] = str(case.sees == "Interpreter")
        picture = _picture(folder / "picture.png") if case.sees else None
        run = project(
            folder / "data",
            server.url,
            case.pictures,
            picture,
            Endpoint__concurrency=str(case.slots),
            **only,
        )
        course = watched(run, server)
    if case.whole:
        return case.pictures * case.latency / case.slots / course.seconds, course
    begin, end = steady(course.seen, 2 * case.slots)
    return (end.busy - begin.busy) / (end.time - begin.time) / case.slots, course


def _picture(path: Path) -> Path:
    """A picture of a megapixel that is as hard to read as a drawing."""
    import pyvips

    bands = [pyvips.Image.perlin(_SIDE, _SIDE, cell_size=64, seed=seed) for seed in (1, 2, 3)]
    ((bands[0].bandjoin(bands[1:]) * 100 + 128).cast("uchar")).write_to_file(str(path))
    return path


def main() -> int:
    """Print the table; 1 where a share is missed."""
    missed = False
    print(
        f"{'case':10} {'slots':>5} {'latency':>8} {'pictures':>9} "
        f"{'worked':>7} {'in line':>8} {'share':>6} {'stated':>7}"
    )
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            share, course = share_taken(case, Path(folder))
        missed |= share < case.share
        verdict = "" if share >= case.share else "  missed"
        print(
            f"{case.name:10} {case.slots:5} {case.latency:6.1f} s {case.pictures:9,} "
            f"{course.worked / course.seconds:7.0%} {course.stood_in_line / course.seconds:8.0%} "
            f"{share:6.3f} {case.share:7.2f}{verdict}",
            flush=True,
        )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
