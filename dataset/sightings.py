"""What a vision model saw that excludes a picture, kept in the journal so that later runs know it.

The description itself is kept nowhere, only whether it names a minor, or something sexual. It counts as long
as the picture and the description on disk are what they were then: a person who changes the picture, or
writes a description of another kind, knows better than the model. Then the new description is judged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b

from dataset.journal import EXCLUDED, INTERROGATOR, Journal, Record
from dataset.picture_file import PictureFile
from dataset.texts import Texts
from errors import ItemError
from tags.exclusion import NOTHING_FOUND, Judgement

_SEEN = "what a vision model saw"
_KINDS, _PEOPLE = ("minor", "sexual", "clothes"), ("grown", "several")
_READ_AT_ONCE = 1 << 20


class Sightings:
    """What earlier runs saw, and a way to add to it."""

    def __init__(self, journal: Journal, descriptions: Texts) -> None:
        self._journal = journal
        self._descriptions = descriptions
        self._digests: dict[str, str] = {}

    @cached_property
    def _last(self) -> dict[str, Record]:
        """The last line of each picture that was excluded and got no description since."""
        found: dict[str, Record] = {}
        if self._journal.may_exclude():
            for record in self._journal.records(INTERROGATOR):
                if record.outcome == EXCLUDED:
                    found[record.picture] = record
                elif record.is_written:
                    found.pop(record.picture, None)
        return found

    def of(self, name: str, file: Callable[[], PictureFile]) -> Judgement:
        """What a vision model saw in the picture of this name; nothing, if it or its description changed."""
        record = self._last.get(name)
        if record is None or self._state(name) != record.over:
            return NOTHING_FOUND
        if name not in self._digests:
            # A picture that cannot be read is still the one that was seen.
            self._digests[name] = record.content
            with suppress(ItemError):
                self._digests[name] = _digest(file())
        if self._digests[name] != record.content:
            return NOTHING_FOUND
        minor, sexual, clothes = (_SEEN if kind in record.named else None for kind in _KINDS)
        return Judgement(minor, sexual, clothes, *(kind in record.named for kind in _PEOPLE))

    def __contains__(self, name: str) -> bool:
        """Whether a vision model saw what excluded the picture of this name, changed or not."""
        return name in self._last

    def add(self, name: str, file: PictureFile, seen: Judgement, because: str) -> None:
        """Keep what a vision model saw, if it is anything that may exclude a picture.

        Raises ItemError where the picture cannot be read, and UserError where the journal cannot be written.
        """
        if not any(getattr(seen, kind) for kind in _KINDS):
            return
        named = [kind for kind in (*_KINDS, *_PEOPLE) if getattr(seen, kind)]
        self._journal.add(
            INTERROGATOR,
            name,
            EXCLUDED,
            message=because,
            named=named,
            content=_digest(file),
            over=self._state(name),
        )

    def _state(self, name: str) -> str:
        try:
            return self._descriptions.state(name)
        except ItemError:
            return "not readable"


def _digest(file: PictureFile) -> str:
    hashed = blake2b(digest_size=8)
    with file.opened() as stream:
        while data := stream.read(_READ_AT_ONCE):
            hashed.update(data)
    return hashed.hexdigest()
