"""The people of a caption against those of the tags: whether there are too many, too few, or others."""

from collections.abc import Iterator, Sequence

from check.census import Census
from check.faults import COUNT, UNSUPPORTED_PEOPLE, Fault, contradiction
from check.mentions import Mention, People
from check.strangers import PLACES
from check.text import JOINED, SENTENCE, Text
from check.vocabulary import (
    ANY_ROLES,
    CHILD,
    CROWD,
    PERSON,
    RELATION,
    ROLES_OF_BOYS,
    ROLES_OF_GIRLS,
    TRADE,
    word_set,
)
from english import NUMBER_WORDS
from tags.people_counts import BOYS, GIRLS, OTHERS, count_in

_ANIMALS = word_set("people", "animals")
# Words of which any shows that more than one person is there.
_TOGETHER = word_set("people", "together")
_ABOUT_PEOPLE = frozenset({"solo", "no_humans", "male_focus"})
# An animal that is alone is spoken of with these.
_ROLES_AND_ANIMALS = ANY_ROLES | {"it", "its", "itself"}
# Behind one person, these lead to a second one.
_WITH = word_set("people", "with")
_ALONE = frozenset({"lone", "single", "sole", "solitary", "only"})
_ORDINALS = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
# A fault with its place in the caption and its kind; no two faults have the same.
_Placed = tuple[tuple[int, str], Fault]


# What the caption says


def is_about_people(tag: str) -> bool:
    """Whether a tag is about how many people there are."""
    return tag in _ABOUT_PEOPLE or count_in(tag) is not None


def says_people(text: Text, tag: str, people: People) -> bool:
    """Whether the caption says a tag about how many people there are."""
    if count := count_in(tag):
        return _says_count(text, people, count.kind, count.fewest)
    if tag == "no_humans":
        return not (people.found or (people.names and people.pronouns))
    if tag == "solo":
        return any(_speaks_of(text, people, sex) for sex in (GIRLS, BOYS, OTHERS)) or people.names > 0
    return _speaks_of(text, people, BOYS) and not _speaks_of(text, people, GIRLS)


def _says_count(text: Text, people: People, sex: str, number: int) -> bool:
    if people.counts.get(sex, 0) >= number:
        return True
    if number == 1:
        return _speaks_of(text, people, sex) or people.names > 0
    found = people.of(sex)
    # It can mean as many as its largest number says, or all "a girl" added up, and by "girls" any number.
    by_trade = [one for one in people.by_trade if one.sex in {"", sex}]
    introduced = sum(mention.number or 0 for mention in (*found, *by_trade) if mention.is_new)
    # "A grandmother and her granddaughter", "a third girl"
    introduced += len({text.words[one.last] for one in found if one.kind == RELATION and not one.is_new})
    introduced = max((introduced, *(_ordinal(text, one) for one in found)))
    most = max([people.names, introduced, *(number if one.number is None else one.number for one in found)])
    if most >= number:
        return True
    # "The one on the left laughs; the other reads." "Three sailors mend a net."
    told = _TOGETHER if number == 2 else NUMBER_WORDS[number : number + 1]
    return not set(told).isdisjoint(text.vocabulary) and _speaks_of(text, people, sex)


def _speaks_of(text: Text, people: People, sex: str) -> bool:
    if sex not in {GIRLS, BOYS}:
        return bool(people.found) or not _ROLES_AND_ANIMALS.isdisjoint(text.vocabulary)
    roles = ROLES_OF_GIRLS if sex == GIRLS else ROLES_OF_BOYS
    nouns = (sex, "woman", "lady") if sex == GIRLS else (sex, "man", "guy", "gentleman")
    return (
        sex in people.pronouns
        or sex in people.counts
        or any(noun in text.at for noun in nouns)
        or any(one.sex == sex or text.words[one.last] == "couple" for one in people.found)
        or not roles.isdisjoint(text.vocabulary)
    )


# What the caption says wrong


def people_faults(
    text: Text, people: People, census: Census, unsupported: Sequence[Mention]
) -> tuple[list[Fault], set[str], list[Mention]]:
    """Find wrong counts, and the tags that they and the people contradict of whom no tag speaks.

    Also returned are the mentions by which there are more people than the tags count.
    """
    faults: dict[tuple[int, str], Fault] = {}
    contradicted: set[str] = set()
    more: list[Mention] = []
    for sex in (GIRLS, BOYS):
        too_many = _too_many(text, people, census, sex)
        if too_many and too_many.number:
            more.append(too_many)
        if wrong := too_many or _too_few(text, people, census, sex):
            said = text.span(wrong.first, wrong.last)
            faults[wrong.first, COUNT] = contradiction(COUNT, said, census.tags[sex])
            contradicted.update(census.tags[sex])
            if census.ranges[sex] == (1, 1):
                contradicted.update(_solo(census))
            if (wrong.number or 2) > 1:
                contradicted.discard(f"multiple_{sex}s")
            contradicted.update(_of_other_sex(people, census, wrong, sex))
    groups = [one for one in _too_large_groups(people, census) if one not in unsupported]
    faults.update({(group.first, COUNT): _group_fault(text, group, census) for group in groups})
    contradicted.update(_solo(census) if groups else ())
    for mention in unsupported:
        said = text.span(mention.first, mention.last)
        message = f'The caption speaks of "{said}", but no tag says that such a person is there.'
        faults[mention.first, UNSUPPORTED_PEOPLE] = Fault(UNSUPPORTED_PEOPLE, said, message)
        contradicted.update(_contradicted_by(mention, people, census))
    faults.update(_wrong_pronouns(text, people, census))
    return list(faults.values()), contradicted, more


def _solo(census: Census) -> Sequence[str]:
    return ("solo",) if census.is_solo else ()


def _too_many(text: Text, people: People, census: Census, sex: str) -> Mention | None:
    """The first mention by which there are more of a sex than the tags count."""
    allowed = census.ranges[sex]
    if allowed is None or not allowed[1]:
        return None
    numbered = [one for one in people.by_trade if one.sex == sex and (one.number or 0) > allowed[1]]
    if numbered:
        return numbered[0]
    found = [one for one in people.of(sex) if one.kind != RELATION or (one.number or 0) > 1]
    for at, mention in enumerate(found):
        if max(mention.number or 2, _ordinal(text, mention)) > allowed[1] or (
            mention.is_more and allowed[1] == 1
        ):
            return mention
        if allowed[1] == 1 and at and _are_two(text, found[at - 1], mention):
            return mention
        if _comes_after_all(text, people, census, mention):
            return mention
    return None


def _comes_after_all(text: Text, people: People, census: Census, mention: Mention) -> bool:
    """Whether everybody is named before somebody new: "At the stove an old woman fries eggs"."""
    named = people.others_before(mention.first, by_pronoun=False)
    is_led = text.words[mention.first] in {"a", "an"} and text.gap(mention.first) in {JOINED, SENTENCE}
    is_place = is_led and text.words[text.start_of_sentence(mention.first)] in PLACES
    return named >= census.most > 1 and mention.kind == PERSON and is_place


def _ordinal(text: Text, mention: Mention) -> int:
    """The number that "a third girl" tells, 0 for others."""
    return max(_ORDINALS.get(word, 0) for word in text.words[mention.first : mention.last + 1])


def _are_two(text: Text, one: Mention, other: Mention) -> bool:
    """Whether two mentions are two people: "a blonde girl and a brunette girl"."""
    if not (one.is_new and other.is_new) or text.sentence[one.last] != text.sentence[other.last]:
        return False
    between = text.words[one.last + 1 : other.first]
    return len(between) < 4 and bool(between) and between[0] in _WITH


def _too_few(text: Text, people: People, census: Census, sex: str) -> Mention | None:
    """The mention by which there are fewer of a sex than the tags count: "two girls" for three."""
    allowed = census.ranges[sex]
    found = people.of(sex)
    if allowed is None or allowed[0] < 2 or not found or people.names >= allowed[0]:
        return None
    if any(mention.number is None for mention in found):
        return None
    numbered = [mention for mention in found if (mention.number or 0) > 1]
    if numbered:
        counted = sum(one.number or 0 for one in found if one.is_new or one.is_more or one in numbered)
        return numbered[0] if counted + people.names < allowed[0] else None
    alone = len(found) == 1 and text.words.count("one") < 2 and found[0].is_new and not people.names
    is_told = alone and _is_told_to_be_alone(text, people, found[0])
    return found[0] if alone and (is_told or _TOGETHER.isdisjoint(text.vocabulary)) else None


def _is_told_to_be_alone(text: Text, people: People, mention: Mention) -> bool:
    """Whether words tell that there is one and no other: "a lone woman", "one woman and two men"."""
    spoken = text.words[mention.first : mention.last]
    beside = [one for one in people.found if one.sex not in {"", mention.sex} and (one.number or 0) > 1]
    is_counted = any(text.sentence[one.last] == text.sentence[mention.last] for one in beside)
    return not _ALONE.isdisjoint(spoken) or ("one" in spoken and is_counted)


def _of_other_sex(people: People, census: Census, wrong: Mention, sex: str) -> Sequence[str]:
    """The count tags of the other sex where all are said to be of this one: three girls, of 2girls 1boy."""
    other = BOYS if sex == GIRLS else GIRLS
    is_everybody = wrong.number == census.most
    is_told = other in people.pronouns or other in people.counts or bool(people.of(other))
    return census.tags[other] if is_everybody and not is_told else ()


def _too_large_groups(people: People, census: Census) -> list[Mention]:
    """Numbers of people that are larger than the tags' total."""
    numbers = (one for one in people.found if one.kind == PERSON and not one.sex)
    by_trade = (one for one in people.by_trade if not one.sex and one.number)
    return [one for one in (*numbers, *by_trade) if 0 < census.most < (one.number or 2)]


def _group_fault(text: Text, mention: Mention, census: Census) -> Fault:
    said = text.span(mention.first, mention.last)
    who = "one person" if census.most == 1 else f"{census.most} people"
    return Fault(COUNT, said, f'The caption says "{said}", but by its tags the picture shows {who}.')


def _contradicted_by(mention: Mention, people: People, census: Census) -> set[str]:
    """The tags that a person of whom no tag speaks contradicts.

    A second person contradicts solo; one who stands for the tagged person does not, nor do many in the
    background, such as an audience.
    """
    if census.is_empty:
        return {"no_humans", *(_solo(census) if people.names or mention.is_more else ())}
    if mention.kind == CROWD or (mention.kind == TRADE and mention.number is None):
        return set()
    if mention.kind == TRADE:
        return set(_solo(census)) if people.found or people.pronouns or people.names else set()
    others = [one for one in people.found if one is not mention and one.sex and one.kind != RELATION]
    girls = census.ranges[GIRLS]
    tagged_sex = GIRLS if girls and girls[1] else BOYS
    is_second = (
        any(one.sex == tagged_sex for one in others)
        or any(at < mention.first for at in people.pronouns.values())
        or people.names > 0
        or (mention.kind != CHILD and tagged_sex in people.pronouns and mention.sex != tagged_sex)
    )
    return set(_solo(census)) if is_second else set()


def _wrong_pronouns(text: Text, people: People, census: Census) -> Iterator[_Placed]:
    """Pronouns of a sex of which there is nobody, unless they may mean an animal or a ship."""
    # Of more names than people, some are those of animals and creatures.
    is_of_others = 0 < census.most < people.names
    if census.is_empty or is_of_others or not _ANIMALS.isdisjoint(text.at):
        return
    for sex, at in people.pronouns.items():
        counted = census.ranges[sex]
        other = "male" if sex == BOYS else "female"
        if counted and not counted[1] and not people.of(sex):
            said = text.span(at, at)
            message = f'The caption says "{said}", but no tag speaks of a {other} person.'
            yield (at, UNSUPPORTED_PEOPLE), Fault(UNSUPPORTED_PEOPLE, said, message)
