"""Where the texts of a stage are kept, so that a kill or a full disk loses nothing that was paid for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from dataset.disk import remove
from dataset.images import Picture
from dataset.journal import AGAIN, DONE, EDITED, FAILED, Journal, Record
from dataset.texts import Texts, digest, fingerprint
from errors import ItemError

Existing = Literal["keep", "refresh", "overwrite"]


class Results(Protocol):
    """What a stage needs of the place where its texts are kept; a name is the `stem_name` of a picture."""

    def read(self, name: str) -> str | None:
        """The text of a picture, None where there is none."""

    def make_room(self, name: str) -> None:
        """Make sure that a text of this picture can be kept, before a model is asked for it.

        Raises ItemError when this one cannot be kept, UserError when none can.
        """

    def keep(
        self, name: str, text: str, *, prompt: str, model: str, draft: bool, details: Mapping[str, object]
    ) -> None:
        """Keep the text of a picture.

        `prompt` is the digest of what was asked, and `details` is what the journal says beside it. Raises
        ItemError when this one cannot be kept, UserError when none can.
        """

    def failed(self, name: str, error: ItemError) -> None:
        """Note that a picture has no text, and why."""

    def pending(
        self,
        pictures: Sequence[Picture],
        existing: Existing,
        *,
        redo_drafts: bool,
        prompt_of: Callable[[Picture], str | None],
    ) -> list[Picture]:
        """The pictures that the stage has to do, in their order.

        `prompt_of` gives the digest of the prompt that would be sent now, None where there is none. A text
        that a person edited is never outdated; one that somebody wants again is due until it is there.
        """


@dataclass(frozen=True, slots=True)
class Made:
    """What the journal says about a text: the digests of its prompt and of the text, and who wrote it.

    `edited` means that a person wrote it; then it has no prompt.
    """

    prompt: str
    text: str
    draft: bool
    edited: bool


class FileResults:
    """Results as text files, and a journal that says how each came about.

    A text is kept in three steps: it is written to a hidden folder, its line is added to the journal, and it
    is moved to its place. If a kill comes between two of them, `recover` does the rest at the next start. So
    an answer that was paid for is never lost and never without its line.
    """

    def __init__(self, stage: str, texts: Texts, journal: Journal) -> None:
        self.texts = texts
        self._stage = stage
        self._journal = journal

    def read(self, name: str) -> str | None:
        """See `Results`."""
        return self.texts.read(name)

    def make_room(self, name: str) -> None:
        """See `Results`."""
        self.texts.make_room(name)

    def keep(
        self, name: str, text: str, *, prompt: str, model: str, draft: bool, details: Mapping[str, object]
    ) -> None:
        """See `Results`."""
        self._write(name, DONE, text, {"model": model, "prompt": prompt, "draft": draft, **details})

    def edited(self, name: str, text: str) -> None:
        """Keep a text that a person wrote and that later runs leave as it is; raises as `keep` does."""
        self._write(name, EDITED, text, {})

    def _write(self, name: str, outcome: str, text: str, more: Mapping[str, object]) -> None:
        part = self.texts.stage(name, text)
        self._journal.add(self._stage, name, outcome, text, **more)
        self.texts.settle(name, part)

    def failed(self, name: str, error: ItemError) -> None:
        """See `Results`."""
        self._journal.add(self._stage, name, FAILED, reason=error.reason, message=str(error))

    def again(self, name: str) -> None:
        """Note that somebody wants another text for a picture; the old one stays until then."""
        self._journal.add(self._stage, name, AGAIN)

    def _records(self) -> Iterator[Record]:
        return self._journal.records(self._stage)

    def _written(self) -> Iterator[Record]:
        """The records of texts, oldest first, without those that have no digest."""
        return (record for record in self._records() if record.is_written and record.text)

    def made(self) -> dict[str, Made]:
        """The last text that was written for each picture, by the journal."""
        return {
            record.picture: Made(record.prompt, record.text, record.draft, record.outcome == EDITED)
            for record in self._written()
        }

    def wanted_again(self) -> set[str]:
        """The pictures that somebody wants another text for, and that got none since."""
        wanted: set[str] = set()
        if not self._journal.may_want_again():
            return wanted
        for record in self._records():
            if record.outcome == AGAIN:
                wanted.add(record.picture)
            elif record.is_written:
                wanted.discard(record.picture)
        return wanted

    def lack(self, pictures: Iterable[Picture]) -> bool:
        """Whether a picture has no text, or somebody wants another one for it."""
        there, again = self.texts.names(), self.wanted_again()
        names = (picture.stem_name for picture in pictures)
        return any(name not in there or name in again for name in names)

    def pending(
        self,
        pictures: Sequence[Picture],
        existing: Existing,
        *,
        redo_drafts: bool,
        prompt_of: Callable[[Picture], str | None],
    ) -> list[Picture]:
        """See `Results`."""
        if existing == "overwrite":
            return list(pictures)
        there = self._there(existing == "refresh", redo_drafts)
        again = self.wanted_again() if there else ()

        def is_due(picture: Picture) -> bool:
            name = picture.stem_name
            if name not in there or name in again:
                return True
            if not there[name]:
                return False
            draft, text, prompt = there[name].split("\0", 2)
            outdated = (draft and redo_drafts) or (
                existing == "refresh" and prompt_of(picture) not in (None, prompt)
            )
            return bool(outdated) and self._is_as_written(name, text)

        return [picture for picture in pictures if is_due(picture)]

    def _there(self, refresh: bool, redo_drafts: bool) -> dict[str, str]:
        """Name ─▶ "" for a text that stays in any case, else whether it is a draft and the two digests.

        These three values are joined in one string, because a million tuples would take twice the memory.
        """
        there = dict.fromkeys(self.texts.names(), "")
        if there and (redo_drafts or refresh):
            for record in self._written():
                name, draft = record.picture, record.draft
                if name in there:
                    can_be_due = record.outcome == DONE and (refresh or draft)
                    packed = f"{'draft' if draft else ''}\0{record.text}\0{record.prompt}"
                    there[name] = packed if can_be_due else ""
        return there

    def _is_as_written(self, name: str, text_digest: str) -> bool:
        text = self.texts.read(name)
        return text is not None and digest(text) == text_digest

    def edited_by_hand(self) -> set[str]:
        """The names whose text is no longer the one that was written, or that a person wrote."""
        there = self.texts.names()
        return {
            name
            for name, last in self.made().items()
            if name in there and (last.edited or not self._is_as_written(name, last.text))
        }

    def refused(self) -> dict[str, str]:
        """Name and reason of each picture whose last record is a failure."""
        found: dict[str, str] = {}
        for record in self._records():
            found.pop(record.picture, None)
            if record.outcome == FAILED:
                found[record.picture] = record.reason
        return found

    def mean_answer(self) -> float | None:
        """The mean length in tokens of what models wrote, None where the journal tells of none."""
        answers = (record.completion_tokens for record in self._records() if record.outcome == DONE)
        lengths = [tokens for tokens in answers if tokens]
        return sum(lengths) / len(lengths) if lengths else None

    def has_drafts(self) -> bool:
        """Whether some texts were composed without a model."""
        if not self._journal.may_have_drafts():
            return False
        is_draft = {record.picture: record.draft for record in self._written()}
        return any(is_draft.values())

    def recover(self, names: Collection[str]) -> None:
        """Finish what a kill interrupted: move texts with a line in the journal, delete others.

        Only texts of `names`, the pictures of this run, are moved, whatever the journal says. What cannot be
        moved even now stays where it is.
        """
        left = self.texts.unsettled()
        if not left:
            return
        last: dict[str, str] = {}
        for record in self._written():
            if record.picture in last or fingerprint(record.picture, record.text) in left:
                last[record.picture] = record.text
        owners = {fingerprint(name, text): name for name, text in last.items()}
        for part_name, part in left.items():
            name = owners.get(part_name)
            if name is not None and name in names and _digest_of(part) == last[name]:
                with suppress(ItemError):
                    self.texts.settle(name, part)
            else:
                remove(part)
        self.texts.tidy()

    def close(self) -> None:
        """Close the journal and delete the hidden folder if it is empty."""
        self._journal.close()
        self.texts.tidy()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts a run should make: for these pictures, as `existing` says, at most `limit` of them."""

    pictures: Sequence[Picture]
    existing: Existing
    limit: int | None = None

    def due(
        self, results: Results, fingerprint_of: Callable[[Picture], str], *, redo_drafts: bool = False
    ) -> tuple[list[Picture], int]:
        """The pictures that need a text, and how many others need none.

        `fingerprint_of` is that of the prompt that would be sent now; it raises ItemError where none can be.
        """

        def prompt_of(picture: Picture) -> str | None:
            try:
                return fingerprint_of(picture)
            except ItemError:
                return None

        due = results.pending(self.pictures, self.existing, redo_drafts=redo_drafts, prompt_of=prompt_of)
        return due[: self.limit], len(self.pictures) - len(due)


def _digest_of(part: Path) -> str:
    try:
        return digest(part.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
