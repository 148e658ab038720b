"""The things that somebody wears or holds, or that are in sight, with what is told of where they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from composer.phrasing import REMEMBERED_TAGS, lists, with_article
from composer.picture import Picture
from composer.words import NOUN_RANK, Role
from tags.families import names_of

UNWORN = "unworn "
# Where somebody's things are told, those first that tell most of where they are.
OWNED_SLOTS = ("gesture", "body", "held", "clothes", "thing", "mark")
PLANTED = "planted "
# "A helmet under {her} arm": how it is begun, the helmet, and where it is.
_PARTS = re.compile(
    r"(?P<lead>(?:in |on |at |inside )?(?:an? |the |\{her\} )?(?:unworn )?)"
    r"(?P<thing>.+?)(?P<state>(?: (?:under|around|on|over|behind) (?:\{her\}|the) .*| removed)?)$"
)
# What is told of a thing, besides colours and the like, and is no part of its name.
_STATES = frozenset(("closed", "transparent"))
_CHANGING = _STATES | frozenset(("planted", "broken", "lit", "empty"))


@dataclass(slots=True)
class Thing:
    """A thing that is told in a slot: "an unworn " "straw hat" ""."""

    slot: str
    role: Role
    lead: str
    thing: str
    state: str

    @property
    def names(self) -> frozenset[str]:
        """What it is called; a place is by no broader name."""
        return names_in(self.slot, self.role.phrase)

    @property
    def noun(self) -> str:
        """The last word of the thing."""
        return self.thing.rpartition(" ")[2]

    @property
    def kind(self) -> str:
        """The thing without its colours and patterns."""
        return _kind(self.thing)

    def changing(self) -> list[str]:
        """The words that tell its state: transparent, closed."""
        return [word for word in self.thing.split(" ") if word in _STATES]

    def told(self, rank: int) -> list[str]:
        """The colours (rank 2) or patterns that the words tell."""
        *words, _ = self.thing.split(" ")
        return [word for word in words if lists().adjective_rank.get(word) == rank]


@lru_cache(maxsize=REMEMBERED_TAGS)
def _kind(thing: str) -> str:
    *words, noun = thing.split(" ")
    told = lists().adjective_rank.keys() | _CHANGING
    return " ".join([*(word for word in words if word not in told), noun])


@lru_cache(maxsize=REMEMBERED_TAGS)
def _names(thing: str, *, is_place: bool) -> frozenset[str]:
    tag, noun = thing.replace(" ", "_"), thing.rpartition(" ")[2]
    # A phone booth is no phone.
    is_apart = is_place or noun in lists().words["collections"]
    return frozenset({tag, noun}) if is_apart else names_of(tag.lower())


def things_in(picture: Picture, slots: Sequence[str]) -> Iterator[Thing]:
    """The things of some slots; of gestures only those that tell where something is."""
    for slot in slots:
        for role in picture.roles.get(slot, ()):
            if found := _parts_of(slot, role.phrase):
                yield Thing(slot, role, *found)


@lru_cache(maxsize=REMEMBERED_TAGS)
def names_in(slot: str, phrase: str) -> frozenset[str]:
    """What the thing that is told in a slot is called, nothing where it is no thing."""
    found = _parts_of(slot, phrase)
    return _names(found[1], is_place=slot == "place") if found else frozenset()


@lru_cache(maxsize=REMEMBERED_TAGS)
def _parts_of(slot: str, phrase: str) -> tuple[str, str, str] | None:
    """How a phrase is begun, the thing, and where it is, None where it is of no thing."""
    found = _PARTS.match(phrase)
    is_told = found and (slot != "gesture" or found["state"] or found["thing"].startswith(PLANTED))
    return (found["lead"], found["thing"], found["state"]) if found and is_told else None


def rename(picture: Picture, said: Thing, thing: str) -> None:
    """Call a thing by another name where it is."""
    if thing != said.thing:
        picture.roles[said.slot] = [
            _named(said, thing) if role is said.role else role for role in picture.roles[said.slot]
        ]


def leave_out(picture: Picture, found: Sequence[Thing]) -> None:
    """Take things out of the picture."""
    for said in found:
        picture.take(said.slot, lambda role: role is said.role)  # noqa: B023


def _named(kept: Thing, thing: str) -> Role:
    """The role of what is kept, by another name: "an unworn hat" ─▶ "an unworn straw hat"."""
    lead = kept.lead
    for article in ("a ", "an "):
        if f" {lead}".endswith(f" {article}"):
            lead = lead.removesuffix(article)
    is_bare = lead in ("", UNWORN, "an " + UNWORN)
    lead = lead.removeprefix("an ")
    phrase = with_article(f"{lead}{thing}") if is_bare else lead + with_article(thing)
    ranks = lists().adjective_rank
    *words, head = thing.split(" ")
    modifiers = tuple((ranks.get(word, NOUN_RANK), word) for word in words)
    has_head = bool(kept.role.head) and not kept.state
    return replace(
        kept.role,
        phrase=phrase + kept.state,
        head=head if has_head else "",
        modifiers=modifiers if has_head else (),
    )
