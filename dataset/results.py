"""What one stage made: its text files and its lines in the journal, always in step."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from dataset.images import Picture
from dataset.store import Lines, Texts, digest, fingerprint, remove
from errors import ItemError

Existing = Literal["keep", "refresh", "overwrite"]


@dataclass(frozen=True, slots=True)
class Made:
    """What the journal says of a text: fingerprints of its prompt and of the text, and who wrote it."""

    prompt: str
    text: str
    draft: bool


class Results:
    """The texts of one stage beside the journal that tells how each came about.

    A text is kept in three steps: onto disk beside its place, its line into the journal, into its
    place. A kill between any two of them is mended by `recover` at the next start, so an answer that
    was paid for is never lost and never without its line.
    """

    def __init__(self, stage: str, texts: Texts, journal: Lines, run: str) -> None:
        """`run` is what the lines of this run are known by."""
        self.stage = stage
        self.run = run
        self.texts = texts
        self._journal = journal
        self._has_written = False

    def keep(
        self, name: str, text: str, *, prompt: str, model: str, draft: bool, cost: Mapping[str, float]
    ) -> None:
        """Write the text of the picture `name`.

        `prompt` is the fingerprint of what was asked, `cost` what it took, in tokens and seconds.
        Raises ItemError when this one file cannot be written, UserError when none can.
        """
        self._has_written = True
        part = self.texts.stage(name, text)
        self._journal.add(
            {
                "run": self.run,
                "time": _now(),
                "stage": self.stage,
                "picture": name,
                "outcome": "done",
                "written": text,
                "model": model,
                "prompt": prompt,
                "text": digest(text),
                "draft": draft,
                **cost,
            }
        )
        self.texts.settle(name, part)

    def make_room(self, name: str) -> None:
        """See to it that a text of the picture `name` can be kept, before anybody is asked for it.

        Raises ItemError when this one cannot, UserError when none can.
        """
        self.texts.make_room(name)

    def failed(self, name: str, error: ItemError) -> None:
        """Note that the picture `name` has no text, and why."""
        self._journal.add(
            {
                "run": self.run,
                "time": _now(),
                "stage": self.stage,
                "picture": name,
                "outcome": "failed",
                "reason": error.reason,
                "message": str(error),
            }
        )

    def made(self) -> dict[str, Made]:
        """The last text that was written for each picture, by the journal."""
        found: dict[str, Made] = {}
        for line in self._journal.read():
            if line.get("stage") == self.stage and line.get("outcome") == "done":
                name, made = (
                    line.get("picture"),
                    _made(line.get("prompt"), line.get("text"), line.get("draft")),
                )
                if isinstance(name, str) and made is not None:
                    found[name] = made
        return found

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
        A text that somebody edited is never outdated.
        """
        if existing == "overwrite":
            return list(pictures)
        there = self.texts.names()
        made = self.made() if there and (redo_drafts or existing == "refresh") else {}

        def is_due(picture: Picture) -> bool:
            name = picture.stem_name
            if name not in there:
                return True
            last = made.get(name)
            if last is None:
                return False
            outdated = (last.draft and redo_drafts) or (
                existing == "refresh" and prompt_of(picture) not in (None, last.prompt)
            )
            return outdated and self._is_as_written(name, last)

        return [picture for picture in pictures if is_due(picture)]

    def _is_as_written(self, name: str, last: Made) -> bool:
        text = self.texts.read(name)
        return text is not None and digest(text) == last.text

    def has_drafts(self) -> bool:
        """Whether some texts were composed without a model."""
        return any(made.draft for made in self.made().values())

    def recover(self, names: Collection[str]) -> None:
        """Finish what a kill left half done: journalled texts go to their place, others are dropped.

        Only `names` that are pictures of this run are touched, whatever the journal says. What cannot
        be put in its place even now stays where it is.
        """
        left = self.texts.unsettled()
        if not left:
            return
        made = {fingerprint(name, text.text): (name, text) for name, text in self.made().items()}
        for part_name, part in left.items():
            name, text = made.get(part_name, ("", None))
            if text is not None and name in names and _digest_of(part) == text.text:
                with suppress(ItemError):
                    self.texts.settle(name, part)
            else:
                remove(part)
        self.texts.tidy()

    def close(self) -> None:
        """Leave nothing open and no empty folder behind."""
        self._journal.close()
        # Who only reads leaves the folder to the run that stages texts in it.
        if self._has_written:
            self.texts.tidy()


def _made(prompt: object, text: object, draft: object) -> Made | None:
    if isinstance(prompt, str) and isinstance(text, str):
        return Made(prompt, text, draft is True)
    return None


def _digest_of(part: Path) -> str:
    try:
        return digest(part.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
