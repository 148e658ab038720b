"""The folders of url = batch that a run uses, what is sent of them, and what their user has to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from deferred.ledger import Ledger
from english import amount
from errors import UserError
from settings import EndpointSettings, Settings

if TYPE_CHECKING:
    from deferred.folder import BatchFile, BatchFolder
    from llm.endpoint import Endpoint

_MEGABYTE = 1_000_000


class Transfers(NamedTuple):
    """Whether answers are fetched before a run, and files submitted after it."""

    fetch: bool = False
    submit: bool = False


NO_TRANSFERS = Transfers()


class _Used(NamedTuple):
    folder: BatchFolder
    chosen: EndpointSettings


def chosen_for_files(settings: Settings) -> dict[Path, EndpointSettings]:
    """The folders of the stages that ask through files, with the settings of the first of each."""
    stages = settings.stages.values()
    asking = [stage.endpoint for stage in stages if not stage.skip and stage.endpoint.url == "batch"]
    return {endpoint.batch: endpoint for endpoint in reversed(asking)}


def files_needed(requests: int, size: int, chosen: EndpointSettings) -> str:
    """How many requests of about this size in bytes fit into a file, and how many files that makes."""
    fitting = max(1, min(chosen.batch_lines, int(chosen.batch_megabytes * _MEGABYTE) // max(1, size)))
    return (
        f"a request has about {size / 1000:,.1f} kB, so {fitting:,} fit into a file of "
        f"{chosen.batch_megabytes:g} MB: {amount(math.ceil(requests / fitting), 'file')}"
    )


class Batches:
    """Opens the folders of a run; stages may share one."""

    def __init__(self, transfers: Transfers = NO_TRANSFERS) -> None:
        self._transfers = transfers
        self._used: dict[Path, _Used] = {}

    def endpoint(self, settings: EndpointSettings) -> Endpoint:
        """The endpoint that asks through the folder of these settings; raises UserError without a model."""
        # They load aiohttp, which takes some tenths of a second.
        from deferred.endpoint import open_endpoint
        from deferred.folder import BatchFolder

        used = self._used.setdefault(settings.batch, _Used(BatchFolder(settings.batch), settings))
        return open_endpoint(settings, used.folder)

    async def fetch(
        self, settings: Settings, say: Callable[[str], None], failed: Callable[[str], None]
    ) -> None:
        """Get the answers that are there by now, if that is wanted; raises UserError where that fails."""
        if not any(self._transfers):
            return
        from deferred import service

        folders = chosen_for_files(settings)
        if not folders:
            raise UserError("--batch-submit and --batch-fetch go with url = batch: write it under [Endpoint]")
        for folder, chosen in folders.items():
            service.refuse_unusable(chosen)
            if self._transfers.fetch:
                await service.fetch(folder, chosen, say, failed)

    async def submit(self, say: Callable[[str], None]) -> None:
        """Have the files answered that this run waits for, if that is wanted; once all is settled."""
        if self._transfers.submit:
            from deferred import service

            for used in self._used.values():
                files = [file.path for file in used.folder.open_files()]
                await service.submit(used.folder.path, files, used.chosen, say)

    def next_step(self) -> str:
        """What the user does to get the answers that are missing, "" where none is; once all is settled."""
        steps = (_step(used, files) for used in self._used.values() if (files := used.folder.open_files()))
        return " ".join(steps)


def _step(used: _Used, files: list[BatchFile]) -> str:
    ledger, folder = Ledger(used.folder.path), used.folder.path
    unsent = [file for file in files if not ledger.of(file.path.name).batch]
    if not unsent:
        return (
            f"Answers are waited for: {_named(files)} submitted; --batch-fetch gets what is answered by then."
        )
    sent = f"Answers are waited for: {_named(unsent)} to be answered"
    if used.chosen.batch_service:
        return f"{sent}: --batch-submit sends what is not sent yet."
    return f"{sent} by your service: put what it gives you into {folder}, and run this again."


def _named(files: list[BatchFile]) -> str:
    """Files in words, with what they hold: "0001.jsonl (400 requests, 1.2 MB) is"."""
    requests = amount(sum(file.requests for file in files), "request")
    size = sum(file.size for file in files)
    held = (
        f"({requests}, {size / _MEGABYTE:,.1f} MB)"
        if size >= _MEGABYTE
        else f"({requests}, {size // 1000:,} kB)"
    )
    if len(files) == 1:
        return f"{files[0].path} {held} is"
    return f"{len(files):,} files, {files[0].path} to {files[-1].path.name} {held} are"
