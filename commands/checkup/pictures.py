"""The data set: pictures and tag files, and what is odd about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from batch import EXCLUDED
from captioning.amounts import amount
from captioning.project import Project
from commands.checkup import Finding, ok, problem, warning
from dataset.file_names import printable
from dataset.images import Picture
from dataset.listing import Problem
from dataset.picture import describe
from errors import ItemError

# So many pictures tell what a data set is like, and are looked at in seconds.
LARGEST_SAMPLE = 2000
_MOST_NAMED = 3
_NO_TAGS = "put a tag file beside each picture: NAME.txt, its tags with commas between them"

Item = TypeVar("Item")


@dataclass(slots=True)
class Faults:
    """Names by reason of failure, and what the first one was told."""

    names: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, reason: str, message: str) -> None:
        """Remember one."""
        self.names.setdefault(reason, []).append(name)
        self.messages.setdefault(reason, message)

    def findings(self) -> Iterator[Finding]:
        """One warning a reason, with a few names."""
        for reason, names in self.names.items():
            yield warning(f"{reason}: {len(names):,} ({named(names)}); {self.messages[reason]}")


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown = [printable(name) for name in names[:_MOST_NAMED]]
    more = [f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return ", ".join([*shown, *more])


def sample(items: Sequence[Item]) -> list[Item]:
    """Items from everywhere in a sequence, as many as can be looked at."""
    step = max(1, -(-len(items) // LARGEST_SAMPLE))
    return list(items[::step])


def examine(project: Project) -> Iterator[Finding]:
    """Count the files, and look into a sample of them."""
    folder = project.collection.folder
    tagged = project.collection.pictures
    if not folder.pictures:
        yield problem(
            f"there are no pictures in {project.collection.root}",
            "put some there with their tag files, or write [Dataset] images = FOLDER in config.ini",
        )
    elif not tagged:
        yield problem(f"{amount(len(folder.pictures), 'picture')}, but no tag file", _NO_TAGS)
    else:
        yield ok(f"{amount(len(folder.pictures), 'picture')}, {amount(len(tagged), 'tag file')}")
    yield from _misplaced(folder.problems)
    chosen = sample(folder.pictures)
    if len(chosen) < len(folder.pictures):
        yield ok(f"of so many pictures, {len(chosen):,} from everywhere are looked into from here on")
    yield from _headers(project, chosen)
    yield from _tags(project, [picture for picture in chosen if picture.tag_file])


def _misplaced(problems: Sequence[Problem]) -> Iterator[Finding]:
    faults = Faults()
    for each in problems:
        faults.add(each.name, each.reason, each.message)
    yield from faults.findings()


def _headers(project: Project, pictures: Sequence[Picture]) -> Iterator[Finding]:
    faults, rotated, animated = Faults(), [], []
    for picture in pictures:
        try:
            facts = describe(project.collection.path(picture))
        except ItemError as error:
            faults.add(picture.name, error.reason, str(error))
            continue
        if facts.rotated:
            rotated.append(picture.name)
        if facts.animated:
            animated.append(picture.name)
    yield from faults.findings()
    if rotated:
        yield ok(f"stored rotated, and sent upright: {len(rotated):,} ({named(rotated)})")
    if animated:
        yield warning(
            f"animated: {len(animated):,} ({named(animated)})",
            "only the first frame is sent; take out those that show something else later",
        )
    if pictures and not faults.names:
        yield ok("all pictures can be read")


def _tags(project: Project, pictures: Sequence[Picture]) -> Iterator[Finding]:
    faults, counts, tags = Faults(), [], Counter[str]()
    for picture in pictures:
        try:
            found = project.collection.tags(picture).tags
        except ItemError as error:
            faults.add(picture.name, error.reason, str(error))
            continue
        counts.append(len(found))
        tags.update(found)
    excluded = faults.names.pop(EXCLUDED, [])
    yield from faults.findings()
    if excluded:
        yield ok(f"never sent, as their tags say why: {len(excluded):,} ({named(excluded)})")
    if counts:
        middle = median(counts)
        spread = f"{min(counts)} at least, {middle:g} in the middle, {max(counts)} at most"
        yield ok(f"tags of a picture: {spread}; {amount(len(tags), 'different tag')}")
    elif pictures and not excluded:
        yield problem("no tag file can be used", "see to the tag files named above")
