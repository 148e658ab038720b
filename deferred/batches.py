"""The folders of url = batch that a run uses, and what its user has to do about them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from english import amount
from settings import EndpointSettings, Settings

if TYPE_CHECKING:
    from deferred.folder import BatchFile, BatchFolder
    from llm.endpoint import Endpoint

_MEGABYTE = 1_000_000


def chosen_for_files(settings: Settings) -> Iterator[EndpointSettings]:
    """The settings of the stages that ask through files."""
    for stage in (settings.tag_provider, settings.interrogator, settings.interpreter):
        if not stage.skip and stage.endpoint.url == "batch":
            yield stage.endpoint


def files_needed(requests: int, size: int, chosen: EndpointSettings) -> str:
    """How many requests of about this size in bytes fit into a file, and how many files that makes."""
    fitting = max(1, min(chosen.batch_lines, int(chosen.batch_megabytes * _MEGABYTE) // max(1, size)))
    return (
        f"a request has about {size / 1000:,.1f} kB, so {fitting:,} fit into a file of "
        f"{chosen.batch_megabytes:g} MB: {amount(math.ceil(requests / fitting), 'file')}"
    )


class Batches:
    """Opens the folders of a run; stages may share one."""

    def __init__(self) -> None:
        self._folders: dict[Path, BatchFolder] = {}

    def endpoint(self, settings: EndpointSettings) -> Endpoint:
        """The endpoint that asks through the folder of these settings; raises UserError without a model."""
        # They load the SDK, which takes half a second.
        from deferred.endpoint import open_endpoint
        from deferred.folder import BatchFolder

        folder = self._folders.setdefault(settings.batch, BatchFolder(settings.batch))
        return open_endpoint(settings, folder)

    def next_step(self) -> str:
        """What to do so that those who wait get their answers, "" where nobody waits; once all is settled."""
        return " ".join(
            _step(folder.path, files) for folder in self._folders.values() if (files := folder.open_files())
        )


def _step(folder: Path, files: list[BatchFile]) -> str:
    first, last = files[0].path, files[-1].path.name
    requests = amount(sum(file.requests for file in files), "request")
    size = f"{sum(file.size for file in files) / _MEGABYTE:,.1f} MB"
    if len(files) == 1:
        what, them = f"{first} ({requests}, {size})", "it"
    else:
        what, them = f"{len(files):,} files, {first} to {last} ({requests}, {size})", "them"
    return (
        f"Answers are waited for: have {what} answered by your service, put what it gives you for {them} "
        f"into {folder}, and run this again."
    )
