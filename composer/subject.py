"""Who or what a caption is about, and the words that name them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from composer import appearance
from composer.naming import from_series, names_with_series, one_name
from composer.phrasing import and_list, led, lists, or_list, with_article
from composer.picture import COUNTS, Picture, counted_people
from english import plural
from tags.people import BOYS, GIRLS, OTHERS

TRAITS = ("hair", "hairstyle", "fringe", "eyes", "body", "bared", "clothes")
DEEDS = ("pose", "act", "gesture")

_PRONOUNS = {GIRLS: ("She", "her"), BOYS: ("He", "his"), OTHERS: ("They", "their"), "it": ("It", "its")}
_GROUPS = ("company", "relation")
_TWO_RELATED = [f"{one} and {two}" for one in ("mother", "father") for two in ("son", "daughter")]
_FERAL = "feral"
_FURRY = frozenset(f"{word}{sex}" for word in ("anthro", "furry") for sex in ("", " male", " female"))
_MANY = 3  # of those whom nothing counts
_PAIR, _PAIRS = 2, frozenset(("a duo", "a couple", *_TWO_RELATED))
_VEHICLE_FOCUS = "a focus on the vehicle"
_SOLO_FOCUS = "the focus on one person"
_GROWN = {GIRLS: "woman", BOYS: "man"}
_SEXES = {"female": GIRLS, "male": BOYS}
_OF_NO_SEX = "of ambiguous gender"
_OF_A_SEX = tuple(f" {sex}" for sex in _SEXES)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what the caption is about, and how its second sentence refers to them.

    `kind` is "girl", "boy", "other", "it", "character" or "scene"; a scene does nothing and has no second
    sentence. `ends_in_aside` is whether a comma must follow `text`. `is_bare_name` is whether `text` is
    nothing but names, which can be repeated as the subject of another sentence. `number` is how many they
    are, or at least are. `reference` is what the second sentence calls those whose looks it tells, where that
    is not everybody in `text`, or where `text` tells of each by name; `group` is what it says that they are,
    if they do nothing: "two girls from Touhou".
    """

    text: str
    kind: str
    number: int = 1
    ends_in_aside: bool = False
    is_bare_name: bool = False
    reference: str = ""
    group: str = ""

    @property
    def several(self) -> bool:
        """Whether they are more than one."""
        return self.number > 1

    @property
    def pronoun(self) -> tuple[str, str]:
        """The subject of the second sentence, and the possessive."""
        if self.several:
            return "They", "their"
        return _PRONOUNS.get(self.kind, ("The character", "their"))

    @property
    def verb(self) -> str:
        """The verb that follows the subject of the second sentence."""
        return "are" if self.several or self.pronoun[0] == "They" else "is"


def find_subject(picture: Picture) -> Subject:
    """Whom or what the picture shows: people, a character that is described, an animal, or else a scene."""
    people, number = counted_people(picture)
    if picture.names or people:
        return _named_or_counted(picture, people, number)
    is_group = picture.has(*_GROUPS)
    has_beings_alone = picture.has("being") and (picture.has("empty") or not picture.has("kind", "quality"))
    if picture.species or (picture.has("kind", "quality", *_GROUPS) and not has_beings_alone):
        return _described(picture)
    place_is_shown = picture.has("frame", "landmark") and _VEHICLE_FOCUS not in picture.phrases("text")
    if _is_about_beings(picture) or (picture.has("vehicle") and not place_is_shown):
        beings = picture.phrases("being") or picture.phrases("vehicle")
        groups, qualities = picture.phrases(*_GROUPS), picture.phrases("quality")
        if len(beings) == 1 and qualities:
            beings = [with_article(" ".join([*qualities, beings[0].partition(" ")[2]]))]
        elif qualities:
            groups.append(f"one of them {and_list(qualities)}")
        if kinds := and_list(picture.phrases("kind")):
            groups.append(f"{kinds} among them" if len(beings) > 1 else kinds)
        text = ", ".join([and_list(beings) + from_series(picture), *groups])
        number = _MANY if is_group or any(being.startswith("multiple ") for being in beings) else len(beings)
        return Subject(text, "it", number, ends_in_aside=bool(groups) or ", among them" in text)
    if picture.has(*TRAITS, *DEEDS, "held", "alone") and not picture.has("empty"):
        return _described(picture)
    return Subject("", "scene")


def _is_about_beings(picture: Picture) -> bool:
    """Whether animals are what is looked at, and not a lighthouse with a seagull."""
    if not picture.has("being"):
        return False
    is_described = picture.has("eyes", "body", "clothes", "held", *DEEDS)
    return is_described or not picture.has("frame", "landmark")


def _named_or_counted(picture: Picture, people: list[str], number: int) -> Subject:
    """People who have names or are counted: "Hatsune Miku from Vocaloid, a girl"."""
    several_names = len(picture.names) > 1 and not picture.has("alone")
    if not (number > 1 or several_names or picture.has("company", "relation")):
        return _one_of_them(picture, people)
    if (
        _SOLO_FOCUS in picture.phrases("text")
        and len(people) > 1
        and people[0].startswith("a ")
        and not several_names
    ):
        focused = _one_of_them(picture, people[:1])
        return replace(focused, text=f"{focused.text}, among {and_list(people[1:])}", ends_in_aside=True)
    creatures = picture.phrases("namesake")
    is_furry = number == 1 and several_names and not _FURRY.isdisjoint(picture.phrases("quality"))
    left = list[str]()
    if not is_furry:
        people, left = _with_qualities(picture, people, number)
    elif len(picture.names) == _PAIR:
        creatures.append("a furry character")
    asides = [*filter(None, [and_list(picture.phrases("relation", "company"))]), *left]
    if picture.portraits:
        return _portrayed(picture, people, number, asides)
    among = _among(picture)
    who, names = and_list([*people, *creatures]), names_with_series(picture.names)
    if names and (number < 2 or len(picture.names) > number + len(creatures)) and not creatures:
        text, among = names, people + among
    elif names and len(picture.names) < number:
        text = f"{who}, {names} among them"
    else:
        text = f"{names}, {who}" if names else who + from_series(picture)
    is_bare_name = bool(names) and text == names and not (asides or among)
    text = ", ".join([text, *asides, *_among_them(among)])
    ends_in_aside = bool(asides or among) or text.endswith(" them")
    are_creatures = creatures or any(each.rpartition(" ")[2] in lists().words["namesakes"] for each in among)
    if number == 1 and several_names and are_creatures and not is_furry:
        # The others are no people, so what she wears and does is said of her.
        return Subject(text, _sex(picture), reference=f"The {people[0].partition(' ')[2]}")
    count = max(number, len(picture.names)) if number > 1 or several_names else _MANY
    return Subject(text, _sex(picture), count, ends_in_aside, is_bare_name)


def _one_of_them(picture: Picture, people: list[str]) -> Subject:
    """Somebody alone who has a name or is counted: "Hatsune Miku from Vocaloid, a girl who is an idol"."""
    kinds = picture.phrases("kind")
    if people:
        people, kinds = _one_person(picture, people[0], kinds)
        if _OF_NO_SEX in kinds:
            kinds.remove(_OF_NO_SEX)
            who = kinds.pop(0) if kinds and people == ["a person"] else people[0]
            people = [f"{who} {_OF_NO_SEX}"]
    elif picture.has("quality"):
        people = [f"({', '.join(picture.phrases('quality'))})"]
    kinds += [with_article(species) for species in picture.species]
    names = one_name(picture.names)
    text = ", ".join([names, *people]) if names else people[0] + from_series(picture)
    if kinds:
        text += (" who is " if people else ", who is ") + and_list(kinds)
    if names and not people and kinds:
        text = f"{names}, {and_list(kinds)}"
    kind = "it" if picture.has("empty") else _sex(picture)
    return Subject(text, kind, ends_in_aside=bool(kinds) or not people, is_bare_name=not (people or kinds))


def _with_qualities(picture: Picture, people: list[str], number: int) -> tuple[list[str], list[str]]:
    """The people with what is said of all of them, or of the only one of a sex, and what is left.

    ["two anthro girls", "a muscular boy"] and ["one of them old"].
    """
    told, left, asides = [who.split(" ", 1) for who in people], list[str](), list[str]()
    for quality in picture.phrases("quality"):
        word, _, sex = quality.rpartition(" ") if quality.endswith(_OF_A_SEX) else (quality, "", "")
        ones = [who for who in told if sex and who[0] == "a" and who[1].endswith(_SEXES[sex])]
        if len(ones) == 1:
            noun = ones[0][1].replace(_SEXES[sex], _GROWN[_SEXES[sex]]) if word == "mature" else ones[0][1]
            ones[0][1] = f"{word} {noun}"
        elif word in lists().words["of_all"] and told:
            told = [[who[0], f"{word} {who[1]}"] for who in told]
        elif word in lists().words["of_all"]:
            asides.append(f"all of them {word}")
        elif quality not in _SEXES:
            left.append(word)
    several = "one or both of them" if number == _PAIR else "some of them"
    asides.append(led("one of them" if len(left) == 1 else several, filter(None, [or_list(left)])))
    return [with_article(who[1]) if who[0] == "a" else " ".join(who) for who in told], list(
        filter(None, asides)
    )


def _among(picture: Picture) -> list[str]:
    """What some of several people are: "an elf"."""
    species = [with_article(animal) for animal in picture.species]
    return [*picture.phrases("kind"), *species]


def _among_them(among: Sequence[str]) -> list[str]:
    return [f"{and_list(among)} among them"] if among else []


def _portrayed(picture: Picture, people: list[str], number: int, asides: Sequence[str]) -> Subject:
    """Named characters whose traits are known: "Rem, a maid with blue hair, and Ram with pink hair"."""
    titles = {tuple(found) for found in picture.names.values()}
    common = next(iter(titles)) if len(titles) == 1 else ()
    told = []
    for name, series in picture.names.items():
        said = name if common or not series else f"{name} from {and_list(series)}"
        told.append(said + _portrait(picture, picture.portraits.get(name)))
    source = f" from {and_list(common)}" if common else ""
    if sum(counted_people(portrait)[1] for portrait in picture.portraits.values()) == number:
        people = []  # Each of them was called a girl or a boy already.
    asides = [*asides, *_among_them([*_among(picture), *picture.phrases("namesake")])]
    group = ", ".join([and_list(people) + source, *asides]).strip(", ")
    them = and_list(f"the {who.removeprefix('a ')}" for who in people) or "the characters"
    reference = ", ".join([f"T{them[1:]}{source}", *asides])
    text = f"{', '.join(told[:-1])}, and {told[-1]}"
    return Subject(text, _sex(picture), max(number, len(told)), reference=reference, group=group)


def _portrait(picture: Picture, portrait: Picture | None) -> str:
    """What follows the name of one of several: ", an elf with green eyes"."""
    if portrait is None:
        return ""
    people, _ = counted_people(portrait)
    kinds = portrait.phrases("kind") + [with_article(species) for species in portrait.species]
    if people:
        people, kinds = _one_person(portrait, people[0], kinds)
    who = people[:1] + kinds
    said = (f", {and_list(who)}" if who else "") + appearance.of_each(portrait)
    sexes = [sex for sex in COUNTS if (portrait if people else picture).has(sex)]
    return said.replace("{her}", _PRONOUNS[sexes[0]][1] if len(sexes) == 1 else "their")


def _one_person(picture: Picture, person: str, kinds: list[str]) -> tuple[list[str], list[str]]:
    """A girl tagged tall and cat_girl is "a tall cat girl"; other kinds are left for "who is …"."""
    noun = person.split(" ", 1)[1]
    nouns = lists().words.get(f"{noun}s", ())
    named = next((kind for kind in kinds if kind.rpartition(" ")[2] in nouns), None)
    qualities = [
        quality.removesuffix(" male").removesuffix(" female") for quality in picture.phrases("quality")
    ]
    grown = _GROWN.get(noun, noun) if "mature" in qualities else noun
    words = [*dict.fromkeys(qualities), named.split(" ", 1)[1] if named else grown]
    return [with_article(" ".join(words))], [kind for kind in kinds if kind != named]


def _sex(picture: Picture) -> str:
    for sex in COUNTS:
        if picture.has(sex):
            return sex
    said = {quality.rpartition(" ")[2] for quality in picture.phrases("quality")}
    sexes = [sex for quality, sex in _SEXES.items() if quality in said]
    return sexes[0] if len(sexes) == 1 else "character"


def _described(picture: Picture) -> Subject:
    """A character that is neither named nor counted: "a male anthro fox", "an elf", "a character"."""
    qualities, kinds = picture.phrases("quality"), picture.phrases("kind")
    groups = picture.phrases(*_GROUPS)
    if groups or set(_SEXES).issubset(qualities):
        return _group(picture, groups)
    noun = picture.species[0] if len(picture.species) == 1 else "character"
    if qualities or picture.species or not kinds:
        text = with_article(" ".join([*_in_order(qualities), noun]))
    else:
        text, kinds = and_list(kinds), []
    if len(picture.species) > 1:
        text += f" ({', '.join(picture.species)})"
    text += from_series(picture) + (f", {and_list(kinds)}" if kinds else "")
    if picture.species and not (qualities or kinds):
        return Subject(text, "it")
    kind = "it" if _FERAL in qualities and not _SEXES.keys() & qualities else _sex(picture)
    return Subject(text, kind, ends_in_aside=bool(kinds))


def _in_order(qualities: Sequence[str]) -> list[str]:
    """A male anthro wolf is no anthro male wolf, and muscular first."""
    of_all = lists().words["of_all"]
    return sorted(qualities, key=lambda quality: 2 if quality in of_all else int(quality in _SEXES))


def _group(picture: Picture, groups: Sequence[str]) -> Subject:
    """Several that are neither named nor counted: "a duo of anthro wolves, brothers"."""
    sexes = [quality for quality in picture.phrases("quality") if quality in _SEXES]
    others = [quality for quality in picture.phrases("quality") if quality not in _SEXES]
    species = picture.species
    noun = plural(species[0]) if len(species) == 1 else "characters"
    them = " ".join([*_in_order(others), noun])
    company, relation = and_list(picture.phrases("company")), and_list(picture.phrases("relation"))
    is_named = bool(others or sexes or species)
    text = f"{company} of {them}" if company and is_named else company or (them if is_named else relation)
    asides = [relation if text != relation else "", and_list(sexes)]
    asides.append(and_list(map(with_article, species)) if len(species) > 1 else "")
    asides.append(and_list(picture.phrases("kind")))
    told = [aside for aside in asides if aside]
    number = _PAIR if set(groups) <= _PAIRS else _MANY
    return Subject(", ".join([text + from_series(picture), *told]), _sex(picture), number, bool(told))
