"""Tags that mean something else beside others: a chest beside gold is a treasure chest, a sword a katana."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from composer.phrasing import lists
from composer.words import COLOUR_RANK, Role, role_of
from tags.implications import broader_tags
from tags.people_counts import count_in, fewest_people

# Before the name of a thing that another tag may tell more exactly.
DONE_WITH = ("holding_", "playing_", "riding_", "walking_")
ON = "on_"
_NO_KINDS = (*DONE_WITH, ON, "slice_of_", "unworn_", "floating_", "flying_", "falling_")
_NO_THINGS = frozenset(("gesture", "act"))
PLAYING = "playing_"
BURNING, DAMAGED = "burning", "damaged"
PLANTED = frozenset(("planted", "planted_weapon"))
# The slots of what may burn as well as a dragon.
_MAY_BURN = frozenset(("landmark", "place", "vehicle", "thing"))
_ALIVE = frozenset(("being", "kind", "quality"))
_EYEWEAR_HANG = "eyewear_hang"
_BOARD_GAME, _ONE_EYED, _PAIR = "a board game", "one-eyed", 2
SITTING, DRIVING, SKY = "sitting", "driving", "sky"
_CLOUDY_SKY, _CLOUDS = "cloudy_sky", frozenset(("cloud", "clouds"))
_ANIMALS_ALONE = frozenset(("no_humans", "animal_focus"))
_ANTHRO = "anthro"
_ASHORE, _MARINE = frozenset(("canine", "feline", "equine", "rodent")), "marine"
_MOORINGS = frozenset(("harbor", "port", "marina", "dock", "pier"))
# A corgi and a puppy are one corgi puppy.
YOUNG = {"dog": "puppy", "cat": "kitten", **dict.fromkeys(("lion", "tiger", "bear", "wolf"), "cub")}
_MULTIPLE = "multiple_"
_SIDES = frozenset(("on_side", "on_back", "on_stomach"))


class Told(NamedTuple):
    """What a tag tells by itself.

    `noun` is its last word, `coloured` what is behind its first word if that is a colour; `broader` are the
    tags that it says too, and `noun_broader` those that its last word says.
    """

    tag: str
    role: Role
    noun: str
    coloured: str
    broader: frozenset[str]
    noun_broader: frozenset[str]
    is_count: bool

    @classmethod
    def by(cls, tag: str) -> "Told":
        """What this tag tells."""
        (first, _, rest), noun = tag.partition("_"), tag.rpartition("_")[2]
        coloured = rest if lists().adjective_rank.get(first) == COLOUR_RANK else ""
        said = broader_tags(tag), broader_tags(noun)
        return cls(tag, role_of(tag), noun, coloured, *said, is_count=bool(count_in(tag)))


@dataclass(frozen=True, slots=True)
class Beside:
    """The tags of a picture, beside which one of them may mean something else.

    `told` is what each of them tells by itself. `people` is how many they count at least, and `coloured` has
    for a noun those that have a colour before it.
    """

    tags: Sequence[str]
    told: Sequence[Told]
    people: int
    coloured: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, tags: Sequence[str], told: Sequence[Told]) -> "Beside":
        """What a rule can ask of the tags of a picture."""
        coloured: dict[str, list[str]] = {}
        counts = []
        for each in told:
            if each.coloured:
                coloured.setdefault(each.coloured, []).append(each.tag)
            elif each.is_count:
                counts.append(each.tag)
        return cls(tags, told, fewest_people(counts), coloured)

    def narrowest(self, thing: str, is_left_out: Callable[[str], bool] | None = None) -> str:
        """The only tag that is this thing and no broader one of the same, katana for sword, or the thing.

        Tags that are left out are looked at as if they were not there.
        """
        # A family, such as ursine, is no kind of bear, a stack of books no book, and a phone booth no phone.
        families, many = lists().words["families"], lists().words["collections"]
        found = [
            each
            for each in self.told
            if thing in each.broader
            and not (each.tag in families or each.tag.startswith(_NO_KINDS) or each.noun in many)
            and each.role.slot not in _NO_THINGS
            and not (is_left_out and is_left_out(each.tag))
        ]
        narrow = [each.tag for each in found if not any(each.tag in other.broader for other in found)]
        # A glowing sword beside a katana is no other one.
        named = [kind for kind in narrow if kind.partition("_")[0] not in lists().adjective_rank]
        return only_one(narrow) or only_one(named) or thing

    def slots(self) -> frozenset[str]:
        """The slots in which they are said, each by itself."""
        return frozenset([each.role.slot for each in self.told])


def only_one(found: Collection[str]) -> str:
    """The only one of these, "" where there are none or several."""
    return next(iter(found)) if len(found) == 1 else ""


def said_as(tag: str, beside: Beside) -> str:
    """What words.json says for a tag beside others, or kinds of them: glass beside juice: drinking_glass."""
    others, said = lists().said_as[tag]
    are_there = any(others & (broader_tags(other) | {other}) for other in beside.tags if other != tag)
    return said if are_there or not others else ""


def planted(tag: str, beside: Beside) -> str:
    """planted_weapon: planted_spear."""
    return f"planted_{beside.narrowest('weapon', tag.__eq__)}"


def played(_: str, beside: Beside) -> str:
    """Playing games: playing_shogi, beside a shogi board."""
    games = [game for game, things in lists().games.items() if not things.isdisjoint(beside.tags)]
    # Shogi is a board game, which stands behind it in the list.
    games = games[:1] if games[1:] in ([], [_BOARD_GAME]) else []
    return f"{PLAYING}{games[0].replace(' ', '_')}" if games else ""


def one_eye(tag: str, beside: Beside) -> str:
    """The green eyes of somebody one-eyed are one."""
    return tag.removesuffix("s") if _ONE_EYED in beside.tags and beside.people < _PAIR else ""


def hung(tag: str, beside: Beside) -> str:
    """Sunglasses that hang from the shirt are not worn."""
    return f"{tag}_hanging_from_clothes" if _EYEWEAR_HANG in beside.tags else ""


def of_something(tag: str, beside: Beside) -> str:
    """Burning: something_burning, where a village may burn as well as the dragon, or burning_car."""
    words = lists().words
    if tag == BURNING:
        others = [other for other in beside.tags if other != tag and other not in words["fires"]]
        things = [other for other in others if role_of(other).slot in _MAY_BURN]
        has_others = any(count_in(other) or role_of(other).slot in _ALIVE for other in others)
        burnt = only_one([] if has_others else things) or "something"
        return f"{tag}_{burnt}" if burnt in things else f"something_{tag}" if things else ""
    # Of a girl and a robot it is the robot, unless she was built too.
    has_made_people = not (words["made_people"] - words["machines"]).isdisjoint(beside.tags)
    machines = [other for other in beside.tags if other.rpartition("_")[2] in words["machines"]]
    has_mecha = any(role_of(other).slot == "being" for other in machines)
    return f"something_{tag}" if has_made_people and has_mecha else ""


def seated(tag: str, beside: Beside) -> str:
    """Sitting: sitting_on_log."""
    if any(other.startswith(ON) for other in beside.tags):
        return ""
    words = lists().words
    seats = words["seats" if tag == SITTING else "boats"].intersection(beside.tags)
    if DRIVING in beside.tags:
        seats |= lists().objects[DRIVING].intersection(beside.tags)
    if not _ANIMALS_ALONE.isdisjoint(beside.tags):
        seats -= words["boats"]  # The cats may sit on the pier.
    seat = only_one(seats.difference(*map(broader_tags, seats)))
    if not seat:
        return ""
    are_several = beside.people > 1 or "company" in beside.slots()
    if seat in words["boats"] and not _MOORINGS.isdisjoint(beside.tags):
        return ""  # In a harbor there are other things to sit on.
    if seat in words["one_seat"] and are_several:
        return ""
    is_deep = seat in words["deep_seats"] or seat in lists().objects[DRIVING]
    where = "in" if is_deep else "on"
    return f"{tag}_{where}_{beside.narrowest(seat)}"


def lying_on_floor(tag: str, beside: Beside) -> str:
    """wooden_floor: on_wooden_floor, of who lies where no bed is."""
    can_lie = lists().words["beds"].union(lists().words["seats"])
    is_on_floor = "lying" in beside.tags and can_lie.isdisjoint(beside.tags) and beside.people == 1
    is_elsewhere = any(other.startswith(ON) and other not in _SIDES for other in beside.tags)
    return f"{ON}{tag}" if is_on_floor and not is_elsewhere else ""


def in_nature(tag: str, beside: Beside) -> str:
    """Sky: cloudy_sky, ocean: on_ocean."""
    if tag in lists().words["waters"]:
        return _on_or_in(beside) + tag
    if _CLOUDS.isdisjoint(beside.tags) or any(other.endswith(f"_{SKY}") for other in beside.tags):
        return ""
    return _CLOUDY_SKY


def _on_or_in(beside: Beside) -> str:
    """Whether what is shown is on the water or in it: "on_", "in_", or "" where it is only near."""
    afloat, inside = (lists().words[name] for name in ("on_water", "in_water"))
    if not inside.isdisjoint(beside.tags) and _ANTHRO not in beside.tags:
        return "in_"
    can_sit = SITTING in beside.tags and _ANIMALS_ALONE.isdisjoint(beside.tags)
    if (can_sit and not lists().words["boats"].isdisjoint(beside.tags)) or not afloat.isdisjoint(beside.tags):
        return "on_"
    if any(each.is_count for each in beside.told):
        return ""
    slots = beside.slots()
    # Cats in a harbor are not on the sea.
    are_ashore = any(_ASHORE & each.broader and _MARINE not in each.broader for each in beside.told)
    are_shown = "animal_focus" in beside.tags or "landmark" not in slots
    if are_ashore or not are_shown:
        return ""
    if "frame" not in slots and not lists().words["fish"].isdisjoint(beside.tags):
        return "in_"
    return "on_" if any("watercraft" in each.broader for each in beside.told) else ""


def young(tag: str, beside: Beside) -> str:
    """Corgi: corgi_puppy."""
    for parent, child in YOUNG.items():
        if child in beside.tags and tag != child:
            # Where several kinds are shown, nobody knows which of them is young.
            kinds = [other for other in beside.tags if other == parent or parent in broader_tags(other)]
            narrow = [
                kind
                for kind in kinds
                if kind != child and not any(kind in broader_tags(other) for other in kinds)
            ]
            # The tigress is no cub of her group.
            are_several = any(kind.startswith(_MULTIPLE) or kind == "group" for kind in beside.tags)
            if narrow == [tag] and not are_several:
                return f"{tag}_{child}"
    return ""
