"""What is told with something else: a sheath with its sword, trees with a forest, a tool with a deed."""

from dataclasses import replace
from functools import cache

from composer.phrasing import Remembered, and_list, in_plural, lists, with_article
from composer.picture import Picture
from composer.rules import follow
from composer.things import OWNED_SLOTS, UNWORN, Thing, leave_out, names_in, rename, things_in
from composer.words import COLOUR_RANK, Role
from tags.families import names_of
from tags.implications import broader_tags

_READING, _BOUQUET, _CLOTHES, _FLOWER = "reading", "bouquet", "clothes", "flower"
_SHEATHED, _ON_HILT = "{her} weapon sheathed", ("a hand on a hilt", "a hand on {her} hilt")
_SHEATHS = frozenset(("sheath", "scabbard"))
_WHOLE_SLOTS = ("clothes", "held", "thing")
_A_VEHICLE = " a vehicle"
ON_GROUND = (" on the ground", " on the floor")
_UNDER_ARM = "something under {her} arm"
_LOOKING_AT = "looking at "
_OVER_SHOULDER, _ON_HER_SHOULDER = "something over {her} shoulder", " on {her} shoulder"
_INSTRUMENT, _PLAYING = "instrument", "playing an instrument"
_SINGLE_GLOVE = "a single glove"
_ON_BACK = "a weapon on {her} back"


def put_together(picture: Picture) -> None:
    """Say of one person's things what belongs together, before those of one kind are said once."""
    _take_off(picture)
    _name_vehicle(picture)
    follow(picture, "of one")
    if picture.take("clothes", lambda role: role.phrase == _SINGLE_GLOVE):
        gloves = picture.take("clothes", lambda role: role.noun == "gloves")
        told = dict.fromkeys(word for role in gloves for _, word in role.modifiers)
        picture.put("clothes", [Role("clothes", " ".join(["a single", *told, "glove"]))])
    if len(acts := picture.phrases("act")) > 1:
        picture.take("act", lambda role: any(act.startswith(f"{role.phrase} ") for act in acts))
    _say_place_once(picture)


def part_of_wholes(picture: Picture) -> None:
    """Leave out the parts of what is told, the tools of what is done, and what every such place has."""
    _sheathe(picture)
    _give_to_wholes(picture)
    _leave_tools_to_acts(picture)
    _look_at_held(picture)
    follow(picture, "carried")
    for place in (*picture.phrases("place"), *(f"among {each}" for each in picture.phrases("among"))):
        _leave_out_members(picture, place)


def _say_place_once(picture: Picture) -> None:
    """Keep one phrase for each thing they are on: whoever sits under a tree also leans against that tree."""
    places = picture.roles.get("on", [])
    first = {role.noun: role for role in reversed(places)}
    picture.take("on", lambda role: first[role.noun] is not role)


def _name_vehicle(picture: Picture) -> None:
    """Name the vehicle of a deed: "leaning on a vehicle" beside a plane becomes "leaning on a plane"."""
    if not picture.has("vehicle", "being"):
        return
    machines = lists().words["machines"]
    found = [("vehicle", role) for role in picture.roles.get("vehicle", ())]
    found += [("being", role) for role in picture.roles.get("being", ()) if role.noun in machines]
    if len(found) != 1:
        return
    ((slot, vehicle),) = found
    for at in ("on", "pose", "act"):
        named = picture.take(at, lambda role: role.phrase.endswith(_A_VEHICLE))
        picture.put(
            at,
            [
                replace(role, phrase=role.phrase.removesuffix(_A_VEHICLE[1:]) + vehicle.phrase)
                for role in named
            ],
        )
        if named:
            picture.take(slot, lambda role: role is vehicle)


def _sheathe(picture: Picture) -> None:
    """The hand on the hilt, the sheath and the katana are one: "a hand on the hilt of {her} katana"."""
    in_hand = [role for role in picture.roles.get("gesture", ()) if role.phrase.startswith(_ON_HILT)]
    is_sheathed = bool(picture.take("gesture", lambda role: role.phrase == _SHEATHED))
    if not (is_sheathed or in_hand):
        return
    weapons = lists().words["sheathed_weapons"]
    swords = [said for said in things_in(picture, OWNED_SLOTS) if not weapons.isdisjoint(said.names)]
    if len(unheld := [said for said in swords if said.slot != "held"]) == 1:
        swords = unheld
    if not swords:
        picture.put("gesture", [Role("gesture", _SHEATHED)] if is_sheathed and not in_hand else [])
    if len(swords) == 1 and picture.take("body", lambda role: role.phrase == _ON_BACK):
        # The weapon on the back is that one.
        leave_out(picture, swords)
        picture.put("body", [Role("body", _ON_BACK.replace("a weapon", with_article(swords[0].thing)))])
        return
    held = picture.take("held", lambda role: role.noun in _SHEATHS)
    for slot in ("thing", "clothes"):
        picture.take(slot, lambda role: role.noun in _SHEATHS)
    if len(swords) != 1 or swords[0].state:
        picture.put("gesture", [Role("gesture", _SHEATHED)] if is_sheathed and len(swords) > 1 else [])
        return
    sword = f"{'sheathed ' if is_sheathed else ''}{swords[0].thing}"
    leave_out(picture, swords)
    if in_hand:
        picture.take("gesture", lambda role: role in in_hand)
        picture.put("gesture", [Role("gesture", f"a hand on the hilt of {{her}} {sword}")])
    elif held or swords[0].slot == "held":
        picture.put("held", [Role("held", with_article(sword))])
    else:
        picture.put("gesture", [Role("gesture", f"{{her}} {swords[0].thing} sheathed")])


def _take_off(picture: Picture) -> None:
    """Clothes around the waist are the jumpsuit that is there, and where nobody is, nothing is worn."""
    if not any(_CLOTHES in phrase for phrase in picture.phrases(*OWNED_SLOTS)):
        return
    generic = [said for said in things_in(picture, OWNED_SLOTS) if said.thing == _CLOTHES]
    states = [said.state for said in things_in(picture, ("clothes",)) if said.thing != _CLOTHES]
    leave_out(picture, [said for said in generic if said.state and said.state in states])
    if picture.has("empty") and any(said.lead.endswith(UNWORN) for said in generic):
        picture.put("thing", picture.take("clothes", lambda role: True))


def _give_to_wholes(picture: Picture) -> None:
    """Blue scrubs are a blue shirt and blue pants, and the roses are those of the bouquet."""
    told = ((slot, role.phrase) for slot in _WHOLE_SLOTS for role in picture.roles.get(slot, ()))
    if not any(_wholes_among(slot)[phrase] for slot, phrase in told):
        return
    found = [(said, said.names) for said in things_in(picture, _WHOLE_SLOTS)]
    for whole, parts in lists().wholes.items():
        wholes = [said for said, names in found if whole in names]
        if len(wholes) != 1:
            continue
        # The book that she holds does not stand in the bookshelf.
        can_be_held = wholes[0].slot == "held" or whole == _BOUQUET
        others = [said for said, _ in found if said not in wholes]
        others = [said for said in others if can_be_held or said.slot != "held"]
        theirs = [said for said in others if _is_part(said, parts)]
        if not theirs or _number_of_kinds(theirs) > (whole != _BOUQUET) * len(theirs) + 1:
            continue
        colours = dict.fromkeys(word for said in (*wholes, *theirs) for word in said.told(COLOUR_RANK))
        if whole == _BOUQUET:
            _tell_flowers(picture, wholes[0], theirs)
        elif len(colours) < 2:
            leave_out(picture, theirs)
            new = [word for word in colours if word not in wholes[0].thing.split(" ")]
            rename(picture, wholes[0], " ".join([*new, wholes[0].thing]))
            found = [(said, said.names) for said in things_in(picture, _WHOLE_SLOTS)]


@cache
def _wholes_among(slot: str) -> Remembered[bool]:
    """For each phrase of a slot, whether it is of something that has parts which are told with it."""
    return Remembered(lambda phrase: not lists().wholes.keys().isdisjoint(names_in(slot, phrase)))


def _tell_flowers(picture: Picture, bouquet: Thing, flowers: list[Thing]) -> None:
    """A bouquet and a red rose are a bouquet of red roses."""
    leave_out(picture, flowers)
    named = [flower for flower in flowers if flower.noun != _FLOWER or flower.told(COLOUR_RANK)]
    colours = {colour for flower in named for colour in flower.told(COLOUR_RANK)}
    words = [word for word in bouquet.role.phrase.split(" ") if word not in colours]
    told = f"{' '.join(words)} of {and_list(in_plural(flower.thing) for flower in named)}"
    if named:
        picture.roles[bouquet.slot] = [
            replace(role, phrase=told) if role is bouquet.role else role
            for role in picture.roles[bouquet.slot]
        ]


def _number_of_kinds(found: list[Thing]) -> int:
    return len({said.kind for said in found})


def _is_part(said: Thing, parts: frozenset[str]) -> bool:
    """Whether it is a part of a garment or a bouquet, or a thing that nothing more is told of: a book."""
    told = said.names if said.slot == "clothes" or _FLOWER in said.names else {said.thing.replace(" ", "_")}
    return not parts.isdisjoint(told)


def _look_at_held(picture: Picture) -> None:
    """Who holds a smartphone and looks at a phone looks at that one."""
    for held in picture.roles.get("held", ()):
        names = names_of(held.phrase.partition(" ")[2].replace(" ", "_"))
        looked = picture.take(
            "act",
            lambda role: role.phrase.startswith(_LOOKING_AT) and role.noun in names,  # noqa: B023
        )
        picture.put("act", [replace(role, phrase=f"{_LOOKING_AT}the {held.noun}") for role in looked])


def _leave_tools_to_acts(picture: Picture) -> None:
    """Whoever rides a broom holds it, and the book in her hand is what she reads."""
    if any(phrase.endswith(_ON_HER_SHOULDER) for phrase in picture.phrases("body")):
        picture.take("gesture", lambda role: role.phrase == _OVER_SHOULDER)
    if not picture.has("held"):
        return
    if len(picture.phrases("held")) == 1 and picture.take("gesture", lambda role: role.phrase == _UNDER_ARM):
        # It is what is held.
        phrase = picture.phrases("held")[0]
        picture.roles["held"] = [
            replace(picture.roles["held"][0], phrase=phrase + _UNDER_ARM.removeprefix("something"))
        ]
    held = {role.noun for role in picture.roles.get("held", ())}
    instruments = [role for role in picture.roles.get("held", ()) if _INSTRUMENT in broader_tags(role.noun)]
    if len(instruments) == 1 and picture.take("act", lambda role: role.phrase == _PLAYING):
        # With a piano in view too, it is the violin in her hands that she plays.
        picture.take("held", lambda role: role is instruments[0])
        played = instruments[0].phrase.partition(" ")[2]
        picture.put("act", [Role("act", _PLAYING.replace("an instrument", f"the {played}"))])
    read = picture.take("act", lambda role: role.phrase.startswith(f"{_READING} ") and role.noun in held)
    picture.put("act", [replace(role, phrase=_READING) for role in read])
    done = {act.rpartition(" ")[2] for act in picture.phrases("act") if " " in act}
    picture.take("held", lambda role: role.noun in done)


def _leave_out_members(picture: Picture, place: str) -> None:
    """A forest has trees."""
    words, noun = place.partition(" ")[2].removeprefix("a ").replace(" ", "_"), place.rpartition(" ")[2]
    members = lists().members.get(words, frozenset()) | lists().members.get(noun, frozenset())
    picture.take("thing", lambda role: role.phrase.removeprefix("a ").replace(" ", "_") in members)
