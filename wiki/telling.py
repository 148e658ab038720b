"""Which meanings are worth their place in a prompt: a picture of 40 tags needs no 40 explanations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wiki.cache import Entry
from wiki.meanings import GENERAL, Meanings

Describe = Literal["unusual", "all", "none"]

# Every model knows what is on more pictures than this; of 140,000 tags some 450 are.
_WELL_KNOWN_POSTS = 40_000
# A description that adds fewer words than this to the name says no more than the name.
_FEWEST_NEW_WORDS = 3
# Mean length of a token in English prose.
_CHARACTERS_PER_TOKEN = 4
_ALWAYS = ("character", "copyright")


@dataclass(frozen=True, slots=True)
class Telling:
    """Chooses and orders the meanings for one picture.

    `counts` is how many pictures of the data set have each tag: the order is by it, so that neighbouring
    prompts begin alike and servers can reuse them. `words` turns a tag into words.
    """

    meanings: Meanings
    counts: Mapping[str, int]
    words: Callable[[str], str]
    describe: Describe
    most_tokens: int

    def of(self, tags: Sequence[str]) -> list[tuple[str, str]]:
        """Name and description of the tags worth telling, the most common of the data set first."""
        if self.describe == "none":
            return []
        entries = {tag: self.meanings.of(tag) for tag in tags}
        worthy = [tag for tag, entry in entries.items() if self._is_worthy(tag, entry)]
        kept = self._within_budget(worthy, entries)
        kept.sort(key=lambda tag: (-self.counts.get(tag, 0), tag))
        return [(self.words(tag), entries[tag].description) for tag in kept]

    def _is_worthy(self, tag: str, entry: Entry) -> bool:
        if not entry.description:
            return False
        if self.describe == "all" or entry.category in _ALWAYS:
            return True
        common = entry.post_count is not None and entry.post_count > _WELL_KNOWN_POSTS
        return not common and _says_more_than_its_name(self.words(tag), entry.description)

    def _within_budget(self, tags: list[str], entries: Mapping[str, Entry]) -> list[str]:
        """Those that fit: characters and series first, then the rarest."""
        kept, left = [], self.most_tokens
        for tag in sorted(tags, key=lambda tag: _need(tag, entries[tag])):
            left -= (len(tag) + len(entries[tag].description)) // _CHARACTERS_PER_TOKEN + 4
            if left < 0:
                break
            kept.append(tag)
        return kept


def _need(tag: str, entry: Entry) -> tuple[int, int, str]:
    category = entry.category or GENERAL
    rank = _ALWAYS.index(category) if category in _ALWAYS else len(_ALWAYS)
    return rank, entry.post_count or 0, tag


def _says_more_than_its_name(name: str, description: str) -> bool:
    new = set(description.lower().replace(",", " ").rstrip(".").split()) - set(name.split())
    return sum(len(word) > 3 for word in new) >= _FEWEST_NEW_WORDS
