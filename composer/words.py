"""What a tag says in a caption, and in which slot: hair, clothes, pose, place, and so on.

A tag is looked up as a whole, then by the patterns, then by its last word, then as a verb in -ing. A tag that
none of them knows goes to the slot "rest" and is said as it is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain

from composer.phrasing import REMEMBERED_TAGS, as_words, display_name, lists, noun_phrase, with_article
from english import NUMBER_WORDS, singular
from tags.categories import is_unsaid
from tags.implications import broader_tags
from tags.people_counts import BOYS, GIRLS, count_in
from tags.proper_names import proper_names
from tags.spelling import qualifiers, without_qualifiers

REST = "rest"
META = "meta"
COLOUR_RANK = 2
NOUN_RANK = 4

_SAID_BY_COUNT = {GIRLS: frozenset({"female"}), BOYS: frozenset({"male", "male_focus"})}
# muscular_male says muscular, and dragon_riding dragon.
_SAY_FIRST_WORDS = frozenset(("male", "female", "riding"))
_PLAIN_WORDS = re.compile(r"(?=.*[aeiouy])[a-z']{3,}(?:_[a-z]{3,})?")
_COUNTED = re.compile("([2-9])([a-z]+s)")
# What a tag can be that no list knows, if it is of a broader kind that one knows.
_KINDS_OF = ("being", "clothes", "vehicle", "thing")
_TRADE = re.compile(
    "[a-z]+(?:smith|keeper|maid|wright|herd|dresser|monger|ician|master|worker|seller|bearer|[a-z](?:ll|cl|em|[gnprt])ist)"
)
_ENDS_OF_OTHERS = ("able", "al", "ed", "ful", "ic", "ing", "ish", "ism", "ive", "less", "ly", "ness", "ous")
_MOST_WORDS_OF_NOUN = 4  # a longer tag is a sentence that somebody wrote, not a noun
_PRINT, _UNWORN, _SUITS, _TWO_SIDED = "print", "unworn", ("suit", "tuxedo"), "two-sided"
# A frilled dress has frills, and a fur-trimmed coat a fur trim.
_TRIMMED = {"frilled": "frills", "ruffled": "ruffles"}
_SLOTS_WITH_SHARED_NOUNS = {"hair", "eyes", "clothes", "body", "sky", "backdrop"}


@dataclass(frozen=True, slots=True)
class Role:
    """What one tag says: `phrase` in `slot`. In a phrase, `{her}` stands for her, his or their.

    Tags of one slot with the same `head` can share it: black_skirt and pleated_skirt are "a black pleated
    skirt". `modifiers` are the words before the head, with their rank in the usual order of adjectives.
    `covers` are tags that need not be said beside this one. `noun` is the last word of the phrase, without
    what it is with: "car" of "a car with headlights".
    """

    slot: str
    phrase: str
    head: str = ""
    modifiers: tuple[tuple[int, str], ...] = ()
    covers: frozenset[str] = frozenset()
    noun: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "noun", self.phrase.partition(" with ")[0].rpartition(" ")[2])


@lru_cache(maxsize=REMEMBERED_TAGS)
def role_of(tag: str) -> Role:
    """What `tag` says and in which slot; the slot is "meta" for what no caption says."""
    count = count_in(tag)
    if is_unsaid(tag) or (count and not count.fewest):
        return Role(META, "")  # Nobody is told that there are no girls.
    if count:
        covered = _SAID_BY_COUNT.get(count.kind, frozenset())
        return Role(count.kind, count.number, covers=covered)
    slot, phrase = _known(tag) or _unknown(tag)
    can_share_noun = (
        slot in _SLOTS_WITH_SHARED_NOUNS
        and not (tag in lists().phrases or "(" in tag or tag.startswith(("no_", "own_")))
        and lists().words["prepositions"].isdisjoint(tag.split("_"))
    )
    head, modifiers = _head_and_modifiers(tag) if can_share_noun else ("", ())
    return Role(slot, phrase, head, modifiers, _covers(tag))


def is_known(tag: str) -> bool:
    """Whether a list of the composer has the tag, its last word or its verb."""
    return bool(is_unsaid(tag) or count_in(tag) or _known(tag))


def _known(tag: str) -> tuple[str, str] | None:
    return _by_whole_tag(tag) or proper_names().get(tag) or _by_pattern(tag) or _by_head(tag) or _by_verb(tag)


def _unknown(tag: str) -> tuple[str, str]:
    """What no list knows is a thing, unless it ends as adjectives and verbs do, or is no word."""
    name = without_qualifiers(tag)
    if name.replace("_", " ") in lists().adjective_rank:
        return REST, as_words(name)  # What is big or white, no tag tells.
    if (counted := _COUNTED.fullmatch(name)) and lists().head_slot.get(counted[2]) == "being":
        return "being", f"{NUMBER_WORDS[int(counted[1])]} {counted[2]}"
    broader = {known[0] for each in broader_tags(tag) if (known := _known(each))}
    # A Gundam is a machine and a robot: the order is ours, as a set has another one in each run.
    if kind := next((slot for slot in _KINDS_OF if slot in broader), ""):
        return kind, noun_phrase(name)  # A long-tailed tit is a bird.
    if _TRADE.fullmatch(name):
        return "kind", noun_phrase(name)
    is_noun = _PLAIN_WORDS.fullmatch(name) and not name.endswith(_ENDS_OF_OTHERS)
    return ("thing", noun_phrase(name)) if is_noun else (REST, as_words(name))


def _by_whole_tag(tag: str) -> tuple[str, str] | None:
    if tag in lists().phrases:
        return lists().phrases[tag]
    slot = lists().tag_slot.get(tag)
    return (slot, _in_form_of_slot(tag, slot)) if slot else None


def _by_pattern(tag: str) -> tuple[str, str] | None:
    for before, after, slot, said in _patterns_for(tag[:1], tag[-1:]):
        # Regular expressions would take a third of the time of a draft here.
        if tag.startswith(before) and tag.endswith(after) and len(tag) > len(before) + len(after):
            rest = tag[len(before) : len(tag) - len(after)]
            return slot, _verb_phrase(tag) if said == "{verb}" else _filled_in(said, tag, rest)
    return None


@cache
def _patterns_for(first: str, last: str) -> Sequence[tuple[str, str, str, str]]:
    """The patterns that a tag may fit that begins and ends with these letters: few of all."""
    return [
        pattern
        for pattern in lists().patterns
        if pattern[0][:1] in ("", first) and pattern[1][-1:] in ("", last)
    ]


def _filled_in(said: str, tag: str, rest: str) -> str:
    """Fill in a pattern's phrase: 0 is the tag, 1 what its star stands for, a with articles, name a title.

    aname1 is a title with its article, but in small letters where it is no name: a Karasuno, a summer.
    """
    # Articles and titles cost time, so they are only made where the phrase asks for them.
    filled = said.replace("{a0}", noun_phrase(tag)) if "{a0}" in said else said
    filled = filled.replace("{a1}", noun_phrase(rest)) if "{a1}" in filled else filled
    filled = filled.replace("{name1}", display_name(rest)) if "{name1}" in filled else filled
    if "{aname1}" in filled:
        is_plain = rest.partition("_")[0] in lists().words["no_names"] | lists().adjective_rank.keys()
        filled = filled.replace("{aname1}", with_article(as_words(rest) if is_plain else display_name(rest)))
    return filled.replace("{0}", as_words(tag)).replace("{1}", as_words(rest))


def _by_head(tag: str) -> tuple[str, str] | None:
    """By the last word before a preposition: cat_on_lap is a cat."""
    words = without_qualifiers(tag).split("_")
    if _is_verb_before_noun(words) and "_".join(words) not in lists().head_slot:
        return None
    end = next((at for at, word in enumerate(words) if word in lists().words["prepositions"]), len(words))
    if not end:
        return None
    heads = ("_".join(words[max(0, end - 2) : end]), words[end - 1], singular(words[end - 1]))
    told = map(lists().qualifier_slot.get, qualifiers(tag))
    slot = next((slot for slot in chain(told, map(lists().head_slot.get, heads)) if slot), None)
    return (slot, _in_form_of_slot(tag, slot)) if slot and end <= _MOST_WORDS_OF_NOUN else None


def _by_verb(tag: str) -> tuple[str, str] | None:
    first, *rest = words = tag.split("_")
    if _is_verb_before_noun(words) if rest else _is_verb(first):
        return "act", _verb_phrase(tag)
    if not _is_verb(words[-1]) or len(words) >= _MOST_WORDS_OF_NOUN:
        return None
    # Her hair is blowing, but it is she who is ice skating.
    return (
        ("gesture", f"{{her}} {as_words(tag)}") if first in lists().words["own"] else ("act", as_words(tag))
    )


def _is_verb(word: str) -> bool:
    return len(word) > 4 and word.endswith("ing") and word not in lists().words["not_verbs"]


def _is_verb_before_noun(words: Sequence[str]) -> bool:
    """Whether the first word is done with what follows: "reading a book", but no "baking tray"."""
    if not _is_verb(words[0]) or len(words) < 2:
        return False
    known, following = lists().words, words[1]
    if words[0] in known["done_with_tools"] and (words[-1] in known["tools"] or _is_worn(words[-1])):
        return False
    return words[0] in known["transitive"] or any(
        following in known[kind] for kind in ("prepositions", "adverbs", "as_written")
    )


def _is_worn(noun: str) -> bool:
    """Whether a noun is a garment: riding boots are worn, and not ridden."""
    return lists().head_slot.get(noun) == "clothes" and noun not in lists().words["laundry"]


def _verb_phrase(tag: str) -> str:
    """hugging_own_legs ─▶ "hugging {her} own legs"."""
    verb, _, rest = tag.partition("_")
    if verb == "adjusting" and rest.partition("_")[0] not in lists().words["as_written"]:
        return f"adjusting {{her}} {as_words(rest)}"
    first, _, after = rest.partition("_")
    if after and first in lists().words["adverbs"]:
        return f"{verb} {first} {noun_phrase(after)}"
    if rest in lists().words["parts"] and verb not in lists().words["on_others"]:
        return f"{verb} {{her}} {as_words(rest)}"
    # One plays the guitar, but volleyball.
    if verb == "playing" and "instrument" in broader_tags(rest):
        return f"playing the {as_words(rest)}"
    if verb == "playing" or rest in lists().words["adverbs"]:
        return as_words(tag)
    return f"{verb} {noun_phrase(rest)}" if rest else verb


def _in_form_of_slot(tag: str, slot: str) -> str:
    form = lists().form[slot]
    if form == "words":
        return as_words(tag)
    return f"in {noun_phrase(tag)}" if form == "in" else noun_phrase(tag)


def _head_and_modifiers(tag: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """white_frilled_dress ─▶ "dress", ((2, "white"), (3, "frilled"))."""
    *words, head = tag.split("_")
    found: list[tuple[int, str]] = []
    ranks = lists().adjective_rank
    while words:
        size = 2 if " ".join(words[:2]) in ranks else 1
        adjective = " ".join(words[:size])
        if adjective not in ranks:
            found.append((NOUN_RANK, " ".join(lists().capitals.get(word, word) for word in words)))
            break
        found.append((ranks[adjective], adjective))
        del words[:size]
    return head, tuple(found)


def _covers(tag: str) -> frozenset[str]:
    """The tags that `tag` says too: white_dress says dress, cat_on_lap says cat and lap."""
    words = tag.split("_")
    endings = {"_".join(words[at:]) for at in range(1, len(words))} - {tag}
    # Whatever is from Fate/Stay Night says nothing of the night.
    endings |= set() if "/" in tag else {words[-1].strip("()")} - {tag}
    endings -= lists().words["fields"]
    singulars = {singular(ending) for ending in (*endings, tag)}
    # Of cat_on_lap also what is before the preposition, with and without its first words.
    ends_noun = lists().words["prepositions"] | lists().words["ends_of_nouns"]
    end = next((at for at, word in enumerate(words) if at and word in ends_noun), 0)
    before = {"_".join(words[at:end]) for at in range(end)}
    says_first = len(words) > 1 and (words[0] in lists().words["prefix_folds"] or _is_verb_before_noun(words))
    covered = frozenset(endings | singulars | before | ({words[0]} if says_first else set()))
    for thing in before:
        covered |= broader_tags(thing)
    told = [said for said in qualifiers(tag) if "/" not in said and said not in lists().words["fields"]]
    covered |= broader_tags(tag).union(*map(broader_tags, told))
    if told and (plain := without_qualifiers(tag)):
        covered |= {plain}
    for at, word in enumerate(words[:-1]):
        if lists().adjective_rank.get(word) == COLOUR_RANK:
            # A red oil-paper umbrella is a red umbrella, and grey skin is colored.
            covered |= {"_".join([word, *words[after:]]) for after in range(at + 1, len(words))}
            covered |= {"_".join(["colored", *words[at + 1 :]])}
    if words[0] == "holding" and len(words) > 1 and words[1] in lists().words["prefix_folds"]:
        covered |= {words[1]}
    if words[0] == "holding" or (words[0] == "playing" and _is_verb_before_noun(words)):
        # Whoever holds a rifle holds a gun, and whoever plays an instrument holds it.
        covered |= {f"holding_{thing}" for thing in covered} | {"holding_object"}
        # What she took off and holds is told once.
        covered |= {f"{thing}_removed" for thing in covered} | {f"unworn_{thing}" for thing in covered}
    covered |= lists().beside.get(tag, frozenset())
    if tag.endswith("_in_mouth"):
        covered |= {"mouth_hold"}
    if words[-1] in _SAY_FIRST_WORDS:
        covered |= {"_".join(words[:-1])}
    return (covered | _said_in_general(words)) - {tag}


def _said_in_general(words: Sequence[str]) -> set[str]:
    """What a striped shirt and a guitar case say too: striped clothes, and an instrument case."""
    found = {
        "_".join([broad, *words[at + 1 :]])
        for at, word in enumerate(words[:-1])
        for broad in broader_tags(word)
    }
    if words[0] == _UNWORN:
        found |= {f"{_UNWORN}_{broad}" for broad in broader_tags("_".join(words[1:]))}
    return found | _said_by_garment(words)


def _said_by_garment(words: Sequence[str]) -> set[str]:
    """A frilled dress says frilled clothes and frills, and a black suit the black jacket."""
    if len(words) < 2 or lists().head_slot.get(words[-1]) != "clothes":
        return set()
    found = {f"{words[0]}_clothes"}
    said = {part for word in words[:-1] for part in (word, word.rpartition("-")[2])}
    said &= lists().adjective_rank.keys() | {word for word in words if "-" in word}
    found |= {f"{word}_clothes" for word in said} | {f"{word}_{words[-1]}" for word in said} | said
    found |= {f"{word}_{_PRINT}" for word in said}
    found |= {_TRIMMED.get(word, word.replace("-trimmed", "_trim")) for word in said}
    if words[0] == _TWO_SIDED:
        # Black and red are its sides.
        colours = [word for word, rank in lists().adjective_rank.items() if rank == COLOUR_RANK]
        found |= {"_".join([colour, *words[1:]]) for colour in colours}
    if words[-1] in _SUITS:
        found |= {"_".join([*words[:-1], part]) for part in ("jacket", "pants")} | {"jacket"}
    if _PRINT in words[:-1]:
        found |= {"_".join(words[: words.index(_PRINT) + 1])}
    return found
