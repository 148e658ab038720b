"""The tag files of pictures that must be excluded, and of pictures that must not be, in neutral words.

Each line of exclusion_sets.jsonl is one picture: whether it is to be excluded, of which kind it is, and its
tag files by name, where "p" stands for the name of the picture.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.program.project import png

_TABLE = Path(__file__).with_name("exclusion_sets.jsonl")


@dataclass(frozen=True, slots=True)
class TagSet:
    """One line of the table; `name` is that of the picture, without its suffix."""

    name: str
    kind: str
    files: dict[str, str]

    def add_to(self, folder: Path) -> None:
        """Write the picture and its tag files."""
        (folder / f"{self.name}.png").write_bytes(png())
        for file_name, text in self.files.items():
            (folder / f"{self.name}{file_name.removeprefix('p')}").write_text(text, encoding="utf-8")


def tag_sets(label: str) -> list[TagSet]:
    """The lines of the table with the label "exclude" or "harmless"."""
    rows = [json.loads(line) for line in _TABLE.read_text(encoding="utf-8").splitlines()]
    found = [row for row in rows if row["label"] == label]
    return [TagSet(f"{label}{at:03}", row["kind"], row["files"]) for at, row in enumerate(found)]
