"""People called by what they do: a knight, the drummer; and which of them are none of the tagged ones.

Mostly such a word means the person of whom the caption speaks anyway: "A knight stands there. The girl …".
Somebody else is one who is introduced after everybody of whom the tags speak: "Behind her waits a butler".
"""

from collections.abc import Callable, Iterator, Sequence

from check.census import Census
from check.describing import start_of_phrase
from check.mentions import CROWD, TRADE, Mention, is_somebody
from check.text import CLAUSE, COMMA, JOINED, SENTENCE, Text
from check.vocabulary import word_set
from check.wording import Sources, is_grammar
from english import NUMBER_WORDS, plural
from tags.people_counts import BOYS, GIRLS, MANY

ROLES_OF_GIRLS = word_set("people", "roles_of_girls")
ROLES_OF_BOYS = word_set("people", "roles_of_boys")
ANY_ROLES = word_set("people", "roles", "roles_of_girls", "roles_of_boys")
_TRADES = (ANY_ROLES | word_set("people", "trades")) - word_set("people", "no_trades")
# Each form of such a word, and the singular.
TRADES = {
    **{f"{word[:-2]}en" if word.endswith("man") else plural(word): word for word in _TRADES},
    **{word: word for word in _TRADES},
}
_GROUPS = word_set("people", "groups")
# "His bride" and "her squire" are somebody else than he and she; "their captain" may be one of them.
_OWNED = frozenset({"his", "her"})
_NEW = frozenset({"a", "an", "another", "one", "some", "dozen", *NUMBER_WORDS[2:]}) | _OWNED
_LEADS = _NEW | {"the"}
_NUMBERS = {**{word: number for number, word in enumerate(NUMBER_WORDS)}, "dozen": 12}
# "She is a knight", "dressed as a maid", "the sword of a knight" introduce nobody.
_SAME = word_set("people", "leads_to_same")
_BESIDE = word_set("people", "beside")
_THEM = frozenset({"her", "him", "them", "it", "she", "he"})
_PLACES = _BESIDE | {"in", "on", "at", "under", "above", "below", "outside", "inside", "across", "through"}
_BEGIN_CLAUSES = frozenset({"while", "and", "but", "where"})
_TOWARDS_SOMEBODY = frozenset({"with", "from", "past", "toward", "towards", "at", "to"})
_ALL_OF_THEM = frozenset({"they", "both", "them"})
_MODALS = frozenset({"could", "would", "might", "should", "must", "may", "can"})
_REACH_OF_MODALS = 4
_REACH_OF_VERBS = 8
_WORN = word_set("people", "worn")
_CHESSMEN = frozenset({"knight", "knights", "bishop", "bishops", "king", "queen"})


def trades(text: Text, names: frozenset[int]) -> list[Mention]:
    """Where the caption calls people by what they do, in its order.

    `is_more` is whether the words tell that it is somebody else: "behind her the drummer".
    """
    found: list[Mention] = []
    # Most captions have none, which is seen sooner than each word is looked up.
    if TRADES.keys().isdisjoint(text.words):
        return found
    by_trade = [(at, TRADES[word]) for at, word in enumerate(text.words) if word in TRADES]
    for at, one in by_trade:
        if at in names or not is_somebody(text, at) or _is_thing(text, at):
            continue
        first = start_of_phrase(text, at, _LEADS, may_follow_noun=False)
        lead = text.words[first] if first < at else ""
        number = None if one != text.words[at] or one in _GROUPS else 1
        sex = GIRLS if one in ROLES_OF_GIRLS else BOYS if one in ROLES_OF_BOYS else ""
        is_new = lead in _NEW or (number is None and lead != "the" and one not in _GROUPS)
        is_led = is_beside(text, first) or _goes_on(text, first, found)
        is_more = (is_led and (is_new or lead == "the")) or lead in _OWNED
        found.append(Mention(first, at, TRADE, sex, _NUMBERS.get(lead, number), is_new, is_more))
    return found


def somebody_else(
    text: Text,
    people: Sequence[Mention],
    by_trade: Sequence[Mention],
    others_before: Callable[..., int],
    census: Census,
    tags: Sources,
) -> Iterator[Mention]:
    """The people called by their trade who are not among the tagged people.

    `people` are those that nouns name, and `others_before` is the method of People.
    """
    if census.total is None or census.total[1] >= MANY:
        return
    found = 0
    for one in by_trade:
        before = [each for each in people if each.last < one.first and each.kind != CROWD]
        counted = sum(each.number or 2 for each in before if each.is_new)
        is_met = census.total[1] == 1 and one.is_new and meets_somebody(text, one.last)
        is_met = is_met and not _is_imagined(text, one)
        comes_in = is_met or _acts(text, one) or _comes_in(text, one)
        by_pronoun = one.is_more or comes_in
        people_before = max(counted, bool(before), others_before(one.first, by_pronoun=by_pronoun)) + found
        if is_met or (
            comes_in and census.total[1] > 1 and not _ALL_OF_THEM.isdisjoint(text.words[: one.first])
        ):
            people_before = census.total[1]
        is_alone = not (people_before or others_before(len(text.words), by_pronoun=True))
        is_other_sex = is_alone and _is_of_other_sex(one, census)
        if _explains(text, one, before):
            continue
        is_introduced = (
            comes_in or _is_introduced(text, one) or (census.is_empty and text.word(one.first - 1) == "its")
        )
        is_another = is_other_sex or (people_before >= census.total[1] and is_introduced)
        if is_another and not tags.bear_out(text.words[one.last]):
            yield one
        elif one.is_new:
            found += one.number or 0
            # "A butler waits behind the two girls."
            rest = range(one.last + 1, len(text.words))
            end = next((at for at in rest if text.gaps[at] >= CLAUSE), len(text.words))
            behind = (
                each.number or 0 for each in people if one.last < each.first < end and each.kind != CROWD
            )
            if max(behind, default=0) >= max(2, census.total[1]) and not tags.bear_out(text.words[one.last]):
                yield one


def _explains(text: Text, one: Mention, before: Sequence[Mention]) -> bool:
    """Whether this tells who several are who were named before: "two women: an elf and a mage"."""
    groups = [each.last for each in before if (each.number or 0) > 1]
    return bool(groups) and any(
        text.gaps[at] == CLAUSE
        for at in range(groups[-1] + 1, one.first + 1)
        if text.sentence[groups[-1]] == text.sentence[one.first]
    )


def _is_of_other_sex(one: Mention, census: Census) -> bool:
    counted = census.ranges.get(one.sex)
    return counted is not None and not counted[1]


def _is_introduced(text: Text, one: Mention) -> bool:
    """Whether the words tell of somebody new: not "Miku, a singer" nor "dressed as a maid"."""
    if one.is_more:
        return True
    if _is_imagined(text, one):
        return False
    is_apposition = text.gap(one.first) in {COMMA, CLAUSE} and not _is_behind_place(text, one.first)
    return one.is_new and not is_apposition and text.word(one.first - 1) not in _SAME


def _is_imagined(text: Text, one: Mention) -> bool:
    """Whether this is nobody who is there: "all that an astronomer of seventeen could need"."""
    behind = range(one.last + 1, min(one.last + 1 + _REACH_OF_MODALS, len(text.words)))
    return any(text.words[at] in _MODALS and text.gaps[at] == JOINED for at in behind)


def _is_behind_place(text: Text, first: int) -> bool:
    """Whether the words before only tell where this one is: "Beside the machine, two pilots wave"."""
    begin = text.sentence.index(text.sentence[first])
    return text.words[begin] in _PLACES and all(text.gaps[at] == JOINED for at in range(begin + 1, first))


def _acts(text: Text, one: Mention) -> bool:
    """Whether a sentence begins with what this one does: "An apprentice sweeps the floor"."""
    behind = one.last + 1
    begins = text.gap(one.first) == SENTENCE and text.words[one.first] in {"a", "an", "another"}
    near = range(behind, min(behind + _REACH_OF_VERBS, len(text.words)))
    verbs = [text.words[at] for at in near if text.sentence[at] == text.sentence[one.first]]
    is_verb = text.gap(behind) == JOINED and text.word(behind).endswith("s")
    if not begins or not (is_verb or "has" in verbs):
        return False
    # "A knight stands there, he …" may go on about the same one.
    rest = (at for at in range(behind + 1, len(text.words)) if text.sentence[at] == text.sentence[behind])
    return not any(text.words[at] in {"she", "he"} for at in rest)


def _comes_in(text: Text, one: Mention) -> bool:
    """Whether this one comes in beside somebody: "and a doctor takes", "she bargains with a vendor"."""
    before, behind = text.word(one.first - 1), one.last + 1
    if text.words[one.first] not in {"a", "an"} or text.gap(one.first) != JOINED:
        return False
    verb = text.word(behind)
    if (
        before in _BEGIN_CLAUSES
        and text.gap(behind) == JOINED
        and verb.endswith("s")
        and not is_grammar(verb)
    ):
        return True
    begin = text.sentence.index(text.sentence[one.first])
    return before in _TOWARDS_SOMEBODY and text.words[begin] in {"she", "he", "they"}


def meets_somebody(text: Text, last: int) -> bool:
    """Whether what follows is done to or beside somebody else: "tourists photograph her"."""
    rest = range(last + 2, len(text.words))
    for at in rest:
        if text.sentence[at] != text.sentence[last] or text.gaps[at] >= CLAUSE:
            return False
        is_object = text.words[at] in {"her", "him"} and text.gap(at) == JOINED
        if is_object and (text.gap(at + 1) >= COMMA or is_grammar(text.word(at + 1))):
            return text.words[at - 1] != "like"
    return False


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


def _is_thing(text: Text, at: int) -> bool:
    """Whether the word only describes the next one, as in "a maid uniform", or is a piece of a game."""
    if text.words[at] in _CHESSMEN and "chess" in text.at:
        return True
    return text.gap(at + 1) == JOINED and text.word(at + 1) in _WORN
