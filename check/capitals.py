"""Names that no list has, found by their capitals: "Yuno from Hidamari Sketch", "the lights of Paris"."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import compress, count
from operator import ne

from check.text import COMMA, JOINED, SENTENCE, Text
from check.vocabulary import ALL_NOUNS, PEOPLE_NOUNS, RELATION, is_adjective, is_known, word_set
from english import NUMBER_WORDS, may_be_plural, stem

Place = tuple[int, int]

# Words with a capital that name nobody and nothing: months, languages, "Gothic".
_ORDINARY = word_set("names", "ordinary_capitals")
_JOINING = word_set("names", "joining")
_GRAMMAR = word_set("wording", "grammar")
_BEFORE_PLACES = frozenset({"of", "in", "at", "near", "the", "to", "for"})
_FROM = frozenset({"of", "from"})
# Words that begin a sentence before "of" and a title, and are nobody: "Fanart of Touhou".
_NOBODY = word_set("names", "before_titles") | word_set("mentions", "pictures", "self_pictures")
_PEOPLE = word_set("names", "people")
_WHO_IS_FROM_A_SERIES = _PEOPLE.union(ALL_NOUNS)
_BEGIN_CLAUSES = frozenset({"while", "as", "when", "where", "but", "for", "because"})
_OBJECTS = frozenset({"them", "her", "him", "it", "us"})
_PEOPLE_DO = word_set("names", "people_do")
_STEMS_OF_DEEDS = frozenset(map(stem, _PEOPLE_DO))
_PLACES_DO = word_set("names", "places_do")
_GIVEN = word_set("names", "given")
# Syllables of Japanese names. Names that end in n and e are not told from words such as "human" and "before".
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdhbpmrwfj]|[kgnhbpmr]?y|[sc]h|ts|n)?(?:[aiueo]|ou|uu)|n(?![aiueoy]))+(?:(?<=[aiou])|(?<=suke)|(?<=hide)|(?<=shige))"
)
_WORKS = frozenset({"pages", "universe", "franchise", "anime", "manga"})
_ENDINGS_OF_WORDS = ("ing", "ly", "ther", "light", "shine", "dust", "water", "fall", "body", "thing")
_FEWEST_LETTERS = 4
_TITLES_OF_PEOPLE = word_set("names", "titles_of_people")
# What somebody's name follows with "of": "in the arms of Marlene".
_OWNED = word_set("names", "owned")
_NO_NAMES = word_set("names", "like_romaji")
# What comes before somebody's name in the middle of a sentence.
_BEFORE_PEOPLE = word_set("names", "before_people")
# How far before "from Bleach" somebody is looked for who is said to be from there.
_REACH_OF_FROM = 7
# In a caption that is written in capitals or as a title, capitals do not show names.
_MOST_CAPITALS = 0.5


def capital_words(text: Text) -> list[int]:
    """Where words stand that begin with a capital."""
    # A word without a capital is the same in lower case, which is quicker to see than a capital.
    changed = compress(count(), map(ne, text.written, text.words))
    return [at for at in changed if text.written[at][0].isupper()]


def capital_names(text: Text, capitals: Sequence[int]) -> list[Place]:
    """Where words with capitals stand that can be a name, first and last position.

    The first word of a sentence has a capital anyway: it is a name only with more capitals behind it.
    """
    if len(capitals) < 2 and (not capitals or text.gap(capitals[0]) > COMMA):
        return []
    capitals = [at for at in capitals if at not in text.quoted]
    if len(capitals) > max(4, _MOST_CAPITALS * len(text.words)):
        return []
    return [place for place in _rows(text, capitals) if _is_name(text, *place)]


def named_with_series(text: Text, places: Sequence[Place], known_titles: Sequence[Place]) -> Iterator[Place]:
    """Of all names those that a series follows: "Yuno from Hidamari Sketch", "Yuno (Hidamari Sketch)".

    Before the title of a series of the tags, "of" will do too, and the name may be a word: "Shampoo of
    Ranma".
    """
    titles = {first for first, _ in known_titles}
    for behind in titles.union(first for first, _ in places):
        is_title = behind in titles
        before = text.word(behind - 1) if text.gap(behind) == JOINED else ""
        is_linked = before == "from" or (before == "of" and is_title)
        last = behind - 1 - is_linked
        is_bracketed = text.parts[2 * behind].endswith("(")
        if last < 0 or not (is_linked or is_bracketed) or text.gap(last + 1) == SENTENCE:
            continue
        first = last
        while first and text.gap(first) == JOINED and text.written[first - 1][0].isupper():
            first -= 1
        is_word = _is_of_sentence if is_title else _is_ordinary
        # "of Sumeru from Genshin Impact" names no person.
        is_name = text.word(first - 1) not in _BEFORE_PLACES and text.written[last][0].isupper()
        if is_name and not any(is_word(text, at) for at in range(first, last + 1)):
            yield first, last


def _is_of_sentence(text: Text, at: int) -> bool:
    """Whether a word before a title is no name, though it may look like one: "Fanart of Touhou"."""
    word = text.words[at]
    return word in _NOBODY or word in _GRAMMAR or word in _ORDINARY or may_be_plural(word)


def other_titles(
    text: Text, capitals: Sequence[Place], named: Collection[int], own_words: Collection[str]
) -> list[Place]:
    """Titles of which somebody is said to be: "Luffy, the captain from Dragon Ball".

    `named` are the positions of names; what is made of `own_words` of the tags is a title of theirs.
    """
    found: list[Place] = []
    for first, last in capitals:
        # "From the pages of Vinland Saga", "from the anime Vinland Saga"
        is_work = not _WORKS.isdisjoint(text.words[max(0, first - 2) : first])
        if not (is_work or text.word(first - 1) in _FROM) or text.gap(first) != JOINED:
            continue
        before = range(max(0, first - _REACH_OF_FROM), first - 1)
        near = [at for at in before if text.sentence[at] == text.sentence[first]]
        is_of_somebody = bool(near) and (near[-1] in named or text.words[near[-1]] in _WHO_IS_FROM_A_SERIES)
        # "Edward Elric, the young alchemist of"
        is_of_somebody = is_of_somebody or any(
            at in named and text.gap(at + 1) == COMMA and text.word(at + 1) in {"the", "a", "an"}
            for at in near
        )
        is_own = any(word in own_words for word in text.words[first : last + 1])
        if (is_of_somebody or is_work) and first not in named and not is_own:
            found.append((first, last))
    return found


def likely_people(text: Text, capitals: Sequence[int], names: Sequence[Place]) -> Iterator[Place]:
    """Single names that are known or look like ones of people: "Yukina has come up the hill"."""
    if not text.has_capitals:
        return
    rows = [(first, last) for first, last in names if first < last]
    yield from (row for row in rows if _is_whole_name(text, *row))
    yield from (name for name in names if _acts(text, *name) or _explains_somebody(text, *name))
    yield from ((at, at) for at in capitals if text.gap(at) == SENTENCE and _acts(text, at, at))
    yield from _pairs_of_names(text, capitals)
    in_rows = {at for first, last in rows for at in range(first, last + 1)}
    for at in capitals:
        if not _is_given(text.words[at]) or at in in_rows or at in text.quoted:
            continue
        if text.gap(at) == JOINED and not _may_lead_to_person(text, at):
            continue
        goes_on = text.gap(at + 1) == JOINED
        # "Kyoto, Japan" is a place, and "of the Mariners, Ichiro" explains another word.
        if text.written[at + 1][0].isupper() if goes_on else text.gap(at) == COMMA:
            continue
        yield at, at


def subjects(text: Text, capitals: Sequence[int]) -> Iterator[Place]:
    """Unknown words with a capital of which the caption says what they do: "Jinx leans", "Alphonse, pale, …".

    They may be names where somebody is missing: without that, "Moonlight falls" would be one too.
    """
    for at in capitals:
        word = text.words[at]
        is_word = may_be_plural(word) or word.endswith(_ENDINGS_OF_WORDS) or word in _NO_NAMES
        if is_word or at in text.quoted or word in NUMBER_WORDS or _is_ordinary(text, at):
            continue
        before, behind = text.word(at - 1), text.word(at + 1)
        is_led = text.gap(at) == JOINED and (before in _BEFORE_PLACES or is_adjective(before))
        acts = text.gap(at + 1) == JOINED and behind.endswith("s") and behind not in _GRAMMAR
        if not is_led and (acts or (text.gap(at) == SENTENCE and text.gap(at + 1) == COMMA)):
            yield at, at


def _is_whole_name(text: Text, first: int, last: int) -> bool:
    """Whether words with capitals begin with a title or a given name: "Captain Harlow", "Tom Vance"."""
    if (
        text.word(first - 1) in _BEFORE_PLACES and text.words[first] not in _TITLES_OF_PEOPLE
    ) or last - first > 2:
        return False
    begins = text.words[first] in _TITLES_OF_PEOPLE or text.words[first] in _GIVEN
    # "Kyoto, Japan" explains; "Tired, Captain Harlow sleeps" goes on.
    explains = text.gap(first) == COMMA and (
        text.words[first] in _GIVEN or text.gap(last + 1) != JOINED or text.word(last + 1) in _GRAMMAR
    )
    return begins and not explains and not _is_ordinary(text, last)


def _acts(text: Text, first: int, last: int) -> bool:
    """Whether unknown words with capitals do what somebody does: "Oikawa Tooru claps", "as Ilse sings"."""
    before, is_one = text.word(first - 1), first == last
    begins = text.gap(first) > JOINED and (not is_one or text.word(last + 1) in _PEOPLE_DO)
    # "And Mary Jane shoes" and "Venetian blinds" are things.
    if last - first > 2 or not (begins or before in _BEGIN_CLAUSES or (before in _OBJECTS and not is_one)):
        return False
    if first < last and text.gap(first) == SENTENCE and is_adjective(text.words[first]):
        first += 1  # "Young Theodora holds a candle."
    behind = text.word(last + 1)
    # "For Ichika has just told her"
    has_done = behind == "has" and before in _BEGIN_CLAUSES
    is_verb = behind.endswith("s") and behind not in _GRAMMAR | _PLACES_DO
    if text.gap(last + 1) != JOINED or not (is_verb or has_done):
        return False
    # Of "Gary Oak leans" the second word may be an oak, for who leans is somebody.
    named = (first,) if behind in _PEOPLE_DO else range(first, last + 1)
    return not any(_is_ordinary(text, at) for at in named)


def _explains_somebody(text: Text, first: int, last: int) -> bool:
    """Whether a name explains or is explained: "a young woman, Greta, waits", "it is Sanae, who listens"."""
    is_between = text.gap(first) == COMMA == text.gap(last + 1) and text.word(first - 1) in _PEOPLE
    is_explained = text.gap(last + 1) == COMMA and text.word(last + 1) in {"who", "whose"}
    before = text.word(first - 1) if text.gap(first) == JOINED else ""
    # "His brother Marek", "next to her sits Ayumi", "they wave at Haruto"
    is_met = before in {"at", "to"} and stem(text.word(first - 2)) in _STEMS_OF_DEEDS
    is_led = (
        is_met
        or before in _PEOPLE_DO
        or (last in text.possessive and text.word(last + 1) in _OWNED)
        or PEOPLE_NOUNS.get(before, ("",))[0] == RELATION
    )
    return (is_between or is_explained or is_led) and not _is_ordinary(text, first)


def _pairs_of_names(text: Text, capitals: Sequence[int]) -> Iterator[Place]:
    """The two names with which a sentence begins: "Misty and Brock wave"."""
    for at in capitals:
        second = at + 2
        is_pair = text.gap(at) == SENTENCE and text.word(at + 1) == "and" and second in capitals
        if is_pair and text.words[at] not in _GRAMMAR and not _is_ordinary(text, second):
            yield from ((at, at), (second, second))


def _may_lead_to_person(text: Text, at: int) -> bool:
    """Whether a name of one word can follow the word before it: not "in Charlotte"."""
    before = text.word(at - 1)
    if before == "of":
        return text.word(at - 2) in _NOBODY or text.word(at - 2) in _OWNED
    return before in _BEFORE_PEOPLE or (text.words[at] in _GIVEN and before not in _BEFORE_PLACES)


@lru_cache(maxsize=1 << 14)
def _is_given(word: str) -> bool:
    if word in _GIVEN:
        return True
    is_romaji = len(word) >= _FEWEST_LETTERS and _ROMAJI.fullmatch(word) is not None
    is_word = word in _NO_NAMES or word in _GRAMMAR or word in _ORDINARY or is_known(word)
    return is_romaji and not is_word


def _rows(text: Text, capitals: Sequence[int]) -> Iterator[Place]:
    """Capitals in a row, with the particles of names between them: "Kimetsu no Yaiba"."""
    row: list[int] = []
    for at in capitals:
        if row and _is_joined(text, row[-1], at):
            row.append(at)
            continue
        if row:
            yield row[0], row[-1]
        # "The", "In": a sentence that begins with a word of grammar begins with no name.
        row = [] if text.words[at] in _GRAMMAR and text.gap(at) > COMMA else [at]
    if row:
        yield row[0], row[-1]


def _is_joined(text: Text, before: int, at: int) -> bool:
    between = range(before + 1, at)
    return (
        len(between) < 2
        and all(text.words[position] in _JOINING for position in between)
        and all(text.gaps[position] == JOINED for position in range(before + 1, at + 1))
    )


def _is_name(text: Text, first: int, last: int) -> bool:
    if len(text.words[first]) == 1 and first == last:
        return False
    if first == last and text.gap(first) > COMMA:
        return False
    # A list of tags may begin each of its words with a capital.
    spoken: Collection[str] = text.words[first : last + 1]
    return any(word not in _ORDINARY and word not in _JOINING for word in spoken)


def _is_ordinary(text: Text, at: int) -> bool:
    word = text.words[at]
    return word in _GRAMMAR or word in _ORDINARY or is_adjective(word) or is_known(word)
