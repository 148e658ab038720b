"""The checks of --check that need the libraries: those of templates and meanings, and the order of all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import config
from captioning.models import needs_of
from captioning.project import Project
from captioning.sampling import ShardSample, sample_project
from captioning.templates import misfits, templates_of_stages, usable_prompt
from commands.checkup import LARGEST_SAMPLE, Finding, data_set, ok, problem, warning
from commands.checkup.servers import Servers
from deferred.batches import Batches
from english import amount, first_few
from errors import StageError, UserError
from llm.servers import Endpoints
from settings import Settings
from settings.wikis import WIKIS
from styling.forms import Forms
from wiki.cache import BY_NO_TAG
from wiki.source import open_source
from wiki.tag_meanings import is_no_tag

# The wiki is asked about this tag, which every booru has.
_COMMON_TAG = "1girl"
# The file name that tag-based-image-captioning uses.
_OLDER_CACHE = "tag_cache.json"


async def findings_of_project(config_file: Path, overrides: list[str]) -> AsyncIterator[Finding]:
    """Everything that can be said of settings, pictures, servers and captions."""
    try:
        settings = config.load(config_file, overrides)
        yield ok(f"{config_file} can be used")
        for finding in check_templates(settings):
            yield finding
        project = sample_project(settings, most_surveyed=LARGEST_SAMPLE)
        if isinstance(project, ShardSample):
            yield ok(project.sentence)
    except UserError as error:
        for sentence in error.problems or [str(error)]:
            yield problem(sentence)
        return
    for check in (data_set.check_pictures, check_meanings):
        for finding in _until_error(check(project)):
            yield finding
    servers = Servers(Endpoints.of(settings, needs_of(settings), Batches().endpoint))
    try:
        async for finding in servers.check(project):
            yield finding
    finally:
        await servers.connections.close()
    for finding in _findings_of_captions(project, servers):
        yield finding


def _findings_of_captions(project: Project, servers: Servers) -> Iterator[Finding]:
    """What there is to say of the captions in a folder, and of its trainer."""
    if project.settings.dataset.is_sharded:
        return
    for findings in (
        (warning(each.text, each.remedy) for each in misfits(project, sees=servers.sees)),
        data_set.check_captions(project, servers.writer, sees=servers.sees),
        data_set.check_forms(project),
        data_set.check_trainer(project),
    ):
        yield from _until_error(findings)


def _until_error(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings of one check; an error that stops the check becomes its last finding."""
    try:
        yield from findings
    except (UserError, StageError) as error:
        yield problem(str(error))


def check_templates(settings: Settings) -> Iterator[Finding]:
    """Read the style, and the template of each stage that runs."""
    try:
        style = Forms.of(settings.interpreter).style
        yield ok(f"[Interpreter] style {style.name}: a caption is {style.form}")
    except UserError as error:
        yield problem(str(error))
    for stage, path, variables in templates_of_stages(settings):
        try:
            prompt = usable_prompt(settings.stages[stage], path, variables)
        except UserError as error:
            yield problem(str(error))
            continue
        uses = sorted(prompt.uses & set(variables))
        yield ok(f"[{stage}] template {path.name} uses {', '.join(uses) or 'no variable'}")


def check_meanings(project: Project) -> Iterator[Finding]:
    """Look the tags of the data set up in the cache, and ask the wiki about one tag."""
    try:
        yield from _cache(project)
    except UserError as error:
        yield problem(str(error))
    chosen = project.settings.tag_provider
    # Without a model a run does not ask the wiki either.
    if not chosen.skip and chosen.endpoint.url != "builtin":
        yield from _wiki(project)


def _cache(project: Project) -> Iterator[Finding]:
    asked = [tag for tag in project.tags() if not is_no_tag(tag)]
    wanted = set(project.cache.wanted(asked, date.today()))
    entries = {tag: project.cache.get(tag) for tag in asked}
    misses = [tag for tag in asked if entries[tag] is None]
    stale = [tag for tag in wanted if entries[tag] is not None]
    hits = len(asked) - len(misses) - len(stale)
    to_ask = f"{len(misses):,} to look up, {len(stale):,} to look up again"
    cache = project.settings.tag_provider.cache.name
    is_all = len(project.collection.surveyed) == len(project.collection.pictures)
    of_sample = "" if is_all else " in the sample"
    yield ok(f"{cache} knows {hits:,} of {amount(len(asked), 'tag')}{of_sample}; {to_ask}")
    older = project.settings.tag_provider.cache.with_name(_OLDER_CACHE)
    if older.is_file():
        yield warning(
            f"{older} of an older script is not read",
            f"python caption.py --merge-cache {older} takes it over",
        )
    unknown = [tag for tag, entry in entries.items() if entry is not None and entry.by == BY_NO_TAG]
    if unknown:
        yield warning(
            f"unknown to the wiki: {first_few(unknown)}",
            "correct their spelling with [Tags] replace, or describe them in [Tags] descriptions_file",
        )


def _wiki(project: Project) -> Iterator[Finding]:
    chosen = project.settings.tag_provider
    try:
        source = open_source(chosen, tries=1)
        if chosen.source not in WIKIS:
            # Looking a tag up in a dump reads all of it.
            yield ok(f"the dump {Path(chosen.source).name} exists")
            return
        page = next(iter(source.pages([_COMMON_TAG])))
    except UserError as error:
        yield problem(str(error))
    except StageError as error:
        yield warning(str(error))
    else:
        login = f", and accepts the login {chosen.wiki_login}" if chosen.wiki_login else ""
        known = "" if page.known else f", but does not know the tag {_COMMON_TAG}"
        yield ok(f"the wiki {chosen.source} answers{known}{login}")
