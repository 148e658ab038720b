"""Which tags a prompt explains: of the 40 tags of a picture, a model needs only a few explained."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tags.categories import CHARACTER, COPYRIGHT, GENERAL
from tags.spelling import words
from wiki.cache import Entry
from wiki.tag_meanings import TagMeanings

Describe = Literal["unusual", "all", "none"]

# Every model knows a tag that is on more posts than this; about 450 of 140,000 tags are.
_WELL_KNOWN_POSTS = 40_000
# A description with fewer new words than this says no more than the name of the tag.
_FEWEST_NEW_WORDS = 3
# These are always explained, in this order.
_RANKS = {CHARACTER: 0, COPYRIGHT: 1}
_WORD = re.compile(r"[^\W_]{3,}")
# Words are compared by their first letters, so that "holding" is "holds" and "braid" is "braided".
_STEM = 4
# Words of any sentence on a picture, which say nothing about the tag.
_COMMON_WORDS = {
    *("and", "are", "being", "both", "but", "can", "character", "characters", "drawn", "for", "from", "has"),
    *("have", "her", "his", "image", "into", "its", "one", "ones", "other", "people", "person", "picture"),
    *("seen", "shown", "some", "somebody", "someone", "something", "that", "the", "their", "them", "they"),
    *("thing", "this", "two", "usually", "visible", "which", "who", "whose", "with"),
}
_CHARACTERS_PER_TOKEN = 4
# The dash, the colon and the line break around a name and its description.
_TOKENS_AROUND = 4


@dataclass(frozen=True, slots=True)
class Explanations:
    """Chooses which tags of a picture are explained, and in which order.

    `counts` is how many pictures of the data set have each tag.
    """

    meanings: TagMeanings
    counts: Mapping[str, int]
    describe: Describe
    most_tokens: int

    def choose(self, tags: Sequence[str]) -> list[tuple[str, str]]:
        """The tags that are explained, with their descriptions.

        The tags that most pictures of the data set have come first, so that prompts begin alike and a server
        can reuse what it has computed for the one before.
        """
        if self.describe == "none":
            return []
        categories = self.meanings.categories(tags)
        entries = {tag: self.meanings.look_up(tag) for tag in tags}
        ranks = {tag: _RANKS.get(categories.get(tag, GENERAL), len(_RANKS)) for tag in entries}
        chosen = [tag for tag, entry in entries.items() if self._is_explained(tag, entry, ranks[tag])]
        # The budget leaves out the most common tags first.
        chosen.sort(key=lambda tag: (ranks[tag], entries[tag].post_count or 0, tag))
        kept = self._within_budget(chosen, entries)
        # Counts are compared in steps of factor four, so that a few new pictures do not change other prompts.
        kept.sort(key=lambda tag: (-(self.counts.get(tag, 0).bit_length() // 2), tag))
        return [(tag, entries[tag].description) for tag in kept]

    def _is_explained(self, tag: str, entry: Entry, rank: int) -> bool:
        if not entry.description:
            return False
        if self.describe == "all" or rank < len(_RANKS):
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


def tokens(text: str) -> int:
    """About how many tokens a text has: four letters of English or one character of another script each."""
    plain = sum(map(str.isascii, text))
    return -(-plain // _CHARACTERS_PER_TOKEN) + len(text) - plain


def _says_more_than_its_name(name: str, description: str) -> bool:
    known = {word[:_STEM] for word in _WORD.findall(name.lower())}
    new = {word[:_STEM] for word in _WORD.findall(description.lower()) if word not in _COMMON_WORDS}
    return len(new - known) >= _FEWEST_NEW_WORDS
