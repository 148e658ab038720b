"""The checks of --check that need the libraries: of settings, pictures, servers and captions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import config
from captioning.models import needs_of
from captioning.project import Project
from captioning.sampling import ShardSample, sample_project
from captioning.templates import misfits
from commands.checkup import data_set, prompts
from commands.checkup.findings import LARGEST_SAMPLE, Finding, ok, problem, warning
from commands.checkup.servers import Servers
from deferred.batches import Batches
from errors import StageError, UserError
from llm.servers import Endpoints


async def findings_of_project(config_file: Path, overrides: list[str]) -> AsyncIterator[Finding]:
    """Everything that can be said of settings, pictures, servers and captions."""
    try:
        settings = config.load(config_file, overrides)
        yield ok(f"{config_file} can be used")
        for finding in prompts.check_templates(settings):
            yield finding
        project = sample_project(settings, most_surveyed=LARGEST_SAMPLE)
        if isinstance(project, ShardSample):
            yield ok(project.sentence)
    except UserError as error:
        for sentence in error.problems or [str(error)]:
            yield problem(sentence)
        return
    for check in (data_set.check_pictures, prompts.check_meanings):
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
