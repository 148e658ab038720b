"""What the tags mean: what the cache has of it, and whether the wiki answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from captioning.amounts import amount
from captioning.project import Project
from commands.checkup import Finding, ok, problem, warning
from commands.checkup.pictures import named
from errors import StageError, UserError
from wiki import glossary
from wiki.cache import BY_NO_TAG
from wiki.sources import open_source

# A tag that every booru has.
_COMMON_TAG = "1girl"
_WIKIS = ("danbooru", "e621")


def examine(project: Project) -> Iterator[Finding]:
    """Hold the tags of the data set against the cache, and ask the wiki about one tag."""
    try:
        yield from _cache(project)
    except UserError as error:
        yield problem(str(error))
    if not project.settings.tag_provider.skip:
        yield from _wiki(project)


def _cache(project: Project) -> Iterator[Finding]:
    asked = [tag for tag in project.tags(None) if not glossary.is_no_tag(tag)]
    wanted = set(project.cache.wanted(asked, date.today()))
    entries = {tag: project.cache.get(tag) for tag in asked}
    misses = [tag for tag in asked if entries[tag] is None]
    stale = [tag for tag in wanted if entries[tag] is not None]
    hits = len(asked) - len(misses) - len(stale)
    to_ask = f"{len(misses):,} to look up, {len(stale):,} to look up again"
    cache = project.settings.tag_provider.cache.name
    yield ok(f"{cache} knows {hits:,} of {amount(len(asked), 'tag')}; {to_ask}")
    unknown = [tag for tag, entry in entries.items() if entry is not None and entry.by == BY_NO_TAG]
    if unknown:
        yield warning(
            f"unknown to the wiki: {len(unknown):,} ({named(unknown)})",
            "correct their spelling by [Tags] replace, or tell what they mean in [Tags] descriptions_file",
        )


def _wiki(project: Project) -> Iterator[Finding]:
    chosen = project.settings.tag_provider
    try:
        source = open_source(chosen, tries=1)
        if chosen.source not in _WIKIS:
            # Looking a tag up in a dump reads all of it.
            yield ok(f"the dump {Path(chosen.source).name} is there")
            return
        page = next(iter(source.pages([_COMMON_TAG])))
    except UserError as error:
        yield problem(str(error))
    except StageError as error:
        yield warning(str(error))
    else:
        login = f", and accepts the login {chosen.wiki_login}" if chosen.wiki_login else ""
        known = "" if page.known else ", but does not know the tag 1girl"
        yield ok(f"the wiki {chosen.source} answers{known}{login}")
