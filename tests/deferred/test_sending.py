"""--batch-submit and --batch-fetch: whatever breaks off, nothing is submitted twice and no answer is lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deferred.folder import BatchFolder
from deferred.service import fetch, submit
from errors import UserError, WaitingError
from settings import EndpointSettings
from tests.fakes.batch_service import FakeBatchService

BODY = b'{"model":"m","messages":[{"role":"user","content":"%d"}]}'
KEY = "sk-marked-4c1f"
REQUESTS = 6
# Three files are uploaded and made batches of; then three batches are looked at, and three files downloaded.
STEPS_OF_SUBMIT = STEPS_OF_FETCH = 6


@dataclass
class Transfers:
    """What runs with these options do in a folder, and what they say."""

    folder: Path
    settings: EndpointSettings
    said: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self) -> tuple[list[Path], int]:
        """Ask all requests: the files that are waited for, and how many have answers."""
        batch, answered = BatchFolder(self.folder), 0
        for number in range(REQUESTS):
            with suppress(WaitingError):
                answered += batch.answer(BODY % number, self.settings).is_completion
        batch.settle()
        return [each.path for each in batch.open_files()], answered

    def submit(self) -> None:
        files, _ = self.ask()
        try:
            asyncio.run(submit(self.folder, files, self.settings, self.said.append))
        except UserError as error:
            self.errors.append(str(error))

    def fetch(self) -> None:
        try:
            asyncio.run(fetch(self.folder, self.settings, self.said.append, self.failed.append))
        except UserError as error:
            self.errors.append(str(error))


def transfers(folder: Path, url: str, **settings: object) -> Transfers:
    values = {"url": "batch", "model": "m", "api_key": KEY, "batch_service": url, "batch_lines": 2}
    return Transfers(folder, EndpointSettings.model_validate({**values, "retries": 0, **settings}))


@pytest.mark.parametrize("step", range(1, STEPS_OF_SUBMIT + 1))
def test_nothing_is_submitted_twice_wherever_it_breaks_off(tmp_path: Path, step: int) -> None:
    with FakeBatchService(key=KEY, cut=[step]) as service:
        run = transfers(tmp_path, service.url)
        run.submit()
        assert "what is done is kept, so run the same command again" in run.errors[0]
        run.submit()
        run.submit()
        asked = [service.files[batch["input_file_id"]] for batch in service.batches.values()]
        written = [path.read_bytes() for path in tmp_path.glob("*.jsonl") if path.stem.isdecimal()]
        assert len(written) == 3
        assert sorted(asked) == sorted(written)
        assert len(run.errors) == 1
        service.finish()
        run.fetch()
        assert run.ask() == ([], REQUESTS)


@pytest.mark.parametrize("step", range(1, STEPS_OF_FETCH + 1))
def test_all_answers_arrive_wherever_fetching_breaks_off(tmp_path: Path, step: int) -> None:
    with FakeBatchService() as service:
        run = transfers(tmp_path, service.url)
        run.submit()
        run.fetch()
        assert "0 of 0 so far (in_progress)" in run.said[-1]
        service.finish()
        # The library asks again once by itself.
        service.cut = [len(service.received) + step, len(service.received) + step + 1]
        run.fetch()
        run.fetch()
        assert len(run.errors) == 1
        assert run.ask() == ([], REQUESTS)
        count = len(service.received)
        run.fetch()
        assert len(service.received) == count


def test_what_a_service_did_not_answer_in_time_or_refused_is_told_and_sent_again(tmp_path: Path) -> None:
    with FakeBatchService() as service:
        run = transfers(tmp_path, service.url, retries=1)
        run.submit()
        one, two, three = service.batches.values()
        one["status"], one["errors"] = "failed", {"data": [{"message": "line 1 is too long"}]}
        two["status"] = "expired"
        service.finish(fate=lambda custom_id: "not in time", status="expired")
        run.fetch()
        assert "0001.jsonl was not answered (failed: line 1 is too long)" in run.failed[0]
        assert "0002.jsonl was not answered (expired)" in run.failed[1]
        assert "0 of 2 requests are answered (expired)" in run.said[-1]
        assert three["error_file_id"]
        # The files are submitted once more.
        run.submit()
        assert len(service.batches) == 5
        service.finish()
        run.fetch()
        assert run.ask()[1] == 4


def test_a_number_that_was_submitted_is_not_used_again(tmp_path: Path) -> None:
    with FakeBatchService() as service:
        run = transfers(tmp_path, service.url, batch_lines=9)
        run.submit()
        (tmp_path / "0001.jsonl").unlink()
        run.submit()
        assert [path.name for path in run.ask()[0]] == ["0002.jsonl"]
        assert len(service.batches) == 2


@pytest.mark.parametrize(
    ("key", "lists", "words"),
    [
        ("another", True, "answered 401: Incorrect API key provided"),
        (KEY, False, "so it is not known whether"),
    ],
)
def test_a_service_that_refuses_says_why_without_the_key(
    tmp_path: Path, key: str, lists: bool, words: str
) -> None:
    with FakeBatchService(key=key, lists=lists, cut=[] if lists else [2]) as service:
        run = transfers(tmp_path, service.url)
        run.submit()
        run.submit()
        assert words in run.errors[-1]
        assert KEY not in "".join(run.errors)
        assert len(service.batches) <= 1


class _Odd(FakeBatchService):
    """A service that answers to some requests with something else."""

    def __init__(self, part: str, status: int, body: bytes) -> None:
        super().__init__()
        self.part, self.answer = part, (status, body)

    def treat(self, method: str, path: str, content_type: str, body: bytes) -> tuple[int, bytes]:
        usual = super().treat(method, path, content_type, body)
        return self.answer if self.part in f"{method} {path}" else usual


HALF = rb"a\ud800"


@pytest.mark.parametrize(
    ("part", "status", "body", "words"),
    [
        ("POST /v1/files", 200, b'{"id": "%s"}' % HALF, "answered without an id"),
        ("POST /v1/batches", 200, b'{"id": "%s"}' % HALF, "answered without an id"),
        (
            "GET /v1/batches/",
            200,
            b'{"status": "completed", "output_file_id": "%s"}' % HALF,
            "answered without an id",
        ),
        ("/content", 500, b"x" * 9_000_000, "answered 500: an answer of more than 8 MB"),
        ("POST /v1/files", 500, b"x" * 9_000_000, "answered 500: an answer of more than 8 MB"),
    ],
    ids=["an uploaded file", "a batch", "a file with answers", "no file", "no upload"],
)
def test_an_answer_that_makes_no_sense_is_told_in_a_sentence(
    tmp_path: Path, part: str, status: int, body: bytes, words: str
) -> None:
    with _Odd(part, status, body) as service:
        run = transfers(tmp_path, service.url)
        run.submit()
        service.finish()
        run.fetch()
    assert words in run.errors[0]
    assert run.failed == []
