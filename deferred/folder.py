"""The folder of url = batch: files with requests, which this program writes, and files with answers."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dataset.disk import GrowingFile, refusal
from decoding import open_file
from deferred.ledger import Ledger
from deferred.lines import (
    FileAnswer,
    attempt_of,
    digest_of,
    numbered,
    read_answer,
    read_line,
    request_line,
)
from english import amount
from errors import ItemError, UserError, WaitingError
from limits import LARGEST_ANSWER
from settings import EndpointSettings

_ENDINGS = (".jsonl", ".ndjson", ".json", ".txt")
_NUMBER = re.compile(r"\d{1,9}")
_MEGABYTE = 1_000_000
_OFFSET_BITS = 48

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file with requests: how many, and its size in bytes."""

    path: Path
    requests: int
    size: int


@dataclass(slots=True)
class _Growing:
    """A file that is being written; `number` is its place among the files of the folder."""

    file: GrowingFile
    number: int
    lines: int = 0
    size: int = 0


class BatchFolder:
    """Answers requests from files, and writes those that have no answer into the next file.

    A file with requests is open until an answer to one of them is there. What has none by then is taken to
    be lost, and is asked again in the next file. `waited_for` are the files that this run waits for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waited_for: set[Path] = set()
        self._is_read = False
        self._files: list[Path] = []
        # By the id of a request: the file that asks it, and the places of its answers. A million requests
        # have to fit into memory, so a place is one number: that of the file and the offset in it.
        self._asked: dict[bytes, int] = {}
        self._answers: dict[bytes, tuple[int, ...]] = {}
        self._most_attempts = 0
        self._with_answers: set[int] = set()
        self._growing: dict[tuple[str, str], _Growing] = {}
        self._open: dict[int, BinaryIO] = {}

    def answer(self, body: bytes, chosen: EndpointSettings) -> FileAnswer:
        """What came of a request; raises WaitingError where that is not known yet.

        A request that was not asked yet is written into a file. Raises ItemError for one that is too large
        for that, and UserError where a file cannot be read or written.
        """
        self._read()
        digest = digest_of(body)
        last, failure = 0, None
        for attempt in range(1, max(self._most_attempts, 1) + 1):
            id_ = numbered(digest, attempt)
            answers = [self._load(place) for place in self._answers.get(id_, ())]
            if good := next((each for each in answers if each.is_completion), None):
                return good
            if answers or id_ in self._asked:
                last, failure = attempt, answers[-1] if answers else None
        if failure is not None:
            return failure
        if last and (file := self._asked[numbered(digest, last)]) not in self._with_answers:
            raise self._waits_for(file)
        if last > chosen.retries:
            words = f"the answers to {amount(last, 'batch file')} are there, and none is to this request"
            return FileAnswer(200, f'{{"error": {{"message": "{words}"}}}}')
        raise self._ask(numbered(digest, last + 1), body, chosen)

    def ask_again(self, body: bytes, chosen: EndpointSettings) -> None:
        """Ask once more what failed and raise WaitingError; return where that was done often enough."""
        digest, last = digest_of(body), 0
        for attempt in range(1, self._most_attempts + 1):
            if numbered(digest, attempt) in self._asked or numbered(digest, attempt) in self._answers:
                last = attempt
        if last <= chosen.retries:
            raise self._ask(numbered(digest, last + 1), body, chosen)

    def summary(self) -> str:
        """What is there, in words."""
        self._read()
        files = len(set(self._asked.values()))
        if not self._asked:
            return f"{self.path} holds no requests yet"
        answered = sum(id_ in self._answers for id_ in self._asked)
        there = f"{amount(len(self._asked), 'request')} in {amount(files, 'file')}"
        return f"{self.path} holds {there}; answered: {answered:,}"

    def open_files(self) -> list[BatchFile]:
        """The files that this run waits for, in their order."""
        counts = Counter(self._asked.values())
        numbers = {path: number for number, path in enumerate(self._files)}
        return [
            BatchFile(path, counts[numbers[path]], path.stat().st_size) for path in sorted(self.waited_for)
        ]

    def settle(self) -> None:
        """Put the files that were written into their places, and close all others."""
        for growing in self._growing.values():
            growing.file.settle()
        self._growing.clear()
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _ask(self, id_: bytes, body: bytes, chosen: EndpointSettings) -> WaitingError:
        """Write a request into the file that grows for its model; the error that says so."""
        line = request_line(id_, body, chosen.batch_form)
        most = chosen.batch_megabytes * _MEGABYTE
        if len(line) > most:
            raise ItemError(
                "request too large for a batch file",
                f"the request has {len(line) / _MEGABYTE:,.1f} MB, and batch_megabytes allows "
                f"{chosen.batch_megabytes:g}: lower max_image_side",
            )
        # Services take one model a file.
        kind = chosen.model, chosen.batch_form
        growing = self._growing.get(kind)
        if growing and (growing.lines >= chosen.batch_lines or growing.size + len(line) > most):
            growing.file.settle()
            growing = None
        if growing is None:
            growing = self._growing[kind] = self._next_file()
        try:
            growing.file.add(line)
        except UserError:
            del self._growing[kind]
            raise
        growing.lines += 1
        growing.size += len(line)
        self._asked[id_] = growing.number
        self._most_attempts = max(self._most_attempts, attempt_of(id_))
        return self._waits_for(growing.number)

    def _waits_for(self, file: int) -> WaitingError:
        self.waited_for.add(self._files[file])
        return WaitingError(self._files[file].name)

    def _next_file(self) -> _Growing:
        # The number of a file that was submitted is not used again, even if somebody has deleted the file.
        names = [*(path.name for path in self._files), *Ledger(self.path).files()]
        found = map(_NUMBER.match, names)
        number = 1 + max((int(each[0]) for each in found if each), default=0)
        path = self.path / f"{number:04}.jsonl"
        self._files.append(path)
        return _Growing(GrowingFile(path), len(self._files) - 1)

    def _read(self) -> None:
        """Find the requests and answers of all files, once a run."""
        if self._is_read:
            return
        self._is_read = True
        for path in self._readable():
            self._files.append(path)
            try:
                with open_file(path) as file:
                    self._add_lines(path, file)
            except OSError as error:
                raise UserError(refusal(f"{path} cannot be read", error)) from error
        self._with_answers = {self._asked[id_] for id_ in self._answers if id_ in self._asked}

    def _readable(self) -> Iterator[Path]:
        if not self.path.is_dir():
            return
        # Our own files come first, so that a request is taken from them, and not from an edited copy.
        for path in sorted(self.path.iterdir(), key=lambda path: (not path.stem.isdecimal(), path.name)):
            if path.name.startswith(".") or path.is_dir():
                continue
            if path.suffix.lower() in _ENDINGS:
                yield path
            else:
                _log.warning("%s is not read: answers are in files that end in .jsonl; unpack it", path)

    def _add_lines(self, path: Path, file: BinaryIO) -> None:
        number, offset, torn = len(self._files) - 1, 0, 0
        while piece := file.readline(LARGEST_ANSWER):
            size, is_long, last = len(piece), False, piece
            while not last.endswith(b"\n") and (last := file.readline(LARGEST_ANSWER)):
                size, is_long = size + len(last), True
            line = read_line(piece)
            if line and line.is_request:
                self._asked.setdefault(line.id, number)
            elif line and not is_long and piece.rstrip().endswith(b"}"):
                place = number << _OFFSET_BITS | offset
                self._answers[line.id] = (*self._answers.get(line.id, ()), place)
            elif piece.strip():
                torn += line is not None
            if line:
                self._most_attempts = max(self._most_attempts, attempt_of(line.id))
            offset += size
        if torn:
            _log.warning("%s: %s not whole; fetch the file again", path, amount(torn, "line"))

    def _load(self, place: int) -> FileAnswer:
        number, offset = place >> _OFFSET_BITS, place & ((1 << _OFFSET_BITS) - 1)
        try:
            file = self._open.get(number)
            if file is None:
                file = self._open[number] = open_file(self._files[number])
            file.seek(offset)
            found = read_answer(file.readline(LARGEST_ANSWER))
        except OSError as error:
            raise UserError(refusal(f"{self._files[number]} cannot be read", error)) from error
        return found or FileAnswer(200, '{"error": {"message": "the line of the answer is no JSON"}}')
