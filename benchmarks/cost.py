"""What one command costs: seconds by the clock and of the processor, and memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

_KILOBYTES = 1024 if sys.platform == "darwin" else 1


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock and of the processor, and the most memory in MB."""

    seconds: float
    processor: float
    megabytes: float

    @property
    def busy(self) -> str:
        """How much of the time was work; the rest it waited, for a disk or for its turn on a processor."""
        return f"{self.processor:.2f} s of {self.seconds:.2f} s were work of its own"


def cost_of(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder."""
    started = monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = monotonic() - started
    # It was waited for here, which the object cannot know.
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the program ended with {process.returncode}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _KILOBYTES / 1024)
