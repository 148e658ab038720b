"""The names of those shown, and the series that they are from."""

from collections.abc import Mapping, Sequence

from composer.phrasing import and_list
from composer.picture import Picture


def one_name(names: Mapping[str, Sequence[str]]) -> str:
    """The names of somebody alone with the series: "Artoria Pendragon (Saber) from Fate"."""
    first, *others = names or [""]
    titles = dict.fromkeys(title for found in names.values() for title in found)
    also = f" ({', '.join(others)})" if others else ""
    return first + also + (f" from {and_list(titles)}" if titles else "")


def from_series(picture: Picture) -> str:
    """Where those shown are from: " from Vocaloid"; "" if no series is known."""
    return f" from {and_list(picture.series)}" if picture.series else ""


def names_with_series(names: Mapping[str, Sequence[str]]) -> str:
    """Names and where they are from: "Rem and Ram from Re:Zero, and Ganyu".

    Names of no known series come last, so that no "from" seems to be said of them.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, titles in names.items():
        groups.setdefault(tuple(titles), []).append(name)
    without_series = groups.pop((), [])
    said = [f"{and_list(group)} from {and_list(titles)}" for titles, group in groups.items()]
    return and_list([*said, *without_series])
