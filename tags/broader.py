"""Which tags a tag says along by its words and by what it means: a white dress is a dress, a katana a sword.

These need no wiki, so captions are composed and checked alike on every computer. broader.json has for each
broader tag the narrower ones; to teach the program that one tag says another, add it there.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from tags.implications import said_along
from tags.spelling import words

_REMEMBERED_TAGS = 1 << 16
_HOLDING = "holding"


@lru_cache(maxsize=_REMEMBERED_TAGS)
def broader_tags(tag: str) -> frozenset[str]:
    """All tags that `tag` says along, without itself: torn_jeans says jeans, pants and clothed."""
    return frozenset(said_along(tag, _directly)) - {tag}


def _directly(tag: str) -> Iterable[str]:
    spoken = words(tag).split(" ")
    if spoken[0] == "no":
        # What says that there are no shoes does not say shoes.
        return ()
    ends = ["_".join(spoken[at:]) for at in range(1, len(spoken))]
    held = [_HOLDING] if ends and spoken[0] == _HOLDING else []
    return (*ends, *held, *_broader_by_narrower().get(tag, ()))


def narrower_tags(tag: str) -> Sequence[str]:
    """The tags of which the table has `tag` as the broader one: beer and wine for alcohol."""
    return _table().get(tag, ())


@cache
def _broader_by_narrower() -> dict[str, list[str]]:
    broader: defaultdict[str, list[str]] = defaultdict(list)
    for said, narrower in _table().items():
        for tag in narrower:
            broader[tag].append(said)
    return dict(broader)


@cache
def _table() -> dict[str, list[str]]:
    table: dict[str, str] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return {tag: narrower.split() for tag, narrower in table.items()}
