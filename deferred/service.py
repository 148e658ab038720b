"""--batch-submit and --batch-fetch by OpenAI's Batch API: files go to a service, and their answers come back.

The ledger has a line for each step as soon as it is done. A run that ends between a step and its line finds
out at the service what was done, so nothing is submitted twice.

Routes and fields are those of platform.openai.com/docs/api-reference/batch, which Azure, Groq, Novita,
Alibaba and LiteLLM have as well. Files may have hundreds of megabytes: they are never in memory as a whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import aiohttp
import orjson

from dataset.disk import GrowingFile, refusal
from decoding import open_file
from deferred.ledger import Ledger
from deferred.lines import ROUTE
from errors import UserError
from limits import read_json
from llm import trouble
from llm.listings import at, positive, rows, text
from llm.retries import Retries
from llm.transport import TooLargeError, open_session, text_of
from llm.trouble import Trouble
from settings import EndpointSettings

_MOST_PAGES = 200
_PIECE = 1 << 16
_CONNECT = 60.0  # seconds
_ENDED = ("completed", "expired", "cancelled")
_OK = (200, 201)
_RUN_AGAIN = "what is done is kept, so run the same command again"


class Batch(NamedTuple):
    """How far a batch is; `files` are the ids of the files with its answers and errors, by their kind."""

    status: str
    answered: int
    total: int
    files: Mapping[str, str]
    failure: str

    @property
    def has_ended(self) -> bool:
        """Whether no further answers will come."""
        return self.status in _ENDED


class BatchService:
    """The service at `batch_service`; each method raises UserError where it does not do what is asked."""

    def __init__(self, settings: EndpointSettings) -> None:
        self.url = settings.batch_service
        self._settings = settings
        self._secrets = trouble.secrets_in(settings)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT, sock_read=settings.timeout)
        self._session = open_session(self.url, settings, {}, timeout)

    async def __aenter__(self) -> BatchService:
        """Nothing is sent yet."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the connections."""
        await self._session.close()

    async def upload(self, path: Path) -> str:
        """Upload a file with requests; its id there."""

        def form() -> aiohttp.FormData:
            # The library closes what it has sent, so each try opens the file again.
            data = aiohttp.FormData({"purpose": "batch"})
            data.add_field("file", open_file(path), filename=path.name, content_type="application/jsonl")
            return data

        try:
            return self._id_in(await self._ask("POST", "files", form))
        except OSError as error:
            raise UserError(refusal(f"{path} cannot be read", error)) from error

    async def create(self, file: str) -> str:
        """Make a batch of an uploaded file, in one try, because a second batch would be paid too; its id."""
        asked = orjson.dumps({"input_file_id": file, "endpoint": ROUTE, "completion_window": "24h"})
        return self._id_in(await self._ask("POST", "batches", lambda: asked, tries=1))

    async def find(self, file: str) -> str:
        """The id of a batch that was made of an uploaded file and did not fail, "" where there is none."""
        after = ""
        for _ in range(_MOST_PAGES):
            page = await self._ask("GET", f"batches?limit=100{after}")
            listed = rows(page, "data")
            for row in listed:
                if text(row, "input_file_id") == file and text(row, "status") != "failed":
                    return self._id_in(row)
            if not (listed and at(page, "has_more") is True):
                break
            after = f"&after={quote(self._id_in(listed[-1]), safe='')}"
        return ""

    async def look_at(self, batch: str) -> Batch:
        """How far a batch is."""
        found = await self._ask("GET", f"batches/{quote(batch, safe='')}")
        keys = {"output": "output_file_id", "errors": "error_file_id"}
        files = {kind: self._id_in(found, key) for kind, key in keys.items() if text(found, key)}
        answered, total = (positive(found, "request_counts", key) or 0 for key in ("completed", "total"))
        said = "; ".join(filter(None, (text(row, "message") for row in rows(found, "errors", "data")[:3])))
        return Batch(text(found, "status"), answered, total, files, trouble.excerpt(self._masked(said)))

    async def download(self, file: str, path: Path) -> None:
        """Download a file; what is at `path` is replaced once all of it is there."""
        url = f"{self.url}/files/{quote(file, safe='')}/content"
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status not in _OK:
                    raise self._failure(await self._trouble(response))
                growing = GrowingFile(path)
                try:
                    async for piece in response.content.iter_chunked(_PIECE):
                        growing.add(piece)
                except BaseException:
                    # No half of a file may be left behind, also after Ctrl-C.
                    growing.discard()
                    raise
                growing.settle()
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise self._no_connection(error) from error

    async def _ask(
        self, method: str, place: str, data: Callable[[], Any] | None = None, tries: int | None = None
    ) -> object:
        """The JSON of an answer; a service that has too much to do is asked again, unless `tries` is 1."""
        retries = Retries(self._settings)
        while True:
            headers = {"content-type": "application/json"} if place == "batches" else {}
            body = data() if data else None
            try:
                async with self._session.request(
                    method, f"{self.url}/{place}", data=body, headers=headers, allow_redirects=False
                ) as response:
                    if response.status in _OK:
                        return read_json(await text_of(response))
                    seen = await self._trouble(response)
            except (aiohttp.ClientError, asyncio.TimeoutError) as error:
                raise self._no_connection(error) from error
            except ValueError as error:
                raise UserError(f"{self.url}/{place} answered with no JSON: check batch_service") from error
            pause = retries.pause(seen) if tries is None and seen.kind in ("busy", "broken") else None
            if pause is None:
                raise self._failure(seen)
            await asyncio.sleep(pause)

    async def _trouble(self, response: aiohttp.ClientResponse) -> Trouble:
        try:
            said = await text_of(response)
        except TooLargeError as error:
            said = f"an answer of {error}"
        model = self._settings.model
        return trouble.of_status(self.url, model, response.status, response.headers, said, self._secrets)

    def _failure(self, seen: Trouble) -> UserError:
        return UserError(f"{seen.sentence} ({_RUN_AGAIN})")

    def _no_connection(self, error: Exception) -> UserError:
        return UserError(f"{self.url} does not answer ({type(error).__name__}): {_RUN_AGAIN}")

    def _id_in(self, found: object, key: str = "id") -> str:
        # Half a character has no place in an address, nor in the ledger.
        if (id_ := text(found, key)) and id_.isprintable():
            return id_
        raise UserError(f"{self.url} answered without an id: check that batch_service has OpenAI's Batch API")

    def _masked(self, said: str) -> str:
        return trouble.without_secrets(said, self._secrets)


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
