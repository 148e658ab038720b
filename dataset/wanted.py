"""Which texts a stage should make, and what it needs of the place where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from dataset.pictures import Picture
from errors import ItemError

Existing = Literal["keep", "refresh", "overwrite"]
# Who makes texts now: a model, the composer as the user wants it, or the composer where a model is missing.
Maker = Literal["model", "composer", "stand-in"]


class Results(Protocol):
    """What a stage needs of the place where its texts are kept; a name is the `stem_name` of a picture."""

    def read(self, name: str) -> str:
        """The text of a picture, "" where there is none."""

    def make_room(self, name: str) -> None:
        """Make sure that a text of this picture can be kept, before a model is asked for it.

        Raises ItemError when this one cannot be kept, UserError when none can, and KeptError when somebody
        wrote one since `pending`.
        """

    def keep(
        self, name: str, text: str, *, prompt: str, model: str, draft: bool, details: Mapping[str, object]
    ) -> None:
        """Keep the text of a picture.

        `prompt` is the digest of what was asked, and `details` is what the journal says beside it. Raises
        ItemError when this one cannot be kept, UserError when none can, and KeptError when somebody wrote one
        since `make_room`, which then stays: the answer is in the journal only.
        """

    def failed(self, name: str, error: ItemError) -> None:
        """Note that a picture has no text, and why."""

    def waits(self, name: str) -> None:
        """Note that the answer for a picture comes later."""

    def pending(
        self,
        pictures: Sequence[Picture],
        existing: Existing,
        *,
        maker: Maker,
        prompt_of: Callable[[Picture], str | None],
    ) -> list[Picture]:
        """The pictures that the stage has to do, in their order.

        A model redoes all drafts, and who only stands in for one redoes nothing else. `prompt_of` gives the
        digest of the prompt that would be sent now, None where there is none. A text that a person edited is
        never outdated; one that somebody wants again is due until it is there.
        """


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts a run should make: for these pictures, as `existing` says, at most `limit` of them."""

    pictures: Sequence[Picture]
    existing: Existing
    limit: int | None = None

    def due(
        self, results: Results, fingerprint_of: Callable[[Picture], str], maker: Maker = "model"
    ) -> tuple[list[Picture], int]:
        """The pictures that need a text, and how many others need none.

        `fingerprint_of` is that of the prompt that would be sent now; it raises ItemError where none can be.
        """

        def prompt_of(picture: Picture) -> str | None:
            try:
                return fingerprint_of(picture)
            except ItemError:
                return None

        due = results.pending(self.pictures, self.existing, maker=maker, prompt_of=prompt_of)
        return due[: self.limit], len(self.pictures) - len(due)
