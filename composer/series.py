"""Which character comes from which series, as far as the tags tell.

A series is said of a character whose qualifier names it, as in ganyu_(genshin_impact), or where only one
character and one series are left to belong together.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from composer.phrasing import and_list

_QUALIFIER = re.compile(r"\(([^()]*)\)")
_BETWEEN_WORDS = re.compile(r"[\s_/:]+")


def longest(titles: Iterable[str]) -> list[str]:
    """Leave out what a longer title says: Fate beside Fate/Grand Order."""
    parts = {title: _words(title) for title in dict.fromkeys(titles)}
    openings = {words[:size] for words in parts.values() for size in range(1, len(words))}
    return [title for title, words in parts.items() if words not in openings]


def origins(characters: Mapping[str, str], titles: Sequence[str]) -> dict[str, list[str]]:
    """Tell the titles that each name belongs to; those of nobody in particular are left out.

    `characters` has the name of each tag.
    """
    known: dict[str, list[str]] = {name: [] for name in characters.values()}
    for tag, name in characters.items():
        qualifiers = [_words(said) for said in _QUALIFIER.findall(tag)]
        known[name] += [
            title for title in titles if title not in known[name] and _is_one_of(title, qualifiers)
        ]
    nameless = [title for title in titles if not any(title in found for found in known.values())]
    homeless = [name for name, found in known.items() if not found]
    if len(nameless) == len(homeless) == 1:
        known[homeless[0]] = nameless
    return known


def names_with_series(known: Mapping[str, Sequence[str]]) -> str:
    """Say names and where they are from: "Rem and Ram from Re:Zero, and Ganyu".

    Who is from nowhere known comes last, so that no "from" before can be heard of them.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, titles in known.items():
        groups.setdefault(tuple(titles), []).append(name)
    strangers = groups.pop((), [])
    said = [f"{and_list(names)} from {and_list(titles)}" for titles, names in groups.items()]
    return and_list([*said, *strangers])


def _words(text: str) -> tuple[str, ...]:
    return tuple(_BETWEEN_WORDS.split(text.lower()))


def _is_one_of(title: str, qualifiers: Iterable[tuple[str, ...]]) -> bool:
    """Tell whether a qualifier is how the title begins: fate of Fate/Grand Order."""
    words = _words(title)
    return any(words[: len(qualifier)] == qualifier for qualifier in qualifiers)
