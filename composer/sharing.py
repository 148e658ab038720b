"""What is said of several people: what all of them have and do, and one thing that one of them does or has.

No tag tells whose a beard or a sword is. What people in one picture nearly always share is said of all of
them, by the lists of words.json. Of two or three, one more thing is said of one of them. All else is left
out: a caption that gives it to all of them would be false.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from composer.appearance import merged
from composer.clothes import with_parts_of_uniform
from composer.people import name_of
from composer.phrasing import and_list, lists
from composer.picture import COUNTS, Picture, count_of, counted_people, has_people
from composer.subject import PAIR, SEXES, Subject
from composer.words import COLOUR_RANK, NOUN_RANK, Role
from tags.implications import broader_tags
from tags.people import BOYS, GIRLS, OTHERS

_FEW = 3
_LENGTHS = frozenset(("long", "short", "medium", "very long"))
_ANOTHER = re.compile(r"\banother(?: person)?\b")
_FACING, _LOOKING, _FEEDING = "facing another person", "looking at another person", "feeding"
_SMILES, _BLUSHES = (
    frozenset(("smiling", "grinning", "laughing")),
    frozenset(("blushing", "blushing lightly")),
)
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
    looks = [*_share_body(picture, is_pair=is_pair), *_share_clothes(picture, is_pair=is_pair)]
    # Whoever reads "one of them" twice in a sentence takes it for the same.
    can_tell = _ONE_OF not in subject.text and not picture.has("theirs")
    looks = [*(_lengths_of_hair(picture) if is_pair else ()), *looks] if can_tell else []
    looks += _share_hair(picture, is_pair=is_pair, can_tell=can_tell and not looks)
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


def _is_among(role: Role, name: str) -> bool:
    """Whether what is said ends like something in a list of words.json: "a white chef hat" like chef_hat."""
    words = role.phrase.removeprefix("a ").removeprefix("an ").split(" ")
    return any("_".join(words[at:]) in lists().words[name] for at in range(len(words)))


def _share_hair(picture: Picture, *, is_pair: bool, can_tell: bool) -> list[str]:
    """Leave the colours of the hair, and its length where there is one; returns how the hair of one is.

    `can_tell` is whether nothing else is told of one of them.
    """
    hair = picture.take("hair", lambda role: True)
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
    kinds = list(filter(_is_kind, body))
    for kind in kinds:
        alike = [role.phrase for role in kinds if role.head == kind.head]
        if is_pair and len(alike) == PAIR and not picture.names:
            return [_apart(alike)]
    return [f"one of them with {said}" for said in of_man]


def _share_clothes(picture: Picture, *, is_pair: bool) -> list[str]:
    """Leave what all wear, and put what a sex wears to the slot "theirs"; returns what one wears."""
    worn = picture.take("clothes", lambda role: True)
    sexes = [sex for sex in COUNTS if picture.has(sex)]
    qualities = picture.phrases("quality")
    is_mixed = len(sexes) > 1 or set(SEXES).issubset(qualities)
    for sex, other, name in ((GIRLS, BOYS, "clothes_of_women"), (BOYS, GIRLS, "clothes_of_men")):
        theirs = [role for role in worn if is_mixed and _is_among(role, name)]
        is_one = count_of(picture, sex) == "1"
        never = "gowns_of_one" if is_one else "dresses_of_one"
        theirs = [role for role in theirs if not _is_among(role, never)]
        if not is_one and any(_is_among(role, "main_clothes") for role in worn if role not in theirs):
            # Of several girls, one wears the sundress and another jeans.
            theirs = [role for role in theirs if not _is_among(role, "main_clothes")]
        worn = [role for role in worn if role not in theirs]
        _give(picture, sex, theirs)
        if is_pair and picture.has(other) and any(_is_among(role, "outfits") for role in theirs):
            # Who of a girl and a boy wears no dress wears the kimono.
            whole = [
                role
                for role in worn
                if _is_among(role, "shared_clothes") and not _is_among(role, "shared_extras")
            ]
            worn = [role for role in worn if role not in whole]
            _give(picture, other, whole)
    if not (sexes or picture.names or qualities):
        return []  # A hat beside two cats is worn by one of them or by none.
    of_trade: list[Role] = []
    no_trades = lists().words["of_ages"] | lists().words["races"]
    differ = any(role.phrase.partition(" ")[2] not in no_trades for role in picture.roles.get("kind", ()))
    if differ:
        # A police officer and a thief do not both wear a police uniform.
        of_trade = [
            role for role in worn if _is_among(role, "uniforms") and not _is_among(role, "school_clothes")
        ]
        worn = [role for role in worn if role not in of_trade]
    of_all, pooled = _worn_by_all(
        worn, is_pair=is_pair, is_mixed=is_mixed or differ, has_others=OTHERS in sexes
    )
    picture.put("clothes", of_all)
    picture.put("pooled", pooled)
    of_one = [role for role in worn if role not in (*of_all, *pooled)]
    of_one = [*of_trade, *(role for role in of_one if _is_among(role, "clothes_of_one"))]
    return [f"one of them wearing {role.phrase}" for role in of_one]


def _worn_by_all(
    worn: Sequence[Role], *, is_pair: bool, is_mixed: bool, has_others: bool
) -> tuple[list[Role], list[Role]]:
    """What all wear, and what two wear between them, of which each has a part: a dress and a suit."""
    shared = [role for role in worn if _is_among(role, "shared_clothes") and not has_others]
    left = [role for role in worn if role not in shared]
    main = [role for role in left if _is_among(role, "main_clothes")]
    if shared:
        # Where one of two has a uniform and the other a dress or a Hawaiian shirt, not both have the uniform.
        whole = [role for role in shared if not _is_among(role, "shared_extras")]
        broader = set[str]().union(*(broader_tags(role.noun) for role in whole))
        other = [role for role in left if _is_outfit(role) and role.noun not in broader]
        if whole and other:
            return [role for role in shared if role not in whole], [*whole, *other] if is_pair else []
        has_uniform = any(_is_among(role, "uniforms") for role in shared) and not is_mixed
        return [*shared, *(role for role in left if has_uniform and _is_among(role, "uniform_parts"))], []
    if len({role.head for role in main}) == 1:
        are_alike = not is_mixed or len(main) > 1
        return [role for role in main if are_alike and _is_among(role, "clothes_of_all")], []
    return [], main if is_pair else []


def _is_outfit(role: Role) -> bool:
    return _is_among(role, "outfits") or (_is_kind(role) and _is_among(role, "tops"))


def _is_kind(role: Role) -> bool:
    return [rank for rank, _ in role.modifiers] == [NOUN_RANK]


def _give(picture: Picture, sex: str, worn: Sequence[Role]) -> None:
    """Put what those of one sex wear to the slot "theirs": "the girl wearing a red dress"."""
    if worn and picture.has(sex):
        is_one = count_of(picture, sex) == "1"
        said = merged(Picture(roles={"clothes": [*worn]}), "clothes", is_each=not is_one, of_one=is_one)
        who = name_of(picture, sex) if is_one else f"{sex}s"
        told = f"the {who} wearing {and_list(with_parts_of_uniform(said))}"
        picture.put("theirs", [Role("theirs", told)])


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
    held = picture.phrases("held")
    is_held = len(held) == 1 and "{her}" not in held[0] and held[0] != _SOMETHING
    # Who shares an umbrella holds it.
    is_held = is_held and not any(act.endswith(f" {held[0]}") for act in shared)
    told = [act for act in verbs if " " in act and not act.startswith("looking ")]
    told += [f"holding {held[0]}"] if is_held else []
    told += [act for act in verbs if act not in told]
    if told and told[0].split(" ")[0] in words["acts_apart"]:
        # Who pushes the wheelchair does not sit in it.
        picture.take("pose", lambda role: role.phrase.startswith(_AT_REST))
    return [*by_one[:1], *poses, *(f"one of them {act}" for act in [*told, *of_one])]


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
