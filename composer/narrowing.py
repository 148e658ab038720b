"""Tags that say more beside others: black_footwear beside boots, holding_sword beside katana."""

from collections.abc import Collection, Iterator, Sequence

from composer.phrasing import lists
from composer.words import role_of
from tags.implications import broader_tags
from tags.people import count_in, fewest_people

_HOLDING = "holding_"
_SITTING = "sitting"
# Before the name of a thing that another tag may tell more exactly.
_PLAYING = "playing_"
_DONE_WITH = (_HOLDING, _PLAYING, "riding_")
_ON = "_on_"
# Behind the name of a thing that another tag may tell more exactly.
_STATES = ("_under_arm", "_removed")
_NO_THINGS = frozenset(("gesture", "act"))
# A corgi and a puppy are one corgi puppy.
_YOUNG = {"dog": "puppy", "cat": "kitten"}
# A robot animal and a dog are one robot dog.
_MADE_ANIMALS = frozenset(("robot_animal", "mechanical_animal"))
_SHOWS_A_SCENE = frozenset(("landmark", "frame"))


def narrowed(tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each tag with the tag to say for it, itself where the others add nothing.

    black_footwear is said as black_boots if boots are the only footwear, reading as reading_book if there is
    one, holding_sword as holding_katana, sitting as sitting_on_log, and ocean as on_ocean of a ship.
    """
    broad, objects = lists().broad, lists().objects
    last_words = {tag.rpartition("_")[2] for tag in tags}
    parents = {parent for parent, child in _YOUNG.items() if child in tags}
    for tag in tags:
        noun = tag.rpartition("_")[2]
        if noun in broad:
            otherwise, narrower, of_one = broad[noun]
            # Of several people, one may wear the dress and another the sundress.
            found = "" if of_one and fewest_people(tags) > 1 else _only_one(narrower & last_words)
            yield tag, tag.removesuffix(noun) + (found or otherwise)
        elif tag.startswith(_DONE_WITH) and not (tag.startswith(_PLAYING) and fewest_people(tags) > 1):
            done = next(done for done in _DONE_WITH if tag.startswith(done))
            yield tag, done + _narrowest(tag.removeprefix(done), tags)
        elif _ON in tag and tag.rpartition("_")[2] in lists().words["parts"]:
            thing, _, part = tag.partition(_ON)
            others = [other for other in tags if _ON not in other]
            yield tag, f"{_narrowest(thing, others)}{_ON}{part}" if thing else tag
        elif tag.endswith(_STATES):
            state = next(state for state in _STATES if tag.endswith(state))
            yield tag, _narrowest(tag.removesuffix(state), tags) + state
        elif tag == _SITTING:
            seat = _only_one(lists().words["seats"].intersection(tags))
            where = "in" if seat in lists().words["deep_seats"] else "on"
            yield tag, f"{tag}_{where}_{_narrowest(seat, tags)}" if seat else tag
        elif tag in _MADE_ANIMALS:
            yield (
                tag,
                tag.removesuffix("animal") + _narrowest("animal", [each for each in tags if each != tag]),
            )
        elif tag in lists().words["waters"]:
            yield tag, _on_or_in(tags) + tag
        elif (child := _YOUNG.get(_only_one(parents & broader_tags(tag)))) and tag != child:
            yield tag, f"{tag}_{child}"
        else:
            thing = _only_one(objects[tag].intersection(tags)) if tag in objects else ""
            yield tag, f"{tag}_{thing}" if thing else tag


def _narrowest(thing: str, tags: Sequence[str]) -> str:
    """The only tag that is this thing and no broader one of the same, katana for sword, or else the thing."""
    kinds = [tag for tag in tags if thing in broader_tags(tag) and not tag.startswith(_DONE_WITH)]
    kinds = [kind for kind in kinds if role_of(kind).slot not in _NO_THINGS]
    return (
        _only_one([kind for kind in kinds if not any(kind in broader_tags(other) for other in kinds)])
        or thing
    )


def _on_or_in(tags: Sequence[str]) -> str:
    """Whether what is shown is on the water or in it: "on_", "in_", or "" where it is only near."""
    afloat, inside = (lists().words[name] for name in ("on_water", "in_water"))
    if not inside.isdisjoint(tags):
        return "in_"
    if not afloat.isdisjoint(tags):
        return "on_"
    if any(count_in(tag) or role_of(tag).slot in _SHOWS_A_SCENE for tag in tags):
        return ""
    return "on_" if any("watercraft" in broader_tags(tag) for tag in tags) else ""


def _only_one(found: Collection[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""
