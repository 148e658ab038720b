"""--check: what a prompt is made of, the templates and the meanings of tags, and how long it gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from captioning.project import Project
from captioning.templates import templates_of_stages, usable_prompt
from commands.checkup.findings import Finding, ok, problem, warning
from english import amount, first_few
from errors import StageError, UserError
from llm.prompts import Prompt
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


def roles_of(settings: Settings, stage: str, *, sees: bool) -> list[str]:
    """The roles of the messages that a stage sends; the usual ones if its template cannot be read."""
    captions = settings.interpreter.prompt_template_file.fitting(sees=sees, described=False)
    for name, path, variables in templates_of_stages(settings):
        if name == stage and (name != "Interpreter" or path in captions):
            with suppress(UserError):
                return Prompt(path, variables).roles
    return ["system", "user"]
