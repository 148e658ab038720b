"""What is said of several people: what all have and do, and what is told of them without saying of whom.

No tag tells whose a beard or a sword is. What people in one picture nearly always share is said of all of
them, by the lists of words.json; what one of them does is said of "one of them". All else is pooled:
"visible details include twin braids and a smile" is true whoever of them has it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from composer.appearance import merged
from composer.clothes_of_several import is_kind, share_clothes
from composer.people_named import name_of
from composer.phrasing import and_list, led, lists, sentence_list, with_article
from composer.picture import COUNTS, Picture, count_of, has_people
from composer.subject import PAIR, Subject
from composer.words import COLOUR_RANK, Role
from english import is_plural
from tags.people_counts import BOYS, GIRLS

_LENGTH = ("long hair", "short hair", "medium hair")
_LENGTHS = frozenset(("long", "short", "medium", "very long"))
_ANOTHER = re.compile(r"\banother(?: person)?\b")
_FACING, _FEEDING = "facing another person", "feeding"
_OLD, _OF_AGE = re.compile(r"\ban (old (?:man|woman))\b"), frozenset(("grey", "white"))
_OTHER = re.compile(r"\ba ((?:young )?(?:girl|boy|man|woman))\b")
_SLEEPING, _LYING, _CLOSED_EYES, _LOOKING = "sleeping", "lying", "closed eyes", "looking "
_AT_REST = ("sitting", "lying")
_SOMETHING, _ONE_OF, _CARRIES = "something", "one of them", "carrying the other"
_ONE_AND_OTHER = "one has {} and the other has {}"
_PRINT = " print"
_OWN, _ONES = re.compile(r"\{her\}(?: own)?"), "{her} "


def share(picture: Picture, subject: Subject) -> None:
    """Leave in the picture what is said of all of several people or creatures, and pool the rest.

    The slot "one_does" gets what one does, "told" sentences on them, "theirs" what is known to be that of
    one, "seen" what somebody has, "doing" what somebody does, and "pooled" what somebody wears.
    """
    is_exact = all(count_of(picture, sex).isdigit() for sex in COUNTS if picture.has(sex))
    is_pair = subject.number == PAIR and is_exact
    gestures = _share_gestures(picture)
    faces = _share_deeds(picture, gestures, is_pair=is_pair)
    hair = _share_hair(picture, subject, is_pair=is_pair)
    body = _share_body(picture, is_pair=is_pair)
    seen = [*hair, *body, *map(_of_nobody, gestures), *faces]
    # That somebody has short hair tells nothing by itself.
    _pool(picture, "seen", [] if all(each.endswith(_LENGTH) for each in seen) else seen)
    share_clothes(picture, is_pair=is_pair)
    compared = [lists().compared[each] for each in picture.phrases("differing") if each in lists().compared]
    _pool(picture, "told", [f"they differ {and_list(compared)}"] if compared else [])
    done = picture.phrases("act", "one_does")
    picture.take("held", lambda role: any(deed.endswith(f" {role.phrase}") for deed in done))
    # No tag tells on whose lap the cat is.
    picture.take("on", lambda role: role.noun in lists().words["parts"])
    held = picture.take("held", lambda role: "{her}" not in role.phrase and role.phrase != _SOMETHING)
    things = picture.phrases("thing")
    picture.put("thing", [replace(role, slot="thing") for role in held if role.phrase not in things])


def told_of_some(picture: Picture) -> list[str]:
    """The sentences on what only some of several people do, have and wear."""
    doing = picture.phrases("doing")
    worn = merged(Picture(roles={"clothes": picture.roles.get("pooled", [])}), "clothes")
    worn = [f"clothes with {each}" if each.endswith(_PRINT) else each for each in worn]
    seen = picture.phrases("seen")
    others = "other " if picture.has("one_does") else ""
    return [
        led(f"their {others}actions include", doing),
        *picture.phrases("told"),
        *_told_of_each(picture),
        led("visible details include", seen),
        led("their outfits include", worn),
    ]


def _told_of_each(picture: Picture) -> list[str]:
    """A sentence on those of whom something is known: "the girl has a braid, and the boy wears a suit"."""
    deeds: dict[str, list[str]] = {}
    for role in picture.roles.get("theirs", ()):
        deeds.setdefault(role.head, []).append(role.phrase)
    told = [f"{who} {sentence_list(done)}" for who, done in deeds.items()]
    return [", and ".join(filter(None, (", ".join(told[:-1]), told[-1])))] if told else []


def _pool(picture: Picture, slot: str, phrases: Iterable[str]) -> None:
    picture.put(slot, [Role(slot, phrase) for phrase in dict.fromkeys(phrases)])


def _of_nobody(phrase: str) -> str:
    """What is seen of somebody, in words that tell nobody: "a hand on the hip", "arms up", "a tongue out"."""
    if phrase.startswith(_ONES):
        phrase = phrase.removeprefix(_ONES)
        phrase = phrase if is_plural(phrase.split(" ")[0]) else with_article(phrase)
    return _OWN.sub("the", phrase)


def _share_hair(picture: Picture, subject: Subject, *, is_pair: bool) -> list[str]:
    """Leave the colours of hair and eyes that all have between them; returns what else is seen of these."""
    hair, eyes = picture.take("hair", lambda role: True), picture.take("eyes", lambda role: True)
    hair = _leave_to_the_old(picture, subject, hair, is_pair=is_pair)
    coloured = [role for role in hair if _is_coloured(role)]
    if len(coloured) == 1 and not is_pair:
        coloured = []
    lengths = [role for role in hair if _LENGTHS.issuperset(said for _, said in role.modifiers)]
    # Whoever reads "one of them" and then "one" takes both for the same.
    is_apart = is_pair and len(lengths) == PAIR and not picture.has("one_does")
    if is_apart:
        _pool(picture, "told", [_ONE_AND_OTHER.format(*(role.phrase for role in lengths))])
    elif is_pair and len(coloured) == PAIR == len(hair) and not (picture.names or picture.has("one_does")):
        _pool(picture, "apart", [_apart([role.phrase for role in coloured])])
        hair = []
    are_alike = not lists().words["alike"].isdisjoint(picture.phrases("relation"))
    are_all = len([role for role in eyes if _is_coloured(role)]) > (0 if are_alike and is_pair else 1)
    picture.put("hair", [role for role in coloured if role in hair])
    picture.put("eyes", [role for role in eyes if are_all and _is_coloured(role)])
    styles = _put_to_women(picture, picture.phrases("hairstyle"))
    left = [role.phrase for role in hair if not (role in coloured or (is_apart and role in lengths))]
    left += [*styles, *picture.phrases("fringe")]
    left += [role.phrase for role in eyes if not (are_all and _is_coloured(role))]
    for slot in ("hairstyle", "fringe"):
        picture.roles.pop(slot, None)
    return [_of_nobody(phrase) for phrase in left]


def _is_coloured(role: Role) -> bool:
    return any(rank == COLOUR_RANK for rank, _ in role.modifiers)


def _leave_to_the_old(picture: Picture, subject: Subject, hair: list[Role], *, is_pair: bool) -> list[Role]:
    """Give grey hair to the old one, and of two the other hair to the other; returns what is left."""
    aged = [role for role in hair if any(said in _OF_AGE for _, said in role.modifiers)]
    old = _OLD.search(subject.text)
    if not (old and aged):
        return hair
    # Grey hair is not that of the grandchild too, nor black hair that of the grandmother.
    _give(picture, f"the {old[1]}", f"has {aged[0].phrase}")
    left, other = [role for role in hair if role not in aged], _OTHER.search(subject.text)
    coloured = [role for role in left if _is_coloured(role)]
    if is_pair and other and len(coloured) == 1:
        _give(picture, f"the {other[1]}", f"has {coloured[0].phrase}")
        left.remove(coloured[0])
    return left


def _put_to_women(picture: Picture, styles: list[str]) -> list[str]:
    """Give twintails to the only girl among boys; returns the other hairstyles."""
    if not (picture.has(BOYS) and count_of(picture, GIRLS) == "1"):
        return styles
    hers = [style for style in styles if style.rpartition(" ")[2] in lists().words["hair_of_women"]]
    for style in hers:
        _give(picture, f"the {name_of(picture, GIRLS)}", f"has {style}")
    return [style for style in styles if style not in hers]


def _give(picture: Picture, who: str, has: str) -> None:
    picture.put("theirs", [Role("theirs", has, head=who)])


def _apart(phrases: Sequence[str]) -> str:
    return f"one with {phrases[0]} and the other with {phrases[1]}"


def _share_body(picture: Picture, *, is_pair: bool) -> list[str]:
    """Put a beard to its man, and leave what animals of one kind have; returns what else is seen."""
    picture.roles.pop("bared", None)
    body = picture.take("body", lambda role: True)
    if not picture.has(*COUNTS) and not picture.names and len(picture.species) < PAIR:
        # All owls have wings, but one of them has a scar.
        picture.put("body", [role for role in body if not role.phrase.startswith(("a ", "an "))])
        body = [role for role in body if role.phrase.startswith(("a ", "an "))]
    if picture.phrases(BOYS) == ["1"] and picture.has(GIRLS):
        of_man = [role for role in body if role.noun in lists().words["of_men"]]
        body = [role for role in body if role not in of_man]
        for role in of_man:
            _give(picture, f"the {name_of(picture, BOYS)}", f"has {role.phrase}")
    kinds = [role for role in body if is_kind(role)]
    for kind in kinds:
        alike = [role.phrase for role in kinds if role.head == kind.head]
        if is_pair and len(alike) == PAIR and not (picture.names or picture.has("apart")):
            _pool(picture, "apart", [_apart(alike)])
            body = [role for role in body if role.phrase not in alike]
    said = merged(Picture(roles={"body": body}), "body", of_several=True) if body else []
    return [_of_nobody(phrase) for phrase in said]


def _share_gestures(picture: Picture) -> list[str]:
    """Leave the gestures of all, such as a handshake; returns the others."""
    shared = lists().words["shared_gestures"]
    others = picture.take(
        "gesture", lambda role: role.phrase.replace("{her}", "their").replace(" ", "_") not in shared
    )
    idle = lists().words["idle_gestures"]
    return [role.phrase for role in others if role.phrase.replace(" ", "_") not in idle]


def _share_deeds(picture: Picture, gestures: Sequence[str], *, is_pair: bool) -> list[str]:
    """Leave what all do, and put apart what one does and what somebody does; returns what faces show."""
    beings = [role.noun in lists().words["machines"] for role in picture.roles.get("being", ())]
    if not has_people(picture) and len(set(beings)) > 1:
        # A robot that sits beside a deer says nothing of the deer.
        for slot in ("pose", "act", "gesture"):
            picture.roles.pop(slot, None)
    acts = [role.phrase for role in picture.take("act", lambda role: True)]
    # Beside a cat no tag tells whether the cat sleeps or somebody else.
    acts = [act for act in acts if act != _SLEEPING or not (beings and has_people(picture))]
    if is_pair:
        acts = [_of_pair(act) for act in acts]
    faces = [face for act in acts if (face := _face(act))]
    acts = [act for act in acts if not _face(act)]
    carried = [lists().of_two[act] for act in acts if is_pair and act in lists().of_two]
    acts = [act for act in acts if not (carried and (act in lists().of_two or act == _SLEEPING))]
    if any(_CARRIES in deed for deed in carried):
        # Who is carried does not walk.
        picture.roles.pop("pose", None)
    shared = [act for act in acts if _is_shared(act, is_pair=is_pair)]
    if _SLEEPING in acts and _are_all_asleep(picture, acts, gestures, is_pair=is_pair):
        shared.append(_SLEEPING)
    picture.put("act", [Role("act", act) for act in shared])
    _tell_some(
        picture, [act for act in acts if act not in shared and _is_whole(act)], carried, is_pair=is_pair
    )
    return faces


def _of_pair(act: str) -> str:
    """An act of one of two: feeding the other, looking at the other."""
    if act == _FACING:
        return "facing each other"
    return f"{_FEEDING} the other" if act == _FEEDING else _ANOTHER.sub("the other", act)


def _face(act: str) -> str:
    """What is seen of somebody who smiles or is sad: "a smile", "a sad face"; "" for what is done."""
    if act in lists().words["moods"]:
        return with_article(f"{act} face")
    if act.startswith(_LOOKING) and act.replace(" ", "_") not in lists().words["shared_acts"]:
        return f"a look {act.removeprefix(_LOOKING)}"
    return lists().faces.get(act, "")


def _are_all_asleep(picture: Picture, acts: Sequence[str], gestures: Sequence[str], *, is_pair: bool) -> bool:
    """Whether nobody of several can be awake: two cats, or two girls of whom nothing else is told."""
    if picture.has("being") and not has_people(picture):
        return "stretching" not in acts
    return is_pair and not picture.has("being") and len(acts) == 1 and [*gestures] == [_CLOSED_EYES]


def _tell_some(picture: Picture, acts: Sequence[str], carried: Sequence[str], *, is_pair: bool) -> None:
    """Put what one does to "one_does", most telling first, and what else somebody does to "doing"."""
    words = lists().words
    held = picture.phrases("held")
    # Hands and feet are moved beside what is done.
    acts = sorted(acts, key=lambda act: "{her}" in act)
    maybe_of_all = [
        act for act in acts if act.replace(" ", "_") in words["often_shared"] | words["acts_of_two"]
    ]
    directed = [act for act in acts if " " in act and "{her}" not in act and act not in maybe_of_all]
    if len(held) == 1 and not directed and "{her}" not in held[0] and held[0] != _SOMETHING:
        # Who shares an umbrella holds it.
        is_told = any(act.endswith(f" {held[0]}") for act in picture.phrases("act"))
        directed += [] if is_told else [f"holding {held[0]}"]
    if directed and directed[0].split(" ")[0] in words["acts_apart"]:
        # Who pushes the wheelchair does not sit in it.
        picture.take("pose", lambda role: role.phrase.startswith(_AT_REST))
    postures = _share_poses(picture)
    others = [*directed, *(act for act in acts if act not in directed)]
    if is_pair and len(postures) == PAIR and not (carried or directed):
        carried, postures = ["one of them {} and the other {}".format(*postures)], []
    others += postures
    is_told = bool(directed) or (len(others) == 1 and not maybe_of_all)
    first = [*carried, *(f"{_ONE_OF} {act}" for act in others if is_told)][:1]
    _pool(picture, "one_does", first)
    _pool(picture, "doing", [_OWN.sub("the", act) for act in others if [f"{_ONE_OF} {act}"] != first])


def _share_poses(picture: Picture) -> list[str]:
    """Leave the posture of all; returns the postures of which each is that of some."""
    words = lists().words
    poses = [role.phrase for role in picture.take("pose", lambda role: True)]
    ways = [pose for pose in poses if pose.replace(" ", "_") in words["shared_gestures"]]
    postures = [pose for pose in poses if pose.split(" ")[0].endswith("ing")]
    are_all = len(postures) == 1 and not _is_of_one(postures[0])
    of_all = [" ".join([*(postures if are_all else ()), *ways])]
    picture.put("pose", [Role("pose", pose) for pose in of_all if pose])
    return [] if are_all else postures


def _is_shared(act: str, *, is_pair: bool) -> bool:
    words, tag = lists().words, act.replace(" ", "_")
    is_of_all = tag in words["shared_acts"] or act.split(" ")[0] in words["shared_verbs"]
    is_game = act.startswith("playing ") and act.split(" ")[1] not in words["not_played_together"]
    return (is_of_all or is_game) and (is_pair or tag not in words["acts_of_two"])


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
