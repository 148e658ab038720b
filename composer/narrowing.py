"""Tags that say more beside others: black_footwear beside boots, holding_sword beside katana."""

from collections.abc import Collection, Iterator, Sequence

from composer.phrasing import lists
from tags.broader import broader_tags

_HOLDING = "holding_"
_SITTING = "sitting"


def narrowed(tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each tag with the tag to say for it, itself where the others add nothing.

    black_footwear is said as black_boots if boots are the only footwear, reading as reading_book if there is
    one, holding_sword as holding_katana, and sitting as sitting_on_log.
    """
    broad, objects = lists().broad, lists().objects
    last_words = {tag.rpartition("_")[2] for tag in tags}
    for tag in tags:
        noun = tag.rpartition("_")[2]
        if noun in broad:
            otherwise, narrower = broad[noun]
            yield tag, tag.removesuffix(noun) + (_only_one(narrower & last_words) or otherwise)
        elif tag.startswith(_HOLDING):
            yield tag, _HOLDING + (_narrowest(tag.removeprefix(_HOLDING), tags) or tag.removeprefix(_HOLDING))
        elif tag == _SITTING:
            seat = _only_one(lists().words["seats"].intersection(tags))
            yield tag, f"{tag}_on_{seat}" if seat else tag
        else:
            thing = _only_one(objects[tag].intersection(tags)) if tag in objects else ""
            yield tag, f"{tag}_{thing}" if thing else tag


def _narrowest(thing: str, tags: Sequence[str]) -> str:
    """The only tag that is this thing and no broader one of the same: katana for sword and weapon."""
    kinds = [tag for tag in tags if thing in broader_tags(tag) and not tag.startswith(_HOLDING)]
    return _only_one([kind for kind in kinds if not any(kind in broader_tags(other) for other in kinds)])


def _only_one(found: Collection[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""
