"""What a thousand new tags cost: requests and bytes at the wiki, requests and tokens at the model.

    python -m benchmarks.wiki

Against a Danbooru, an e621 and a model of our own on loopback. Danbooru is asked at the usual pace, so its
seconds are those of a real run with a wiki and a model that answer at once; e621 allows one request a
second, which is counted here and not waited for. Pages have the lengths that Danbooru's have.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import stage_runner
from dataset.json_lines import JsonLines
from english import estimated_tokens
from llm.concurrency import Concurrency
from llm.endpoint import Endpoint
from progress import Bar
from settings import EndpointSettings, TagProviderSettings
from settings.wikis import WIKIS, Manners
from tag_provider import TagProvider
from tests.fakes.answers import gists
from tests.fakes.danbooru import FakeDanbooru
from tests.fakes.e621 import FakeE621
from tests.fakes.endpoint import FakeEndpoint
from tests.fakes.wiki import Asked, FakeWiki, Reply
from tests.fakes.wiki_pages import WikiTag
from wiki import cache as tags_cache
from wiki.cache import BY_NO_PAGE, BY_NO_TAG, BY_PAGE
from wiki.danbooru import DanbooruSource
from wiki.e621 import E621Source
from wiki.source import Access, Source

TAGS = 1_000
_HASTY = Manners(per_second=10_000)
_PARTS = ("long", "striped", "silver", "paper", "winter", "garden", "hanging", "twin", "folded", "lucky")
_THINGS = ("lantern", "sash", "crest", "umbrella", "sleeves", "hairpin", "bridge", "charm", "mask", "cape")
_PLAIN = "A {} with a cord of red silk at its side."
_LEAD = "A [[{}]] is often seen at [i]festivals[/i] and in old houses, on a wall or in the hand. "
_MORE = "It may be made of paper or cloth, and some have a small bell tied to the end. "
_REST = "\n\nh4. Examples\n\n!post #1\n!post #2\n\nh4. See also\n\n* [[umbrella]]\n* [[festival]]"


def wiki_tags() -> Iterator[WikiTag]:
    """A tenth has no page, a tenth a page of one plain sentence, the rest some 450 letters."""
    chance = random.Random(4)
    for number in range(TAGS):
        name = f"{chance.choice(_PARTS)}_{chance.choice(_THINGS)}_{number}"
        words = name.replace("_", " ")
        long = _LEAD.format(words) + _MORE * int(chance.expovariate(1 / 4)) + _REST
        body = [None, _PLAIN.format(words), *[long] * 8][number % 10]
        yield WikiTag(name, body, post_count=int(10 ** chance.uniform(1, 5)))


class Counted(FakeDanbooru):
    """Counts the bytes of its answers."""

    answered = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer as Danbooru does."""
        reply = super().answer(asked)
        self.answered += len(reply.body)
        return reply


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run took, and what came of the tags."""

    seconds: float
    asked: int
    prompt_tokens: int
    without_model: int
    sentences: int


def run(names: list[str], source: Source) -> Outcome:
    """Stage 1 over all tags, into a new cache."""
    with tempfile.TemporaryDirectory() as folder, FakeEndpoint(answer=gists, latency=0.02) as model:
        took = asyncio.run(_stage(names, source, model, Path(folder)))
        by = [entry.by for tag in names if (entry := tags_cache.load(Path(folder) / "c.json").get(tag))]
        prompts = [
            estimated_tokens("".join(message["content"] for message in request.body["messages"]))
            for request in model.requests
        ]
    without_model = sum(each in (BY_NO_PAGE, BY_NO_TAG, BY_PAGE) for each in by)
    return Outcome(took, len(prompts), sum(prompts), without_model, by.count("fake-model"))


async def _stage(names: list[str], source: Source, model: FakeEndpoint, folder: Path) -> float:
    settings = TagProviderSettings.model_validate({"cache": "c.json"}, context={"folder": folder})
    cache = folder / "c.json"
    endpoint = Endpoint(EndpointSettings(), model.url, "fake-model", Concurrency(8))
    log = JsonLines(folder / "log.jsonl")
    provider = TagProvider(settings, source, tags_cache.load(cache), log, lambda: names, endpoint)
    bar, began = Bar("Tags", None), time.perf_counter()
    try:
        await stage_runner.run(provider, provider.due().items, bar, stage_runner.Tally())
        return time.perf_counter() - began
    finally:
        bar.close()
        await endpoint.close()


def _line(what: str, figure: str) -> None:
    print(f"  {what:44}{figure:>12}")


def _tell(wiki: FakeWiki, outcome: Outcome, seconds: float) -> None:
    _line("requests to the wiki", f"{len(wiki.asked):,}")
    _line("seconds", f"{seconds:.1f}")
    _line("tags that need no model", f"{outcome.without_model:,}")
    _line("tags summed up by the model", f"{outcome.sentences:,}")
    _line("requests to the model", f"{outcome.asked:,}")
    _line("prompt tokens (estimated)", f"{outcome.prompt_tokens:,}")


def main() -> None:
    """Print the figures of both wikis."""
    tags = {tag.name: tag for tag in wiki_tags()}
    with Counted(tags) as danbooru:
        outcome = run(list(tags), DanbooruSource(Access(danbooru.url, WIKIS["danbooru"].manners)))
        print(f"{TAGS:,} new tags at Danbooru:")
        _tell(danbooru, outcome, outcome.seconds)
        sent = sum(len(each.line) + len(each.body) for each in danbooru.asked)
        _line("bytes sent to the wiki, without headers", f"{sent:,}")
        _line("bytes of its answers, not packed", f"{danbooru.answered:,}")
    with FakeE621(tags) as e621:
        outcome = run(list(tags), E621Source(Access(e621.url, _HASTY)))
        print(f"\n{TAGS:,} new tags at e621 (its daily dump needs no request):")
        _tell(e621, outcome, float(len(e621.asked)))


if __name__ == "__main__":
    main()
