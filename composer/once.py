"""What may be one thing is said once: a satchel is the shoulder bag, and the helmet under her arm is held.

"near" of words.json has kinds of things of which somebody wears or holds one, or of which one is in sight;
broader.json tells which tags are such things. Two of a kind are said as two where they are counted, are of
different colours, or may be those of different people. Otherwise the one that tells most of where it is is
kept, by the most particular name and with the colours and patterns of the others.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from composer.phrasing import REMEMBERED_TAGS, lists, with_article
from composer.picture import Picture
from composer.words import COLOUR_RANK, NOUN_RANK, Role
from english import NUMBER_WORDS, singular
from tags.implications import broader_tags

# Where somebody's things are told, those first that tell most of where they are.
_OWNED = ("gesture", "body", "held", "clothes", "thing", "mark")
_SEEN = ("place", "landmark", "feature", "vehicle", "being", "thing")
_UNWORN = "unworn "
_OPEN, _READING, _BOUQUET, _CLOTHES = "open", "reading", "bouquet", "clothes"
_SHEATHED, _ON_HILT = "{her} weapon sheathed", ("a hand on a hilt", "a hand on {her} hilt")
_FLOWER = "flower"
_SHEATHS = frozenset(("sheath", "scabbard"))
_COUNTED = frozenset(("multiple", "several", "many", "no", *NUMBER_WORDS[2:]))
# "A helmet under {her} arm": how it is begun, the helmet, and where it is.
_PARTS = re.compile(
    r"(?P<lead>(?:in |on |at |inside )?(?:an? |the |\{her\} )?(?:unworn )?)"
    r"(?P<thing>.+?)(?P<state>(?: (?:under|around|on|over|behind) (?:\{her\}|the) .*| removed)?)$"
)
# What is unworn or off is told before what is worn (3), and behind what is held (4).
_AWAY = 3
_TOLD_RANKS = (COLOUR_RANK, COLOUR_RANK + 1)


@dataclass(frozen=True, slots=True)
class _Said:
    """A thing that is told in a slot: "an unworn " "straw hat" ""."""

    slot: str
    role: Role
    lead: str
    thing: str
    state: str

    @property
    def names(self) -> frozenset[str]:
        """What it is called; in a place one is by no broader name."""
        tag = self.thing.replace(" ", "_")
        return _names(self.thing) if self.slot != "place" else frozenset({tag, self.noun})

    @property
    def noun(self) -> str:
        return self.thing.rpartition(" ")[2]

    @property
    def kind(self) -> str:
        """The thing without its colours and patterns."""
        *words, noun = self.thing.split(" ")
        ranks = lists().adjective_rank
        return " ".join([*(word for word in words if word not in ranks), noun])

    def told(self, rank: int) -> list[str]:
        """The colours (COLOUR_RANK) or patterns that the words tell."""
        *words, _ = self.thing.split(" ")
        return [word for word in words if lists().adjective_rank.get(word) == rank]


@lru_cache(maxsize=REMEMBERED_TAGS)
def _names(thing: str) -> frozenset[str]:
    """What a thing is called: a straw hat is a hat and headwear."""
    tag = thing.lower().replace(" ", "_")
    noun = tag.rpartition("_")[2]
    return frozenset({tag, noun, singular(noun)}) | broader_tags(tag) | broader_tags(noun)


def say_once(picture: Picture, *, is_of_one: bool) -> None:
    """Leave out what may be the same as something else; `is_of_one` is whether it can all be one person's."""
    near = lists().near
    if is_of_one:
        _sheathe(picture)
        _take_off(picture)
        for kind in near["owned"]:
            _say_kind_once(picture, kind, _OWNED)
        _give_to_wholes(picture)
        _leave_tools_to_acts(picture)
    for kind in near["seen"]:
        _say_kind_once(picture, kind, _SEEN)
    for place in picture.phrases("place"):
        _leave_out_members(picture, place)


def _leave_out_members(picture: Picture, place: str) -> None:
    """A forest has trees."""
    words, noun = place.partition(" ")[2].removeprefix("a ").replace(" ", "_"), place.rpartition(" ")[2]
    members = lists().members.get(words, frozenset()) | lists().members.get(noun, frozenset())
    picture.take("thing", lambda role: role.phrase.removeprefix("a ").replace(" ", "_") in members)


def _sheathe(picture: Picture) -> None:
    """The hand on the hilt, the sheath and the katana are one: "a hand on the hilt of {her} katana"."""
    weapons = lists().words["sheathed_weapons"]
    swords = [said for said in _things(picture, _OWNED) if not weapons.isdisjoint(said.names)]
    in_hand = [role for role in picture.roles.get("gesture", ()) if role.phrase.startswith(_ON_HILT)]
    is_sheathed = bool(picture.take("gesture", lambda role: role.phrase == _SHEATHED))
    if not swords:
        picture.put("gesture", [Role("gesture", _SHEATHED)] if is_sheathed and not in_hand else [])
    if not (is_sheathed or in_hand):
        return
    held = picture.take("held", lambda role: role.noun in _SHEATHS)
    for slot in ("thing", "clothes"):
        picture.take(slot, lambda role: role.noun in _SHEATHS)
    if len(swords) != 1 or swords[0].state:
        picture.put("gesture", [Role("gesture", _SHEATHED)] if is_sheathed and swords else [])
        return
    sword = f"{'sheathed ' if is_sheathed else ''}{swords[0].thing}"
    _leave_out(picture, swords)
    if in_hand:
        picture.take("gesture", lambda role: role in in_hand)
        picture.put("gesture", [Role("gesture", f"a hand on the hilt of {{her}} {sword}")])
    elif held or swords[0].slot == "held":
        picture.put("held", [Role("held", with_article(sword))])
    else:
        picture.put("gesture", [Role("gesture", f"{{her}} {swords[0].thing} sheathed")])


def _take_off(picture: Picture) -> None:
    """Clothes around the waist are the jumpsuit that is there, and where nobody is, nothing is worn."""
    states = [said.state for said in _things(picture, ("clothes",)) if said.state and said.thing != _CLOTHES]
    generic = [said for said in _things(picture, _OWNED) if said.thing == _CLOTHES]
    _leave_out(picture, [said for said in generic if said.state and said.state in states])
    if picture.has("empty") and any(said.lead.endswith(_UNWORN) for said in generic):
        picture.put("thing", picture.take("clothes", lambda role: True))


def _give_to_wholes(picture: Picture) -> None:
    """Blue scrubs are a blue shirt and blue pants, and the roses are those of the bouquet."""
    for whole, parts in lists().wholes.items():
        found = list(_things(picture, ("clothes", "held", "thing")))
        wholes = [said for said in found if whole in said.names]
        theirs = [said for said in found if said not in wholes and _is_part(said, parts)]
        if len(wholes) != 1 or not theirs or len(_different(theirs)) > (whole != _BOUQUET) * len(theirs) + 1:
            continue
        colours = dict.fromkeys(word for said in (*wholes, *theirs) for word in said.told(COLOUR_RANK))
        if len(colours) < 2:
            _leave_out(picture, theirs)
            new = [word for word in colours if word not in wholes[0].thing.split(" ")]
            _rename(picture, wholes[0], " ".join([*new, wholes[0].thing]))


def _is_part(said: _Said, parts: frozenset[str]) -> bool:
    """Whether it is a part of a garment or a bouquet, or a thing that nothing more is told of: a book."""
    told = said.names if said.slot == "clothes" or _FLOWER in said.names else {said.thing.replace(" ", "_")}
    return not parts.isdisjoint(told)


def _leave_tools_to_acts(picture: Picture) -> None:
    """Whoever rides a broom holds it, and the book in her hand is what she reads."""
    held = {role.noun for role in picture.roles.get("held", ())}
    read = picture.take("act", lambda role: role.phrase.startswith(f"{_READING} ") and role.noun in held)
    picture.put("act", [replace(role, phrase=_READING) for role in read])
    done = {act.rpartition(" ")[2] for act in picture.phrases("act") if " " in act}
    picture.take("held", lambda role: role.noun in done)


def _say_kind_once(picture: Picture, kind: frozenset[str], slots: Sequence[str]) -> None:
    found = [said for said in _things(picture, slots) if not kind.isdisjoint(said.names)]
    # Under an open shirt another one is worn.
    is_open = any(_OPEN in said.thing.split(" ") for said in found)
    are_layers = is_open and len({said.noun for said in found}) > 1
    if are_layers or len(found) < 2 or any(said.thing.split(" ")[0] in _COUNTED for said in found):
        return
    unworn = [said for said in found if said.lead.endswith(_UNWORN)]
    if unworn and len(_different(found)) > 1:
        # Of two hats nobody knows which one is worn.
        worn = [said.role for said in found if said.slot == "clothes"]
        picture.put("thing", picture.take("clothes", lambda role: role in worn))
        _leave_out(picture, unworn)
        return
    if _are_two(found) or (slots is _OWNED and _lie_apart(found)):
        return
    kept = max(found, key=lambda said: (_rank(said, slots)[:2], _particular(said, found)))
    # A street that is an alley is another place, and no other name of the same.
    named = kept if slots is _SEEN else max(found, key=lambda said: _particular(said, found))
    others = [said for said in found if said is not kept]
    if named.noun == kept.noun:
        others = [said for said in others if not _is_merged(said, kept)]
        named = kept if _is_merged(named, kept) else named
    thing = named.thing
    for rank in _TOLD_RANKS:
        told = dict.fromkeys(word for said in (kept, *others) for word in said.told(rank))
        if not named.told(rank) and told:
            thing = f"{' '.join(told)} {thing}"
    _leave_out(picture, others)
    _rename(picture, kept, thing)


def _rename(picture: Picture, said: _Said, thing: str) -> None:
    if thing != said.thing:
        picture.roles[said.slot] = [
            _named(said, thing) if role is said.role else role for role in picture.roles[said.slot]
        ]


def _leave_out(picture: Picture, found: Sequence[_Said]) -> None:
    for said in found:
        picture.take(said.slot, lambda role: role is said.role)  # noqa: B023


def _things(picture: Picture, slots: Sequence[str]) -> Iterator[_Said]:
    for slot in slots:
        for role in picture.roles.get(slot, ()):
            found = _PARTS.match(role.phrase)
            if found and (found["state"] or slot != "gesture"):
                yield _Said(slot, role, found["lead"], found["thing"], found["state"])


def _different(found: Sequence[_Said]) -> set[str]:
    """The kinds that none of the others are as well: a bucket hat and a straw hat, of a hat."""
    kinds = {said.kind: said for said in found}
    return {
        kind
        for kind, said in kinds.items()
        if not any(_says(other, said) for other in kinds.values() if other.kind != kind)
    }


def _says(one: _Said, other: _Said) -> bool:
    is_broader = other.noun != one.noun and other.noun in one.names
    return is_broader or other.kind in one.names or one.kind.endswith(f" {other.kind}")


def _are_two(found: Sequence[_Said]) -> bool:
    """Whether a red one and a blue one are there, of different names."""
    colours: dict[str, set[str]] = {}
    for said in found:
        colours.setdefault(said.noun, set()).update(said.told(COLOUR_RANK))
    told = [each for each in colours.values() if each]
    return any(one.isdisjoint(other) for one in told for other in told)


def _lie_apart(found: Sequence[_Said]) -> bool:
    """Whether they are nobody's: a stone lantern and a paper lantern."""
    return all(said.slot == "thing" for said in found) and len(_different(found)) > 1


def _rank(said: _Said, slots: Sequence[str]) -> tuple[int, bool, int]:
    """How much is told of where it is, and of what it is like."""
    is_away = bool(said.state) or said.lead.endswith(_UNWORN)
    where = len(slots) - slots.index(said.slot)
    return max(where, is_away * _AWAY), is_away, said.thing.count(" ")


def _particular(said: _Said, found: Sequence[_Said]) -> tuple[int, int]:
    """How many of the others a name says too, and how many words it has."""
    return sum(_says(said, other) for other in found if other.kind != said.kind), said.kind.count(" ")


def _is_merged(said: _Said, kept: _Said) -> bool:
    """Whether both are one phrase anyway: a black skirt and a pleated skirt."""
    return said.slot == kept.slot and bool(kept.role.head) and said.role.head == kept.role.head


def _named(kept: _Said, thing: str) -> Role:
    """The role of what is kept, by another name: "an unworn hat" ─▶ "an unworn straw hat"."""
    lead = kept.lead
    for article in ("a ", "an "):
        if f" {lead}".endswith(f" {article}"):
            lead = lead.removesuffix(article)
    is_bare = lead in ("", _UNWORN, "an " + _UNWORN)
    lead = lead.removeprefix("an ")
    phrase = with_article(f"{lead}{thing}") if is_bare else lead + with_article(thing)
    ranks = lists().adjective_rank
    *words, head = thing.split(" ")
    modifiers = tuple((ranks.get(word, NOUN_RANK), word) for word in words)
    has_head = bool(kept.role.head) and not kept.state
    return replace(
        kept.role,
        phrase=phrase + kept.state,
        head=head if has_head else "",
        modifiers=modifiers if has_head else (),
    )
