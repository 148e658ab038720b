"""Who or what a caption is about, their names, and the words that refer to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from composer.phrasing import and_list
from composer.picture import COUNTS, Picture
from tags.people_counts import BOYS, GIRLS, OTHERS

TRAITS = ("hair", "hairstyle", "fringe", "eyes", "body", "bared", "clothes")
DEEDS = ("pose", "act", "gesture")
GROUPS = ("company", "relation")
MANY = 3  # of those whom nothing counts
PAIR = 2
PRONOUNS = {GIRLS: ("She", "her"), BOYS: ("He", "his"), OTHERS: ("They", "their"), "it": ("It", "its")}
SEXES = {"female": GIRLS, "male": BOYS}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what the caption is about, and how its second sentence refers to them.

    `kind` is "girl", "boy", "other", "it", "character" or "scene"; a scene does nothing and has no second
    sentence. `ends_in_aside` is whether a comma must follow `text`. `is_bare_name` is whether `text` is
    nothing but names, which can be repeated as the subject of another sentence. `number` is how many they
    are, or at least are. `reference` is what the second sentence calls those whose looks it tells, where that
    is not everybody in `text`, or where `text` tells of each by name; `group` is what it says that they are,
    if they do nothing: "two girls from Touhou". `sexed` is what to write for `text` where no pronoun tells
    the sex: "a female knight" for "a knight".
    """

    text: str
    kind: str
    number: int = 1
    ends_in_aside: bool = False
    is_bare_name: bool = False
    reference: str = ""
    group: str = ""
    sexed: str = ""

    @property
    def several(self) -> bool:
        """Whether they are more than one."""
        return self.number > 1

    @property
    def pronoun(self) -> tuple[str, str]:
        """The subject of the second sentence, and the possessive."""
        if self.several:
            return "They", "their"
        return PRONOUNS.get(self.kind, ("The character", "their"))

    @property
    def verb(self) -> str:
        """The verb that follows the subject of the second sentence."""
        return "are" if self.several or self.pronoun[0] == "They" else "is"


def sex_of(picture: Picture) -> str:
    """The kind of a subject that is a person, by what tags tell: "girl", "boy", "other" or "character"."""
    for sex in COUNTS:
        if picture.has(sex):
            return sex
    said = {quality.rpartition(" ")[2] for quality in picture.phrases("quality")}
    sexes = [sex for quality, sex in SEXES.items() if quality in said]
    return sexes[0] if len(sexes) == 1 else "character"


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
