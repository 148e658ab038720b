"""What is said of several people: what all of them have and do, and one thing that one of them does or has.

No tag tells whose a beard or a sword is. What people in one picture nearly always share is said of all of
them, by the lists of words.json. Of two or three, one more thing is said of one of them. All else is left
out: a caption that gives it to all of them would be false.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from composer.clothes_of_several import is_kind, share_clothes
from composer.people_named import name_of
from composer.phrasing import and_list, lists
from composer.picture import COUNTS, Picture, count_of, counted_people, has_people
from composer.subject import PAIR, Subject
from composer.words import COLOUR_RANK, Role
from tags.people_counts import BOYS, GIRLS

_FEW = 3
_LENGTHS = frozenset(("long", "short", "medium", "very long"))
_ANOTHER = re.compile(r"\banother(?: person)?\b")
_FACING, _LOOKING, _FEEDING = "facing another person", "looking at another person", "feeding"
_SMILES, _BLUSHES = (
    frozenset(("smiling", "grinning", "laughing")),
    frozenset(("blushing", "blushing lightly")),
)
_OLD, _OF_AGE = re.compile(r"\ban (old (?:man|woman))\b"), frozenset(("grey", "white"))
_OTHER = re.compile(r"\ba ((?:young )?(?:girl|boy|man|woman))\b")
_SLEEPING, _LYING, _CLOSED_EYES = "sleeping", "lying", "closed eyes"
_AT_REST = ("sitting", "lying")
_CARRIES = "carrying the other"
# What needs two, as one of them does it to the other.
_OF_TWO = {
    "riding piggyback": f"one {_CARRIES} piggyback",
    "in a princess carry": f"one {_CARRIES} in a princess carry",
    "in a shoulder carry": f"one {_CARRIES} in a shoulder carry",
    _CARRIES: f"one {_CARRIES}",
    "in a hug from behind": "one hugging the other from behind",
}
_SOMETHING, _ONE_OF = "something", "one of them"
_TALLER = {
    "a height difference": "one taller than the other",
    "a size difference": "one much larger than the other",
}


def share(picture: Picture, subject: Subject) -> None:
    """Leave in the picture what is said of all of several people or creatures."""
    number = subject.number
    is_exact = all(count_of(picture, sex).isdigit() for sex in COUNTS if picture.has(sex))
    is_pair = number == PAIR and is_exact
    is_few = is_pair or (is_exact and counted_people(picture)[1] == number == _FEW)
    deeds = _share_deeds(picture, is_pair=is_pair)
    looks = [*_share_body(picture, is_pair=is_pair), *share_clothes(picture, is_pair=is_pair)]
    # Whoever reads "one of them" twice in a sentence takes it for the same.
    can_tell = _ONE_OF not in subject.text and not picture.has("theirs")
    looks = [*(_lengths_of_hair(picture) if is_pair else ()), *looks] if can_tell else []
    looks += _share_hair(picture, subject, is_pair=is_pair, can_tell=can_tell and not looks)
    if is_few:
        looks += [_TALLER[said] for said in picture.phrases("differing") if is_pair and said in _TALLER]
        picture.put("one_does", [Role("one_does", deed) for deed in deeds[:1]])
        picture.put("one_has", [Role("one_has", look) for look in looks[:1]])
    done = picture.phrases("act", "one_does")
    picture.take("held", lambda role: any(deed.endswith(f" {role.phrase}") for deed in done))
    # No tag tells on whose lap the cat is.
    picture.take("on", lambda role: role.noun in lists().words["parts"])
    held = picture.take("held", lambda role: "{her}" not in role.phrase and role.phrase != _SOMETHING)
    things = picture.phrases("thing")
    picture.put("thing", [replace(role, slot="thing") for role in held if role.phrase not in things])


def _share_hair(picture: Picture, subject: Subject, *, is_pair: bool, can_tell: bool) -> list[str]:
    """Leave the colours of the hair, and its length where there is one; returns how the hair of one is.

    `can_tell` is whether nothing else is told of one of them.
    """
    hair = picture.take("hair", lambda role: True)
    aged = [role for role in hair if any(said in _OF_AGE for _, said in role.modifiers)]
    if (old := _OLD.search(subject.text)) and aged:
        # Grey hair is not that of the grandchild too, nor black hair that of the grandmother.
        left, other = [role for role in hair if role not in aged], _OTHER.search(subject.text)
        told = [f"the {old[1]} with {aged[0].phrase}"]
        told += [f"the {other[1]} with {left[0].phrase}"] if other and is_pair and len(left) == 1 else []
        picture.put("theirs", [Role("theirs", each) for each in told])
        hair = []
    by_colour = [role for role in hair if any(rank == COLOUR_RANK for rank, _ in role.modifiers)]
    lengths = [role for role in hair if _LENGTHS.issuperset(said for _, said in role.modifiers)]
    of_women = [
        role.phrase
        for role in picture.roles.get("hairstyle", ())
        if role.noun in lists().words["hair_of_women"]
    ]
    if of_women and picture.has(BOYS) and count_of(picture, GIRLS) == "1":
        picture.put("theirs", [Role("theirs", f"the {name_of(picture, GIRLS)} with {of_women[0]}")])
        can_tell = False
    styles = picture.phrases("hairstyle") if can_tell else []
    is_alike = not (picture.names or picture.has("hairstyle") or (picture.has(GIRLS) and picture.has(BOYS)))
    lengths = lengths if len(lengths) == 1 and is_alike else []
    for slot in ("hairstyle", "fringe"):
        picture.roles.pop(slot, None)
    picture.take("eyes", lambda role: not any(rank == COLOUR_RANK for rank, _ in role.modifiers))
    can_differ = is_pair and not picture.names and can_tell
    is_by_colour = len(hair) == len(by_colour) + len(lengths) and len(by_colour) == PAIR and not styles
    picture.put("hair", [*(() if can_differ and is_by_colour else by_colour), *lengths])
    if can_differ and len(styles) == PAIR:
        return [_apart(styles)]
    if can_differ and is_by_colour:
        picture.put("apart", [Role("apart", _apart([role.phrase for role in by_colour]))])
    return [f"one of them with {styles[0]}"] if len(styles) == 1 else []


def _lengths_of_hair(picture: Picture) -> list[str]:
    """How the hair of two differs, where it is told to be long and short."""
    hair = picture.roles.get("hair", ())
    lengths = [role.phrase for role in hair if _LENGTHS.issuperset(said for _, said in role.modifiers)]
    return [_apart(lengths)] if len(lengths) == PAIR else []


def _apart(phrases: Sequence[str]) -> str:
    return f"one with {phrases[0]} and the other with {phrases[1]}"


def _share_body(picture: Picture, *, is_pair: bool) -> list[str]:
    """Leave what the bodies of creatures have, and put a beard to its man; returns what that of one has."""
    picture.roles.pop("bared", None)
    if not picture.has(*COUNTS) and not picture.names:
        # All owls have wings, but one of them has a scar.
        picture.take("body", lambda role: role.phrase.startswith(("a ", "an ")))
        return []
    body = picture.take("body", lambda role: True)
    of_man = [role.phrase for role in body if role.noun in lists().words["of_men"]]
    if of_man and picture.phrases(BOYS) == ["1"] and picture.has(GIRLS):
        picture.put("theirs", [Role("theirs", f"the {name_of(picture, BOYS)} with {and_list(of_man)}")])
        of_man = []
    kinds = list(filter(is_kind, body))
    for kind in kinds:
        alike = [role.phrase for role in kinds if role.head == kind.head]
        if is_pair and len(alike) == PAIR and not picture.names:
            return [_apart(alike)]
    return [f"one of them with {said}" for said in of_man]


def _share_deeds(picture: Picture, *, is_pair: bool) -> list[str]:
    """Leave what all do; returns what one does, the most telling first."""
    words = lists().words
    beings = [role.noun in words["machines"] for role in picture.roles.get("being", ())]
    if not has_people(picture) and len(set(beings)) > 1:
        # A robot that sits beside a deer says nothing of the deer.
        for slot in ("pose", "act", "gesture"):
            picture.roles.pop(slot, None)
    acts = [role.phrase for role in picture.take("act", lambda role: True)]
    # Beside a cat no tag tells whether the cat sleeps or somebody else.
    acts = [act for act in acts if act != _SLEEPING or not (beings and has_people(picture))]
    gestures = picture.phrases("gesture")
    picture.take(
        "gesture",
        lambda role: role.phrase.replace("{her}", "their").replace(" ", "_") not in words["shared_gestures"],
    )
    poses, of_one = _share_poses(picture, is_pair=is_pair)
    if is_pair:
        acts = ["facing each other" if act == _FACING else act for act in acts]
        acts = [
            f"{_FEEDING} the other" if act == _FEEDING else _ANOTHER.sub("the other", act) for act in acts
        ]
    by_one = [_OF_TWO[act] for act in acts if act in _OF_TWO] if is_pair else []
    acts = [act for act in acts if act not in _OF_TWO and not (by_one and act == _SLEEPING)]
    if any(_CARRIES in deed for deed in by_one):
        # Who is carried does not walk.
        picture.roles.pop("pose", None)
    shared = [act for act in acts if _is_shared(act, is_pair=is_pair)]
    if words["moods"].isdisjoint(acts):
        shared += [act for act in acts if act in _SMILES or (is_pair and act in _BLUSHES)]
    is_of_animals = picture.has("being") and not has_people(picture)
    are_asleep = is_pair and _CLOSED_EYES in gestures and not picture.has("being")
    is_of_animals = is_of_animals and "stretching" not in acts
    if _SLEEPING in acts and (is_of_animals or are_asleep):
        shared.append(_SLEEPING)
    picture.put("act", [Role("act", act) for act in shared])
    verbs = [act for act in acts if not _is_shared(act, is_pair=True) and _is_whole(act)]
    verbs = [act for act in verbs if act not in shared]
    told = _telling_first(picture, verbs, shared)
    if told and told[0].split(" ")[0] in words["acts_apart"]:
        # Who pushes the wheelchair does not sit in it.
        picture.take("pose", lambda role: role.phrase.startswith(_AT_REST))
    return [*by_one[:1], *poses, *(f"one of them {act}" for act in [*told, *of_one])]


def _telling_first(picture: Picture, verbs: Sequence[str], shared: Sequence[str]) -> list[str]:
    """What one does, acts with an object before what is held, and that before other acts."""
    held = picture.phrases("held")
    is_held = len(held) == 1 and "{her}" not in held[0] and held[0] != _SOMETHING
    # Who shares an umbrella holds it.
    is_held = is_held and not any(act.endswith(f" {held[0]}") for act in shared)
    told = [act for act in verbs if " " in act and not act.startswith("looking ")]
    told += [f"holding {held[0]}"] if is_held else []
    return told + [act for act in verbs if act not in told]


def _share_poses(picture: Picture, *, is_pair: bool) -> tuple[list[str], list[str]]:
    """Leave the posture of all; returns how two differ in it, and the postures of one."""
    words = lists().words
    poses = [role.phrase for role in picture.take("pose", lambda role: True)]
    ways = [pose for pose in poses if pose.replace(" ", "_") in words["shared_gestures"]]
    postures = [pose for pose in poses if pose.split(" ")[0].endswith("ing")]
    of_one = postures if len(postures) == 1 and _is_of_one(postures[0]) else []
    posture = postures if len(postures) == 1 and not of_one else []
    picture.put("pose", [Role("pose", " ".join([*posture, *ways]))] if posture or ways else [])
    apart = f"one of them {postures[0]} and the other {postures[1]}" if len(postures) == PAIR else ""
    return [apart] if apart and is_pair else [], of_one


def _is_shared(act: str, *, is_pair: bool) -> bool:
    words, tag = lists().words, act.replace(" ", "_")
    is_of_all = tag in words["shared_acts"] or act.split(" ")[0] in words["shared_verbs"]
    return is_of_all and (is_pair or tag not in words["acts_of_two"])


def _is_whole(act: str) -> bool:
    """Whether an act tells all that is done: "reading a book", but not "cutting something" or "peeling"."""
    words = lists().words
    verb, _, thing = act.partition(" ")
    if not verb.endswith("ing") or thing == _SOMETHING:
        return False
    return bool(thing) or verb not in words["transitive"] or verb in words["whole_verbs"]


def _is_of_one(pose: str) -> bool:
    """Whether a pose is rarely that of all: "lying on the back", but not "lying" alone."""
    of_one = lists().words["of_one"]
    if pose == _LYING:
        return False
    return pose.replace(" ", "_") in of_one or pose.split(" ")[0] in of_one
