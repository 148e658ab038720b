"""Which tag of a picture tells a thing most exactly: katana for a sword."""

from collections.abc import Collection, Sequence

from composer.phrasing import lists
from composer.words import role_of
from tags.implications import broader_tags

# Before the name of a thing that another tag may tell more exactly.
DONE_WITH = ("holding_", "playing_", "riding_", "walking_")
ON = "on_"
_NO_KINDS = (*DONE_WITH, ON, "slice_of_", "unworn_", "floating_", "flying_", "falling_")
_NO_THINGS = frozenset(("gesture", "act"))


def narrowest(thing: str, tags: Sequence[str]) -> str:
    """The only tag that is this thing and no broader one of the same, katana for sword, or else the thing."""
    # A family, such as ursine, is no kind of bear.
    families = lists().words["families"]
    kinds = [tag for tag in tags if thing in broader_tags(tag) and tag not in families]
    kinds = [kind for kind in kinds if not kind.startswith(_NO_KINDS)]
    # A stack of books is no book to read, and a phone booth no phone to hold.
    many = lists().words["collections"]
    kinds = [
        kind for kind in kinds if role_of(kind).slot not in _NO_THINGS and kind.rpartition("_")[2] not in many
    ]
    narrow = [kind for kind in kinds if not any(kind in broader_tags(other) for other in kinds)]
    # A glowing sword beside a katana is no other one.
    named = [kind for kind in narrow if kind.partition("_")[0] not in lists().adjective_rank]
    return only_one(narrow) or only_one(named) or thing


def only_one(found: Collection[str]) -> str:
    """The only one of these, "" where there are none or several."""
    return next(iter(found)) if len(found) == 1 else ""
