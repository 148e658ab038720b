"""Families of things of which a picture mostly shows one: a shoulder bag is the satchel of another tag.

families.json has them: of "owned" somebody wears or holds one, of "seen" one is in sight, of "hair" somebody
has one style, and of "kinds" somebody is one. A tag belongs to a family by itself, by its last word, or by
what it says by broader.json: a fedora is a hat. Two tags of a family need not be one thing: they may be
counted, of two colours, or those of two people.
"""

from functools import cache, lru_cache

from english import singular
from tags.implications import broader_tags
from tags.tables import table

KINDS = OWNED, SEEN, HAIR, BEING = "owned", "seen", "hair", "kinds"
_REMEMBERED_TAGS = 1 << 16


@lru_cache(maxsize=_REMEMBERED_TAGS)
def names_of(tag: str) -> frozenset[str]:
    """What a thing is called: a straw hat is a hat and headwear."""
    noun = tag.rpartition("_")[2]
    return frozenset({tag, noun, singular(noun)}) | broader_tags(tag) | broader_tags(noun)


@cache
def families(kind: str) -> dict[str, frozenset[str]]:
    """The families of one of `KINDS`, in the order of the file: bags, with bag, satchel and more."""
    return {name: frozenset(members.split()) for name, members in table("families")[kind].items()}
