"""Tags that say more beside others: black_footwear beside boots, holding_sword beside katana."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from composer.meanings import (
    BURNING,
    DAMAGED,
    DONE_WITH,
    DRIVING,
    ON,
    PLANTED,
    PLAYING,
    SITTING,
    SKY,
    YOUNG,
    Beside,
    Told,
    hung,
    in_nature,
    lying_on_floor,
    of_something,
    one_eye,
    only_one,
    planted,
    played,
    said_as,
    seated,
    young,
)
from composer.phrasing import REMEMBERED_TAGS, as_words, lists
from composer.words import COLOUR_RANK, REST, Role, role_of
from tags.implications import broader_tags
from tags.spelling import without_qualifiers

_HOLDING, _FLOWER, _RIBBON, _EMPTY = "holding_", "flower", "ribbon", "no_humans"
_SEATED = (SITTING, "standing")
_PLAYING_GAMES = "playing_games"
_ON, _INTERIOR = "_on_", "_interior"
# Behind the name of a thing that another tag may tell more exactly.
_PLACED = (
    ON,
    "in_",
    "under_",
    "behind_",
    "against_",
    "sitting_in_",
    "sitting_on_",
    "lying_on_",
    "standing_on_",
)
_STOOD_ON = frozenset(("thing", "vehicle"))
_UNWORN, _HAIR = "unworn_", "hair_"
_PRINT, _PRINTED = "_print", "print_"
_STATES = ("_under_arm", "_removed", "_slice", "_around_neck", "_over_one_eye")
_OBJECT, _WORN, _WEAPON = "_object", "clothes", "weapon"
_READ = ("reading", "riding", "driving")
# The only girl of several people wears one dress, whatever it is called.
_GOWNS, _GOWNS_OF_ONE = frozenset(("gown",)), frozenset(("hospital_gown", "dressing_gown"))
_OF_GIRLS, _ONE_GIRL = ("dress", "skirt"), "1girl"
# What lies on a face is rarely what lies on the table.
_NO_THINGS_ON = frozenset(("food", "leaf", "object", "rice", "snow"))
# A robot animal and a dog are one robot dog, a baby animal and a seal one baby seal.
_MADE_ANIMALS = frozenset(("robot_animal", "mechanical_animal", "baby_animal"))
# An animal or a car is of the colour that a tag tells.
_SEEN_AS_ONE = frozenset(("being", "vehicle", "thing"))
_STACKED, _STACK = ("stack_of_", "pile_of_"), ("_stack", "_pile")
_EYES, _EYEWEAR = "_eyes", ("glasses", "goggles")


def narrowed(tags: Sequence[str]) -> Iterator[tuple[str, Role]]:
    """Each tag with what it says beside the others, by itself where these add nothing.

    black_footwear is said as black_boots if boots are the only footwear, reading as reading_book if there is
    one, holding_sword as holding_katana, sitting as sitting_on_log, and ocean as on_ocean of a ship.
    """
    known = [_known(tag) for tag in tags]
    beside = Beside.of(tags, [told for told, _ in known])
    for tag, (told, rules) in zip(tags, known, strict=True):
        # Most tags have no rules.
        spoken = next(filter(None, (rule(tag, beside) for rule in rules)), "") if rules else ""
        yield tag, role_of(spoken) if spoken else _alone(told)


def _alone(told: Told) -> Role:
    """What a tag says by itself: a bare colour, such as orange, is that of anything, and no fruit."""
    is_colour = lists().adjective_rank.get(told.tag) == COLOUR_RANK and told.role.slot in _SEEN_AS_ONE
    return Role(REST, as_words(told.tag)) if is_colour else told.role


def _may_be_broad(tag: str) -> bool:
    """Whether it ends in a broad noun; an open shirt is no T-shirt."""
    return tag.rpartition("_")[2] in lists().broad and tag not in lists().words["never_narrowed"]


def _of_broad_noun(tag: str, beside: Beside) -> str:
    """black_footwear: black_boots."""
    noun = tag.rpartition("_")[2]
    broad = lists().broad
    done = tag.removesuffix(noun)
    if any(tag in other.broader for other in beside.told):
        return ""  # A cello says string_instrument.
    otherwise, narrower, of_one = broad[noun]
    if not _is_told_by_adjectives(tag):
        return done + otherwise if otherwise != noun else ""
    found = {each.noun for each in beside.told if each.noun in narrower or noun in each.noun_broader}
    if not found:
        kind = otherwise if done not in DONE_WITH else beside.narrowest(noun)
        return done + kind
    found -= {other for other in found if not found.isdisjoint(broad[other][1] if other in broad else ())}
    found -= set().union(*map(broader_tags, found))
    # Of several people, one may wear the dress and another the sundress.
    are_people = beside.people > 1
    are_several = are_people and not (noun in _OF_GIRLS and _ONE_GIRL in beside.tags)
    if are_people and found & _GOWNS and not _GOWNS_OF_ONE.isdisjoint(beside.tags):
        return ""  # The patient wears the gown, and not the nurse.
    # Red and green headwear are those of two, of whom the crown is nobody's.
    are_two = are_several and len(beside.coloured.get(noun, ())) > 1
    name = "" if are_two or ((of_one or done == PLAYING) and are_several) else only_one(found)
    if done not in DONE_WITH:
        kind = beside.narrowest(name) if name else otherwise
        kind = kind if kind.endswith(name) else name
        return kind if kind.startswith(done) else done + kind
    return done + beside.narrowest(name or noun)


def _is_told_by_adjectives(tag: str) -> bool:
    """Whether a noun stands alone, behind adjectives or behind what is done with it: no straw_hat."""
    *words, _ = tag.split("_")
    ranks = lists().adjective_rank
    return not words or f"{words[0]}_" in DONE_WITH or all(word in ranks for word in words)


def _of_garment(tag: str, beside: Beside) -> str:
    """Strapless: strapless_dress, if a dress is all that can be meant."""
    words = lists().words
    if beside.people != 1:
        return ""
    garments = words["upper_garments" if tag in words["of_garments"] else "outer_garments"]
    nouns = garments.intersection(each.noun for each in beside.told)
    garment = only_one(nouns.difference(*map(broader_tags, nouns)))
    return f"{tag.replace('off_shoulder', 'off-shoulder')}_{garment}" if garment else ""


def _done_with_thing(tag: str, beside: Beside) -> str:
    """holding_sword: holding_katana."""
    done = next(done for done in DONE_WITH if tag.startswith(done))
    if (done == PLAYING and beside.people > 1) or role_of(tag).slot == "clothes":
        return ""  # A riding jacket is worn.
    thing = tag.removeprefix(done)
    if thing in lists().words["parts"]:
        return ""  # Hands that are held are no mechanical arms.
    if beside.people > 1 and sum(other.endswith(f"_{thing}") and other != tag for other in beside.tags) > 1:
        return ""  # Of several umbrellas no tag tells whether it is the red one.
    # Of holding_arrow and arrow_(projectile) there is one arrow.
    spelled = [
        other for other in beside.tags if other.startswith(thing) and without_qualifiers(other) == thing
    ]
    kind = beside.narrowest(only_one(spelled) or thing)
    # The red umbrella and the oil-paper umbrella in her hand are one.
    colours = beside.coloured.get(thing, ())
    is_told = kind.partition("_")[0] in lists().adjective_rank or done != _HOLDING
    return done + kind if is_told or len(colours) != 1 else f"{done}{colours[0].removesuffix(thing)}{kind}"


def _on_part(tag: str, beside: Beside) -> str:
    """hat_on_head: straw_hat_on_head."""
    thing, _, part = tag.partition(_ON)
    parts = lists().words["parts"]
    if not thing or thing in _NO_THINGS_ON or tag.rpartition("_")[2] not in parts or beside.people > 1:
        return ""
    # A scar across the eye is not the one on the chest.
    kind = beside.narrowest(thing, lambda other: other.rpartition("_")[2] in parts)
    return f"{kind}{_ON}{part}"


def _in_state(tag: str, beside: Beside) -> str:
    """hat_removed: straw_hat_removed, cake_slice: strawberry_shortcake_slice."""
    if tag.startswith(_UNWORN):
        return _UNWORN + beside.narrowest(tag.removeprefix(_UNWORN), tag.__eq__)
    state = next(state for state in _STATES if tag.endswith(state))
    if tag.startswith(_HAIR):
        return ""
    return beside.narrowest(tag.removesuffix(state), tag.__eq__) + state


def _printed(tag: str, beside: Beside) -> str:
    """floral_print: floral_print_kimono beside print_kimono."""
    garments = [other.removeprefix(_PRINTED) for other in beside.tags if other.startswith(_PRINTED)]
    prints = [other for other in beside.tags if other.endswith(_PRINT)]
    return f"{tag}_{garments[0]}" if len(garments) == len(prints) == 1 else ""


def _placed(tag: str, beside: Beside) -> str:
    """on_bed: on_hospital_bed, in_box: in_cardboard_box."""
    if tag in lists().phrases:
        return ""
    placed = next(placed for placed in _PLACED if tag.startswith(placed))
    kind = beside.narrowest(tag.removeprefix(placed), lambda other: other.startswith(placed))
    return placed + kind if role_of(kind).slot in _STOOD_ON else ""


def _interior(tag: str, beside: Beside) -> str:
    """vehicle_interior: car_interior."""
    kind = beside.narrowest(tag.removesuffix(_INTERIOR), lambda other: other.endswith(_INTERIOR))
    return kind + _INTERIOR if role_of(kind).slot == "vehicle" else ""


def _made_animal(tag: str, beside: Beside) -> str:
    """robot_animal: robot_dog."""
    return tag.removesuffix("animal") + beside.narrowest("animal", tag.__eq__)


def _may_be_described(tag: str) -> bool:
    """Whether a colour or the like is told of a whole thing or animal: a long sword is a kind itself."""
    adjective, _, noun = tag.partition("_")
    rank = lists().adjective_rank.get(adjective)
    slot = role_of(tag).slot if rank == COLOUR_RANK else ""
    is_whole = slot in _SEEN_AS_ONE or slot == _WORN or noun in lists().words["carried_one"]
    return bool(rank and noun) and (is_whole or noun in (_FLOWER, _RIBBON) or _WEAPON in broader_tags(noun))


def _described(tag: str, beside: Beside) -> str:
    """white_horse: white_unicorn, red_car: red_sports_car, glowing_sword: glowing_katana."""
    adjective, _, noun = tag.partition("_")
    words, ranks = lists().words, lists().adjective_rank
    slot = role_of(tag).slot if ranks[adjective] == COLOUR_RANK else ""
    is_carried = noun in words["carried_one"]
    is_whole = slot in _SEEN_AS_ONE and (beside.people < 2 or not is_carried)
    is_hers = slot == _WORN or is_carried
    is_whole = is_whole or (is_hers and (beside.people == 1 or noun in words["worn_alike"]))
    is_whole = is_whole or noun == _FLOWER or (noun == _RIBBON and _EMPTY in beside.tags)
    if not (is_whole or _WEAPON in broader_tags(noun)):
        return ""
    alike = {tag, *beside.coloured.get(noun, ())}
    kind = beside.narrowest(noun, alike.__contains__)
    # Of two cats and a corgi, none is told to be the other, and a calico is of more than one colour.
    is_kind = kind not in words["coats"] and kind.partition("_")[0] not in ranks
    is_of_one_colour = len(alike) == 1 or (kind != noun and (slot == "being" or noun == _RIBBON))
    told = f"{adjective}_{kind}"
    # "An orange down jacket" is no jacket down.
    is_same = noun == _FLOWER or role_of(told).slot == role_of(kind).slot
    return told if is_of_one_colour and is_kind and is_same else ""


def _with_object(tag: str, beside: Beside) -> str:
    """Reading: reading_book, petting: petting_cat."""
    if tag == DRIVING and SITTING in beside.tags:
        return ""  # Who sits in the car drives that one.
    things = lists().objects.get(tag, frozenset[str]())
    found = {other for other in things.intersection(beside.tags) if not _is_stack(other)}
    # Who reads the book in her hand is told to hold it.
    held = [other for other in beside.tags if other.startswith(_HOLDING) and not _is_stack(other)]
    is_held = bool(held) and beside.people > 1 and tag not in _READ
    is_held = is_held or any(f"{_HOLDING}{each}" in held for each in found)
    thing = "" if is_held else only_one(found.difference(*map(broader_tags, found)))
    if tag in lists().words["done_to_animals"] and beside.people == 1:
        animals = [other for other in beside.tags if role_of(other).slot == "being" and not _is_stack(other)]
        kinds = [each for each in animals if not any(each in broader_tags(one) for one in animals)]
        if len(kinds) > 1:
            return f"{tag}_animal"
        thing = only_one(kinds)
    told = f"{tag.removesuffix(_OBJECT)}_{beside.narrowest(thing, _is_stack)}" if thing else ""
    # Whoever sews has no "sewing dress" on.
    return "" if role_of(told).slot == _WORN else told


def _is_stack(tag: str) -> bool:
    """Nobody reads a whole stack of books."""
    return tag.startswith(_STACKED) or tag.endswith(_STACK)


_RULES: Sequence[tuple[Callable[[str], bool], Callable[[str, Beside], str]]] = (
    (_may_be_broad, _of_broad_noun),
    (lambda tag: tag in lists().words["of_garments"] | lists().words["of_outerwear"], _of_garment),
    (lambda tag: tag.startswith(DONE_WITH), _done_with_thing),
    (lambda tag: _ON in tag, _on_part),
    (lambda tag: tag.endswith(_STATES) or tag.startswith(_UNWORN), _in_state),
    (lambda tag: tag.startswith(_PLACED), _placed),
    (lambda tag: tag.endswith(_INTERIOR), _interior),
    (lambda tag: tag.endswith(_EYES), one_eye),
    (lambda tag: tag.endswith(_EYEWEAR), hung),
    (lambda tag: tag.endswith(_PRINT), _printed),
    (lambda tag: tag == _PLAYING_GAMES, played),
    (lambda tag: tag in _SEATED, seated),
    (lambda tag: tag in _MADE_ANIMALS, _made_animal),
    (lambda tag: tag in (BURNING, DAMAGED), of_something),
    (lambda tag: tag in lists().said_as, said_as),
    (lambda tag: tag in PLANTED, planted),
    (lambda tag: tag == SKY or tag in lists().words["waters"], in_nature),
    (lambda tag: tag.endswith("_floor"), lying_on_floor),
    (lambda tag: not YOUNG.keys().isdisjoint(broader_tags(tag) | {tag}), young),
    (_may_be_described, _described),
    (lambda tag: tag in lists().objects or tag in lists().words["done_to_animals"], _with_object),
)


@lru_cache(maxsize=REMEMBERED_TAGS)
def _known(tag: str) -> tuple[Told, Sequence[Callable[[str, Beside], str]]]:
    """What a tag tells by itself, and the rules that may tell it more exactly."""
    return Told.by(tag), [rule for may_tell, rule in _RULES if may_tell(tag)]
