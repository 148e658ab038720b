"""What was done with the batch files of a folder: a line for each step, in `.submitted.jsonl` beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dataset.json_lines import JsonLines

_NAME = ".submitted.jsonl"


@dataclass(slots=True)
class _Sent:
    """What was done with a file: its id and its batch there, and whether its answers are here."""

    uploaded: str = ""
    batch: str = ""
    is_fetched: bool = False


class Ledger:
    """What was done with the files of a folder, by their names."""

    def __init__(self, folder: Path) -> None:
        self._lines = JsonLines(folder / _NAME)
        self.path = self._lines.path
        self._sent: dict[str, _Sent] = {}
        for line in self._lines.read():
            self._take(line)

    def _take(self, line: dict[str, object]) -> None:
        sent = self._sent.setdefault(str(line.get("file")), _Sent())
        if "failed" in line:
            self._sent.pop(str(line.get("file")))
        elif isinstance(uploaded := line.get("uploaded"), str):
            sent.uploaded = uploaded
        elif isinstance(batch := line.get("batch"), str):
            sent.batch = batch
        elif "fetched" in line:
            sent.is_fetched = True

    def add(self, file: str, **step: object) -> None:
        """Note a step; raises UserError where that cannot be written."""
        line = {"file": file, **step}
        self._lines.append(line)
        self._take(line)

    def of(self, file: str) -> _Sent:
        """What was done with a file."""
        return self._sent.get(file) or _Sent()

    def files(self) -> list[str]:
        """The names of all files that are known."""
        return list(self._sent)

    def under_way(self) -> list[tuple[str, str]]:
        """The files whose answers are not here yet, each with the id of its batch."""
        return [(name, sent.batch) for name, sent in self._sent.items() if sent.batch and not sent.is_fetched]

    def close(self) -> None:
        """Close the file."""
        self._lines.close()
