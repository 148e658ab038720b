"""--batch-submit and --batch-fetch: batch files go to a service, and their answers come back.

The ledger has a line for each step as soon as it is done. A run that ends between a step and its line finds
out at the service what was done, so nothing is submitted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from deferred.ledger import Ledger
from deferred.service import BatchService
from errors import UserError
from settings import EndpointSettings


def refuse_unusable(chosen: EndpointSettings) -> None:
    """Raise UserError where files with these settings cannot be sent."""
    if not chosen.batch_service:
        raise UserError(
            "--batch-submit and --batch-fetch need the address of a service: write batch_service = "
            "https://api.openai.com/v1 under [Endpoint], or send the files yourself"
        )
    if chosen.batch_form != "openai":
        raise UserError(
            f"--batch-submit and --batch-fetch know OpenAI's Batch API only, and batch_form is "
            f"{chosen.batch_form}: send the files yourself"
        )


async def submit(
    folder: Path, files: Iterable[Path], chosen: EndpointSettings, say: Callable[[str], None]
) -> None:
    """Have those files answered that were not submitted yet; raises UserError where that cannot be done."""
    ledger = Ledger(folder)
    async with BatchService(chosen) as service:
        for path in files:
            sent, batch = ledger.of(path.name), ""
            if sent.batch:
                continue
            if sent.uploaded:
                # The run that uploaded it was ended: perhaps after it was submitted.
                batch = await _found(service, sent.uploaded, path, ledger)
            else:
                ledger.add(path.name, uploaded=await service.upload(path))
            batch = batch or await service.create(ledger.of(path.name).uploaded)
            ledger.add(path.name, batch=batch)
            say(f"{path} is submitted to {service.url} as {batch}.")
    ledger.close()


async def _found(service: BatchService, file: str, path: Path, ledger: Ledger) -> str:
    try:
        return await service.find(file)
    except UserError as error:
        raise UserError(
            f"{error}; so it is not known whether {path} was submitted when the last run was ended: look "
            f"there, and if it was not, delete the line of {path.name} in {ledger.path}"
        ) from error


async def fetch(
    folder: Path, chosen: EndpointSettings, say: Callable[[str], None], failed: Callable[[str], None]
) -> None:
    """Get the answers that are there by now; raises UserError where they cannot be had.

    `failed` is told of a batch that the service refused: it will be submitted again.
    """
    ledger = Ledger(folder)
    async with BatchService(chosen) as service:
        for name, batch in ledger.under_way():
            path, found = folder / name, await service.look_at(batch)
            if found.has_ended and found.files:
                for kind, file in found.files.items():
                    await service.download(file, path.with_suffix(f".{kind}.jsonl"))
                ledger.add(name, fetched=True)
                say(f"{path}: {found.answered:,} of {found.total:,} requests are answered ({found.status}).")
            elif found.has_ended or found.status == "failed":
                ledger.add(name, failed=found.failure or found.status)
                why = f"{found.status}: {found.failure}" if found.failure else found.status
                failed(
                    f"{path} was not answered ({why}); --batch-submit sends it again, and without the file "
                    "its requests go into a new one."
                )
            else:
                say(f"{path}: {found.answered:,} of {found.total:,} so far ({found.status}).")
    ledger.close()
