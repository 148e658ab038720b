"""What is said of several people: what all have and do, and what is told of them without saying of whom.

No tag tells whose a beard or a sword is. What people in one picture nearly always share is said of all of
them, by the lists of words.json; "one of them" is said where the deed tells of two, as leaning on the other.
All else is pooled: "visible details include twin braids and a smile" is true whoever of them has it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from composer.appearance import merged, mixed
from composer.clothes_of_several import is_kind, share_clothes
from composer.deeds_of_several import share_deeds, told_of_pair
from composer.people_named import name_of
from composer.phrasing import and_list, led, lists, sentence_list, with_article
from composer.picture import COUNTS, Picture, count_of
from composer.somebody import BORN_TOGETHER
from composer.subject import PAIR, Subject
from composer.words import COLOUR_RANK, NOUN_RANK, Role
from english import is_plural
from tags.people_counts import BOYS, GIRLS

_SEVERAL_KINDS = re.compile(", among | and ")
_BODY, _WRINKLE, _HUMAN = "body", "wrinkle", "human"
_LENGTH = ("long hair", "short hair", "medium hair")
_LENGTHS = frozenset(("long", "short", "medium", "very long"))
_BALD = "bald"
_OLD, _OF_AGE = re.compile(r"\ban (old (?:man|woman))\b"), frozenset(("grey", "white"))
_OTHER = re.compile(r"\ba ((?:young )?(?:girl|boy|man|woman))\b")
_SOMETHING = "something"
_ONE_AND_OTHER = "one has {} and the other has {}"
_OF_AGES, _GROWN = "an age difference", ("grown girl", "grown boy")
_UNWORN, _EYEWEAR = "unworn ", {"glasses", "sunglasses"}
_GLASSES_ON_HEAD = "glasses on the head"
_AROUND, _CLOTHES_AROUND = " around ", "clothes around "
_PRINT, _ON_HEAD = " print", " on the head"
_OWN, _ONES = re.compile(r"\{her\}(?: own)?"), "{her} "


def share(picture: Picture, subject: Subject) -> None:
    """Leave in the picture what is said of all of several people or creatures, and pool the rest.

    The slot "one_does" gets what one does to the other, "told" sentences on them, "theirs" what is known to
    be that of one, "seen" what somebody has, "doing" what somebody does, and "pooled" what somebody wears.
    """
    is_exact = all(count_of(picture, sex).isdigit() for sex in COUNTS if picture.has(sex))
    is_pair = subject.number == PAIR and is_exact
    gestures = _share_gestures(picture, is_pair=is_pair)
    faces = share_deeds(picture, gestures, is_pair=is_pair)
    hair = _share_hair(picture, subject, is_pair=is_pair)
    body = _share_body(picture, subject, is_pair=is_pair)
    seen = [*hair, *body, *map(_of_nobody, gestures), *faces]
    # That somebody has short hair tells nothing by itself.
    bare = [each.removeprefix("an ").removeprefix("a ") for each in seen]
    seen = [each for each, less in zip(seen, bare, strict=True) if not _is_said(less, bare)]
    _pool(picture, "seen", [] if all(each.endswith(_LENGTH) for each in seen) else seen)
    if subject.kind == "it" and _SEVERAL_KINDS.search(subject.text):
        # The blue eyes need not be those of the kitten that is named last.
        _pool(
            picture, "seen", [*mixed(picture.roles.pop("eyes", ())), *merged(picture, _BODY, of_several=True)]
        )
        picture.roles.pop(_BODY, None)
    share_clothes(picture, is_pair=is_pair)
    _put_on_heads(picture)
    _compare(picture)
    _put_down(picture)


def _compare(picture: Picture) -> None:
    """Tell in what they differ, but not in age, where an old woman and a boy are told of."""
    differing = [
        each for each in picture.phrases("differing") if each != _OF_AGES or not picture.has(*_GROWN)
    ]
    compared = [lists().compared[each] for each in differing if each in lists().compared]
    _pool(picture, "told", [f"they differ {and_list(compared)}"] if compared else [])


def _put_down(picture: Picture) -> None:
    """Make what somebody holds a thing in view, unless a deed tells it."""
    done = picture.phrases("act", "one_does", "doing")
    picture.take("held", lambda role: any(deed.endswith(f" {role.phrase}") for deed in done))
    # No tag tells on whose lap the cat is.
    picture.take("on", lambda role: role.noun in lists().words["parts"])
    held = picture.take("held", lambda role: "{her}" not in role.phrase and role.phrase != _SOMETHING)
    things = picture.phrases("thing")
    picture.put("thing", [replace(role, slot="thing") for role in held if role.phrase not in things])


def _is_said(less: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases says this one too: "streaming tears" says "tears"."""
    end = f" {less}"
    return any(more.endswith(end) for more in phrases)


def _put_on_heads(picture: Picture) -> None:
    """Say of one fox mask and "a mask on the head" that the fox mask is on the head."""
    worn = {role.noun for role in picture.roles.get("pooled", ())}
    if worn >= _EYEWEAR and picture.take("seen", lambda role: role.phrase == _GLASSES_ON_HEAD):
        _pool(picture, "seen", [f"eyewear{_ON_HEAD}"])
    for placed in picture.phrases("seen"):
        noun, on_head, _ = placed.partition(_ON_HEAD)
        alike = [role for role in picture.roles.get("pooled", ()) if f"a {role.noun}" == noun]
        if on_head and len(alike) == 1:
            picture.take("seen", lambda role: role.phrase == placed)  # noqa: B023
            picture.take("pooled", lambda role: role in alike)  # noqa: B023
            _pool(picture, "seen", [f"{alike[0].phrase}{_ON_HEAD}"])


def told_of_some(picture: Picture) -> list[str]:
    """The sentences on what only some of several people do, have and wear."""
    doing = picture.phrases("doing")
    worn = merged(Picture(roles={"clothes": _apart_by_patterns(picture.roles.get("pooled", []))}), "clothes")
    worn = [f"clothes with {each}" if each.endswith(_PRINT) else each for each in worn]
    # The hat that lies there is worn by nobody.
    unworn = [thing.split(" ")[-1] for thing in picture.phrases("thing") if _UNWORN in thing]
    worn = [each for each in worn if each.split(" ")[-1] not in unworn]
    if sum(_AROUND in each for each in worn) > 1:
        worn = [each for each in worn if not each.startswith(_CLOTHES_AROUND)]
    seen = picture.phrases("seen")
    others = "other " if picture.has("one_does") else ""
    return [
        led(f"their {others}actions include", doing),
        *picture.phrases("told"),
        *_told_of_each(picture),
        led("visible details include", seen),
        led("their outfits include", worn),
    ]


def _apart_by_patterns(worn: Sequence[Role]) -> list[Role]:
    """Clothes of which a striped and a checkered shirt, or leather and plate armor, are not said as one."""
    states = lists().words["clothes_states"]
    patterned = Counter(
        role.head
        for role in worn
        if any(word in states or rank == NOUN_RANK for rank, word in role.modifiers)
    )
    return [replace(role, head="") if patterned[role.head] > 1 else role for role in worn]


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
    # One colour may be that of one, but twins have the same.
    are_alike = not set(BORN_TOGETHER).isdisjoint(picture.phrases("relation"))
    if picture.portraits or (len(coloured) == 1 and not are_alike):
        coloured = []
    lengths = [role for role in hair if _LENGTHS.issuperset(said for _, said in role.modifiers)]
    # Whoever reads "one of them" and then "one" takes both for the same.
    is_apart = is_pair and len(lengths) == PAIR and not picture.has("one_does")
    if is_apart:
        _pool(picture, "told", [_ONE_AND_OTHER.format(*(role.phrase for role in lengths))])
    elif is_pair and len(coloured) == PAIR == len(hair) and not (picture.names or picture.has("one_does")):
        _pool(picture, "apart", [_apart([role.phrase for role in coloured])])
        hair = []
    number = len([role for role in eyes if _is_coloured(role)])
    are_all = number > (0 if are_alike and is_pair else 1) and not picture.portraits
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
    # Of an old couple, no tag tells who is white-haired.
    old = _OLD.search(subject.text) if len(_OLD.findall(subject.text)) == 1 else None
    is_bald = bool(old and picture.take("quality", lambda role: role.phrase == _BALD))
    if not (old and (aged or is_bald)):
        return hair
    # Grey hair is not that of the grandchild too, nor black hair that of the grandmother.
    _give(picture, f"the {old[1]}", f"has {aged[0].phrase}" if aged else f"is {_BALD}")
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


def _share_body(picture: Picture, subject: Subject, *, is_pair: bool) -> list[str]:
    """Put a beard to its man, and leave what animals of one kind have; returns what else is seen."""
    picture.roles.pop("bared", None)
    body = picture.take("body", lambda role: True)
    has_human = any(role.noun == _HUMAN for role in picture.roles.get("kind", ()))
    if not (picture.has(*COUNTS) or picture.names or has_human) and len(picture.species) < PAIR:
        # All owls have wings, but one of them has a scar.
        picture.put("body", [role for role in body if not role.phrase.startswith(("a ", "an "))])
        body = [role for role in body if role.phrase.startswith(("a ", "an "))]
    body = [role for role in body if role.noun != _BODY]  # "A black body and a white body"
    if old := _OLD.search(subject.text):
        nouns = lists().words["of_men"] if old[1].endswith(" man") else frozenset[str]()
        theirs = [role for role in body if role.phrase.startswith(_WRINKLE) or role.noun in nouns]
        body = [role for role in body if role not in theirs]
        for role in theirs:
            _give(picture, f"the {old[1]}", f"has {role.phrase}")
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


def _share_gestures(picture: Picture, *, is_pair: bool) -> list[str]:
    """Leave the gestures of all, such as heads together; returns the others.

    Of two, who kisses the other on the cheek does something, which becomes an act.
    """
    shared, idle = lists().words["shared_gestures"], lists().words["idle_gestures"]
    others = picture.take(
        "gesture", lambda role: role.phrase.replace("{her}", "their").replace(" ", "_") not in shared
    )
    gestures = [role.phrase for role in others if role.phrase.replace(" ", "_") not in idle]
    if not is_pair:
        return gestures
    are_told = any(act in lists().of_two for act in picture.phrases("act"))
    done = [each for each in gestures if each in lists().of_two and not are_told][:1]
    _pool(picture, "act", done)
    return [told_of_pair(each) for each in gestures if each not in done]
