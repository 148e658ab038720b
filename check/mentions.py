"""The people that a caption speaks of, found by their nouns, and how many there are.

People on posters, in comparisons ("like a child") and in names of things ("boyfriend shirt") do not count.
"""

from dataclasses import dataclass

from check.text import CLAUSE, JOINED, SENTENCE, Text
from check.vocabulary import is_adjective, table, word_set
from english import NUMBER_WORDS
from tags.people_counts import BOYS, GIRLS

PERSON, RELATION, CHILD, CROWD, TRADE = "person", "relation", "child", "crowd", "trade"

# The kind and the sex that each noun says, and whether it is a plural.
PEOPLE_NOUNS: dict[str, tuple[str, str, bool]] = {
    noun: (kind, sex, is_plural)
    for kind, sex, singulars, plurals in table("people_nouns")
    for is_plural, nouns in ((False, singulars), (True, plurals))
    for noun in nouns.split()
}
_NUMBERS = {
    **{word: number for number, word in enumerate(NUMBER_WORDS) if number},
    **dict.fromkeys(("a", "an", "single", "lone", "solitary"), 1),
    **dict.fromkeys(("both", "twin", "couple", "pair", "duo"), 2),
    **{"twins": 2, "triplets": 3, "trio": 3, "trios": 3, "quartet": 4, "quintet": 5, "dozen": 12},
}
_GROUPS = word_set("mentions", "groups")
_MORE = word_set("mentions", "more")
_DETERMINERS = word_set("mentions", "determiners")
_COMPARISONS = word_set("mentions", "no_leads")
_PICTURES = word_set("mentions", "pictures")
_SELF_PICTURES = word_set("mentions", "self_pictures")
_OF = word_set("mentions", "of")
_SCREENS = word_set("mentions", "screens")
_HANGING = frozenset({"hangs", "hang", "hung", "framed", "wall"})
_ANY_PICTURES = _PICTURES | _SELF_PICTURES | _SCREENS
# Nouns that stand before a person and describe it: "a cat girl", "a business woman".
_DESCRIBING_NOUNS = word_set("mentions", "describing_nouns")
_COMPOUNDS = word_set("mentions", "compounds")
_ROBOTS = frozenset({"robot", "robotic", "android", "clockwork", "terracotta"})
_PAST = frozenset(
    {"taught", "gave", "told", "left", "made", "knitted", "sewed", "built", "once", "used", "had"}
)
_ALSO_VERBS = frozenset({"crowd", "crowds", "mob"})
_TOWARDS = frozenset({"to", "toward", "towards", "at", "for"})
_CROWDED = frozenset({"the", "a", "an", "her", "his", "its", "their", "around"})
_PRONOUNS = {
    **dict.fromkeys(("she", "her", "hers", "herself"), GIRLS),
    **dict.fromkeys(("he", "his", "him", "himself"), BOYS),
}
# Words before a noun that tell how many there are, and whether they were there before.
_LEADS = _GROUPS | _MORE | _DETERMINERS | _NUMBERS.keys()
_GROUPS_AND_NUMBERS = _GROUPS | _NUMBERS.keys()
# In words: how far before a noun its number is looked for, and a picture that shows the person.
_REACH = 6
_PICTURE_REACH = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where the caption speaks of a person or several, from the first to the last position.

    `sex` is "girl", "boy", or "" when the noun does not tell. `number` is None for a plural without a number.
    `is_new` is whether it is "a girl" rather than "the girl", and `is_more` whether it is "another girl".
    """

    first: int
    last: int
    kind: str
    sex: str
    number: int | None
    is_new: bool
    is_more: bool


def mentions(text: Text, names: frozenset[int]) -> list[Mention]:
    """The people that are there, in the order of the caption.

    A word at a position of `names` is nobody: "Son" in "Son Goku".
    """
    found: list[Mention] = []
    has_pictures = not _ANY_PICTURES.isdisjoint(text.words)
    nouns = [(at, word) for at, word in enumerate(text.words) if word in PEOPLE_NOUNS]
    for at, word in nouns:
        if at in names or not is_somebody(text, at):
            continue
        mention = _mention(text, at)
        if word in _ALSO_VERBS and _is_verb(text, mention):
            continue
        if not (has_pictures and _is_pictured(text, at, has_people=bool(found))):
            found.append(mention)
    return found


def _is_verb(text: Text, crowd: Mention) -> bool:
    """Whether nothing leads to a crowd, or what it crowds follows: "dark pines crowd the bank"."""
    is_bare = crowd.first == crowd.last and text.gap(crowd.last) == JOINED
    return is_bare or (text.word(crowd.last + 1) in _CROWDED and text.gap(crowd.last + 1) == JOINED)


def _mention(text: Text, at: int) -> Mention:
    kind, sex, plural = PEOPLE_NOUNS[text.words[at]]
    first, leads = at, []
    for before in range(at - 1, max(-1, at - 1 - _REACH), -1):
        word = text.words[before]
        if text.gap(before + 1) >= CLAUSE or not _may_lead(text, before, plural=plural):
            break
        first = before
        leads.append(word)
        if word in _DETERMINERS or word in {"a", "an"}:
            break
    is_more = not _MORE.isdisjoint(leads)
    if "little" in leads and sex and kind == PERSON:
        kind = CHILD
    number = _NUMBERS.get(text.words[at]) or _number(leads, plural=plural)
    return Mention(first, at, kind, sex, number, _DETERMINERS.isdisjoint(leads), is_more)


def _may_lead(text: Text, at: int, *, plural: bool) -> bool:
    word = text.words[at]
    if word == "of":
        return plural and text.word(at - 1) in _GROUPS_AND_NUMBERS
    if word == "and":
        return is_adjective(text.word(at - 1))
    return (
        word in _LEADS
        or word.isdigit()
        or (word in _DESCRIBING_NOUNS and text.gaps[at + 1] == JOINED)
        or is_adjective(word)
    )


def _number(leads: list[str], *, plural: bool) -> int | None:
    """The number that the words before a noun say; of several the nearest: "a group of six" is six."""
    if not plural:
        return 1
    for word in leads:
        if word.isdigit() and len(word) < 4:
            return int(word)
        if _NUMBERS.get(word, 1) > 1:
            return _NUMBERS[word]
    return None


def is_somebody(text: Text, at: int) -> bool:
    """Whether this is a person, not a comparison, a quotation, a denial or the name of a thing."""
    if at in text.quoted or at in text.possessive or at in text.negated:
        return False
    if text.words[at] == "audience" and text.word(at - 1) == "the" and text.word(at - 2) in _TOWARDS:
        return False  # Who is sung to or smiled at may be where the viewer is.
    if text.words[at] in _GROUPS and text.word(at + 1) == "of":
        return False
    is_relation = PEOPLE_NOUNS.get(text.words[at], ("",))[0] == RELATION
    if is_relation and (text.word(at - 1) == "its" or text.word(at + 1) in _PAST):
        return False  # The mother of an animal is one too, and who "taught her that" is not here.
    if text.word(at - 1) in _ROBOTS and text.gap(at) == JOINED:
        return False  # A robot waiter is a robot.
    if text.word(at + 1) in _COMPOUNDS and text.gap(at + 1) == JOINED:
        return False
    return not _is_compared(text, at)


def _is_compared(text: Text, at: int) -> bool:
    for before in range(at - 1, max(-1, at - 4), -1):
        if text.gap(before + 1) >= CLAUSE:
            return False
        if text.words[before] in _COMPARISONS:
            return True
        if not (text.words[before] in {"a", "an", "the", "if"} or is_adjective(text.words[before])):
            return False
    return False


def _is_pictured(text: Text, at: int, *, has_people: bool) -> bool:
    """Whether this is a person on a poster or a screen.

    Of a portrait or a drawing, the first person is who the caption is about, not somebody on a picture in it.
    """
    is_inside = has_people or not _HANGING.isdisjoint(text.words[:at])
    pictures = _PICTURES | _SELF_PICTURES if is_inside else _PICTURES
    for before in range(at - 1, max(-1, at - 1 - _PICTURE_REACH), -1):
        if text.gap(before + 1) == SENTENCE:
            break
        if text.words[before] in _OF and text.word(before - 1) in pictures:
            return True
        if text.words[before] in _SCREENS and _is_place(text, before):
            return True
    return any(_is_place(text, after) for after in range(at + 1, min(at + 4, len(text.words))))


def _is_place(text: Text, at: int) -> bool:
    """Whether something is there: "on the screen", but not "looks at the screen"."""
    if text.words[at] not in _SCREENS:
        return False
    before = at - 2 if text.word(at - 1) in {"the", "a", "her", "his"} else at - 1
    return text.word(before) in {"on", "in"}


def first_pronouns(text: Text) -> dict[str, int]:
    """Where the caption first says "she", "her", "he", "his" and the like, by sex."""
    first: dict[str, int] = {}
    for at, word in enumerate(text.words):
        if word in _PRONOUNS and at not in text.quoted:
            first.setdefault(_PRONOUNS[word], at)
    return first
