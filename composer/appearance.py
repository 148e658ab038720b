"""What those shown look like: hair, eyes, body, clothes, with tags of one noun said together."""

import re
from collections.abc import Iterable, Sequence
from operator import itemgetter

from composer.fittings import with_parts_of_uniform, with_their_parts, worn_with_parts
from composer.phrasing import and_list, as_words, in_plural, led, lists, sentence_list, with_article
from composer.picture import Picture
from composer.subject import names_with_series
from composer.words import COLOUR_RANK, NOUN_RANK, REST, Role
from tags.people_counts import BOYS, GIRLS

# One thing has one of each of these, but may be described by several others: a shirt of two colours is two.
_EXCLUSIVE_RANKS = (0, COLOUR_RANK, NOUN_RANK)
_SIZE_RANKS = (0, 1)
_IS_SHOWN = "is shown"
# How long it is: "medium black hair" could be its shade.
_MEDIUM = re.compile("^medium(?!-)")
_PAIR, _IN = 2, " in "
_OVER_FACE = re.compile("^hair(?= (?:between|over) )")


def of_one(picture: Picture, *, after_comma: bool) -> str:
    """The looks of somebody, to follow who they are: " with blue eyes, wearing a hat"; "" for none."""
    has = _described(picture)
    wears, holds = _worn(picture), picture.phrases("held")
    return _following([*has, led("wearing", wears), led("holding", holds)], after_comma)


def told_of_one(picture: Picture, text: str, *, ends_in_aside: bool, beside: Sequence[str]) -> str:
    """The sentence on who somebody is and the looks: "a girl with blue eyes wears a hat and holds a cup".

    `text` says who it is, `beside` are those beside them. Where there is no more to say, it is `text` alone.
    """
    has, visible = _described(picture)
    deeds = [
        led("wears", _worn(picture)),
        led("holds", picture.phrases("held")),
        led("is shown with", beside),
    ]
    deeds = [deed for deed in deeds if deed]
    if not (deeds or visible):
        has, deeds = "", [has.replace("with", "has", 1)] if has else []
    looks = _following([has, visible], ends_in_aside)
    has_comma = "," in text or (looks and ((has and visible) or ends_in_aside))
    done = sentence_list(deeds or ([_IS_SHOWN] if looks else []))
    return f"{text}{looks}{',' if has_comma else ''} {done}" if done else text


def _described(picture: Picture) -> tuple[str, str]:
    """What somebody has, and what of them is bare: ("with blue eyes", "{her} navel visible")."""
    # "Goggles on his head and abs" would be on both.
    body = sorted(merged(picture, "body"), key=lambda part: " on {her} " in part)
    hair, others = _hair(picture), [*merged(picture, "eyes"), *body]
    if len(hair) == _PAIR and not others and _IN in hair[0]:
        hair.reverse()  # "Hair in a bob cut and bangs" would be in bangs too.
    having = [*hair, *others]
    bared = and_list(picture.phrases("bared"))
    return led("with", having), bared and f"{'' if having else 'with '}{{her}} {bared} visible"


def _worn(picture: Picture) -> list[str]:
    return with_their_parts(worn_with_parts(merged(picture, "clothes", of_one=True)))


def told_of_several(picture: Picture, text: str, *, ends_in_aside: bool) -> tuple[str, str]:
    """Who several are and what they share: "two girls with red hair" and "wear hats".

    `text` says who they are. The colours of hair need not all be those of each.
    """
    having = [said for slot in ("hair", "eyes") for said in mixed(picture.roles.get(slot, ()))]
    having += merged(picture, "body", of_several=True)
    worn = merged(picture, "clothes", is_each=True)
    if not (picture.has(GIRLS) and picture.has(BOYS)):
        # A girl and a boy may wear a dress and a uniform.
        worn = with_parts_of_uniform(worn)
    looks = _following([led("with", having), *picture.phrases("apart")], ends_in_aside or not having)
    is_bare = text == names_with_series(picture.names)
    is_aside = "," in text and not is_bare and (picture.names or ends_in_aside or ", among " in text)
    has_comma = is_aside or ", and " in looks or (looks and (ends_in_aside or picture.has("apart")))
    return f"{text}{looks}{',' if has_comma else ''}", led("wear", worn)


def _without_hair(style: str) -> str:
    return style.replace("hair ", "")


def _following(clauses: Iterable[str], after_comma: bool) -> str:
    looks = ", ".join(filter(None, clauses))
    return looks and (", " if after_comma else " ") + looks


def of_each(picture: Picture) -> str:
    """The looks of one of several, to be told one after the other: " with red hair and a hat"."""
    having = _hair(picture)
    having += [said for slot in ("eyes", "body", "clothes") for said in merged(picture, slot, of_one=True)]
    having += [with_article(f"visible {part}") for part in picture.phrases("bared")]
    having += picture.phrases("being", "vehicle", "thing", "feature", REST)
    said = [led(" with", having), led(", holding", picture.phrases("held"))]
    return "".join(said)


def _hair(picture: Picture) -> list[str]:
    """The hair, and what falls into the face: "long aqua hair in twintails", "blunt bangs"."""
    hair, styles, fringe = merged(picture, "hair"), picture.phrases("hairstyle"), picture.phrases("fringe")
    if not hair:
        return styles + fringe
    hair = [_MEDIUM.sub("medium-length", said) for said in hair]
    fringe = [_OVER_FACE.sub("locks", said) for said in fringe]
    return [" ".join(filter(None, (and_list(hair), led("in", map(_without_hair, styles))))), *fringe]


def mixed(roles: Iterable[Role]) -> list[str]:
    """What several people have of one kind: "short black and blonde hair"."""
    nouns: dict[str, tuple[list[str], list[str]]] = {}
    for role in roles:
        sizes, colours = nouns.setdefault(role.head or role.phrase, ([], []))
        for rank, adjective in role.modifiers:
            said = sizes if rank in _SIZE_RANKS else colours
            said += [] if adjective in said else [adjective]
    return [
        " ".join(filter(None, [*sizes, and_list(colours), noun])) for noun, (sizes, colours) in nouns.items()
    ]


def merged(
    picture: Picture, slot: str, *, of_several: bool = False, of_one: bool = False, is_each: bool = False
) -> list[str]:
    """Say a slot, with tags of one noun together: black_skirt, pleated_skirt ─▶ "a black pleated skirt".

    `of_several` is whether several may have each its own of these, as wings of feathers and those of a bat,
    `of_one` whether it is all worn by one, who wears no two dresses, and `is_each` whether each of several
    wears one.
    """
    if slot not in picture.roles:
        return []
    groups: dict[str, list[Role]] = {}
    for role in picture.roles[slot]:
        groups.setdefault(role.head or role.phrase, []).append(role)
    said: list[str] = []
    for head, roles in groups.items():
        if len(roles) == 1:
            said.append(_plural_of(roles[0].phrase) if is_each else roles[0].phrase)
            continue
        all_modifiers = (modifier for role in roles for modifier in role.modifiers)
        modifiers = dict.fromkeys(sorted(all_modifiers, key=itemgetter(0)))
        is_colour_of_kind = [rank for rank, _ in modifiers] == [COLOUR_RANK, NOUN_RANK]
        is_coat = head in lists().words["coats_of"] and all(rank != NOUN_RANK for rank, _ in modifiers)
        is_one = not of_several or is_colour_of_kind or is_coat
        # Of several, the bride wears the wedding dress and others the pink dress.
        is_one = is_one and not (is_each and is_colour_of_kind) and _can_be_one_thing(slot, head, modifiers)
        if is_one or (of_one and _is_worn_once(head, modifiers)):
            told = f"{_adjectives(modifiers)} {as_words(head)}"
            said.append(in_plural(told) if is_each else with_article(told))
        elif slot == "clothes" and head not in lists().words["unmerged"] and _are_told_by_adjectives(roles):
            kinds = (" ".join(adjective for _, adjective in role.modifiers) for role in roles)
            said.append(f"{and_list(kinds)} {in_plural(as_words(head))}")
        else:
            phrases = [role.phrase for role in roles if not _is_colour_of_some(role, roles)]
            said += map(_plural_of, phrases) if is_each else phrases
    return said


def _plural_of(phrase: str) -> str:
    """A garment that each of several wears: school uniforms for "a school uniform"."""
    return in_plural(phrase.removeprefix("a ").removeprefix("an "))


def _is_worn_once(head: str, modifiers: Iterable[tuple[int, str]]) -> bool:
    """Whether one person has one of these, of whatever colours; but a straw hat is no witch hat."""
    return head in lists().words["worn_once"] and [rank for rank, _ in modifiers].count(NOUN_RANK) < 2


def _are_told_by_adjectives(roles: Iterable[Role]) -> bool:
    """Whether these differ in their adjectives: a white dress and a frilled dress, but no dress shirt."""
    return all(role.modifiers and role.modifiers[-1][0] != NOUN_RANK for role in roles)


def _is_colour_of_some(role: Role, roles: Sequence[Role]) -> bool:
    """Whether a blue ribbon is the hair ribbon or the neck ribbon, which nobody tells."""
    of_kinds = [other for other in roles if any(rank == NOUN_RANK for rank, _ in other.modifiers)]
    is_plain = [rank for rank, _ in role.modifiers] == [COLOUR_RANK]
    return is_plain and len(of_kinds) > 1 and role.head in lists().words["unmerged"]


def _can_be_one_thing(slot: str, head: str, modifiers: Iterable[tuple[int, str]]) -> bool:
    """Whether all this can be one thing: there is one sky, but shirts of two colours are two shirts.

    Of things that people wear several of, a colour and a kind belong together, as in "a red hair bow".
    """
    if slot not in {"clothes", "body"} or head in lists().words["coats_of"]:
        return True
    ranks = [rank for rank, _ in modifiers]
    if head in lists().words["unmerged"]:
        return NOUN_RANK in ranks and len(set(ranks)) == len(ranks)
    return all(ranks.count(rank) < 2 for rank in _EXCLUSIVE_RANKS)


def _adjectives(modifiers: Iterable[tuple[int, str]]) -> str:
    by_rank: dict[int, list[str]] = {}
    for rank, adjective in modifiers:
        by_rank.setdefault(rank, []).append(adjective)
    # Black-tinted glasses are tinted.
    by_rank = {
        rank: [each for each in said if not any(other.endswith(f"-{each}") for other in said)]
        for rank, said in by_rank.items()
    }
    return " ".join(
        and_list(said) if rank in (0, COLOUR_RANK) else " ".join(said) for rank, said in by_rank.items()
    )
