"""Character sheets: what each character usually looks like in this data set, to tell who is who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from threading import Lock

from composer.words import role_of
from dataset.images import Pictures
from errors import ItemError
from tags.categories import CHARACTER, GENERAL, SPECIES
from tags.implications import without_implied
from tags.people import fewest_people
from tags.spelling import words
from wiki.tag_meanings import TagMeanings

# Of so many pictures where nobody else is, a trait stands in this share.
_LEAST_SHARE = 0.6
_FEWEST_PICTURES = 3
_MOST_TRAITS = 10
# These bound memory, whatever the size of the data set; more of one character change no share by much.
_MOST_PICTURES = 100
_MOST_CHARACTERS = 10_000
# The composer's slots for looks, in the order in which they are told.
_LOOKS = {slot: rank for rank, slot in enumerate(("hair", "hairstyle", "fringe", "eyes", "body", "clothes"))}
_OF_LOOKS = {GENERAL, SPECIES}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One character: name, what the wiki says of it, and the traits it usually has here, hair first."""

    name: str
    description: str
    traits: tuple[str, ...]

    def __str__(self) -> str:
        usually = f"Usually {', '.join(self.traits)}." if self.traits else ""
        return f"- {self.name}: {' '.join(part for part in (self.description, usually) if part)}"


@dataclass(frozen=True)
class Sheets:
    """Writes sheets; the data set is read through once, when the first one is asked for."""

    collection: Pictures
    meanings: TagMeanings
    # Prompts may be made in several threads.
    _reading: Lock = field(default_factory=Lock)

    def of(self, characters: Sequence[str]) -> list[Sheet]:
        """A sheet for each character of which anything is known."""
        with self._reading:
            traits = self._traits
        found = (
            Sheet(words(tag), self.meanings.look_up(tag).description, traits.get(tag, ()))
            for tag in characters
        )
        return [sheet for sheet in found if sheet.description or sheet.traits]

    @cached_property
    def _traits(self) -> dict[str, tuple[str, ...]]:
        """The usual traits of each character, as words."""
        pictures: Counter[str] = Counter()
        seen: dict[str, Counter[str]] = {}
        looks: dict[str, str | None] = {}
        wanted = self._candidates()
        for character, tags in self._portraits(wanted):
            pictures[character] += 1
            if pictures[character] == _MOST_PICTURES:
                wanted.discard(character)
            seen.setdefault(character, Counter()).update(self._looks_in(tags, looks))
        return {character: _usual(counts, pictures[character]) for character, counts in seen.items()}

    def _candidates(self) -> set[str]:
        """The most common tags that are, or for all that is known may be, characters."""
        counts = self.collection.survey().counts.most_common()
        often = (tag for tag, count in counts if count >= _FEWEST_PICTURES)
        maybe = (tag for tag in often if self.meanings.look_up(tag).category in (CHARACTER, None))
        return set(islice(maybe, _MOST_CHARACTERS))

    def _portraits(self, wanted: Set[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """The character and the tags of each picture where one of those wanted is, and nobody else."""
        for picture in self.collection.pictures:
            try:
                tags = self.collection.tags(picture).tags
            except ItemError:
                continue
            if wanted.isdisjoint(tags) or fewest_people(tags) > 1:
                continue
            categories = self.meanings.categories(tags)
            characters = [tag for tag, category in categories.items() if category == CHARACTER]
            # Somebody in another form is tagged twice, and looks as that form does.
            characters = without_implied(characters, categories, self.meanings.implied)
            if len(characters) == 1 and characters[0] in wanted:
                yield characters[0], tags

    def _looks_in(self, tags: Sequence[str], looks: dict[str, str | None]) -> Iterator[str]:
        """The tags that say how somebody looks; `looks` has one string for each, whatever file it is from."""
        for tag in tags:
            if tag not in looks:
                looks[tag] = tag if self._is_look(tag) else None
            look = looks[tag]
            if look:
                yield look

    def _is_look(self, tag: str) -> bool:
        return (self.meanings.look_up(tag).category or GENERAL) in _OF_LOOKS and role_of(tag).slot in _LOOKS


def _usual(counts: Counter[str], pictures: int) -> tuple[str, ...]:
    if pictures < _FEWEST_PICTURES:
        return ()
    common = counts.most_common(_MOST_TRAITS)
    usual = [tag for tag, count in common if count >= _LEAST_SHARE * pictures]
    return tuple(words(tag) for tag in sorted(usual, key=lambda tag: _LOOKS[role_of(tag).slot]))
