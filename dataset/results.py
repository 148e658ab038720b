"""What one stage made: its text files and its lines in the journal, always in step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from dataset.disk import remove
from dataset.images import Picture
from dataset.json_lines import JsonLines, JsonObject
from dataset.texts import Texts, digest, fingerprint
from errors import ItemError

Existing = Literal["keep", "refresh", "overwrite"]
_WRITTEN = ("done", "edited")
_AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Made:
    """What the journal says of a text: fingerprints of its prompt and of the text, and who wrote it.

    `edited` is a text that a person wrote; it has no prompt, and is never outdated.
    """

    prompt: str
    text: str
    draft: bool
    edited: bool = False

    def packed(self) -> str:
        """All of it in one text, for a million of them take less memory so."""
        return f"{'draft' * self.draft}{'edited' * self.edited}\0{self.text}\0{self.prompt}"

    @classmethod
    def unpacked(cls, packed: str) -> Made:
        """What was packed."""
        kind, text, prompt = packed.split("\0", 2)
        return cls(prompt, text, kind == "draft", kind == "edited")


class Results:
    """The texts of one stage beside the journal that tells how each came about.

    A text is kept in three steps: onto disk beside its place, its line into the journal, into its
    place. A kill between any two of them is mended by `recover` at the next start, so an answer that
    was paid for is never lost and never without its line.
    """

    def __init__(self, stage: str, texts: Texts, journal: JsonLines, run: str) -> None:
        """`run` is what the lines of this run are known by."""
        self.stage = stage
        self.run = run
        self.texts = texts
        self._journal = journal

    def keep(
        self, name: str, text: str, *, prompt: str, model: str, draft: bool, details: Mapping[str, object]
    ) -> None:
        """Write the text of the picture `name`.

        `prompt` is the fingerprint of what was asked, `details` what the journal tells beside it.
        Raises ItemError when this one file cannot be written, UserError when none can.
        """
        self._write(name, "done", text, {"model": model, "prompt": prompt, "draft": draft, **details})

    def edited(self, name: str, text: str) -> None:
        """Write a text that a person wrote for the picture `name`; later runs leave it as it is.

        Raises ItemError and UserError as `keep` does.
        """
        self._write(name, "edited", text, {})

    def make_room(self, name: str) -> None:
        """See to it that a text of the picture `name` can be kept, before anybody is asked for it.

        Raises ItemError when this one cannot, UserError when none can.
        """
        self.texts.make_room(name)

    def failed(self, name: str, error: ItemError) -> None:
        """Note that the picture `name` has no text, and why."""
        self._note(name, "failed", {"reason": error.reason, "message": str(error)})

    def again(self, name: str) -> None:
        """Note that somebody wants another text for the picture `name`; the old one stays until then."""
        self._note(name, _AGAIN, {})

    def _write(self, name: str, outcome: str, text: str, more: Mapping[str, object]) -> None:
        part = self.texts.stage(name, text)
        self._note(name, outcome, {"written": text, "text": digest(text), **more})
        self.texts.settle(name, part)

    def _note(self, name: str, outcome: str, more: Mapping[str, object]) -> None:
        line = {"run": self.run, "time": _now(), "stage": self.stage, "picture": name, "outcome": outcome}
        self._journal.add({**line, **more})

    def made(self) -> dict[str, Made]:
        """The last text that was written for each picture, by the journal."""
        return dict(self._made())

    def _made(self) -> Iterator[tuple[str, Made]]:
        """The texts that were written, oldest first, each with its picture."""
        for name, line in self._lines():
            made = _made(line)
            if made is not None:
                yield name, made

    def wanted_again(self) -> set[str]:
        """The pictures that somebody wants another text for, and that have not got it since."""
        wanted: set[str] = set()
        if not self._journal.may_say("outcome", _AGAIN):
            return wanted
        for name, line in self._lines():
            if line.get("outcome") == _AGAIN:
                wanted.add(name)
            elif line.get("outcome") in _WRITTEN:
                wanted.discard(name)
        return wanted

    def lack(self, pictures: Iterable[Picture]) -> bool:
        """Whether a picture has no text, or somebody wants another one for it."""
        there, again = self.texts.names(), self.wanted_again()
        names = (picture.stem_name for picture in pictures)
        return any(name not in there or name in again for name in names)

    def _lines(self) -> Iterator[tuple[str, JsonObject]]:
        """The lines of this stage, oldest first, each with the picture that it is about."""
        for line in self._journal.read():
            name = line.get("picture")
            if line.get("stage") == self.stage and isinstance(name, str):
                yield name, line

    def pending(
        self,
        pictures: Sequence[Picture],
        existing: Existing,
        *,
        redo_drafts: bool,
        prompt_of: Callable[[Picture], str | None],
    ) -> list[Picture]:
        """The pictures that this stage has to do, in their order.

        `prompt_of` gives the fingerprint of the prompt that would be sent now, None where there is none.
        A text that somebody edited is never outdated; one that somebody wants again is due until it is there.
        """
        if existing == "overwrite":
            return list(pictures)
        # Name ─▶ what was made for it last, packed; "" where that is not asked for.
        there = dict.fromkeys(self.texts.names(), "")
        again = self.wanted_again() if there else ()
        if there and (redo_drafts or existing == "refresh"):
            for name, last in self._made():
                if name in there:
                    there[name] = last.packed() if last.draft or existing == "refresh" else ""

        def is_due(picture: Picture) -> bool:
            name = picture.stem_name
            if name not in there or name in again:
                return True
            if not there[name]:
                return False
            last = Made.unpacked(there[name])
            if last.edited:
                return False
            outdated = (last.draft and redo_drafts) or (
                existing == "refresh" and prompt_of(picture) not in (None, last.prompt)
            )
            return outdated and self._is_as_written(name, last)

        return [picture for picture in pictures if is_due(picture)]

    def _is_as_written(self, name: str, last: Made) -> bool:
        text = self.texts.read(name)
        return text is not None and digest(text) == last.text

    def edited_by_hand(self) -> set[str]:
        """The names whose text is no longer the one that was written, or that a person wrote."""
        made = self.made()
        return {
            name for name, last in made.items() if last.edited or not self._is_as_written(name, last)
        } & self.texts.names()

    def refused(self) -> dict[str, str]:
        """Name and reason of each picture that the journal tells of last as failed."""
        found: dict[str, str] = {}
        for name, line in self._lines():
            found.pop(name, None)
            if line.get("outcome") == "failed":
                found[name] = str(line.get("reason"))
        return found

    def mean_answer(self) -> float | None:
        """The mean length in tokens of what models wrote, None where the journal tells of none."""
        lengths = [
            float(tokens)
            for line in self._journal.read()
            if line.get("stage") == self.stage and line.get("outcome") == "done"
            if isinstance(tokens := line.get("completion_tokens"), int) and tokens > 0
        ]
        return sum(lengths) / len(lengths) if lengths else None

    def has_drafts(self) -> bool:
        """Whether some texts were composed without a model."""
        drafts: set[str] = set()
        if not self._journal.may_say("draft", True):
            return False
        for name, made in self._made():
            if made.draft:
                drafts.add(name)
            else:
                drafts.discard(name)
        return bool(drafts)

    def recover(self, names: Collection[str]) -> None:
        """Finish what a kill left half done: journalled texts go to their place, others are dropped.

        Only `names` that are pictures of this run are touched, whatever the journal says. What cannot
        be put in its place even now stays where it is.
        """
        left = self.texts.unsettled()
        if not left:
            return
        last: dict[str, Made] = {}
        for name, made in self._made():
            if name in last or fingerprint(name, made.text) in left:
                last[name] = made
        by_part = {fingerprint(name, made.text): (name, made) for name, made in last.items()}
        for part_name, part in left.items():
            name, text = by_part.get(part_name, ("", None))
            if text is not None and name in names and _digest_of(part) == text.text:
                with suppress(ItemError):
                    self.texts.settle(name, part)
            else:
                remove(part)
        self.texts.tidy()

    def close(self) -> None:
        """Leave nothing open and no empty folder behind."""
        self._journal.close()
        self.texts.tidy()


def _made(line: JsonObject) -> Made | None:
    prompt, text, outcome = line.get("prompt"), line.get("text"), line.get("outcome")
    if outcome == "edited" and isinstance(text, str):
        return Made("", text, draft=False, edited=True)
    if outcome == "done" and isinstance(prompt, str) and isinstance(text, str):
        return Made(prompt, text, line.get("draft") is True)
    return None


def _digest_of(part: Path) -> str:
    try:
        return digest(part.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
