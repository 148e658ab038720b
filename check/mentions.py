"""Who is spoken of in a caption: people called by a noun, by what they do, by name or by a pronoun.

People on posters, in comparisons ("like a child") and in names of things ("boyfriend shirt") do not count.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from check.names import Names
from check.text import CLAUSE, JOINED, SENTENCE, Text
from check.vocabulary import (
    ALL_NOUNS,
    CHILD,
    PEOPLE_NOUNS,
    PERSON,
    RELATION,
    TRADE,
    concepts,
    is_adjective,
    stem_set,
    word_set,
)
from english import NUMBER_WORDS
from tags.people_counts import BOYS, GIRLS, count_in

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
_HANGING = word_set("mentions", "hanging")
_ANY_PICTURES = _PICTURES | _SELF_PICTURES | _SCREENS
# Nouns that stand before a person and describe it: "a cat girl", "a business woman".
_DESCRIBING_NOUNS = word_set("mentions", "describing_nouns")
_COMPOUNDS = word_set("mentions", "compounds")
_ROBOTS = word_set("mentions", "robots")
_PAST = word_set("mentions", "past")
_ALSO_VERBS = frozenset({"crowd", "crowds", "mob"})
_TOWARDS = frozenset({"to", "toward", "towards", "at", "for"})
_CROWDED = frozenset({"the", "a", "an", "her", "his", "its", "their", "around"})
_PRONOUNS = {GIRLS: ("she", "her", "herself"), BOYS: ("he", "his", "him", "himself")}
# Words before a noun that tell how many there are, and whether they were there before.
_LEADS = _GROUPS | _MORE | _DETERMINERS | _NUMBERS.keys()
_GROUPS_AND_NUMBERS = _GROUPS | _NUMBERS.keys()
# "His bride" and "her squire" are somebody else than he and she; "their captain" may be one of them.
_OWNED = frozenset({"his", "her"})
_BESIDE = word_set("people", "beside")
_THEM = frozenset({"her", "him", "them", "it", "she", "he"})
_TITLES_OF_PEOPLE = word_set("names", "titles_of_people")
_WORN = stem_set("people", "worn")
# These go on with a word for somebody: "passers-by", "mother-in-law".
_GO_ON = frozenset({"by", "in"})
_CHESSMEN = frozenset({"knight", "knights", "bishop", "bishops", "king", "queen"})
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


@dataclass(frozen=True, slots=True)
class People:
    """All people in a caption.

    `found` are those named by nouns, `by_trade` those called by what they do, `pronouns` has the position of
    the first pronoun of each sex, `names` is how many of the tagged characters are named, and `name_places`
    where each name first stands. `counts` has the largest number of each sex that is spelled as a tag, as in
    "2girls".
    """

    found: list[Mention]
    by_trade: list[Mention]
    pronouns: dict[str, int]
    names: int
    name_places: tuple[int, ...]
    counts: dict[str, int]

    def of(self, sex: str) -> list[Mention]:
        """The mentions of girls or of boys."""
        return [mention for mention in self.found if mention.sex == sex]

    @property
    def places(self) -> frozenset[int]:
        """The positions of all words for somebody: nouns, trades and names."""
        mentioned = (mention.last for mention in (*self.found, *self.by_trade))
        return frozenset((*mentioned, *self.name_places))

    def others_before(self, position: int, *, by_pronoun: bool) -> int:
        """How many people are named before a position; with pronouns, one if there is only one of these.

        A pronoun alone may mean who comes next: "With her hat in hand, a maid …".
        """
        named = bisect_left(self.name_places, position)
        return named or (by_pronoun and any(at < position for at in self.pronouns.values()))


def find_people(text: Text, names: Names) -> People:
    """Find all people in a caption that has these names."""
    counts: dict[str, int] = {}
    for word in text.vocabulary:
        if word[0] <= "9" and (count := count_in(word)):
            counts[count.kind] = max(count.fewest, counts.get(count.kind, 0))
    firsts = (min(places) for places in names.places.values() if places)
    places = tuple(sorted((*firsts, *(first for first, _ in names.foreign))))
    # "Old Mr Pemberton" is a person, though "Eevee" may be none.
    titled = (place for place in names.foreign if text.words[place[0]] in _TITLES_OF_PEOPLE)
    found = [Mention(first, last, PERSON, "", 1, is_new=True, is_more=False) for first, last in titled]
    by_trade: list[Mention] = []
    has_pictures = not _ANY_PICTURES.isdisjoint(text.vocabulary)
    for at in text.where(ALL_NOUNS):
        # "Son" in "Son Goku" is nobody.
        if at in names.taken or not _is_somebody(text, at):
            continue
        mention = _mention(text, at)
        # The mother of an animal is one too.
        if mention.kind == RELATION and text.words[mention.first] == "its":
            continue
        is_pictured = has_pictures and _is_pictured(text, at, has_people=bool(found))
        if is_pictured or (text.words[at] in _ALSO_VERBS and _is_verb(text, mention)):
            continue
        if mention.kind == TRADE:
            by_trade.append(_by_trade(text, mention, by_trade))
        else:
            found.append(mention)
    return People(found, by_trade, _first_pronouns(text), len(places), places, counts)


def _by_trade(text: Text, mention: Mention, found: Sequence[Mention]) -> Mention:
    """Somebody called by what they do; `is_more` is whether it is somebody else: "behind her the drummer"."""
    lead = text.words[mention.first]
    is_owned = lead in _OWNED
    is_led_as_new = mention.number != 1 or lead in _GROUPS_AND_NUMBERS | _MORE
    is_new = is_owned or (mention.is_new and is_led_as_new)
    is_beside_others = is_beside(text, mention.first) or _goes_on(text, mention.first, found)
    is_more = is_owned or (is_beside_others and (is_new or lead == "the"))
    return replace(mention, is_new=is_new, is_more=is_more)


def is_beside(text: Text, first: int) -> bool:
    """Whether the words before tell that this is somebody else: "behind her the drummer"."""
    before = first - 1
    # "is", "stands", "waits"
    if text.word(before).endswith("s") and text.gap(first) == JOINED:
        before -= 1
    return text.word(before) in _THEM and text.word(before - 1) in _BESIDE


def _goes_on(text: Text, first: int, found: Sequence[Mention]) -> bool:
    """Whether this goes on with others: "and the bassist"."""
    if text.word(first - 1) != "and" or not found or not found[-1].is_more:
        return False
    return text.sentence[found[-1].last] == text.sentence[first]


def _is_verb(text: Text, crowd: Mention) -> bool:
    """Whether nothing leads to a crowd, or what it crowds follows: "dark pines crowd the bank"."""
    is_bare = crowd.first == crowd.last and text.gap(crowd.last) == JOINED
    return is_bare or (text.word(crowd.last + 1) in _CROWDED and text.gap(crowd.last + 1) == JOINED)


def _mention(text: Text, at: int) -> Mention:
    kind, sex, plural = ALL_NOUNS[text.words[at]]
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
    # "Four samurai" are several.
    plural = plural or (kind == TRADE and any(_NUMBERS.get(word, 1) > 1 for word in leads))
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
        or text.is_hyphenated(at)
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


def _is_somebody(text: Text, at: int) -> bool:
    """Whether this is a person, not a comparison, a quotation, a denial or the name of a thing."""
    if at in text.quoted or at in text.possessive or at in text.negated:
        return False
    if text.words[at] == "audience" and text.word(at - 1) == "the" and text.word(at - 2) in _TOWARDS:
        return False  # Who is sung to or smiled at may be where the viewer is.
    if text.words[at] in _GROUPS and text.word(at + 1) == "of":
        return False
    is_relation = PEOPLE_NOUNS.get(text.words[at], ("",))[0] == RELATION
    if is_relation and text.word(at + 1) in _PAST:
        return False  # Who "taught her that" is not here.
    if text.is_hyphenated(at) and text.word(at + 1) not in _GO_ON:
        return False  # "a people-free street", "a man-shaped statue"
    if text.word(at - 1) in _ROBOTS and text.gap(at) == JOINED:
        return False  # A robot waiter is a robot.
    if text.gap(at + 1) == JOINED and text.word(at + 1) in _COMPOUNDS:
        return False
    if text.words[at] not in PEOPLE_NOUNS and _is_thing(text, at):
        return False
    return not _is_compared(text, at)


def _is_thing(text: Text, at: int) -> bool:
    """Whether a trade only describes the next word, as in "a maid uniform", or is a piece of a game."""
    if text.words[at] in _CHESSMEN and "chess" in text.at:
        return True
    return text.gap(at + 1) == JOINED and not _WORN.isdisjoint(concepts(text.word(at + 1)))


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


def _first_pronouns(text: Text) -> dict[str, int]:
    """Where the caption first says "she", "her", "he", "his" and the like, by sex."""
    places = {
        sex: [at for word in words for at in text.at.get(word, ()) if at not in text.quoted]
        for sex, words in _PRONOUNS.items()
    }
    return {sex: min(found) for sex, found in places.items() if found}
