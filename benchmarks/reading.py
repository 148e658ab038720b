"""Whether a model can tell what captions say: `python -m benchmarks.reading URL [--keep FOLDER]`.

The model is examined as in a run, and then reads long captions that a reader labelled. Told are precision and
recall of what is missed (what the rules overlook counts against both), for the rules alone and after the
second reading, and the requests, tokens and seconds for a caption. Tags are asked about without their
meanings. FOLDER keeps `judges.json`, so that the model is examined once. Exits with 1 where a figure is under
its target.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from llm.concurrency import Concurrency
from llm.endpoint import Endpoint, always
from llm.picture_requests import Requests
from reading.memory import JUDGES, Judges
from reading.questions import WORDING
from reading.reader import Reader
from settings import EndpointSettings
from tags.categories import CHARACTER, COPYRIGHT
from tests.check.corpus import HELD_OUT, LONG, Example, Figure, judge

_PRECISION, _RECALL = 0.7, 0.85


def _open(example: Example) -> set[str]:
    """What the rules do not find in a caption, names apart."""
    coverage = judge(example)
    return _without_names(example, (*coverage.missed, *coverage.perhaps))


def _asked(example: Example) -> list[str]:
    """What the model is asked about: what is open, and where something is, what only other words tell."""
    asked = _open(example)
    asked |= _without_names(example, judge(example).told) if asked else set()
    return [tag for tag in example.tags if tag in asked]


def _without_names(example: Example, tags: Iterable[str]) -> set[str]:
    names = {CHARACTER, COPYRIGHT}
    return {tag for tag in tags if example.categories.get(tag) not in names}


def _figure(found: list[set[str]], wanted: list[set[str]]) -> Figure:
    pairs = list(zip(found, wanted, strict=True))
    right, wrong = sum(len(mine & theirs) for mine, theirs in pairs), sum(len(a - b) for a, b in pairs)
    return Figure(right, wrong, sum(len(theirs - mine) for mine, theirs in pairs))


async def _read(endpoint: Endpoint, folder: Path, examples: list[Example]) -> int:
    reader, requests = Reader(folder, endpoint), Requests(endpoint, always)
    started = time.monotonic()
    await reader.read("A cat.", {"cat": ""}, {}, requests)
    certificate = Judges(folder / JUDGES).get(endpoint.model, WORDING)
    print(f"examination, {time.monotonic() - started:.0f} s, {endpoint.usage}: {certificate}")
    if reader.note:
        print(f"missed: {reader.note}")
        return 1
    before, started = endpoint.usage, time.monotonic()
    found = []
    for example in examples:
        tags = dict.fromkeys(_asked(example), "")
        reading = await reader.read(example.caption, tags, example.categories, requests)
        found.append(tags.keys() - (reading.said if reading else frozenset()))
    wanted = [_without_names(example, example.missed) for example in examples]
    under = False
    for name, each in (("rules", [_open(each) for each in examples]), ("read", found)):
        figure = _figure(each, wanted)
        print(f"{name:6} precision {figure.precision:.2f}  recall {figure.recall:.2f}  {figure}")
        under = name == "read" and (figure.precision < _PRECISION or figure.recall < _RECALL)
    used, count = endpoint.usage - before, len(examples)
    print(
        f"a caption: {used.requests / count:.1f} requests, {used.prompt_tokens / count:.0f} tokens in "
        f"({used.cached_tokens / count:.0f} cached), {used.completion_tokens / count:.0f} out, "
        f"{(time.monotonic() - started) / count:.1f} s"
    )
    if under:
        print(f"missed: a precision of {_PRECISION} and a recall of {_RECALL}")
    return int(under)


async def _measure(options: argparse.Namespace) -> int:
    settings = EndpointSettings.model_validate({"url": options.url})
    endpoint = Endpoint(settings, options.url, options.model, Concurrency(1))
    labelled = HELD_OUT if options.held_out else LONG
    examples = [example for example in labelled if _open(example)][: options.captions]
    try:
        with tempfile.TemporaryDirectory() as folder:
            return await _read(endpoint, options.keep or Path(folder), examples)
    finally:
        await endpoint.close()


def main() -> int:
    """Print the figures and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--model", default="tiny")
    parser.add_argument("--captions", type=int, default=len(LONG) + len(HELD_OUT))
    parser.add_argument("--held-out", action="store_true", help="captions nobody tuned the rules on")
    parser.add_argument("--keep", type=Path)
    return asyncio.run(_measure(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
