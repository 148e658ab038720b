"""Rules on what a picture says beside what else it says: what is left out, and what moves to another slot.

rules.json has them in groups, which `follow` goes through by name, each in its order. A rule has

- `why`: the reason, for readers; a rule without one has that of the rule before it.
- `of`: the slots whose roles are meant, "body thing", of those in words.json. All of their roles are, unless
  it has `phrases` (a star stands for any letters), `nouns` (the last word of a phrase), or `bare` (a phrase
  without its first word). `but` are phrases and nouns that are not meant.
- `to`: the slot they move to; without it they are left out. `as`: how they are told there, with {} for the
  phrase, {bare} for the phrase without its first word, and {her} for her, his or their.
- `if`: conditions that must all hold. `unless`: conditions of which none may hold.

A condition is a slot that says something ("being"), a number ("being > 1"), a phrase ("place: inside *"), a
noun that one role has ("being ~ cat") or all have ("all being ~ cat"), a name in `_NAMED_CONDITIONS`, or "no"
before any of these; " | " stands between two of which one is enough. A name with an @ means all words of a
list in words.json: "being ~ @winged".

A new rule goes into the group that is about its like, behind the rules whose results it builds on, with a
case in tests/composer/test_kinds.py.
"""

import fnmatch
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from composer.phrasing import Remembered, lists
from composer.picture import COUNTS, Picture, has_people
from composer.words import Role

_Condition = Callable[[Picture], bool]

_NAMED_CONDITIONS: Mapping[str, _Condition] = {
    "people": has_people,
    "counted": lambda picture: picture.has(*COUNTS),
    "one": lambda picture: picture.number == 1,
    "several": lambda picture: picture.number > 1,
    "named": lambda picture: bool(picture.names),
    "several names": lambda picture: len(picture.names) > 1,
    "species": lambda picture: bool(picture.species),
    "nothing else": lambda picture: (
        len(picture.roles) == 1 and not (picture.names or picture.series or picture.species)
    ),
}


@dataclass(frozen=True, slots=True)
class _Rule:
    slots: Sequence[str]
    is_meant: Callable[[Role], bool]
    conditions: Sequence[_Condition]
    to: str
    said: str


def follow(picture: Picture, name: str) -> None:
    """Follow the rules of a name, each at most once and in their order, by what those before have left."""
    rules, last = _rules()[name], -1
    while found := _meaning_any(picture, name):
        for last in sorted(number for number in found if number > last):
            if all(holds(picture) for holds in rules[last].conditions):
                _do(picture, rules[last])
                break  # Other rules may mean what is there now.
        else:
            return


def _meaning_any(picture: Picture, name: str) -> set[int]:
    """The numbers of the rules that mean something in a picture: few of all, so they are looked for first."""
    roles, found = picture.roles, set[int]()
    for slot, meaning in _slots(name):
        if slot in roles:
            for role in roles[slot]:
                if numbers := meaning[role.phrase]:
                    found |= numbers
    return found


@cache
def _slots(name: str) -> Sequence[tuple[str, Remembered[frozenset[int]]]]:
    """The slots that rules are about, and the numbers of the rules that mean a phrase there."""
    slots = dict.fromkeys(slot for rule in _rules()[name] for slot in rule.slots)
    return [(slot, Remembered(partial(_meaning, name, slot))) for slot in slots]


def _meaning(name: str, slot: str, phrase: str) -> frozenset[int]:
    role = Role(slot, phrase)
    rules = enumerate(_rules()[name])
    return frozenset(number for number, rule in rules if slot in rule.slots and rule.is_meant(role))


def _do(picture: Picture, rule: _Rule) -> None:
    for slot in rule.slots:
        taken = picture.take(slot, rule.is_meant)
        if rule.to:
            picture.put(rule.to, [_said(role, rule) for role in taken])


def _said(role: Role, rule: _Rule) -> Role:
    if not rule.said:
        return role
    phrase = rule.said.format(role.phrase, bare=role.phrase.partition(" ")[2], her="{her}")
    return replace(role, slot=rule.to, phrase=phrase)


@cache
def _rules() -> Mapping[str, Sequence[_Rule]]:
    raw: Mapping[str, Sequence[Mapping[str, str | list[str]]]] = json.loads(
        Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
    )
    return {name: [_rule(**rule) for rule in rules] for name, rules in raw.items()}


def _rule(**told: str | list[str]) -> _Rule:
    slots, to, said = (str(told.get(key, "")) for key in ("of", "to", "as"))
    conditions = [*told.get("if", ()), *(f"no {text}" for text in told.get("unless", ()))]
    return _Rule(slots.split(), _selection(told), [*map(_any_of, conditions)], to, said)


def _selection(told: Mapping[str, str | list[str]]) -> Callable[[Role], bool]:
    """Which roles of its slots a rule means."""
    is_one, left_out = _one_of(told), told.get("but")
    if not left_out:
        return is_one
    nouns = _words(name for name in left_out if name[0] == "@")
    fits = _fitting(name for name in left_out if name[0] != "@")
    return lambda role: is_one(role) and not (role.noun in nouns or fits(role.phrase))


def _one_of(told: Mapping[str, str | list[str]]) -> Callable[[Role], bool]:
    """Which roles it means by their phrases or nouns."""
    if phrases := told.get("phrases"):
        fits = _fitting(phrases)
        return lambda role: fits(role.phrase)
    if nouns := told.get("nouns"):
        of_nouns = _words(str(nouns).split())
        return lambda role: role.noun in of_nouns
    if bare := told.get("bare"):
        of_bare = _words(str(bare).split())
        return lambda role: role.phrase.partition(" ")[2] in of_bare
    return lambda role: True


def _words(names: Iterable[str]) -> frozenset[str]:
    """The words, and those of the lists that are named."""
    words = {**lists().words, "faces": lists().faces}
    found = set[str]()
    for name in names:
        listed, space, noun = name[1:].partition(" ")
        found |= {f"{word}{space}{noun}" for word in words[listed]} if name[0] == "@" else {name}
    return frozenset(found)


def _fitting(phrases: Iterable[str]) -> Callable[[str], bool]:
    """What tells whether a phrase is one of these."""
    phrases = [*phrases]
    whole = {phrase.replace("_", " ") for phrase in _words(phrases)}
    starred = "|".join(fnmatch.translate(phrase) for phrase in phrases if "*" in phrase)
    matches = re.compile(starred).match
    if not starred:
        return lambda text: text in whole
    return lambda text: text in whole or matches(text) is not None


def _any_of(text: str) -> _Condition:
    """The condition that one of several holds."""
    conditions = [_condition(each) for each in text.split(" | ")]
    if len(conditions) == 1:
        return conditions[0]
    return lambda picture: any(holds(picture) for holds in conditions)


def _condition(text: str) -> _Condition:
    if text.startswith("no "):
        holds = _condition(text.removeprefix("no "))
        return lambda picture: not holds(picture)
    slot, colon, phrase = text.partition(": ")
    if colon:
        fits = _fitting([phrase])
        return lambda picture: any(fits(role.phrase) for role in picture.roles.get(slot, ()))
    slots, tilde, nouns = text.partition(" ~ ")
    if tilde:
        of_nouns, slot = _words(nouns.split()), slots.removeprefix("all ")
        told = all if slot != slots else any
        return lambda picture: told(role.noun in of_nouns for role in picture.roles.get(slot, ()))
    slot, more, number = text.partition(" > ")
    if more:
        return lambda picture: len(picture.roles.get(slot, ())) > int(number)
    return (lambda picture: text in picture.roles) if text in lists().form else _NAMED_CONDITIONS[text]
