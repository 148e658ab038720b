"""What a tag says in a caption and where it belongs there.

A tag is looked up as a whole, then by the patterns, then by its last word, then by "…ing"; a tag that none
of them knows goes to the slot "rest" and is said as it is written.
"""

from dataclasses import dataclass
from functools import lru_cache

from composer.lists import TAGS_REMEMBERED, lists
from composer.phrasing import display_name, noun_phrase, plain, without_qualifier
from english import singular
from tags.people import BOYS, count_in

REST = "rest"
META = "meta"
COLOUR_RANK = 2
NOUN_RANK = 4

_LONGEST_NOUN = 4  # words; a longer tag is a sentence of somebody's, not a noun


@dataclass(frozen=True, slots=True)
class Role:
    """What one tag says: `phrase` in `slot`; `{her}` in it stands for her, his or their.

    Tags of one slot and one `head` can share it: black_skirt and pleated_skirt are "a black pleated skirt".
    `modifiers` are the words before the head with their rank in the usual order of adjectives.
    `covers` are tags that need no saying beside this one.
    """

    slot: str
    phrase: str
    head: str = ""
    modifiers: tuple[tuple[int, str], ...] = ()
    covers: frozenset[str] = frozenset()


@lru_cache(maxsize=TAGS_REMEMBERED)
def role_of(tag: str) -> Role:
    """Tell what `tag` says and in which slot; the slot is "meta" for what no caption says."""
    if lists().meta.fullmatch(tag):
        return Role(META, "")
    count = count_in(tag)
    if count:
        covered = frozenset({"male_focus"}) if count.kind == BOYS else frozenset[str]()
        return Role(count.kind, count.number, covers=covered)
    slot, phrase = _listed(tag) or _matching(tag) or _headed(tag) or _doing(tag) or (REST, plain(tag))
    head, modifiers = _parts(tag) if _may_merge(tag, slot) else ("", ())
    return Role(slot, phrase, head, modifiers, _covers(tag))


def _listed(tag: str) -> tuple[str, str] | None:
    known = lists()
    if tag in known.phrases:
        return known.phrases[tag]
    slot = known.tag_slot.get(tag)
    return (slot, _said(tag, slot)) if slot else None


def _matching(tag: str) -> tuple[str, str] | None:
    for pattern, slot, said in lists().patterns:
        match = pattern.fullmatch(tag)
        if match:
            rest = match[1]
            if said == "{verb}":
                return slot, _verb_phrase(tag)
            filled = said.replace("{a0}", noun_phrase(tag)) if "{a0}" in said else said
            filled = filled.replace("{a1}", noun_phrase(rest)) if "{a1}" in filled else filled
            filled = filled.replace("{name1}", display_name(rest)) if "{name1}" in filled else filled
            return slot, filled.replace("{0}", plain(tag)).replace("{1}", plain(rest))
    return None


def _headed(tag: str) -> tuple[str, str] | None:
    """Place a tag by its last word before a preposition: cat_on_lap is a cat."""
    words = without_qualifier(tag).split("_")
    if _is_verb(words[0]) and len(words) > 1:
        return None
    end = next((at for at, word in enumerate(words) if word in lists().words["prepositions"]), len(words))
    if not end:
        return None
    heads = ("_".join(words[max(0, end - 2) : end]), words[end - 1], singular(words[end - 1]))
    slot = next((slot for slot in map(lists().head_slot.get, heads) if slot), None)
    return (slot, _said(tag, slot)) if slot and end <= _LONGEST_NOUN else None


def _doing(tag: str) -> tuple[str, str] | None:
    words = tag.split("_")
    if _is_verb(words[0]):
        return "act", _verb_phrase(tag)
    return ("act", plain(tag)) if _is_verb(words[-1]) and len(words) < _LONGEST_NOUN else None


def _is_verb(word: str) -> bool:
    return len(word) > 4 and word.endswith("ing") and word not in lists().words["not_verbs"]


def _verb_phrase(tag: str) -> str:
    """hugging_own_legs ─▶ "hugging {her} own legs"."""
    verb, _, rest = tag.partition("_")
    if verb == "adjusting" and rest.partition("_")[0] not in lists().words["as_written"]:
        return f"adjusting {{her}} {plain(rest)}"
    if verb == "playing":  # one plays guitar and volleyball, not a guitar and a volleyball
        return plain(tag)
    return f"{verb} {noun_phrase(rest)}" if rest else verb


def _said(tag: str, slot: str) -> str:
    form = lists().form[slot]
    if form == "words":
        return plain(tag)
    return f"in {noun_phrase(tag)}" if form == "in" else noun_phrase(tag)


def _may_merge(tag: str, slot: str) -> bool:
    return (
        slot in {"hair", "eyes", "clothes", "body", "sky", "backdrop"}
        and tag not in lists().phrases
        and "(" not in tag
        and lists().words["prepositions"].isdisjoint(tag.split("_"))
        and not tag.startswith(("no_", "own_"))
    )


def _parts(tag: str) -> tuple[str, tuple[tuple[int, str], ...]]:
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


def merges(head: str) -> bool:
    """Tell whether two tags with this head are likely to mean one thing: two shirts yes, two bows no."""
    return head not in lists().words["unmerged"]


def _covers(tag: str) -> frozenset[str]:
    """Name the tags that `tag` says too: white_dress says dress, cat_on_lap says cat and lap."""
    words = tag.split("_")
    tails = {"_".join(words[at:]) for at in range(1, len(words))} | {words[-1].strip("()")} - {tag}
    singulars = {singular(tail) for tail in tails}
    on = next((at for at, word in enumerate(words) if at and word in lists().words["prepositions"]), 0)
    tails |= {"_".join(words[at:on]) for at in range(on)}
    first = {words[0]} & lists().words["prefix_folds"] if len(words) > 1 else set()
    return frozenset(tails | singulars | first) | lists().implies.get(tag, frozenset())
