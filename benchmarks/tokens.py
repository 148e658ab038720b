"""How many prompt tokens a server's prefix cache gives, by its own count: `python -m benchmarks.tokens`.

llama.cpp's real server is asked for captions of two data sets, with what the program does so that prompts
begin alike, and without: meanings in one order over the data set, and pictures in an order that puts like
beside like. Constant text comes first in all of them. Exits with 1 where the share is under the stated one.
The tiny model spells most words out in letters, which changes the numbers of tokens and hardly their shares.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from itertools import product
from pathlib import Path

import config
import stage_runner
from benchmarks.datasets import Tags, mixed, of_a_cast, write_meanings, write_pictures
from captioning.project import Project
from interpreter import Interpreter
from llm.answers import Usage
from llm.servers import Endpoints
from progress import Bar
from tests.fakes.llama_server import CONTEXT, SLOTS, Launch, LlamaServer
from tests.fakes.tiny_model import write_text_model
from tests.program.project import Project as Folder
from wiki.explanations import Explanations


@dataclass(frozen=True, slots=True)
class Case:
    """A data set, and the share of its prompt tokens that has to come from the cache, if any is stated."""

    name: str
    tags: tuple[Tags, ...]
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class AsTheyCome(Explanations):
    """Tells the same meanings in the order in which each tag file has the tags."""

    def choose(self, tags: Sequence[str]) -> list[tuple[str, str]]:
        """Name and description of the tags that a prompt explains."""
        places = {tag: place for place, tag in reversed(list(enumerate(tags)))}
        return sorted(Explanations.choose(self, tags), key=lambda told: places[told[0]])


@contextmanager
def _server(model: Path) -> Iterator[LlamaServer]:
    """A server that has seen no prompt yet."""
    with LlamaServer(Launch(str(model)), model.with_suffix(".log")) as server:
        yield server


async def _usage(folder: Folder, in_one_order: bool, like_beside_like: bool) -> Usage:
    """What captions for the whole data set take."""
    chosen = [f"{key}={value}" for key, value in folder.set.items()]
    project = Project(config.load(folder.folder / "config.ini", chosen))
    if not in_one_order:
        usual = project.material.explanations
        as_they_come = AsTheyCome(**{field.name: getattr(usual, field.name) for field in fields(usual)})
        project.material = replace(project.material, explanations=as_they_come)
    pictures = project.collection.pictures
    connections = Endpoints()
    endpoint = await connections.endpoint(project.settings.interpreter.endpoint)
    assert endpoint is not None
    bar = Bar("Interpreter", len(pictures))
    try:
        stage = Interpreter(project, endpoint)
        ordered = stage.in_order_of_prompts(pictures) if like_beside_like else pictures
        await stage_runner.run(stage, ordered, bar, stage_runner.Tally())
    finally:
        bar.close()
        project.close()
        await connections.close()
    return endpoint.usage


def _measure(case: Case, place: Path, model: Path, in_one_order: bool, like_beside_like: bool) -> Usage:
    with tempfile.TemporaryDirectory(dir=place) as name, _server(model) as server:
        folder = Folder(Path(name), url=server.url, Endpoint__concurrency=str(SLOTS))
        folder.set["Endpoint.max_tokens"] = "64"
        folder.set["TagProvider.cache"] = str(folder.cache)
        write_pictures(folder.images, case.tags)
        write_meanings(folder.cache)
        return asyncio.run(_usage(folder, in_one_order, like_beside_like))


def main() -> int:
    """Print the table; 1 where a share is missed."""
    cases = (
        Case("200 of 3 characters", tuple(of_a_cast(200)), 0.6),
        Case("1,000 of all kinds", tuple(mixed(1000))),
    )
    missed = False
    print(f"{'data set':20} {'meanings':15} {'pictures':16} {'prompt':>10} {'cached':>10} {'share':>6}")
    with tempfile.TemporaryDirectory() as place:
        model = Path(place) / "text.gguf"
        write_text_model(model, CONTEXT)
        for case, in_one_order, like_beside_like in product(cases, (False, True), (False, True)):
            usage = _measure(case, Path(place), model, in_one_order, like_beside_like)
            share = usage.cached_tokens / usage.prompt_tokens
            is_missed = in_one_order and like_beside_like and share < case.share
            missed |= is_missed
            print(
                f"{case.name:20} {'in one order' if in_one_order else 'as they come':15} "
                f"{'like beside like' if like_beside_like else 'as they come':16} "
                f"{usage.prompt_tokens:10,} {usage.cached_tokens:10,} {share:6.3f}"
                f"{'  missed' if is_missed else ''}",
                flush=True,
            )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
