"""The tags of one picture, sorted by where a caption says them, and how many people they count."""

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from composer.characters import animals_of_one, series_by_name, without_forms
from composer.narrowing import narrowed
from composer.phrasing import REMEMBERED_TAGS, as_words, display_name, lists, without_article
from composer.words import META, Role
from english import NUMBER_WORDS
from tags.categories import CHARACTER, COPYRIGHT, SPECIES, UNSEEN, is_unsaid
from tags.implications import broader_tags
from tags.people_counts import BOYS, GIRLS, MULTIPLE, OTHERS
from tags.proper_names import proper_names, told_series

COUNTS = (GIRLS, BOYS, OTHERS)
VEHICLE_FOCUS = "a focus on the vehicle"
LOOKS = ("hair", "hairstyle", "eyes", "body", "clothes", "pose")
_COSPLAY = "_(cosplay)"
_CARRIED = re.compile("pokemon_on_(?:arm|head|lap|shoulder)$")
# Python refuses to make a number of thousands of digits.
_MOST_DIGITS = 4
# Nobody counts more people than these in a picture: of "6+girls" a caption tells a group.
_MOST_COUNTED = 5
# The head of the name of an animal.
NAMED = "named"
_PLURALS = {GIRLS: "girls", BOYS: "boys", OTHERS: "people"}


@dataclass(slots=True)
class Picture:
    """The tags of one picture, sorted.

    `names` has for each character the series that it is known to come from, `series` the other series.
    `number` is how many people tags count at least; whoever changes the counts has to `count` them again.
    `roles` has what the other tags say, by slot. `portraits` has by name what is said of one character
    alone, which stands nowhere else but for the counts of people.
    """

    names: dict[str, list[str]] = field(default_factory=dict)
    series: list[str] = field(default_factory=list)
    species: list[str] = field(default_factory=list)
    number: int = 0
    roles: dict[str, list[Role]] = field(default_factory=dict)
    portraits: dict[str, "Picture"] = field(default_factory=dict)

    def count(self) -> None:
        """Count the people anew."""
        self.number = _people(_counts(self), are_none_human=False)[1]

    def phrases(self, *slots: str) -> list[str]:
        """What these slots say, slot after slot."""
        return [role.phrase for slot in slots if slot in self.roles for role in self.roles[slot]]

    def has(self, *slots: str) -> bool:
        """Whether any of these slots says something."""
        # This is asked so often that a loop is faster than a set.
        for slot in slots:  # noqa: SIM110
            if slot in self.roles:
                return True
        return False

    def take(self, slot: str, is_meant: Callable[[Role], bool]) -> list[Role]:
        """Take out of a slot the roles that are meant."""
        roles = self.roles.get(slot, ())
        taken = [role for role in roles if is_meant(role)]
        if taken and (left := [role for role in roles if role not in taken]):
            self.roles[slot] = left
        elif taken:
            del self.roles[slot]
        return taken

    def put(self, slot: str, roles: Sequence[Role]) -> None:
        """Add roles to a slot, which stays away where there are none."""
        if roles:
            self.roles.setdefault(slot, []).extend(roles)


def has_people(picture: Picture) -> bool:
    """Whether somebody is counted, named, or of a species."""
    return bool(picture.has(*COUNTS) or picture.names or picture.species)


def is_medium(tag: str) -> bool:
    """Whether a tag names what a picture is made with. That can be seen, though wikis count it as meta."""
    return tag in lists().words["media"]


def sort_tags(
    tags: Sequence[str], categories: Mapping[str, str], traits: Mapping[str, Sequence[str]]
) -> Picture:
    """Sort tags by where a caption says them, without those that no caption says.

    `traits` has for characters the tags that are theirs alone.
    """
    picture = Picture()
    characters, copyrights, others = _by_category(tags, categories)
    characters = without_forms(characters, others)
    titles = list(dict.fromkeys(map(display_name, told_series(copyrights)))) if copyrights else []
    animals = animals_of_one(characters, others)
    picture.names = series_by_name(
        {tag: name for tag, name in characters.items() if tag not in animals}, titles
    )
    picture.put("being", [Role("being", characters[tag], head=NAMED) for tag in animals])
    known = {title for found in picture.names.values() for title in found}
    picture.series = [title for title in titles if title not in known]
    owners = _owners(characters, traits) if len(picture.names) > 1 else {}
    picture.portraits = {name: Picture() for name in owners.values()}
    species = {tag for tag in others if categories.get(tag) == SPECIES and not is_unsaid(tag)}
    for tag, role in _placed(others, species):
        owner = owners.get(tag)
        shown = picture.portraits[owner] if owner else picture
        if tag in species:
            shown.species.append(role.phrase)
            continue
        shown.roles.setdefault(role.slot, []).append(role)
        if owner and role.slot in COUNTS:
            # Whoever is counted stays counted.
            picture.roles.setdefault(role.slot, []).append(role)
    for each in (picture, *picture.portraits.values()):
        each.count()
    if picture.has("being"):
        _name_animal(picture)
    if len(picture.names) > 1 == picture.number and any(map(_CARRIED.match, others)):
        # Ash and Pikachu are a boy and a Pokemon.
        picture.roles.setdefault("kind", []).append(Role("kind", "a Pokemon"))
    return picture


def _by_category(
    tags: Sequence[str], categories: Mapping[str, str]
) -> tuple[dict[str, str], list[str], list[str]]:
    """The characters with their names, the series, and the other tags that a caption says."""
    characters: dict[str, str] = {}
    copyrights: list[str] = []
    others: list[str] = []
    for tag in dict.fromkeys(tags):
        category = categories.get(tag)
        if not tag.strip("_ ") or (category in UNSEEN and not is_medium(tag)):
            continue
        # Reimu in Marisa's clothes is not Marisa, nor is the Master Sword somebody.
        if category == CHARACTER and not (tag.endswith(_COSPLAY) or tag in proper_names()):
            characters[tag] = display_name(tag)
        elif category == COPYRIGHT:
            copyrights += [] if is_unsaid(tag) else [tag]
        else:
            others.append(without_article(tag))
    return characters, copyrights, others


def _name_animal(picture: Picture) -> None:
    """Epona and a horse are the horse Epona, and Frog is the frog."""
    names = {name.lower() for name in picture.names}
    picture.take("being", lambda role: role.noun in names)
    beings = picture.roles.get("being", [])
    named = [role for role in beings if role.head == NAMED]
    if named:
        # The alien beside Samus is the Metroid.
        picture.take("kind", lambda role: role.noun in lists().words["of_no_people"])
    others = [role for role in beings if role.head != NAMED]
    if len(named) == len(others) == 1:
        name, noun = named[0].phrase, others[0].noun
        told = name if noun in name.lower().split(" ") else f"the {noun} {name}"
        picture.roles["being"] = [replace(named[0], phrase=told)]


def _owners(characters: Mapping[str, str], traits: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The name of the character that a tag is said of alone, by tag."""
    return {
        tag: characters[character]
        for character, theirs in traits.items()
        if character in characters
        for tag in theirs
    }


def _placed(tags: Sequence[str], species: Collection[str]) -> Iterator[tuple[str, Role]]:
    """The tags that a caption says, each with what it says, without what another one says too."""
    said: dict[tuple[str, str], tuple[list[str], Role]] = {}
    for tag, spoken in narrowed(tags):
        is_species = tag in species
        role = Role("species", as_words(tag), covers=broader_tags(tag)) if is_species else spoken
        if role.slot != META:
            said.setdefault((role.slot, role.phrase), ([], role))[0].append(tag)
    groups = list(said.values())
    # Tags that say the same do not cover each other, nor does a family (ursine) cover an animal (bear).
    named_after, families = _named_after(groups), lists().words["families"]
    covered, all_tags = set[str](), frozenset(tags)
    for alike, role in groups:
        said_too = role.covers & all_tags
        if said_too and not families.issuperset(alike):
            covered |= said_too.difference(alike, named_after if role.slot == "thing" else ())
    kept = {at: role for at, (alike, role) in enumerate(groups) if not covered.issuperset(alike)}
    # Of those that cover each other, as horseback_riding and riding_horse, the one that covers most is kept.
    left_out = [at for at in range(len(groups)) if at not in kept]
    left_out.sort(key=lambda at: -len(groups[at][1].covers))
    for at in left_out:
        alike, role = groups[at]
        if all(other.covers.isdisjoint(alike) for other in kept.values()):
            kept[at] = role
    yield from ((groups[at][0][0], kept[at]) for at in sorted(kept))


def _named_after(groups: Sequence[tuple[Sequence[str], Role]]) -> frozenset[str]:
    """The animals that things are named after: a teddy bear is no bear."""
    things = [tag for alike, role in groups if role.slot == "thing" for tag in alike]
    animals = [tag for alike, role in groups if role.slot == "being" for tag in alike]
    return frozenset(each for each in animals if any(thing.endswith(f"_{each}") for thing in things))


def count_of(picture: Picture, sex: str) -> str:
    """The count of a sex, "" for none: "2", "6+", "multiple". Of two counts the larger holds."""
    return max(picture.phrases(sex), key=_size) if sex in picture.roles else ""


def counted_people(picture: Picture) -> tuple[list[str], int]:
    """Those whom tags count, in words, and how many they are at least: ["two girls", "a boy"] and 3."""
    said, number = _people(_counts(picture), are_none_human=picture.has("empty"))
    return list(said), number


def _counts(picture: Picture) -> tuple[tuple[str, str], ...]:
    """The sexes that are counted, each with its count."""
    roles = picture.roles
    return tuple([(sex, role.phrase) for sex in COUNTS if sex in roles for role in roles[sex]])


@lru_cache(maxsize=REMEMBERED_TAGS)
def _people(counts: Sequence[tuple[str, str]], *, are_none_human: bool) -> tuple[Sequence[str], int]:
    """Those who are counted, and how many they are; if none is human, no caption should call them people."""
    said: list[str] = []
    number = 0
    larger = {sex: max((each for of, each in counts if of == sex), key=_size) for sex, _ in counts}
    for sex, plural in _PLURALS.items():
        if count := larger.get(sex):
            number += math.ceil(_size(count))
            other = "other " if sex == OTHERS and said else ""
            singular = "person" if sex == OTHERS else sex
            if sex == OTHERS and are_none_human:
                # Robots, for example.
                singular, plural = "character", "characters"
            said.append(_counted(count, other + singular, other + plural))
    if len(said) > 1 and all(_is_crowd(larger.get(sex, "")) for sex in (GIRLS, BOYS)):
        said[:2] = ["a crowd of girls and boys"]
    return said, number


def _is_crowd(count: str) -> bool:
    """Whether so many are not counted: "6+"."""
    return count.endswith("+") and _size(count) > _MOST_COUNTED


@lru_cache(maxsize=REMEMBERED_TAGS)
def _size(count: str) -> float:
    """What to compare counts by: several are more than one, and "2+" is more than "2"."""
    if count == MULTIPLE:
        return 1.5
    return int(count.rstrip("+")[:_MOST_DIGITS]) + (0.5 if count.endswith("+") else 0)


def _counted(count: str, one: str, many: str) -> str:
    """("3", "girl", "girls") ─▶ "three girls", and "6+" ─▶ "a group of girls"."""
    if count == "1":
        return f"one {one}" if one.startswith("other") else f"a {one}"
    if len(count) > _MOST_DIGITS and count != MULTIPLE:
        return f"{count} {many}"
    if _is_crowd(count):
        return f"a group of {many}"
    if count == MULTIPLE or count.endswith("+"):
        return f"several {many}"
    number = NUMBER_WORDS[int(count)] if int(count) < len(NUMBER_WORDS) else count
    return f"{number} {many}"
