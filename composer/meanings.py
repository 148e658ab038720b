"""Tags that mean something else beside others: a chest beside gold is a treasure chest."""

from collections.abc import Sequence

from composer.kinds import narrowest, only_one
from composer.phrasing import lists
from composer.words import role_of
from tags.implications import broader_tags
from tags.people_counts import count_in, fewest_people

PLAYING = "playing_"
BURNING, DAMAGED = "burning", "damaged"
PLANTED = frozenset(("planted", "planted_weapon"))
# The slots of what may burn as well as a dragon.
_MAY_BURN = frozenset(("landmark", "place", "vehicle", "thing"))
_ALIVE = frozenset(("being", "kind", "quality"))
_EYEWEAR_HANG = "eyewear_hang"
_BOARD_GAME, _ONE_EYED, _PAIR = "a board game", "one-eyed", 2


def said_as(tag: str, tags: Sequence[str]) -> str:
    """What words.json says for a tag beside others, or kinds of them: glass beside juice: drinking_glass."""
    beside, said = lists().said_as[tag]
    are_there = any(beside & (broader_tags(other) | {other}) for other in tags if other != tag)
    return said if are_there or not beside else ""


def planted(tag: str, tags: Sequence[str]) -> str:
    """planted_weapon: planted_spear."""
    return f"planted_{narrowest('weapon', [other for other in tags if other != tag])}"


def played(_: str, tags: Sequence[str]) -> str:
    """Playing games: playing_shogi, beside a shogi board."""
    games = [game for game, things in lists().games.items() if not things.isdisjoint(tags)]
    # Shogi is a board game, which stands behind it in the list.
    games = games[:1] if games[1:] in ([], [_BOARD_GAME]) else []
    return f"{PLAYING}{games[0].replace(' ', '_')}" if games else ""


def one_eye(tag: str, tags: Sequence[str]) -> str:
    """The green eyes of somebody one-eyed are one."""
    return tag.removesuffix("s") if _ONE_EYED in tags and fewest_people(tags) < _PAIR else ""


def hung(tag: str, tags: Sequence[str]) -> str:
    """Sunglasses that hang from the shirt are not worn."""
    return f"{tag}_hanging_from_clothes" if _EYEWEAR_HANG in tags else ""


def of_something(tag: str, tags: Sequence[str]) -> str:
    """Burning: something_burning, where a village may burn as well as the dragon, or burning_car."""
    words = lists().words
    if tag == BURNING:
        others = [other for other in tags if other != tag and other not in words["fires"]]
        things = [other for other in others if role_of(other).slot in _MAY_BURN]
        has_others = any(count_in(other) or role_of(other).slot in _ALIVE for other in others)
        burnt = only_one([] if has_others else things) or "something"
        return f"{tag}_{burnt}" if burnt in things else f"something_{tag}" if things else ""
    # Of a girl and a robot it is the robot, unless she was built too.
    has_made_people = not (words["made_people"] - words["machines"]).isdisjoint(tags)
    machines = [other for other in tags if other.rpartition("_")[2] in words["machines"]]
    has_mecha = any(role_of(other).slot == "being" for other in machines)
    return f"something_{tag}" if has_made_people and has_mecha else ""
