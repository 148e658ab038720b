"""Families of things of which a picture mostly shows one: a shoulder bag is the satchel of another tag.

families.json has them: of "owned" somebody wears or holds one, of "seen" one is in sight, of "hair" somebody
has one style, and of "kinds" somebody is one. A tag belongs to a family by itself, by its last word, or by
what it says by broader.json: a fedora is a hat. Two tags of a family need not be one thing: they may be
counted, of two colours, or those of two people.
"""

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from english import singular
from tags.appearance import said_by
from tags.implications import broader_tags

KINDS = OWNED, SEEN, HAIR, BEING = "owned", "seen", "hair", "kinds"
_FILE = Path(__file__).with_suffix(".json")
_REMEMBERED_TAGS = 1 << 16


@lru_cache(maxsize=_REMEMBERED_TAGS)
def names_of(tag: str) -> frozenset[str]:
    """What a thing is called: a straw hat is a hat and headwear."""
    noun = tag.rpartition("_")[2]
    return frozenset({tag, noun, singular(noun)}) | broader_tags(tag) | broader_tags(noun)


@cache
def families(kind: str) -> dict[str, frozenset[str]]:
    """The families of one of `KINDS`, in the order of the file: bags, with bag, satchel and more."""
    content: dict[str, dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return {name: frozenset(members.split()) for name, members in content[kind].items()}


@lru_cache(maxsize=_REMEMBERED_TAGS)
def families_of(tag: str) -> frozenset[str]:
    """The names of the families, of all kinds, that a tag belongs to."""
    every = (family for kind in KINDS for family in families(kind).items())
    return frozenset(name for name, members in every if not members.isdisjoint(names_of(tag)))


def kin_of(tag: str, tags: Iterable[str]) -> list[str]:
    """Those of `tags`, of one picture of one person or none, that may name the same thing as `tag`.

    A tag with a colour has only kin of that colour: to say a red backpack says the bag, but no blue bag.
    """
    mine = families_of(tag)
    if not mine:
        return []
    colours = _colours(tag)
    return [
        other
        for other in tags
        if other != tag and not mine.isdisjoint(families_of(other)) and colours <= _colours(other)
    ]


def _colours(tag: str) -> set[str]:
    return {word for word in tag.split("_") if word in said_by("shades")}
