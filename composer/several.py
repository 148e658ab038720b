"""What several people are between them, and what only one of them can be: a robot, or under the covers."""

from dataclasses import replace

from composer.phrasing import lists, with_article
from composer.picture import COUNTS, Picture, counted_people
from composer.somebody import KIN
from composer.subject import PAIR
from composer.words import Role
from english import plural
from tags.implications import broader_tags
from tags.people_counts import OTHERS

_TOYS = ("stuffed", "inflatable")
_DIFFERENCE, _OF_AGE = " difference", "an age difference"
_LYING, _ORCHESTRA = "lying", "orchestra"
_GHOSTLY = ("a ghost ", "a hitodama", "a triangular headpiece")
_MANY = 6  # of those whom an orchestra has at least
_LARGE = "shark"
_SMALL = frozenset(("insect", "bug", "fish"))
_OF_AGES = ("older", "younger")
_COMPARED = {"size": ("larger", "smaller"), "age": _OF_AGES, "height": ("taller", "shorter")}


def settle_several(picture: Picture) -> None:
    """Move what is not said of each of several people to slots of their own."""
    _be_robots(picture)
    if picture.number < 2 and len(picture.names) < 2 and not picture.has("company", "relation"):
        return
    _be_in_one_room(picture)
    words = lists().words
    picture.take("company", lambda role: role.phrase == "people")
    # A butterfly or a pigeon near them is no company.
    number = picture.number
    if number and number >= len(picture.names):
        picture.put("thing", picture.take("being", lambda role: _passes_by(role.noun)))
    if picture.has(*COUNTS) and any(
        toy in each for each in picture.phrases("thing", "held") for toy in _TOYS
    ):
        # The penguin is the stuffed animal.
        picture.put("thing", picture.take("being", lambda role: True))
    if number == PAIR:
        # No tag tells which of two is the teacher.
        unlike = picture.take("relation", lambda role: _are_two_kinds(role.phrase))
        told = [f"one is the {' and the other is the '.join(role.phrase.split(' and '))}" for role in unlike]
        picture.put("told", [Role("told", each) for each in told])
    _differ(picture)
    # Whether one of them is the ghost, no tag tells.
    is_told = any(said.startswith(_GHOSTLY) for said in picture.phrases("body", "thing", "clothes"))
    if len(picture.names) <= number and not (picture.has(OTHERS) or is_told):
        picture.put("thing", picture.take("kind", lambda role: role.noun in words["may_be_apart"]))
    if 0 < number < _MANY:
        # Three singers are no orchestra.
        orchestras = picture.take("company", lambda role: role.noun == _ORCHESTRA)
        picture.put("thing", [replace(role, slot="thing") for role in orchestras])
    picture.take("kind", lambda role: role.phrase.partition(" ")[2].startswith(_OF_AGES))
    # Nurse and patient are not both under the covers.
    for place in picture.take("on", lambda role: role.phrase.replace(" ", "_") in words["of_one"]):
        poses = picture.take("pose", lambda role: role.phrase == _LYING)
        phrase = f"{_LYING} {place.phrase}" if poses else place.phrase
        picture.put("pose", [replace(place, slot="pose", phrase=phrase)])


def _differ(picture: Picture) -> None:
    """People differ in height, and have no height difference each."""
    differing = picture.take("body", lambda role: role.phrase.endswith(_DIFFERENCE))
    for difference, said in _COMPARED.items():
        if picture.take("quality", lambda role: role.phrase.startswith(said)):  # noqa: B023
            differing.append(Role("differing", f"a {difference}{_DIFFERENCE}"))
    if any(" and " in relation for relation in picture.phrases("relation")):
        # Father and son are not of one age.
        differing = [role for role in differing if role.phrase != _OF_AGE]
    picture.put("differing", differing)


def _are_two_kinds(relation: str) -> bool:
    """Whether a relation names two, who are no kin: "teacher and student"."""
    one, _, other = relation.partition(" and ")
    return other != "" and one != other and KIN.keys().isdisjoint((one, other))


def _passes_by(noun: str) -> bool:
    kinds = broader_tags(noun)
    return noun in lists().words["bystanders"] or not (_SMALL.isdisjoint(kinds) or _LARGE in kinds)


def _be_robots(picture: Picture) -> None:
    """Two others beside the tag of a robot are two robots, and beside a girl the one other is the robot.

    Alone the one other is the robot too.
    """
    people, number = counted_people(picture)
    if number == 1 and picture.has(OTHERS) and not picture.names:
        # The one other is the scarecrow.
        figures = picture.take("thing", lambda role: role.noun in lists().words["figures"])
        picture.put("being", [replace(role, slot="being") for role in figures])
    slots = ("being", "kind") if picture.has("empty") else ("being",)
    words = lists().words
    found = [
        role
        for slot in slots
        for role in picture.roles.get(slot, ())
        if role.noun in words["machines"] | words["foes"] | words["figures"]
    ]
    if len(found) != 1 or not picture.has(OTHERS) or picture.names:
        return
    if number < PAIR:
        if picture.has("alone"):
            _take_others(picture)
            told = " ".join([*picture.phrases("quality"), found[0].phrase.partition(" ")[2]])
            picture.roles.pop("quality", None)
            picture.roles["being"] = [replace(found[0], slot="being", phrase=with_article(told))]
        return
    count, robot = people[-1].partition(" ")[0], found[0]
    for slot in slots:
        picture.take(slot, lambda role: role is robot)
    _take_others(picture)
    told = robot.phrase if count == "one" else f"{count} {plural(robot.phrase.partition(' ')[2])}"
    picture.put("being", [replace(robot, slot="being", phrase=told)])


def _take_others(picture: Picture) -> None:
    """Take out the count of those who are neither girls nor boys."""
    del picture.roles[OTHERS]
    picture.count()


def _be_in_one_room(picture: Picture) -> None:
    """Of two rooms, as the panels of a comic have them, somebody is in one."""
    rooms = picture.take("place", lambda role: role.noun in lists().words["rooms"])
    picture.put("place", rooms[:1])
