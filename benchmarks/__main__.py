"""All benchmarks in turn, and docs/BENCHMARKS.md of them: `python -m benchmarks [--only NAME] [--million]`.

Each runs in a process of its own, one at a time. With `--only` the section of that one is measured anew and
the others stay as they are. Exits with 1 where a stated figure is missed or a benchmark breaks.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "BENCHMARKS.md"
_LIBRARIES = ("aiohttp", "pydantic", "jinja2", "orjson", "pyvips", "pyvips-binary", "xllamacpp")
_LONGEST = 3 * 3600
_STOPPED = -1
_MISS = re.compile(r"missed|under target")
_VERDICT = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE)
NOTHING_STATED = "nothing is stated: figures to read"
# These need an older version, files of models, a reader, or Ray: their sections are written by hand, and
# stay as they are.
_BY_HAND = ("processor_time", "encoders", "real_model", "cluster")
# What each script states, in the order in which they run: the ones that need a quiet machine first.
STATED = {
    "saturation": "keeps 0.97 of N slots busy (text, N = 1, 8, 64, 0.5 s), 0.95 (N = 256, 1 s), 0.95 (N = 16,"
    " pictures of a megapixel); whole runs of 512 at N = 16 reach 0.9",
    "client_cost": "1,000 text requests a second at no latency, or 70 % of the bare SDK",
    "concurrency": "auto is within 15 % of the best fixed number after 20 latencies, at 4, 32 and 128 slots",
    "start": "`--help` under 0.2 s, a run with nothing to do on 10 pictures under 0.4 s",
    "peers": "no peer is more than a twentieth faster, by the whole process, at 1, 4 and 16 in flight",
    "pictures": "libvips takes no longer than Pillow at 8 and 24 megapixels; small upright JPEG and PNG are "
    "passed through",
    "tokens": "0.6 of the prompt tokens of 200 pictures of 3 characters come from the server's cache",
    "one_look": "pictures of a megapixel sent along with their tags keep 0.95 of 16 slots busy; the rest are "
    "figures to read",
    "scale": "time grows linearly with the pictures, memory stays under 500 MB, a run with nothing to do "
    "takes under 2 s at 100,000",
    "shards": "10,000 pictures in a tar take at most a tenth more of the processor than in a folder, by "
    "turns; memory stays under 400 MB",
    "coverage": "faults and missed tags are found as a reader finds them, at a precision of 0.95 and a "
    "recall of 0.9, what captions add at 0.9 and 0.6, within half a millisecond for 60 words",
    "styles": "a caption of tags and sentences takes 1.0 requests a picture, a list of tags none",
    "prompts": NOTHING_STATED,
    "wiki": NOTHING_STATED,
}
# What `--million` adds.
_OF_A_MILLION = {"scale": ["--million"], "shards": ["--shards", "100"]}
_INTRODUCTION = """# Benchmarks

What the program takes, as measured by the scripts under `benchmarks/`. Each prints a table and ends with 1
where it misses what it states; a miss stands here as a miss. `python -m benchmarks` measures all of it and
writes this page; `python -m benchmarks --only NAME` measures one section anew, and `--million` adds a million
pictures to `scale` and `shards`. The figures are of one machine on one day, and of a made-up endpoint on the
same machine that answers after a fixed time; compare shares and ratios rather than seconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one script ended; `busy` is how many programs wanted a processor on average, if that is known."""

    code: int
    output: str
    errors: str
    seconds: float
    busy: float | None


def measured(name: str, arguments: list[str]) -> Outcome:
    """Run one script to its end."""
    started = monotonic()
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        return Outcome(_STOPPED, "", f"not finished in {_LONGEST} s", monotonic() - started, _busy())
    return Outcome(done.returncode, done.stdout, done.stderr, monotonic() - started, _busy())


def _busy() -> float | None:
    return os.getloadavg()[1] if hasattr(os, "getloadavg") else None


def section(name: str, arguments: list[str], outcome: Outcome) -> str:
    """The part of the page on one script."""
    command = " ".join(["python", "-m", f"benchmarks.{name}", *arguments])
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    lines = [f"Stated: {STATED[name]}.", "", f"    $ {command}", "", "```", outcome.output.strip(), "```", ""]
    measured_when = f"Measured {today} in {outcome.seconds:.0f} s{_how_quiet(outcome)}."
    lines += [_verdict(name, outcome), "", measured_when]
    return "\n".join(lines)


def _verdict(name: str, outcome: Outcome) -> str:
    if outcome.code == 0:
        return "**Measured.**" if STATED[name] == NOTHING_STATED else "**Met.**"
    misses = [" ".join(line.split()) for line in outcome.output.splitlines() if _MISS.search(line)]
    if outcome.code == 1 and misses:
        return "\n".join(["**Missed.**", "", *(f"- `{miss}`" for miss in misses)])
    last = next((line for line in reversed(outcome.errors.splitlines()) if line.strip()), "no word of why")
    return f"**Broken off**: `{last.strip()}`"


def _how_quiet(outcome: Outcome) -> str:
    cores = os.cpu_count() or 1
    if outcome.busy is None:
        return ""
    many = f"{outcome.busy:.1f} programs on average wanted one of the {cores} processors"
    is_shared = outcome.busy > cores
    return f"; the machine was shared with others meanwhile: {many}" if is_shared else f"; {many}"


def machine() -> str:
    """Processors, memory, Python and the versions of the libraries that matter."""
    libraries = [f"{each} {version}" for each in _LIBRARIES if (version := _version(each))]
    rows = {
        "Processors": f"{os.cpu_count()} x {_processor()}",
        "Memory": _memory(),
        "System": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Libraries": ", ".join(libraries),
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    text = information.read_text(encoding="utf-8") if information.exists() else ""
    found = re.search(r"model name\s*:\s*(.+)", text)
    return found.group(1) if found else platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf"):
        return "unknown"
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB"


def sections_of(page: str) -> dict[str, str]:
    """The sections of an earlier page, by the names of their scripts."""
    parts = re.split(r"^## (\w+)\n", page, flags=re.MULTILINE)[1:]
    return {
        name: text.strip("\n")
        for name, text in zip(parts[::2], parts[1::2], strict=True)
        if name in (*STATED, *_BY_HAND)
    }


def page(sections: dict[str, str]) -> str:
    """The whole page."""
    rows = []
    for name, stated in STATED.items():
        verdict = _VERDICT.search(sections.get(name, ""))
        said = verdict.group(1).rstrip(".").lower() if verdict else "not measured yet"
        rows.append(f"| [{name}](#{name}) | {stated} | {said} |")
    summary = "\n".join(["| script | stated | verdict |", "|---|---|---|", *rows])
    parts = [f"## {name}\n\n{sections[name]}" for name in (*STATED, *_BY_HAND) if name in sections]
    return "\n\n".join([_INTRODUCTION, machine(), summary, *parts]) + "\n"


def main() -> int:
    """Measure, write the page after each script, and tell the verdicts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="all benchmarks in turn")
    parser.add_argument("--only", choices=STATED, metavar="NAME", help=f"one of {', '.join(STATED)}")
    parser.add_argument("--million", action="store_true", help="a million pictures in scale and shards too")
    options = parser.parse_args()
    is_good = True
    for name in [options.only] if options.only else list(STATED):
        arguments = _OF_A_MILLION.get(name, []) if options.million else []
        outcome = measured(name, arguments)
        earlier = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
        sections = {**sections_of(earlier), name: section(name, arguments, outcome)}
        DOCUMENT.write_text(page(sections), encoding="utf-8")
        print(f"{name:12} {_verdict(name, outcome).splitlines()[0]}", flush=True)
        is_good &= outcome.code == 0
    return int(not is_good)


if __name__ == "__main__":
    sys.exit(main())
