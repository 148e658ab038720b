"""Where the texts of a stage are kept, so that a kill or a full disk loses nothing that was paid for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dataset.beside_pictures import OwnFiles, TagFilesInTheWay
from dataset.disk import remove
from dataset.journal import AGAIN, DONE, EDITED, FAILED, WAITS, Journal, Record
from dataset.outcomes import Made, Outcomes
from dataset.pictures import Picture
from dataset.replaced import Replaced
from dataset.text_digests import NOTHING, digest, digest_of_bytes, fingerprint, text_in
from dataset.text_folder import Texts
from dataset.wanted import Existing, Maker
from errors import ItemError, KeptError

# A state that no text has, so that nothing equals it.
_CHANGED = "changed"

_log = logging.getLogger(__name__)


class FileResults:
    """Results as text files, and a journal that says how each came about.

    A text is kept in three steps: it is written to a hidden folder, its line is added to the journal, and it
    is moved to its place. If a kill comes between two of them, `recover` does the rest at the next start. So
    an answer that was paid for is never lost and never without its line.

    A text only goes to its place if that is as this run knows it: what somebody writes meanwhile stays. What
    a person wrote before is copied before it is replaced, which `saved` counts; the rest is in the journal.
    """

    def __init__(self, stage: str, texts: Texts, journal: Journal) -> None:
        self.texts = texts
        self.outcomes = Outcomes(stage, journal)
        self._stage = stage
        self._journal = journal
        self.replaced = Replaced(texts, journal.run)
        self.saved = 0
        # Where captions are beside their pictures: what the program wrote there, and tag files in the way.
        self._own_files: OwnFiles | None = None
        self._in_the_way: TagFilesInTheWay | None = None
        # The state of each text that `pending` found due and that was there; or the stamp of all texts then,
        # where all are due. None: any text may be there.
        self._judged: Mapping[str, str] | None = None
        self._stamps: Mapping[str, int] | None = None
        # The state of each text as its picture was asked about.
        self._seen: dict[str, str] = {}
        # The last digest that the journal has of texts that people did not write; None: not read yet.
        self._ours: Mapping[str, str] | None = None
        # The pictures that waited when the first of this run was noted; None: not read yet.
        self._waiting: set[str] | None = None

    def beside_pictures(self, own: OwnFiles, in_the_way: TagFilesInTheWay) -> None:
        """From now on tell captions from tag files, which are renamed right before a caption is written."""
        self._own_files, self._in_the_way = own, in_the_way
        self.texts.tag_files = in_the_way.names

    def expect(self, total: int) -> None:
        """Note with the next line in the journal how many texts are due."""
        self._journal.expect(self._stage, total)

    def read(self, name: str) -> str:
        """See `wanted.Results`."""
        return self.texts.read(name)

    def make_room(self, name: str) -> None:
        """See `wanted.Results`."""
        if self._in_the_way is not None:
            self._in_the_way.refuse_stuck(name)
        self.texts.make_room(name)
        there = self.texts.state(name)
        if there != self._seen.setdefault(name, self._known(name, there)):
            raise KeptError("somebody wrote it while the run was on: it stays, and no model was asked")

    def _known(self, name: str, there: str) -> str:
        """The state that the text had when its picture was found due; `there` is the state that it has."""
        if self._judged is not None:
            return self._judged.get(name, NOTHING)
        if self._stamps is None or there == NOTHING or self._stamps.get(name) == self.texts.stamp(name):
            return there
        # Some drives give a file another time or size than its folder does, so the content decides.
        return there if self._is_ours(name, there) else _CHANGED

    def keep(
        self, name: str, text: str, *, prompt: str, model: str, draft: bool, details: Mapping[str, object]
    ) -> None:
        """See `wanted.Results`."""
        self._write(name, DONE, text, {"model": model, "prompt": prompt, "draft": draft, **details})

    def edited(self, name: str, text: str) -> None:
        """Keep a text that a person wrote and that later runs leave as it is; raises as `keep` does."""
        self._write(name, EDITED, text, {})

    def _write(self, name: str, outcome: str, text: str, more: Mapping[str, object]) -> None:
        over = self._seen.pop(name, None)
        if self._in_the_way is not None:
            self._in_the_way.make_room(name)
        if over is None:
            over = self.texts.state(name)
        if over != NOTHING:
            more = {**more, "over": over}
            if not self._is_ours(name, over):
                self.saved += self.replaced.save(name, over)
        part = self.texts.stage(name, text)
        self._journal.add(self._stage, name, outcome, text, **more)
        self._is_own(name, text)
        if not self.texts.settle(name, part, over):
            raise KeptError(
                "somebody wrote it while the run was on: it stays, and the answer is in the journal"
            )

    def _is_own(self, name: str, text: str) -> None:
        if self._own_files is not None:
            self._own_files.add(name, digest(text))

    def _is_ours(self, name: str, state: str) -> bool:
        """Whether the journal has this text, and a model or the composer wrote it."""
        if self._ours is None:
            self._ours = self.outcomes.last_by_us()
        return self._ours.get(name) == state

    def put_back(self, name: str, over: str, before: bytes | Record) -> bool:
        """Put back what a run replaced: the content of a file, or a text that the journal has.

        `over` is the state of the text that the run wrote. Returns False, and changes nothing, if that is no
        longer there. Raises ItemError or UserError when it cannot be written.
        """
        if isinstance(before, bytes):
            # No line says that the program wrote this text, so later runs take it for a person's.
            part = self.texts.stage(name, text_in(before) or "", before)
        else:
            part = self.texts.stage(name, before.written)
            more = {"model": before.model, "prompt": before.prompt, "draft": before.draft}
            self._journal.add(self._stage, name, DONE, before.written, **more)
            self._is_own(name, before.written)
        return self.texts.settle(name, part, over)

    def failed(self, name: str, error: ItemError) -> None:
        """See `wanted.Results`."""
        self._seen.pop(name, None)
        self._journal.add(self._stage, name, FAILED, reason=error.reason, message=str(error))

    def waits(self, name: str) -> None:
        """See `wanted.Results`. A run that finds nothing new adds no line for what waits already."""
        self._seen.pop(name, None)
        if self._waiting is None:
            self._waiting = self.outcomes.waiting()
        if name not in self._waiting:
            self._journal.add(self._stage, name, WAITS)

    def again(self, name: str) -> None:
        """Note that another text of a picture is asked for; the old one stays until it is written."""
        self._journal.add(self._stage, name, AGAIN)

    def lack(self, pictures: Iterable[Picture]) -> bool:
        """Whether a picture has no text, or another one is asked for."""
        there, again = self.texts.names(), self.outcomes.wanted_again()
        names = (picture.stem_name for picture in pictures)
        return any(name not in there or name in again for name in names)

    def pending(
        self,
        pictures: Sequence[Picture],
        existing: Existing,
        *,
        maker: Maker,
        prompt_of: Callable[[Picture], str | None],
    ) -> list[Picture]:
        """See `wanted.Results`."""
        self._seen.clear()
        if existing == "overwrite":
            # To read all texts here would take seconds, also where --limit asks for five.
            self._judged, self._stamps, self._ours = None, self.texts.stamps(), None
            return list(pictures)
        there = self._there(existing == "refresh", maker)
        again = self.outcomes.wanted_again() if there else set()
        judged: dict[str, str] = {}
        for name in again & there.keys():
            with suppress(ItemError):  # Its picture fails once it is asked about.
                judged[name] = self.texts.state(name)
        ours = self.outcomes.last_by_us(again) if judged else {}
        self._judged, self._ours = judged, ours

        def is_due(picture: Picture) -> bool:
            name = picture.stem_name
            if name not in there or name in again:
                return True
            if not there[name]:
                return False
            draft, text, prompt = there[name].split("\0", 2)
            outdated = (draft and maker == "model") or (
                existing == "refresh" and prompt_of(picture) not in (None, prompt)
            )
            if not (outdated and self._is_as_written(name, text)):
                return False
            judged[name] = ours[name] = text
            return True

        return [picture for picture in pictures if is_due(picture)]

    def _there(self, refresh: bool, maker: Maker) -> dict[str, str]:
        """Name ─▶ "" for a text that stays in any case, else whether it is a draft and the two digests.

        These three values are joined in one string, because a million tuples would take twice the memory.
        """
        there = dict.fromkeys(self.texts.names(), "")
        if there and (maker == "model" or refresh):
            for record in self.outcomes.written():
                name, draft = record.picture, record.draft
                if name in there:
                    can_be_due = record.outcome == DONE and (draft or (refresh and maker != "stand-in"))
                    packed = f"{'draft' if draft else ''}\0{record.text}\0{record.prompt}"
                    there[name] = packed if can_be_due else ""
        return there

    def _is_as_written(self, name: str, text_digest: str) -> bool:
        text = self.texts.read(name)
        return bool(text) and digest(text) == text_digest

    def edited_by_hand(self) -> set[str]:
        """The names whose text is no longer the one that was written, or that a person wrote."""
        there = self.texts.names()
        return {
            name
            for name, last in self.outcomes.made().items()
            if name in there and self.is_edited(name, last)
        }

    def is_edited(self, name: str, last: Made) -> bool:
        """Whether an existing text is no longer what was written last, or was written by a person."""
        return last.edited or not self._is_as_written(name, last.text)

    def recover(self, names: Collection[str]) -> None:
        """Finish what a kill interrupted: move texts with a line in the journal, delete others.

        Only texts of `names`, the pictures of this run, are moved, whatever the journal says. What cannot be
        moved even now stays where it is.
        """
        left = self.texts.unsettled()
        if not left:
            return
        last: dict[str, Record] = {}
        for record in self.outcomes.written():
            if record.picture in last or fingerprint(record.picture, record.text) in left:
                last[record.picture] = record
        owners = {fingerprint(name, record.text): name for name, record in last.items()}
        for part_name, part in left.items():
            name = owners.get(part_name)
            if name is not None and name in names and _digest_of(part) == last[name].text:
                with suppress(ItemError):
                    if not self.texts.settle(name, part, last[name].over):
                        _log.warning("%s was written by hand since, and stays", self.texts.path(name))
            else:
                remove(part)
        self.texts.tidy()

    def close(self) -> None:
        """Close the journal and delete the hidden folder if it is empty."""
        self._journal.close()
        self.texts.tidy()


def _digest_of(part: Path) -> str:
    try:
        return digest_of_bytes(part.read_bytes())
    except OSError:
        return ""
