"""What the meanings of tags cost in a prompt, under each [Tags] describe: `python -m benchmarks.prompts`.

Measured on the pictures that ship, and on 1,000 generated lists of tags: each tag of the glossary stands in
as many of them as on Danbooru, and eight more in each are drawn from the long tail that has a short page;
then on the same with one character, in one dress, in all of them.
Tokens are estimated as the program does it. Shared is what a prompt has in common with the beginning of the
one before it, which a server that keeps its last prompt need not read again.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import config
from captioning.project import Project
from dataset.pictures import Picture, TagList
from english import estimated_tokens
from llm.prompts import Prompt
from tags.spelling import words
from wiki.cache import Cache, Entry
from wiki.explanations import Describe
from wiki.tag_meanings import TagMeanings, load_glossary
from writing import PICTURE_VARIABLES
from writing.material import Material

ROOT = Path(__file__).parent.parent
LISTS = 1_000
_POSTS = 10_000_000
_TAIL, _FROM_TAIL = 130_000, 8
_MEANING = "A {} of dark wood with carved edges hangs from a cord above the scene."
# One of so many tags of the tail has no page.
_WITHOUT_PAGE = 6
# The one character of the third set, and what she wears in every picture.
_CAST = ("hatsune_miku", "vocaloid", "curio_7", "curio_11")

Tags = tuple[str, ...]


def generated(count: int) -> Iterator[Tags]:
    """Lists of tags in the frequencies that Danbooru has, the same ones each time."""
    chance = random.Random(3)
    known = [(tag, (entry.post_count or 0) / _POSTS) for tag, entry in load_glossary().items()]
    for _ in range(count):
        common = [tag for tag, share in known if chance.random() < share]
        rare = [f"curio_{int(chance.random() ** 2 * _TAIL)}" for _ in range(_FROM_TAIL)]
        yield tuple(dict.fromkeys((*common, *rare)))


def pages_of(lists: Sequence[Tags]) -> Cache:
    """What a run would have found out of the tail; the glossary knows the rest."""
    cache = Cache()
    rare = {tag for tags in (*lists, _CAST) for tag in tags if tag.startswith("curio_")}
    for tag in sorted(rare):
        number = int(tag.partition("_")[2])
        text = _MEANING.format(words(tag)) if number % _WITHOUT_PAGE else ""
        cache.add(tag, Entry(text, "general", 30_000 // (1 + number // 100), by="a model"))
    return cache


def _is_no_name(tag: str) -> bool:
    entry = load_glossary().get(tag)
    return entry is None or entry.category in ("general", "meta")


def _figures(lists: Sequence[Tags], base: Material, describe: Describe) -> str:
    counts = Counter(tag for tags in lists for tag in tags)
    explanations = replace(base.explanations, meanings=base.meanings, counts=counts, describe=describe)
    material = replace(base, explanations=explanations)
    prompt = Prompt(
        ROOT / "templates" / "interpreter_prompt_template_short_no_description.txt", PICTURE_VARIABLES
    )
    told, whole, shared, explained, before = [], [], [], [], ""
    for number, tags in enumerate(lists):
        picture = Picture(f"{number}.png", ".txt")
        values = material.values(picture, TagList(tags, {}), "", prompt.uses)
        messages = "\n".join(message.text for message in prompt.messages(values))
        explained.append(len(explanations.choose(tags)))
        told.append(estimated_tokens(str(values["tag_descriptions"])))
        whole.append(estimated_tokens(messages))
        shared.append(estimated_tokens(messages[: _shared_length(before, messages)]))
        before = messages
    means = (explained, told, [_high(told)], whole, shared[1:])
    return f"{describe:8}" + "".join(f"{statistics.mean(figures):10.0f}" for figures in means)


def _shared_length(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _high(figures: Sequence[int]) -> int:
    return sorted(figures)[int(len(figures) * 0.95)]


def main() -> None:
    """Print a table for each set."""
    with tempfile.TemporaryDirectory() as empty:
        settings = config.load(ROOT / "config.ini", [f"TagProvider.cache={empty}/tags_cache.json"])
        project = Project(settings)
        shipped = [project.collection.tags(picture).tags for picture in project.collection.pictures]
        lists = list(generated(LISTS))
        drawn = replace(project.material, meanings=TagMeanings({}, pages_of(lists), {}))
        of_one = [(*_CAST, *filter(_is_no_name, tags)) for tags in lists]
        sets = (
            ("shipped", shipped, project.material),
            ("generated", lists, drawn),
            ("generated (one character)", of_one, drawn),
        )
        for name, each, material in sets:
            mean = statistics.mean(map(len, each))
            print(f"{len(each):,} {name} pictures with {mean:.0f} tags each; tokens in a prompt:")
            print("describe  meanings    tokens      95 %     whole    shared")
            for describe in get_args(Describe):
                print(_figures(each, material, describe))
            print()


if __name__ == "__main__":
    main()
