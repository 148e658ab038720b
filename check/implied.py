"""What a tag says beside itself, in words or as a fact: white_dress says dress, and a katana is a weapon."""

import json
from functools import lru_cache
from pathlib import Path

from tags.spelling import words

_LISTS = Path(__file__).with_name("implied.json")
_HOLDING = "holding"


@lru_cache(maxsize=1)
def _broader() -> dict[str, tuple[str, ...]]:
    """Read the list, which has for each broader tag the narrower ones."""
    raw: dict[str, str] = json.loads(_LISTS.read_text(encoding="utf-8"))
    broader: dict[str, tuple[str, ...]] = {}
    for said, narrower in raw.items():
        for tag in narrower.split():
            broader[tag] = (*broader.get(tag, ()), said)
    return broader


def implied_by(tag: str) -> tuple[str, ...]:
    """List the tags that a caption says with this one; not those that these say in turn."""
    spoken = words(tag).split(" ")
    if spoken[0] == "no":
        # Who says that there are no shoes says nothing of shoes.
        return ()
    ends = tuple("_".join(spoken[at:]) for at in range(1, len(spoken)))
    held = (_HOLDING,) if ends and spoken[0] == _HOLDING else ()
    return (*ends, *held, *_broader().get(tag, ()))
