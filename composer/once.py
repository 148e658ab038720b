"""What may be one thing is said once: a satchel is the shoulder bag, and the helmet under her arm is held.

tags/families.json has the things of which somebody wears or holds one, or of which one is in sight. Two of a
family are said as two where they are counted, are of different colours, or may be those of different people.
Otherwise the one that tells most of where it is is kept, by the most particular name and with the colours and
patterns of the others.
"""

from collections.abc import Sequence
from functools import cache

from composer.phrasing import Remembered, lists
from composer.picture import Picture
from composer.things import OWNED_SLOTS, PLANTED, UNWORN, Thing, leave_out, names_in, rename, things_in
from composer.wholes import part_of_wholes, put_together
from composer.words import COLOUR_RANK, NOUN_RANK
from english import NUMBER_WORDS
from tags.families import BEING, HAIR, OWNED, SEEN, families

_SEEN_SLOTS = ("body", "place", "landmark", "feature", "vehicle", "being", "thing")
_HAIR_SLOTS, _KIND_SLOTS = ("hairstyle",), ("kind",)
_OPEN, _OF = "open", " of "
# Whoever writes more tags of a family means a list of things.
_MOST = 8
_COUNTED = frozenset(("multiple", "several", "many", "no", *NUMBER_WORDS[2:]))
# What is unworn or off is told before what is worn (5), and behind what is held (6).
_AWAY = 5
_TOLD_RANKS = (COLOUR_RANK, COLOUR_RANK + 1)


def say_once(picture: Picture, *, is_of_one: bool) -> None:
    """Leave out what may be the same as something else; `is_of_one` is whether it can all be one person's."""
    if is_of_one:
        put_together(picture)
        _say_families_once(picture, OWNED, OWNED_SLOTS)
        _say_families_once(picture, HAIR, _HAIR_SLOTS)
        _say_families_once(picture, BEING, _KIND_SLOTS)
        part_of_wholes(picture)
    _say_families_once(picture, SEEN, _SEEN_SLOTS)


def _say_families_once(picture: Picture, kind: str, slots: Sequence[str]) -> None:
    """Go through the families of a kind of which several things are there, each once and in their order."""
    members, last = list(families(kind).values()), -1
    while found := [number for number in _families_of_several(picture, kind, slots) if number > last]:
        for last in sorted(found):
            if _say_family_once(picture, members[last], slots):
                break  # Other families may have fewer things now.
        else:
            return


def _families_of_several(picture: Picture, kind: str, slots: Sequence[str]) -> set[int]:
    """The numbers of the families of which several things are in the picture."""
    seen = set[int]()
    several = set[int]()
    for slot in slots:
        of_families = _families_of(kind, slot)
        for role in picture.roles.get(slot, ()):
            found = of_families[role.phrase]
            several |= seen & found
            seen |= found
    return several


@cache
def _families_of(kind: str, slot: str) -> Remembered[frozenset[int]]:
    """The numbers of the families that a thing told in a slot is of by any of its names: few of all."""
    numbers = _numbers(kind)
    return Remembered(
        lambda phrase: frozenset[int]().union(
            *(numbers[name] for name in names_in(slot, phrase) if name in numbers)
        )
    )


@cache
def _numbers(kind: str) -> dict[str, set[int]]:
    """The numbers of the families that each name is a member of."""
    found: dict[str, set[int]] = {}
    for number, members in enumerate(families(kind).values()):
        for member in members:
            found.setdefault(member, set()).add(number)
    return found


def _say_family_once(picture: Picture, members: frozenset[str], slots: Sequence[str]) -> bool:
    """Say the things of a family once; returns whether something may have changed."""
    found = [said for said in things_in(picture, slots) if not members.isdisjoint(said.names)]
    if not 1 < len(found) <= _MOST or _are_layers(found) or any(map(_is_counted, found)):
        return False
    unworn = [said for said in found if said.lead.endswith(UNWORN)]
    if unworn and len(different(found)) > 1:
        # Of two hats nobody knows which one is worn.
        worn = [said.role for said in found if said.slot == "clothes"]
        picture.put("thing", picture.take("clothes", lambda role: role in worn))
        leave_out(picture, unworn)
    elif slots is _SEEN_SLOTS and len(specific := _specific(found, members)) > 1:
        leave_out(picture, [said for said in found if said not in specific])
    elif not _are_several(found, slots):
        _keep_one(picture, found, slots)
    else:
        return False
    return True


def _specific(found: Sequence[Thing], members: frozenset[str]) -> list[Thing]:
    """Those that are of a family by what they are, and not by name: a crow and a gull, of birds."""
    kinds = different(found)
    named = [said for said in found if said.noun in members or said.kind.replace(" ", "_") in members]
    return [said for said in found if said.kind in kinds and (said not in named or _OF in said.kind)]


def _keep_one(picture: Picture, found: Sequence[Thing], slots: Sequence[str]) -> None:
    """Keep the one that tells most of where it is, by the most particular name and with all colours."""
    kept = max(found, key=lambda said: (_rank(said, slots)[:2], _particular(said, found)))
    # A street that is an alley is another place, and no other name of the same.
    named = kept if slots is _SEEN_SLOTS else max(found, key=lambda said: _particular(said, found))
    others = [said for said in found if said is not kept]
    if named.noun == kept.noun:
        others = [said for said in others if not _is_merged(said, kept)]
        named = kept if _is_merged(named, kept) else named
    leave_out(picture, others)
    rename(picture, kept, _described(named, kept, others))


def _described(named: Thing, kept: Thing, others: Sequence[Thing]) -> str:
    """The name of `named` with the colours and patterns of all: "a red paper umbrella"."""
    thing = named.thing
    for rank in _TOLD_RANKS:
        told = dict.fromkeys(word for said in (kept, *others) for word in said.told(rank))
        if not named.told(rank) and told:
            thing = f"{' '.join(told)} {thing}"
    changing = dict.fromkeys(word for said in (kept, *others) for word in said.changing())
    thing = " ".join([*(word for word in changing if word not in thing.split(" ")), thing])
    *words, noun = thing.split(" ")
    ranks = lists().adjective_rank
    thing = " ".join([*sorted(words, key=lambda word: ranks.get(word, NOUN_RANK)), noun])
    is_planted = kept.thing.startswith(PLANTED) and not thing.startswith(PLANTED)
    return PLANTED + thing if is_planted else thing


def _are_layers(found: Sequence[Thing]) -> bool:
    """Whether one is open: under an open shirt another one is worn."""
    is_open = any(_OPEN in said.thing.split(" ") for said in found)
    return is_open and len({said.noun for said in found}) > 1


def _is_counted(said: Thing) -> bool:
    return said.thing.partition(" ")[0] in _COUNTED


def _are_several(found: Sequence[Thing], slots: Sequence[str]) -> bool:
    """Whether they are of different colours, or lie about and are of different kinds."""
    is_two_tone = len({tuple(said.told(COLOUR_RANK)) for said in found} - {()}) > 1
    if slots is _SEEN_SLOTS:
        return is_two_tone or _are_two(found)
    return _are_two(found) or _lie_apart(found)


def different(found: Sequence[Thing]) -> set[str]:
    """The kinds that none of the others are as well: a bucket hat and a straw hat, of a hat."""
    kinds = {said.kind: said for said in found}
    return {
        kind
        for kind, said in kinds.items()
        if not any(_says(other, said) for other in kinds.values() if other.kind != kind)
    }


def _says(one: Thing, other: Thing) -> bool:
    is_broader = other.noun != one.noun and other.noun in one.names
    return is_broader or other.kind in one.names or one.kind.endswith(f" {other.kind}")


def _are_two(found: Sequence[Thing]) -> bool:
    """Whether a red one and a blue one are there, of different names."""
    colours: dict[str, set[str]] = {}
    for said in found:
        colours.setdefault(said.noun, set()).update(said.told(COLOUR_RANK))
    told = [each for each in colours.values() if each]
    return any(one.isdisjoint(other) for one in told for other in told)


def _lie_apart(found: Sequence[Thing]) -> bool:
    """Whether they are nobody's: a stone lantern and a paper lantern."""
    return all(said.slot == "thing" for said in found) and len(different(found)) > 1


def _rank(said: Thing, slots: Sequence[str]) -> tuple[int, bool, int]:
    """How much is told of where it is, and of what it is like."""
    is_away = bool(said.state) or said.lead.endswith(UNWORN)
    where = len(slots) - slots.index(said.slot)
    return max(where, is_away * _AWAY), is_away, said.thing.count(" ")


def _particular(said: Thing, found: Sequence[Thing]) -> tuple[int, int]:
    """How many of the others a name says too, and how many words it has."""
    return sum(_says(said, other) for other in found if other.kind != said.kind), said.kind.count(" ")


def _is_merged(said: Thing, kept: Thing) -> bool:
    """Whether both are one phrase anyway: a black skirt and a pleated skirt."""
    have_kinds = said.kind != kept.kind and " " in said.kind and " " in kept.kind
    return (
        said.slot == kept.slot
        and bool(kept.role.head)
        and said.role.head == kept.role.head
        and not have_kinds
    )
