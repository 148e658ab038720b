"""What several people do: what all of them do, what one does, and what somebody does."""

import re
from collections.abc import Sequence
from dataclasses import replace

from composer.phrasing import lists, with_article
from composer.picture import Picture, has_people
from composer.subject import PAIR
from composer.words import Role

_ANOTHER = re.compile(r"\banother(?: person)?\b")
_FACES, _RIDING = "facing ", "riding "
_FACING_AWAY, _FROM_BEHIND = "facing away", "from behind"
_FACING, _FEEDING = "facing another person", "feeding"
_SLEEPING, _LYING, _CLOSED_EYES, _LOOKING = "sleeping", "lying", "closed eyes", "looking "
_HER_HAIR, _TOGETHER = " {her} hair", " together"
_IN, _THE_OTHER = "in ", "the other's"
_PLAYING, _HUGS = "playing ", frozenset(("in a group hug",))
_AT_REST = ("sitting", "lying")
_SOMETHING, _ONE_OF, _CARRIES = "something", "one of them", "carrying the other"
_OWN, _ARTICLES = re.compile(r"\{her\}(?: own)?"), {"a", "an", "the", "{her}"}


def share_deeds(picture: Picture, gestures: Sequence[str], *, is_pair: bool) -> list[str]:
    """Leave what all do; returns what faces show.

    What one does goes to the slot "one_does", and what else somebody does to "doing". `gestures` are those
    that only some have.
    """
    acts = _take_acts(picture, is_pair=is_pair)
    looks = [act for act in acts if _is_look(act)]
    faces = [face for act in acts if (face := _face(act, is_pair=is_pair))]
    acts = [act for act in acts if not (_face(act, is_pair=is_pair) or _is_look(act))]
    acts = [act for act in acts if not any(_says_less(act, other) for other in acts)]
    carried = [lists().of_two[act] for act in acts if is_pair and act in lists().of_two]
    acts = [act for act in acts if not (carried and (act in lists().of_two or act == _SLEEPING))]
    if any(_CARRIES in deed for deed in carried):
        # Who is carried does not walk.
        picture.roles.pop("pose", None)
    shared = [act for act in acts if _is_shared(act, is_pair=is_pair)]
    if _SLEEPING in acts and _are_all_asleep(picture, acts, gestures, is_pair=is_pair):
        shared.append(_SLEEPING)
    picture.put("act", [Role("act", act) for act in shared])
    acts = [act for act in acts if act not in shared and _is_whole(act)]
    others = _tell_first(picture, acts, carried, is_pair=is_pair)
    if not picture.has("one_does") and not others and len(looks) == 1:
        _put(picture, "one_does", [f"{_ONE_OF} {looks[0]}"])
        looks = []
    _put(picture, "doing", [_OWN.sub("the", act) for act in others])
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
        picture.roles["held"] = [
            replace(role, phrase=told_of_pair(role.phrase)) for role in picture.roles.get("held", ())
        ]
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
        return "stretching" not in acts
    return is_pair and not picture.has("being") and len(acts) == 1 and [*gestures] == [_CLOSED_EYES]


def _tell_first(picture: Picture, acts: Sequence[str], carried: Sequence[str], *, is_pair: bool) -> list[str]:
    """Put the most telling of what one does to "one_does"; returns what else somebody does."""
    words = lists().words
    of_other = picture.take("held", lambda role: _THE_OTHER in role.phrase)
    acts = [*(f"holding {role.phrase}" for role in of_other), *acts]
    held = picture.phrases("held")
    # Hands and feet are moved beside what is done.
    acts = sorted(acts, key=lambda act: "{her}" in act or act.startswith(_FACES))
    often_shared = words["often_shared"] | words["acts_of_two"]
    # Two may ride one broom.
    maybe_of_all = [act for act in acts if act.replace(" ", "_") in often_shared or act.startswith(_RIDING)]
    directed = [act for act in acts if " " in act and not act.startswith(_FACES) and "{her}" not in act]
    directed = [act for act in directed if act not in maybe_of_all]
    if len(held) == 1 and not directed and "{her}" not in held[0] and held[0] != _SOMETHING:
        # Who shares an umbrella holds it.
        is_told = any(act.endswith(f" {held[0]}") for act in picture.phrases("act"))
        # In a duel the other holds a sword too.
        are_fighting = any(act.replace(" ", "_") in words["fights"] for act in picture.phrases("act"))
        (acts if are_fighting else directed).extend([] if is_told else [f"holding {held[0]}"])
        maybe_of_all += acts[-1:] if are_fighting else []
    # A bartender stands where a guest sits, and who pushes the wheelchair does not sit in it.
    no_trades = words["of_ages"] | words["races"]
    differ = is_pair and any(role.noun not in no_trades for role in picture.roles.get("kind", ()))
    differ = differ or (bool(directed) and directed[0].split(" ")[0] in words["acts_apart"])
    # Of two, one lies while the other does something.
    of_one = _AT_REST if differ else (_LYING,) if directed else ()
    postures = _share_poses(picture, acts, of_one)
    others = [*directed, *(act for act in acts if act not in directed)]
    are_apart = all(each.split(" ")[0] in words["postures"] for each in postures)
    if is_pair and len(postures) == PAIR and are_apart and not (carried or directed):
        carried, postures = ["one of them {} and the other {}".format(*postures)], []
    others += postures
    unsure = {*maybe_of_all, *often_shared, *(_AT_REST if differ else ())}
    is_sure = len(others) == 1 and others[0] not in unsure
    first = [*carried, *(f"{_ONE_OF} {act}" for act in others if directed or is_sure)][:1]
    _put(picture, "one_does", first)
    return [act for act in others if [f"{_ONE_OF} {act}"] != first]


def _share_poses(picture: Picture, acts: Sequence[str], of_one: tuple[str, ...]) -> list[str]:
    """Leave the posture of all, unless it begins with one that only one has; returns those of some."""
    words = lists().words
    poses = [role.phrase for role in picture.take("pose", lambda role: True)]
    ways = [pose for pose in poses if pose.replace(" ", "_") in words["shared_gestures"]]
    postures = [pose for pose in poses if pose.split(" ")[0].endswith("ing")]
    # Whoever rides does not walk beside the horse.
    is_ridden = any(act.startswith(_RIDING) for act in acts)
    are_all = len(postures) == 1 and not (_is_of_one(postures[0]) or is_ridden)
    are_all = are_all and not postures[0].startswith(of_one)
    of_all = [" ".join([*(postures if are_all else ()), *ways])]
    picture.put("pose", [Role("pose", pose) for pose in of_all if pose])
    return [] if are_all else postures


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
