"""--check: what can be said of url = batch, where nobody can be asked."""

from __future__ import annotations

import os
from collections.abc import Iterator

from commands.checkup.findings import Finding, ok, problem, warning
from deferred.folder import BatchFolder
from settings import EndpointSettings


def check_batch_files(stage: str, chosen: EndpointSettings, folder: BatchFolder) -> Iterator[Finding]:
    """Look at the folder, and say what will be written there and sent; raises UserError for a broken file."""
    path = folder.path
    if path.exists() and not path.is_dir():
        yield problem(f"[{stage}] {path} is no folder", "write batch = FOLDER under [Endpoint]")
        return
    if path.is_dir() and not os.access(path, os.W_OK):
        yield problem(f"[{stage}] {path} is read-only", "change its permissions or name another folder")
        return
    yield ok(
        f"[{stage}] url = batch: no server is asked; requests to {chosen.model} go into files in {path}, in "
        f"the form {chosen.batch_form}, at most {chosen.batch_lines:,} requests and "
        f"{chosen.batch_megabytes:g} MB in each"
    )
    yield ok(f"[{stage}] {folder.told()}")
    if chosen.reasoning == "off" and not chosen.extra_body:
        field = 'extra_body = {"reasoning_effort": "none"}'
        yield ok(f"[{stage}] a model that reasons is not told to stop: {field} does it at many services")
    if not chosen.batch_service:
        yield ok(f"[{stage}] you send the files: with batch_service = ADDRESS, --batch-submit does it")
    elif chosen.batch_form == "short":
        only = (
            f"--batch-submit sends files of the form openai only, and none of these to {chosen.batch_service}"
        )
        yield warning(f"[{stage}] {only}", "send them yourself")
    elif not chosen.api_key.get_secret_value() and not chosen.headers:
        remedy = "put it into the environment as TAGSCRIBE_API_KEY"
        yield warning(f"[{stage}] there is no api_key for {chosen.batch_service}", remedy)
    else:
        yield ok(f"[{stage}] --batch-submit sends the files to {chosen.batch_service}")
