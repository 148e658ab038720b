"""What belongs to the animals, dragons and robots of a picture: the cat sleeps, not she who knits."""

from collections.abc import Sequence
from dataclasses import replace

from composer.bystanders import let_birds_pass, settle_bystanders
from composer.phrasing import and_list, lists, with_article
from composer.picture import COUNTS, NAMED, Picture
from composer.rules import follow
from composer.words import Role
from english import NUMBER_WORDS, plural
from tags.implications import broader_tags
from tags.people_counts import GIRLS, OTHERS

_SLEEPING, _DAMAGED = "sleeping", "damaged"
_ANIMAL, _ANIMAL_EARS, _COLLAR, _PERSON = "_animal", "animal_ears", "collar", " another person"
_SAILOR = "sailor collar"
COUNTED_AS_MANY = frozenset(("multiple", *NUMBER_WORDS[2:]))
_ENDS_OF_TRADES = ("ist", "er", "or", "ian", "man", "woman", "smith")
_POKEMON = "a Pokemon creature"
_AVIAN, _HARPY, _FEATHERS = "avian", "a harpy", "feathers"
_AGES = frozenset(("child", "girl", "boy"))
_MULTIPLE, _ANIMALS = "multiple ", "animals"
_BREATHING_FIRE = "breathing fire"
_ON_LAP = " on {her} lap"


def settle_creatures(picture: Picture, tags: Sequence[str]) -> None:
    """Give creatures what is theirs; `tags` are all of the picture."""
    if picture.has("being"):
        _count_animals(picture)
    _give_wings_to_dragons(picture, tags)
    _give_wings_to_creatures(picture)
    follow(picture, "animals")
    _give_parts_to_animals(picture)
    _give_damage_to_machines(picture)
    let_birds_pass(picture)
    _give_sleep_to_animals(picture)
    _name_creatures(picture)
    _meet_foes(picture)
    _tell_of_animals(picture, tags)
    _give_feathers(picture)
    _look_at_animals(picture)
    follow(picture, "rain")
    settle_bystanders(picture)


def _give_wings_to_dragons(picture: Picture, tags: Sequence[str]) -> None:
    """Beside a dragon, wings and a tail are those of the dragon, unless somebody is a kind that has some."""
    words, beings = lists().words, picture.roles.get("being", [])
    fire = picture.take("act", lambda role: role.phrase == _BREATHING_FIRE)
    ridden = picture.roles.get("act", [])
    found = next(
        (
            (roles, at)
            for roles in (beings, ridden)
            for at, role in enumerate(roles)
            if role.noun in words["winged"]
        ),
        None,
    )
    has_own = any(not is_trade(role) for role in picture.roles.get("kind", ()))
    if found is None or not picture.has(*COUNTS) or has_own or "animal_ears" in tags:
        picture.put("act", fire)
        return
    roles, at = found
    # The riders are not those who breathe fire.
    picture.put("thing", [Role("thing", "fire breath")] if fire else [])
    if parts := picture.take("body", lambda role: role.noun in words["animal_parts"]):
        kind = f"{roles[at].noun} "
        said = and_list(part.phrase.replace(kind, "") for part in parts)
        roles[at] = replace(roles[at], phrase=f"{roles[at].phrase} with {said}")


def is_trade(role: Role) -> bool:
    """Whether a kind is what somebody does: a knight has no wings."""
    return role.noun in lists().words["trades"] or role.noun.endswith(_ENDS_OF_TRADES)


def _give_damage_to_machines(picture: Picture) -> None:
    """Beside a robot, it is the robot that is damaged, and where nobody is, the robot that is repaired."""
    words, beings = lists().words, picture.roles.get("being", [])
    kinds = " ".join(picture.phrases("kind")).split(" ")
    if not picture.has(*COUNTS) or not words["made_people"].isdisjoint(kinds):
        return
    at = next((at for at, role in enumerate(beings) if role.noun in words["machines"]), None)
    # It is the cockpit that is damaged, and not the pilot.
    if picture.take("act", lambda role: role.phrase == _DAMAGED) and at is not None:
        machine = f"{_DAMAGED} {beings[at].phrase.partition(' ')[2]}"
        beings[at] = replace(beings[at], phrase=with_article(machine))


def _give_wings_to_creatures(picture: Picture) -> None:
    """Of several characters of whom only some are people, the others have the wings and breathe fire."""
    words = lists().words
    if not picture.names:
        return
    others = [role for slot in ("being", "kind") for role in picture.roles.get(slot, ())]
    have_some = any(role.noun in words["namesakes"] | words["winged"] for role in others)
    number = picture.number
    if len(picture.names) > number and (number == 1 or (number and have_some)):
        picture.put("thing", picture.take("body", lambda role: role.noun in words["animal_parts"]))
        fire = picture.take("act", lambda role: role.phrase.replace(" ", "_") in words["acts_of_creatures"])
        picture.put("thing", [replace(role, phrase=f"something {role.phrase}") for role in fire])


def _give_parts_to_animals(picture: Picture) -> None:
    """Beside an octopus, it is the octopus that has tentacles, and no mermaid."""
    if not picture.has(*COUNTS):
        return
    has_own = any(not is_trade(role) for role in picture.roles.get("kind", ()))
    beings, parts = picture.roles.get("being", []), {} if has_own else lists().parts_of
    for at, being in enumerate(beings):
        noun = being.noun
        if theirs := picture.take("body", lambda role: noun in parts.get(role.noun, ())):  # noqa: B023
            said = and_list(part.phrase for part in theirs)
            beings[at] = replace(being, phrase=f"{being.phrase} with {said}")


def _give_sleep_to_animals(picture: Picture) -> None:
    """Whoever knits does not sleep, so the cat beside her does."""
    acts, beings = picture.roles.get("act", []), picture.roles.get("being", [])
    if len(acts) < 2:
        return
    on_lap = [role for role in picture.roles.get("body", ()) if role.phrase.endswith(_ON_LAP)]
    animals = [role for role in beings if role.noun not in lists().words["machines"]] or on_lap
    somebody_sleeps = any(role.phrase == _SLEEPING for role in acts)
    eyes_are_closed = "closed eyes" in picture.phrases("gesture")
    is_one_of_each = len(animals) == picture.number == 1
    if not somebody_sleeps or eyes_are_closed or not is_one_of_each:
        return
    picture.take("act", lambda role: role.phrase == _SLEEPING)
    animal = animals[0].phrase.partition(" ")[2]
    slot = "body" if animals is on_lap else "being"
    sleeping = replace(animals[0], phrase=f"a {_SLEEPING} {animal}")
    picture.roles[slot] = [sleeping if role is animals[0] else role for role in picture.roles[slot]]


def _count_animals(picture: Picture) -> None:
    """A black cat and a white cat are some of the multiple cats, and of the animals."""
    beings = picture.roles.get("being", [])
    if len(beings) > 1:
        picture.take("being", lambda role: role.phrase == "animals")
    counted = [role for role in beings if role.phrase.partition(" ")[0] in COUNTED_AS_MANY]
    exact = {role.noun for role in counted if not role.phrase.startswith(_MULTIPLE)}
    picture.take("being", lambda role: role.phrase.startswith(_MULTIPLE) and role.noun in exact)
    for role in counted:
        if role not in picture.roles.get("being", ()):
            continue
        some = picture.take("being", lambda one: one is not role and _is_one_of(one, role.noun))  # noqa: B023
        if some:
            told = f"{role.phrase}, among them {and_list(one.phrase for one in some)}"
            if role.noun == _ANIMALS and len(some) == 1:
                told = f"{_MULTIPLE}{plural(some[0].phrase.partition(' ')[2])}"
            picture.roles["being"] = [
                replace(one, phrase=told) if one is role else one for one in picture.roles["being"]
            ]


def _is_one_of(one: Role, many: str) -> bool:
    """Whether an animal is one of many: a corgi of dogs, and a red mecha of mecha."""
    kinds = {one.noun, *broader_tags(one.noun), *broader_tags(one.phrase.partition(" ")[2].replace(" ", "_"))}
    return many in kinds or many in map(plural, kinds)


def _name_creatures(picture: Picture) -> None:
    """Names that no people have are those of the creatures: "Anya and Bond, a girl and a dog"."""
    people, names = picture.number, len(picture.names)
    known = lists().words["namesakes"]
    # The White Rabbit is the rabbit.
    called = {name.rpartition(" ")[2].lower() for name in picture.names}
    picture.take("being", lambda role: role.noun in called)
    if names and not people:
        picture.take("kind", lambda role: role.phrase == _POKEMON)
    if any(role.head == NAMED for role in picture.roles.get("being", ())):
        return
    kinds = [role for role in picture.roles.get("kind", ()) if role.noun in known]
    beings = picture.roles.get("being", [])
    if len(picture.names) >= people and any("+" in count for count in picture.phrases(*COUNTS)):
        # One of the many is the reindeer.
        picture.put("kind", picture.take("being", lambda role: role.phrase.startswith(("a ", "an "))))
        return
    bystanders = lists().words["bystanders"]
    if picture.has(OTHERS) and picture.has("empty"):
        # What is counted besides people is the creature itself.
        if len(beings) > 1:
            picture.put("thing", picture.take("being", lambda role: role.noun in bystanders))
            beings = picture.roles.get("being", [])
        names, people = names or people, 0
    if names and not people and beings and all(role.noun in bystanders for role in beings):
        # Totoro is no frog.
        picture.put("thing", picture.take("being", lambda role: True))
        beings = []
    if names and not people and not beings:
        picture.take("kind", lambda role: role in kinds)
        return
    if not names or len(kinds) + len(beings) != names - people:
        return
    picture.take("being", lambda role: True)
    if names > 1:
        picture.roles.pop("alone", None)
        picture.take("kind", lambda role: role in kinds)
        picture.put("namesake", [*kinds, *beings])
    else:
        picture.put("kind", beings)


def _meet_foes(picture: Picture) -> None:
    """A knight is no skeleton, but meets one, and beside a robot a girl is no waiter."""
    words, kinds = lists().words, picture.roles.get("kind", ())
    if picture.number != 1:
        return
    # A child may be a ghost as well.
    has_trade = any(is_trade(role) and role.noun not in _AGES for role in kinds)
    # Who is alone meets nobody.
    others = words["foes"] if has_trade and not picture.has("alone") else frozenset[str]()
    if picture.has("being"):
        others |= words["men"] if picture.has(GIRLS) else words["women"]
    picture.put("being", picture.take("kind", lambda role: role.noun in others))


def _tell_of_animals(picture: Picture, tags: Sequence[str]) -> None:
    """An oversized animal beside a boy is no oversized boy, and a collar is the dog's."""
    beings = picture.roles.get("being", [])
    if not (beings and picture.has(*COUNTS)):
        return
    told = {tag.removesuffix(_ANIMAL).replace("_", " ") for tag in tags if tag.endswith(_ANIMAL)}
    for role in picture.take("quality", lambda role: role.phrase in told):
        if len(beings) == 1:
            beings[0] = replace(beings[0], phrase=_with_adjective(role.phrase, beings[0].phrase))
    are_pets = any({"dog", "cat"} & (broader_tags(role.noun) | {role.noun}) for role in beings)
    if are_pets and _ANIMAL_EARS not in tags and not any(tag.endswith("_ears") for tag in tags):
        picture.put(
            "thing", picture.take("clothes", lambda role: role.noun == _COLLAR and _SAILOR not in role.phrase)
        )


def _with_adjective(adjective: str, phrase: str) -> str:
    """ "a white tiger" ─▶ "an oversized white tiger"."""
    return with_article(f"{adjective} {phrase.partition(' ')[2]}")


def _look_at_animals(picture: Picture) -> None:
    """Where no people are, nobody looks at a person."""
    if picture.has("empty") and not picture.has(*COUNTS):
        for role in picture.take("act", lambda role: role.phrase.endswith(_PERSON)):
            picture.put("act", [replace(role, phrase=role.phrase.removesuffix(_PERSON) + " another")])


def _give_feathers(picture: Picture) -> None:
    """Where a bird is looked at, black feathers are its own, and a tortoise has a shell."""
    beings = picture.roles.get("being", [])
    if len(beings) == 1 and not picture.has(*COUNTS):
        parts = lists().parts_of
        picture.take("thing", lambda role: beings[0].noun in parts.get(role.noun, ()))
        # The lace is that of the tablecloth.
        words = lists().words
        trimmings = words["trimmings"] if beings[0].noun not in words["figures"] else ()
        picture.put("thing", picture.take("clothes", lambda role: role.phrase in trimmings))
    is_bird = any(_AVIAN in broader_tags(role.noun) for role in beings) or _HARPY in picture.phrases("kind")
    if is_bird and (len(beings) == 1 or not beings):
        picture.put(
            "body", picture.take("thing", lambda role: role.noun == _FEATHERS and role.phrase != _FEATHERS)
        )
