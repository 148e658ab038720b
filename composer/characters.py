"""The character tags of a picture: which of them are people, and from which series they come.

A series is said of a character whose qualifier names it, as in ganyu_(genshin_impact), or where only one
character and one series are left to belong together.
"""

import re
from collections.abc import Mapping, Sequence

from composer.phrasing import lists
from composer.words import role_of
from tags.implications import broader_tags
from tags.people_counts import fewest_people
from tags.spelling import qualifiers, without_qualifiers

_BETWEEN_WORDS = re.compile(r"[\s_/:]+")
_CREATURE, _SOLO = "creature", "solo"


def without_forms(characters: Mapping[str, str], others: Sequence[str]) -> dict[str, str]:
    """The characters, of whom one has one name where they are more than people: Vi, and not Arcane VI too.

    Where a tag implies the other one, as saber_(fate) does artoria_pendragon_(fate), it says both. `others`
    are the other tags of the picture, which count people.
    """
    found = dict(characters)
    if len(found) < 2:
        return found
    people = fewest_people(others)
    bases = {tag: without_qualifiers(tag) for tag in characters}
    for tag, base in bases.items():
        rest = [other for other in found if other != tag]
        is_told = any(tag in broader_tags(other) for other in rest)
        is_form = any(bases[other] in broader_tags(base) for other in rest)
        if first := next((other for other in rest if bases[other] == lists().second_names.get(base)), ""):
            # Tsukino Usagi (Sailor Moon) is one.
            found[first] += f" ({found.pop(tag)})"
        elif 1 < people < len(found) and (is_told or is_form):
            del found[tag]
    return found


def animals_of_one(characters: Mapping[str, str], others: Sequence[str]) -> list[str]:
    """The characters that are animals or vehicles of somebody alone: Epona beside Link, who rides a horse."""
    first, *rest = characters or [""]
    if not rest or _SOLO not in others:
        return []
    has_animal = any(role_of(tag).slot in ("being", "vehicle") for tag in others)
    words = set(without_qualifiers(first).split("_"))
    unlike = [
        tag
        for tag in rest
        if words.isdisjoint(tag.split("_"))
        and tag not in broader_tags(first)
        and first not in broader_tags(tag)
    ]
    # Bloop (Gawr Gura) is with Gawr Gura.
    base = without_qualifiers(first)
    return [
        tag
        for tag in rest
        if (tag in unlike and (has_animal or _CREATURE in qualifiers(tag))) or base in qualifiers(tag)
    ]


def series_by_name(characters: Mapping[str, str], titles: Sequence[str]) -> dict[str, list[str]]:
    """The titles that each name belongs to; `characters` has the name of each tag."""
    known: dict[str, list[str]] = {name: [] for name in characters.values()}
    for tag, name in characters.items():
        sources = [_words(said) for said in qualifiers(tag)]
        # A title may go on after what the qualifier says: fate, Fate/Grand Order.
        known[name] += [
            title
            for title in titles
            if title not in known[name] and any(_words(title)[: len(source)] == source for source in sources)
        ]
    if len(titles) == 1 and any(known.values()):
        # One of them is known to come from it, so the others that tell nothing else do too.
        for tag, name in characters.items():
            known[name] = known[name] or ([] if qualifiers(tag) else list(titles))
    titles_left = [title for title in titles if not any(title in found for found in known.values())]
    names_left = [name for name, found in known.items() if not found]
    if len(titles_left) == len(names_left) == 1:
        known[names_left[0]] = titles_left
    return known


def _words(text: str) -> tuple[str, ...]:
    return tuple(_BETWEEN_WORDS.split(text.lower()))
