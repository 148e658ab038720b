"""What belongs to whom, where the words of a tag alone do not tell: the cat sleeps, not she who knits."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from composer.phrasing import and_list, lists, with_article
from composer.picture import COUNTS, Picture, counted_people
from composer.words import REST, Role
from english import plural
from tags.people import GIRLS, OTHERS

_SLEEPING, _CLOTHED, _DAMAGED, _WET = "sleeping", "clothed", "damaged", "wet"
_ON_LAP = " on {her} lap"
_INDOORS, _OUTDOORS = "indoors", "outdoors"
_LOOKS = ("hair", "hairstyle", "eyes", "body", "clothes", "pose")


def settle(picture: Picture, tags: Sequence[str]) -> None:
    """Move what the picture says to the slots of those whose it is; `tags` are all of the picture."""
    _give_wings_to_dragons(picture, tags)
    _give_wings_to_creatures(picture)
    _give_parts_to_animals(picture)
    _look_at_dolls(picture)
    _serve(picture, tags)
    _give_damage_to_machines(picture)
    _put_down_bags(picture)
    _let_birds_pass(picture)
    _give_sleep_to_animals(picture)
    _give_parts_to_buildings(picture)
    _give_land_to_the_shore(picture)
    _see_from_the_air(picture)
    _name_creatures(picture)
    _count_animals(picture)
    _meet_foes(picture)
    _go_inside(picture)
    # Letters and marks are in the picture, and no way of showing it.
    _put(picture, "mark", _take(picture, "text", _is_mark))
    if picture.has("clothes"):
        for slot in ("act", "quality"):
            _take(picture, slot, lambda role: role.phrase == _CLOTHED)
    if lists().words["animal_people"].intersection(picture.phrases("quality")):
        # An anthro wolf is a wolf itself, and not together with one.
        picture.species += [being.partition(" ")[2] for being in picture.phrases("being")]
        picture.roles.pop("being", None)


def _take(picture: Picture, slot: str, is_meant: Callable[[Role], bool]) -> list[Role]:
    """Take out of a slot the roles that are meant."""
    roles = picture.roles.get(slot, [])
    taken = [role for role in roles if is_meant(role)]
    left = [role for role in roles if role not in taken]
    if left:
        picture.roles[slot] = left
    else:
        picture.roles.pop(slot, None)
    return taken


def _put(picture: Picture, slot: str, roles: Sequence[Role]) -> None:
    """Add roles to a slot, which stays away where there are none."""
    if roles:
        picture.roles.setdefault(slot, []).extend(roles)


def _move(picture: Picture, slot: str, to: str, nouns: Collection[str]) -> None:
    """Move to another slot what ends in one of the nouns, without the first word: "in a cafe", "a cafe"."""
    for role in _take(picture, slot, lambda role: _noun(role) in nouns):
        phrase = role.phrase.partition(" ")[2]
        picture.roles.setdefault(to, []).append(replace(role, slot=to, phrase=phrase))


def _noun(role: Role) -> str:
    return role.phrase.rpartition(" ")[2]


def _give_wings_to_dragons(picture: Picture, tags: Sequence[str]) -> None:
    """Beside a dragon, wings and a tail are those of the dragon, unless somebody is a kind that has some."""
    words, beings = lists().words, picture.roles.get("being", [])
    ridden = picture.roles.get("act", [])
    found = next(
        (
            (roles, at)
            for roles in (beings, ridden)
            for at, role in enumerate(roles)
            if _noun(role) in words["winged"]
        ),
        None,
    )
    has_own = any(not _is_trade(role) for role in picture.roles.get("kind", ()))
    if found is None or not picture.has(*COUNTS) or has_own or "animal_ears" in tags:
        return
    roles, at = found
    if parts := _take(picture, "body", lambda role: _noun(role) in words["animal_parts"]):
        kind = f"{_noun(roles[at])} "
        said = and_list(part.phrase.replace(kind, "") for part in parts)
        roles[at] = replace(roles[at], phrase=f"{roles[at].phrase} with {said}")


def _is_trade(role: Role) -> bool:
    """Whether a kind is what somebody does: a knight has no wings."""
    return _noun(role) in lists().words["trades"]


def _give_damage_to_machines(picture: Picture) -> None:
    """Beside a robot, it is the robot that is damaged."""
    words, beings = lists().words, picture.roles.get("being", [])
    at = next((at for at, role in enumerate(beings) if _noun(role) in words["machines"]), None)
    kinds = " ".join(picture.phrases("kind")).split(" ")
    if at is None or not picture.has(*COUNTS) or not words["made_people"].isdisjoint(kinds):
        return
    if _take(picture, "act", lambda role: role.phrase == _DAMAGED):
        machine = f"{_DAMAGED} {beings[at].phrase.partition(' ')[2]}"
        beings[at] = replace(beings[at], phrase=with_article(machine))


def _give_wings_to_creatures(picture: Picture) -> None:
    """Of several characters of whom only one is a person, the others have the wings and breathe fire."""
    if len(picture.names) > 1 and counted_people(picture)[1] == 1:
        words = lists().words
        _put(picture, "thing", _take(picture, "body", lambda role: _noun(role) in words["animal_parts"]))
        fire = _take(picture, "act", lambda role: role.phrase.replace(" ", "_") in words["acts_of_creatures"])
        _put(picture, REST, fire)


def _give_parts_to_animals(picture: Picture) -> None:
    """Beside an octopus, it is the octopus that has tentacles, and no mermaid."""
    if not picture.has(*COUNTS):
        return
    has_own = any(not _is_trade(role) for role in picture.roles.get("kind", ()))
    beings, parts = picture.roles.get("being", []), {} if has_own else lists().parts_of
    for at, being in enumerate(beings):
        noun = _noun(being)
        if theirs := _take(picture, "body", lambda role: noun in parts.get(_noun(role), ())):  # noqa: B023
            said = and_list(part.phrase for part in theirs)
            beings[at] = replace(being, phrase=f"{being.phrase} with {said}")


def _look_at_dolls(picture: Picture) -> None:
    """Where nobody else can have blonde hair, the doll has; the scarecrow wears the hat, and not the crow."""
    words, beings = lists().words, picture.roles.get("being", [])
    somebody = _has_people(picture) or picture.has("kind", "quality")
    if somebody or not picture.has(*_LOOKS) or any(_noun(role) not in words["bystanders"] for role in beings):
        return
    if dolls := _take(picture, "thing", lambda role: _noun(role) in words["figures"]):
        _put(picture, "thing", beings)
        picture.roles["being"] = dolls


def _has_people(picture: Picture) -> bool:
    return bool(picture.has(*COUNTS) or picture.names or picture.species)


def _serve(picture: Picture, tags: Sequence[str]) -> None:
    """Salmon beside sushi is no animal."""
    # Unless it is the cook itself.
    edible = lists().words["edible"]
    is_alone = all(_noun(role) in edible for role in picture.roles.get("being", ()))
    is_somebody = is_alone and picture.has(*_LOOKS, "act") and not _has_people(picture)
    if not lists().words["dishes"].isdisjoint(tags) and not is_somebody:
        _move(picture, "being", "thing", edible)


def _put_down_bags(picture: Picture) -> None:
    """A bag beside a cat is worn by nobody."""
    if not _has_people(picture) and not picture.has("kind", "quality"):
        carried = lists().words["carried"]
        _put(picture, "thing", _take(picture, "clothes", lambda role: _noun(role) in carried))


def _let_birds_pass(picture: Picture) -> None:
    """A ship with a seagull is a picture of the ship, and beside a bear in an apron a bee wears none."""
    words, beings = lists().words["bystanders"], picture.roles.get("being", [])
    others = [role for role in beings if _noun(role) not in words]
    is_beside = picture.has("clothes", "held", "act") if others else picture.has("vehicle")
    is_described = picture.has(*_LOOKS) and not others
    if is_beside and not is_described and not _has_people(picture):
        _put(picture, "thing", _take(picture, "being", lambda role: _noun(role) in words))


def _give_sleep_to_animals(picture: Picture) -> None:
    """Whoever knits does not sleep, so the cat beside her does."""
    acts, beings = picture.roles.get("act", []), picture.roles.get("being", [])
    on_lap = [role for role in picture.roles.get("body", ()) if role.phrase.endswith(_ON_LAP)]
    beings = beings or on_lap
    somebody_sleeps = any(role.phrase == _SLEEPING for role in acts)
    eyes_are_closed = "closed eyes" in picture.phrases("gesture")
    is_one_of_each = len(beings) == counted_people(picture)[1] == 1
    if not somebody_sleeps or len(acts) < 2 or eyes_are_closed or not is_one_of_each:
        return
    _take(picture, "act", lambda role: role.phrase == _SLEEPING)
    animal = beings[0].phrase.partition(" ")[2]
    slot = "body" if beings is on_lap else "being"
    sleeping = replace(beings[0], phrase=f"a {_SLEEPING} {animal}")
    picture.roles[slot] = [sleeping if role is beings[0] else role for role in picture.roles[slot]]


def _give_parts_to_buildings(picture: Picture) -> None:
    """Outdoors a shop is no place to be in, and where nobody is, a balcony is a part of the building."""
    words = lists().words
    in_open_air = any(_noun(role) in words["open_air"] for role in picture.roles.get("place", ()))
    if _has_people(picture):
        if in_open_air or _OUTDOORS in picture.phrases("inout"):
            _move(picture, "place", "landmark", words["buildings"])
        if any(_noun(role) in words["streets"] for role in picture.roles.get("place", ())):
            _move(picture, "place", "thing", words["parts_of_buildings"])
    elif picture.has("landmark") and not picture.has("clothes", "act", "pose"):
        _move(picture, "place", "thing", words["buildings"] | words["parts_of_buildings"])
    elif picture.has("sky") or in_open_air:
        _move(picture, "place", "thing", words["buildings"])


def _count_animals(picture: Picture) -> None:
    """A black cat and a white cat are some of the multiple cats, and of the animals."""
    beings = picture.roles.get("being", [])
    if len(beings) > 1:
        _take(picture, "being", lambda role: role.phrase == "animals")
    for role in [role for role in beings if role.phrase.startswith("multiple ")]:
        some = _take(picture, "being", lambda one: one is not role and plural(_noun(one)) == _noun(role))  # noqa: B023
        if some:
            told = f"{role.phrase}, among them {and_list(one.phrase for one in some)}"
            picture.roles["being"] = [
                replace(one, phrase=told) if one is role else one for one in picture.roles["being"]
            ]


def _meet_foes(picture: Picture) -> None:
    """A knight is no skeleton, but meets one, and beside a robot a girl is no waiter."""
    words, kinds = lists().words, picture.roles.get("kind", ())
    if counted_people(picture)[1] != 1:
        return
    others = words["foes"] if any(map(_is_trade, kinds)) else frozenset[str]()
    if picture.has("being"):
        others |= words["men"] if picture.has(GIRLS) else words["women"]
    _put(picture, "being", _take(picture, "kind", lambda role: _noun(role) in others))


def _is_mark(role: Role) -> bool:
    return _noun(role) in lists().words["marks"] and not role.phrase.startswith("a focus")


def _go_inside(picture: Picture) -> None:
    """Indoors one is in the castle, and not near it; where nobody is, a cockpit is a part of the ship."""
    words = lists().words
    if _INDOORS in picture.phrases("inout"):
        for role in _take(picture, "landmark", lambda role: _noun(role) in words["enterable"]):
            _put(picture, "place", [replace(role, slot="place", phrase=f"in {role.phrase}")])
    is_empty = not (_has_people(picture) or picture.has("being", "kind", "quality"))
    if is_empty and _take(picture, "act", lambda role: role.phrase == _WET):
        _put(picture, "thing", [Role("thing", "wet ground")])
    if picture.has("empty") and picture.has("vehicle") and not picture.has(*_LOOKS, "act", "quality"):
        # The ship is shown, with a skeleton on board.
        _put(picture, "thing", _take(picture, "kind", lambda role: True))
    if picture.has("vehicle") and not (_has_people(picture) or picture.has("being", "kind")):
        _move(picture, "place", "thing", words["inside_vehicles"])


def _give_land_to_the_shore(picture: Picture) -> None:
    """A ship on the ocean is near an island, and not on it."""
    if (
        picture.has(*COUNTS)
        or picture.names
        or not any(said.startswith("on the ") for said in picture.phrases("on"))
    ):
        return
    ashore = lists().words["on_shore"]
    nouns = {noun for role in picture.roles.get("place", ()) if (noun := _noun(role)) not in ashore}
    _move(picture, "place", "feature", nouns)


def _see_from_the_air(picture: Picture) -> None:
    """Who falls from the sky is above the field, and not in it."""
    words = lists().words
    if words["in_air"].isdisjoint(picture.phrases("pose", "act")):
        return
    for role in _take(picture, "place", lambda role: _noun(role) in words["seen_from_air"]):
        above = replace(role, phrase=f"above {role.phrase.partition(' ')[2]}")
        picture.roles.setdefault("place", []).append(above)


def _name_creatures(picture: Picture) -> None:
    """Names that no people have are those of the creatures: "Anya and Bond, a girl and a dog"."""
    people, names = counted_people(picture)[1], len(picture.names)
    known = lists().words["namesakes"]
    # The White Rabbit is the rabbit.
    called = {name.rpartition(" ")[2].lower() for name in picture.names}
    _take(picture, "being", lambda role: _noun(role) in called)
    kinds = [role for role in picture.roles.get("kind", ()) if _noun(role) in known]
    beings = picture.roles.get("being", [])
    if picture.has(OTHERS) and picture.has("empty"):
        # What is counted besides people is the creature itself.
        names, people = names or people, 0
    if not names or len(kinds) + len(beings) != names - people:
        return
    _take(picture, "being", lambda role: True)
    if names > 1:
        _take(picture, "kind", lambda role: role in kinds)
        _put(picture, "namesake", [*kinds, *beings])
    else:
        _put(picture, "kind", beings)
