"""Pictures of several characters with the tags that are one character's alone, as a reader judged them.

`who_is_who.jsonl` has one picture a line: `characters` with what is known of their looks, `tags`, and `whose`
tags are, null where the looks do not decide. The lines were labelled before the rules were written. The rules
were tuned on TUNED only.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from composer.who_is_who import assign

# One picture of the corpus: the looks of its characters, its tags, and whose they are.
_Picture = tuple[dict[str, str], list[str], dict[str, str | None]]


def _picture(line: str) -> _Picture:
    raw = json.loads(line)
    return raw["characters"], raw["tags"], raw["whose"]


_LINES = Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
PICTURES = [_picture(line) for line in _LINES]
HELD_OUT = [picture for at, picture in enumerate(PICTURES) if at % 10 in {2, 5, 8}]
TUNED = [picture for at, picture in enumerate(PICTURES) if at % 10 not in {2, 5, 8}]


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many tags were given to the right character, how many wrongly, and how many have an owner."""

    right: int
    wrong: int
    owned: int

    @property
    def precision(self) -> float:
        """The share of what was assigned that a reader assigns to the same character."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def share(self) -> float:
        """The share of the tags with an owner that were given to it."""
        return self.right / self.owned


def differences(picture: _Picture) -> list[tuple[str, str | None, str | None]]:
    """The tags that reader and program give to different characters: tag, reader's, program's."""
    looks, tags, whose = picture
    characters = dict.fromkeys(looks, "character")
    found = {
        tag: owner for owner, theirs in assign([*looks, *tags], characters, looks).items() for tag in theirs
    }
    return [(tag, whose.get(tag), found.get(tag)) for tag in tags if whose.get(tag) != found.get(tag)]


def measure(pictures: Sequence[_Picture]) -> Assigned:
    """Count for pictures how often reader and program agree."""
    owned = sum(owner is not None for _, _, whose in pictures for owner in whose.values())
    differing = [each for picture in pictures for each in differences(picture)]
    wrong = sum(found is not None for _, _, found in differing)
    overlooked = sum(owner is not None for _, owner, _ in differing)
    return Assigned(owned - overlooked, wrong, owned)
