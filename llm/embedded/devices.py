"""Which llama.cpp runs an embedded model, the library or the program, and on which device."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from errors import UserError

Wanted = Literal["auto", "library", "program"]

_LIBRARY = "xllamacpp"
_SERVER = Path(__file__).with_name("library_server.py")
# As `llama-server --list-devices` writes it: "  Vulkan0: NVIDIA RTX 4070 (12282 MiB, 11040 MiB free)".
_DEVICE = re.compile(r"^\s+(\S+): (.+) \((\d+) MiB, (\d+) MiB free\)", re.MULTILINE)
_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)
_MIB = 1024 * 1024
# A card may take some seconds to wake up.
_LONGEST_LOOK = 60
# Files that exist if a driver of a graphics card is installed: NVIDIA's, AMD's, and those of the system.
_SIGNS_OF_A_CARD = (
    *("/proc/driver/nvidia/version", "/dev/kfd", "/dev/dri/renderD128"),
    *("C:/Windows/System32/nvcuda.dll", "C:/Windows/System32/vulkan-1.dll"),
)
_USE_THE_CARD = (
    "pip install xllamacpp --force-reinstall --index-url https://xorbitsai.github.io/xllamacpp/whl/vulkan"
)


@dataclass(frozen=True, slots=True)
class Device:
    """What can be computed on, with its free memory in bytes."""

    name: str
    free: int
    is_card: bool = True


@dataclass(frozen=True, slots=True)
class Runner:
    """A llama.cpp: the command of its server, and the graphics cards that it can use."""

    kind: Literal["library", "program"]
    command: Sequence[str]
    cards: Sequence[Device] = ()

    @property
    def place(self) -> str:
        """It and its device, as messages name them."""
        name = "llama.cpp inside this program" if self.kind == "library" else f"llama.cpp ({self.command[0]})"
        devices = ", ".join(each.name for each in self.cards) or "the processor"
        return f"{name}, on {devices}"


def runner(wanted: Wanted) -> Runner:
    """The llama.cpp that is wanted; with auto the program on PATH only if it alone can use a card.

    Raises UserError where it is not there.
    """
    library = _library() if wanted != "program" else None
    is_enough = library is not None and (wanted == "library" or library.cards)
    program = _program() if not is_enough and wanted != "library" else None
    if program is not None and (wanted == "program" or program.cards or library is None):
        return program
    if library is not None:
        return library
    if wanted == "program":
        raise UserError(
            "embedded = program needs llama-server on PATH: install llama.cpp (winget install llama.cpp, "
            "brew install llama.cpp, or https://llama.app), or write embedded = auto"
        )
    raise UserError("url = embedded needs llama.cpp: pip install -r requirements-embedded.txt")


@dataclass(frozen=True, slots=True)
class Computer:
    """The llama.cpp of this computer, and its free memory in bytes, beside that of the cards.

    `seems_to_have_card` is whether the driver of a graphics card is installed, used or not.
    """

    runner: Runner
    free: int
    seems_to_have_card: bool = False

    @property
    def free_on_cards(self) -> int:
        """The free memory of all cards together; 0 where llama.cpp uses none."""
        return sum(each.free for each in self.runner.cards)

    @property
    def faster_with(self) -> str:
        """The command that has a graphics card used which lies idle; "" where there seems to be none."""
        return _USE_THE_CARD if self.seems_to_have_card and not self.runner.cards else ""


def this_computer(wanted: Wanted) -> Computer:
    """This computer, with the llama.cpp that is wanted; raises UserError where that is not there."""
    has_driver = any(Path(each).exists() for each in _SIGNS_OF_A_CARD)
    return Computer(runner(wanted), _free_memory(), has_driver)


def _free_memory() -> int:
    """The free bytes of this computer's memory, from the system or else from llama.cpp."""
    with suppress(OSError):
        told = _AVAILABLE.search(Path("/proc/meminfo").read_text(encoding="ascii"))
        if told is not None:
            return int(told[1]) * 1024
    devices = _devices_of_library() if importlib.util.find_spec(_LIBRARY) else []
    return max((each.free for each in devices if not each.is_card), default=0)


def _library() -> Runner | None:
    if importlib.util.find_spec(_LIBRARY) is None:
        return None
    cards = [each for each in _devices_of_library() if each.is_card]
    return Runner("library", (sys.executable, str(_SERVER)), cards)


def _devices_of_library() -> list[Device]:
    """What the library can compute on; asked in another process, as here it would keep memory of the card."""
    try:
        told = json.loads(_said_by((sys.executable, str(_SERVER), "--devices")))
    except ValueError:
        raise UserError(
            "the library xllamacpp does not start on this computer: pip install --upgrade --force-reinstall "
            "xllamacpp"
        ) from None
    return [Device(each["name"], each["free"], each["is_card"]) for each in told]


def _program() -> Runner | None:
    for command in (("llama-server",), ("llama", "serve")):
        if (path := shutil.which(command[0])) is None:
            continue
        said = _said_by((path, *command[1:], "--list-devices"))
        # There are other programs called llama.
        if command[0] == "llama-server" or "Available devices" in said:
            cards = [Device(each[2], int(each[4]) * _MIB) for each in _DEVICE.finditer(said)]
            return Runner("program", (path, *command[1:]), cards)
    return None


def _said_by(command: Sequence[str]) -> str:
    """What a command prints; "" where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - llama.cpp itself
            command, capture_output=True, timeout=_LONGEST_LOOK, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout + b"\n" + done.stderr if done.returncode == 0 else b"").decode("utf-8", "replace")
