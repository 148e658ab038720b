"""What a vision model saw that excludes a picture, kept beside the descriptions for later runs.

The description itself is kept nowhere: a line of excluded.jsonl only says whether it names a minor, or
something sexual.

    {"time": …, "picture": "a/b", "message": …, "named": ["minor"], "content": "0f31…", "description": ""}

It counts as long as the picture and the description on disk are what they were then, by their digests: a
person who changes the picture, or writes a description, knows better than the model.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path

from dataset.disk import make_folder
from dataset.json_lines import JsonLines, JsonObject
from dataset.picture_file import PictureFile
from dataset.text_digests import digest_of_stream
from dataset.text_folder import Texts
from errors import ItemError
from tags.exclusion import NOTHING_FOUND, Judgement

FILE_NAME = "excluded.jsonl"
_SEEN = "what a vision model saw"
_KINDS, _PEOPLE = ("minor", "sexual", "clothes"), ("grown", "several")


class Sightings:
    """The file of what vision models saw: it is read, and added to."""

    def __init__(self, path: Path, state_of: Callable[[str], str]) -> None:
        """`state_of` gives a value that changes when the description of a picture, given by name, changes.

        It raises ItemError where the description cannot be read.
        """
        self._state_of = state_of
        self._lines = JsonLines(path)
        self._digests: dict[str, object] = {}

    @classmethod
    def beside(cls, descriptions: Texts) -> Sightings:
        """Those kept in the folder of the descriptions."""
        return cls(descriptions.root / FILE_NAME, descriptions.state)

    @cached_property
    def _last(self) -> dict[str, JsonObject]:
        """The last line of each picture; people may have changed the file."""
        lines = (line for line in self._lines.read() if isinstance(line.get("named"), list))
        return {line["picture"]: line for line in lines if isinstance(line.get("picture"), str)}

    def of(self, name: str, file: Callable[[], PictureFile]) -> Judgement:
        """What a vision model saw in the picture of this name; nothing, if it or its description changed."""
        line = self._last.get(name)
        if line is None or self._state(name) != line.get("description"):
            return NOTHING_FOUND
        if name not in self._digests:
            # A picture that cannot be read is still the one that was seen.
            self._digests[name] = line.get("content")
            with suppress(ItemError):
                self._digests[name] = _digest(file())
        if self._digests[name] != line.get("content"):
            return NOTHING_FOUND
        minor, sexual, clothes = (_SEEN if kind in line["named"] else None for kind in _KINDS)
        return Judgement(minor, sexual, clothes, *(kind in line["named"] for kind in _PEOPLE))

    def __contains__(self, name: str) -> bool:
        """Whether a vision model saw what excluded the picture of this name, changed or not."""
        return name in self._last

    def add(self, name: str, file: PictureFile, seen: Judgement, because: str) -> None:
        """Keep what a vision model saw, if it is anything that may exclude a picture.

        Raises ItemError where the picture cannot be read, and UserError where the file cannot be written.
        """
        if not any(getattr(seen, kind) for kind in _KINDS):
            return
        line = {
            "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "picture": name,
            "message": because,
            "named": [kind for kind in (*_KINDS, *_PEOPLE) if getattr(seen, kind)],
            "content": _digest(file),
            "description": self._state(name),
        }
        make_folder(self._lines.path.parent)
        self._lines.append(line)
        self._lines.close()

    def _state(self, name: str) -> str:
        try:
            return self._state_of(name)
        except ItemError:
            return "not readable"


def _digest(file: PictureFile) -> str:
    with file.opened() as stream:
        return digest_of_stream(stream)
