"""What a caption says that cannot be true together with a tag: somebody stands whom a tag has sitting.

states.json has groups of states, each with its `tags` and with the phrases `by` which a caption says it (as
in phrases.json), and which two of a group are `apart`. A group is of `somebody`, of a `thing` held or of the
`scene`. A tag is contradicted where the caption says a state that its own is apart from, and nothing of its
own. Where only some phrases are `sure` enough to contradict others, they stand there too: "in a kitchen", not
any stove.

In a phrase "@" is whoever the caption speaks of: "@ sit" is "she sits", "a boy sits" and "here sits a boy".
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from check.matching import Phrase, ends_in_order, says
from check.text import CLAUSE, SENTENCE, Text
from check.vocabulary import ANY_ROLES, table, word_set
from check.ways import frequency, parsed, ways_to_say

_DENYING = frozenset({"no", "not", "without"})
_SCENE, _THING = "scene", "thing"
_COMPARISONS = word_set("mentions", "no_leads") | {"if", "though"}
# "How far off the dawn still is", "hours until morning"
_NOT_YET = frozenset({"how", "until", "till"})
_SEEN_ELSEWHERE = frozenset({"window", "windows", "dream", "dreams"})
_PICTURES = word_set("mentions", "pictures", "self_pictures", "screens") | _SEEN_ELSEWHERE
# Between somebody and what is said of them, these begin to speak of something else.
_OTHER_SUBJECTS = frozenset({"whose", "her", "his", "their", "its", "that", "which"})
_SUBJECTS = ANY_ROLES | {"she", "he", "they", "both"}
_PLACE_WORDS = frozenset({"in", "insid", "on", "acros", "through"})
_OTHER_PLACE_WORDS = word_set("people", "other_places")
_HOLDING, _HANDS_FULL = "holding_", "hands_full"
_REACH = 8
_REACH_OF_COMPARISONS = 6
_REACH_BEHIND = 4


@dataclass(frozen=True, slots=True)
class _State:
    """A state: its name and tags, which others are apart from it, and how a caption says it.

    `of_subject` are the phrases that have to be said of somebody. A caption without any of the `anchors` says
    the state in no way.
    """

    name: str
    tags: Sequence[str]
    is_of_somebody: bool
    is_thing: bool
    apart: Sequence[str]
    phrases: Sequence[Phrase]
    of_subject: Sequence[Phrase]
    sure: Sequence[Phrase]
    anchors: frozenset[str]


@dataclass(slots=True)
class _Reader:
    """Which states a caption says; each is looked for once."""

    text: Text
    people: Collection[int]
    subjects: Sequence[int] | None = None
    known: dict[str, bool] = field(default_factory=dict)

    def may_say(self, state: _State) -> bool:
        if self.text.at.keys().isdisjoint(state.anchors):
            return False
        return any(ends_in_order(self.text, phrase) for phrase in state.phrases) or self.says(state)

    def says(self, state: _State) -> bool:
        if state.name not in self.known:
            is_possible = not self.text.at.keys().isdisjoint(state.anchors)
            self.known[state.name] = is_possible and any(self._places(state))
        return self.known[state.name]

    def _places(self, state: _State) -> Iterator[bool]:
        text = self.text
        for phrase in state.sure:
            ends = ends_in_order(text, phrase)
            denies = not _DENYING.isdisjoint(phrase[0])
            yield from (
                True for at in ends if self._is_there(at, denies=denies) and _is_one_place(text, phrase, at)
            )
        for phrase in state.of_subject:
            for at in ends_in_order(text, phrase):
                if self._is_there(at) and self._has_subject(at):
                    yield True

    def _is_there(self, at: int, *, denies: bool = False) -> bool:
        """Whether this is no comparison, no picture, and not denied, unless the phrase `denies` itself."""
        text = self.text
        if at in text.quoted or (at in text.negated and not denies):
            return False
        near = range(max(0, at - _REACH_OF_COMPARISONS), min(at + 3, len(text.words)))
        words = [text.words[other] for other in near if text.sentence[other] == text.sentence[at]]
        before = text.words[max(0, at - _REACH_OF_COMPARISONS) : at]
        return _PICTURES.isdisjoint(words) and _COMPARISONS.isdisjoint(words) and _NOT_YET.isdisjoint(before)

    def _has_subject(self, at: int) -> bool:
        text = self.text
        # "Standing at the edge, the girl in the red swimsuit adjusts her goggles."
        is_first = text.gaps[at] == SENTENCE and text.words[at].endswith(("ing", "ed"))
        if self.subjects is None:
            self.subjects = _subjects(text, self.people)
        for subject in self.subjects:
            if text.sentence[subject] != text.sentence[at]:
                continue
            if is_first:
                return True
            if 0 < at - subject <= _REACH:
                between = range(subject + 1, at + 1)
                is_clear = all(text.gaps[other] < CLAUSE for other in between)
                if is_clear and _OTHER_SUBJECTS.isdisjoint(text.words[subject + 1 : at]):
                    return True
            elif 0 < subject - at <= _REACH_BEHIND and text.words[at + 1] in {"a", "an", "the"}:
                return True
        return False


def contradicted_states(
    text: Text, tags: Iterable[str], unsaid: Iterable[str], people: Collection[int], *, is_of_one: bool
) -> set[str]:
    """The tags, of those that the caption does not say, whose state it says to be another one.

    Of things, one that another tag has is there too: a sword beside a spear.

    `people` are the positions of words for people and names. States of somebody are only known where the
    picture shows one person at most.
    """
    states = _states_by_tag()
    said = text.at.keys()
    wanted = [
        (tag, own, apart)
        for tag in states.keys() & unsaid
        for own, apart, anchors in states[tag]
        if (is_of_one or not own.is_of_somebody) and not said.isdisjoint(anchors)
    ]
    held = [tag for tag in unsaid if is_of_one and tag.startswith(_HOLDING)]
    if not (wanted or held):
        return set()
    reader = _Reader(text, people)
    there = {own.name for tag in states.keys() & tags for own, _, _ in states[tag] if own.is_thing}
    # Who has both hands full holds nothing else.
    is_full = bool(held) and reader.says(_states()[_HANDS_FULL])
    found = {tag for tag in held if is_full and not says(text, ways_to_say(tag.removeprefix(_HOLDING)))}
    return found | {
        tag
        for tag, own, apart in wanted
        if not reader.may_say(own) and any(reader.says(each) for each in apart if each.name not in there)
    }


def _subjects(text: Text, people: Collection[int]) -> list[int]:
    """The positions of all whom something may be said of; `people` are those that are known."""
    return sorted({*text.where(_SUBJECTS), *people} - text.possessive)


def _is_one_place(text: Text, phrase: Phrase, at: int) -> bool:
    """Whether "in" and the place that ends here belong together: not in "hand in hand through a kitchen"."""
    if len(phrase) != 2 or _PLACE_WORDS.isdisjoint(phrase[0]):
        return True
    for before in range(at - 1, -1, -1):
        if text.stems[before] in phrase[0]:
            return True
        if text.words[before] in _OTHER_PLACE_WORDS:
            return False
    return False


@cache
def _states() -> dict[str, _State]:
    return {state.name: state for group in table("states") for state in _of_group(group)}


@cache
def _states_by_tag() -> dict[str, list[tuple[_State, Sequence[_State], frozenset[str]]]]:
    """The states of each tag, each with those that are apart from it, and the anchors of these."""
    found: dict[str, list[tuple[_State, Sequence[_State], frozenset[str]]]] = {}
    by_name = _states()
    for state in by_name.values():
        apart = [by_name[name] for name in state.apart]
        anchors = frozenset[str]().union(*(each.anchors for each in apart))
        for tag in state.tags:
            found.setdefault(tag, []).append((state, apart, anchors))
    return found


def _of_group(group: Mapping[str, Any]) -> Iterator[_State]:
    def of(spoken: Iterable[str], *, subject: bool) -> Sequence[Phrase]:
        return [parsed(each.removeprefix("@ ")) for each in spoken if each.startswith("@ ") == subject]

    pairs = [pair.split() for pair in group["apart"]]
    for name, said in group.items():
        if name in {"of", "apart"}:
            continue
        apart = [other for pair in pairs if name in pair for other in pair if other != name]
        phrases = of(said["by"], subject=False)
        sure = of(said.get("sure", said["by"]), subject=False)
        of_subject = of((*said["by"], *said.get("sure", ())), subject=True)
        rarest = (min(phrase, key=frequency) for phrase in (*phrases, *sure, *of_subject))
        yield _State(
            name,
            said["tags"].split(),
            is_of_somebody=group["of"] != _SCENE,
            is_thing=group["of"] == _THING,
            apart=apart,
            phrases=phrases,
            of_subject=of_subject,
            sure=sure,
            anchors=frozenset[str]().union(*rarest),
        )
