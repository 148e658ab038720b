"""What several people do: what all of them do, and what somebody does."""

import re
from collections.abc import Sequence
from dataclasses import replace

from composer.phrasing import lists, with_article
from composer.picture import Picture, has_people
from composer.subject import PAIR
from composer.words import Role

_ANOTHER = re.compile(r"\banother(?: person)?\b")
_FACING_AWAY, _FROM_BEHIND = "facing away", "from behind"
_FACING, _FEEDING = "facing another person", "feeding"
_SLEEPING, _LYING, _CLOSED_EYES, _LOOKING = "sleeping", "lying", "closed eyes", "looking "
_HER_HAIR, _TOGETHER = " {her} hair", " together"
_IN, _THE_OTHER, _THE_OTHERS = "in ", " the other", "the other's"
_PLAYING, _HUGS = "playing ", frozenset(("in a group hug",))
_MOST_ALIKE = 5
_SOMETHING, _CARRYING, _CARRIES = "something", "carrying ", "carrying the other"
_OWN, _ARTICLES = re.compile(r"\{her\}(?: own)?"), {"a", "an", "the", "{her}"}


def share_deeds(picture: Picture, gestures: Sequence[str], *, is_pair: bool) -> list[str]:
    """Leave what all do; returns what faces show.

    Who carries the other goes to the slot "one_does", and what else somebody does to "doing". `gestures` are
    those that only some have.
    """
    acts = _take_acts(picture, is_pair=is_pair)
    looks = [act for act in acts if _is_look(act)]
    faces = [face for act in acts if (face := _face(act, is_pair=is_pair))]
    acts = [act for act in acts if not (_face(act, is_pair=is_pair) or _is_look(act))]
    acts = [act for act in acts if not any(_says_less(act, other) for other in acts)]
    carried = [lists().of_two[act] for act in acts if is_pair and act in lists().of_two]
    acts = [act for act in acts if not (carried and (act in lists().of_two or act == _SLEEPING))]
    if any(_CARRIES in deed for deed in carried):
        # Who is carried does not walk, and is what is carried under the arm.
        picture.roles.pop("pose", None)
        acts = [act for act in acts if not act.startswith(_CARRYING)]
    number = picture.number
    # Of a crowd some argue, and the teacher does not pull the rope.
    is_of_some = number > _MOST_ALIKE or (number > PAIR and _are_unlike(picture))
    of_all = lists().words["of_whole_groups"]
    shared = [act for act in acts if not is_of_some or act.replace(" ", "_") in of_all]
    shared = [act for act in shared if _is_shared(act, is_pair=is_pair)]
    if looks or _CLOSED_EYES in gestures:
        # Whoever sleeps or looks away does not look at the viewer.
        looks += [act for act in shared if act.startswith(_LOOKING)]
        shared, acts = ([act for act in each if act not in looks] for each in (shared, acts))
    if _SLEEPING in acts and _are_all_asleep(picture, acts, gestures, is_pair=is_pair):
        shared.append(_SLEEPING)
    picture.put("act", [Role("act", act) for act in shared])
    others = [act for act in acts if act not in shared]
    postures = _share_poses(picture, [*shared, *others])
    are_apart = lists().words["postures"].issuperset(postures)
    if is_pair and len(postures) == PAIR and are_apart and not (carried or others):
        carried, postures = ["one of them {} and the other {}".format(*postures)], []
    others = [*_holding(picture), *(act for act in others if _is_whole(act))]
    if not carried:
        # Of two, at least one does that: leaning on the other.
        carried = [f"one of them {act}" for act in others if act.endswith(_THE_OTHER)][:1]
        others = [act for act in others if not (carried and carried[0].endswith(act))]
    _put(picture, "one_does", carried[:1])
    _put(picture, "doing", [_OWN.sub("the", act) for act in (*others, *postures)])
    return [*faces, *(f"a look {look.removeprefix(_LOOKING)}" for look in looks)]


def _take_acts(picture: Picture, *, is_pair: bool) -> list[str]:
    """Take out the acts that can be told of several, in words for these."""
    beings = [role.noun in lists().words["machines"] for role in picture.roles.get("being", ())]
    if not has_people(picture) and len(set(beings)) > 1:
        # A robot that sits beside a deer says nothing of the deer.
        for slot in ("pose", "act", "gesture"):
            picture.roles.pop(slot, None)
    # Whose hair is brushed no tag tells.
    acts = [role.phrase.replace(_HER_HAIR, " hair") for role in picture.take("act", lambda role: True)]
    # Beside a cat no tag tells whether the cat sleeps or somebody else.
    acts = [act for act in acts if act != _SLEEPING or not (beings and has_people(picture))]
    if is_pair:
        acts = [told_of_pair(act) for act in acts]
        held = picture.take("held", lambda role: True)
        picture.put("held", [replace(role, phrase=told_of_pair(role.phrase)) for role in held])
    if _FROM_BEHIND in picture.phrases("from"):
        # All who are seen from behind face away.
        acts = [act for act in acts if act != _FACING_AWAY]
    if any(act in _HUGS for act in acts):
        # A team that hugs has stopped to play.
        acts = [act for act in acts if not act.startswith(_PLAYING)]
    return acts


def _put(picture: Picture, slot: str, phrases: Sequence[str]) -> None:
    picture.put(slot, [Role(slot, phrase) for phrase in phrases])


def _says_less(act: str, other: str) -> bool:
    """Whether another act says this one too: "brushing the other's hair" says "brushing the hair"."""
    words, others = ({*each.split(" ")} - _ARTICLES for each in (act, other))
    return words < others


def told_of_pair(act: str) -> str:
    """What is told of one of two: feeding the other, looking at the other."""
    if act == _FACING:
        return "facing each other"
    return f"{_FEEDING} the other" if act == _FEEDING else _ANOTHER.sub("the other", act)


def _face(act: str, *, is_pair: bool) -> str:
    """What is seen of somebody who smiles or is sad: "a smile", "a sad face"; "" for what is done."""
    if act in lists().of_two and act.startswith(_IN) and not is_pair:
        return act.removeprefix(_IN)  # Two of three are in a hug.
    if act in lists().words["moods"]:
        return with_article(f"{act} face")
    return lists().faces.get(act, "")


def _is_look(act: str) -> bool:
    """Whether somebody looks somewhere, where not all need to: "looking up", but not "at the viewer"."""
    return act.startswith(_LOOKING) and act.replace(" ", "_") not in lists().words["shared_acts"]


def _are_all_asleep(picture: Picture, acts: Sequence[str], gestures: Sequence[str], *, is_pair: bool) -> bool:
    """Whether nobody of several can be awake: two cats, or two girls of whom nothing else is told."""
    if picture.has("being") and not has_people(picture):
        return "stretching" not in acts and not picture.has("pose")
    are_idle = len(acts) == 1 and [*gestures] == [_CLOSED_EYES] and not picture.has("pose")
    return is_pair and not picture.has("being") and are_idle


def _holding(picture: Picture) -> list[str]:
    """Tell of the one thing in view that somebody holds, which the other may hold too."""
    of_other = picture.take("held", lambda role: _THE_OTHERS in role.phrase)
    held = picture.phrases("held")
    is_told = any(act.endswith(f" {phrase}") for act in picture.phrases("act") for phrase in held)
    is_one = len(held) == 1 and "{her}" not in held[0] and held[0] != _SOMETHING and not is_told
    return [
        f"holding {phrase}" for phrase in (*(role.phrase for role in of_other), *(held if is_one else ()))
    ]


def _share_poses(picture: Picture, acts: Sequence[str]) -> list[str]:
    """Leave the posture of all where those shown are alike and do nothing else; returns those of some."""
    words = lists().words
    poses = [role.phrase for role in picture.take("pose", lambda role: True)]
    ways = [pose for pose in poses if pose.replace(" ", "_") in words["shared_gestures"]]
    postures = [pose for pose in poses if pose.split(" ")[0].endswith("ing")]
    are_of_kinds = len({role.noun for role in picture.roles.get("being", ())}) > 1 or len(picture.species) > 1
    is_going = {*postures} <= words["ways_of_going"]
    # Whoever pulls somebody out of a chest stands, and the other does not.
    is_busy = any(act.split(" ")[0] not in words["done_together"] for act in acts)
    are_all = len(postures) == 1 and not (_is_of_one(postures[0]) or are_of_kinds or is_busy)
    are_all = are_all and (is_going or not _are_unlike(picture))
    of_all = [" ".join([*(postures if are_all else ()), *ways])]
    picture.put("pose", [Role("pose", pose) for pose in of_all if pose])
    return [] if are_all else postures


def _are_unlike(picture: Picture) -> bool:
    """Whether one may sit while the other stands: guest and bartender, father and child."""
    no_trades = lists().words["of_ages"] | lists().words["races"]
    are_apart = any(" and " in relation for relation in picture.phrases("relation"))
    return are_apart or any(role.noun not in no_trades for role in picture.roles.get("kind", ()))


def _is_shared(act: str, *, is_pair: bool) -> bool:
    words, tag = lists().words, act.replace(" ", "_")
    is_of_all = tag in words["shared_acts"] or act.split(" ")[0] in words["shared_verbs"]
    is_of_all = is_of_all or act.endswith(_TOGETHER)
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
