"""What one text request costs the client, and where that goes: `python -m benchmarks.client_cost`.

The endpoint answers at once, so all that is left is the program: template, request, reply, checks, file and
journal. One process has to do 1,000 requests a second, or 70 % of what OpenAI's SDK does in a bare loop
on the same machine. Then a run with a sampler beside it tells which part the time goes to. Exits with 1 where
both figures are missed.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from types import FrameType

from benchmarks.mock import Mock, mock, project, steady, watched

PICTURES, IN_FLIGHT, ROUNDS = 2000, 32, 2
ENOUGH, SHARE_OF_BARE = 1000.0, 0.7
_ROOT = Path(__file__).parent.parent
_EVERY = 0.002
# In memory where there is such a folder, since making a file takes a millisecond on some disks.
_MEMORY = Path("/dev/shm")
# Where the innermost frame of the program lies, the part that the moment is counted for.
_PARTS = {
    "prompts.py:fingerprint": "fingerprint of the prompt",
    "llm/client.py": "request and reply",
    "llm/transport.py": "request and reply",
    "llm/completions.py": "request and reply",
    "llm/endpoint.py": "request and reply",
    "llm/concurrency.py": "slots",
    "llm/concurrency_search.py": "slots",
    "llm/prompts.py": "template",
    "llm/sandbox.py": "template",
    "llm/": "checks of the answer",
    "check/": "checks of the caption against its tags",
    "writing/writer.py": "interpreter",
    "wiki/": "meanings of tags",
    "writing/material.py": "meanings of tags",
    "dataset/json_lines.py": "files and journal",
    "dataset/text_folder.py": "files and journal",
    "dataset/disk.py": "files and journal",
    "dataset/results.py": "files and journal",
    "dataset/journal.py": "files and journal",
    "dataset/": "reading tags, and whether the picture may be sent",
    "tags/": "reading tags, and whether the picture may be sent",
    "english.py": "checks of the caption against its tags",
    "captioning/": "start, summary and progress",
    "stage_runner.py": "stage_runner.py",
    "progress.py": "progress bar",
    "interpreter.py": "interpreter",
}


def through_the_program(server: Mock, arguments: list[str] | None = None) -> float:
    """Requests a second in the steady part of a run."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        run = project(Path(folder), server.url, PICTURES, Endpoint__concurrency=str(IN_FLIGHT))
        before = server.seen().answered
        course = watched(run, server, arguments)
    seen = [each.after(before) for each in course.seen]
    begin, end = steady(seen, 10 * IN_FLIGHT)
    return (end.answered - begin.answered) / (end.time - begin.time)


async def bare(url: str) -> float:
    """Requests a second of the SDK in a bare loop, with as many in flight and as long a prompt."""
    import openai

    client = openai.AsyncOpenAI(
        base_url=url, api_key="none", max_retries=0, http_client=openai.DefaultAioHttpClient()
    )
    messages = [{"role": "user", "content": "A prompt of the usual length. " * 120}]
    body = json.dumps({"model": "mock", "messages": messages}).encode()
    left = iter(range(PICTURES))

    async def work() -> None:
        for _ in left:
            await client.post("/chat/completions", content=body, cast_to=object)

    started = monotonic()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    seconds = monotonic() - started
    await client.close()
    return PICTURES / seconds


def sample(into: Path, arguments: list[str]) -> None:
    """Run the program in this process; count, by the clock of the processor, which part it is in."""
    import caption

    counts: Counter[str] = Counter()

    def look(number: int, frame: FrameType | None) -> None:
        counts[_part(frame)] += 1

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
    sys.argv = arguments
    try:
        caption.main()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        into.write_text(json.dumps(counts), encoding="utf-8")


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        place = path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else ""
        # These are below everything else: what has no other place is counted for the event loop.
        if place and place not in ("caption.py", "captioning/run.py"):
            names = (f"{path.name}:{frame.f_code.co_name}", place)
            return next((part for key, part in _PARTS.items() if any(map(_begins(key), names))), place)
        frame = frame.f_back
    return "start, event loop and sockets"


def _begins(key: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(key)


def main() -> int:
    """Print the rates and the parts; 1 where the program is too slow by both measures."""
    with mock(0.0, 0) as server:
        ratios = []
        for _ in range(ROUNDS):
            ours, theirs = through_the_program(server), _bare_in_a_process(server.url)
            ratios.append((ours / theirs, ours))
            share = f"share {ours / theirs:.2f}"
            print(f"program {ours:7,.0f}/s   bare SDK {theirs:7,.0f}/s   {share}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            counted = Path(folder) / "counts.json"
            sampled = through_the_program(
                server, [sys.executable, "-m", "benchmarks.client_cost", str(counted)]
            )
            counts = Counter[str](json.loads(counted.read_text(encoding="utf-8")))
    print(f"\nwith a sampler beside it: {sampled:,.0f}/s")
    for part, count in counts.most_common():
        print(f"{count / counts.total():6.1%}  {part}")
    best, most = max(ratios)[0], max(ours for _, ours in ratios)
    missed = best < SHARE_OF_BARE and most < ENOUGH
    if missed:
        print(f"missed: {most:,.0f}/s and {best:.2f} of the bare SDK, of {ENOUGH:,.0f}/s or {SHARE_OF_BARE}")
    return int(missed)


def _bare_in_a_process(url: str) -> float:
    command = [sys.executable, "-m", "benchmarks.client_cost", "--bare", url]
    return float(subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        print(asyncio.run(bare(sys.argv[2])))
    elif len(sys.argv) > 1:
        sample(Path(sys.argv[1]), sys.argv[2:])
    else:
        sys.exit(main())
