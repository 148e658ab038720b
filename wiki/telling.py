"""Which meanings are worth their place in a prompt: a picture of 40 tags needs no 40 explanations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tags.categories import CHARACTER, COPYRIGHT, GENERAL
from tags.spelling import words
from wiki.cache import Entry
from wiki.meanings import Meanings

Describe = Literal["unusual", "all", "none"]

# Every model knows what is on more pictures than this; of 140,000 tags some 450 are.
_WELL_KNOWN_POSTS = 40_000
# A description that adds fewer words than this to the name says no more than the name.
_FEWEST_NEW_WORDS = 3
_ALWAYS = (CHARACTER, COPYRIGHT)
_WORD = re.compile(r"[^\W_]{3,}")
# Inflected words begin alike: "holding" and "holds", "braid" and "braided".
_STEM = 4
# Words that sentences on pictures need, whatever they say.
_SAYS_NOTHING = {
    *("and", "are", "being", "both", "but", "can", "character", "characters", "drawn", "for", "from", "has"),
    *("have", "her", "his", "image", "into", "its", "one", "ones", "other", "people", "person", "picture"),
    *("seen", "shown", "some", "somebody", "someone", "something", "that", "the", "their", "them", "they"),
    *("thing", "this", "two", "usually", "visible", "which", "who", "whose", "with"),
}
_CHARACTERS_PER_TOKEN = 4
# The dash, the colon and the line end around a name and its description.
_TOKENS_AROUND = 4


@dataclass(frozen=True, slots=True)
class Telling:
    """Chooses and orders the meanings for one picture.

    `counts` is how many pictures of the data set have each tag.
    """

    meanings: Meanings
    counts: Mapping[str, int]
    describe: Describe
    most_tokens: int

    def of(self, tags: Sequence[str]) -> list[tuple[str, str]]:
        """Name and description of the tags worth telling.

        What most of the data set has comes first, so that neighbouring prompts begin alike and servers
        can reuse them.
        """
        if self.describe == "none":
            return []
        categories = self.meanings.categories(tags)
        entries = {tag: self.meanings.of(tag) for tag in tags}
        ranks = {tag: _rank(categories.get(tag, GENERAL)) for tag in entries}
        worthy = [tag for tag, entry in entries.items() if self._is_worthy(tag, entry, ranks[tag])]
        # Of what does not fit, the most common gives way first.
        worthy.sort(key=lambda tag: (ranks[tag], entries[tag].post_count or 0, tag))
        kept = sorted(self._within_budget(worthy, entries), key=self._place)
        return [(words(tag), entries[tag].description) for tag in kept]

    def _is_worthy(self, tag: str, entry: Entry, rank: int) -> bool:
        if not entry.description:
            return False
        if self.describe == "all" or rank < len(_ALWAYS):
            return True
        common = entry.post_count is not None and entry.post_count > _WELL_KNOWN_POSTS
        return not common and _says_more_than_its_name(words(tag), entry.description)

    def _within_budget(self, tags: Sequence[str], entries: Mapping[str, Entry]) -> list[str]:
        kept, left = [], self.most_tokens
        for tag in tags:
            cost = tokens(tag) + tokens(entries[tag].description) + _TOKENS_AROUND
            if cost <= left:
                kept.append(tag)
                left -= cost
        return kept

    def _place(self, tag: str) -> tuple[int, str]:
        # In steps of four times as many, so that a few new pictures leave the prompts of others as they are.
        return -(self.counts.get(tag, 0).bit_length() // 2), tag


def tokens(text: str) -> int:
    """About how many tokens a text has: four letters of English each, one sign of other scripts."""
    plain = sum(map(str.isascii, text))
    return -(-plain // _CHARACTERS_PER_TOKEN) + len(text) - plain


def _rank(category: str) -> int:
    return _ALWAYS.index(category) if category in _ALWAYS else len(_ALWAYS)


def _says_more_than_its_name(name: str, description: str) -> bool:
    known = {word[:_STEM] for word in _WORD.findall(name.lower())}
    new = {word[:_STEM] for word in _WORD.findall(description.lower()) if word not in _SAYS_NOTHING}
    return len(new - known) >= _FEWEST_NEW_WORDS
