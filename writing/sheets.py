"""Character sheets: what each character usually looks like in this data set, so who is who in a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from threading import Lock

from composer.who_is_who import assign, without_contradicted
from composer.words import role_of
from dataset.pictures import Surveyed
from errors import ItemError
from tags.categories import CHARACTER, GENERAL, SPECIES
from tags.implications import without_implied
from tags.people_counts import fewest_people
from tags.spelling import words
from wiki.tag_meanings import TagMeanings

# A trait is usual if it is in this share of the character's pictures, of which there must be some.
_MIN_SHARE = 0.6
_MIN_PICTURES = 3
_MAX_TRAITS = 10
# These limit the memory. More pictures of one character hardly change the shares.
_MAX_PICTURES = 100
_MAX_CHARACTERS = 10_000
# At most this many pictures are read, which takes a few seconds.
_MAX_READ = 50_000
# The composer's slots for looks, in the order in which a sheet lists them.
_LOOKS = {slot: rank for rank, slot in enumerate(("hair", "hairstyle", "fringe", "eyes", "body", "clothes"))}
_SEXES = {"1girl": "girl", "1boy": "boy"}
_CATEGORIES_OF_LOOKS = {GENERAL, SPECIES}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One character: its tag, what the wiki says of it, and the traits it usually has here, hair first."""

    tag: str
    description: str
    traits: tuple[str, ...]

    @property
    def looks(self) -> str:
        """All that is known of its looks, in sentences; "" where nothing is."""
        usually = f"Usually {', '.join(self.traits)}." if self.traits else ""
        return " ".join(filter(None, (self.description, usually)))

    def line(self, tags: Sequence[str], own: Sequence[str]) -> str:
        """What a prompt says of it in a picture with these tags.

        `own` are the tags of the picture that are known to be this character's. Where none is, it is what the
        character usually looks like, without what the tags contradict.
        """
        said = (_SEXES.get(tag, words(tag)) for tag in own)
        return f"- {words(self.tag)}: {', '.join(said) or without_contradicted(self.looks, tags)}"


@dataclass(frozen=True)
class Sheets:
    """Makes sheets. The pictures that are surveyed are read when the first one is asked for."""

    collection: Surveyed
    meanings: TagMeanings
    # Prompts may be made in several threads, and only one of them should read the data set.
    _reading: Lock = field(default_factory=Lock)

    def of(self, characters: Sequence[str]) -> list[Sheet]:
        """A sheet for each of the characters of which anything is known."""
        with self._reading:
            traits = self._traits
        found = (
            Sheet(tag, self.meanings.look_up(tag).description, traits.get(tag, ())) for tag in characters
        )
        return [sheet for sheet in found if sheet.looks]

    def own_tags(self, tags: Sequence[str], categories: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """The tags of a picture that are one character's alone, by character; none if there is only one.

        A character in another form, which has two tags, is only that form.
        """
        people = self.people(tags, categories)
        if len(people) < 2:
            return {}
        looks = dict.fromkeys(people, "") | {sheet.tag: sheet.looks for sheet in self.of(people)}
        return assign(tags, categories, looks)

    def people(self, tags: Sequence[str], categories: Mapping[str, str]) -> list[str]:
        """The characters of a picture, each in the form that its tags say."""
        characters = [tag for tag in tags if categories.get(tag) == CHARACTER]
        return list(without_implied(characters, categories, self.meanings.implied))

    @cached_property
    def _traits(self) -> dict[str, tuple[str, ...]]:
        """The usual traits of each character, as words."""
        pictures: Counter[str] = Counter()
        seen: dict[str, Counter[str]] = {}
        looks: dict[str, str | None] = {}
        # The most common tags that are characters or of unknown category.
        often = (
            tag for tag, count in self.collection.survey().counts.most_common() if count >= _MIN_PICTURES
        )
        maybe = (tag for tag in often if self.meanings.look_up(tag).category in (CHARACTER, None))
        wanted = set(islice(maybe, _MAX_CHARACTERS))
        for character, tags in self._portraits(wanted):
            pictures[character] += 1
            if pictures[character] == _MAX_PICTURES:
                wanted.discard(character)
            seen.setdefault(character, Counter()).update(self._looks_in(tags, looks))
        return {character: _usual(counts, pictures[character]) for character, counts in seen.items()}

    def _portraits(self, wanted: Set[str]) -> Iterator[tuple[str, Sequence[str]]]:
        """The character and the tags of each picture that shows one of those wanted and nobody else."""
        surveyed = self.collection.surveyed
        for picture in surveyed[:: 1 + len(surveyed) // _MAX_READ]:
            try:
                tags = self.collection.tags(picture).tags
            except ItemError:
                continue
            if wanted.isdisjoint(tags) or fewest_people(tags) > 1:
                continue
            categories = self.meanings.categories(tags)
            characters = [tag for tag, category in categories.items() if category == CHARACTER]
            # A character in another form has two tags, and looks like that form.
            characters = without_implied(characters, categories, self.meanings.implied)
            if len(characters) == 1 and characters[0] in wanted:
                yield characters[0], tags

    def _looks_in(self, tags: Sequence[str], looks: dict[str, str | None]) -> Iterator[str]:
        """The tags that say how somebody looks.

        `looks` remembers which tags do, and holds the one string that is kept for equal tags of many files.
        """
        for tag in tags:
            if tag not in looks:
                category = self.meanings.look_up(tag).category or GENERAL
                is_look = category in _CATEGORIES_OF_LOOKS and role_of(tag).slot in _LOOKS
                looks[tag] = tag if is_look else None
            if look := looks[tag]:
                yield look


def _usual(counts: Counter[str], pictures: int) -> tuple[str, ...]:
    if pictures < _MIN_PICTURES:
        return ()
    common = counts.most_common(_MAX_TRAITS)
    usual = [tag for tag, count in common if count >= _MIN_SHARE * pictures]
    return tuple(words(tag) for tag in sorted(usual, key=lambda tag: _LOOKS[role_of(tag).slot]))
