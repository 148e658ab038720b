"""People of whom no tag speaks: a second knight, the crowd behind a girl who is alone, her brother.

Mostly a word such as "knight" means the person of whom the caption speaks anyway: "A knight stands there. The
girl …". Somebody else is one who is introduced after everybody of whom the tags speak: "Behind her waits a
butler".
"""

from collections.abc import Iterator, Sequence

from check.census import Census
from check.mentions import Mention, People, is_beside
from check.text import CLAUSE, COMMA, JOINED, SENTENCE, Text
from check.vocabulary import CHILD, CROWD, RELATION, word_set
from check.wording import Sources, is_grammar
from tags.people_counts import MANY

# "She is a knight", "dressed as a maid", "the sword of a knight" introduce nobody.
_SAME = word_set("people", "leads_to_same")
PLACES = word_set("people", "beside", "places")
_LEADING = frozenset({"with", "and", "by"})
_SUBJECTS = frozenset({"she", "he"})
_ALL_OF_THEM = frozenset({"they", "both", "them"})
_IS = frozenset({"is", "has"})
_MODALS = frozenset({"could", "would", "might", "should", "must", "may", "can"})
_REACH_OF_MODALS = 4
_REACH_OF_VERBS = 8


def unsupported_people(text: Text, people: People, census: Census, tags: Sources) -> list[Mention]:
    """People of whom no tag speaks, who are named by a noun or by what they do, and crowds."""
    by_noun = (one for one in people.found if _is_noun_of_other(text, one, people, census))
    others = dict.fromkeys((*by_noun, *_others_by_trade(text, people, census, tags)))
    return sorted(others, key=lambda mention: mention.first)


def _is_noun_of_other(text: Text, one: Mention, people: People, census: Census) -> bool:
    """Whether somebody called by a noun is nobody of the tags."""
    if one.kind == CROWD and (census.is_solo or (census.total is not None and not census.total[1])):
        return True
    if one.kind == CHILD:
        return not census.children
    counted = census.ranges.get(one.sex)
    is_wrong = census.is_empty or (counted is not None and not counted[1])
    if one.kind != RELATION:
        return is_wrong
    before = [each for each in people.found if each.first < one.first and each.is_new]
    if text.words[one.first] != "their" and any((each.number or 0) > (one.number or 2) for each in before):
        # "A trio of boys … his two pals" are counted already.
        return is_wrong
    if _is_imagined(text, one):
        return False
    if census.total == (1, 1):
        # "The baker's daughter" may be the one whom the caption is about.
        has_others = people.others_before(one.first, by_pronoun=True)
        is_wrong = is_wrong or _is_second(text, one, has_others=bool(has_others))
        return is_wrong and bool(has_others or one.first - 1 not in text.possessive)
    if is_wrong or not census.total:
        return is_wrong
    # "Their grandfather" is none of the two brothers who were counted before; "a waiter brings them tea".
    is_led = text.word(one.first) == "their" or (not one.sex and one.is_new and _acts(text, one))
    return is_led and sum(each.number or 0 for each in before) >= census.total[1] > 1


def _is_second(text: Text, one: Mention, *, has_others: bool) -> bool:
    """Whether a relation is a second person, as "her friend" is; "a teacher" may be the only one."""
    if not one.is_new or one.sex or text.word(one.first - 1) in _LEADING or is_beside(text, one.first):
        return True
    # "She hands over a cup. A customer waits."
    return has_others and text.gap(one.first) == SENTENCE and one.first > 0


def _others_by_trade(text: Text, people: People, census: Census, tags: Sources) -> Iterator[Mention]:
    """The people called by their trade who are not among the tagged people."""
    if census.total is None or census.total[1] >= MANY:
        return
    found = 0
    for one in people.by_trade:
        before = [each for each in people.found if each.last < one.first and each.kind != CROWD]
        if _explains(text, one, before):
            continue
        is_known = tags.bear_out(text.words[one.last])
        if not is_known and _is_another(text, one, people, before, census, found):
            yield one
        elif one.is_new:
            found += one.number or 0


def _is_another(
    text: Text, one: Mention, people: People, before: Sequence[Mention], census: Census, found: int
) -> bool:
    """Whether somebody called by a trade comes after everybody of whom the tags speak.

    `before` are the people named by nouns before, and `found` is how many were called by a trade.
    """
    if not people.others_before(len(text.words), by_pronoun=True) and not (before or found):
        counted = census.ranges.get(one.sex)
        if counted is not None and not counted[1]:
            return True
    if census.most == 1 and one.is_new and (one.number or 2) > 1 and not _is_imagined(text, one):
        return True
    acts = _acts(text, one)
    is_introduced = acts or _is_introduced(text, one) or (census.is_empty and _is_owned(text, one))
    if acts and census.most > 1 and not _ALL_OF_THEM.isdisjoint(text.words[: one.first]):
        return True
    counted_before = sum(each.number or 2 for each in before if each.is_new)
    # "She haggles with a fishmonger", "she lies in bed while a doctor takes her pulse"
    follows = not _SUBJECTS.isdisjoint(text.words[text.start_of_sentence(one.first) : one.first])
    named = people.others_before(one.first, by_pronoun=one.is_more or acts or follows)
    return is_introduced and max(counted_before, bool(before), named) + found >= census.most


def _is_owned(text: Text, one: Mention) -> bool:
    """Whether something has this one, or it does something: "its keeper", "the driver waves"."""
    is_of_thing = text.words[one.first] == "its" or one.first - 1 in text.possessive
    return is_of_thing or _does(text, one.last)


def _does(text: Text, last: int) -> bool:
    """Whether a verb follows: "the keeper waves", "the keeper is out"."""
    verb = text.word(last + 1)
    return text.gap(last + 1) == JOINED and verb.endswith("s") and (verb in _IS or not is_grammar(verb))


def _explains(text: Text, one: Mention, before: Sequence[Mention]) -> bool:
    """Whether this tells who several are who were named before: "two women: an elf and a mage"."""
    groups = [each.last for each in before if (each.number or 0) > 1]
    return bool(groups) and any(
        text.gaps[at] == CLAUSE
        for at in range(groups[-1] + 1, one.first + 1)
        if text.sentence[groups[-1]] == text.sentence[one.first]
    )


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
    begin = text.start_of_sentence(first)
    return text.words[begin] in PLACES and all(text.gaps[at] == JOINED for at in range(begin + 1, first))


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
