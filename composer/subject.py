"""Who or what a caption is about: the tags of one picture, sorted, and the words that name its subject."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from composer.lists import lists
from composer.phrasing import and_list, display_name, plain, with_article
from composer.series import longest, names_with_series, origins
from composer.words import META, Role, role_of
from tags.categories import CHARACTER, COPYRIGHT, SPECIES, UNSEEN
from tags.people import BOYS, GIRLS, OTHERS

TRAITS = ("hair", "hairstyle", "fringe", "eyes", "body", "bared", "clothes")
DEEDS = ("pose", "act", "gesture")

# Of a character that is nobody else's: the picture belongs to no series.
_NO_SERIES = "original"
_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_PEOPLE = {GIRLS: "girls", BOYS: "boys", OTHERS: "people"}
_PRONOUNS = {"girl": ("She", "her"), "boy": ("He", "his"), "other": ("They", "their"), "it": ("It", "its")}
_SEXES = {"female": "girl", "male": "boy"}


@dataclass(slots=True)
class Picture:
    """The tags of one picture, sorted by where a caption says them.

    `names` has for each character the series it is known to come from, `series` those of nobody known.
    """

    names: dict[str, list[str]] = field(default_factory=dict)
    series: list[str] = field(default_factory=list)
    species: list[str] = field(default_factory=list)
    roles: dict[str, list[Role]] = field(default_factory=dict)

    def phrases(self, *slots: str) -> list[str]:
        """Return what these slots say, slot after slot."""
        return [role.phrase for slot in slots if slot in self.roles for role in self.roles[slot]]

    def has(self, *slots: str) -> bool:
        """Tell whether any of these slots says something."""
        return any(slot in self.roles for slot in slots)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what the caption is about, and how its second sentence refers to them.

    `kind` is "girl", "boy", "other", "it", "character" or "scene"; a scene does nothing and has no second
    sentence. `aside` tells that `text` ends in an aside, so that a comma must follow, `is_bare_name` that it
    is nothing but names, which can be the subject of any sentence.
    """

    text: str
    kind: str
    several: bool = False
    aside: bool = False
    is_bare_name: bool = False

    @property
    def pronoun(self) -> tuple[str, str]:
        """The subject of the second sentence, and the possessive."""
        if self.several:
            return "They", "their"
        return _PRONOUNS.get(self.kind, ("The character", "their"))


def sort_tags(tags: Sequence[str], categories: Mapping[str, str]) -> Picture:
    """Sort tags by where a caption says them, without those that it does not say."""
    picture = Picture()
    characters: dict[str, str] = {}
    titles: list[str] = []
    general: list[str] = []
    for tag in dict.fromkeys(tags):
        category = categories.get(tag)
        if category in UNSEEN or not tag:
            continue
        if category == CHARACTER:
            characters[tag] = display_name(tag)
        elif category == COPYRIGHT and tag != _NO_SERIES:
            titles.append(display_name(tag))
        elif category == SPECIES:
            picture.species.append(plain(tag))
        else:
            general.append(tag)
    titles = longest(titles)
    picture.names = origins(characters, titles)
    known = {title for found in picture.names.values() for title in found}
    picture.series = [title for title in titles if title not in known]
    picture.roles = _roles(general)
    return picture


def _roles(tags: Sequence[str]) -> dict[str, list[Role]]:
    """Look up what each tag says and where, without what another one says."""
    placed = [(tag, role_of(tag)) for tag in _narrowed(tags)]
    said_by_others = frozenset[str]().union(*(role.covers for _, role in placed))
    said = {(role.slot, role.phrase): role for tag, role in placed if tag not in said_by_others}
    said.pop((META, ""), None)
    roles: dict[str, list[Role]] = {}
    for role in said.values():
        roles.setdefault(role.slot, []).append(role)
    return roles


def _narrowed(tags: Sequence[str]) -> Iterator[str]:
    """Say black_footwear as black_boots where boots are the only footwear, and reading as reading a book."""
    broad, objects = lists().broad, lists().objects
    shown = {_last_word(tag) for tag in tags}
    for tag in tags:
        noun = _last_word(tag)
        if noun in broad:
            otherwise, narrower = broad[noun]
            yield tag.removesuffix(noun) + (_only(narrower & shown) or otherwise)
        else:
            thing = _only(objects[tag].intersection(tags)) if tag in objects else ""
            yield f"{tag}_{thing}" if thing else tag


def _only(found: Collection[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""


def _last_word(tag: str) -> str:
    return tag.rpartition("_")[2]


def find_subject(picture: Picture) -> Subject:
    """Name whom or what the picture shows: people, somebody described, an animal; or it is a scene."""
    people, number = _people(picture)
    if picture.names or people:
        return _persons(picture, people, number)
    if picture.species or picture.has("quality", "kind", "company", "relation"):
        return _characters(picture)
    if picture.has("being") or (picture.has("vehicle") and not picture.has("frame")):
        beings = picture.phrases("being", "vehicle")
        return Subject(_alone(picture, and_list(beings)) + from_series(picture), "it", len(beings) > 1)
    if picture.has(*TRAITS, *DEEDS, "held", "alone") and not picture.has("empty"):
        return _characters(picture)
    return Subject("", "scene")


def _people(picture: Picture) -> tuple[list[str], int]:
    """Count the people: 2girls and 1boy are "two girls", "a boy" and 3. Of two counts the larger holds."""
    said: list[str] = []
    number = 0
    for one, many in _PEOPLE.items():
        counts = [role.phrase for role in picture.roles.get(one, ())]
        if counts:
            count = max(counts, key=_at_least)
            number += 1 if count == "1" else 2
            other = "other " if one == "other" and said else ""
            said.append(_counted(count, other + ("person" if one == "other" else one), other + many))
    return said, number


def _at_least(count: str) -> float:
    if count == "multiple":
        return 1.5
    return int(count.rstrip("+")) + (0.5 if count.endswith("+") else 0)


def _counted(count: str, one: str, many: str) -> str:
    """("6+", "girl", "girls") ─▶ "six or more girls"."""
    if count == "1":
        return f"one {one}" if one.startswith("other") else f"a {one}"
    digits = count.rstrip("+")
    number = _NUMBERS[int(digits)] if digits.isdigit() and int(digits) < len(_NUMBERS) else digits
    return f"{number} or more {many}" if count.endswith("+") else f"{number} {many}"


def _persons(picture: Picture, people: list[str], number: int) -> Subject:
    """Name and count them: "Hatsune Miku from Vocaloid, a girl"."""
    several = (
        number > 1
        or picture.has("company", "relation")
        or (len(picture.names) > 1 and not picture.has("alone"))
    )
    kinds = picture.phrases("kind")
    if len(people) == 1 and not several:
        people, kinds = _one_person(picture, people[0], kinds)
    elif several and picture.names and number < 2:
        people, kinds = [], people + kinds
    kinds += [with_article(species) for species in picture.species]
    groups = picture.phrases("relation", "company")
    who = ", ".join(said for said in (and_list(people), and_list(groups)) if said)
    if picture.has("alone") and (several or not (people or picture.names)):
        who = ", ".join(said for said in (who, "alone") if said)
    if picture.has("quality") and (several or not people):
        who = f"{who} ({', '.join(picture.phrases('quality'))})".strip()
    parts = [names_with_series(picture.names), who] if picture.names else [who + from_series(picture)]
    text = ", ".join(part for part in parts if part)
    aside = bool(kinds or groups or (picture.names and not people))
    if kinds:
        who_is = " who is " if people else ", who is "
        text += f", {and_list(kinds)} among them" if several else who_is + and_list(kinds)
    is_bare_name = bool(picture.names) and not (who or kinds)
    return Subject(text, _sex(picture), several, aside, is_bare_name)


def _one_person(picture: Picture, person: str, kinds: list[str]) -> tuple[list[str], list[str]]:
    """A girl tagged tall and cat_girl is "a tall cat girl"; what she is beside is left for "who is …"."""
    noun = person.split(" ", 1)[1]
    named = next((kind for kind in kinds if kind.endswith(f" {noun}")), None)
    words = [*picture.phrases("quality"), named.split(" ", 1)[1] if named else noun]
    return [with_article(" ".join(words))], [kind for kind in kinds if kind != named]


def _sex(picture: Picture) -> str:
    for one in _PEOPLE:
        if picture.has(one):
            return one
    sexes = [_SEXES[quality] for quality in picture.phrases("quality") if quality in _SEXES]
    return sexes[0] if len(sexes) == 1 else "character"


def _characters(picture: Picture) -> Subject:
    """Speak of somebody who is neither named nor counted: "a male anthro fox", "an elf", "a character"."""
    qualities, kinds, groups = (
        picture.phrases("quality"),
        picture.phrases("kind"),
        picture.phrases("company", "relation"),
    )
    noun = picture.species[0] if len(picture.species) == 1 else "character"
    if groups:
        described = f"{and_list(qualities)} {noun}{'s' if noun == 'character' else ''}".strip()
        text = f"{and_list(groups)} of {described}" if qualities or picture.species else and_list(groups)
    elif qualities or picture.species or not kinds:
        text = with_article(" ".join([*qualities, noun]))
    else:
        text, kinds = and_list(kinds), []
    if len(picture.species) > 1:
        text += f" ({', '.join(picture.species)})"
    text = _alone(picture, text) + from_series(picture)
    text += f", {and_list(kinds)}" if kinds else ""
    if picture.species and not (qualities or kinds or groups):
        return Subject(text, "it")
    several = bool(groups) or {"male", "female"} <= set(qualities)
    return Subject(text, _sex(picture), several, aside=bool(kinds))


def _alone(picture: Picture, text: str) -> str:
    """Say solo of somebody who is not counted: "a solo character"."""
    if not picture.has("alone"):
        return text
    _, _, words = text.partition(" ")
    return f"a solo {words}" if text.startswith(("a ", "an ")) and " and " not in text else f"{text}, alone"


def from_series(picture: Picture) -> str:
    """Name the series: " from Vocaloid"."""
    return f" from {and_list(picture.series)}" if picture.series else ""
