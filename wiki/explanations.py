"""Which tags a prompt explains: characters, and tags whose words do not mean what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tags.categories import CHARACTER, COPYRIGHT, GENERAL
from wiki.cache import BY_FIRST_SENTENCE, Entry
from wiki.jargon import is_jargon, shows_something
from wiki.tag_meanings import TagMeanings

Describe = Literal["unusual", "all", "none"]

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
        chosen = [
            tag for tag, entry in entries.items() if self._is_told(tag, entry, categories.get(tag, GENERAL))
        ]
        # The budget leaves out the most common tags first.
        chosen.sort(key=lambda tag: (categories.get(tag) != CHARACTER, entries[tag].post_count or 0, tag))
        kept = self._within_budget(chosen, entries)
        # Counts are compared in steps of factor four, so that a few new pictures do not change other prompts.
        kept.sort(key=lambda tag: (-(self.counts.get(tag, 0).bit_length() // 2), tag))
        return [(tag, entries[tag].description) for tag in kept]

    def _is_told(self, tag: str, entry: Entry, category: str) -> bool:
        if tag in self.meanings.own and entry.description:
            return True
        # What a series is about is seen in no picture; models write it into captions.
        if not entry.description or category == COPYRIGHT:
            return False
        if entry.by == BY_FIRST_SENTENCE and not shows_something(entry.description):
            return False
        return category == CHARACTER or self.describe == "all" or is_jargon(tag, entry.description)

    def _within_budget(self, tags: Sequence[str], entries: Mapping[str, Entry]) -> list[str]:
        kept, left = [], self.most_tokens
        for tag in tags:
            cost = tokens_to_explain(tag) + tokens_to_explain(entries[tag].description) + _TOKENS_AROUND
            if cost <= left:
                kept.append(tag)
                left -= cost
        return kept


def tokens_to_explain(text: str) -> int:
    """About how many tokens a text takes of what explanations may take.

    That is four letters of English, or one character of another script, for each token.
    """
    plain = sum(map(str.isascii, text))
    return -(-plain // _CHARACTERS_PER_TOKEN) + len(text) - plain
