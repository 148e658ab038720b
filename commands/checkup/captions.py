"""What is there already: captions, drafts, hand edits, and what a refresh would redo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from batch import EXCLUDED
from captioning.amounts import amount, by_reason
from captioning.project import Project
from commands.checkup import Finding, ok, warning
from commands.checkup.pictures import named, sample
from dataset.images import Picture
from dataset.results import Made
from errors import ItemError


def examine(project: Project, model: str) -> Iterator[Finding]:
    """Hold the captions against the journal and, by prompts for `model`, against what would be sent now."""
    names = {picture.stem_name for picture in project.collection.pictures}
    made, there = project.captions.made(), project.captions.texts.names() & names
    edited = project.captions.edited_by_hand() & names
    drafts = {name for name in there - edited if name in made and made[name].draft}
    yield ok(
        f"captions that are there: {len(there):,} of {len(names):,}; {amount(len(drafts), 'draft')}, "
        f"{len(edited):,} edited by hand"
    )
    if not project.settings.interrogator.skip:
        described = len(project.descriptions.texts.names() & names)
        yield ok(f"descriptions that are there: {described:,} of {len(names):,}")
    yield from _excluded(project, there)
    yield from _stale(project, made, there - edited - drafts, model)
    refused = {name: reason for name, reason in project.captions.refused().items() if name in names}
    if refused:
        reasons = by_reason(Counter(refused.values()).most_common())
        yield warning(
            f"refused or failed last time: {len(refused):,} ({reasons})", "the next run tries again"
        )


def _excluded(project: Project, there: set[str]) -> Iterator[Finding]:
    """Tell of captions that were written before the tags of their pictures said that there must be none."""
    pictures = [picture for picture in project.collection.pictures if picture.stem_name in there]
    found = [picture.name for picture in sample(pictures) if _is_never_sent(project, picture)]
    if found:
        yield warning(
            f"pictures that are never sent, with captions from before: {len(found):,} ({named(found)})",
            "delete these captions, for whoever trains on the folder reads them",
        )


def _is_never_sent(project: Project, picture: Picture) -> bool:
    try:
        project.collection.tags(picture)
    except ItemError as error:
        return error.reason == EXCLUDED
    return False


def _stale(project: Project, made: dict[str, Made], written: set[str], model: str) -> Iterator[Finding]:
    pictures = [
        picture for picture in project.collection.pictures if picture.stem_name in written & made.keys()
    ]
    if not pictures or not model or project.settings.interpreter.skip:
        return
    chosen = sample(pictures)
    stage = project.interpreter()

    def is_stale(picture: Picture) -> bool:
        try:
            return stage.fingerprint(picture, model) != made[picture.stem_name].prompt
        except ItemError:
            return False

    stale = sum(map(is_stale, chosen))
    of = f" of {len(chosen):,} looked at" if len(chosen) < len(pictures) else ""
    told = f"{amount(stale, 'caption')}{of}, made from another prompt, model or tags"
    if stale and project.settings.dataset.existing == "keep":
        yield warning(told, "write [Dataset] existing = refresh to have such captions written anew")
    elif stale:
        yield ok(f"{told}, which the next run makes anew")
